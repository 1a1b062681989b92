//! `Api`: a method of a REST API, whose document is written into.

mod auth;
mod request;

use super::{Event, http, permission};
use crate::error::{Result, event as wrong, resource};
use crate::expansion::Expansion;
use crate::function::Target;
use crate::intrinsics::ref_or_self;
use crate::made::Made;
use crate::names;
use crate::openapi::{self, INTEGRATION};
use crate::rest::swagger::{Place, Swagger};
use crate::shape::Shape::{Int, List, Map, Text};
use crate::shape::{Property, may, must};
use crate::tree::{self, Dict, Node, dict};

pub(super) const PROPERTIES: &[Property] = &[
    must("Path", Text),
    must("Method", Text),
    must("RestApiId", Text),
    may("Stage", Text),
    may("Auth", Map),
    may("RequestModel", Map),
    may("RequestParameters", List),
    may("TimeoutInMillis", Int),
    may("ResponseTransferMode", Text),
];

/// The API's logical id.
pub(super) fn link(expansion: &Expansion<'_>, event: &Event) -> Result<String> {
    let given = event.given.any("RestApiId");
    let Some(id) = ref_or_self(&given).as_str() else { return Ok(String::new()) };
    let Some(api) = expansion.resources().dict(id) else {
        return Err(wrong(
            &event.id,
            "RestApiId property of Api event must reference a valid resource in the same template.",
        ));
    };
    let properties = api.get("Properties");
    if properties.is_some_and(|properties| properties.as_dict().is_none()) {
        return Err(resource(id, "Attribute 'Properties' should be a map."));
    }
    let stage = properties.and_then(|properties| properties.get("StageName"));
    if stage.and_then(Node::as_str) == Some("") {
        return Err(resource(id, "StageName cannot be empty."));
    }
    Ok(id.to_owned())
}

/// What the method is of, besides its event.
struct Method<'a> {
    event: &'a Event,
    api: Dict,
    path: tree::Text,
    method: tree::Text,
    /// The stage's name, or what stands for it in an id.
    stage: tree::Text,
}

pub(super) fn expand(
    expansion: &mut Expansion<'_>,
    event: Event,
    target: &Target,
) -> Result<Vec<Made>> {
    let text = |name: &str| event.given.any(name).as_text().cloned().unwrap_or_default();
    let (path, method) = (text("Path"), text("Method"));
    let method = tree::Text { text: method.to_lowercase(), unicode: method.unicode };
    let stage = resolve_auth(expansion, &event.about)?;
    let api = expansion.resources().dict(&event.about).and_then(|api| api.dict("Properties"));
    let api = api.cloned().unwrap_or_default();
    let mut one = Method { event: &event, api, path, method, stage };
    let permission = one.permission(expansion, target);
    let merged = one.api.truthy("MergeDefinitions").is_some();
    if (merged || one.api.truthy("__MANAGE_SWAGGER").is_some())
        && let Some(body) = one.integrate(expansion, target, merged)?
    {
        one.keep(expansion, body);
    }
    if let Some(body) = one.override_auth()? {
        one.keep(expansion, body);
    }
    Ok(vec![permission])
}

/// Replaces parameters in an API's `Auth`, and tells its stage.
fn resolve_auth(expansion: &mut Expansion<'_>, api: &str) -> Result<tree::Text> {
    let document = expansion.document.dict_mut("Resources");
    let properties = document.and_then(|all| all.dict_mut(api)?.dict_mut("Properties"));
    let Some(properties) = properties else { return Ok("AllStages".into()) };
    expansion.parameters.resolve_in(properties, "Auth")?;
    let stage = properties.get("StageName").and_then(Node::as_text).cloned();
    Ok(stage.unwrap_or_else(|| "Stage".into()))
}

impl Method<'_> {
    fn place(&self) -> Place<'_> {
        Place { path: &self.path, method: &self.method }
    }

    fn keep(&mut self, expansion: &mut Expansion<'_>, body: Dict) {
        self.api.insert("DefinitionBody", body.clone());
        if let Some(properties) = expansion.properties_mut(&self.event.about) {
            properties.insert("DefinitionBody", body);
        }
    }

    fn auth(&self) -> Option<&Dict> {
        self.event.given.truthy("Auth").and_then(Node::as_dict)
    }

    fn permission(&self, expansion: &Expansion<'_>, target: &Target) -> Made {
        let verb = match &*self.method {
            "any" => "*".to_owned(),
            other => other.to_uppercase(),
        };
        let pattern = openapi::path_pattern(&self.path, true);
        let resource = format!("${{__ApiId__}}/${{__Stage__}}/{verb}{pattern}");
        let arn = names::arn(expansion.partition, "execute-api", &resource);
        let api = self.event.given.any("RestApiId");
        let source = names::substitute_with(arn, dict! { "__ApiId__" => api, "__Stage__" => "*" });
        permission(self.event, &self.stage, target, "apigateway.amazonaws.com", source)
    }

    /// The API's document with the method in it; nothing if there is no document.
    fn integrate(
        &self,
        expansion: &Expansion<'_>,
        target: &Target,
        merged: bool,
    ) -> Result<Option<Dict>> {
        let Some(given) = self.api.get("DefinitionBody").filter(|body| !body.is_null()) else {
            return Ok(None);
        };
        let given = given.as_dict().cloned().unwrap_or_default();
        let body = match crate::rest::skeleton() {
            Node::Dict(skeleton) if merged => skeleton,
            _ => given.clone(),
        };
        let mut swagger = Swagger::open(body)?;
        if openapi::has_integration(swagger.paths(), &self.path, &self.method)? {
            return Err(self.wrong(format!(
                "API method \"{}\" defined multiple times for path \"{}\".",
                self.method.text, self.path.text
            )));
        }
        let integration = self.integration(expansion, target)?;
        swagger.add_integration(self.place(), &integration, target.condition())?;
        self.add_auth(&mut swagger)?;
        if let Some(time) = self.event.given.truthy("TimeoutInMillis") {
            swagger.each(self.place(), |definition| {
                if let Some(integration) = definition.dict_mut(INTEGRATION) {
                    integration.insert("timeoutInMillis", time.clone());
                }
                Ok(())
            })?;
        }
        self.add_model(&mut swagger)?;
        self.add_parameters(&mut swagger)?;
        if merged {
            return self.merge(given, swagger.close()).map(Some);
        }
        Ok(Some(swagger.close()))
    }

    fn wrong(&self, message: impl Into<String>) -> crate::error::Failure {
        wrong(&self.event.id, message)
    }

    fn integration(&self, expansion: &Expansion<'_>, target: &Target) -> Result<Dict> {
        let mode = self.event.given.any("ResponseTransferMode");
        let uri = http::call_uri(expansion.legacy, expansion.partition, target, mode.as_str());
        let uri = match target.condition() {
            Some(condition) => names::conditional(condition, uri),
            None => uri,
        };
        let mut made = Dict::legacy();
        made.insert("type", "aws_proxy");
        made.insert("httpMethod", "POST");
        made.insert("uri", uri);
        if &mode == "RESPONSE_STREAM" {
            made.insert("responseTransferMode", "STREAM");
        }
        if let Some(credentials) = self.credentials(expansion.partition)? {
            made.insert("credentials", credentials);
        }
        Ok(made)
    }
}
