//! What a restart brings back.

use serde_json::json;

use super::super::*;
use super::fixture::*;

#[tokio::test]
async fn a_restart_brings_everything_back() {
    let mut fixture = Fixture::new(Verdict::Ready);
    let tags = json!({ "FunctionName": "tagged", "Tags": { "a": "b" } });
    fixture.create(tags).await.unwrap();
    fixture.settled("tagged").await;
    fixture.active("gone").await;
    fixture.delete("gone").await.unwrap();
    fixture.active("hello").await;
    fixture
        .configure("hello", json!({ "Timeout": 7, "Environment": { "Variables": {} } }))
        .await
        .unwrap();
    fixture.settled("hello").await;
    let before = ["hello", "tagged"].map(|name| fixture.function(name).unwrap());
    fixture = fixture.reopen(Verdict::Wait).await;
    assert_eq!(["hello", "tagged"].map(|name| fixture.function(name).unwrap()), before);
    assert_eq!(fixture.function("gone").unwrap_err().status(), 404);
    assert_eq!(fixture.resolve("hello").unwrap().timeout.as_secs(), 7);
}

#[tokio::test]
async fn a_creation_cut_off_goes_on() {
    let mut fixture = Fixture::new(Verdict::Wait);
    let created = fixture.create(json!({})).await.unwrap();
    fixture = fixture.reopen_cut_off().await;
    assert_eq!(fixture.configuration("hello").unwrap(), created);
    fixture.tell(Verdict::Ready);
    fixture.settled("hello").await;
    fixture.resolve("hello").unwrap();
}

#[tokio::test]
async fn an_update_cut_off_goes_on_while_the_old_version_runs() {
    let mut fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    let old = fixture.resolve("hello").unwrap();
    fixture.tell(Verdict::Wait);
    fixture.upload("hello", "second", json!({})).await.unwrap();
    fixture.configure("hello", json!({})).await.unwrap_err();
    fixture = fixture.reopen_cut_off().await;
    assert_eq!(fixture.resolve("hello").unwrap().code, old.code);
    assert_eq!(fixture.blobs(), 2);
    fixture.tell(Verdict::Ready);
    fixture.settled("hello").await;
    assert_ne!(fixture.resolve("hello").unwrap().code, old.code);
    until(|| fixture.blobs() == 1).await;
}

#[tokio::test]
async fn a_failed_update_is_still_known_after_a_restart() {
    let mut fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    let old = fixture.resolve("hello").unwrap();
    fixture.tell(Verdict::Fail("why"));
    fixture.upload("hello", "second", json!({})).await.unwrap();
    fixture.settled("hello").await;
    // What failed once is not what runs when the next update fails too.
    fixture.upload("hello", "third", json!({})).await.unwrap();
    let before = fixture.settled("hello").await;
    fixture = fixture.reopen(Verdict::Wait).await;
    assert_eq!(fixture.configuration("hello").unwrap(), before);
    assert_eq!(fixture.resolve("hello").unwrap().code, old.code);
}

#[tokio::test]
async fn code_that_no_function_took_is_swept_at_start() {
    let mut fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    // A crash between the blob and the function's entry.
    drop(fixture.control.inner.blobs.put(b"nobody's").unwrap());
    assert_eq!(fixture.blobs(), 2);
    fixture = fixture.reopen(Verdict::Ready).await;
    assert_eq!(fixture.blobs(), 1);
    let code = fixture.resolve("hello").unwrap().code.sha256.parse().unwrap();
    fixture.control.inner.blobs.read(&code).unwrap();
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_stops_the_start_and_is_named() {
    let fixture = Fixture::new(Verdict::Ready);
    let store = fixture.control.inner.store.clone();
    let key = "function/000000000001/eu-north-1/hello";
    store.commit(fika_store::Batch::new().put(key, "{")).await.unwrap();
    let uids = Uids::default();
    let entry = store.get(key.as_bytes()).unwrap().unwrap();
    let error = restore(&entry, &mut None, &mut Shelf::new(), &uids).unwrap_err();
    assert!(error.to_string().contains(key), "{error}");
}
