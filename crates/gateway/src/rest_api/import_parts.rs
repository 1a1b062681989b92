//! The parts of an OpenAPI document as the members of REST APIs.

use fika_aws::shape::AwsError;
use serde_json::{Map, Value, json};

use super::resources::{INTEGRATION, INTEGRATION_RESPONSE};
use super::stages::AUTHORIZER;
use crate::document::{Document, bad, known};

/// The authorizer of a security scheme, if it has one.
pub(super) fn authorizer(name: &str, scheme: &Value) -> Result<Option<Document>, AwsError> {
    let Some(of) = scheme.get("x-amazon-apigateway-authorizer") else { return Ok(None) };
    let kind = of["type"].as_str().unwrap_or_default().to_ascii_uppercase();
    let header = scheme["name"].as_str().unwrap_or("Authorization");
    let source = match (of["identitySource"].as_str(), kind.as_str()) {
        (Some(source), _) => json!(source),
        (None, "TOKEN") => json!(format!("method.request.header.{header}")),
        (None, _) => Value::Null,
    };
    let document = json!({
        "name": name, "type": kind, "authType": scheme["x-amazon-apigateway-authtype"],
        "authorizerUri": of["authorizerUri"], "identitySource": source,
        "authorizerCredentials": of["authorizerCredentials"],
        "identityValidationExpression": of["identityValidationExpression"],
        "authorizerResultTtlInSeconds": of["authorizerResultTtlInSeconds"],
    });
    known(object(document), AUTHORIZER).map(Some)
}

/// An integration, or the one that it refers to.
pub(super) fn integration(document: &Value, of: &Value) -> Result<Document, AwsError> {
    let of = followed(document, of)?;
    let upper = |name: &str| of[name].as_str().map(str::to_ascii_uppercase);
    let given = json!({
        "type": upper("type"), "httpMethod": of["httpMethod"], "uri": of["uri"],
        "connectionType": of["connectionType"], "connectionId": of["connectionId"],
        "tlsConfig": of["tlsConfig"], "credentials": of["credentials"],
        "requestParameters": of["requestParameters"], "requestTemplates": of["requestTemplates"],
        "passthroughBehavior": upper("passthroughBehavior"),
        "contentHandling": upper("contentHandling"), "timeoutInMillis": of["timeoutInMillis"],
        "responseTransferMode": upper("responseTransferMode"),
    });
    let mut integration = known(object(given), INTEGRATION)?;
    let mut responses = Map::new();
    for (pattern, response) in of["responses"].as_object().into_iter().flatten() {
        let status = match &response["statusCode"] {
            Value::String(status) => status.clone(),
            Value::Number(status) => status.to_string(),
            _ => continue,
        };
        let given = json!({
            "selectionPattern": (pattern != "default").then_some(pattern),
            "responseParameters": response["responseParameters"],
            "responseTemplates": response["responseTemplates"],
            "contentHandling": response["contentHandling"],
        });
        let mut response = known(object(given), INTEGRATION_RESPONSE)?;
        response.insert("statusCode".into(), status.clone().into());
        responses.insert(status, response.into());
    }
    if !responses.is_empty() {
        integration.insert("integrationResponses".into(), responses.into());
    }
    Ok(integration)
}

/// What `$ref` refers to in the document.
fn followed<'d>(document: &'d Value, of: &'d Value) -> Result<&'d Value, AwsError> {
    match of["$ref"].as_str().and_then(|at| at.strip_prefix('#')) {
        Some(at) => document.pointer(at).ok_or_else(|| bad(format!("Unknown reference #{at}"))),
        None => Ok(of),
    }
}

/// What is said of parameters, of the path and of the operation: which must be there.
pub(super) fn parameters(document: &Value, item: &Value, operation: &Value) -> Value {
    let lists = [&item["parameters"], &operation["parameters"]];
    let all = lists.into_iter().filter_map(Value::as_array).flatten();
    let one = |parameter: &Value| {
        let parameter = followed(document, parameter).ok()?;
        let place = match parameter["in"].as_str()? {
            "query" => "querystring",
            place @ ("header" | "path") => place,
            _ => return None,
        };
        let name = format!("method.request.{place}.{}", parameter["name"].as_str()?);
        Some((name, json!(parameter["required"] == true)))
    };
    all.filter_map(one).collect()
}

/// The responses of an operation: their headers.
pub(super) fn method_responses(responses: &Value) -> Value {
    let all = responses.as_object().into_iter().flatten();
    let all = all.filter(|(status, _)| status.len() == 3);
    all.map(|(status, of)| {
        let headers = of["headers"].as_object().into_iter().flatten();
        let headers: Map<String, Value> = headers
            .map(|(name, _)| (format!("method.response.header.{name}"), false.into()))
            .collect();
        (status.clone(), json!({ "statusCode": status, "responseParameters": headers }))
    })
    .collect()
}

fn object(value: Value) -> Document {
    match value {
        Value::Object(document) => document,
        _ => Document::new(),
    }
}
