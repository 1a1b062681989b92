//! A caller in the queue, who may hang up at any moment.

use std::sync::Arc;

use fika_placement::PlacementService;
use fika_worker::WorkerService;
use tokio::sync::oneshot;

use crate::drive::{Answer, Inner, Shard};
use crate::pools::Ticket;
use crate::{AssignError, Lease};

/// Leaves the queue when dropped. A sandbox that was granted in that moment goes back: either
/// it is still in the channel and is taken out here, or the channel is closed before it is
/// sent, and the sender keeps it.
pub(crate) struct Waiting<'a, P: PlacementService, W: WorkerService> {
    inner: &'a Arc<Inner<P, W>>,
    shard: &'a Shard,
    ticket: Ticket,
    answer: oneshot::Receiver<Answer>,
    answered: bool,
}

impl<'a, P: PlacementService, W: WorkerService> Waiting<'a, P, W> {
    pub(crate) fn new(
        inner: &'a Arc<Inner<P, W>>,
        shard: &'a Shard,
        ticket: Ticket,
        answer: oneshot::Receiver<Answer>,
    ) -> Self {
        Self { inner, shard, ticket, answer, answered: false }
    }

    pub(crate) async fn answer(mut self) -> Result<Lease, AssignError> {
        let answer = (&mut self.answer).await;
        self.answered = true;
        // Every waiter is answered; only the end of the whole process drops one unanswered.
        answer.unwrap_or(Err(AssignError::Draining))
    }
}

impl<P: PlacementService, W: WorkerService> Drop for Waiting<'_, P, W> {
    fn drop(&mut self) {
        if self.answered {
            return;
        }
        if self.shard.pools().cancel(&self.ticket) {
            return self.inner.wake_if_hungry();
        }
        self.answer.close();
        if let Ok(Ok(lease)) = self.answer.try_recv() {
            self.inner.give_back(lease);
        }
    }
}
