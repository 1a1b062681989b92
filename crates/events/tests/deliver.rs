//! Events from their acceptance to their end, on a clock of the test's own: six hours pass at once.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use fika_events::{
    AsyncPolicy, Called, Event, Events, Functions, Invocation, NotRun, Parcel, Pending, Receiver,
    Retries, Sender, State, Undelivered,
};
use fika_iam::{Iam, NewRole, RootOptions};
use fika_journal::{Journal, JournalOptions};
use fika_model::{AccountId, FunctionArn, Region, RequestId, Scope};
use fika_service::Caller;
use fika_store::Store;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::Instant;

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";
const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:q";
const ROLE: &str = "arn:aws:iam::123456789012:role/r";

type Answer = Box<dyn Fn() -> Result<Called, NotRun> + Send + Sync>;

/// Functions that answer as a test says, and tell when they ran. Not real ones.
struct FakeFunctions {
    policy: Mutex<Option<AsyncPolicy>>,
    answer: Answer,
    began: Instant,
    /// When each ran, in seconds.
    ran: mpsc::Sender<u64>,
}

impl Functions for FakeFunctions {
    fn policy(&self, _: &FunctionArn) -> Option<AsyncPolicy> {
        self.policy.lock().unwrap().clone()
    }

    fn left(&self, _: &FunctionArn) -> Option<u32> {
        None
    }

    fn may_invoke(&self, _: &Caller, _: &FunctionArn) -> Result<(), String> {
        Err("no policy of it allows that".into())
    }

    fn invoke(&self, _: Invocation) -> Pending<'_, Result<Called, NotRun>> {
        let _ = self.ran.try_send(self.began.elapsed().as_secs());
        let answer = (self.answer)();
        Box::pin(async move { answer })
    }
}

/// A queue that keeps what it is sent, or refuses. Not a real one.
struct FakeQueue {
    takes: Box<dyn Fn() -> Result<(), Undelivered> + Send + Sync>,
    got: mpsc::Sender<(String, Parcel)>,
}

impl Receiver for FakeQueue {
    fn receive<'a>(
        &'a self,
        caller: &'a Caller,
        parcel: Parcel,
    ) -> Pending<'a, Result<(), Undelivered>> {
        Box::pin(async move {
            (self.takes)()?;
            let _ = self.got.try_send((caller.principal.arn(), parcel));
            Ok(())
        })
    }
}

fn policy() -> AsyncPolicy {
    AsyncPolicy {
        retries: 2,
        age: Duration::from_secs(21_600),
        on_success: None,
        on_failure: None,
        dead_letters: None,
        role: ROLE.into(),
    }
}

fn account() -> AccountId {
    AccountId::new("123456789012").unwrap()
}

fn event(target: &str) -> Event {
    Event {
        id: RequestId::random(),
        scope: Scope { account: account(), region: Region::new("us-east-1").unwrap() },
        sender: Sender::Allowed,
        target: target.into(),
        payload: Bytes::from_static(b"{\"n\":1}"),
        trace_id: None,
        client_context: None,
        tenant: None,
        attributes: Vec::new(),
        group: None,
        deduplication: None,
        retries: None,
        dead_letters: None,
    }
}

fn failed() -> Result<Called, NotRun> {
    let payload = Bytes::from_static(b"{\"errorMessage\":\"no\"}");
    Ok(Called { payload, failed: true, version: "$LATEST".into(), trace_id: None })
}

fn fine() -> Result<Called, NotRun> {
    Ok(Called { payload: "1".into(), failed: false, version: "$LATEST".into(), trace_id: None })
}

fn throttled(never: bool) -> Result<Called, NotRun> {
    Err(NotRun::Throttled { never, after: Duration::ZERO })
}

struct World {
    events: Events,
    functions: Arc<FakeFunctions>,
    ran: mpsc::Receiver<u64>,
    got: mpsc::Receiver<(String, Parcel)>,
}

async fn iam(dir: &Path) -> Iam {
    let root = RootOptions { account_id: Some(account().to_string()), ..RootOptions::default() };
    let iam = Iam::open(Store::open(dir).unwrap(), dir, root).await.unwrap();
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":
        "sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}"#;
    let role = NewRole {
        name: "r".into(),
        path: None,
        trust: trust.into(),
        description: None,
        max_session: None,
        tags: BTreeMap::new(),
    };
    iam.create_role(&account(), role).await.unwrap();
    iam
}

