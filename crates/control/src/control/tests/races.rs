//! Many at once.

use fika_aws::generated::lambda::{FunctionConfiguration, UpdateFunctionConfigurationInput};
use serde_json::json;
use tokio::task::JoinSet;

use super::super::*;
use super::fixture::*;

type Tasks = JoinSet<Result<FunctionConfiguration, AwsError>>;

async fn outcomes(tasks: Tasks) -> (usize, Vec<u16>) {
    let results = tasks.join_all().await;
    let done = results.iter().filter(|result| result.is_ok()).count();
    (done, results.into_iter().filter_map(Result::err).map(|error| error.status()).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_creations_wins() {
    let fixture = Fixture::new(Verdict::Ready);
    let mut tasks = Tasks::new();
    for _ in 0..8 {
        let control = fixture.control.clone();
        tasks.spawn(async move { control.create_function(&scope(), creation(json!({}))).await });
    }
    assert_eq!(outcomes(tasks).await, (1, vec![409; 7]));
    let code = fixture.resolve_settled().await.code.sha256.parse().unwrap();
    fixture.control.inner.blobs.read(&code).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_updates_of_a_revision_wins() {
    let fixture = Fixture::new(Verdict::Ready);
    let revision = fixture.active("hello").await.revision_id;
    let mut tasks = Tasks::new();
    for timeout in 10..18 {
        let control = fixture.control.clone();
        let input = UpdateFunctionConfigurationInput {
            function_name: Some("hello".into()),
            timeout: Some(timeout),
            revision_id: revision.clone(),
            ..Default::default()
        };
        tasks.spawn(async move { control.update_function_configuration(&scope(), input).await });
    }
    let (done, refused) = outcomes(tasks).await;
    assert_eq!(done, 1);
    assert!(refused.iter().all(|status| [409, 412].contains(status)), "{refused:?}");
}

#[tokio::test]
async fn a_caller_that_hangs_up_leaves_memory_and_store_the_same() {
    let mut fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    {
        let creation = fixture.create(json!({ "FunctionName": "other" }));
        let update = fixture.configure("hello", json!({ "Timeout": 9 }));
        // Both begin, and are dropped at their first wait.
        tokio::select! {
            biased;
            _ = creation => panic!("too quick"),
            _ = update => panic!("too quick"),
            () = std::future::ready(()) => {}
        }
    }
    until(|| fixture.configuration("other").is_ok()).await;
    until(|| fixture.configuration("hello").unwrap().timeout == Some(9)).await;
    fixture.settled("hello").await;
    fixture.settled("other").await;
    let before = ["hello", "other"].map(|name| fixture.function(name).unwrap());
    fixture = fixture.reopen(Verdict::Wait).await;
    assert_eq!(["hello", "other"].map(|name| fixture.function(name).unwrap()), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn creating_and_deleting_the_same_code_never_loses_it() {
    let fixture = Fixture::new(Verdict::Ready);
    let mut tasks = JoinSet::new();
    for task in 0..4 {
        let control = fixture.control.clone();
        tasks.spawn(async move {
            for round in 0..25 {
                let name = format!("f{task}-{round}");
                let input = creation(json!({ "FunctionName": name }));
                control.create_function(&scope(), input).await.unwrap();
                let get = fika_aws::generated::lambda::GetFunctionInput {
                    function_name: Some(name.clone()),
                    ..Default::default()
                };
                let code = control.get_function(&scope(), &get).unwrap().code;
                control.inner.blobs.read(&code.sha256.parse().unwrap()).unwrap();
                let delete = fika_aws::generated::lambda::DeleteFunctionInput {
                    function_name: Some(name),
                    qualifier: None,
                };
                control.delete_function(&scope(), &delete).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    until(|| fixture.blobs() == 0).await;
}

#[tokio::test]
async fn accounts_and_regions_share_nothing() {
    let fixture = Fixture::new(Verdict::Ready);
    let scopes =
        [scope(), scope_of("000000000001", "eu-west-1"), scope_of("000000000002", "eu-north-1")];
    for (i, scope) in scopes.iter().enumerate() {
        fixture.create_in(scope, json!({ "Timeout": i + 1 })).await.unwrap();
    }
    let name = FunctionRef::parse("hello").unwrap();
    let resolve = |scope: &Scope| fixture.control.resolve(scope, &name, None);
    for (i, scope) in scopes.iter().enumerate() {
        until(|| resolve(scope).is_ok()).await;
        let version = resolve(scope).unwrap().version;
        assert_eq!((version.timeout.as_secs() as usize, &version.arn.scope), (i + 1, scope));
    }
    fixture.delete("hello").await.unwrap();
    assert_eq!(scopes.each_ref().map(|scope| resolve(scope).is_ok()), [false, true, true]);
}
