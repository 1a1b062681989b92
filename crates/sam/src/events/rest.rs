//! `Api`: a method of a REST API, whose document is written into.

use super::{Event, http, permission};
use crate::error::{Result, event as wrong, resource, template};
use crate::expansion::Expansion;
use crate::function::Target;
use crate::globals::python_text;
use crate::intrinsics::{is_function, ref_or_self};
use crate::made::Made;
use crate::names;
use crate::openapi::{self, INTEGRATION};
use crate::rest::swagger::{Place, Swagger};
use crate::shape::Shape::{Int, List, Map, Text};
use crate::shape::{self, Property, may, must};
use crate::tree::{self, Dict, Node, dict, legacy};

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

    /// As whom the function is called where IAM says who may.
    fn credentials(&self, partition: &str) -> Result<Option<Node>> {
        let empty = Dict::legacy();
        let own = self.auth().unwrap_or(&empty);
        let of_api = match self.api.truthy("Auth") {
            Some(auth) => shape::map(auth, &self.event.about, "Auth")?,
            None => &empty,
        };
        let is_iam = |auth: &Dict, name: &str| auth.get(name).is_some_and(|one| one == "AWS_IAM");
        let signed =
            is_iam(own, "Authorizer") || is_iam(of_api, "DefaultAuthorizer") && own.is_empty();
        if !signed {
            return Ok(None);
        }
        let role = |auth: &Dict| match auth.get("InvokeRole") {
            Some(role) if role.is_truthy() => Some(role.clone()),
            Some(_) => Some("NONE".into()),
            None => None,
        };
        let caller = || Node::from(format!("arn:{partition}:iam::*:user/*"));
        match role(own).or_else(|| role(of_api)) {
            Some(role) if &role == "NONE" => Ok(None),
            Some(role) if &role != "CALLER_CREDENTIALS" => Ok(Some(role)),
            _ => Ok(Some(caller())),
        }
    }

    /// Auth that is written over that of the API's own document.
    fn override_auth(&self) -> Result<Option<Dict>> {
        let (Some(auth), Some(body)) = (self.auth(), self.api.truthy("DefinitionBody")) else {
            return Ok(None);
        };
        if auth.truthy("OverrideApiAuth").is_none() {
            return Ok(None);
        }
        let any = ["Authorizer", "ApiKeyRequired", "ResourcePolicy"];
        if any.iter().all(|name| auth.truthy(name).is_none()) {
            return Err(self.wrong(
                "Must define one of: Authorizer, ApiKeyRequired or ResourcePolicy when using the \
                 OverrideApiAuth property.",
            ));
        }
        let mut swagger = Swagger::open(body.as_dict().cloned().unwrap_or_default())?;
        self.add_auth(&mut swagger)?;
        Ok(Some(swagger.close()))
    }

    fn add_auth(&self, swagger: &mut Swagger) -> Result<()> {
        let Some(auth) = self.auth() else { return Ok(()) };
        let authorizer = auth.truthy("Authorizer");
        if let Some(name) = authorizer {
            self.check_authorizer(name)?;
        }
        if let Some(scopes) = auth.truthy("AuthorizationScopes") {
            if scopes.as_list().is_none() {
                return Err(self.wrong("Property 'Auth.AuthorizationScopes' should be a list."));
            }
            if authorizer.is_none() {
                return Err(self.wrong("AuthorizationScopes works only when Authorizer is set"));
            }
        }
        if let Some(name) = authorizer {
            let text = name.as_text().cloned().unwrap_or_default();
            swagger.require(self.place(), &text, &self.scopes(auth, &text))?;
        }
        self.add_key(auth, swagger)?;
        let Some(policy) = auth.truthy("ResourcePolicy") else { return Ok(()) };
        let policy = shape::map(policy, &self.event.id, "Auth.ResourcePolicy")?;
        swagger.add_policy(policy, &self.path, &self.stage.clone().into())?;
        if let Some(statements) = policy.truthy("CustomStatements") {
            swagger.add_statements(statements);
        }
        Ok(())
    }

    fn of_api(&self, name: &str) -> Option<&Node> {
        self.api.get("Auth").and_then(|auth| auth.get(name)).filter(|value| value.is_truthy())
    }

    fn check_authorizer(&self, name: &Node) -> Result<()> {
        let authorizers = self.of_api("Authorizers");
        if let Some(all) = authorizers {
            shape::map(all, &self.event.about, "Auth.Authorizers")?;
        }
        let place = format!("on API method [{}] for path [{}]", self.method.text, self.path.text);
        let unable = |why: &str| {
            let name = python_text(name);
            Err(self.wrong(format!("Unable to set Authorizer [{name}] {place} because {why}")))
        };
        if name == "AWS_IAM" {
            return Ok(());
        }
        if name == "NONE" {
            return match self.of_api("DefaultAuthorizer") {
                Some(_) => Ok(()),
                None => Err(self.wrong(format!(
                    "Unable to set Authorizer {place} because 'NONE' is only a valid value when a \
                     DefaultAuthorizer on the API is specified."
                ))),
            };
        }
        let Some(all) = authorizers.and_then(Node::as_dict) else {
            return unable("the related API does not define any Authorizers.");
        };
        let Some(text) = name.as_str() else {
            return Err(self.wrong(format!(
                "Unable to set Authorizer [{}] {place}. The method authorizer must be a string with a \
                 corresponding dict entry in the api authorizer.",
                python_text(name)
            )));
        };
        match all.truthy(text) {
            Some(_) => Ok(()),
            None => unable("it wasn't defined in the API's Authorizers."),
        }
    }

    /// The scopes that the authorizer asks for, of the event or else of the API.
    fn scopes(&self, auth: &Dict, name: &str) -> Node {
        let none = Node::List(Vec::new());
        let own = self.of_api("Authorizers").and_then(|all| all.get(name));
        let Some(own) = own.filter(|own| !own.is_null() && name != "NONE") else { return none };
        let given = auth.get("AuthorizationScopes").filter(|scopes| !scopes.is_null());
        let of_api = own.get("AuthorizationScopes").filter(|scopes| !scopes.is_null());
        given.or(of_api).cloned().unwrap_or(none)
    }

    fn add_key(&self, auth: &Dict, swagger: &mut Swagger) -> Result<()> {
        let required = auth.get("ApiKeyRequired").filter(|required| !required.is_null());
        let Some(required) = required else { return Ok(()) };
        if required.is_truthy() {
            let mut any = false;
            swagger.each(self.place(), |_| {
                any = true;
                Ok(())
            })?;
            if any {
                swagger.define_key()?;
            }
            return self.require_key("api_key", swagger);
        }
        if self.of_api("ApiKeyRequired").is_none() {
            return Err(self.wrong(format!(
                "Unable to set ApiKeyRequired [False] on API method [{}] for path [{}] because the related API \
                 does not specify any ApiKeyRequired.",
                self.method.text, self.path.text
            )));
        }
        self.require_key("api_key_false", swagger)
    }

    fn require_key(&self, name: &str, swagger: &mut Swagger) -> Result<()> {
        swagger.each(self.place(), |definition| {
            let there = definition.get("security").and_then(Node::as_list);
            let mut all = there.cloned().unwrap_or_default();
            all.push(legacy! { name => Node::List(Vec::new()) });
            definition.insert("security", all);
            Ok(())
        })
    }

    fn add_model(&self, swagger: &mut Swagger) -> Result<()> {
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

    fn add_parameters(&self, swagger: &mut Swagger) -> Result<()> {
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
    fn merge(&self, given: Dict, made: Dict) -> Result<Dict> {
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
