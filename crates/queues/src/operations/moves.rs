//! Start-, List- and CancelMessageMoveTask(s): dead letters go back to where they came from, or elsewhere.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fika_aws::shape::AwsError;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Answered, Ask, number, to_the_end, within};
use crate::error::{invalid, missing, no_task};
use crate::moving::{Record, Status, Task};
use crate::name::Place;
use crate::queue::Queue;
use crate::room::Queues;

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
    pub(super) async fn start_move(self, input: Start) -> Answered {
        let source = self.queue_of(input.source_arn.as_deref(), "sqs:StartMessageMoveTask")?;
        for action in ["sqs:ReceiveMessage", "sqs:DeleteMessage"] {
            self.queues.own(self.caller, action, &source.place)?;
        }
        let rate_name = "MaxNumberOfMessagesPerSecond";
        let rate = within(input.max_number_of_messages_per_second, rate_name, 1, 500)?;
        if self.queues.sources_of(&source).is_empty() {
            return Err(invalid("Source queue must be configured as a Dead Letter Queue."));
        }
        let to = input.destination_arn.as_deref();
        match to {
            Some(arn) => {
                let target = self.queue_of(Some(arn), "sqs:SendMessage")?;
                if target.fifo != source.fifo || target.arn == source.arn {
                    return Err(invalid("The destination must be another queue of the same type."));
                }
            }
            None => self.may_send_back(&source)?,
        }
        let now = self.queues.now();
        let handle = STANDARD.encode(format!("{} {}", source.arn, Uuid::new_v4()));
        let record = Record {
            handle: handle.clone(),
            source: source.arn.clone(),
            destination: to.map(str::to_owned),
            rate,
            started_ms: now,
            to_move: source.state().counts(now).ready,
            moved: 0,
            status: Status::Running,
            failure: None,
        };
        let (queues, task) = (self.queues.clone(), Task::new(source.place.clone(), record));
        to_the_end(async move { queues.begin_move(task, source).await }).await?;
        Ok(json!({ "TaskHandle": handle }))
    }

    pub(super) fn list_moves(self, input: Start) -> Answered {
        let source = self.queue_of(input.source_arn.as_deref(), "sqs:ListMessageMoveTasks")?;
        let most = within(input.max_results, "MaxResults", 1, 10)?.unwrap_or(1);
        let most = usize::try_from(most).unwrap_or(1);
        let tasks = self.queues.tasks().find(|task| task.is_of_queue(&source.place));
        let shown: Vec<Json> = tasks.iter().take(most).map(|task| shown(task.record())).collect();
        Ok(json!({ "Results": shown }))
    }

    pub(super) async fn cancel_move(self, input: Start) -> Answered {
        let handle = input.task_handle.ok_or_else(|| missing("TaskHandle"))?;
        let own = |task: &Task| task.is_of(&self.caller.scope) && task.record().handle == handle;
        let mut found = self.queues.tasks().find(own);
        let task = found.pop().ok_or_else(|| no_task("Task does not exist."))?;
        self.queue_of(Some(&task.record().source), "sqs:CancelMessageMoveTask")?;
        let queues = self.queues.clone();
        let moved = to_the_end(async move { queues.cancel(&task).await }).await?;
        Ok(json!({ "ApproximateNumberOfMessagesMoved": moved }))
    }

    /// Whether the caller may send to every queue that a message of these dead letters may go back to: those it came
    /// from already, and those it may still come from. One that has gone takes nothing.
    fn may_send_back(&self, source: &Queue) -> Result<(), AwsError> {
        let mut back = self.queues.sources_of(source);
        let came_from = source.state().sources();
        back.extend(came_from.iter().filter_map(|arn| self.queues.find(&Place::of_arn(arn)?)));
        for queue in back {
            self.queues.own(self.caller, "sqs:SendMessage", &queue.place)?;
        }
        Ok(())
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
    /// The queues whose dead letters go to that one.
    fn sources_of(&self, queue: &Queue) -> Vec<Arc<Queue>> {
        let mut all = self.list(&queue.place.scope);
        all.retain(|other| {
            let known = other.known();
            known.settings.redrive.as_ref().is_some_and(|to| to.target == queue.place)
        });
        all
    }
}

fn shown(task: Record) -> Json {
    let mut shown = json!({
        "Status": task.status,
        "SourceArn": task.source,
        "ApproximateNumberOfMessagesMoved": task.moved,
        "ApproximateNumberOfMessagesToMove": task.to_move,
        "StartedTimestamp": task.started_ms,
    });
    if task.status == Status::Running {
        shown["TaskHandle"] = json!(task.handle);
    }
    if let Some(arn) = task.destination {
        shown["DestinationArn"] = json!(arn);
    }
    if let Some(rate) = task.rate {
        shown["MaxNumberOfMessagesPerSecond"] = json!(rate);
    }
    if let Some(why) = task.failure {
        shown["FailureReason"] = json!(why);
    }
    shown
}
