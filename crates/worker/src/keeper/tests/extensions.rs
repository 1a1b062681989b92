//! Extensions beside a fake runtime: who starts when, who is waited for, and how all ends.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use fika_sandbox::Exit;
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::advance;
use uuid::Uuid;

use super::world::{TIMEOUT, World, settle};
use crate::extensions::{Interests, Refused};
use crate::slot::{Coming, Command};
use crate::testing::{Counts, invocation, lines};

const BOTH: Interests = Interests { invoke: true, shutdown: true };

type Asked = JoinHandle<Result<Bytes, Refused>>;

fn ask(world: &World, id: Uuid) -> Asked {
    let slot = Arc::clone(&world.slot);
    tokio::spawn(async move { slot.extension_next(id).await })
}

async fn event(asked: Asked) -> Value {
    let event = asked.await.expect("no panic").expect("an event");
    serde_json::from_slice(&event).expect("JSON")
}

/// A sandbox that is up, its extension's id, and its call for the next event.
async fn up() -> (World, Uuid, Asked) {
    let mut world = World::with(Coming::ON_DEMAND, &["ext"]).await;
    settle().await;
    assert_eq!(world.machine().beside, [0]);
    assert_eq!(world.machine().starts, 0, "the extension has not registered");
    let id = world.slot.register("ext", BOTH).expect("it is expected");
    settle().await;
    assert_eq!(world.machine().starts, 1, "the runtime is next");
    world.next(0);
    settle().await;
    assert!(world.created.try_recv().is_err(), "the extension is not ready");
    let asked = ask(&world, id);
    settle().await;
    assert!(matches!(world.created.try_recv(), Ok(Ok(()))));
    (world, id, asked)
}

#[tokio::test(start_paused = true)]
async fn the_caller_does_not_wait_for_an_extension_and_the_next_one_does() {
    let (world, id, asked) = up().await;
    let call = world.invoke(invocation("{}", false));
    let told = event(asked).await;
    assert_eq!(told["eventType"], "INVOKE");
    let delivered = world.deliveries().await.pop().expect("one").expect("an invocation");
    let request = delivered.invocation.request_id;
    assert_eq!(told["requestId"], request.to_string());
    assert!(told["invokedFunctionArn"].as_str().is_some_and(|arn| arn.starts_with("arn:aws:")));
    world.answer(request, "done".into(), false).expect("it is asked for");
    assert_eq!(call.await.expect("no panic").expect("an answer").payload, "done");
    world.next(0);
    settle().await;
    assert_eq!(world.heard.counts(), Counts::default(), "the extension is still at it");
    assert!(!lines(&world.version).iter().any(|line| line.starts_with("REPORT")));
    let _again = ask(&world, id);
    settle().await;
    assert_eq!(world.heard.counts(), Counts { idle: 1, dead: 0 });
    let log = lines(&world.version);
    assert!(
        log.iter()
            .any(|line| line
                .contains("EXTENSION\tName: ext\tState: Ready\tEvents: [INVOKE,SHUTDOWN]")),
        "{log:?}"
    );
    assert!(log.last().is_some_and(|line| line.starts_with("REPORT")), "{log:?}");
}

#[tokio::test(start_paused = true)]
async fn one_timeout_covers_runtime_and_extensions() {
    let (world, id, asked) = up().await;
    let call = world.invoke(invocation("{}", false));
    event(asked).await;
    let delivered = world.deliveries().await.pop().expect("one").expect("an invocation");
    world.answer(delivered.invocation.request_id, "done".into(), false).expect("it is asked for");
    assert_eq!(call.await.expect("no panic").expect("an answer").payload, "done");
    world.next(0);
    advance(TIMEOUT + Duration::from_millis(1)).await;
    settle().await;
    assert_eq!(world.machine().terminated, 1, "the runtime is asked to end");
    advance(Duration::from_millis(301)).await;
    let told = event(ask(&world, id)).await;
    assert_eq!(
        (&told["eventType"], &told["shutdownReason"]),
        (&"SHUTDOWN".into(), &"timeout".into())
    );
    world.exit_beside(0, Exit::Code(0));
    settle().await;
    assert_eq!(world.heard.counts(), Counts { idle: 1, dead: 0 }, "it is offered again");
    let log = lines(&world.version);
    assert!(log.iter().any(|line| line.contains("Task timed out after 3.00 seconds")), "{log:?}");
}

#[tokio::test(start_paused = true)]
async fn an_extension_that_ends_takes_the_invocation_with_it() {
    let (world, _, _asked) = up().await;
    let call = world.invoke(invocation("{}", false));
    settle().await;
    world.exit_beside(0, Exit::Code(7));
    let outcome = call.await.expect("no panic").expect("an answer");
    let error: Value = serde_json::from_slice(&outcome.payload).expect("JSON");
    assert!(outcome.failed);
    assert_eq!(error["errorType"], "Extension.Crash");
    assert!(
        error["errorMessage"].as_str().is_some_and(|text| text.ends_with(" Error: exit code 7"))
    );
}

#[tokio::test(start_paused = true)]
async fn an_extension_that_fails_its_init_fails_the_sandbox() {
    let mut world = World::with(Coming::ON_DEMAND, &["ext"]).await;
    settle().await;
    let id = world.slot.register("ext", BOTH).expect("it is expected");
    world.slot.extension_failed(id, true).expect("it has not asked yet");
    settle().await;
    advance(Duration::from_secs(3)).await;
    let error = (&mut world.created).await.expect("told").expect_err("it failed");
    assert!(format!("{error:?}").contains("Extension.InitError"), "{error:?}");
    assert!(world.machine().destroyed);
}

#[tokio::test(start_paused = true)]
async fn an_idle_sandbox_ends_when_its_extensions_have() {
    let (world, _, asked) = up().await;
    world.slot.command(Command::Retire);
    settle().await;
    assert_eq!(world.machine().terminated, 1);
    world.exit(Exit::Signal(15), false);
    let told = event(asked).await;
    assert_eq!(told["shutdownReason"], "spindown");
    assert!(!world.machine().destroyed, "it has time");
    world.exit_beside(0, Exit::Code(0));
    settle().await;
    assert!(world.machine().destroyed);
    assert_eq!(world.heard.counts(), Counts { idle: 0, dead: 1 });
}

#[tokio::test(start_paused = true)]
async fn an_extension_that_does_not_end_is_killed() {
    let (world, _, _asked) = up().await;
    world.slot.command(Command::Retire);
    settle().await;
    advance(Duration::from_millis(301)).await;
    settle().await;
    advance(Duration::from_millis(1_600)).await;
    settle().await;
    assert!(!world.machine().destroyed, "two seconds are not over");
    advance(Duration::from_millis(100)).await;
    settle().await;
    assert!(world.machine().destroyed);
}

#[tokio::test(start_paused = true)]
async fn one_that_never_registers_is_out_of_time_with_the_init() {
    let mut world = World::with(Coming::ON_DEMAND, &["ext"]).await;
    settle().await;
    advance(super::world::INIT_TIMEOUT + Duration::from_millis(1)).await;
    settle().await;
    assert!(matches!(world.created.try_recv(), Ok(Ok(()))), "it may try again when it is called");
    assert_eq!(world.machine().starts, 0);
}
