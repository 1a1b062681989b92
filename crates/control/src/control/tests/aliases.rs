//! Aliases, and calls by them.

use std::sync::atomic::{AtomicU32, Ordering};

use fika_aws::generated::lambda::{
    AliasConfiguration, CreateAliasInput, DeleteAliasInput, DeleteFunctionInput, GetAliasInput,
    ListAliasesInput, UpdateAliasInput,
};
use fika_aws::shape::AwsError;
use serde_json::{Value, json};

use super::fixture::*;

const ARN: &str = "arn:aws:lambda:eu-north-1:000000000001:function:hello";

/// `hello` with versions 1 and 2.
async fn two_versions() -> Fixture {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    fixture.publish("hello", json!({})).await.unwrap();
    fixture.settled("hello:1").await;
    fixture.upload("hello", "second", json!({ "Publish": true })).await.unwrap();
    fixture.settled("hello").await;
    fixture.settled("hello:2").await;
    fixture
}

async fn create(fixture: &Fixture, body: Value) -> Result<AliasConfiguration, AwsError> {
    let mut input: CreateAliasInput = read(&body);
    input.function_name = Some(body["on"].as_str().unwrap_or("hello").into());
    fixture.control.create_alias(&scope(), input).await
}

async fn update(
    fixture: &Fixture,
    name: &str,
    body: Value,
) -> Result<AliasConfiguration, AwsError> {
    let mut input: UpdateAliasInput = read(&body);
    (input.function_name, input.name) = (Some("hello".into()), Some(name.into()));
    fixture.control.update_alias(&scope(), input).await
}

fn get(fixture: &Fixture, name: &str) -> Result<AliasConfiguration, AwsError> {
    let input = GetAliasInput { function_name: Some("hello".into()), name: Some(name.into()) };
    fixture.control.get_alias(&scope(), &input)
}

async fn delete(fixture: &Fixture, name: &str) {
    let input = DeleteAliasInput { function_name: Some("hello".into()), name: Some(name.into()) };
    fixture.control.delete_alias(&scope(), input).await.unwrap();
}

fn list(fixture: &Fixture, input: Value) -> (Vec<String>, Option<String>) {
    let text = |member: &str| input[member].as_str().map(Into::into);
    let input = ListAliasesInput {
        function_name: Some("hello".into()),
        function_version: text("FunctionVersion"),
        marker: text("Marker"),
        max_items: input["MaxItems"].as_i64().map(|n| n as i32),
    };
    let page = fixture.control.list_aliases(&scope(), &input).unwrap();
    (page.aliases.unwrap().into_iter().map(|a| a.name.unwrap()).collect(), page.next_marker)
}

fn refused(result: Result<AliasConfiguration, AwsError>, name: &str, text: &str) {
    let error = result.expect_err(text);
    assert_eq!((error.name(), error.message()), (name, text));
}

#[tokio::test]
async fn the_life_of_an_alias() {
    let mut fixture = two_versions().await;
    let body = json!({
        "Name": "live",
        "FunctionVersion": "1",
        "Description": "what users see",
        "RoutingConfig": { "AdditionalVersionWeights": { "2": 0.2 } },
    });
    let created = create(&fixture, body.clone()).await.unwrap();
    let mut expected = body.clone();
    expected["AliasArn"] = json!(format!("{ARN}:live"));
    expected["RevisionId"] = json!(created.revision_id);
    assert_eq!(serde_json::to_value(&created).unwrap(), expected);
    let revision = fixture.configuration("hello").unwrap().revision_id;
    fixture = fixture.reopen(Verdict::Ready).await;
    assert_eq!(get(&fixture, "live").unwrap(), created);
    // An update of nothing is a new revision, of the alias alone.
    let same = update(&fixture, "live", json!({})).await.unwrap();
    assert_ne!(same.revision_id, created.revision_id);
    assert_eq!(
        AliasConfiguration { revision_id: None, ..same.clone() },
        AliasConfiguration { revision_id: None, ..created.clone() }
    );
    assert_eq!(fixture.configuration("hello").unwrap().revision_id, revision);
    let late = json!({ "RevisionId": created.revision_id, "FunctionVersion": "2" });
    assert_eq!(update(&fixture, "live", late).await.unwrap_err().status(), 412);
    assert_eq!(get(&fixture, "live").unwrap(), same);
    let moved = json!({
        "RevisionId": same.revision_id,
        "FunctionVersion": "2",
        "RoutingConfig": { "AdditionalVersionWeights": {} },
    });
    let moved = update(&fixture, "live", moved).await.unwrap();
    assert_eq!(moved.function_version.as_deref(), Some("2"));
    assert_eq!((moved.routing_config, moved.description), (None, created.description));
    delete(&fixture, "live").await;
    delete(&fixture, "live").await;
    refused(
        get(&fixture, "live"),
        "ResourceNotFoundException",
        &format!("Cannot find alias arn: {ARN}:live"),
    );
    let gone = update(&fixture, "live", json!({})).await;
    refused(gone, "ResourceNotFoundException", &format!("Alias not found: {ARN}:live"));
}

