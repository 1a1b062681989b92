//! Start-, List- and CancelMessageMoveTask(s): dead letters go back to where they came from, or elsewhere.
//!
//! Tasks are known while the server runs: a restart ends one, with every message in one of the two queues.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fika_aws::shape::AwsError;
use fika_journal::EntryId;
use fika_model::Scope;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::time::sleep;
use uuid::Uuid;

use super::{Answered, Ask, number, within};
use crate::error::{invalid, missing, no_queue, no_task, unsupported};
use crate::message::Head;
use crate::name::Place;
use crate::queue::Queue;
use crate::room::Queues;

/// Tasks that are remembered of one server, at most.
const KNOWN: usize = 1_000;
/// Tasks that are told of one queue, at most, by SQS's documentation.
const TOLD: usize = 10;
/// Messages that are moved in one go without a rate.
const STEP: usize = 100;

/// All tasks, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Tasks(Mutex<VecDeque<Arc<Task>>>);

#[derive(Debug)]
struct Task {
    scope: Scope,
    handle: String,
    source: String,
    destination: Option<String>,
    rate: Option<u64>,
    started_ms: u64,
    to_move: usize,
    moved: AtomicU64,
    cancelled: AtomicBool,
    status: Mutex<&'static str>,
    failure: Mutex<Option<&'static str>>,
}

impl Task {
    fn status(&self) -> &'static str {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, status: &'static str, failure: Option<&'static str>) {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) = status;
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }

    fn is_running(&self) -> bool {
        matches!(self.status(), "RUNNING" | "CANCELLING")
    }
}

impl Tasks {
    /// Remembers a task, unless its queue has one already.
    fn begin(&self, task: &Arc<Task>) -> Result<(), AwsError> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.iter().any(|other| other.source == task.source && other.is_running()) {
            return Err(unsupported(
                "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
            ));
        }
        if all.len() >= KNOWN {
            let done = all.iter().position(|other| !other.is_running());
            done.map(|at| all.remove(at));
        }
        all.push_back(task.clone());
        Ok(())
    }

    fn find(&self, found: impl Fn(&Task) -> bool) -> Vec<Arc<Task>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().rev().filter(|task| found(task)).cloned().collect()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Start {
    source_arn: Option<String>,
    destination_arn: Option<String>,
    #[serde(default, deserialize_with = "number")]
    max_number_of_messages_per_second: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    max_results: Option<i64>,
    task_handle: Option<String>,
}

impl Ask<'_> {
    pub(super) fn start_move(self, input: Start) -> Answered {
        let source = self.queue_of(input.source_arn.as_deref(), "sqs:StartMessageMoveTask")?;
        for action in ["sqs:ReceiveMessage", "sqs:DeleteMessage"] {
            self.queues.own(self.caller, action, &source.place)?;
        }
        let rate_name = "MaxNumberOfMessagesPerSecond";
        let rate = within(input.max_number_of_messages_per_second, rate_name, 1, 500)?;
        if !self.queues.has_sources(&source) {
            return Err(invalid("Source queue must be configured as a Dead Letter Queue."));
        }
        let to = input.destination_arn.as_deref();
        if let Some(arn) = to {
            let target = self.queue_of(Some(arn), "sqs:SendMessage")?;
            if target.fifo != source.fifo || target.arn == source.arn {
                return Err(invalid("The destination must be another queue of the same type."));
            }
        }
        let task = Arc::new(Task {
            scope: source.place.scope.clone(),
            handle: STANDARD.encode(format!("{} {}", source.arn, Uuid::new_v4())),
            source: source.arn.clone(),
            destination: to.map(str::to_owned),
            rate,
            started_ms: self.queues.now(),
            to_move: source.state().counts(self.queues.now()).ready,
            moved: AtomicU64::new(0),
            cancelled: AtomicBool::new(false),
            status: Mutex::new("RUNNING"),
            failure: Mutex::default(),
        });
        self.queues.tasks().begin(&task)?;
        tokio::spawn(self.queues.clone().run(task.clone(), source));
        Ok(json!({ "TaskHandle": task.handle }))
    }

    pub(super) fn list_moves(self, input: Start) -> Answered {
        let source = self.queue_of(input.source_arn.as_deref(), "sqs:ListMessageMoveTasks")?;
        let most = within(input.max_results, "MaxResults", 1, 10)?.unwrap_or(1);
        let most = usize::try_from(most).unwrap_or(TOLD);
        let tasks = self.queues.tasks().find(|task| task.source == source.arn);
        let shown: Vec<Json> = tasks.iter().take(most).map(|task| shown(task)).collect();
        Ok(json!({ "Results": shown }))
    }

    pub(super) fn cancel_move(self, input: Start) -> Answered {
        let handle = input.task_handle.ok_or_else(|| missing("TaskHandle"))?;
        let own = |task: &Task| task.scope == self.caller.scope && task.handle == handle;
        let found = self.queues.tasks().find(own);
        let task = found.first().ok_or_else(|| no_task("Task does not exist."))?;
        self.queue_of(Some(&task.source), "sqs:CancelMessageMoveTask")?;
        if task.status() != "RUNNING" {
            return Err(unsupported("Only active tasks can be cancelled."));
        }
        task.cancelled.store(true, Ordering::Relaxed);
        task.end("CANCELLING", None);
        let moved = task.moved.load(Ordering::Relaxed);
        Ok(json!({ "ApproximateNumberOfMessagesMoved": moved }))
    }

    fn queue_of(&self, arn: Option<&str>, action: &str) -> Result<Arc<Queue>, AwsError> {
        let arn = arn.ok_or_else(|| missing("SourceArn"))?;
        let place = Place::of_arn(arn).ok_or_else(|| no_task("You must use this format to specify the queue ARN: arn:<partition>:<service>:<region>:<account-id>:<resource-id>"))?;
        if place.scope != self.caller.scope {
            return Err(no_task(
                "The resource that you specified for the SourceArn parameter doesn't exist.",
            ));
        }
        let found = self.queues.own(self.caller, action, &place);
        found.map_err(|error| match error.name() {
            "QueueDoesNotExist" => no_task(
                "The resource that you specified for the SourceArn parameter doesn't exist.",
            ),
            _ => error,
        })
    }
}

