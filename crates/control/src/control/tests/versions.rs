//! Published versions.

use fika_aws::generated::lambda::{
    DeleteFunctionInput, FunctionConfiguration, ListFunctionsInput, ListVersionsByFunctionInput,
};
use serde_json::{Value, json};

use super::fixture::*;

const ARN: &str = "arn:aws:lambda:eu-north-1:000000000001:function:hello";

fn json_of(configuration: &FunctionConfiguration) -> Value {
    serde_json::to_value(configuration).unwrap()
}

fn versions(fixture: &Fixture, input: Value) -> (Vec<String>, Option<String>) {
    let input = ListVersionsByFunctionInput {
        function_name: Some("hello".into()),
        marker: input["Marker"].as_str().map(Into::into),
        max_items: input["MaxItems"].as_i64().map(|n| n as i32),
    };
    let page = fixture.control.list_versions_by_function(&scope(), &input).unwrap();
    let arns = page.versions.unwrap().into_iter().map(|version| version.function_arn.unwrap());
    (arns.map(|arn| arn.replace(ARN, "")).collect(), page.next_marker)
}

async fn delete_version(fixture: &Fixture, number: &str) {
    let input =
        DeleteFunctionInput { function_name: Some("hello".into()), qualifier: Some(number.into()) };
    let answer = fixture.control.delete_function(&scope(), &input).await.unwrap();
    assert_eq!(answer.status_code, Some(204));
}

#[tokio::test]
async fn a_version_is_the_latest_under_a_number() {
    let fixture = Fixture::new(Verdict::Ready);
    let latest = fixture.active("hello").await;
    fixture.tell(Verdict::Wait);
    let published = json_of(&fixture.publish("hello", json!({})).await.unwrap());
    let mut expected = json_of(&latest);
    for (name, value) in [
        ("FunctionArn", json!(format!("{ARN}:1"))),
        ("Version", json!("1")),
        ("State", json!("Pending")),
        ("StateReason", json!("The function is being created.")),
        ("StateReasonCode", json!("Creating")),
        ("RevisionId", published["RevisionId"].clone()),
    ] {
        expected[name] = value;
    }
    expected.as_object_mut().unwrap().remove("LastUpdateStatus");
    assert_eq!(published, expected);
    assert_ne!(published["RevisionId"], latest.revision_id.clone().unwrap());
    // Publishing is a change of the latest as well, as on AWS.
    assert_ne!(fixture.configuration("hello").unwrap().revision_id, latest.revision_id);
    let error = fixture.resolve("hello:1").unwrap_err();
    assert_eq!(error.status(), 409);
    assert!(error.message().ends_with("in the following state: Pending"), "{error}");
    fixture.tell(Verdict::Ready);
    let ready = fixture.settled("hello:1").await;
    assert_eq!(ready.last_update_status.unwrap().as_str(), "Successful");
    let (one, latest) = (fixture.resolve("hello:1").unwrap(), fixture.resolve("hello").unwrap());
    assert_eq!((one.version.as_str(), latest.version.as_str()), ("1", "$LATEST"));
    assert_eq!((&one.arn, &one.code), (&latest.arn, &latest.code));
    assert_ne!(one.uid, latest.uid);
}

