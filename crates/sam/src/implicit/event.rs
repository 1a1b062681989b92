//! One event put into the API that it is of.

use super::Kind;
use super::conditions::Conditions;
use crate::error::{Result, event as wrong, resource};
use crate::intrinsics::ref_or_self;
use crate::names;
use crate::openapi::ANY;
use crate::read::serverless;
use crate::tree::{Dict, Node, Text};

pub(super) fn add(
    document: &mut Dict,
    kind: Kind,
    function: &Dict,
    name: &str,
    event: &mut Dict,
    conditions: &mut Conditions,
) -> Result<()> {
    if kind == Kind::Rest && event.truthy("Properties").is_none() {
        return Ok(());
    }
    let properties = event.or_insert("Properties", Dict::new());
    let properties =
        properties.as_dict_mut().ok_or_else(|| wrong(name, "Properties should be a map."))?;
    if !properties.has(kind.property()) {
        share_tags(document, kind, function);
        properties.insert(kind.property(), names::reference(kind.id()));
    }
    if kind == Kind::Http
        && properties.truthy("Path").is_none()
        && properties.truthy("Method").is_none()
    {
        properties.insert("Path", "$default");
        properties.insert("Method", ANY);
    }
    let (api, path, method) = place(kind, name, properties)?;
    conditions.note(&api, &path, &method, function);
    add_path(document, kind, name, &api, &path, &method)?;
    if kind == Kind::Http
        && let Some(settings) = properties.get("RouteSettings").cloned()
    {
        let condition = function.get("Condition");
        add_route(document, name, &api, (&path, &method), settings, condition)?;
    }
    Ok(())
}

/// An API that is not written down has the tags of functions that propagate theirs.
fn share_tags(document: &mut Dict, kind: Kind, function: &Dict) {
    let empty = Dict::new();
    let own = function.dict("Properties").unwrap_or(&empty);
    let shared = document.dict("Globals").and_then(|globals| globals.dict("Function"));
    let shared = shared.unwrap_or(&empty);
    let either = |name: &str| own.truthy(name).or(shared.truthy(name)).cloned();
    let (Some(_), Some(Node::Dict(tags))) = (either("PropagateTags"), either("Tags")) else {
        return;
    };
    let api = document.dict_mut("Resources").and_then(|all| all.dict_mut(kind.id()));
    let Some(properties) = api.and_then(|api| api.dict_mut("Properties")) else { return };
    if let Some(all) = properties.or_insert("Tags", Dict::new()).as_dict_mut() {
        all.update(&tags);
    }
    properties.insert("PropagateTags", true);
}

/// The API, the path and the method of an event.
fn place(kind: Kind, name: &str, properties: &Dict) -> Result<(Text, Text, Text)> {
    let given = |part: &str| properties.get(part).filter(|value| !value.is_null());
    for part in ["Path", "Method"] {
        if given(part).is_none() {
            return Err(wrong(name, format!("Property '{part}' is required.")));
        }
    }
    let text = |part: &str| {
        let value =
            given(part).map(|one| if part == kind.property() { ref_or_self(one) } else { one });
        value
            .and_then(Node::as_text)
            .cloned()
            .ok_or_else(|| wrong(name, format!("Property '{part}' should be a string.")))
    };
    Ok((text(kind.property())?, text("Path")?, text("Method")?))
}

fn add_path(
    document: &mut Dict,
    kind: Kind,
    name: &str,
    api: &Text,
    path: &Text,
    method: &Text,
) -> Result<()> {
    let one = document.dict_mut("Resources").and_then(|all| all.dict_mut(api));
    let Some(one) = one.filter(|one| kind == Kind::Http || serverless(one) != Some("HttpApi"))
    else {
        return Err(wrong(
            name,
            format!(
                "{} must be a valid reference to an 'AWS::Serverless::{}' resource in same template.",
                kind.property(),
                kind.event()
            ),
        ));
    };
    let Some(properties) = one.dict_mut("Properties") else { return Ok(()) };
    if !kind.is_valid(properties.dict("DefinitionBody"))
        || properties.truthy("__MANAGE_SWAGGER").is_none()
    {
        return Ok(());
    }
    let body = properties.dict("DefinitionBody").cloned().unwrap_or_default();
    let body = kind.edit(body, |paths| crate::openapi::add_path(paths, path, method))?;
    properties.insert("DefinitionBody", body);
    Ok(())
}

/// Puts an event's settings of its route beside those of the API.
fn add_route(
    document: &mut Dict,
    name: &str,
    api: &str,
    (path, method): (&str, &str),
    settings: Node,
    condition: Option<&Node>,
) -> Result<()> {
    let route = match method {
        ANY => path.to_owned(),
        other => format!("{} {path}", other.to_uppercase()),
    };
    let one = document.dict_mut("Resources").and_then(|all| all.dict_mut(api));
    let Some(properties) = one.and_then(|one| one.dict_mut("Properties")) else { return Ok(()) };
    let all = properties.or_insert("RouteSettings", Dict::new());
    let all = all
        .as_dict_mut()
        .ok_or_else(|| resource(api, "Property 'RouteSettings' should be a map."))?;
    let settings = match condition.filter(|condition| condition.is_truthy()) {
        Some(condition) => names::conditional(condition, settings),
        None => settings,
    };
    let settings = crate::shape::event_map(&settings, name, "RouteSettings")?;
    if let Some(there) = all.or_insert(route, Dict::new()).as_dict_mut() {
        there.update(settings);
    }
    Ok(())
}
