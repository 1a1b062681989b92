//! Limits that are shared: an account's concurrency, and the room for its code.

use fika_aws::generated::lambda::{
    DeleteFunctionConcurrencyInput, GetFunctionConcurrencyInput, PutFunctionConcurrencyInput,
};
use serde_json::json;

use super::super::*;
use super::fixture::*;

impl Fixture {
    async fn reserve(&self, name: &str, amount: i32) -> Result<Option<i32>, AwsError> {
        let input = PutFunctionConcurrencyInput {
            function_name: Some(name.into()),
            reserved_concurrent_executions: Some(amount),
        };
        let answer = self.control.put_function_concurrency(&scope(), input).await;
        answer.map(|concurrency| concurrency.reserved_concurrent_executions)
    }

    fn reserved(&self, name: &str) -> Option<i32> {
        let input = GetFunctionConcurrencyInput { function_name: Some(name.into()) };
        let answer = self.control.get_function_concurrency(&scope(), &input).unwrap();
        answer.reserved_concurrent_executions
    }

    async fn lift(&self, name: &str) {
        let input = DeleteFunctionConcurrencyInput { function_name: Some(name.into()) };
        self.control.delete_function_concurrency(&scope(), input).await.unwrap();
    }

    fn unreserved(&self) -> i32 {
        let settings = self.control.get_account_settings(&scope());
        settings.account_limit.unwrap().unreserved_concurrent_executions.unwrap()
    }
}

#[tokio::test]
async fn a_reservation_is_kept_told_and_lifted() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    assert_eq!(fixture.reserved("hello"), None);
    assert_eq!(fixture.reserve("hello", 0).await.unwrap(), Some(0));
    assert_eq!(fixture.reserve("hello", 300).await.unwrap(), Some(300));
    assert_eq!((fixture.reserved("hello"), fixture.unreserved()), (Some(300), 700));
    let shown = fixture.function("hello").unwrap().output.concurrency.unwrap();
    assert_eq!(shown.reserved_concurrent_executions, Some(300));

    let fixture = fixture.reopen(Verdict::Ready).await;
    let told = |fixture: &Fixture| fixture.fake.reserved.lock().unwrap().get("hello").copied();
    assert_eq!(told(&fixture), Some(Some(300)), "a start tells it again");
    assert_eq!((fixture.reserved("hello"), fixture.unreserved()), (Some(300), 700));
    fixture.lift("hello").await;
    assert_eq!(told(&fixture), Some(None));
    assert_eq!((fixture.reserved("hello"), fixture.unreserved()), (None, 1_000));
    fixture.reserve("hello", 7).await.unwrap();
    fixture.delete("hello").await.unwrap();
    assert_eq!((told(&fixture), fixture.unreserved()), (Some(None), 1_000));
}

#[tokio::test]
async fn a_hundred_stay_unreserved() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    fixture.active("other").await;
    fixture.reserve("hello", 500).await.unwrap();
    let refused = fixture.reserve("other", 401).await.unwrap_err();
    assert_eq!(
        refused.message(),
        "Specified ReservedConcurrentExecutions for function decreases account's \
         UnreservedConcurrentExecution below its minimum value of [100]."
    );
    fixture.reserve("other", 400).await.unwrap();
    fixture.reserve("hello", 500).await.expect("its own counts once");
    let missing = fixture.reserve("missing", 1).await.unwrap_err();
    let arn = "arn:aws:lambda:eu-north-1:000000000001:function:missing:$LATEST";
    assert_eq!(missing.message(), format!("Function not found: {arn}"));
    let version = fixture.reserve("hello:1", 1).await.unwrap_err();
    assert!(version.message().starts_with("This operation is permitted on Lambda functions only"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reservations_at_once_never_take_more_than_there_is() {
    let fixture = Arc::new(Fixture::new(Verdict::Ready));
    let names: Vec<_> = (0..20).map(|i| format!("f{i}")).collect();
    for name in &names {
        fixture.active(name).await;
    }
    let tasks = names.into_iter().map(|name| {
        let fixture = Arc::clone(&fixture);
        tokio::spawn(async move { fixture.reserve(&name, 100).await.is_ok() })
    });
    let mut granted = 0;
    for task in tasks.collect::<Vec<_>>() {
        granted += i32::from(task.await.unwrap());
    }
    assert_eq!((granted, fixture.unreserved()), (9, 100));
}

/// The fixture's account may store 100,000 bytes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn functions_created_at_once_never_store_a_byte_too_many() {
    let fixture = Arc::new(Fixture::new(Verdict::Ready));
    // Nothing that a zip could make smaller.
    let noise: String =
        (0..4_000u32).map(|i| format!("{:08x}", i.wrapping_mul(2_654_435_769))).collect();
    let size = zip(&noise).len() as u64;
    let fit = 100_000 / size;
    assert!((2..40).contains(&fit), "{fit} of {size} bytes");
    let tasks = (0..50).map(|i| {
        let (fixture, noise) = (Arc::clone(&fixture), noise.clone());
        tokio::spawn(async move {
            let mut input = creation(json!({ "FunctionName": format!("f{i}") }));
            input.code.as_mut().unwrap().zip_file = Some(zip(&noise).into());
            fixture.control.create_function(&scope(), input).await
        })
    });
    let mut stored = 0;
    for task in tasks.collect::<Vec<_>>() {
        match task.await.unwrap() {
            Ok(_) => stored += 1,
            Err(error) => assert_eq!(error.name(), "CodeStorageExceededException"),
        }
    }
    let usage = fixture.control.get_account_settings(&scope()).account_usage.unwrap();
    assert_eq!(u64::try_from(usage.total_code_size.unwrap()).unwrap(), stored * size);
    assert_eq!(stored, fit, "all that fit, and no more");
}
