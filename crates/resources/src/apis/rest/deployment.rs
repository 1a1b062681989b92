//! `AWS::ApiGateway::Deployment`, which may make or move a stage.

use http::Method;
use serde_json::{Map, Value, json};

use super::{api, changed, operation, patch, settings};
use crate::apis::{call, make};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Deployments.
pub static KIND: Kind = Kind {
    name: "AWS::ApiGateway::Deployment",
    properties: &[
        Property::fixed("DeploymentCanarySettings"),
        Property::may("Description"),
        Property::must_fixed("RestApiId"),
        Property::may("StageDescription"),
        Property::may("StageName"),
    ],
    open: false,
    attributes: &["DeploymentId"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    settings::check(&ask.properties.clone().into())?;
    let stage = described(&ask.properties);
    settings::check(&stage.clone().into())?;
    let input = json!({
        "stageName": ask.value("StageName"), "description": ask.value("Description"),
        "stageDescription": stage.get("Description"), "variables": stage.get("Variables"),
    });
    let path = format!("{}/deployments", api(&ask.properties));
    let answer = make(&ask, Method::POST, &path, &input).await?;
    let id = answer["id"].as_str().unwrap_or_default();
    let made = Made::new(id).with("DeploymentId", id);
    let operations = settings::operations(&Map::new(), &stage);
    match of_stage(&ask, operations).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let path = format!("{}/deployments/{}", api(&ask.properties), was.made.id);
    let members = [("Description", "/description")];
    patch(&ask, &path, changed(&ask, &was.properties, &members)).await?;
    let (old, new) = (described(&was.properties), described(&ask.properties));
    settings::check(&new.clone().into())?;
    if was.properties.get("StageName") == ask.properties.get("StageName") {
        let mut operations = settings::operations(&old, &new);
        if old.get("Description") != new.get("Description") {
            let description = new.get("Description").unwrap_or(&Value::Null);
            operations.push(operation("/description", description));
        }
        of_stage(&ask, operations).await?;
    } else if let Some(stage) = ask.text("StageName") {
        let input = json!({"stageName": stage, "deploymentId": was.made.id,
            "description": new.get("Description"), "variables": new.get("Variables")});
        let path = format!("{}/stages", api(&ask.properties));
        match call(&ask, Method::POST, &path, &input).await {
            Err(refusal) if refusal.exists() => {
                let moved = vec![operation("/deploymentId", &json!(was.made.id))];
                of_stage(&ask, moved).await?;
            }
            answer => drop(answer?),
        }
        of_stage(&ask, settings::operations(&Map::new(), &new)).await?;
    }
    Ok(was.made)
}

/// A stage that goes on serving it, because the deployment was what made it, goes with it.
async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let api = api(&was.properties);
    if let Some(stage) = was.properties.get("StageName").and_then(Value::as_str) {
        let path = format!("{api}/stages/{stage}");
        let serves = call(&ask, Method::GET, &path, &Value::Null).await;
        if serves.is_ok_and(|stage| stage["deploymentId"] == was.made.id.as_str()) {
            gone(call(&ask, Method::DELETE, &path, &Value::Null).await)?;
        }
    }
    let path = format!("{api}/deployments/{}", was.made.id);
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}

fn described(properties: &Map<String, Value>) -> Map<String, Value> {
    let stage = properties.get("StageDescription").and_then(Value::as_object);
    stage.cloned().unwrap_or_default()
}

async fn of_stage(ask: &Ask, operations: Vec<Value>) -> Result<(), Failure> {
    let Some(stage) = ask.text("StageName") else { return Ok(()) };
    patch(ask, &format!("{}/stages/{stage}", api(&ask.properties)), operations).await
}
