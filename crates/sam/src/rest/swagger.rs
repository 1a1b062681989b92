//! The Swagger or OpenAPI document of a REST API while it is changed. The order in which things are put in matters: a
//! deployment's id has a digest of it.

use crate::error::{Error, Result, template};
use crate::globals::{is_version_3, python_text};
use crate::names;
use crate::openapi::{self, INTEGRATION};
use crate::tree::{Dict, Node, Text, dict, legacy, list};

/// What a path's item has beside methods.
const NO_METHODS: &[&str] = &["summary", "description", "parameters"];
const DEFINITIONS: &str = "securityDefinitions";
const RESPONSES: &str = "x-amazon-apigateway-gateway-responses";
pub(super) const POLICY: &str = "x-amazon-apigateway-policy";
const VALIDATORS: &str = "x-amazon-apigateway-request-validators";

/// The document, and parts of it that are put in when it is closed.
pub(crate) struct Swagger {
    pub(super) body: Dict,
    security: Node,
    responses: Node,
    definitions: Node,
    pub(super) policy: Dict,
}

/// What a method's caller must be, as events and APIs say it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub path: &'a Text,
    pub method: &'a Text,
}

impl Swagger {
    pub fn is_valid(body: &Node) -> bool {
        let truthy = |name: &str| body.get(name).filter(|value| value.is_truthy());
        body.get("paths").is_some_and(|paths| paths.as_dict().is_some())
            && (truthy("swagger").is_some() || truthy("openapi").is_some_and(is_version_3))
    }

