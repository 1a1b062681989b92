//! APIs that are not written down: events that name none get one, and all events' paths are put into the documents
//! of APIs that describe nothing themselves. It is done before `Globals` are merged.

mod conditions;

use crate::error::{Error, Failure, Result, event as wrong, resource};
use crate::expansion::serverless;
use crate::http::document::Document as OpenApi;
use crate::intrinsics::ref_or_self;
use crate::names;
use crate::openapi::ANY;
use crate::rest::swagger::Swagger;
use crate::tree::{Dict, Node, Text, dict};
use conditions::Conditions;

/// One of the two kinds of APIs.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Rest,
    Http,
}

impl Kind {
    /// What an event names its API by.
    fn property(self) -> &'static str {
        if self == Kind::Rest { "RestApiId" } else { "ApiId" }
    }

    /// The logical id of the API that is not written down.
    fn id(self) -> &'static str {
        if self == Kind::Rest { "ServerlessRestApi" } else { "ServerlessHttpApi" }
    }

    fn event(self) -> &'static str {
        if self == Kind::Rest { "Api" } else { "HttpApi" }
    }

    fn resource(self) -> Node {
        let mut properties = Dict::new();
        match self {
            Kind::Rest => {
                properties.insert("StageName", "Prod");
                properties.insert("DefinitionBody", crate::rest::skeleton());
            }
            Kind::Http => properties.insert("DefinitionBody", crate::http::skeleton()),
        }
        properties.insert("__MANAGE_SWAGGER", true);
        let kind = format!("AWS::Serverless::{}", self.event());
        dict! { "Type" => kind, "Properties" => properties }
    }

    fn is_valid(self, body: Option<&Node>) -> bool {
        match self {
            Kind::Rest => body.is_some_and(Swagger::is_valid),
            Kind::Http => body.is_some_and(OpenApi::is_valid),
        }
    }

    /// Changes the paths of a document.
    fn edit(self, body: Dict, change: impl FnOnce(&mut Dict) -> Result<()>) -> Result<Dict> {
        match self {
            Kind::Rest => {
                let mut editor = Swagger::open(body)?;
                change(editor.paths())?;
                Ok(editor.close())
            }
            Kind::Http => {
                let mut editor = OpenApi::open(body)?;
                change(editor.paths())?;
                Ok(editor.close())
            }
        }
    }
}

pub(crate) fn rest(document: &mut Dict) -> Result<()> {
    add(document, Kind::Rest)
}

pub(crate) fn http(document: &mut Dict) -> Result<()> {
    add(document, Kind::Http)
}

fn add(document: &mut Dict, kind: Kind) -> Result<()> {
    let id = kind.id();
    let Some(resources) = document.dict_mut("Resources") else { return Ok(()) };
    let before = resources.get(id).cloned();
    resources.insert(id, kind.resource());
    let mut conditions = Conditions::default();
    let mut errors = Vec::new();
    for function in functions(document) {
        match of_function(document, kind, &function, &mut conditions) {
            Ok(()) => {}
            Err(Failure::One(error @ Error::Event { .. })) => {
                errors.push(Error::Resource { id: function.text, message: error.to_string() });
            }
            Err(other) => return Err(other),
        }
    }
    conditions.apply(document, kind)?;
    let Some(resources) = document.dict_mut("Resources") else { return Ok(()) };
    let body = resources.dict(id).and_then(|one| one.dict("Properties")?.dict("DefinitionBody"));
    if body.and_then(|body| body.dict("paths")).is_some_and(Dict::is_empty) {
        match before {
            Some(before) => resources.insert(id, before),
            None => drop(resources.remove(id)),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Failure::All(errors)) }
}

fn functions(document: &Dict) -> Vec<Text> {
    let all = document.dict("Resources").into_iter().flat_map(Dict::iter);
    all.filter(|(_, one)| one.as_dict().and_then(serverless) == Some("Function"))
        .map(|(id, _)| id.clone())
        .collect()
}

/// Puts the events of a function into the APIs that they are of.
fn of_function(
    document: &mut Dict,
    kind: Kind,
    id: &str,
    conditions: &mut Conditions,
) -> Result<()> {
    let Some(function) = document.dict("Resources").and_then(|all| all.dict(id)).cloned() else {
        return Ok(());
    };
    let events = function.dict("Properties").and_then(|properties| properties.dict("Events"));
    let mut some = Dict::legacy();
    for (name, event) in events.into_iter().flat_map(Dict::iter) {
        if event.get("Type").is_some_and(|one| one == kind.event()) {
            some.insert(name.clone(), event.clone());
        }
    }
    if some.is_empty() {
        return Ok(());
    }
    let mut failed = None;
    for name in some.names() {
        let Some(event) = some.dict_mut(&name) else { continue };
        if let Err(failure) = of_event(document, kind, &function, &name, event, conditions) {
            failed = Some(failure);
            break;
        }
    }
    let properties =
        document.dict_mut("Resources").and_then(|all| all.dict_mut(id)?.dict_mut("Properties"));
    if let Some(events) = properties.and_then(|properties| properties.dict_mut("Events")) {
        events.update(&some);
    }
    failed.map_or(Ok(()), Err)
}

fn of_event(
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
    if !kind.is_valid(properties.get("DefinitionBody"))
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
