//! A function's states, and what invocations get in each.

use serde_json::json;

use super::fixture::*;

fn shown(fixture: &Fixture, name: &str) -> (String, Option<String>, Option<String>) {
    let c = fixture.configuration(name).unwrap();
    let reason = c.state_reason.or(c.last_update_status_reason);
    (c.state.unwrap().to_string(), c.last_update_status.map(|s| s.to_string()), reason)
}

fn state(
    state: &str,
    update: Option<&str>,
    reason: Option<&str>,
) -> (String, Option<String>, Option<String>) {
    (state.into(), update.map(Into::into), reason.map(Into::into))
}

const CREATING: Option<&str> = Some("The function is being created.");

#[tokio::test]
async fn nothing_runs_before_it_is_prepared() {
    let fixture = Fixture::new(Verdict::Wait);
    fixture.create(json!({})).await.unwrap();
    assert_eq!(shown(&fixture, "hello"), state("Pending", None, CREATING));
    let error = fixture.resolve("hello").unwrap_err();
    assert_eq!((error.name(), error.status()), ("ResourceConflictException", 409));
    assert_eq!(
        error.message(),
        "The operation cannot be performed at this time. \
         The function is currently in the following state: Pending"
    );
    let error = fixture.configure("hello", json!({ "Timeout": 4 })).await.unwrap_err();
    assert_eq!(error.status(), 409);
    assert!(error.message().contains("An update is in progress for resource: arn:aws:lambda:eu-north-1:000000000001:function:hello"));
    fixture.tell(Verdict::Ready);
    fixture.settled("hello").await;
    assert_eq!(shown(&fixture, "hello"), state("Active", Some("Successful"), None));
    fixture.resolve("hello").unwrap();
}

#[tokio::test]
async fn the_old_version_runs_until_the_new_one_is_ready() {
    let fixture = Fixture::new(Verdict::Wait);
    let revisions = [fixture.active("hello").await.revision_id, {
        fixture.tell(Verdict::Wait);
        let answer = fixture.upload("hello", "second", json!({})).await.unwrap();
        assert_eq!(answer.last_update_status.unwrap().as_str(), "InProgress");
        answer.revision_id
    }];
    assert_eq!(shown(&fixture, "hello"), state("Active", Some("InProgress"), CREATING));
    let old = fixture.resolve("hello").unwrap();
    let error = fixture.upload("hello", "third", json!({})).await.unwrap_err();
    assert_eq!(error.status(), 409);
    assert_eq!(*fixture.fake.retired.lock().unwrap(), []);
    fixture.tell(Verdict::Ready);
    let after = fixture.settled("hello").await.revision_id;
    let new = fixture.resolve("hello").unwrap();
    assert_ne!((new.uid, &new.code), (old.uid, &old.code));
    assert_eq!(*fixture.fake.retired.lock().unwrap(), [old.uid]);
    assert!(revisions[0] != revisions[1] && revisions[1] != after);
    // The old code goes once nothing needs it.
    until(|| fixture.blobs() == 1).await;
}

#[tokio::test]
async fn an_update_that_fails_leaves_the_old_version_running() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    let old = fixture.resolve("hello").unwrap();
    fixture.tell(Verdict::Fail("nodejs16.x cannot be fetched: go online"));
    for round in ["second", "third"] {
        fixture.upload("hello", round, json!({})).await.unwrap();
        let answer = fixture.settled("hello").await;
        assert_eq!(answer.last_update_status_reason_code.unwrap().as_str(), "InvalidRuntime");
        let why = Some("nodejs16.x cannot be fetched: go online");
        assert_eq!(shown(&fixture, "hello"), state("Active", Some("Failed"), why));
        assert_eq!(fixture.resolve("hello").unwrap().uid, old.uid);
    }
    // The first code, which runs, and the last, which is asked for.
    until(|| fixture.blobs() == 2).await;
    fixture.tell(Verdict::Ready);
    fixture.configure("hello", json!({ "Timeout": 5 })).await.unwrap();
    fixture.settled("hello").await;
    assert_eq!(shown(&fixture, "hello"), state("Active", Some("Successful"), None));
    assert_eq!(*fixture.fake.retired.lock().unwrap(), [old.uid]);
    until(|| fixture.blobs() == 1).await;
}

#[tokio::test]
async fn a_function_that_failed_can_be_mended() {
    let fixture = Fixture::new(Verdict::Fail("there is no Node 99"));
    fixture.create(json!({})).await.unwrap();
    fixture.settled("hello").await;
    let why = Some("there is no Node 99");
    assert_eq!(shown(&fixture, "hello"), state("Failed", Some("Failed"), why));
    let error = fixture.resolve("hello").unwrap_err();
    assert_eq!(error.status(), 409);
    assert!(error.message().ends_with("state: Failed. there is no Node 99"), "{error}");
    fixture.tell(Verdict::Wait);
    fixture.configure("hello", json!({ "Runtime": "python3.12" })).await.unwrap();
    assert_eq!(shown(&fixture, "hello"), state("Pending", None, CREATING));
    fixture.tell(Verdict::Ready);
    fixture.settled("hello").await;
    assert_eq!(shown(&fixture, "hello"), state("Active", Some("Successful"), None));
    assert_eq!(fixture.resolve("hello").unwrap().runtime.to_string(), "python3.12");
}

#[tokio::test]
async fn a_panic_in_preparation_fails_that_function_alone() {
    let fixture = Fixture::new(Verdict::Panic);
    fixture.create(json!({})).await.unwrap();
    let answer = fixture.settled("hello").await;
    assert_eq!(answer.state_reason_code.unwrap().as_str(), "InternalError");
    fixture.active("other").await;
}

#[tokio::test]
async fn a_deleted_function_is_gone_in_every_state() {
    let fixture = Fixture::new(Verdict::Wait);
    fixture.create(json!({})).await.unwrap();
    fixture.delete("hello").await.unwrap();
    assert_eq!(fixture.resolve("hello").unwrap_err().status(), 404);
    // What was being prepared for it does not bring it back.
    fixture.tell(Verdict::Ready);
    fixture.active("hello").await;
    let version = fixture.resolve("hello").unwrap();
    fixture.tell(Verdict::Wait);
    fixture.upload("hello", "second", json!({})).await.unwrap();
    fixture.delete("hello").await.unwrap();
    assert_eq!(*fixture.fake.retired.lock().unwrap(), [version.uid]);
    until(|| fixture.blobs() == 0).await;
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let fixture = Fixture::new(Verdict::Ready);
    let before = fixture.active("hello").await;
    let dry = json!({ "DryRun": true });
    let answer = fixture.upload("hello", "second", dry.clone()).await.unwrap();
    assert_ne!(answer.code_sha256, before.code_sha256);
    assert_eq!(fixture.configuration("hello").unwrap(), before);
    assert_eq!(fixture.blobs(), 1);
    let input = fika_aws::generated::lambda::UpdateFunctionCodeInput {
        function_name: Some("hello".into()),
        zip_file: Some("no zip".into()),
        dry_run: Some(true),
        ..Default::default()
    };
    let error = fixture.control.update_function_code(&scope(), input).await.unwrap_err();
    assert!(error.message().contains("Could not unzip"), "{error}");
}