#[tokio::test]
async fn what_no_alias_can_be() {
    let fixture = two_versions().await;
    let weights = |version: &str, weights: Value| {
        json!({
            "Name": "live",
            "FunctionVersion": version,
            "RoutingConfig": { "AdditionalVersionWeights": weights },
        })
    };
    let missing = |version: &str| format!("Function not found: {ARN}:{version}");
    let (invalid, not_found) = ("InvalidParameterValueException", "ResourceNotFoundException");
    for (body, name, text) in [
        (
            weights("1", json!({ "1": 0.8, "2": 0.2 })),
            invalid,
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        ),
        (
            weights("1", json!({ "1": 0.5 })),
            invalid,
            "Invalid function version 1. Function version 1 is already included in routing \
             configuration.",
        ),
        (
            weights("$LATEST", json!({ "1": 0.5 })),
            invalid,
            "$LATEST is not supported for an alias pointing to more than 1 version",
        ),
        (weights("10", json!({ "2": 0.5 })), not_found, &missing("10")),
        (weights("1", json!({ "10": 0.5 })), not_found, &missing("10")),
        (weights("01", json!({})), not_found, &missing("01")),
        (
            json!({ "on": "other", "Name": "live", "FunctionVersion": "1" }),
            not_found,
            &missing("1").replace("hello", "other"),
        ),
    ] {
        refused(create(&fixture, body).await, name, text);
    }
    assert_eq!(list(&fixture, json!({})).0, [""; 0]);
    create(&fixture, json!({ "Name": "live", "FunctionVersion": "$LATEST" })).await.unwrap();
    let again = create(&fixture, json!({ "Name": "live", "FunctionVersion": "1" })).await;
    refused(again, "ResourceConflictException", &format!("Alias already exists: {ARN}:live"));
    // What the alias keeps counts too.
    let share = json!({ "RoutingConfig": { "AdditionalVersionWeights": { "2": 0.5 } } });
    let error = update(&fixture, "live", share).await.unwrap_err();
    assert_eq!(error.name(), invalid);
}

#[tokio::test]
async fn an_alias_stands_for_its_version() {
    let fixture = two_versions().await;
    create(&fixture, json!({ "Name": "live", "FunctionVersion": "1" })).await.unwrap();
    let (by_alias, by_number) =
        (fixture.configuration("hello:live").unwrap(), fixture.configuration("hello:1").unwrap());
    assert_eq!(by_alias.function_arn, Some(format!("{ARN}:live")));
    let by_number = fika_aws::generated::lambda::FunctionConfiguration {
        function_arn: by_alias.function_arn.clone(),
        ..by_number
    };
    assert_eq!(by_alias, by_number);
    let function = fixture.function(&format!("{ARN}:live")).unwrap();
    assert_eq!(function.output.configuration, Some(by_alias));
    for (name, version, arn) in [
        ("hello:live", "1", Some(format!("{ARN}:live"))),
        ("hello:1", "1", None),
        ("hello", "$LATEST", None),
        ("hello:$LATEST", "$LATEST", Some(format!("{ARN}:$LATEST"))),
    ] {
        let resolved = fixture.resolved(name).unwrap();
        assert_eq!(resolved.version.version, version, "{name}");
        assert_eq!(resolved.invoked_arn.as_deref(), arn.as_deref(), "{name}");
    }
    // It moves at once.
    update(&fixture, "live", json!({ "FunctionVersion": "$LATEST" })).await.unwrap();
    assert_eq!(fixture.resolve("hello:live").unwrap().version, "$LATEST");
    let error = fixture.resolve("hello:gone").unwrap_err();
    assert_eq!(error.message(), format!("Function not found: {ARN}:gone"));
    let error = fixture.resolve("gone").unwrap_err();
    assert!(error.message().ends_with(":function:gone:$LATEST"), "{error}");
}