#[tokio::test]
async fn a_version_never_changes() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.create(json!({ "Timeout": 9 })).await.unwrap();
    fixture.settled("hello").await;
    fixture.publish("hello", json!({})).await.unwrap();
    let before = fixture.settled("hello:1").await;
    let one = fixture.resolve("hello:1").unwrap();
    fixture.upload("hello", "second", json!({})).await.unwrap();
    fixture.settled("hello").await;
    fixture.configure("hello", json!({ "Timeout": 4 })).await.unwrap();
    fixture.settled("hello").await;
    assert_eq!(fixture.configuration("hello:1").unwrap(), before);
    let now = fixture.resolve("hello:1").unwrap();
    assert_eq!((now.uid, now.timeout.as_secs()), (one.uid, 9));
    assert!(!fixture.fake.retired.lock().unwrap().contains(&one.uid));
    assert_eq!(fixture.function("hello:1").unwrap().code, one.code);
    // Its code and the latest's are both kept, and both counted.
    assert_eq!(fixture.blobs(), 2);
    let usage = fixture.control.get_account_settings(&scope()).account_usage.unwrap();
    let size = one.code.size + fixture.resolve("hello").unwrap().code.size;
    assert_eq!(usage.total_code_size, i64::try_from(size).ok());
    for refused in [
        fixture.configure("hello:1", json!({ "Timeout": 5 })).await.unwrap_err(),
        fixture.upload("hello:1", "third", json!({})).await.unwrap_err(),
        fixture.publish("hello:1", json!({})).await.unwrap_err(),
    ] {
        assert_eq!(refused.name(), "InvalidParameterValueException");
        assert!(refused.message().contains("Aliases and versions do not support"), "{refused}");
    }
}

#[tokio::test]
async fn what_has_not_changed_is_not_published_again() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    let first = fixture.publish("hello", json!({ "Description": "one" })).await.unwrap();
    assert_eq!(first.description.as_deref(), Some("one"));
    let first = fixture.settled("hello:1").await;
    let again = fixture.publish("hello", json!({ "Description": "two" })).await.unwrap();
    assert_eq!(json_of(&again), json_of(&first));
    let revision = fixture.configuration("hello").unwrap().revision_id;
    fixture.publish("hello", json!({})).await.unwrap();
    assert_eq!(fixture.configuration("hello").unwrap().revision_id, revision);
    // A changed description is a change.
    fixture.configure("hello", json!({ "Description": "x" })).await.unwrap();
    fixture.settled("hello").await;
    let second = fixture.publish("hello", json!({})).await.unwrap();
    assert_eq!((second.version.as_deref(), second.description.as_deref()), (Some("2"), Some("x")));
    fixture.settled("hello:2").await;
    // A number is not used again, not even that of a version that is gone.
    delete_version(&fixture, "2").await;
    let third = fixture.publish("hello", json!({})).await.unwrap();
    assert_eq!(third.version.as_deref(), Some("3"));
}

#[tokio::test]
async fn conditions_of_publishing() {
    let fixture = Fixture::new(Verdict::Ready);
    let latest = fixture.active("hello").await;
    let error = fixture.publish("hello", json!({ "CodeSha256": "other" })).await.unwrap_err();
    let sha256 = latest.code_sha256.clone().unwrap();
    assert_eq!(
        error.message(),
        format!(
            "CodeSHA256 (other) is different from current CodeSHA256 in $LATEST ({sha256}). \
             Please try again with the CodeSHA256 in $LATEST."
        )
    );
    let wrong = json!({ "RevisionId": "00000000-0000-0000-0000-000000000000" });
    assert_eq!(fixture.publish("hello", wrong).await.unwrap_err().status(), 412);
    assert_eq!(fixture.publish("other", json!({})).await.unwrap_err().status(), 404);
    fixture.tell(Verdict::Wait);
    fixture.upload("hello", "second", json!({})).await.unwrap();
    assert_eq!(fixture.publish("hello", json!({})).await.unwrap_err().status(), 409);
    fixture.tell(Verdict::Ready);
    let latest = fixture.settled("hello").await;
    let right = json!({ "CodeSha256": latest.code_sha256, "RevisionId": latest.revision_id });
    fixture.publish("hello", right).await.unwrap();
}

