//! `AWS::ApiGateway::Stage`.

use http::Method;
use serde_json::{Map, Value, json};

use super::{api, changed, operation, patch, settings};
use crate::apis::small::small_members;
use crate::apis::{Tagged, call, retag};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Stages.
pub static KIND: Kind = Kind {
    name: "AWS::ApiGateway::Stage",
    properties: &[
        Property::may("AccessLogSetting"),
        Property::may("CacheClusterEnabled"),
        Property::may("CacheClusterSize"),
        Property::may("CanarySetting"),
        Property::may("ClientCertificateId"),
        Property::may("DeploymentId"),
        Property::may("Description"),
        Property::may("DocumentationVersion"),
        Property::may("MethodSettings"),
        Property::must_fixed("RestApiId"),
        Property::fixed("StageName"),
        Property::may("Tags"),
        Property::may("TracingEnabled"),
        Property::may("Variables"),
    ],
    open: false,
    attributes: &[],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

const MEMBERS: &[(&str, &str)] = &[
    ("DeploymentId", "/deploymentId"),
    ("Description", "/description"),
    ("TracingEnabled", "/tracingEnabled"),
];

async fn create(ask: Ask) -> Result<Made, Failure> {
    settings::check(&ask.properties.clone().into())?;
    let name = ask.required("StageName")?.to_owned();
    let given = ["StageName", "DeploymentId", "Description", "TracingEnabled", "Variables"];
    let mut input = small_members(&ask.only(&given));
    input.insert("tags".into(), json!(ask.tags()));
    let path = format!("{}/stages", api(&ask.properties));
    match call(&ask, Method::POST, &path, &input.into()).await {
        Err(refusal) if ask.again && refusal.exists() => {}
        answer => drop(answer?),
    }
    let operations = settings::operations(&Map::new(), &ask.properties);
    match patch(&ask, &format!("{path}/{name}"), operations).await {
        Ok(()) => Ok(Made::new(name)),
        Err(failure) => Err(failure.leaving(Made::new(name))),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    settings::check(&ask.properties.clone().into())?;
    let name = &was.made.id;
    let mut operations = changed(&ask, &was.properties, MEMBERS);
    // A stage serves some deployment always.
    operations.retain(|one| !(one["op"] == "remove" && one["path"] == "/deploymentId"));
    operations.extend(variables(&was.properties, &ask.properties));
    operations.extend(settings::operations(&was.properties, &ask.properties));
    let path = format!("{}/stages/{name}", api(&ask.properties));
    patch(&ask, &path, operations).await?;
    let place = format!("{}/stages/{name}", api(&ask.properties));
    retag(&ask, &was, Tagged { path: "/tags", method: Method::PUT, place }).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let path = format!("{}/stages/{}", api(&was.properties), was.made.id);
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}

fn variables(was: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Value> {
    let of = |all: &Map<String, Value>| -> Map<String, Value> {
        all.get("Variables").and_then(Value::as_object).cloned().unwrap_or_default()
    };
    let (had, has) = (of(was), of(new));
    let path = |name: &str| format!("/variables/{}", name.replace('~', "~0").replace('/', "~1"));
    let set = has.iter().filter(|(name, value)| had.get(*name) != Some(*value));
    let lost = had.keys().filter(|name| !has.contains_key(*name));
    set.map(|(name, value)| operation(&path(name), value))
        .chain(lost.map(|name| operation(&path(name), &Value::Null)))
        .collect()
}
