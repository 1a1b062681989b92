use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::record::Draft;

fn record() -> Record {
    let draft = Draft {
        value: "v".into(),
        kind: Some(Kind::String),
        tier: None,
        description: None,
        allowed_pattern: None,
        key_id: None,
        data_type: None,
        modified_ms: 0,
        modified_by: String::new(),
    };
    let tags = BTreeMap::from([("team".to_owned(), "shop".to_owned())]);
    Record::first(draft, tags).expect("a parameter")
}

fn filters(asked: Value, keys: &[&str]) -> Result<Vec<Filter>, AwsError> {
    read(serde_json::from_value(asked).expect("filters"), keys)
}

#[test]
fn filters_want_what_they_say() {
    for (key, option, value, wanted) in [
        ("Name", None, "/a/b", true),
        ("Name", None, "a/b", true),
        ("Name", Some("BeginsWith"), "/a", true),
        ("Name", Some("BeginsWith"), "b", false),
        ("Name", Some("Contains"), "/b", true),
        ("Path", None, "/a", true),
        ("Path", None, "/a/", true),
        ("Path", None, "/", false),
        ("Path", Some("Recursive"), "/", true),
        ("Path", None, "/a/b", false),
        ("Type", None, "String", true),
        ("Type", None, "SecureString", false),
        ("KeyId", None, "alias/aws/ssm", false),
        ("Tier", None, "Standard", true),
        ("DataType", None, "text", true),
        ("tag:team", None, "shop", true),
        ("tag:team", Some("BeginsWith"), "sh", true),
        ("tag:other", None, "shop", false),
    ] {
        let mut asked = json!({"Key": key, "Values": [value]});
        if let Some(option) = option {
            asked["Option"] = option.into();
        }
        let filters = filters(json!([asked]), ALL).expect("filters");
        assert_eq!(filters[0].wants("/a/b", &record()), wanted, "{key} {option:?} {value}");
    }
}

#[test]
fn filters_that_are_none_are_refused() {
    for (asked, name) in [
        (json!([{"Key": "Colour", "Values": ["x"]}]), "InvalidFilterKey"),
        (json!([{"Key": "Label", "Values": ["x"]}]), "InvalidFilterKey"),
        (json!([{"Key": "Name"}]), "InvalidFilterValue"),
        (json!([{"Key": "Name", "Values": [""]}]), "ValidationException"),
        (json!([{"Key": "Name", "Option": "Near", "Values": ["x"]}]), "InvalidFilterOption"),
        (json!([{"Key": "Type", "Values": ["Text"]}]), "InvalidFilterOption"),
        (json!([{"Key": "Path", "Values": ["a"]}]), "ValidationException"),
        (
            json!([{"Key": "Name", "Values": ["a"]}, {"Key": "Name", "Values": ["b"]}]),
            "InvalidFilterKey",
        ),
    ] {
        let refused = filters(asked.clone(), ALL).expect_err("no filter");
        assert_eq!(refused.name(), name, "{asked}");
    }
    let labelled = filters(json!([{"Key": "Label", "Values": ["x"]}]), BY_PATH);
    assert!(labelled.is_ok());
}

#[test]
fn what_is_below_a_path() {
    for (name, path, recursive, wanted) in [
        ("/a/b", "/a", false, true),
        ("/a/b/c", "/a", false, false),
        ("/a/b/c", "/a", true, true),
        ("/ab/c", "/a", true, false),
        ("/a", "/a", true, false),
        ("/a", "/", false, true),
        ("a", "/", false, true),
        ("/a/b", "/", false, false),
        ("/a/b", "", true, true),
    ] {
        assert_eq!(is_below(name, path, recursive), wanted, "{name} {path} {recursive}");
    }
}
