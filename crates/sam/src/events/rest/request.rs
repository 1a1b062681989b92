//! What requests of a method are like, where its event says so, and what the API's own document says of it.

use super::Method;
use crate::error::{Result, event as wrong, resource, template};
use crate::globals::python_text;
use crate::intrinsics::is_function;
use crate::openapi::{self, INTEGRATION};
use crate::rest::swagger::Swagger;
use crate::shape;
use crate::tree::{self, Dict, Node, legacy};

impl Method<'_> {
    pub(super) fn add_model(&self, swagger: &mut Swagger) -> Result<()> {
        let Some(request) = self.event.given.truthy("RequestModel").and_then(Node::as_dict) else {
            return Ok(());
        };
        let Some(model) = request.truthy("Model") else { return Ok(()) };
        let end = |what: &str| {
            self.wrong(format!(
                "Unable to set {what} [{}] on API method [{}] for path [{}] ",
                python_text(model),
                self.method.text,
                self.path.text
            ))
        };
        let unable = |why: &str| match end("RequestModel") {
            crate::error::Failure::One(crate::Error::Event { id, message }) => {
                Err(wrong(&id, format!("{message}because {why}")))
            }
            other => Err(other),
        };
        let Some(models) = self.api.truthy("Models") else {
            return unable("the related API does not define any Models.");
        };
        if !is_function(models) && models.as_dict().is_none() {
            return unable("the related API Models defined is of invalid type.");
        }
        let Some(name) = model.as_text() else {
            return unable("the related API does not contain valid Models.");
        };
        if !models.get(name).is_some_and(Node::is_truthy) {
            return unable("it wasn't defined in the API's Models.");
        }
        swagger.add_model(self.place(), name, request.get("Required"))?;
        let flag = |name: &str| request.get(name).filter(|flag| !flag.is_null());
        let (body, parameters) = (flag("ValidateBody"), flag("ValidateParameters"));
        if body.is_none() && parameters.is_none() {
            return Ok(());
        }
        let bool = |flag: Option<&Node>| match flag {
            None => Some(false),
            Some(Node::Bool(bool)) => Some(*bool),
            Some(_) => None,
        };
        let (Some(body), Some(parameters)) = (bool(body), bool(parameters)) else {
            return Err(self.wrong(format!(
                "Unable to set Validator to RequestModel [{}] on API method [{}] for path [{}] ValidateBody and \
                 ValidateParameters must be a boolean type, strings or intrinsics are not supported.",
                name.text, self.method.text, self.path.text
            )));
        };
        swagger.add_validator(self.place(), body, parameters)
    }

    pub(super) fn add_parameters(&self, swagger: &mut Swagger) -> Result<()> {
        let Some(given) = self.event.given.truthy("RequestParameters") else { return Ok(()) };
        let mut all = Vec::new();
        for one in given.as_list().into_iter().flatten() {
            all.push(self.parameter(one)?);
        }
        swagger.each(self.place(), |definition| {
            for (name, required, cached) in &all {
                add_parameter(definition, name, required, *cached);
            }
            Ok(())
        })
    }

    /// A parameter's name, whether it must be there, and whether answers are kept by it.
    fn parameter(&self, given: &Node) -> Result<(tree::Text, Node, bool)> {
        let invalid = |why: &str| {
            self.wrong(format!("Invalid value for 'RequestParameters' property. {why}"))
        };
        let (name, settings) = match given {
            Node::Text(name) => (name.clone(), Dict::new()),
            Node::Dict(one) => {
                let Some((name, settings)) = one.iter().next() else {
                    return Err(invalid("Property must be either a string or an object"));
                };
                let known = |settings: &&Dict| {
                    settings.keys().all(|key| matches!(&**key, "Required" | "Caching"))
                };
                let settings = settings.as_dict().filter(known).ok_or_else(|| {
                    invalid("Values must be an object, e.g { Required: true, Caching: false }")
                })?;
                (name.clone(), settings.clone())
            }
            _ => return Err(invalid("Property must be either a string or an object")),
        };
        let places =
            ["method.request.querystring.", "method.request.path.", "method.request.header."];
        if !places.iter().any(|place| name.starts_with(place)) {
            return Err(invalid(
                "Keys must be in the format 'method.request.[querystring|path|header].{value}', e.g \
                 'method.request.header.Authorization'.",
            ));
        }
        let required = settings.get("Required").cloned().unwrap_or(Node::Bool(false));
        Ok((name, required, settings.truthy("Caching").is_some()))
    }

    /// The API's own document, with what was made for this method.
    pub(super) fn merge(&self, given: Dict, made: Dict) -> Result<Dict> {
        let mut all = given.copied();
        let name = openapi::method_name(&self.method);
        let made = made.dict("paths").and_then(|paths| paths.dict(&self.path)?.dict(&name));
        let Some(paths) = all.dict_mut("paths") else { return Ok(all) };
        let item = paths.get(&self.path).filter(|item| !item.is_null());
        if item.is_some_and(|item| item.as_dict().is_none()) {
            let message = format!(
                "Property 'DefinitionBody' is invalid: The value of '{}' should be a map",
                self.path.text
            );
            return Err(resource(&self.event.about, message));
        }
        let there = item.and_then(|item| item.get(&self.method)).filter(|one| one.is_truthy());
        let there = match there {
            None => &Dict::new(),
            Some(there) => {
                let path = format!("DefinitionBody.paths.{}.{}", self.path.text, self.method.text);
                shape::map(there, &self.event.about, &path)?
            }
        };
        let mut both = Dict::new();
        both.update(there);
        made.into_iter().for_each(|made| both.update(made));
        let item = paths.or_insert(self.path.clone(), Dict::new()).as_dict_mut();
        let item = item.ok_or_else(|| template("Value of paths must be a dictionary."))?;
        item.insert(self.method.clone(), both);
        Ok(all)
    }
}

fn add_parameter(definition: &mut Dict, name: &tree::Text, required: &Node, cached: bool) {
    let short = name.text.replace("method.request.", "");
    let (place, short) = short.split_once('.').unwrap_or((&short, ""));
    let of = |text: &str| tree::Text { text: text.to_owned(), unicode: name.unicode };
    let place = if place == "querystring" { "query".into() } else { of(place) };
    let one = legacy! {
        "in" => place, "name" => of(short), "required" => required, "type" => "string"
    };
    let mut all = definition.get("parameters").and_then(Node::as_list).cloned().unwrap_or_default();
    all.push(one);
    definition.insert("parameters", all);
    if let Some(integration) = definition.dict_mut(INTEGRATION).filter(|_| cached) {
        let keys = integration.or_insert("cacheKeyParameters", Vec::new());
        keys.as_list_mut().into_iter().for_each(|keys| keys.push(name.clone().into()));
    }
}
