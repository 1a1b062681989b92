//! `AWS::ApiGateway::Resource`.

use http::Method;
use serde_json::{Value, json};

use super::api;
use crate::apis::{call, make};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Parts of paths.
pub static KIND: Kind = Kind {
    name: "AWS::ApiGateway::Resource",
    properties: &[
        Property::must_fixed("ParentId"),
        Property::must_fixed("PathPart"),
        Property::must_fixed("RestApiId"),
    ],
    open: false,
    attributes: &["ResourceId"],
    create: |ask| Box::pin(create(ask)),
    update: |_, was| Box::pin(async move { Ok(was.made) }),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let path = format!("{}/resources/{}", api(&ask.properties), ask.required("ParentId")?);
    let input = json!({"pathPart": ask.required("PathPart")?});
    let answer = make(&ask, Method::POST, &path, &input).await?;
    let id = answer["id"].as_str().unwrap_or_default();
    Ok(Made::new(id).with("ResourceId", id))
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let path = format!("{}/resources/{}", api(&was.properties), was.made.id);
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}
