//! Reading: JSON and YAML, their short forms, and what is neither.
#![allow(clippy::unwrap_used, reason = "a test")]

use fika_template::read;
use proptest::prelude::*;
use serde_json::{Value, json};

/// YAML, and what it is.
fn values() -> Vec<(&'static str, Value)> {
    vec![
        ("a: !Ref Queue", json!({"a": {"Ref": "Queue"}})),
        ("a: !Ref 12", json!({"a": {"Ref": "12"}})),
        ("a: !GetAtt Queue.Arn", json!({"a": {"Fn::GetAtt": ["Queue", "Arn"]}})),
        ("a: !GetAtt Child.Outputs.Url", json!({"a": {"Fn::GetAtt": ["Child", "Outputs.Url"]}})),
        ("a: !GetAtt [Queue, Arn]", json!({"a": {"Fn::GetAtt": ["Queue", "Arn"]}})),
        ("a: !Sub '${AWS::Region}'", json!({"a": {"Fn::Sub": "${AWS::Region}"}})),
        ("a: !Sub ['${b}', {b: 1}]", json!({"a": {"Fn::Sub": ["${b}", {"b": 1}]}})),
        ("a: !Condition Prod", json!({"a": {"Condition": "Prod"}})),
        ("a: !GetAZs ''", json!({"a": {"Fn::GetAZs": ""}})),
        ("a: !Base64\n  Fn::Sub: x", json!({"a": {"Fn::Base64": {"Fn::Sub": "x"}}})),
        (
            "a: !If [Prod, !Ref A, !Ref AWS::NoValue]",
            json!({"a": {"Fn::If": ["Prod", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]}}),
        ),
        (
            "a: !Transform {Name: AWS::Include}",
            json!({"a": {"Fn::Transform": {"Name": "AWS::Include"}}}),
        ),
        // What plain scalars are in YAML 1.1.
        (
            "a: [yes, No, on, OFF, true, False]",
            json!({"a": [true, false, true, false, true, false]}),
        ),
        ("a: [y, n, tRUE, 'yes', \"no\"]", json!({"a": ["y", "n", "tRUE", "yes", "no"]})),
        ("a: [1, -2, +3, 1_000, 0]", json!({"a": [1, -2, 3, 1000, 0]})),
        ("a: [017, 0x1F, 0b101, 1:30, 089]", json!({"a": [15, 31, 5, 90, "089"]})),
        ("a: [1.5, .5, 1e3, -2.5e-1, 1.]", json!({"a": [1.5, 0.5, 1000.0, -0.25, 1.0]})),
        ("a: [.inf, .nan, 1.2.3, 1e400]", json!({"a": [".inf", ".nan", "1.2.3", "1e400"]})),
        ("a: [.., 0o17, 12abc, 1__, '1']", json!({"a": ["..", "0o17", "12abc", 1, "1"]})),
        ("a: [2012-10-17, 2010-09-09]", json!({"a": ["2012-10-17", "2010-09-09"]})),
        ("a: 127311923021", json!({"a": 127_311_923_021_u64})),
        ("a: 99999999999999999999999", json!({"a": "99999999999999999999999"})),
        ("a: !!str 12", json!({"a": "12"})),
        ("a: !!int 12", json!({"a": 12})),
        ("a: !!float 1", json!({"a": 1.0})),
        ("a: [~, null, ]", json!({"a": [null, null]})),
        ("a: |\n  one\n  two\n", json!({"a": "one\ntwo\n"})),
        ("a: >-\n  one\n  two\n", json!({"a": "one two"})),
        // An anchor that nobody refers to.
        ("a: &x 1", json!({"a": 1})),
        ("'1': a\n\"yes\": b", json!({"1": "a", "yes": "b"})),
        ("# nothing but this\n---\na: b\n...\n", json!({"a": "b"})),
        ("", Value::Null),
        // JSON.
        (" {\"a\": [1, 2.5, \"x\", true, null, {}]}", json!({"a": [1, 2.5, "x", true, null, {}]})),
    ]
}

#[test]
fn what_is_written_short_is_long_and_scalars_are_those_of_yaml_1_1() {
    for (text, wanted) in values() {
        assert_eq!(read(text), Ok(wanted), "{text}");
    }
}

#[test]
fn members_stay_in_their_order() {
    let read = read("z: 1\na: 2\nm: 3").unwrap();
    assert_eq!(read.as_object().unwrap().keys().collect::<Vec<_>>(), ["z", "a", "m"]);
}

