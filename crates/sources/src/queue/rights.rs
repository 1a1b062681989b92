//! Whether a queue can be read for a function: its role may, and the queue is there and hides messages long enough.

use std::time::Duration;

use fika_control::{EventSource, Reader, SourceCheck};
use fika_iam::Iam;
use fika_model::FunctionArn;
use fika_queues::Queues;
use fika_service::{Caller, Via};

/// What the role needs, as Lambda's documentation has it.
const CALLS: [&str; 3] = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];

/// Looks at queues before they are mapped.
#[derive(Debug)]
pub struct QueueCheck {
    /// The queues.
    pub queues: Queues,
    /// As whom they are read.
    pub iam: Iam,
}

impl SourceCheck for QueueCheck {
    fn check(&self, source: &EventSource, reader: &Reader) -> Result<(), String> {
        let EventSource::Queue { arn } = source else { return Ok(()) };
        may_read(&self.queues, &self.iam, &reader.function, &reader.role, arn)?;
        let hidden = self.queues.facts(arn).map_or(Duration::ZERO, |facts| facts.visibility);
        if hidden < reader.timeout {
            let (hidden, timeout) = (hidden.as_secs(), reader.timeout.as_secs());
            return Err(format!(
                "Queue visibility timeout: {hidden} seconds is less than Function timeout: {timeout} seconds"
            ));
        }
        Ok(())
    }
}

/// Whether a function's role may read a queue, and the queue is there.
///
/// # Errors
/// Why not, in AWS's words.
pub(super) fn may_read(
    queues: &Queues,
    iam: &Iam,
    function: &FunctionArn,
    role: &str,
    queue: &str,
) -> Result<(), String> {
    let scope = function.scope.clone();
    let service = "lambda.amazonaws.com";
    let acting = iam.acting_as(&scope.account, role, service, &function.name);
    let principal =
        acting.ok_or("The role defined for the function cannot be assumed by Lambda.")?;
    let caller = Caller { scope, principal, via: Via::default() };
    CALLS.into_iter().try_for_each(|call| {
        queues.allow(&caller, &format!("sqs:{call}"), queue).map_err(|error| match error.name() {
            "QueueDoesNotExist" => format!(
                "Error occurred while {call}. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. \
                 SQS Error Message: {}",
                error.message()
            ),
            _ => format!("The provided execution role does not have permissions to call {call} on SQS"),
        })
    })
}
