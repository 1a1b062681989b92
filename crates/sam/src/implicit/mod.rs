//! APIs that are not written down: events that name none get one, and all events' paths are put into the documents
//! of APIs that describe nothing themselves. It is done before `Globals` are merged.

mod conditions;
mod event;

use crate::error::{Error, Failure, Result};
use crate::http::document::Document as OpenApi;
use crate::read::serverless;
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

    fn is_valid(self, body: Option<&Dict>) -> bool {
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
        if let Err(failure) = event::add(document, kind, &function, &name, event, conditions) {
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