impl World {
    /// One after another over the same journal.
    async fn open(
        dir: &Path,
        policy: AsyncPolicy,
        answer: impl Fn() -> Result<Called, NotRun> + Send + Sync + 'static,
        takes: impl Fn() -> Result<(), Undelivered> + Send + Sync + 'static,
    ) -> Self {
        let accounts = tempfile::tempdir().unwrap();
        let iam = iam(accounts.path()).await;
        let options = JournalOptions { disk_bytes: 1 << 30 };
        let (journal, had) = Journal::open(dir, options).unwrap();
        let events = Events::open(journal, iam, had);
        let (tell, ran) = mpsc::channel(1_000);
        let functions = Arc::new(FakeFunctions {
            policy: Mutex::new(Some(policy)),
            answer: Box::new(answer),
            began: Instant::now(),
            ran: tell,
        });
        events.invoke_by(functions.clone());
        let (tell, got) = mpsc::channel(1_000);
        events.deliver_to("sqs", Arc::new(FakeQueue { takes: Box::new(takes), got: tell }));
        events.start(vec![Handle::current()]);
        Self { events, functions, ran, got }
    }

    async fn close(self) {
        self.events.stop();
        self.events.stopped().await;
    }

    /// What ended with nowhere to go, once there is something.
    async fn lost(&self) -> (u32, String, String) {
        loop {
            let all = self.events.list(&account(), true, 10).await.unwrap();
            if let Some(one) = all.first() {
                let State::Ended { condition, message, .. } = &one.state else { panic!("{one:?}") };
                return (one.attempts, condition.clone(), message.clone());
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn idle(&self) {
        while !self.events.lanes().is_empty() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_is_retried_twice_and_then_told() {
    let dir = tempfile::tempdir().unwrap();
    let (on_failure, dead_letters) = (Some(QUEUE.into()), Some(QUEUE.into()));
    let policy = AsyncPolicy { on_failure, dead_letters, ..policy() };
    let mut world = World::open(dir.path(), policy, failed, || Ok(())).await;
    let sent = event(FUNCTION);
    world.events.accept(vec![sent.clone()]).await.unwrap();
    let runs = [world.ran.recv().await, world.ran.recv().await, world.ran.recv().await];
    assert_eq!(runs, [Some(0), Some(60), Some(180)]);
    let mut got = [world.got.recv().await.unwrap(), world.got.recv().await.unwrap()];
    got.sort_by_key(|(_, parcel)| parcel.attributes.len());
    let [(who, record), (_, letter)] = got;
    assert_eq!(who, "arn:aws:sts::123456789012:assumed-role/r/fika-events");
    let record: serde_json::Value = serde_json::from_slice(&record.payload).unwrap();
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!((letter.payload, letter.attributes.len()), (sent.payload, 3));
    world.idle().await;
    let totals = world.events.totals();
    assert_eq!((totals.redirected, totals.dropped, totals.retried), (1, 0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_throttled_function_is_tried_for_six_hours() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::open(dir.path(), policy(), || throttled(false), || Ok(())).await;
    world.events.accept(vec![event(FUNCTION)]).await.unwrap();
    let lost = world.lost().await;
    assert_eq!((lost.0, lost.1.as_str()), (0, "EventAgeExceeded"));
    let mut runs = Vec::new();
    while let Ok(at) = world.ran.try_recv() {
        runs.push(at);
    }
    assert_eq!(runs[..6], [0, 1, 3, 7, 15, 31], "{runs:?}");
    assert!(runs.windows(2).all(|two| two[1] - two[0] <= 300), "{runs:?}");
    assert!(*runs.last().unwrap() >= 21_300 && *runs.last().unwrap() <= 21_600, "{runs:?}");
}

#[tokio::test(start_paused = true)]
async fn what_ends_nowhere_is_kept_over_a_restart_and_can_be_sent_again() {
    let dir = tempfile::tempdir().unwrap();
    let sent = event(FUNCTION);
    let world = World::open(dir.path(), policy(), || throttled(true), || Ok(())).await;
    world.events.accept(vec![sent.clone()]).await.unwrap();
    assert_eq!(world.lost().await.1, "ZeroReservedConcurrency");
    world.close().await;
    let mut world = World::open(dir.path(), policy(), fine, || Ok(())).await;
    assert_eq!(world.lost().await.1, "ZeroReservedConcurrency");
    assert_eq!(world.events.replay(&account(), RequestId::random()).await, Ok(None));
    let other = AccountId::new("999999999999").unwrap();
    assert_eq!(world.events.replay(&other, sent.id).await, Ok(None));
    assert_eq!(world.events.replay(&account(), sent.id).await, Ok(Some(())));
    world.ran.recv().await.unwrap();
    world.idle().await;
    assert!(world.events.list(&account(), true, 10).await.unwrap().is_empty());
    assert_eq!(world.events.totals().delivered, 1);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_is_gone_takes_its_events_along() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::open(dir.path(), policy(), failed, || Ok(())).await;
    world.events.accept(vec![event(FUNCTION)]).await.unwrap();
    world.ran.recv().await.unwrap();
    *world.functions.policy.lock().unwrap() = None;
    let (attempts, condition, message) = world.lost().await;
    assert_eq!((attempts, condition.as_str()), (1, "Missing"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_service_needs_the_function_s_leave() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::open(dir.path(), policy(), fine, || Ok(())).await;
    let rule = "arn:aws:events:us-east-1:123456789012:rule/r";
    let (name, source) = ("events.amazonaws.com".into(), rule.into());
    let sender = Sender::Service { name, source };
    let dead_letters = Some(QUEUE.into());
    world.events.accept(vec![Event { sender, dead_letters, ..event(FUNCTION) }]).await.unwrap();
    let (who, letter) = world.got.recv().await.unwrap();
    assert_eq!(who, "events.amazonaws.com");
    let said = |name: &str| {
        let one = letter.attributes.iter().find(|(own, _)| own == name);
        one.map(|(_, attribute)| attribute.value.clone()).unwrap_or_default()
    };
    assert_eq!([said("ERROR_CODE"), said("TARGET_ARN")], ["AccessDenied", FUNCTION]);
    assert_eq!(said("RULE_ARN"), rule);
    assert!(world.ran.try_recv().is_err(), "it did not run");
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_refuses_is_counted_and_its_record_kept() {
    let dir = tempfile::tempdir().unwrap();
    let policy = AsyncPolicy { on_success: Some(QUEUE.into()), ..policy() };
    let refuses = || {
        let (code, message) = ("AccessDenied".into(), "no".into());
        Err(Undelivered::Refused { code, message })
    };
    let world = World::open(dir.path(), policy, fine, refuses).await;
    world.events.accept(vec![event(FUNCTION)]).await.unwrap();
    assert_eq!(world.lost().await.1, "Refused");
    let totals = world.events.totals();
    let counted = (totals.delivered, totals.destination_failures, totals.dropped);
    assert_eq!(counted, (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_target_that_is_busy_is_tried_as_often_as_the_sender_says() {
    let dir = tempfile::tempdir().unwrap();
    let tries = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&tries);
    let busy = move || {
        *counted.lock().unwrap() += 1;
        Err(Undelivered::Later("busy".into()))
    };
    let world = World::open(dir.path(), policy(), fine, busy).await;
    let retries = Some(Retries { most: 3, age: Duration::from_secs(3_600) });
    world.events.accept(vec![Event { retries, ..event(QUEUE) }]).await.unwrap();
    assert_eq!(world.lost().await.1, "RetriesExhausted");
    assert_eq!(*tries.lock().unwrap(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_waited_when_the_server_stopped_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::open(dir.path(), policy(), failed, || Ok(())).await;
    world.events.accept(vec![event(FUNCTION), event(QUEUE)]).await.unwrap();
    world.ran.recv().await.unwrap();
    world.got.recv().await.unwrap();
    while world.events.totals().retried == 0 {
        tokio::task::yield_now().await;
    }
    world.close().await;
    let mut world = World::open(dir.path(), policy(), failed, || Ok(())).await;
    assert_eq!(world.lost().await.0, 3, "its first run is remembered");
    assert!(world.ran.try_recv().is_ok() && world.ran.try_recv().is_ok());
    assert!(world.ran.try_recv().is_err(), "two more were left to it");
    assert!(world.got.try_recv().is_err(), "the queue has it already");
}
