//! Random histories. Whatever the runtime, the callers, the wall and the clock do, in whatever
//! order: each invocation is answered once, delivered at most once, never beside another, logged
//! once, and leads to one word to the assigner.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use fika_model::RequestId;
use fika_sandbox::Exit;
use proptest::prelude::*;
use tokio::task::JoinHandle;
use tokio::time::{Instant, advance};

use super::world::{World, settle};
use crate::slot::Command;
use crate::testing::{Counts, invocation};
use crate::{CreateError, Gone, Outcome};

#[derive(Debug, Clone)]
enum Step {
    /// A caller comes, if the sandbox is free.
    Invoke {
        tail: bool,
    },
    /// A caller comes though another is there.
    Intrude,
    Next(usize),
    HangUp(usize),
    Answer {
        failed: bool,
    },
    /// An answer with an id that is not, or no longer, that of the invocation.
    AnswerWrong {
        earlier: bool,
    },
    InitError,
    Exit {
        out_of_memory: bool,
    },
    Print,
    Advance(u64),
    /// The worker looks whether the sandbox has something to do.
    Look,
    /// The assigner gives the sandbox up, if it is free.
    Retire,
    Lose,
    /// Whether the program can be started from now on.
    Refuse(bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => any::<bool>().prop_map(|tail| Step::Invoke { tail }),
        1 => Just(Step::Intrude),
        16 => (0..2usize).prop_map(Step::Next),
        4 => (0..2usize).prop_map(Step::HangUp),
        12 => any::<bool>().prop_map(|failed| Step::Answer { failed }),
        3 => any::<bool>().prop_map(|earlier| Step::AnswerWrong { earlier }),
        2 => Just(Step::InitError),
        4 => any::<bool>().prop_map(|out_of_memory| Step::Exit { out_of_memory }),
        3 => Just(Step::Print),
        5 => (1..12_000u64).prop_map(Step::Advance),
        8 => Just(Step::Look),
        1 => Just(Step::Retire),
        1 => Just(Step::Lose),
        1 => prop::bool::weighted(0.3).prop_map(Step::Refuse),
    ]
}

/// Steps, and how far the tasks get after each of them.
fn steps() -> impl Strategy<Value = Vec<(Step, usize)>> {
    let pause = prop_oneof![3 => 0..4usize, 2 => Just(30usize)];
    prop::collection::vec((step(), pause), 1..60)
}

struct Caller {
    id: RequestId,
    tail: bool,
    task: JoinHandle<Result<Outcome, Gone>>,
}

struct History {
    world: World,
    callers: Vec<Caller>,
    /// The assigner may lease the sandbox.
    free: bool,
    created: Option<Result<(), CreateError>>,
    heard: Counts,
    delivered: HashSet<RequestId>,
    /// What the runtime answered, where it was told that its answer counts.
    answers: HashMap<RequestId, String>,
    earlier: Option<RequestId>,
    answered: usize,
}

impl History {
    async fn new() -> Self {
        Self {
            world: World::new().await,
            callers: Vec::new(),
            free: false,
            created: None,
            heard: Counts::default(),
            delivered: HashSet::new(),
            answers: HashMap::new(),
            earlier: None,
            answered: 0,
        }
    }

    async fn run(mut self, steps: Vec<(Step, usize)>) {
        for (step, pause) in steps {
            self.observe().await;
            self.take(step).await;
            for _ in 0..pause {
                tokio::task::yield_now().await;
            }
        }
        self.finish().await;
    }

    async fn take(&mut self, step: Step) {
        // What is frozen does nothing by itself.
        let (open, alive) = self.world.machine().acts();
        match step {
            Step::Invoke { tail } if self.free => self.invoke(tail),
            Step::Intrude => self.intrude().await,
            Step::Next(connection) if open => self.world.next(connection),
            Step::HangUp(connection) if open => self.world.hang_up(connection),
            Step::Answer { failed } if open => self.answer(failed),
            Step::AnswerWrong { earlier } if open => self.answer_wrong(earlier),
            Step::InitError if open => self.init_error(),
            Step::Exit { out_of_memory } if alive => {
                self.world.exit(Exit::Code(1), out_of_memory);
            }
            Step::Print if alive => self.world.print("stray\n"),
            Step::Advance(ms) => advance(Duration::from_millis(ms)).await,
            Step::Retire if self.free => {
                self.free = false;
                self.world.slot.command(Command::Retire);
            }
            Step::Look => self.world.slot.rest(),
            Step::Lose if self.world.machine().alive => self.world.lose(),
            Step::Refuse(refuses) => self.world.machine().refuses = refuses,
            _ => {}
        }
    }

