//! HTTP APIs from OpenAPI 3 documents with API Gateway's extensions ("Working with OpenAPI definitions
//! for HTTP APIs"), in JSON or YAML.

use std::collections::BTreeMap;

use fika_aws::shape::AwsError;
use fika_service::Call;
use serde_json::{Map, Value, json};

use super::apis::{made, object, show};
use super::parts::{Sort, put};
use super::{body, change, created, empty, shapes};
use crate::apis::now_ms;
use crate::document::{Document, Kind, bad, known, needed, read, text};
use crate::gateway::Gateway;
use crate::manage::{Done, id_wanted, pass_role};
use crate::record::{Config, Draft};

/// The largest document, bytes.
const DOCUMENT_BYTES: usize = 5 << 20;
/// How many nodes of a YAML document may come of its aliases.
const REPLAYED: usize = 10_000;
/// An operation for all methods.
pub const ANY: &str = "x-amazon-apigateway-any-method";
/// Those that there are, as documents name them.
pub const METHODS: [&str; 7] = ["delete", "get", "head", "options", "patch", "post", "put"];

/// `ImportApi`, and with an id `ReimportApi`.
pub(super) async fn import(
    gateway: &Gateway,
    call: &Call<'_>,
    id: Option<&str>,
) -> Result<Done, AwsError> {
    let given = read(body(call), &[("body", Kind::Text(1, DOCUMENT_BYTES))])?;
    let plan = Plan::read(needed(&given, "body")?)?;
    plan.roles().try_for_each(|role| pass_role(call, Some(role)))?;
    let host = gateway.inner.host.clone();
    let Some(id) = id else {
        if let Some(made) = made(gateway, call) {
            return Ok(made);
        }
        let record = empty(plan.about.clone(), now_ms());
        let make = |draft: &mut Draft| {
            plan.build(draft)?;
            Ok(show(draft, &host))
        };
        return gateway
            .inner
            .apis
            .create(&call.caller.scope, id_wanted(call), record, make)
            .await
            .map(created);
    };
    let edit = move |draft: &mut Draft| {
        draft.record.config = Config::default();
        draft.record.about.extend(plan.about.clone());
        plan.build(draft)?;
        Ok(show(draft, &host))
    };
    change(gateway, call, id, edit).await.map(created)
}

/// A document. One that begins with a brace is JSON: as YAML its parser would tell less of what is
/// wrong with it.
pub fn parsed(text: &str) -> Result<Value, AwsError> {
    let unreadable = |format: &str, why: String| {
        // What follows shows the place in the document.
        let why = why.lines().next().unwrap_or_default();
        bad(format!("Unable to parse the OpenAPI document as {format}: {why}"))
    };
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|why| unreadable("JSON", why.to_string()));
    }
    // A few lines that name each other can stand for gigabytes.
    let mut options = serde_saphyr::Options::default();
    options.alias_limits.max_total_replayed_events = REPLAYED;
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|why| unreadable("YAML", why.to_string()))
}

/// What a document asks for.
#[derive(Debug, Default)]
struct Plan {
    about: Document,
    cors: Option<Value>,
    /// By the name of their scheme.
    authorizers: BTreeMap<String, Document>,
    /// Routes, each with its integration.
    routes: Vec<(Document, Option<Document>)>,
}

impl Plan {
    fn read(text: &str) -> Result<Self, AwsError> {
        let document = parsed(text)?;
        let version = document["openapi"].as_str().unwrap_or_default();
        if !version.starts_with("3.0") {
            return Err(bad("Only OpenAPI 3.0 documents can be imported"));
        }
        let mut plan = Self { about: about(&document)?, ..Self::default() };
        let cors = document.get("x-amazon-apigateway-cors").cloned();
        plan.cors = cors.map(|cors| checked_cors(&cors)).transpose()?;
        let schemes = document.pointer("/components/securitySchemes").and_then(Value::as_object);
        for (name, scheme) in schemes.into_iter().flatten() {
            if let Some(of) = authorizer(name, scheme)? {
                plan.authorizers.insert(name.clone(), of);
            }
        }
        let paths = document["paths"].as_object();
        for (path, item) in paths.into_iter().flatten() {
            plan.path(&document, path, item)?;
        }
        Ok(plan)
    }