const REFUSED: [(&str, &str); 17] = [
    ("a: &x 1\nb: *x", "Template error: YAML aliases are not allowed in CloudFormation templates"),
    ("b: *nobody", "Template error: YAML aliases are not allowed in CloudFormation templates"),
    (
        "a: &x {c: 1}\nb:\n  <<: *x",
        "Template error: YAML aliases are not allowed in CloudFormation templates",
    ),
    ("a: [1", "Template format error: YAML not well-formed. (line 1, column 4)"),
    ("a: b: c", "Template format error: YAML not well-formed. (line 1, column 5)"),
    ("a: 1\n---\nb: 2", "Template format error: YAML not well-formed. (line 2, column 1)"),
    ("a: !!binary aGk=", "Template format error: YAML not well-formed. (line 1, column 13)"),
    ("a: !!int x", "Template format error: YAML not well-formed. (line 1, column 10)"),
    (
        "a: {b: {1: c}}",
        "Template format error: [/a/b] map keys must be strings; received numeric [1] instead",
    ),
    (
        "Mappings:\n  M:\n    0123: {x: y}",
        "Template format error: [/Mappings/M] map keys must be strings; received numeric [83] instead",
    ),
    (
        "a:\n  - on: 1",
        "Template format error: [/a/0] map keys must be strings; received boolean [true] instead",
    ),
    ("? [a]\n: b", "Template format error: [/] map keys must be strings; received a list instead"),
    ("a: 1\nb: 2\na: 3", "Template format error: Duplicate key a found at line 3 column 1"),
    ("{\"a\": 1, \"a\": 2}", "Template format error: Duplicate key a found at line 1 column 12"),
    ("{\"a\": 1,}", "Template format error: JSON not well-formed. (line 1, column 9)"),
    ("{\"a\":\n 1} x", "Template format error: JSON not well-formed. (line 2, column 5)"),
    ("{\"a\": 01}", "Template format error: JSON not well-formed. (line 1, column 8)"),
];

#[test]
fn what_is_no_template_is_refused_in_the_services_words() {
    let told: Vec<_> = REFUSED.map(|(text, _)| (text, read(text).unwrap_err().to_string())).into();
    let wanted = REFUSED.map(|(text, wanted)| (text, wanted.to_owned()));
    assert_eq!(told, wanted);
}

#[test]
fn a_template_is_as_large_as_the_service_takes() {
    let text = format!("a: '{}'", "x".repeat(999_995));
    assert_eq!(text.len(), 1_000_000);
    assert!(read(&text).is_ok());
    let refused = read(&format!("{text} ")).unwrap_err();
    assert_eq!(refused.to_string(), "Template may not exceed 1000000 bytes in size.");
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(read(&format!("a: {}", deep(98))).is_ok());
    for levels in [101, 1000, 400_000] {
        assert!(read(&format!("a: {}", deep(levels))).is_err(), "{levels} levels of YAML");
        assert!(read(&format!("{{\"a\": {}}}", deep(levels))).is_err(), "{levels} levels of JSON");
    }
    let steps: String = (0..200).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert!(read(&steps).is_err());
}

#[test]
fn what_has_too_many_values_is_refused() {
    let many = "1,".repeat(300_000);
    let refused = read(&format!("a: [{many}]")).unwrap_err().to_string();
    assert_eq!(refused, "Template format error: more than 250000 values");
    let refused = read(&format!("{{\"a\": [{many}1]}}")).unwrap_err().to_string();
    assert!(refused.starts_with("Template format error: more than 250000 values"), "{refused}");
}

/// Values that a template may have, two hundred at most.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 200, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::btree_map("[a-z:]{1,6}", inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn anything_is_read_or_refused(text in "[-{}\\[\\]:,!&*'\"#a-z0-9 \n.|>%?]{0,80}") {
        let _ = read(&text);
    }

    #[test]
    fn json_is_read_as_it_is_written(value in value()) {
        let value = json!({"a": value});
        prop_assert_eq!(read(&value.to_string()), Ok(value));
    }

    #[test]
    fn json_is_yaml_too(value in value()) {
        let value = json!({"a": value});
        // A comment makes it YAML; both say the same.
        let text = format!("#\n{value}");
        prop_assert_eq!(read(&text), Ok(value));
    }
}