    fn invoke(&mut self, tail: bool) {
        self.free = false;
        let invocation = invocation("{}", tail);
        let id = invocation.request_id;
        self.callers.push(Caller { id, tail, task: self.world.invoke(invocation) });
    }

    /// A second lease of one sandbox would be a bug of the assigner; it harms nobody.
    async fn intrude(&mut self) {
        settle().await;
        if self.callers.last().is_some_and(|caller| !caller.task.is_finished()) {
            let intruder = self.world.slot.accept(invocation("{}", false));
            assert!(intruder.is_err(), "two invocations at once");
        }
    }

    fn answer(&mut self, failed: bool) {
        let Some(id) = self.world.machine().has else { return };
        self.answered += 1;
        let payload = format!("answer {}", self.answered);
        if self.world.answer(id, payload.clone(), failed).is_ok() {
            let before = self.answers.insert(id, payload);
            assert_eq!(before, None, "two answers were taken for {id}");
            self.world.machine().has = None;
            self.earlier = Some(id);
        }
    }

    fn answer_wrong(&mut self, earlier: bool) {
        let other = RequestId::random();
        let id = if earlier { self.earlier.unwrap_or(other) } else { other };
        let phase = self.world.slot.phase();
        assert!(self.world.answer(id, "wrong".into(), false).is_err());
        assert_eq!(self.world.slot.phase(), phase);
    }

