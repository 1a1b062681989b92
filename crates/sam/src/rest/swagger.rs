//! The Swagger or OpenAPI document of a REST API while it is changed. The order in which things are put in matters: a
//! deployment's id has a digest of it.

use crate::error::{Result, template};
use crate::globals::is_version_3;
use crate::names;
use crate::openapi::{self, INTEGRATION};
use crate::tree::{Dict, Node, Text, legacy, list};

/// What a path's item has beside methods.
pub(super) const NO_METHODS: &[&str] = &["summary", "description", "parameters"];
const DEFINITIONS: &str = "securityDefinitions";
const RESPONSES: &str = "x-amazon-apigateway-gateway-responses";
pub(super) const POLICY: &str = "x-amazon-apigateway-policy";
/// The document, and parts of it that are put in when it is closed.
pub(crate) struct Swagger {
    pub(super) body: Dict,
    pub(super) security: Node,
    responses: Node,
    pub(super) definitions: Node,
    pub(super) policy: Dict,
}

/// What a method's caller must be, as events and APIs say it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub path: &'a Text,
    pub method: &'a Text,
}

impl Swagger {
    pub fn is_valid(body: &Dict) -> bool {
        let truthy = |name: &str| body.get(name).filter(|value| value.is_truthy());
        body.get("paths").is_some_and(|paths| paths.as_dict().is_some())
            && (truthy("swagger").is_some() || truthy("openapi").is_some_and(is_version_3))
    }

    /// # Errors
    /// It is no such document.
    pub fn open(mut body: Dict) -> Result<Self> {
        if !Self::is_valid(&body) {
            return Err(template(
                "Invalid Swagger document or the Swagger document is not explicitly defined in \
                 'DefinitionBody'.",
            ));
        }
        body.settle();
        let part = |name: &str| body.truthy(name).cloned().unwrap_or_else(|| legacy! {});
        let policy = part(POLICY).as_dict().cloned().unwrap_or_default();
        let definitions = body.get("definitions").cloned().unwrap_or_else(|| legacy! {});
        let (security, responses) = (part(DEFINITIONS), part(RESPONSES));
        body.dict("paths").map_or(Ok(()), openapi::check_paths)?;
        Ok(Swagger { body, security, responses, definitions, policy })
    }

    pub fn paths(&mut self) -> &mut Dict {
        match self.body.or_insert("paths", legacy! {}) {
            Node::Dict(paths) => paths,
            _ => unreachable!("checked when it was opened"),
        }
    }

    pub fn close(mut self) -> Dict {
        for (name, part) in [
            (DEFINITIONS, self.security),
            (RESPONSES, self.responses),
            ("definitions", self.definitions),
        ] {
            if part.is_truthy() {
                self.body.insert(name, part);
            }
        }
        self.body.settle();
        self.body
    }

    /// Has a method of a path call a function, as somebody where credentials are given.
    pub fn add_integration(
        &mut self,
        place: Place<'_>,
        integration: &Dict,
        condition: Option<&Node>,
    ) -> Result<()> {
        let name = openapi::method_name(place.method);
        let paths = self.paths();
        openapi::add_path(paths, place.path, place.method)?;
        openapi::each_item(paths, place.path, |item| {
            let Some(method) = item.get_mut(&name) else { return Ok(()) };
            let Some(one) = method.as_dict_mut() else { return Ok(()) };
            one.insert(INTEGRATION, integration.clone());
            one.or_insert("responses", legacy! {});
            if let Some(condition) = condition {
                *method = names::conditional(condition, method.clone());
            }
            Ok(())
        })
    }

    /// Changes the definition of a method that has an integration.
    pub fn each(
        &mut self,
        place: Place<'_>,
        change: impl FnMut(&mut Dict) -> Result<()>,
    ) -> Result<()> {
        openapi::each_definition(self.paths(), place.path, place.method, change)
    }

    pub fn add_response(&mut self, kind: &Text, response: Node) {
        if let Some(all) = self.responses.as_dict_mut() {
            all.insert(kind.clone(), response);
        }
    }

    pub fn disable_endpoint(&mut self, disabled: &Node) -> Result<()> {
        const CONFIG: &str = "x-amazon-apigateway-endpoint-configuration";
        let set = |of: &mut Dict, place: &str| {
            let config = of.or_insert(CONFIG, Dict::new()).as_dict_mut();
            let config = config.ok_or_else(|| {
                template(format!(
                    "Invalid OpenAPI definition{place}: The value of '{CONFIG}' should be a map."
                ))
            })?;
            config.insert("disableExecuteApiEndpoint", disabled.clone());
            Ok(())
        };
        if !self.body.truthy("openapi").is_some_and(is_version_3) {
            return set(&mut self.body, "");
        }
        let servers = self.body.or_insert("servers", list![legacy! {}]);
        for (index, server) in servers.as_list_mut().into_iter().flatten().enumerate() {
            let place = format!(" of 'servers[{index}]'");
            let message = format!("Invalid OpenAPI definition{place}: It should be a map.");
            set(server.as_dict_mut().ok_or_else(|| template(message))?, &place)?;
        }
        Ok(())
    }
}
