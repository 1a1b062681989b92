//! `AWS::ApiGatewayV2::Deployment`.

use http::Method;
use serde_json::{Value, json};

use super::parts::{Part, api, as_it_was, create, delete, empty};
use crate::apis::call;
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};

/// Deployments.
pub static KIND: Kind = Kind {
    name: "AWS::ApiGatewayV2::Deployment",
    properties: &[
        Property::must_fixed("ApiId"),
        Property::may("Description"),
        Property::may("StageName"),
    ],
    open: false,
    attributes: &["DeploymentId"],
    create: |ask| Box::pin(async move { create(&PART, &ask).await }),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(unmake(ask, was)),
};

static PART: Part = Part {
    path: "deployments",
    id: "deploymentId",
    members: &[("Description", empty), ("StageName", as_it_was)],
};

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let path = format!("{}/deployments/{}", api(&ask.properties), was.made.id);
    let description = ask.text("Description").unwrap_or_default();
    call(&ask, Method::PATCH, &path, &json!({"description": description})).await?;
    if let Some(stage) = ask.text("StageName") {
        let path = format!("{}/stages/{stage}", api(&ask.properties));
        call(&ask, Method::PATCH, &path, &json!({"deploymentId": was.made.id})).await?;
    }
    Ok(was.made)
}

/// A stage that goes on serving it, because the deployment was what named it, is told to serve nothing first.
async fn unmake(ask: Ask, was: Was) -> Result<(), Failure> {
    if let Some(stage) = was.properties.get("StageName").and_then(Value::as_str) {
        let path = format!("{}/stages/{stage}", api(&was.properties));
        let serves = call(&ask, Method::GET, &path, &Value::Null).await;
        if serves.is_ok_and(|stage| stage["deploymentId"] == was.made.id.as_str()) {
            call(&ask, Method::PATCH, &path, &json!({"deploymentId": ""})).await?;
        }
    }
    delete(&PART, &ask, &was).await
}