    fn init_error(&self) {
        let error = Bytes::from_static(br#"{"errorType":"Init.Broken","errorMessage":"x"}"#);
        let _ = self.world.slot.init_failed(error);
    }

    /// Looks at what has come out since.
    async fn observe(&mut self) {
        if self.created.is_none() {
            self.created = self.world.created.try_recv().ok();
            self.free = matches!(self.created, Some(Ok(())));
            if matches!(self.created, Some(Err(_))) {
                assert!(self.world.machine().destroyed, "told before nothing was left of it");
            }
        }
        let heard = self.world.heard.counts();
        for _ in self.heard.idle..heard.idle {
            assert!(!self.free, "idle, and said so again");
            self.free = true;
        }
        self.heard = heard;
        self.receive().await;
    }

    /// The runtime reads what it was sent, and begins to work on it.
    async fn receive(&mut self) {
        if self.world.machine().frozen {
            return;
        }
        let had = self.world.machine().has;
        for delivery in self.world.deliveries().await.into_iter().flatten() {
            let id = delivery.invocation.request_id;
            assert_eq!(had, None, "two invocations in one runtime");
            assert!(self.delivered.insert(id), "{id} was delivered twice");
            let waits = self.callers.last().is_some_and(|c| c.id == id && !c.task.is_finished());
            if waits && self.world.machine().alive {
                self.world.print(&format!("print {id}\n"));
            }
        }
    }

    /// From here on the runtime behaves, and everybody must be served without waiting for a clock.
    async fn finish(mut self) {
        let begun = Instant::now();
        self.world.machine().refuses = false;
        settle().await;
        self.observe().await;
        if self.callers.last().is_some_and(|caller| !caller.task.is_finished()) {
            assert!(!self.world.machine().frozen, "an invocation waits for a frozen runtime");
        }
        if self.created.is_none() {
            self.world.next(0);
            settle().await;
            self.observe().await;
        }
        while self.callers.last().is_some_and(|caller| !caller.task.is_finished()) {
            self.serve_one().await;
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
        let dead = self.heard.dead > 0 || matches!(self.created, Some(Err(_)));
        assert!(self.free || dead || self.world.keeper.is_finished(), "nobody may use it any more");
        self.world.slot.command(Command::Retire);
        (&mut self.world.keeper).await.expect("a keeper that does not panic");
        self.check().await;
    }

    async fn serve_one(&mut self) {
        assert!(self.world.machine().alive, "an invocation waits, and no runtime is there");
        if self.world.machine().has.is_none() {
            self.world.next(0);
            settle().await;
            self.observe().await;
        }
        assert!(self.world.machine().has.is_some(), "the invocation that waits is not delivered");
        self.answer(false);
        settle().await;
        self.observe().await;
    }

    async fn check(mut self) {
        let heard = self.world.heard.counts();
        let created = self.created.or_else(|| self.world.created.try_recv().ok());
        let up = created.expect("whoever waits for a sandbox is told").is_ok();
        assert_eq!(heard.dead, usize::from(up), "one word of its end");
        assert!(self.world.slot.accept(invocation("{}", false)).is_err(), "accepted by the dead");
        let lines = self.world.lines();
        let mut outcomes = Vec::new();
        for caller in self.callers.drain(..) {
            match caller.task.await.expect("a caller that does not panic") {
                Ok(outcome) => outcomes.push((caller.id, caller.tail, outcome)),
                Err(Gone) => {
                    let id = caller.id.to_string();
                    assert!(!lines.iter().any(|line| line.contains(&id)), "{id} did begin");
                }
            }
        }
        // The last one may have ended with the sandbox.
        assert!(heard.idle == outcomes.len() || heard.idle + 1 == outcomes.len());
        for (id, tail, outcome) in &outcomes {
            check_outcome(*id, *tail, outcome, self.answers.get(id));
        }
        check_log(&lines, &outcomes.iter().map(|(id, ..)| *id).collect::<Vec<_>>());
    }
}

fn check_outcome(id: RequestId, tail: bool, outcome: &Outcome, answer: Option<&String>) {
    match answer {
        Some(answer) => assert_eq!(outcome.payload, *answer),
        None => {
            let json: serde_json::Value = serde_json::from_slice(&outcome.payload).expect("JSON");
            assert!(outcome.failed && json["errorType"].is_string(), "{json}");
        }
    }
    assert_eq!(outcome.log_tail.is_some(), tail);
    if let Some(tail) = &outcome.log_tail {
        let tail = String::from_utf8_lossy(tail);
        for word in ["START", "END", "REPORT"] {
            assert_eq!(tail.matches(&format!("{word} RequestId: ")).count(), 1, "{tail}");
            assert!(tail.contains(&format!("{word} RequestId: {id}")), "{tail}");
        }
    }
}

/// START, what was written, END, REPORT; one invocation after another, in the order they came.
fn check_log(lines: &[String], ids: &[RequestId]) {
    let mut ids = ids.iter().map(ToString::to_string);
    let (mut open, mut ended) = (None::<String>, None::<String>);
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["START", _, id, ..] => {
                assert_eq!((&open, &ended), (&None, &None), "{lines:#?}");
                assert_eq!(ids.next().as_deref(), Some(id), "{lines:#?}");
                open = Some(id.into());
            }
            ["END", _, id] => {
                assert_eq!(open.take().as_deref(), Some(id), "{lines:#?}");
                ended = Some(id.into());
            }
            ["REPORT", _, id, ..] => {
                assert_eq!(ended.take().as_deref(), Some(id), "{lines:#?}");
            }
            ["print", id] | [_, id, "Task", "timed", ..] => {
                assert_eq!(open.as_deref(), Some(id), "{lines:#?}");
            }
            _ => assert!(matches!(words[0], "stray" | "INIT_REPORT"), "{line}"),
        }
    }
    assert_eq!((ids.next(), open, ended), (None, None, None), "{lines:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_history_ends_well(steps in steps()) {
        let mut paused = tokio::runtime::Builder::new_current_thread();
        let runtime = paused.enable_all().start_paused(true).build().expect("a runtime");
        runtime.block_on(async { History::new().await.run(steps).await });
    }
}
