//! `AWS::Lambda::Url`.

use http::Method;
use serde_json::{Map, Value, json};

use super::{call, qualified, said};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Addresses of functions.
pub static KIND: Kind = Kind {
    name: "AWS::Lambda::Url",
    properties: &[
        Property::must("AuthType"),
        Property::may("Cors"),
        Property::may("InvokeMode"),
        Property::fixed("Qualifier"),
        Property::must_fixed("TargetFunctionArn"),
    ],
    open: false,
    attributes: &["FunctionArn", "FunctionUrl"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let path = path(&ask.properties);
    let answer = match call(&ask, Method::POST, &path, &settings(&ask)).await {
        Err(refusal) if ask.again && refusal.exists() => {
            call(&ask, Method::GET, &path, &Value::Null).await?
        }
        answer => answer?,
    };
    Ok(made(&answer))
}

async fn update(ask: Ask, _: Was) -> Result<Made, Failure> {
    Ok(made(&call(&ask, Method::PUT, &path(&ask.properties), &settings(&ask)).await?))
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    gone(call(&ask, Method::DELETE, &path(&was.properties), &Value::Null).await)
}

fn made(answer: &Value) -> Made {
    let of = |name: &str| answer[name].as_str().unwrap_or_default();
    let (arn, url) = (of("FunctionArn"), of("FunctionUrl"));
    Made::new(arn).with("FunctionArn", arn).with("FunctionUrl", url)
}

fn path(properties: &Map<String, Value>) -> String {
    let function = said(properties, "TargetFunctionArn");
    let qualifier = qualified(said(properties, "Qualifier"));
    format!("/2021-10-31/functions/{function}/url{qualifier}")
}

/// All of it, so that nothing stays of what was.
fn settings(ask: &Ask) -> Value {
    let or = |name: &str, default: Value| ask.properties.get(name).cloned().unwrap_or(default);
    json!({
        "AuthType": ask.value("AuthType"),
        "Cors": or("Cors", json!({})),
        "InvokeMode": or("InvokeMode", "BUFFERED".into()),
    })
}