    /// # Errors
    /// It is no such document.
    pub fn open(mut body: Dict) -> Result<Self> {
        if !Self::is_valid(&Node::Dict(body.clone())) {
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
        let mut opened = Swagger { body, security, responses, definitions, policy };
        openapi::check_paths(opened.paths())?;
        Ok(opened)
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

    /// Adds something that a method's caller must be; whether it was the first, and is so of IAM.
    pub fn require(&mut self, place: Place<'_>, name: &Text, scopes: &Node) -> Result<()> {
        let one = legacy! { name.clone() => scopes };
        let mut iam = false;
        self.each(place, |definition| {
            let mut all = security(definition, place.path, place.method)?;
            all.push(one.clone());
            iam |= all.first().is_some_and(|first| first.get("AWS_IAM").is_some());
            definition.insert("security", all);
            Ok(())
        })?;
        if iam {
            self.define_iam();
        }
        Ok(())
    }

    /// Has all methods of which nothing is said require the default authorizer.
    pub fn require_default(
        &mut self,
        name: &Text,
        scopes: &Node,
        authorizers: &[Text],
        preflights: bool,
    ) -> Result<()> {
        let mut iam = false;
        let paths = self.paths();
        for path in paths.names() {
            openapi::each_method(paths, &path, NO_METHODS, |method, definition| {
                if !preflights && method == "options" {
                    return Ok(());
                }
                let given = maps(security(definition, &path, method)?, &path, method)?;
                let is_authorizer = |one: &Node| {
                    let one = one.as_dict();
                    one.is_some_and(|one| {
                        one.has("AWS_IAM") || authorizers.iter().any(|name| one.has(name))
                    })
                };
                let (authorized, mut all): (Vec<Node>, Vec<Node>) =
                    given.into_iter().partition(is_authorizer);
                match all.iter().position(|one| one.get("NONE").is_some()) {
                    Some(none) => drop(all.remove(none)),
                    None if authorized.is_empty() => all.push(legacy! { name.clone() => scopes }),
                    None => all.extend(authorized),
                }
                if let Some(first) = all.first() {
                    iam |= first.get("AWS_IAM").is_some();
                    definition.insert("security", all);
                }
                Ok(())
            })?;
        }
        if iam {
            self.define_iam();
        }
        Ok(())
    }

    /// Has all methods require an API key that do not say otherwise.
    pub fn require_keys(&mut self, preflights: bool) -> Result<()> {
        let paths = self.paths();
        for path in paths.names() {
            openapi::each_method(paths, &path, NO_METHODS, |method, definition| {
                let given = maps(security(definition, &path, method)?, &path, method)?;
                let is_key =
                    |one: &Node| one.get("api_key").is_some() || one.get("api_key_false").is_some();
                let refused = given.iter().any(|one| one.get("api_key_false").is_some());
                let mut all: Vec<Node> = given.iter().filter(|one| !is_key(one)).cloned().collect();
                if !refused && (method != "options" || preflights) {
                    all.push(legacy! { "api_key" => list![] });
                }
                if all != given {
                    definition.insert("security", all);
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn define_iam(&mut self) {
        self.define(&"AWS_IAM".into(), false, || {
            legacy! {
                "x-amazon-apigateway-authtype" => "awsSigv4",
                "type" => "apiKey",
                "name" => "Authorization",
                "in" => "header",
            }
        });
    }

    /// # Errors
    /// What the document has of such descriptions is no map.
    pub fn define_key(&mut self) -> Result<()> {
        self.check_definitions()?;
        self.define(&"api_key".into(), false, || {
            legacy! { "type" => "apiKey", "name" => "x-api-key", "in" => "header" }
        });
        Ok(())
    }

    /// # Errors
    /// What the document has of descriptions of who may call is no map.
    pub fn check_definitions(&self) -> Result<()> {
        if self.security.is_truthy() && self.security.as_dict().is_none() {
            return Err(Error::Template("securityDefinitions must be a dictionary.".into()).into());
        }
        Ok(())
    }

    /// Describes how somebody shows who they are.
    pub fn define(&mut self, name: &Text, again: bool, scheme: impl FnOnce() -> Node) {
        if !self.security.is_truthy() {
            self.security = legacy! {};
        }
        let Some(all) = self.security.as_dict_mut() else { return };
        if again {
            all.insert(name.clone(), scheme());
        } else if !all.has(name) {
            let mut one = Dict::legacy();
            one.insert(name.clone(), scheme());
            all.update(&one);
        }
    }

    pub fn add_response(&mut self, kind: &Text, response: Node) {
        if let Some(all) = self.responses.as_dict_mut() {
            all.insert(kind.clone(), response);
        }
    }

    pub fn add_models(&mut self, models: &Dict) -> Result<()> {
        if !self.definitions.is_truthy() {
            self.definitions = legacy! {};
        }
        let Some(all) = self.definitions.as_dict_mut() else { return Ok(()) };
        for (name, schema) in models.iter() {
            if !schema.get("type").is_some_and(Node::is_truthy) {
                return Err(template("'Models' schema is missing 'type'."));
            }
            let name = Text { text: name.to_lowercase(), unicode: name.unicode };
            all.insert(name, schema.clone());
        }
        Ok(())
    }

    /// What a method's body must be.
    pub fn add_model(
        &mut self,
        place: Place<'_>,
        model: &Text,
        required: Option<&Node>,
    ) -> Result<()> {
        let model = Text { text: model.to_lowercase(), unicode: model.unicode };
        let swagger = self.body.get("swagger").is_some_and(|version| !version.is_null());
        let openapi = self.body.truthy("openapi").is_some_and(is_version_3);
        let required = required.filter(|required| !required.is_null());
        self.each(place, |definition| {
            if swagger {
                let mut one = Dict::legacy();
                one.insert("in", "body");
                one.insert("name", model.clone());
                one.insert("schema", dict! { "$ref" => format!("#/definitions/{}", model.text) });
                if let Some(required) = required {
                    one.insert("required", required.clone());
                }
                let mut all = definition
                    .get("parameters")
                    .and_then(Node::as_list)
                    .cloned()
                    .unwrap_or_default();
                all.push(Node::Dict(one));
                definition.insert("parameters", all);
            } else if openapi {
                let schema = dict! { "$ref" => format!("#/components/schemas/{}", model.text) };
                let content = dict! { "application/json" => dict! { "schema" => schema } };
                let mut body = Dict::new();
                body.insert("content", content);
                if let Some(required) = required {
                    body.insert("required", required.clone());
                }
                definition.insert("requestBody", body);
            }
            Ok(())
        })
    }

    /// What of a method's requests is looked at before the function is called.
    pub fn add_validator(&mut self, place: Place<'_>, body: bool, parameters: bool) -> Result<()> {
        let name = match (body, parameters) {
            (true, true) => "body-and-params",
            (true, false) => "body-only",
            (false, true) => "params-only",
            (false, false) => "no-validation",
        };
        if self.body.truthy(VALIDATORS).is_none() {
            self.body.insert(VALIDATORS, legacy! {});
        }
        if let Some(all) = self.body.dict_mut(VALIDATORS)
            && all.truthy(name).is_none()
        {
            let one = legacy! {
                "validateRequestBody" => body, "validateRequestParameters" => parameters
            };
            if let Node::Dict(one) = legacy! { name => one } {
                all.update(&one);
            }
        }
        let set = legacy! { "x-amazon-apigateway-request-validator" => name };
        self.each(place, |definition| {
            if let Node::Dict(set) = &set {
                definition.update(set);
            }
            Ok(())
        })
    }

    pub fn add_binary_types(&mut self, types: &Node) {
        self.body.insert("x-amazon-apigateway-binary-media-types", slashes(types));
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

/// What is asked of a method's caller so far.
fn security(definition: &Dict, path: &str, method: &str) -> Result<Vec<Node>> {
    match definition.get("security") {
        None => Ok(Vec::new()),
        Some(Node::List(all)) => Ok(all.clone()),
        Some(_) => Err(template(format!(
            "Type of security for path {path} method {method} must be a list"
        ))),
    }
}

fn maps(all: Vec<Node>, path: &str, method: &str) -> Result<Vec<Node>> {
    match all.iter().find(|one| one.as_dict().is_none()) {
        None => Ok(all),
        Some(other) => Err(template(format!(
            "{} in Security for path {path} method {method} is not a valid dictionary.",
            python_text(other)
        ))),
    }
}

/// Media types may have their slash written `~1`.
fn slashes(node: &Node) -> Node {
    let text = |text: &str| Text { text: text.replace("~1", "/"), unicode: true };
    match node {
        Node::Text(one) => text(one).into(),
        Node::List(items) => Node::List(items.iter().map(slashes).collect()),
        Node::Dict(dict) => {
            let mut made = Dict::legacy();
            dict.iter().for_each(|(key, value)| made.insert(text(key), slashes(value)));
            Node::Dict(made)
        }
        other => other.clone(),
    }
}