    fn path(&mut self, document: &Value, path: &str, item: &Value) -> Result<(), AwsError> {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let method = match method.as_str() {
                ANY => "ANY".to_owned(),
                name if METHODS.contains(&name) => name.to_ascii_uppercase(),
                _ => continue,
            };
            let key = match path.trim_start_matches('/') {
                "$default" => "$default".to_owned(),
                _ => format!("{method} {path}"),
            };
            let mut route = object(json!({ "routeKey": key }));
            let name = operation["operationId"].as_str().filter(|name| name.len() <= 64);
            route.extend(name.map(|name| ("operationName".into(), name.into())));
            self.secure(document, operation, &mut route)?;
            let integration = operation.get("x-amazon-apigateway-integration");
            let integration = integration.map(|of| integration_of(document, of)).transpose()?;
            self.routes.push((route, integration));
        }
        Ok(())
    }

    /// Who may call: the first scheme counts. `authorizerId` is the scheme's name until it is built.
    fn secure(
        &self,
        document: &Value,
        operation: &Value,
        route: &mut Document,
    ) -> Result<(), AwsError> {
        let asked = operation.get("security").or(document.get("security"));
        let first = asked.and_then(|all| all.get(0)).and_then(Value::as_object);
        let Some((name, scopes)) = first.and_then(|schemes| schemes.iter().next()) else {
            return Ok(());
        };
        let scheme = document.pointer("/components/securitySchemes").and_then(|all| all.get(name));
        let signed = scheme.and_then(|of| of.get("x-amazon-apigateway-authtype"));
        if signed.and_then(Value::as_str) == Some("awsSigv4") {
            route.insert("authorizationType".into(), "AWS_IAM".into());
            return Ok(());
        }
        // Somebody who wants a route closed must not find it open.
        let of = self.authorizers.get(name).ok_or_else(|| {
            bad(format!("The security scheme {name} has no x-amazon-apigateway-authorizer"))
        })?;
        let jwt = text(of, "authorizerType") == Some("JWT");
        route.insert("authorizationType".into(), if jwt { "JWT" } else { "CUSTOM" }.into());
        route.insert("authorizerId".into(), name.clone().into());
        if jwt && scopes.as_array().is_some_and(|scopes| !scopes.is_empty()) {
            route.insert("authorizationScopes".into(), scopes.clone());
        }
        Ok(())
    }

    fn roles(&self) -> impl Iterator<Item = &str> {
        let integrations = self.routes.iter().filter_map(|(_, of)| of.as_ref());
        let of_authorizers =
            self.authorizers.values().filter_map(|of| text(of, "authorizerCredentialsArn"));
        integrations.filter_map(|of| text(of, "credentialsArn")).chain(of_authorizers)
    }

    fn build(&self, draft: &mut Draft) -> Result<(), AwsError> {
        let cors = self.cors.clone().map(|cors| ("corsConfiguration".to_owned(), cors));
        draft.record.config.settings.extend(cors);
        let mut ids = BTreeMap::new();
        for (name, of) in &self.authorizers {
            let made = put(draft, Sort::Authorizers, &crate::apis::new_id(), of.clone())?;
            ids.insert(name.as_str(), made.get("authorizerId").cloned().unwrap_or_default());
        }
        for (route, integration) in &self.routes {
            let mut route = route.clone();
            if let Some(of) = integration {
                let id = crate::apis::new_id();
                put(draft, Sort::Integrations, &id, of.clone())?;
                route.insert("target".into(), format!("integrations/{id}").into());
            }
            if let Some(id) = text(&route, "authorizerId").and_then(|name| ids.get(name)) {
                let id = id.clone();
                route.insert("authorizerId".into(), id);
            }
            put(draft, Sort::Routes, &crate::apis::new_id(), route)?;
        }
        Ok(())
    }
}

fn about(document: &Value) -> Result<Document, AwsError> {
    let info = &document["info"];
    let mut tags = Map::new();
    for tag in document["tags"].as_array().into_iter().flatten() {
        let value = tag["x-amazon-apigateway-tag-value"].as_str();
        if let (Some(name), Some(value)) = (tag["name"].as_str(), value) {
            tags.insert(name.into(), value.into());
        }
    }
    let about = json!({
        "name": info["title"], "version": info["version"], "description": info["description"],
        "protocolType": "HTTP", "tags": tags,
    });
    let about = known(object(about), shapes::API)?;
    needed(&about, "name").map_err(|_| bad("The document has no info.title"))?;
    Ok(about)
}

fn checked_cors(cors: &Value) -> Result<Value, AwsError> {
    let mut document = object(cors.clone());
    // The extension's own spelling of lists allows one text.
    for (_, value) in document.iter_mut().filter(|(_, value)| value.is_string()) {
        *value = json!([value.clone()]);
    }
    known(document, crate::cors::SHAPE).map(Value::Object)
}

fn authorizer(name: &str, scheme: &Value) -> Result<Option<Document>, AwsError> {
    let Some(of) = scheme.get("x-amazon-apigateway-authorizer") else { return Ok(None) };
    let source = of["identitySource"].as_str().unwrap_or("$request.header.Authorization");
    let sources: Vec<&str> = source.split(',').map(str::trim).collect();
    let kind = of["type"].as_str().unwrap_or_default().to_ascii_uppercase();
    let document = json!({
        "name": name, "authorizerType": kind, "identitySource": sources,
        "jwtConfiguration": of["jwtConfiguration"], "authorizerUri": of["authorizerUri"],
        "authorizerPayloadFormatVersion": of["authorizerPayloadFormatVersion"],
        "authorizerResultTtlInSeconds": of["authorizerResultTtlInSeconds"],
        "authorizerCredentialsArn": of["authorizerCredentials"],
        "enableSimpleResponses": of["enableSimpleResponses"],
    });
    known(object(document), shapes::AUTHORIZER).map(Some)
}

