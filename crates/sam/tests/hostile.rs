//! Whatever is in a template, expanding it ends, and twice the same comes out.
#![allow(clippy::unwrap_used, reason = "a test")]

use fika_sam::{Context, expand, is_sam};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn expanded(template: &Value) -> Result<Value, Vec<fika_sam::Error>> {
    let parameters = Map::new();
    let context =
        Context { region: "us-east-1", partition: "aws", parameters: &parameters, now: 1 };
    expand(template.clone(), &context)
}

/// The words of templates, so that what is made up comes close to being one.
fn word() -> impl Strategy<Value = String> {
    let words = [
        "Ref",
        "Fn::If",
        "Fn::Sub",
        "Fn::GetAtt",
        "AWS::NoValue",
        "A",
        "B",
        "Never",
        "${A}",
        "Auth",
        "Authorizers",
        "Authorizer",
        "DefaultAuthorizer",
        "AWS_IAM",
        "NONE",
        "Path",
        "Method",
        "/a",
        "get",
        "any",
        "RestApiId",
        "ApiId",
        "Events",
        "Type",
        "Properties",
        "Api",
        "HttpApi",
        "SQS",
        "S3",
        "SNS",
        "Schedule",
        "ScheduleV2",
        "Queue",
        "Bucket",
        "Topic",
        "DefinitionBody",
        "openapi",
        "3.0.1",
        "swagger",
        "2.0",
        "paths",
        "options",
        "responses",
        "200",
        "headers",
        "security",
        "Condition",
        "DependsOn",
        "x-amazon-apigateway-integration",
        "CorsConfiguration",
        "Cors",
        "Tags",
        "PropagateTags",
        "StageName",
        "CodeUri",
        "s3://a/b",
        "Handler",
        "Runtime",
        "Policies",
        "Statement",
        "SQSPollerPolicy",
        "Role",
        "AutoPublishAlias",
        "live",
        "EventInvokeConfig",
        "DestinationConfig",
        "OnFailure",
        "Destination",
        "DeadLetterConfig",
        "FunctionUrlConfig",
        "AuthType",
        "é",
    ];
    prop_oneof![4 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => ".{0,4}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..6)
                .prop_map(|entries| entries.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

fn resource() -> impl Strategy<Value = Value> {
    let kinds = ["Function", "Api", "HttpApi", "LayerVersion", "SimpleTable"];
    let fixed = json!({
        "CodeUri": "s3://a/b", "Handler": "a.b", "Runtime": "c", "StageName": "Prod", "ContentUri": "s3://a/b"
    });
    let known: [&[&str]; 5] =
        [&["CodeUri", "Handler", "Runtime"], &["StageName"], &[], &["ContentUri"], &[]];
    let properties = prop::collection::vec((word(), value()), 0..5);
    (0..kinds.len(), properties, any::<bool>()).prop_map(move |(kind, properties, conditional)| {
        let mut all: Map<String, Value> = properties.into_iter().collect();
        for name in known[kind] {
            all.insert((*name).to_owned(), fixed[*name].clone());
        }
        let mut one =
            json!({"Type": format!("AWS::Serverless::{}", kinds[kind]), "Properties": all});
        if conditional {
            one["Condition"] = "Never".into();
        }
        one
    })
}

fn template() -> impl Strategy<Value = Value> {
    let globals = prop_oneof![Just(Value::Null), value()];
    (prop::collection::vec(resource(), 1..4), globals).prop_map(|(resources, globals)| {
        let names = ["A", "B", "Never", "Queue"];
        let resources: Map<String, Value> =
            names.iter().map(|name| (*name).to_owned()).zip(resources).collect();
        let mut all = json!({
            "Transform": "AWS::Serverless-2016-10-31",
            "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
            "Resources": resources,
        });
        if !globals.is_null() {
            all["Globals"] = json!({"Function": globals});
        }
        all
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_same_comes_out_twice(template in template()) {
        let once = expanded(&template);
        let twice = expanded(&template);
        prop_assert_eq!(
            once.as_ref().map(Value::to_string),
            twice.as_ref().map(Value::to_string)
        );
        if let Ok(made) = once {
            prop_assert!(!is_sam(&made));
            let kinds = made["Resources"].as_object().unwrap().values();
            for kind in kinds.filter_map(|one| one["Type"].as_str()) {
                prop_assert!(!kind.starts_with("AWS::Serverless::"), "{} is left", kind);
            }
        }
    }

    #[test]
    fn no_value_breaks_it(value in value()) {
        let _ = expanded(&value);
        let _ = expanded(&json!({"Resources": value}));
    }
}

#[test]
fn what_is_nested_too_deeply_is_refused() {
    let mut deep = Value::Null;
    for _ in 0..200 {
        deep = json!([deep]);
    }
    let wrong =
        expanded(&json!({"Resources": {"A": {"Type": "AWS::SQS::Queue", "Metadata": deep}}}));
    assert_eq!(
        wrong.unwrap_err()[0].to_string(),
        "Structure of the SAM template is invalid. It is nested too deeply."
    );
}

#[test]
fn what_is_not_served_is_named() {
    let wrong = expanded(&json!({"Resources": {
        "Machine": {"Type": "AWS::Serverless::StateMachine", "Properties": {}},
        "Skill": {"Type": "AWS::Serverless::Function", "Properties": {
            "CodeUri": "s3://a/b", "Handler": "a.b", "Runtime": "c",
            "Events": {"Alexa": {"Type": "AlexaSkill"}},
        }},
    }}));
    let texts: Vec<String> = wrong.unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "Resource with id [Skill] is invalid. fika does not serve events of type AlexaSkill.",
            "Resource with id [Machine] is invalid. fika does not serve AWS::Serverless::StateMachine.",
        ]
    );
}

#[test]
fn a_transform_may_be_one_of_several() {
    assert!(is_sam(&json!({"Transform": "AWS::Serverless-2016-10-31"})));
    assert!(is_sam(
        &json!({"Transform": ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]})
    ));
    assert!(!is_sam(&json!({"Transform": "AWS::LanguageExtensions"})));
    assert!(!is_sam(&json!({"Resources": {}})));
    assert!(!is_sam(&json!("AWS::Serverless-2016-10-31")));
}
