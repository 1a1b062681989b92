#![allow(clippy::unwrap_used)]

use super::*;
use crate::generated::lambda::{CreateFunctionInput, Runtime};

fn read(body: &str) -> Result<CreateFunctionInput, Malformed> {
    CreateFunctionInput::from_json(Json::document(body.as_bytes())?)
}

#[test]
fn members_of_every_type_are_read() {
    let input = read(
        r#" { "FunctionName": "he\u006clo", "Runtime": "nodejs22.x", "Timeout": 7,
              "Publish": false, "Unknown": {"deep": [1, {"er": null}]}, "Description": null,
              "Code": {"ZipFile": "UEsDBA=="}, "Layers": ["a", "b"],
              "Environment": {"Variables": {"KEY": "välue"}},
              "CapacityProviderConfig": {"LambdaManagedInstancesCapacityProviderConfig":
                  {"ExecutionEnvironmentMemoryGiBPerVCpu": 2.5}} } "#,
    )
    .unwrap();
    assert_eq!(input.function_name.as_deref(), Some("hello"));
    assert_eq!(input.runtime, Some(Runtime::Nodejs22X));
    assert_eq!((input.timeout, input.publish, &input.description), (Some(7), Some(false), &None));
    assert_eq!(input.code.unwrap().zip_file.unwrap().as_ref(), b"PK\x03\x04");
    assert_eq!(input.layers.unwrap(), ["a", "b"]);
    assert_eq!(input.environment.unwrap().variables.unwrap()["KEY"], "välue");
    let provider = input.capacity_provider_config.unwrap();
    let instances = provider.lambda_managed_instances_capacity_provider_config.unwrap();
    assert_eq!(instances.execution_environment_memory_gi_b_per_v_cpu, Some(2.5));
}

#[test]
fn an_empty_body_is_an_empty_structure() {
    assert_eq!(read("").unwrap(), CreateFunctionInput::default());
    assert_eq!(read("{}").unwrap(), CreateFunctionInput::default());
}

#[test]
fn wrong_types_are_named_as_aws_names_them() {
    let list = "Start of list found where not expected";
    let structure = "Start of structure or map found where not expected.";
    for (body, text) in [
        (r#"{"FunctionName": 5}"#, "NUMBER_VALUE can not be converted to a String"),
        (r#"{"FunctionName": 5.5}"#, "DECIMAL_VALUE can not be converted to a String"),
        (r#"{"FunctionName": true}"#, "TRUE_VALUE can not be converted to a String"),
        (r#"{"FunctionName": []}"#, list),
        (r#"{"FunctionName": {}}"#, structure),
        (r#"{"Runtime": false}"#, "FALSE_VALUE can not be converted to a String"),
        (r#"{"Timeout": "3"}"#, "STRING_VALUE can not be converted to an Integer"),
        (r#"{"Timeout": 4294967296}"#, "NUMBER_VALUE can not be converted to an Integer"),
        (r#"{"Timeout": 1e400}"#, "DECIMAL_VALUE can not be converted to an Integer"),
        (r#"{"Publish": "true"}"#, "STRING_VALUE can not be converted to a Boolean"),
        (r#"{"Publish": 1}"#, "NUMBER_VALUE can not be converted to a Boolean"),
        (r#"{"Code": "zip"}"#, "Expected null"),
        (r#"{"Code": []}"#, list),
        (r#"{"Code": {"ZipFile": 5}}"#, "NUMBER_VALUE can not be converted to a Blob"),
        (r#"{"Code": {"ZipFile": "a"}}"#, "STRING_VALUE can not be converted to a Blob"),
        (r#"{"Layers": "one"}"#, "Expected list or null"),
        (r#"{"Layers": {}}"#, structure),
        (r#"{"Layers": [null]}"#, "NULL_VALUE can not be converted to a String"),
        (r#"{"Tags": "one"}"#, "Expected map or null"),
        (r#"{"Tags": []}"#, list),
        (r#"{"Tags": {"a": 1}}"#, "NUMBER_VALUE can not be converted to a String"),
        (r#"{"Tags": {"a": null}}"#, "NULL_VALUE can not be converted to a String"),
        ("[]", list),
        ("\"text\"", "Expected null"),
        ("null", "Expected null"),
    ] {
        assert_eq!(read(body).unwrap_err().to_string(), text, "{body}");
    }
}

#[test]
fn what_is_no_json_is_refused() {
    let deep = "[".repeat(100_000);
    for body in
        ["{", "{}x", "{'a': 1}", "nul", r#"{"a": 1,}"#, r#"{"FunctionName": "\ud800"}"#, &deep]
    {
        assert_eq!(read(body), Err(Malformed::NO_JSON), "{:.40}", body);
    }
    assert_eq!(Json::document(b"{\"a\": \"\xff\"}").unwrap_err(), Malformed::NO_JSON);
}

#[test]
fn decimals_are_cut_where_whole_numbers_are_wanted() {
    for (number, whole) in [("3.9", 3), ("-0.5", 0), ("3e2", 300), ("-3", -3)] {
        let input = read(&format!("{{\"Timeout\": {number}}}")).unwrap();
        assert_eq!(input.timeout, Some(whole), "{number}");
    }
}

#[test]
fn the_last_of_two_equal_members_counts() {
    assert_eq!(read(r#"{"Timeout": 1, "Timeout": 2}"#).unwrap().timeout, Some(2));
}

#[test]
fn lists_and_maps_are_bounded() {
    let items = vec!["\"\""; MOST_MEMBERS].join(",");
    assert!(read(&format!("{{\"Layers\": [{items}]}}")).is_ok());
    let error = read(&format!("{{\"Layers\": [{items},\"\"]}}")).unwrap_err();
    assert_eq!(error, Malformed::TOO_MANY);
}

#[test]
fn what_is_written_reads_back() {
    let input = read(
        r#"{"FunctionName":"f","Runtime":"python3.13","Code":{"ZipFile":"aGk="},"Timeout":3,"Tags":{"a":"b"},"Architectures":["arm64"]}"#,
    )
    .unwrap();
    let text = serde_json::to_string(&input).unwrap();
    assert_eq!(read(&text).unwrap(), input, "{text}");
    assert!(text.contains(r#""ZipFile":"aGk=""#) && !text.contains("null"), "{text}");
}

#[test]
fn secrets_are_not_printed() {
    let input = read(
        r#"{"Code": {"ZipFile": "c2VjcmV0"}, "Environment": {"Variables": {"PASSWORD": "hunter2"}}}"#,
    )
    .unwrap();
    let text = format!("{input:?}");
    assert!(text.contains("(sensitive)"));
    assert!(!text.contains("hunter2") && !text.contains("PASSWORD"), "{text}");
}
