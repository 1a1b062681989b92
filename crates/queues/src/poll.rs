//! Receiving: what waits for messages, and what becomes of those that nobody is to have any more.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fika_journal::EntryId;
use fika_service::Caller;
use tokio::time::sleep;

use crate::error::no_queue;
use crate::message::{Delivered, Handle, Head, sequence, unpacked};
use crate::name::Place;
use crate::queue::Queue;
use crate::room::Queues;
use crate::state::{Ask, NotHeld, Received};

/// How long a receiver waits where dead letters cannot be moved, or old messages not removed.
const STUCK: Duration = Duration::from_secs(1);

/// What a poller has to know of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueFacts {
    /// How long a message is hidden that somebody received.
    pub visibility: Duration,
    /// Messages that somebody who asks now may receive, about.
    pub ready: usize,
    /// Messages that somebody has, about.
    pub in_flight: usize,
    /// Messages that are delayed, about.
    pub delayed: usize,
    /// How long ago the oldest was sent.
    pub oldest: Option<Duration>,
}

/// What came of one look at a queue.
struct Settled {
    given: Vec<Delivered>,
    /// How many went to the dead letters.
    buried: usize,
    /// Whether some that are not to be received are still there.
    stuck: bool,
}

impl Queues {
    /// How a queue stands; none where there is no such queue.
    #[must_use]
    pub fn facts(&self, arn: &str) -> Option<QueueFacts> {
        Some(self.facts_of(&*self.find(&Place::of_arn(arn)?)?))
    }

    pub(crate) fn facts_of(&self, queue: &Queue) -> QueueFacts {
        let visibility = Duration::from_millis(queue.known().settings.visibility_ms);
        let (now, mut state) = (self.now(), queue.state());
        let counts = state.counts(now);
        let oldest = state.oldest().map(|sent| Duration::from_millis(now.saturating_sub(sent)));
        let (ready, in_flight, delayed) = (counts.ready, counts.in_flight, counts.delayed);
        QueueFacts { visibility, ready, in_flight, delayed, oldest }
    }

    /// Whether somebody may do that to a queue, there or not.
    ///
    /// # Errors
    /// Why not, in AWS's words.
    pub fn allow(
        &self,
        caller: &Caller,
        action: &str,
        arn: &str,
    ) -> Result<(), fika_aws::shape::AwsError> {
        let place = Place::of_arn(arn).ok_or_else(no_queue)?;
        self.permitted(caller, action, &place).map(|_| ())
    }

    /// Receives messages for somebody of the house, as soon as there are any, but waits at most so long. None
    /// where there is no such queue.
    pub async fn poll(&self, arn: &str, max: usize, wait: Duration) -> Option<Vec<Delivered>> {
        let queue = self.find(&Place::of_arn(arn)?)?;
        let ask = self.ask(&queue, max);
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        Some(self.receive(&queue, ask, wait_ms).await)
    }

    /// Deletes what was received, for somebody of the house.
    ///
    /// # Errors
    /// Where the journal cannot be written: the messages are still there.
    pub async fn done(
        &self,
        arn: &str,
        handles: &[String],
    ) -> Result<(), fika_aws::shape::AwsError> {
        let Some(queue) = Place::of_arn(arn).and_then(|place| self.find(&place)) else {
            return Ok(());
        };
        let ids = {
            let mut state = queue.state();
            let handles = handles.iter().filter_map(|handle| Handle::read(handle, arn));
            handles.map(|handle| handle.entry).filter(|id| state.leave(*id)).collect()
        };
        self.delete_received(&queue, ids).await
    }

    /// Deletes messages that are leaving, for who received them.
    pub(crate) async fn delete_received(
        &self,
        queue: &Arc<Queue>,
        ids: Vec<EntryId>,
    ) -> Result<(), fika_aws::shape::AwsError> {
        let messages = ids.len();
        self.remove(queue, ids).await?;
        queue.counted.deleted(messages, self.now());
        Ok(())
    }