#[tokio::test]
async fn code_is_published_as_it_is_uploaded() {
    let mut fixture = Fixture::new(Verdict::Ready);
    let created = fixture.create(json!({ "Publish": true })).await.unwrap();
    // AWS names the version here, but leaves the ARN without it.
    assert_eq!(created.version.as_deref(), Some("1"));
    assert_eq!(created.function_arn.as_deref(), Some(ARN));
    fixture.settled("hello").await;
    fixture.settled("hello:1").await;
    let publish = json!({ "Publish": true });
    let updated = fixture.upload("hello", "second", publish.clone()).await.unwrap();
    assert_eq!(updated.function_arn, Some(format!("{ARN}:2")));
    assert_eq!(updated.state.unwrap().as_str(), "Pending");
    fixture.settled("hello").await;
    fixture.settled("hello:2").await;
    let same = fixture.upload("hello", "second", publish).await.unwrap();
    assert_eq!(same.version.as_deref(), Some("2"));
    fixture.settled("hello").await;
    fixture = fixture.reopen(Verdict::Ready).await;
    assert_eq!(versions(&fixture, json!({})).0, [":$LATEST", ":1", ":2"]);
    let code = |name| fixture.resolve(name).unwrap().code.clone();
    assert_eq!(code("hello"), code("hello:2"));
    assert_ne!(code("hello:1"), code("hello:2"));
}

#[tokio::test]
async fn versions_are_listed_in_pages() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    for i in 1..=12 {
        fixture.configure("hello", json!({ "Description": i.to_string() })).await.unwrap();
        fixture.settled("hello").await;
        fixture.publish("hello", json!({})).await.unwrap();
    }
    let mut expected = vec![":$LATEST".to_owned()];
    expected.extend((1..=12).map(|i| format!(":{i}")));
    assert_eq!(versions(&fixture, json!({})), (expected.clone(), None));
    let (mut seen, mut marker) = (Vec::new(), Value::Null);
    loop {
        let (page, next) = versions(&fixture, json!({ "MaxItems": 5, "Marker": marker }));
        assert!(page.len() <= 5);
        seen.extend(page);
        let Some(next) = next else { break };
        marker = next.into();
        delete_version(&fixture, "2").await;
    }
    assert_eq!(seen, expected);
    // ListFunctions with ALL counts versions as entries too.
    fixture.active("zebra").await;
    let mut input = ListFunctionsInput {
        function_version: Some("ALL".into()),
        max_items: Some(4),
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = fixture.control.list_functions(&scope(), &input).unwrap();
        found.extend(page.functions.unwrap().into_iter().map(|f| f.function_arn.unwrap()));
        input.marker = page.next_marker;
        if input.marker.is_none() {
            break;
        }
    }
    expected.remove(2);
    let mut all: Vec<_> = expected.iter().map(|version| format!("{ARN}{version}")).collect();
    all.push(ARN.replace("hello", "zebra") + ":$LATEST");
    assert_eq!(found, all);
}

#[tokio::test]
async fn a_deleted_version_is_gone_alone() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    fixture.publish("hello", json!({})).await.unwrap();
    fixture.settled("hello:1").await;
    fixture.upload("hello", "second", json!({})).await.unwrap();
    fixture.settled("hello").await;
    let one = fixture.resolve("hello:1").unwrap();
    delete_version(&fixture, "1").await;
    delete_version(&fixture, "1").await;
    let error = fixture.resolve("hello:1").unwrap_err();
    assert_eq!(error.message(), format!("Function not found: {ARN}:1"));
    assert!(fixture.fake.retired.lock().unwrap().contains(&one.uid));
    fixture.resolve("hello").unwrap();
    until(|| fixture.blobs() == 1).await;
    // And with the function all of them go.
    fixture.publish("hello", json!({})).await.unwrap();
    let two = fixture.settled("hello:2").await.version;
    assert_eq!(two.as_deref(), Some("2"));
    fixture.delete("hello").await.unwrap();
    assert_eq!(fixture.resolve("hello:2").unwrap_err().status(), 404);
    until(|| fixture.blobs() == 0).await;
    fixture.active("hello").await;
    assert_eq!(versions(&fixture, json!({})).0, [":$LATEST"]);
}

#[tokio::test]
async fn publishing_cut_off_goes_on() {
    let mut fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    fixture.tell(Verdict::Wait);
    let published = fixture.publish("hello", json!({})).await.unwrap();
    fixture = fixture.reopen_cut_off().await;
    assert_eq!(fixture.configuration("hello:1").unwrap(), published);
    fixture.tell(Verdict::Ready);
    fixture.settled("hello:1").await;
    fixture.resolve("hello:1").unwrap();
}