impl Queues {
    fn has_sources(&self, queue: &Queue) -> bool {
        self.list(&queue.place.scope).iter().any(|other| {
            let known = other.known();
            known.settings.redrive.as_ref().is_some_and(|to| to.target == queue.place)
        })
    }

    /// Moves what is there, at its rate, until there is nothing more.
    async fn run(self, task: Arc<Task>, source: Arc<Queue>) {
        let step = task.rate.and_then(|rate| usize::try_from(rate).ok()).unwrap_or(STEP);
        let mut left = task.to_move;
        while left > 0 && !task.cancelled.load(Ordering::Relaxed) {
            let letters = source.state().leave_ready(self.now(), step.min(left));
            if letters.is_empty() {
                break;
            }
            left = left.saturating_sub(letters.len());
            if !self.run_step(&task, &source, letters).await {
                return task.end("FAILED", Some("AWS.SimpleQueueService.NonExistentQueue"));
            }
            if task.rate.is_some() {
                sleep(Duration::from_secs(1)).await;
            }
        }
        let cancelled = task.cancelled.load(Ordering::Relaxed);
        task.end(if cancelled { "CANCELLED" } else { "COMPLETED" }, None);
    }

    /// Moves those; false where one has no place to go to, and all that are left stay.
    async fn run_step(
        &self,
        task: &Task,
        source: &Arc<Queue>,
        letters: Vec<(EntryId, Head)>,
    ) -> bool {
        let mut letters = letters.into_iter();
        while let Some((id, head)) = letters.next() {
            let Ok(target) = self.destination(task, &head) else {
                let (now, mut state) = (self.now(), source.state());
                std::iter::once(id)
                    .chain(letters.map(|(id, _)| id))
                    .for_each(|id| state.back(now, id));
                return false;
            };
            let moved = self.transfer(source, &target, vec![(id, anew(head, self.now()))]).await;
            task.moved.fetch_add(moved as u64, Ordering::Relaxed);
        }
        true
    }

    fn destination(&self, task: &Task, head: &Head) -> Result<Arc<Queue>, AwsError> {
        let arn = task.destination.as_ref().or(head.source.as_ref()).ok_or_else(no_queue)?;
        let place = Place::of_arn(arn).filter(|place| place.scope == task.scope);
        self.find(&place.ok_or_else(no_queue)?).ok_or_else(no_queue)
    }
}

/// On AWS too it is a new message from there on.
fn anew(head: Head, now: u64) -> Head {
    let (id, received) = (Uuid::new_v4(), 0);
    Head { id, sent: now, visible: 0, received, first: None, source: None, ..head }
}

fn shown(task: &Task) -> Json {
    let mut shown = json!({
        "Status": task.status(),
        "SourceArn": task.source,
        "ApproximateNumberOfMessagesMoved": task.moved.load(Ordering::Relaxed),
        "ApproximateNumberOfMessagesToMove": task.to_move,
        "StartedTimestamp": task.started_ms,
    });
    if task.status() == "RUNNING" {
        shown["TaskHandle"] = json!(task.handle);
    }
    if let Some(arn) = &task.destination {
        shown["DestinationArn"] = json!(arn);
    }
    if let Some(rate) = task.rate {
        shown["MaxNumberOfMessagesPerSecond"] = json!(rate);
    }
    if let Some(why) = *task.failure.lock().unwrap_or_else(PoisonError::into_inner) {
        shown["FailureReason"] = json!(why);
    }
    shown
}