    /// Hides what was received for so long from now, for somebody of the house; what is not received any more
    /// stays as it is.
    pub fn hide(&self, arn: &str, handles: &[String], time: Duration) {
        let Some(queue) = Place::of_arn(arn).and_then(|place| self.find(&place)) else { return };
        let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        for handle in handles.iter().filter_map(|handle| Handle::read(handle, arn)) {
            let hidden = self.hide_one(&queue, &handle, ms);
            tracing::trace!(?hidden, "a message is hidden for another time");
        }
    }

    pub(crate) fn hide_one(&self, queue: &Queue, handle: &Handle, ms: u64) -> Result<(), NotHeld> {
        let hidden = queue.state().hide(self.now(), handle.entry, handle.received, ms);
        // Whoever waits has another time to wait for.
        queue.wake.notify_one();
        hidden
    }

    /// What a receiver asks for by the queue's settings.
    pub(crate) fn ask(&self, queue: &Queue, max: usize) -> Ask {
        let known = queue.known();
        let settings = &known.settings;
        Ask {
            max,
            visibility_ms: settings.visibility_ms,
            retention_ms: settings.retention_ms,
            receives: self.receives(queue),
            attempt: None,
        }
    }

    /// How often a message may be received; any number of times without a queue that takes it then.
    fn receives(&self, queue: &Queue) -> Option<u32> {
        let known = queue.known();
        let redrive = known.settings.redrive.as_ref()?;
        let target = self.find(&redrive.target)?;
        target.known().settings.takes_from(&queue.arn).then_some(redrive.most)
    }

    /// Receives messages as soon as there are any, but waits at most so long.
    pub(crate) async fn receive(
        &self,
        queue: &Arc<Queue>,
        mut ask: Ask,
        wait_ms: u64,
    ) -> Vec<Delivered> {
        let mut closing = self.closing();
        let until = self.now().saturating_add(wait_ms);
        loop {
            let woken = queue.wake.notified();
            let now = self.now();
            // The queue of the dead letters may have gone meanwhile.
            ask.receives = self.receives(queue);
            let (got, next, more) = {
                let mut state = queue.state();
                let got = state.receive(now, &ask);
                (got, state.next(), state.has_ready())
            };
            if more {
                queue.wake.notify_one();
            }
            let Settled { given, buried, stuck } = self.settle(queue, got).await;
            if !given.is_empty() {
                queue.counted.received(given.len(), now);
                return given;
            }
            if buried > 0 {
                continue;
            }
            if now >= until || queue.state().is_closed() {
                queue.counted.received(0, now);
                return Vec::new();
            }
            let at = next.map_or(until, |next| next.min(until)).max(now.saturating_add(1));
            // Where something could not be moved or removed, who put it back has woken this very loop.
            let rest = if stuck { STUCK } else { Duration::from_millis(at - now) };
            tokio::select! {
                () = woken, if !stuck => {}
                () = sleep(rest) => {}
                _ = closing.wait_for(|closing| *closing) => return Vec::new(),
            }
        }
    }

    /// Sees to what was set aside, and reads what was given.
    async fn settle(&self, queue: &Arc<Queue>, got: Received) -> Settled {
        // Both are begun at once, and go on by themselves where the receiver leaves meanwhile. What the
        // journal keeps of the old is looked for again.
        let dead = got.dead.len();
        let old = async { got.old.is_empty() || self.remove(queue, got.old).await.is_ok() };
        let bury = async { if got.dead.is_empty() { 0 } else { self.bury(queue, got.dead).await } };
        let (removed, buried) = tokio::join!(old, bury);
        if !got.given.is_empty() {
            self.note(&got.given);
        }
        let mut given = Vec::with_capacity(got.given.len());
        for (id, head) in got.given {
            match self.journal().body(id).await {
                Ok(Some(body)) => given.extend(delivered(queue, id, head, &body)),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, queue = %queue.arn, "a message is not read"),
            }
        }
        Settled { given, buried, stuck: buried < dead || !removed }
    }

    /// Moves messages to the queue of the dead letters; says how many it took.
    async fn bury(&self, queue: &Arc<Queue>, dead: Vec<(EntryId, Head)>) -> usize {
        let redrive = queue.known().settings.redrive.clone();
        let target = redrive.and_then(|redrive| self.find(&redrive.target));
        let Some(target) = target else {
            let (mut state, now) = (queue.state(), self.now());
            dead.iter().for_each(|(id, _)| state.back(now, *id));
            return 0;
        };
        let now = self.now();
        let known = target.known();
        let letters = dead.into_iter().map(|(id, mut head)| {
            head.source = Some(queue.arn.clone());
            head.visible = now.saturating_add(known.settings.delay_ms);
            if target.fifo {
                head.sent = now;
            }
            (id, head)
        });
        self.transfer(queue, &target, letters.collect()).await
    }
}

