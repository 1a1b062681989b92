//! What stages are set to by operations on paths: access logs, and limits of methods.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::operation;
use crate::kind::Failure;
use crate::properties::text;

/// Refuses what would be served otherwise than its owner means.
pub(super) fn check(stage: &Value) -> Result<(), Failure> {
    let canary = ["CanarySetting", "DeploymentCanarySettings"];
    if canary.iter().any(|name| stage.get(name).is_some_and(|value| !value.is_null())) {
        return Err(Failure::new("fika's stages of REST APIs have no canaries."));
    }
    Ok(())
}

/// From what a stage is set to, to what it is to be set to.
pub(super) fn operations(was: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Value> {
    let mut all = logs(was, new);
    let (had, has) = (limits(was), limits(new));
    for (path, value) in &has {
        if had.get(path) != Some(value) {
            all.push(operation(path, &json!(value)));
        }
    }
    let lost = had.keys().filter(|path| !has.contains_key(*path));
    all.extend(lost.map(|path| operation(path, &Value::Null)));
    all
}

fn logs(was: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Value> {
    let of = |properties: &Map<String, Value>| properties.get("AccessLogSetting").cloned();
    let (had, has) = (of(was), of(new));
    match has {
        has if has == had => Vec::new(),
        None => vec![operation("/accessLogSettings", &Value::Null)],
        Some(log) => [("Format", "format"), ("DestinationArn", "destinationArn")]
            .into_iter()
            .filter(|(name, _)| log.get(*name).is_some())
            .map(|(name, member)| operation(&format!("/accessLogSettings/{member}"), &log[name]))
            .collect(),
    }
}

/// By path. Levels of logs, metrics and caches are nothing that fika has of methods.
fn limits(properties: &Map<String, Value>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let settings = properties.get("MethodSettings").and_then(Value::as_array);
    // What `StageDescription` says itself is of all methods.
    let whole = Value::Object(properties.clone());
    for setting in [&whole].into_iter().chain(settings.into_iter().flatten()) {
        let of = |name: &str| setting.get(name).and_then(Value::as_str);
        let path = resource(of("ResourcePath").unwrap_or("/*"));
        let method = of("HttpMethod").unwrap_or("*");
        for (name, member) in
            [("ThrottlingRateLimit", "rateLimit"), ("ThrottlingBurstLimit", "burstLimit")]
        {
            if let Some(value) = setting.get(name).and_then(text) {
                all.insert(format!("/{path}/{method}/throttling/{member}"), value);
            }
        }
    }
    all
}

/// A resource's path as a part of another: some templates have it so already.
fn resource(path: &str) -> String {
    match path.strip_prefix('/').unwrap_or(path) {
        "*" => "*".into(),
        "" => "~1".into(),
        path if path.starts_with("~1") => path.into(),
        path => format!("~1{}", path.replace('/', "~1")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn limits_and_logs_follow() {
        let old = map(json!({
            "AccessLogSetting": {"DestinationArn": "a", "Format": "f"},
            "MethodSettings": [
                {"ResourcePath": "/*", "HttpMethod": "*", "ThrottlingRateLimit": 5, "LoggingLevel": "INFO"},
                {"ResourcePath": "/~1a", "HttpMethod": "GET", "ThrottlingBurstLimit": 2},
            ],
        }));
        let first = operations(&Map::new(), &old);
        let said = json!([
            {"op": "replace", "path": "/accessLogSettings/format", "value": "f"},
            {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": "a"},
            {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "5"},
            {"op": "replace", "path": "/~1a/GET/throttling/burstLimit", "value": "2"},
        ]);
        assert_eq!(json!(first), said);
        let new = map(json!({"MethodSettings": [
            {"ResourcePath": "/a/b", "HttpMethod": "GET", "ThrottlingRateLimit": 5},
        ]}));
        let then = json!([
            {"op": "remove", "path": "/accessLogSettings"},
            {"op": "replace", "path": "/~1a~1b/GET/throttling/rateLimit", "value": "5"},
            {"op": "remove", "path": "/*/*/throttling/rateLimit"},
            {"op": "remove", "path": "/~1a/GET/throttling/burstLimit"},
        ]);
        assert_eq!(json!(operations(&old, &new)), then);
        assert!(operations(&new, &new).is_empty());
    }
}