#[tokio::test]
async fn numbers_are_written_in_one_way() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    fixture.publish("hello", json!({})).await.unwrap();
    fixture.settled("hello:1").await;
    for name in ["hello:01", "hello:0", "hello:2", "hello:18446744073709551616", "hello:1x"] {
        assert_eq!(fixture.resolve(name).unwrap_err().status(), 404, "{name}");
        assert_eq!(fixture.configuration(name).unwrap_err().status(), 404, "{name}");
    }
    let latest = fixture.configuration("hello:$LATEST").unwrap();
    assert_eq!(latest.function_arn, Some(format!("{ARN}:$LATEST")));
}

#[tokio::test]
async fn snapshots_are_for_published_versions() {
    let fixture = Fixture::new(Verdict::Ready);
    let apply_on = json!({ "ApplyOn": "PublishedVersions" });
    fixture.create(json!({ "SnapStart": apply_on })).await.unwrap();
    let latest = json_of(&fixture.settled("hello").await);
    let off = json!({ "ApplyOn": "PublishedVersions", "OptimizationStatus": "Off" });
    assert_eq!(latest["SnapStart"], off);
    fixture.tell(Verdict::Wait);
    let pending = fixture.publish("hello", json!({})).await.unwrap();
    assert_eq!(json_of(&pending)["SnapStart"], off);
    until(|| fixture.fake.asked.lock().unwrap().len() == 2).await;
    let snap_start: Vec<_> =
        fixture.fake.asked.lock().unwrap().iter().map(|version| version.snap_start).collect();
    assert_eq!(snap_start, [false, true]);
    let error = fixture.resolve("hello:1").unwrap_err();
    assert_eq!((error.name(), error.status()), ("SnapStartNotReadyException", 409));
    fixture.tell(Verdict::Ready);
    assert_eq!(json_of(&fixture.settled("hello:1").await)["SnapStart"], off);
    assert!(fixture.resolve("hello:1").unwrap().snap_start);
    assert!(!fixture.resolve("hello").unwrap().snap_start);
    // What SnapStart does not go with is refused later too.
    for changes in
        [json!({ "EphemeralStorage": { "Size": 600 } }), json!({ "Runtime": "provided.al2023" })]
    {
        assert_eq!(fixture.configure("hello", changes).await.unwrap_err().status(), 400);
    }
    fixture.configure("hello", json!({ "SnapStart": { "ApplyOn": "None" } })).await.unwrap();
    fixture.settled("hello").await;
    fixture.publish("hello", json!({})).await.unwrap();
    fixture.settled("hello:2").await;
    assert!(!fixture.resolve("hello:2").unwrap().snap_start);
}

#[tokio::test]
async fn a_version_whose_init_fails_has_failed() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.create(json!({ "SnapStart": { "ApplyOn": "PublishedVersions" } })).await.unwrap();
    fixture.settled("hello").await;
    fixture.tell(Verdict::Fail("Error: no database"));
    fixture.publish("hello", json!({})).await.unwrap();
    let failed = json_of(&fixture.settled("hello:1").await);
    assert_eq!(failed["State"], "Failed");
    assert_eq!(failed["StateReason"], "Error: no database");
    assert_eq!(failed["SnapStart"]["OptimizationStatus"], "Off");
    let error = fixture.resolve("hello:1").unwrap_err();
    assert!(error.message().ends_with("state: Failed. Error: no database"), "{error}");
    // The latest is not touched by it, and can be published again.
    fixture.resolve("hello").unwrap();
    fixture.tell(Verdict::Ready);
    let again = fixture.publish("hello", json!({})).await.unwrap();
    assert_eq!(again.version.as_deref(), Some("2"));
    fixture.settled("hello:2").await;
    fixture.resolve("hello:2").unwrap();
}