fn integration_of(document: &Value, of: &Value) -> Result<Document, AwsError> {
    let reference = of["$ref"].as_str().and_then(|at| at.strip_prefix('#'));
    let of = match reference {
        Some(at) => document.pointer(at).ok_or_else(|| bad(format!("Unknown reference #{at}")))?,
        None => of,
    };
    let kind = of["type"].as_str().unwrap_or_default().to_ascii_uppercase();
    let document = json!({
        "integrationType": kind, "integrationUri": of["uri"],
        "integrationMethod": of["httpMethod"], "connectionType": of["connectionType"],
        "payloadFormatVersion": of["payloadFormatVersion"].as_str().unwrap_or("1.0"),
        "timeoutInMillis": of["timeoutInMillis"], "credentialsArn": of["credentials"],
        "requestParameters": of["requestParameters"], "tlsConfig": of["tlsConfig"],
        "responseParameters": of["responseParameters"],
    });
    known(object(document), shapes::INTEGRATION)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "arn:aws:apigateway:eu-north-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-north-1:123456789012:function:f/invocations";

    fn document() -> Value {
        json!({
            "openapi": "3.0.1", "info": {"title": "pets", "version": "7"},
            "tags": [{"name": "a", "x-amazon-apigateway-tag-value": "b"}],
            "x-amazon-apigateway-cors": {"allowOrigins": ["https://a"], "maxAge": 3},
            "components": {
                "securitySchemes": {"token": {"type": "oauth2", "x-amazon-apigateway-authorizer":
                    {"type": "jwt", "jwtConfiguration": {"issuer": "https://i", "audience": ["x"]}}}},
                "x-amazon-apigateway-integrations": {"f": {"type": "AWS_PROXY", "uri": URI, "payloadFormatVersion": "2.0"}},
            },
            "paths": {
                "/pets/{id}": {
                    "get": {"x-amazon-apigateway-integration": {"$ref": "#/components/x-amazon-apigateway-integrations/f"}},
                    "parameters": [],
                    ANY: {"security": [{"token": ["pets:write"]}]},
                },
                "/$default": {ANY: {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": URI}}},
            },
        })
    }

    #[test]
    fn a_document_is_read() {
        let plan = Plan::read(&document().to_string()).expect("a plan");
        assert_eq!(
            (&plan.about["name"], &plan.about["tags"]),
            (&json!("pets"), &json!({"a": "b"}))
        );
        let keys: Vec<_> = plan.routes.iter().filter_map(|(r, _)| text(r, "routeKey")).collect();
        assert_eq!(keys, ["GET /pets/{id}", "ANY /pets/{id}", "$default"]);
        let formats: Vec<_> =
            plan.routes.iter().map(|(_, of)| text(of.as_ref()?, "payloadFormatVersion")).collect();
        assert_eq!(formats, [Some("2.0"), None, Some("1.0")]);
        assert_eq!(plan.routes[1].0["authorizationScopes"], json!(["pets:write"]));
        assert_eq!(
            plan.authorizers["token"]["identitySource"],
            json!(["$request.header.Authorization"])
        );
    }

    #[test]
    fn what_would_be_open_and_should_not_is_refused() {
        let mut unknown = document();
        unknown["paths"]["/pets/{id}"]["get"]["security"] = json!([{"other": []}]);
        assert!(Plan::read(&unknown.to_string()).is_err());
        assert!(Plan::read(r#"{"openapi":"2.0"}"#).is_err());
    }

    #[test]
    fn yaml_says_the_same_and_no_bomb_goes_off() {
        let yaml = format!(
            "openapi: 3.0.1\ninfo:\n  title: pets\n  version: '7'\npaths:\n  /pets/{{id}}:\n    get:\n      \
             responses:\n        200:\n          description: one\n      \
             x-amazon-apigateway-integration: &f\n        type: AWS_PROXY\n        uri: {URI}\n        \
             payloadFormatVersion: '2.0'\n    put:\n      x-amazon-apigateway-integration: *f\n"
        );
        let plan = Plan::read(&yaml).expect("a plan");
        let keys: Vec<_> = plan.routes.iter().filter_map(|(r, _)| text(r, "routeKey")).collect();
        assert_eq!(keys, ["GET /pets/{id}", "PUT /pets/{id}"]);
        assert_eq!(plan.routes[0].1, plan.routes[1].1);
        assert!(Plan::read("openapi: 3.0.1\n  x").is_err());
        let line = |n: u32| format!("x{}: &x{0} [{}]\n", n, format!("*x{},", n - 1).repeat(9));
        let bomb: String = (1..9).map(line).collect();
        let refused =
            Plan::read(&format!("openapi: 3.0.1\nx0: &x0 [a]\n{bomb}")).expect_err("a bomb");
        assert!(refused.message().contains("as YAML"), "{}", refused.message());
    }
}
