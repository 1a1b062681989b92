//! REST APIs from OpenAPI documents, of version 2.0 (Swagger) and 3.0, with API Gateway's extensions ("Configuring
//! a REST API using OpenAPI"), in JSON or YAML.

use std::collections::BTreeMap;

use fika_aws::shape::AwsError;
use serde_json::{Map, Value, json};

use super::import_parts::{authorizer, integration, method_responses, parameters};
use super::resources::{Place, check_integration, check_method};
use super::stages::check_authorizer;
use super::{On, not_served};
use crate::apis::new_id;
use crate::document::{Document, bad, defaults, text};
use crate::http_api::openapi::{ANY, METHODS, parsed};
use crate::record::{Config, Draft};
use crate::route::Template;

/// How many resources an API may have.
const RESOURCES: usize = 300;

/// What a document asks for.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Its name, description and version.
    pub(super) about: Document,
    settings: Document,
    /// By the name of their scheme.
    authorizers: BTreeMap<String, Document>,
    methods: Vec<Method>,
}

#[derive(Debug)]
struct Method {
    path: String,
    name: String,
    /// `authorizerId` is the scheme's name until it is built.
    document: Document,
    integration: Option<Document>,
}

impl Plan {
    pub(super) fn read(on: On<'_>, body: &[u8]) -> Result<Self, AwsError> {
        let body = std::str::from_utf8(body).map_err(|_| bad("The document is no text"))?;
        let document = parsed(body)?;
        let version = document["swagger"].as_str().or(document["openapi"].as_str());
        if !version.is_some_and(|version| version == "2.0" || version.starts_with("3.0")) {
            return Err(bad("Only OpenAPI 2.0 and 3.0 documents can be imported"));
        }
        // What would be kept and not asked would leave open what should be closed.
        for refused in ["x-amazon-apigateway-policy", "x-amazon-apigateway-request-validator"] {
            if document.get(refused).is_some() {
                return Err(not_served(refused));
            }
        }
        let mut plan = Self::default();
        plan.about(&document)?;
        let types = document.get("x-amazon-apigateway-binary-media-types").cloned();
        plan.settings.extend(types.map(|types| ("binaryMediaTypes".into(), types)));
        for (name, scheme) in schemes(&document).into_iter().flatten() {
            if let Some(of) = authorizer(name, scheme)? {
                check_authorizer(on, &of)?;
                plan.authorizers.insert(name.clone(), of);
            }
        }
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            plan.path(on, &document, path, item)?;
        }
        Ok(plan)
    }

    fn about(&mut self, document: &Value) -> Result<(), AwsError> {
        let info = &document["info"];
        for (from, to) in
            [("title", "name"), ("description", "description"), ("version", "version")]
        {
            let value = info[from].as_str().filter(|text| text.len() <= 1024);
            self.about.extend(value.map(|value| (to.to_owned(), value.into())));
        }
        if text(&self.about, "name").is_none() {
            return Err(bad("The document has no info.title"));
        }
        let endpoint = &document["x-amazon-apigateway-endpoint-configuration"];
        let private = endpoint["types"].as_array();
        if private.is_some_and(|types| types.iter().any(|one| one == "PRIVATE")) {
            return Err(not_served("endpoints of type PRIVATE"));
        }
        Ok(())
    }

    fn path(
        &mut self,
        on: On<'_>,
        document: &Value,
        path: &str,
        item: &Value,
    ) -> Result<(), AwsError> {
        Template::parse(path).map_err(|error| bad(error.to_string()))?;
        for (method, operation) in item.as_object().into_iter().flatten() {
            let name = match method.as_str() {
                ANY => "ANY".to_owned(),
                name if METHODS.contains(&name) => name.to_ascii_uppercase(),
                _ => continue,
            };
            if operation.get("x-amazon-apigateway-request-validator").is_some() {
                return Err(not_served("request validators"));
            }
            let at = Place { api: "", resource: "", method: &name };
            let mut of = self.secured(document, operation)?;
            let operation_name = operation["operationId"].as_str().filter(|name| name.len() <= 64);
            of.extend(operation_name.map(|name| ("operationName".into(), name.into())));
            of.insert("requestParameters".into(), parameters(document, item, operation));
            of.insert("methodResponses".into(), method_responses(&operation["responses"]));
            check_method(&mut of, at)?;
            let backend = operation.get("x-amazon-apigateway-integration");
            let mut backend = backend.map(|of| integration(document, of)).transpose()?;
            if let Some(backend) = &mut backend {
                check_integration(&on.call, backend, at)?;
            }
            self.methods.push(Method {
                path: path.into(),
                name,
                document: of,
                integration: backend,
            });
        }
        Ok(())
    }

    /// Who may call: all schemes that are named.
    fn secured(&self, document: &Value, operation: &Value) -> Result<Document, AwsError> {
        let asked = operation.get("security").or(document.get("security"));
        let asked = asked.and_then(Value::as_array).into_iter().flatten();
        let names = asked.filter_map(Value::as_object).flat_map(Map::keys);
        let own = operation["x-amazon-apigateway-auth"]["type"].as_str();
        let mut of = Document::new();
        of.insert("authorizationType".into(), "NONE".into());
        if own.is_some_and(|kind| kind.eq_ignore_ascii_case("AWS_IAM")) {
            of.insert("authorizationType".into(), "AWS_IAM".into());
        }
        for name in names.filter(|name| *name != "NONE") {
            let scheme = schemes(document).and_then(|all| all.get(name));
            let signed = scheme.and_then(|of| of["x-amazon-apigateway-authtype"].as_str());
            if signed.is_some_and(|kind| kind.eq_ignore_ascii_case("awsSigv4")) {
                of.insert("authorizationType".into(), "AWS_IAM".into());
            } else if self.authorizers.contains_key(name) {
                of.insert("authorizationType".into(), "CUSTOM".into());
                of.insert("authorizerId".into(), name.clone().into());
            } else if scheme.is_some_and(|of| of["type"] == "apiKey") {
                of.insert("apiKeyRequired".into(), true.into());
            } else {
                // Somebody who wants a method closed must not find it open.
                return Err(bad(format!(
                    "The security scheme {name} has no x-amazon-apigateway-authorizer"
                )));
            }
        }
        Ok(of)
    }

    /// Puts all of it into an API; what that has at the same paths and names keeps its ids.
    pub(super) fn build(&self, draft: &mut Draft, merge: bool) -> Result<(), AwsError> {
        let before = draft.record.config.clone();
        let config = &mut draft.record.config;
        if !merge {
            *config = Config::default();
            let root = before.resources.iter().find(|(_, of)| !of.contains_key("parentId"));
            config.resources.extend(root.map(|(id, _)| {
                (
                    id.clone(),
                    Document::from_iter([
                        ("id".to_owned(), id.clone().into()),
                        ("path".to_owned(), "/".into()),
                    ]),
                )
            }));
        }
        config.settings.extend(self.settings.clone());
        let mut ids = BTreeMap::new();
        for (name, of) in &self.authorizers {
            let named = |(_, own): &(&String, &Document)| text(own, "name") == Some(name);
            let id = before.authorizers.iter().find(named).map(|(id, _)| id.clone());
            let id = id.unwrap_or_else(new_id);
            let mut of = of.clone();
            of.insert("id".into(), id.clone().into());
            defaults(&mut of, json!({ "authType": "custom" }));
            config.authorizers.insert(id.clone(), of);
            ids.insert(name.as_str(), id);
        }
        for method in &self.methods {
            let resource = resource(config, &before, &method.path)?;
            let mut of = method.document.clone();
            if let Some(id) = text(&of, "authorizerId").and_then(|name| ids.get(name)) {
                of.insert("authorizerId".into(), id.clone().into());
            }
            if let Some(backend) = &method.integration {
                let mut backend = backend.clone();
                backend.insert("cacheNamespace".into(), resource.clone().into());
                of.insert("methodIntegration".into(), backend.into());
            }
            if let Some(resource) = config.resources.get_mut(&resource) {
                super::patch::entry(resource, "resourceMethods")
                    .insert(method.name.clone(), of.into());
            }
        }
        Ok(())
    }
}

/// Of either version of documents.
fn schemes(document: &Value) -> Option<&Map<String, Value>> {
    let third = document.pointer("/components/securitySchemes");
    third.or(document.get("securityDefinitions"))?.as_object()
}

/// The id of the resource of that path, made with those above it where there is none.
fn resource(config: &mut Config, before: &Config, path: &str) -> Result<String, AwsError> {
    let path = match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    };
    if let Some(id) = at(config, path) {
        return Ok(id);
    }
    if config.resources.len() >= RESOURCES {
        return Err(crate::apis::limit(format!("an API has at most {RESOURCES} resources")));
    }
    let (above, part) = path.rsplit_once('/').unwrap_or(("", path));
    let parent = resource(config, before, above)?;
    let id = at(before, path).unwrap_or_else(new_id);
    let made = json!({ "id": id, "parentId": parent, "pathPart": part, "path": path });
    if let Value::Object(made) = made {
        config.resources.insert(id.clone(), made);
    }
    Ok(id)
}

fn at(config: &Config, path: &str) -> Option<String> {
    let found = config.resources.iter().find(|(_, of)| text(of, "path") == Some(path));
    found.map(|(id, _)| id.clone())
}
