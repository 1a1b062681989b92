//! `Globals`: properties that all resources of a type have, unless they say otherwise.

use crate::error::{Error, Failure, Result, resource, template};
use crate::intrinsics::is_function;
use crate::kinds;
use crate::tree::{Dict, Node, write};

/// How many bytes the properties of all resources may have once they are merged, about.
const MOST: usize = 64 << 20;

/// Merges the section into the resources, and removes it.
pub(crate) fn merge(document: &mut Dict) -> Result<()> {
    let section = document.remove("Globals").unwrap_or(Node::Dict(Dict::new()));
    let section = section.as_dict().ok_or_else(|| wrong("It must be a non-empty dictionary"))?;
    check(section)?;
    let Some(resources) = document.dict_mut("Resources") else { return Ok(()) };
    let mut left = MOST;
    for id in resources.names() {
        if let Some(one) = resources.dict_mut(&id) {
            of_resource(&id, one, section)?;
            left = left
                .checked_sub(one.get("Properties").map_or(0, Node::weight))
                .ok_or_else(too_large)?;
        }
    }
    open_api_versions(document)
}

/// What is said where a small template would make a huge one.
pub(crate) fn too_large() -> Failure {
    template("The template is too large once it is expanded.")
}

fn wrong(message: impl Into<String>) -> Failure {
    Failure::All(vec![Error::Globals(message.into())])
}

/// Whether the section names types and properties that it may.
fn check(section: &Dict) -> Result<()> {
    for (name, properties) in section.iter() {
        let Some(known) = kinds::global_properties(name) else {
            let names = quoted(&kinds::global_sections());
            return Err(wrong(format!(
                "'{}' is not supported. Must be one of the following values - {names}",
                name.text
            )));
        };
        let Some(properties) = properties.as_dict() else {
            return Err(wrong("Value of ${section} must be a dictionary"));
        };
        if let Some(key) = properties.keys().find(|key| !known.contains(&&***key)) {
            return Err(wrong(format!(
                "'{}' is not a supported property of '{}'. Must be one of the following values - {}",
                key.text,
                name.text,
                quoted(known)
            )));
        }
    }
    Ok(())
}

fn quoted(names: &[&str]) -> String {
    write::python(&Node::List(names.iter().map(|name| Node::from(*name)).collect()))
}

fn of_resource(id: &str, one: &mut Dict, section: &Dict) -> Result<()> {
    let name = one.text("Type").and_then(|kind| kind.strip_prefix("AWS::Serverless::"));
    let Some(name) = name.map(str::to_owned) else { return Ok(()) };
    let Some(shared) = section.dict(&name) else {
        one.or_insert("Properties", Dict::new());
        return Ok(());
    };
    let is_replaced = name == "Function";
    let shared = without_ignored(id, one, shared)?;
    let own = one.get("Properties").cloned().unwrap_or(Node::Dict(Dict::new()));
    let replaced = |path: &str| is_replaced && path == "Architectures";
    one.insert("Properties", merged(&Node::Dict(shared), &own, "", &replaced));
    Ok(())
}

/// What is shared but for what the resource wants nothing of.
fn without_ignored(id: &str, one: &Dict, shared: &Dict) -> Result<Dict> {
    let wrong = |end: String| {
        resource(id, format!("Resource {id} has invalid resource attribute 'IgnoreGlobals'{end}."))
    };
    let all_wrong = |failure| match failure {
        Failure::One(error) => Failure::All(vec![error]),
        other => other,
    };
    let mut shared = shared.clone();
    match one.truthy("IgnoreGlobals") {
        None => {}
        Some(node) if node == "*" => return Ok(Dict::new()),
        Some(Node::List(names)) => {
            shared.settle();
            for name in names {
                if name.as_str().is_none_or(|name| shared.remove(name).is_none()) {
                    let name = name.as_str().unwrap_or_default();
                    return Err(all_wrong(wrong(format!(" on item '{name}'"))));
                }
            }
        }
        Some(_) => return Err(all_wrong(wrong(String::new()))),
    }
    Ok(shared)
}

/// Maps are merged, lists joined, and of all else the resource's own is taken.
fn merged(shared: &Node, own: &Node, path: &str, replaced: &impl Fn(&str) -> bool) -> Node {
    match (shared, own) {
        _ if replaced(path) => own.clone(),
        (Node::Dict(all), Node::Dict(own_dict)) if !is_function(shared) && !is_function(own) => {
            let mut both = all.copied();
            for (key, value) in own_dict.iter() {
                let path =
                    if path.is_empty() { key.text.clone() } else { format!("{path}.{}", key.text) };
                let value = match both.get(key) {
                    Some(shared) => merged(shared, value, &path, replaced),
                    None => value.clone(),
                };
                both.insert(key.clone(), value);
            }
            Node::Dict(both)
        }
        (Node::List(all), Node::List(own)) => Node::List(all.iter().chain(own).cloned().collect()),
        _ => own.clone(),
    }
}

/// Makes the documents that are written here of the version that a REST API asks for.
fn open_api_versions(document: &mut Dict) -> Result<()> {
    let Some(resources) = document.dict_mut("Resources") else { return Ok(()) };
    for one in resources.values_mut().filter_map(Node::as_dict_mut) {
        if one.text("Type") != Some("AWS::Serverless::Api") {
            continue;
        }
        let Some(properties) = one.dict_mut("Properties") else { continue };
        if !properties.has("__MANAGE_SWAGGER") {
            continue;
        }
        let Some(version) = properties.get("OpenApiVersion").filter(|one| is_version_3(one)) else {
            continue;
        };
        let version = match version {
            Node::Text(text) => Node::Text(text.clone()),
            other => python_text(other).into(),
        };
        properties.insert("OpenApiVersion", version.clone());
        if let Some(body) = properties.dict_mut("DefinitionBody") {
            body.insert("openapi", version);
            if body.truthy("swagger").is_some() {
                body.remove("swagger");
            }
        }
    }
    Ok(())
}

/// `str` of a value.
pub(crate) fn python_text(node: &Node) -> String {
    node.as_str().map_or_else(|| write::python(node), str::to_owned)
}

/// Whether a version is 3.x or 3.x.y, of digits.
pub(crate) fn is_version_3(version: &Node) -> bool {
    is_version(version, "3")
}

/// Whether a version begins with one of these digits and has one or two more.
pub(crate) fn is_version(version: &Node, majors: &str) -> bool {
    let text = python_text(version);
    let parts: Vec<&str> = text.split('.').collect();
    let digit = |part: &&str| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts.len(), 2 | 3) && majors.contains(parts[0]) && parts.iter().all(digit)
}
