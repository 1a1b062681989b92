//! `AWS::Lambda::Function`.

use http::Method;
use serde_json::{Map, Value, json};

use super::tags::retag;
use super::{FUNCTIONS, call, inline};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Functions.
pub static KIND: Kind = Kind {
    name: "AWS::Lambda::Function",
    properties: &[
        Property::may("Architectures"),
        Property::must("Code"),
        Property::may("CodeSigningConfigArn"),
        Property::may("DeadLetterConfig"),
        Property::may("Description"),
        Property::may("Environment"),
        Property::may("EphemeralStorage"),
        Property::may("FileSystemConfigs"),
        Property::fixed("FunctionName"),
        Property::may("Handler"),
        Property::may("ImageConfig"),
        Property::may("KmsKeyArn"),
        Property::may("Layers"),
        Property::may("LoggingConfig"),
        Property::may("MemorySize"),
        Property::fixed("PackageType"),
        Property::may("RecursiveLoop"),
        Property::may("ReservedConcurrentExecutions"),
        Property::must("Role"),
        Property::may("Runtime"),
        Property::may("RuntimeManagementConfig"),
        Property::may("SnapStart"),
        Property::may("Tags"),
        Property::fixed("TenancyConfig"),
        Property::may("Timeout"),
        Property::may("TracingConfig"),
        Property::may("VpcConfig"),
    ],
    open: false,
    attributes: &["Arn", "SnapStartResponse.ApplyStatus", "SnapStartResponse.OptimizationStatus"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// What both CreateFunction and UpdateFunctionConfiguration take as it is, and what it is where a template
/// names it no more.
const CONFIGURATION: &[(&str, Default)] = &[
    ("DeadLetterConfig", || json!({"TargetArn": ""})),
    ("Description", || "".into()),
    ("Environment", || json!({"Variables": {}})),
    ("EphemeralStorage", || json!({"Size": 512})),
    ("FileSystemConfigs", || json!([])),
    ("Handler", || Value::Null),
    ("ImageConfig", || json!({})),
    ("Layers", || json!([])),
    ("LoggingConfig", || json!({"LogFormat": "Text"})),
    ("MemorySize", || 128.into()),
    ("Role", || Value::Null),
    ("Runtime", || Value::Null),
    ("SnapStart", || json!({"ApplyOn": "None"})),
    ("Timeout", || 3.into()),
    ("TracingConfig", || json!({"Mode": "PassThrough"})),
    ("VpcConfig", || json!({"SubnetIds": [], "SecurityGroupIds": []})),
];

type Default = fn() -> Value;

/// What only CreateFunction takes.
const ONCE: [&str; 4] = ["Architectures", "CodeSigningConfigArn", "PackageType", "TenancyConfig"];

async fn create(ask: Ask) -> Result<Made, Failure> {
    let name = ask.name("FunctionName", 64);
    let mut input = ask.only(&ONCE);
    for (property, _) in CONFIGURATION {
        input.extend(ask.only(&[property]));
    }
    key(&ask, &mut input);
    input.insert("FunctionName".into(), name.clone().into());
    input.insert("Code".into(), inline::code(&ask.properties)?);
    input.insert("Tags".into(), json!(ask.tags()));
    match call(&ask, Method::POST, FUNCTIONS, &input.into()).await {
        Err(refusal) if ask.again && refusal.exists() => {}
        answer => drop(answer?),
    }
    let made = made(&ask, &name);
    let rest = async {
        settled(&ask, &name).await?;
        beside(&ask, &name, &Map::new()).await
    };
    match rest.await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let name = was.made.id.clone();
    settled(&ask, &name).await?;
    let (old, new) = (&was.properties, &ask.properties);
    // What is not sure to be as it was is said again.
    let differs = |property: &str| {
        old.get(property) != new.get(property) || (ask.again && new.contains_key(property))
    };
    let changed: Map<String, Value> = CONFIGURATION
        .iter()
        .filter(|(property, _)| differs(property))
        .map(|(property, default)| {
            ((*property).to_owned(), new.get(*property).cloned().unwrap_or_else(default))
        })
        .collect();
    let mut input = changed;
    if differs("KmsKeyArn") {
        key(&ask, &mut input);
    }
    if !input.is_empty() {
        let path = format!("{FUNCTIONS}/{name}/configuration");
        call(&ask, Method::PUT, &path, &input.into()).await?;
        settled(&ask, &name).await?;
    }
    let code =
        |of: &Map<String, Value>| (of.get("Code").cloned(), of.get("Architectures").cloned());
    if ask.again || code(old) != code(new) {
        let mut input = match inline::code(new)? {
            Value::Object(code) => code,
            _ => Map::new(),
        };
        input.extend(ask.only(&["Architectures"]));
        let path = format!("{FUNCTIONS}/{name}/code");
        call(&ask, Method::PUT, &path, &input.into()).await?;
        settled(&ask, &name).await?;
    }
    beside(&ask, &name, old).await?;
    if let Some(arn) = was.made.attributes.get("Arn").and_then(Value::as_str) {
        retag(&ask, &was, arn).await?;
    }
    Ok(made(&ask, &name))
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let path = format!("{FUNCTIONS}/{}", was.made.id);
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}

fn made(ask: &Ask, name: &str) -> Made {
    let scope = &ask.stack.scope;
    let arn = format!("arn:aws:lambda:{}:{}:function:{name}", scope.region, scope.account);
    let snap_start = ask.value("SnapStart").get("ApplyOn").and_then(Value::as_str);
    let applies = snap_start.unwrap_or("None").to_owned();
    let optimized = if applies == "None" { "Off" } else { "On" };
    Made::new(name)
        .with("Arn", arn)
        .with("SnapStartResponse.ApplyStatus", applies)
        .with("SnapStartResponse.OptimizationStatus", optimized)
}

/// The API spells it otherwise.
fn key(ask: &Ask, input: &mut Map<String, Value>) {
    if let Some(arn) = ask.properties.get("KmsKeyArn") {
        input.insert("KMSKeyArn".into(), arn.clone());
    }
}

/// Waits until a function, or a version of it, can be used and changed.
pub(super) async fn settled(ask: &Ask, name: &str) -> Result<(), Failure> {
    let path = &format!("{FUNCTIONS}/{name}/configuration");
    ask.until(|| async move {
        let function = call(ask, Method::GET, path, &Value::Null).await?;
        let is = |of: &str, what: &str| function[of] == what;
        if is("State", "Failed") || is("LastUpdateStatus", "Failed") {
            let why = ["StateReason", "LastUpdateStatusReason"].map(|name| function[name].as_str());
            let why = why.into_iter().flatten().next().unwrap_or("it failed");
            return Err(Failure::new(format!("Function {name} did not stabilize: {why}")));
        }
        let busy = is("State", "Pending") || is("LastUpdateStatus", "InProgress");
        Ok((!busy).then_some(()))
    })
    .await
}

/// What has operations of its own.
async fn beside(ask: &Ask, name: &str, old: &Map<String, Value>) -> Result<(), Failure> {
    let differs = |property: &str| {
        let new = ask.properties.get(property);
        old.get(property) != new || (ask.again && new.is_some())
    };
    let property = "ReservedConcurrentExecutions";
    if differs(property) {
        match ask.value(property) {
            Value::Null => {
                let path = format!("/2017-10-31/functions/{name}/concurrency");
                call(ask, Method::DELETE, &path, &Value::Null).await?;
            }
            amount => {
                let path = format!("/2017-10-31/functions/{name}/concurrency");
                call(ask, Method::PUT, &path, &json!({property: amount})).await?;
            }
        }
    }
    if differs("RecursiveLoop") {
        let wish = ask.text("RecursiveLoop").unwrap_or("Terminate");
        let path = format!("/2024-08-31/functions/{name}/recursion-config");
        call(ask, Method::PUT, &path, &json!({"RecursiveLoop": wish})).await?;
    }
    if differs("RuntimeManagementConfig") {
        let wish = ask.value("RuntimeManagementConfig");
        let wish = if wish.is_null() { json!({"UpdateRuntimeOn": "Auto"}) } else { wish.clone() };
        let path = format!("/2021-07-20/functions/{name}/runtime-management-config");
        call(ask, Method::PUT, &path, &wish).await?;
    }
    // CreateFunction was given it.
    if !old.is_empty() && differs("CodeSigningConfigArn") {
        let path = format!("/2020-06-30/functions/{name}/code-signing-config");
        match ask.value("CodeSigningConfigArn") {
            Value::Null => call(ask, Method::DELETE, &path, &Value::Null).await?,
            arn => {
                let input = json!({"CodeSigningConfigArn": arn});
                call(ask, Method::PUT, &path, &input).await?
            }
        };
    }
    Ok(())
}
