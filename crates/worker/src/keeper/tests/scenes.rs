//! What once went wrong, or easily could.

use std::sync::Arc;

use bytes::Bytes;
use fika_model::{FunctionVersion, RequestId, TenantId};
use fika_sandbox::Exit;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, advance};

use super::world::{INIT_TIMEOUT, TIMEOUT, World, settle};
use crate::slot::{Command, Phase, Refusal};
use crate::testing::{self, Counts, invocation};
use crate::{CreateError, Gone, Invocation, Outcome};

const BROKEN: &str = r#"{"errorType":"Init.Broken","errorMessage":"x"}"#;

fn error_type(outcome: &Outcome) -> String {
    let json: serde_json::Value = serde_json::from_slice(&outcome.payload).expect("JSON");
    json["errorType"].as_str().expect("an error").into()
}

/// The runtime asks for work, gets some, and answers.
async fn serve(world: &World) -> RequestId {
    world.next(0);
    settle().await;
    let brought = world.deliveries().await.pop().expect("a call").expect("a delivery");
    let id = brought.invocation.request_id;
    world.answer(id, "done".into(), false).expect("in order");
    id
}

/// The log's lines by their first words, an id as A, B, … in the order they come.
fn shape(version: &FunctionVersion) -> Vec<String> {
    let mut ids = Vec::new();
    let mut shape = Vec::new();
    for line in testing::lines(version) {
        let id = line.split_whitespace().find(|word| word.len() == 36).map(|id| {
            let at = ids.iter().position(|known| known == id).unwrap_or_else(|| {
                ids.push(id.to_owned());
                ids.len() - 1
            });
            char::from(b"ABC"[at])
        });
        let word = if line.contains("Task timed out") {
            "timed out"
        } else {
            line.split_whitespace().next().unwrap_or_default()
        };
        shape.push(id.map_or_else(|| word.to_owned(), |id| format!("{word} {id}")));
    }
    shape
}

