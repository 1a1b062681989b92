//! `S3`: notifications of a bucket of the same template, which is changed for it.

use super::{Event, permission};
use crate::error::{Result, event as wrong, resource};
use crate::expansion::Expansion;
use crate::function::Target;
use crate::made::Made;
use crate::names;
use crate::shape::Shape::{MapOfTexts, Text, TextOrTexts};
use crate::shape::{self, Property, may, must};
use crate::tree::{Dict, Node, dict};

pub(super) const PROPERTIES: &[Property] = &[
    must("Bucket", Text),
    Property { name: "Events", shape: TextOrTexts, required: true, functions: false },
    may("Filter", MapOfTexts),
];
const KIND: &str = "AWS::S3::Bucket";

/// The bucket's logical id.
pub(super) fn link(expansion: &Expansion<'_>, event: &Event) -> Result<String> {
    let given = event.given.any("Bucket");
    let Some(bucket) = given.get("Ref") else { return Err(missing(event)) };
    let Some(bucket) = bucket.as_str() else {
        return Err(wrong(&event.id, "'Ref' value in S3 events is not a valid string."));
    };
    if expansion.resources().has(bucket) { Ok(bucket.to_owned()) } else { Err(missing(event)) }
}

fn missing(event: &Event) -> crate::error::Failure {
    wrong(&event.id, "S3 events must reference an S3 bucket in the same template.")
}

pub(super) fn expand(
    expansion: &mut Expansion<'_>,
    event: &Event,
    target: &Target,
) -> Result<Vec<Made>> {
    let mut permission = permission(event, "", target, "s3.amazonaws.com", Node::Null);
    permission.set("SourceAccount", names::reference("AWS::AccountId"));
    let id = event.about.as_str();
    let Some(bucket) = expansion.resource_mut(id) else { return Err(missing(event)) };
    match target.condition() {
        Some(condition) => depend_by_tag(bucket, id, condition, &permission.id)?,
        None => depend(bucket, &event.given.id, &permission.id)?,
    }
    notify(bucket, id, event, target)?;
    let bucket = made(id, bucket)?;
    Ok(vec![permission, bucket])
}

/// The bucket is made after the permission: S3 asks whether it may call.
fn depend(bucket: &mut Dict, event: &str, permission: &str) -> Result<()> {
    let mut on = match bucket.get("DependsOn").cloned() {
        None => Vec::new(),
        Some(Node::List(ids)) if ids.iter().all(|id| id.as_str().is_some()) => ids,
        Some(one @ Node::Text(_)) => vec![one],
        Some(_) => {
            let message =
                "Invalid type for field 'DependsOn'. Expected a string or list of strings.";
            return Err(resource(event, message));
        }
    };
    on.push(permission.into());
    on.sort_by_key(|id| id.as_str().map(str::to_owned));
    on.dedup();
    bucket.insert("DependsOn", on);
    Ok(())
}

/// Where the permission is only made under a condition, a tag refers to it: it can be conditional, `DependsOn` cannot.
fn depend_by_tag(bucket: &mut Dict, id: &str, condition: &Node, permission: &str) -> Result<()> {
    let value = names::conditional_else(condition, names::reference(permission), "no dependency");
    let tag = dict! { "Key" => format!("sam:ConditionalDependsOn:{permission}"), "Value" => value };
    let tags = or_new(properties(bucket, id)?, "Tags", Node::List(Vec::new()));
    shape::list(tags, id, "Tags")?;
    tags.as_list_mut().into_iter().for_each(|tags| tags.push(tag.clone()));
    Ok(())
}

fn properties<'a>(bucket: &'a mut Dict, id: &str) -> Result<&'a mut Dict> {
    or_new(bucket, "Properties", Node::Dict(Dict::new()))
        .as_dict_mut()
        .ok_or_else(|| resource(id, "Properties should be a map."))
}

/// The value of a key, which gets one if it has none.
fn or_new<'a>(dict: &'a mut Dict, key: &str, new: Node) -> &'a mut Node {
    if dict.get(key).is_none_or(Node::is_null) {
        dict.insert(key, new.clone());
    }
    dict.or_insert(key, new)
}

fn notify(bucket: &mut Dict, id: &str, event: &Event, target: &Target) -> Result<()> {
    let config =
        or_new(properties(bucket, id)?, "NotificationConfiguration", Node::Dict(Dict::new()));
    shape::map(config, id, "NotificationConfiguration")?;
    let Some(config) = config.as_dict_mut() else { return Ok(()) };
    let all = or_new(config, "LambdaConfigurations", Node::List(Vec::new()));
    let Some(all) = all.as_list_mut() else {
        return Err(resource(id, "Invalid type for LambdaConfigurations. Must be a list."));
    };
    let kinds = event.given.any("Events");
    let kinds = kinds.as_list().cloned().unwrap_or_else(|| vec![kinds.clone()]);
    for kind in kinds {
        let mut one = Dict::new();
        one.insert("Function", target.arn.clone());
        if let Some(filter) = event.given.get("Filter") {
            one.insert("Filter", filter.clone());
        }
        one.insert("Event", kind);
        let one = match target.condition() {
            Some(condition) => names::conditional(condition, one),
            None => Node::Dict(one),
        };
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Ok(())
}

/// The bucket, as it is now.
fn made(id: &str, bucket: &Dict) -> Result<Made> {
    let kind = bucket.text("Type").unwrap_or_default();
    if kind != KIND {
        let message = format!("Resource has incorrect Type; expected '{KIND}', got '{kind}'");
        return Err(resource(id, message));
    }
    let mut attributes = bucket.clone();
    let properties = attributes.remove("Properties").unwrap_or_default();
    let depends_on = attributes.remove("DependsOn").unwrap_or_default();
    let properties = properties.as_dict().cloned().unwrap_or_default();
    Ok(Made { id: id.to_owned(), kind: KIND, depends_on, attributes, properties })
}