fn delivered(queue: &Queue, id: EntryId, head: Head, body: &[u8]) -> Option<Delivered> {
    let Some((text, attributes)) = unpacked(body) else {
        tracing::warn!(queue = %queue.arn, message = %head.id, "a message cannot be read");
        return None;
    };
    let handle = Handle { entry: id, received: head.received, message: head.id };
    Some(Delivered {
        id: head.id,
        handle: handle.shown(&queue.arn),
        body: text,
        attributes,
        group: head.group.clone(),
        system: system(queue, id, head),
    })
}

fn system(queue: &Queue, id: EntryId, head: Head) -> BTreeMap<&'static str, String> {
    let first = head.first.unwrap_or(head.sent);
    let optional = [
        ("AWSTraceHeader", head.trace),
        ("DeadLetterQueueSourceArn", head.source),
        ("MessageDeduplicationId", head.deduplication),
        ("MessageGroupId", head.group.map(|group| group.to_string())),
        ("SequenceNumber", queue.fifo.then(|| sequence(id))),
    ];
    let always = [
        ("SenderId", head.sender),
        ("SentTimestamp", head.sent.to_string()),
        ("ApproximateReceiveCount", head.received.to_string()),
        ("ApproximateFirstReceiveTimestamp", first.to_string()),
    ];
    let optional = optional.into_iter().filter_map(|(name, value)| Some((name, value?)));
    optional.chain(always).collect()
}

#[cfg(test)]
mod tests {
    use fika_journal::{Journal, JournalOptions};
    use fika_model::{AccountId, Region, RequestId, Scope};
    use fika_store::Store;

    use super::*;
    use crate::queue::Record;
    use crate::settings::{Settings, Texts};

    async fn queue(queues: &Queues, name: &str, attributes: Texts) -> Arc<Queue> {
        let account = AccountId::new("123456789012").expect("an account");
        let scope = Scope { account, region: Region::new("us-east-1").expect("a region") };
        let settings = Settings::read(attributes.clone(), false).expect("settings");
        let record = Record { attributes, tags: BTreeMap::new(), created_ms: 0, modified_ms: 0 };
        let place = Place { scope, name: name.into() };
        queues.create(place, record, settings).await.expect("a queue")
    }

    /// Else a receiver would try to bury it for ever, without a rest for anybody on its lane.
    #[tokio::test]
    async fn a_dead_letter_whose_queue_has_gone_is_received() {
        let dir = tempfile::tempdir().expect("a directory");
        let options = JournalOptions { disk_bytes: 1 << 30 };
        let (journal, _) = Journal::open(&dir.path().join("j"), options).expect("a journal");
        let store = Store::open(dir.path()).expect("a store");
        let queues = Queues::open(store, journal, Vec::new()).expect("queues");
        let dead = queue(&queues, "dead", Texts::new()).await;
        let redrive = format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":1}}"#, dead.arn);
        let attributes = [("RedrivePolicy".to_owned(), redrive)].into_iter().collect();
        let from = queue(&queues, "from", attributes).await;
        let head = Head {
            id: RequestId::random().0,
            sent: queues.now(),
            sender: String::new(),
            visible: 0,
            received: 0,
            first: None,
            group: None,
            deduplication: None,
            source: None,
            trace: None,
        };
        let body = crate::message::packed("hello", &BTreeMap::new());
        queues.send(&from, vec![crate::keep::Draft { head, body }]).await.expect("sent");
        let ask = Ask { visibility_ms: 0, ..queues.ask(&from, 1) };
        assert_eq!(ask.receives, Some(1));
        assert_eq!(queues.receive(&from, ask.clone(), 0).await.len(), 1);
        queues.delete(&dead).await.expect("deleted");
        assert_eq!(queues.receive(&from, ask, 0).await.len(), 1);
    }
}
