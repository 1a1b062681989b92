//! Sandboxes that become snapshots, and those that come of one.

use std::time::Instant;

use fika_model::limits;
use fika_sandbox::Exit;
use tokio::time::advance;

use super::world::{World, settle};
use crate::slot::{Coming, Refusal};
use crate::testing::{self, Counts, invocation};
use crate::{CreateError, Initialization, RestoreFailure};

/// The connection on which the function waits.
const CHANNEL: u16 = 7;

async fn restoring() -> World {
    let world = World::coming(Coming::Restore { since: Instant::now() }).await;
    settle().await;
    world
}

fn failure(created: Result<(), CreateError>) -> RestoreFailure {
    match created {
        Err(CreateError::Restore(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

/// The log's lines, without their numbers.
fn words(world: &World) -> Vec<String> {
    let word = |line: &String| line.split_whitespace().next().map(str::to_owned);
    world.lines().iter().filter_map(word).collect()
}

#[tokio::test(start_paused = true)]
async fn what_waits_to_be_restored_is_handed_over_whole() {
    let mut world = World::coming(Coming::Checkpoint).await;
    settle().await;
    assert_eq!(world.slot.restore_next(Some(CHANNEL)).await, Refusal::OutOfOrder, "too early");
    assert_eq!(world.slot.next().await.err(), Some(Refusal::OutOfOrder), "it takes no invocation");
    assert_eq!(world.slot.checkpoint().await, Ok(()));
    assert!(world.machine().ahead);
    assert_eq!(world.slot.checkpoint().await, Err(Refusal::OutOfOrder), "once");
    assert_eq!(world.slot.restore_next(None).await, Refusal::OutOfOrder, "it is in no guest");
    let slot = world.slot.clone();
    let waits = tokio::spawn(async move { slot.restore_next(Some(CHANNEL)).await });
    let taken = world.checkpointed.take().expect("once").await.expect("a sandbox");
    assert_eq!(taken.waits.keys().collect::<Vec<_>>(), [&CHANNEL]);
    settle().await;
    assert!(!waits.is_finished() && !world.machine().destroyed, "it is as it was");
    drop(taken.held);
    assert!(matches!(world.created.await, Ok(Ok(()))));
    world.keeper.await.expect("a keeper");
    assert_eq!(world.heard.counts(), Counts { idle: 0, dead: 0 }, "nobody was given it");
    waits.abort();
}

#[tokio::test(start_paused = true)]
async fn an_init_that_takes_too_long_becomes_no_snapshot() {
    let mut world = World::coming(Coming::Checkpoint).await;
    settle().await;
    advance(limits::CHECKPOINT_TIMEOUT).await;
    let Ok(Err(CreateError::Init(failure))) = world.created.await else { panic!("it failed") };
    assert_eq!(failure.reason_code(), "FunctionError.InitTimeout");
    assert!(world.checkpointed.take().expect("once").await.is_err());
    assert!(world.machine.lock().expect("no panic").destroyed);
}

#[tokio::test(start_paused = true)]
async fn what_is_started_ahead_has_more_time_and_is_never_ready_without_its_init() {
    let mut world = World::coming(Coming::Init(Initialization::Ahead)).await;
    settle().await;
    advance(limits::INIT_TIMEOUT).await;
    settle().await;
    assert!(world.created.try_recv().is_err(), "nobody waits for it, so it goes on");
    advance(limits::AHEAD_TIMEOUT).await;
    let Ok(Err(CreateError::Init(failure))) = world.created.await else { panic!("it failed") };
    assert_eq!(failure.reason_code(), "FunctionError.InitTimeout");
}

#[tokio::test(start_paused = true)]
async fn a_restore_is_reported_and_then_it_is_a_sandbox_like_any_other() {
    let mut world = restoring().await;
    assert_eq!(world.slot.checkpoint().await, Err(Refusal::OutOfOrder));
    world.next(0);
    settle().await;
    assert!(matches!(world.created.try_recv(), Ok(Ok(()))));
    let given = invocation("{}", false);
    let answer = world.slot.accept(given.clone()).expect("free");
    settle().await;
    world.answer(given.request_id, "done".into(), false).expect("in order");
    assert_eq!(answer.await.expect("an answer").payload, "done");
    world.next(0);
    settle().await;
    let all = ["RESTORE_START", "RESTORE_REPORT", "START", "END", "REPORT"];
    assert_eq!(words(&world), all);
    let report = world.lines().pop().expect("a report");
    assert!(report.contains("\tRestore Duration: ") && !report.contains("Init Duration"));
    // Its init is in the snapshot: it is not run once more.
    world.exit(Exit::Code(0), false);
    world.keeper.await.expect("a keeper");
    assert_eq!(world.machine.lock().expect("no panic").starts, 1);
    assert_eq!(world.heard.counts(), Counts { idle: 1, dead: 1 });
}

#[tokio::test(start_paused = true)]
async fn who_waited_for_a_restore_hears_how_it_failed() {
    let world = restoring().await;
    world.slot.init_failed(r#"{"errorType":"TypeError"}"#.into()).expect("in order");
    assert_eq!(failure(world.created.await.expect("an answer")), RestoreFailure::Hook);
    let line = testing::lines(&world.version).pop().expect("a report");
    assert!(line.ends_with("\tStatus: error\tError Type: TypeError\n"), "{line}");

    let world = restoring().await;
    advance(limits::RESTORE_TIMEOUT).await;
    assert_eq!(failure(world.created.await.expect("an answer")), RestoreFailure::Timeout);
    let line = testing::lines(&world.version).pop().expect("a report");
    assert!(line.starts_with("RESTORE_REPORT") && line.ends_with("\tStatus: timeout\n"), "{line}");
}