#[tokio::test]
async fn calls_are_shared_out() {
    /// 0, 0.1, … 0.9, and so on.
    fn tenths() -> f64 {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        f64::from(NEXT.fetch_add(1, Ordering::Relaxed) % 10) / 10.0
    }
    let fixture = two_versions().await.drawing(tenths).await;
    for (weight, second) in [(0.3, 30), (0.0, 0), (1.0, 100)] {
        let routing = json!({ "AdditionalVersionWeights": { "2": weight } });
        let alias = json!({ "Name": "live", "FunctionVersion": "1", "RoutingConfig": routing });
        create(&fixture, alias).await.unwrap();
        let run = || fixture.resolved("hello:live").unwrap().version.version.clone();
        assert_eq!((0..100).filter(|_| run() == "2").count(), second, "{weight}");
        delete(&fixture, "live").await;
    }
}

#[tokio::test]
async fn a_version_with_aliases_stays() {
    let fixture = two_versions().await;
    let routing = json!({ "AdditionalVersionWeights": { "2": 0.5 } });
    let shared = json!({ "Name": "a", "FunctionVersion": "1", "RoutingConfig": routing });
    create(&fixture, shared).await.unwrap();
    create(&fixture, json!({ "Name": "b", "FunctionVersion": "2" })).await.unwrap();
    let remove = async |qualifier: &str| {
        let (function_name, qualifier) = (Some("hello".into()), Some(qualifier.into()));
        let input = DeleteFunctionInput { function_name, qualifier };
        fixture.control.delete_function(&scope(), &input).await
    };
    for (number, aliases) in [("1", "[a]"), ("2", "[a, b]")] {
        let error = remove(number).await.unwrap_err();
        assert_eq!(error.name(), "ResourceConflictException");
        assert_eq!(
            error.message(),
            format!(
                "Unable to delete version because the following aliases reference it: {aliases}"
            )
        );
    }
    let error = remove("a").await.unwrap_err();
    assert_eq!(error.message(), "Deletion of aliases is not currently supported.");
    delete(&fixture, "a").await;
    remove("1").await.unwrap();
    fixture.delete("hello").await.unwrap();
    fixture.active("hello").await;
    assert_eq!(list(&fixture, json!({})).0, [""; 0]);
}

#[tokio::test]
async fn aliases_are_listed_in_pages() {
    let fixture = two_versions().await;
    let names: Vec<String> = (0..7).map(|i| format!("a{i}")).collect();
    for (i, name) in names.iter().enumerate() {
        let version = (i % 2 + 1).to_string();
        create(&fixture, json!({ "Name": name, "FunctionVersion": version })).await.unwrap();
    }
    assert_eq!(list(&fixture, json!({})), (names.clone(), None));
    let ones = ["a0", "a2", "a4", "a6"];
    assert_eq!(list(&fixture, json!({ "FunctionVersion": "1" })).0, ones);
    let (mut seen, mut marker) = (Vec::new(), Value::Null);
    loop {
        let (page, next) = list(&fixture, json!({ "MaxItems": 3, "Marker": marker }));
        seen.extend(page);
        let Some(next) = next else { break };
        marker = next.into();
        // What was seen may go.
        delete(&fixture, "a2").await;
    }
    assert_eq!(seen, names);
}
