//! `AWS::Lambda::CodeSigningConfig`.

use http::Method;
use serde_json::{Map, Value, json};

use super::call;
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Who may sign code.
pub static KIND: Kind = Kind {
    name: "AWS::Lambda::CodeSigningConfig",
    properties: &[
        Property::must("AllowedPublishers"),
        Property::may("CodeSigningPolicies"),
        Property::may("Description"),
        Property::may("Tags"),
    ],
    open: false,
    attributes: &["CodeSigningConfigArn", "CodeSigningConfigId"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// Where they are in Lambda's API.
const CONFIGS: &str = "/2020-04-22/code-signing-configs";

async fn create(ask: Ask) -> Result<Made, Failure> {
    let input = Value::Object(settings(&ask));
    if ask.again
        && let Some(found) = found(&ask, &input).await?
    {
        return Ok(made(&found));
    }
    let answer = call(&ask, Method::POST, CONFIGS, &input).await?;
    Ok(made(&answer["CodeSigningConfig"]))
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let path = format!("{CONFIGS}/{}", was.made.id);
    call(&ask, Method::PUT, &path, &settings(&ask).into()).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let path = format!("{CONFIGS}/{}", was.made.id);
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}

fn made(config: &Value) -> Made {
    let of = |name: &str| config[name].as_str().unwrap_or_default();
    let (arn, id) = (of("CodeSigningConfigArn"), of("CodeSigningConfigId"));
    Made::new(arn).with("CodeSigningConfigArn", arn).with("CodeSigningConfigId", id)
}

/// All of it, so that nothing stays of what was.
fn settings(ask: &Ask) -> Map<String, Value> {
    let mut input = ask.only(&["AllowedPublishers"]);
    input.insert("Description".into(), ask.text("Description").unwrap_or_default().into());
    let policies = ask.properties.get("CodeSigningPolicies").cloned();
    let policies = policies.unwrap_or_else(|| json!({"UntrustedArtifactOnDeployment": "Warn"}));
    input.insert("CodeSigningPolicies".into(), policies);
    input
}

/// One that says the same: what was made before a crash that nobody heard of. They have no names.
async fn found(ask: &Ask, wish: &Value) -> Result<Option<Value>, Failure> {
    let mut marker = String::new();
    loop {
        let path = format!("{CONFIGS}{marker}");
        let mut page = call(ask, Method::GET, &path, &Value::Null).await?;
        let configs = page["CodeSigningConfigs"].as_array_mut().map(std::mem::take);
        let same = |config: &Value| {
            ["AllowedPublishers", "CodeSigningPolicies"]
                .iter()
                .all(|name| config[*name] == wish[*name])
                && config["Description"].as_str().unwrap_or_default() == wish["Description"]
        };
        if let Some(found) = configs.into_iter().flatten().find(same) {
            return Ok(Some(found));
        }
        match page["NextMarker"].as_str() {
            Some(next) => marker = format!("?Marker={next}"),
            None => return Ok(None),
        }
    }
}
