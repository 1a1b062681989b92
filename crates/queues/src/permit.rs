//! Who may do what with which queue.

use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_model::Scope;
use fika_service::Caller;

use crate::error::{no_queue, no_queue_or_access};
use crate::name::Place;
use crate::queue::Queue;
use crate::room::Queues;

impl Queues {
    /// The queue, if it is there and the caller may do that with it. Another account learns nothing of queues
    /// that are not open to it: not whether they are there.
    pub(crate) fn permitted(
        &self,
        caller: &Caller,
        action: &str,
        place: &Place,
    ) -> Result<Arc<Queue>, AwsError> {
        let (arn, found) = (place.arn(), self.find(place));
        if place.scope.account == caller.scope.account {
            let known = found.as_ref().map(|queue| queue.known());
            let policy = known.as_ref().and_then(|known| known.settings.policy.as_deref());
            caller.allow(action, &arn, policy, &[]).map_err(spelled)?;
            return found.ok_or_else(no_queue);
        }
        if !matches!(caller.principal, fika_iam::Principal::Service(_)) {
            caller.own_side(action, &arn).map_err(spelled)?;
        }
        let queue = found.ok_or_else(no_queue_or_access)?;
        let known = queue.known();
        let policy = known.settings.policy.as_deref();
        caller.allow(action, &arn, policy, &[]).map_err(|_| no_queue_or_access())?;
        Ok(queue)
    }

    /// The same for what only a queue's own account does.
    pub(crate) fn own(
        &self,
        caller: &Caller,
        action: &str,
        place: &Place,
    ) -> Result<Arc<Queue>, AwsError> {
        if place.scope.account != caller.scope.account {
            caller.own_side(action, &place.arn()).map_err(spelled)?;
            return Err(no_queue_or_access());
        }
        self.permitted(caller, action, place)
    }
}

/// Whether the caller may do that in its own account, to that ARN, there or not.
pub(crate) fn may(caller: &Caller, action: &str, arn: &str) -> Result<(), AwsError> {
    caller.allow(action, arn, None, &[]).map_err(spelled)
}

/// What an action is about that is about no one queue.
pub(crate) fn all(Scope { account, region }: &Scope) -> String {
    format!("arn:aws:sqs:{region}:{account}:*")
}

/// SQS says it without the name's end.
fn spelled(error: AwsError) -> AwsError {
    AwsError::new("AccessDenied", error.status(), error.message())
}