#[tokio::test(start_paused = true)]
async fn work_handed_to_a_connection_that_closes_is_delivered_on_the_next() {
    let world = World::up().await;
    let given = invocation("{}", false);
    let mut answer = world.slot.accept(given.clone()).expect("free");
    world.hang_up(0);
    settle().await;
    assert_eq!(world.slot.phase(), Phase::Away);
    assert_eq!(serve(&world).await, given.request_id);
    assert_eq!(answer.try_recv().expect("an answer").payload, "done");
    world.next(0);
    settle().await;
    assert_eq!(shape(&world.version), ["START A", "END A", "REPORT A"]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_closed_before_leaves_the_work_for_the_next() {
    let world = World::up().await;
    world.hang_up(0);
    settle().await;
    let answer = world.slot.accept(invocation("{}", false)).expect("free");
    serve(&world).await;
    assert_eq!(answer.await.expect("an answer").payload, "done");
}

#[tokio::test(start_paused = true)]
async fn of_two_calls_of_next_the_later_gets_the_work() {
    let world = World::up().await;
    world.next(1);
    settle().await;
    let first = world.deliveries().await;
    assert_eq!(first.into_iter().map(|call| call.map(drop)).next(), Some(Err(Refusal::OutOfOrder)));
    let _answer = world.slot.accept(invocation("{}", false)).expect("free");
    settle().await;
    assert!(world.deliveries().await.pop().expect("a call").is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_exit_of_a_killed_process_is_not_taken_for_the_next_ones() {
    // Which of the two the keeper hears first is chance: often enough, it is each.
    for _ in 0..30 {
        let world = World::up().await;
        let late = world.invoke(invocation("{}", false));
        settle().await;
        advance(TIMEOUT).await;
        settle().await;
        assert_eq!(
            error_type(&late.await.expect("a task").expect("an outcome")),
            "Sandbox.Timedout"
        );

        let next = invocation("{}", false);
        let answer = world.slot.accept(next.clone()).expect("free");
        settle().await;
        world.next(0);
        settle().await;
        world.exit(Exit::Code(1), false);
        assert!(world.slot.time_out(next.request_id).is_some());
        let third = world.slot.accept(invocation("{}", false)).expect("free");
        settle().await;
        serve(&world).await;
        assert_eq!(third.await.expect("an answer").payload, "done");
        assert!(answer.await.is_err(), "timed out by hand, and answered there");
    }
}

#[tokio::test(start_paused = true)]
async fn an_init_error_is_answered_at_once_though_the_process_stays() {
    let begun = Instant::now();
    let world = World::new().await;
    settle().await;
    world.slot.init_failed(Bytes::from_static(BROKEN.as_bytes())).expect("in order");
    assert_eq!(world.slot.init_failed(Bytes::new()), Err(Refusal::OutOfOrder));
    world.next(0);
    let created = world.created.await.expect("an answer");
    let Err(CreateError::Init(failure)) = created else { panic!("{created:?}") };
    let outcome = failure.outcome(RequestId::random(), true);
    assert_eq!(outcome.payload, BROKEN);
    assert_eq!(begun.elapsed(), std::time::Duration::ZERO);
    assert_eq!(world.heard.counts(), Counts::default());
}

#[tokio::test(start_paused = true)]
async fn a_restarted_runtimes_init_error_answers_the_invocation_at_once() {
    let world = World::up().await;
    world.exit(Exit::Code(1), false);
    settle().await;
    assert_eq!(world.heard.counts(), Counts::default(), "it was idle and is again");
    let answer = world.slot.accept(invocation("{}", true)).expect("free");
    settle().await;
    world.slot.init_failed(Bytes::from_static(BROKEN.as_bytes())).expect("in order");
    let outcome = answer.await.expect("an answer");
    assert_eq!(outcome.payload, BROKEN);
    let tail = String::from_utf8(outcome.log_tail.expect("a tail")).expect("text");
    assert!(tail.ends_with("Status: error\tError Type: Init.Broken\n"), "{tail}");
    settle().await;
    assert_eq!(
        world.heard.counts(),
        Counts { idle: 0, dead: 1 },
        "what spoilt it may still be there"
    );
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_that_ran_out_of_memory_is_not_used_again() {
    let world = World::up().await;
    let answer = world.slot.accept(invocation("{}", false)).expect("free");
    settle().await;
    world.next(0);
    settle().await;
    world.exit(Exit::Signal(9), true);
    assert_eq!(error_type(&answer.await.expect("an answer")), "Runtime.ExitError");
    settle().await;
    assert_eq!(world.heard.counts(), Counts { idle: 0, dead: 1 });
}

#[tokio::test(start_paused = true)]
async fn an_init_that_takes_too_long_is_run_again_on_the_invocations_time() {
    let mut world = World::new().await;
    settle().await;
    advance(INIT_TIMEOUT).await;
    settle().await;
    assert!(matches!(world.created.try_recv(), Ok(Ok(()))));
    assert!(!world.machine().alive);
    let answer = world.slot.accept(invocation("{}", false)).expect("free");
    settle().await;
    serve(&world).await;
    assert_eq!(answer.await.expect("an answer").payload, "done");
    assert_eq!(world.machine().starts, 2);
    world.next(0);
    settle().await;
    assert_eq!(shape(&world.version), ["INIT_REPORT", "START A", "END A", "REPORT A"]);
    assert!(world.lines()[0].ends_with("Phase: init\tStatus: timeout\n"));
}

#[tokio::test(start_paused = true)]
async fn the_first_inits_deadline_is_not_that_of_a_restart() {
    let world = World::up().await;
    advance(INIT_TIMEOUT - TIMEOUT / 2).await;
    world.exit(Exit::Code(1), false);
    settle().await;
    let answer = world.slot.accept(invocation("{}", false)).expect("free");
    settle().await;
    advance(TIMEOUT - std::time::Duration::from_millis(1)).await;
    settle().await;
    serve(&world).await;
    assert_eq!(answer.await.expect("an answer").payload, "done");
    assert_eq!(world.machine().starts, 2, "it was killed for the first one's deadline");
}

#[tokio::test(start_paused = true)]
async fn what_times_out_in_the_queue_leaves_the_report_of_the_one_before() {
    let world = World::up().await;
    let first = world.slot.accept(invocation("{}", false)).expect("free");
    settle().await;
    let id = world.deliveries().await.pop().expect("a call").expect("a delivery");
    world.answer(id.invocation.request_id, "done".into(), false).expect("in order");
    first.await.expect("an answer");
    let queued = world.invoke(invocation("{}", true));
    settle().await;
    advance(TIMEOUT).await;
    let outcome = queued.await.expect("a task").expect("an outcome");
    assert_eq!(error_type(&outcome), "Sandbox.Timedout");
    let all = ["START A", "END A", "REPORT A", "START B", "timed out B", "END B", "REPORT B"];
    assert_eq!(shape(&world.version), all);
    let tail = String::from_utf8(outcome.log_tail.expect("a tail")).expect("text");
    assert!(tail.starts_with("START ") && tail.ends_with("\tStatus: timeout\n"), "{tail}");
}

#[tokio::test(start_paused = true)]
async fn whoever_is_retired_right_after_an_answer_has_a_whole_log() {
    let mut world = World::up().await;
    let _answer = world.slot.accept(invocation("{}", false)).expect("free");
    settle().await;
    let delivery = world.deliveries().await.pop().expect("a call").expect("a delivery");
    world.answer(delivery.invocation.request_id, "done".into(), false).expect("in order");
    world.print("last words, without an end");
    world.slot.command(Command::Retire);
    (&mut world.keeper).await.expect("a keeper");
    assert_eq!(shape(&world.version), ["START A", "last", "END A", "REPORT A"]);
    assert_eq!(world.heard.counts(), Counts { idle: 1, dead: 1 });
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_is_being_killed_is_not_told() {
    let world = World::up().await;
    let given = invocation("{}", false);
    let _answer = world.slot.accept(given.clone()).expect("free");
    settle().await;
    world.deliveries().await.pop().expect("a call").expect("a delivery");
    assert!(world.slot.time_out(given.request_id).is_some());
    assert_eq!(world.slot.phase(), Phase::Stopping);
    let mut call = Box::pin(world.slot.next());
    assert!(crate::keeper::now(&mut call).await.is_none(), "nothing is said while it lives");
    settle().await;
    assert_eq!(call.await.map(drop), Err(Refusal::OutOfOrder));
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_nobody_waits_for_any_more_is_ended() {
    let World { slot, heard, created, keeper, .. } = World::new().await;
    drop(created);
    settle().await;
    let call = tokio::spawn(async move { slot.next().await.map(drop) });
    keeper.await.expect("a keeper");
    assert_eq!(heard.counts(), Counts { idle: 0, dead: 1 });
    call.abort();
}

#[tokio::test(start_paused = true)]
async fn retired_in_its_init_phase_it_tells_who_waits_and_nobody_else() {
    let world = World::new().await;
    settle().await;
    world.slot.command(Command::Retire);
    assert!(matches!(world.created.await, Ok(Err(CreateError::Worker(_)))));
    world.keeper.await.expect("a keeper");
    assert_eq!(world.heard.counts(), Counts::default());
}

#[tokio::test(start_paused = true)]
async fn a_lost_sandbox_answers_and_is_dead_once() {
    let world = World::up().await;
    let answer = world.slot.accept(invocation("{}", false)).expect("free");
    settle().await;
    world.lose();
    assert_eq!(error_type(&answer.await.expect("an answer")), "Runtime.ExitError");
    world.keeper.await.expect("a keeper");
    assert_eq!(world.heard.counts(), Counts { idle: 0, dead: 1 });
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_that_cannot_be_reset_or_destroyed_is_dead_all_the_same() {
    let world = World::up().await;
    let given = invocation("{}", false);
    let _answer = world.slot.accept(given.clone()).expect("free");
    world.machine().stuck = true;
    assert!(world.slot.time_out(given.request_id).is_some());
    let end = tokio::time::timeout(INIT_TIMEOUT * 10, world.keeper);
    end.await.expect("an end").expect("a keeper");
    assert_eq!(world.heard.counts(), Counts { idle: 0, dead: 1 });
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_whose_runtime_is_never_started_ends() {
    let world = World::new().await;
    world.machine().stuck = true;
    let created = tokio::time::timeout(INIT_TIMEOUT * 10, world.created).await.expect("an end");
    assert!(matches!(created, Ok(Err(CreateError::Worker(_)))), "{created:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_queued_when_the_sandbox_is_lost_may_run_in_another() {
    let world = World::up().await;
    let _first = world.slot.accept(invocation("{}", false)).expect("free");
    settle().await;
    let delivery = world.deliveries().await.pop().expect("a call").expect("a delivery");
    world.answer(delivery.invocation.request_id, "done".into(), false).expect("in order");
    let queued = world.invoke(invocation("{}", false));
    settle().await;
    world.lose();
    assert_eq!(queued.await.expect("a task").map(drop), Err(Gone));
    world.keeper.await.expect("a keeper");
    assert_eq!(world.heard.counts(), Counts { idle: 1, dead: 1 });
    assert_eq!(shape(&world.version), ["START A", "END A", "REPORT A"]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_started_for_an_invocation_that_is_over() {
    let world = World::up().await;
    world.exit(Exit::Code(1), false);
    settle().await;
    let given = invocation("{}", false);
    let _answer = world.slot.accept(given.clone()).expect("free");
    assert!(world.slot.time_out(given.request_id).is_some());
    settle().await;
    assert_eq!(world.machine().starts, 1);
    assert_eq!(world.heard.counts(), Counts { idle: 1, dead: 0 });
}

#[tokio::test(start_paused = true)]
async fn a_program_that_is_not_there_is_the_functions_error() {
    let world = World::new().await;
    world.machine().refuses = true;
    let created = world.created.await.expect("an answer");
    let Err(CreateError::Init(failure)) = created else { panic!("{created:?}") };
    let outcome = failure.outcome(RequestId::random(), false);
    assert_eq!(error_type(&outcome), "Runtime.InvalidEntrypoint");

    let world = World::up().await;
    world.machine().refuses = true;
    world.exit(Exit::Code(1), false);
    settle().await;
    let answer = world.slot.accept(invocation("{}", false)).expect("free");
    assert_eq!(error_type(&answer.await.expect("an answer")), "Runtime.InvalidEntrypoint");
}

/// The worker looks twice at a runtime that has nothing to do.
fn freeze(world: &World) {
    world.slot.rest();
    world.slot.rest();
}

#[tokio::test(start_paused = true)]
async fn what_has_nothing_to_do_is_frozen_and_thaws_for_its_next_invocation() {
    let world = World::up().await;
    world.slot.rest();
    settle().await;
    assert!(!world.machine().frozen, "it may just have begun to wait");
    world.slot.rest();
    world.slot.rest();
    settle().await;
    assert!(world.machine().frozen);
    let answer = world.slot.accept(invocation("{}", false)).expect("free");
    freeze(&world);
    settle().await;
    assert!(!world.machine().frozen, "it has work");
    let delivery = world.deliveries().await.pop().expect("a call").expect("a delivery");
    freeze(&world);
    settle().await;
    assert!(!world.machine().frozen, "it works");
    world.answer(delivery.invocation.request_id, "done".into(), false).expect("in order");
    answer.await.expect("an answer");
    freeze(&world);
    settle().await;
    assert!(!world.machine().frozen, "it may do what is left of its work");
}

#[tokio::test(start_paused = true)]
async fn an_invocation_that_comes_while_it_is_being_frozen_is_not_left_there() {
    let world = World::up().await;
    freeze(&world);
    // The keeper has not heard of the first when the second is said.
    let _answer = world.slot.accept(invocation("{}", false)).expect("free");
    settle().await;
    assert!(!world.machine().frozen);
    assert!(world.deliveries().await.pop().expect("a call").is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_that_initialises_is_not_frozen_and_a_frozen_one_ends() {
    let world = World::new().await;
    settle().await;
    freeze(&world);
    settle().await;
    assert!(!world.machine().frozen);
    world.next(0);
    settle().await;
    freeze(&world);
    world.slot.command(Command::Retire);
    world.keeper.await.expect("a keeper");
    assert_eq!(world.heard.counts(), Counts { idle: 0, dead: 1 });
}

#[tokio::test(start_paused = true)]
async fn of_a_timeout_and_an_answer_one_wins() {
    for answers_first in [true, false] {
        let world = World::up().await;
        let given = invocation("{}", false);
        let answer = world.slot.accept(given.clone()).expect("free");
        let id = given.request_id;
        settle().await;
        assert_eq!(world.slot.expects(&id.to_string(), false), Ok(()), "its body is being read");
        if answers_first {
            assert_eq!(world.answer(id, "done".into(), false), Ok(()));
            assert!(world.slot.time_out(id).is_none());
            assert_eq!(answer.await.expect("an answer").payload, "done");
        } else {
            assert!(world.slot.time_out(id).is_some());
            assert_eq!(world.answer(id, "done".into(), false), Err(Refusal::OutOfOrder));
            assert!(answer.await.is_err());
        }
        settle().await;
        assert_eq!(world.heard.counts(), Counts { idle: 1, dead: 0 });
    }
}

/// Real sockets, so the clock is real too; nothing here waits for it.
#[tokio::test]
async fn what_a_killed_process_has_sent_is_not_taken_for_the_next_ones() {
    let world = World::up().await;
    let given = invocation("{}", false);
    let _answer = world.slot.accept(given.clone()).expect("free");
    let mut sockets = Vec::new();
    // More than the Runtime API takes at once: the last ones are in the kernel's queue.
    for _ in 0..80 {
        let mut socket = TcpStream::connect(world.api).await.expect("a connection");
        let call = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: x\r\n";
        socket.write_all(call).await.expect("room");
        sockets.push(socket);
    }
    assert!(world.slot.time_out(given.request_id).is_some());
    let _next = world.slot.accept(invocation("{}", false)).expect("free");
    while world.machine().starts < 2 {
        tokio::task::yield_now().await;
    }
    for mut socket in sockets {
        // The end of the headers, which make a call of it. It may be too late for even that.
        let _ = socket.write_all(b"\r\n").await;
        let read = socket.read(&mut [0; 16]).await;
        assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    }
    assert_eq!(world.slot.phase(), Phase::Starting);
}

#[tokio::test(start_paused = true)]
async fn what_has_served_a_tenant_serves_no_other() {
    let version =
        FunctionVersion { per_tenant: true, ..FunctionVersion::clone(&testing::version(TIMEOUT)) };
    let bare = testing::bare(Arc::new(version));
    let call = |tenant: Option<&str>| {
        let tenant = tenant.and_then(TenantId::parse);
        let invocation = Invocation { tenant, ..invocation("{}", false) };
        let id = invocation.request_id;
        let accepted = bare.slot.accept(invocation).is_ok();
        // It is free again.
        bare.slot.time_out(id);
        accepted
    };
    assert!(!call(None), "it is for tenants");
    assert!(call(Some("blue")));
    assert!(!call(Some("green")));
    assert!(!call(None));
    assert!(call(Some("blue")));
}
