//! Names of properties begin with a capital, those of API Gateway's members do not.

use serde_json::{Map, Value};

/// Members whose own members are named by the template's author.
const AS_THEY_ARE: &[&str] = &[
    "RequestModels",
    "RequestParameters",
    "RequestTemplates",
    "ResponseModels",
    "ResponseParameters",
    "ResponseTemplates",
    "StageVariables",
    "Tags",
    "Variables",
];

/// The same with names that begin small, at every depth.
#[must_use]
pub(super) fn small(value: &Value) -> Value {
    match value {
        Value::Object(map) => small_members(map).into(),
        Value::Array(list) => list.iter().map(small).collect(),
        other => other.clone(),
    }
}

/// The same of an object.
#[must_use]
pub(super) fn small_members(map: &Map<String, Value>) -> Map<String, Value> {
    map.iter().map(|(name, value)| (small_first(name), inside(name, value))).collect()
}

/// A property as a member: its name and what it says.
#[must_use]
pub(super) fn inside(name: &str, value: &Value) -> Value {
    match (name, value) {
        // Its names are routes.
        ("RouteSettings", Value::Object(routes)) => {
            routes.iter().map(|(route, settings)| (route.clone(), small(settings))).collect()
        }
        _ if AS_THEY_ARE.contains(&name) => value.clone(),
        _ => small(value),
    }
}

#[must_use]
pub(super) fn small_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_begin_small_but_those_of_the_author() {
        let given = json!({
            "AccessLogSettings": {"DestinationArn": "A"},
            "List": [{"AllowMethods": ["GET"]}],
            "RouteSettings": {"GET /X": {"ThrottlingBurstLimit": 1}},
            "StageVariables": {"Name": "V"},
        });
        let meant = json!({
            "accessLogSettings": {"destinationArn": "A"},
            "list": [{"allowMethods": ["GET"]}],
            "routeSettings": {"GET /X": {"throttlingBurstLimit": 1}},
            "stageVariables": {"Name": "V"},
        });
        assert_eq!(small(&given), meant);
    }
}
