//! From a message to events: one for each subscription that wants it, all accepted together.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fika_aws::shape::AwsError;
use fika_events::{Event, Retries, Sender};
use fika_journal::{Batch, JournalError};
use fika_model::RequestId;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::invalid;
use crate::filter::Seen;
use crate::message::Message;
use crate::notice::Notice;
use crate::record::{Place, Protocol, Subscription, Topic};
use crate::room::Topics;

/// How long a FIFO topic remembers what it took.
const LATELY_MS: u64 = 300_000;
/// How long SNS tries queues: "100,015 times, over 23 days".
const RETRIES: Retries = Retries { most: 100_015, age: Duration::from_secs(23 * 86_400) };

/// What becomes of a published message.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    pub(crate) id: Uuid,
    /// Of FIFO topics.
    pub(crate) sequence: Option<u64>,
}

impl Published {
    pub(crate) fn sequence(&self) -> Option<String> {
        self.sequence.map(|number| format!("{number:020}"))
    }
}

impl Topics {
    /// Takes messages: all are on disk, for all who want them, when this returns; or none is.
    pub(crate) async fn take(
        &self,
        place: &Place,
        topic: &Topic,
        messages: &[Message],
    ) -> Result<Vec<Published>, AwsError> {
        self.take_with(place, topic, messages, Batch::new()).await
    }

    /// The same together with changes of the caller's own entries of the journal, made if the messages are taken and
    /// not otherwise. The batch puts nothing.
    pub(crate) async fn take_with(
        &self,
        place: &Place,
        topic: &Topic,
        messages: &[Message],
        batch: Batch,
    ) -> Result<Vec<Published>, AwsError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = now.as_millis() as u64;
        let (mut published, mut events, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for message in messages {
            let key = key(place, topic, message)?;
            if let Some(before) = key.as_ref().and_then(|key| self.before(place, key, now)) {
                published.push(before);
                continue;
            }
            let sequence = key.is_some().then(|| self.next(now));
            let one = Published { id: Uuid::new_v4(), sequence };
            if let Some(key) = key {
                self.remember(place, &key, now, &one);
                keys.push(key.clone());
                events.extend(notify(place, topic, message, &one, now, Some(key)));
            } else {
                events.extend(notify(place, topic, message, &one, now, None));
            }
            published.push(one);
        }
        if let Err(error) = self.accept(events, batch).await {
            keys.into_iter().for_each(|key| self.forget(place, key));
            return Err(error);
        }
        Ok(published)
    }

    async fn accept(&self, events: Vec<Event>, batch: Batch) -> Result<(), AwsError> {
        self.inner.events.accept_with(batch, events).await.map_err(|error| match error {
            JournalError::Full => AwsError::new("Throttled", 429, error.to_string()),
            _ => crate::error::internal(&error),
        })
    }

    /// Numbers that grow also over a restart.
    fn next(&self, now: u64) -> u64 {
        let least = now << 20;
        self.inner.sequence.fetch_max(least, Ordering::Relaxed);
        self.inner.sequence.fetch_add(1, Ordering::Relaxed)
    }

    fn before(&self, place: &Place, key: &str, now: u64) -> Option<Published> {
        let lately = self.inner.lately.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, published) = lately.get(&(place.clone(), key.to_owned()))?;
        (now.saturating_sub(*at) < LATELY_MS).then(|| published.clone())
    }

    fn remember(&self, place: &Place, key: &str, now: u64, it: &Published) {
        let mut lately = self.inner.lately.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked through whenever it has doubled, so a message costs no more for what came before it.
        if lately.len() == lately.capacity() {
            lately.retain(|_, (at, ..)| now.saturating_sub(*at) < LATELY_MS);
        }
        lately.insert((place.clone(), key.to_owned()), (now, it.clone()));
    }

    fn forget(&self, place: &Place, key: String) {
        let mut lately = self.inner.lately.lock().unwrap_or_else(PoisonError::into_inner);
        lately.remove(&(place.clone(), key));
    }
}

/// By what a FIFO topic knows a message again.
fn key(place: &Place, topic: &Topic, message: &Message) -> Result<Option<String>, AwsError> {
    if !place.is_fifo() {
        return match message.deduplication {
            Some(_) => Err(invalid(
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type",
            )),
            None => Ok(None),
        };
    }
    if message.group.as_deref().is_none_or(str::is_empty) {
        return Err(invalid("The MessageGroupId parameter is required for FIFO topics"));
    }
    match &message.deduplication {
        Some(id) => Ok(Some(id.clone())),
        None if topic.is_on("ContentBasedDeduplication") => {
            let digest = Sha256::digest(message.text.as_bytes());
            Ok(Some(digest.iter().map(|byte| format!("{byte:02x}")).collect()))
        }
        None => Err(invalid(
            "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
        )),
    }
}

fn notify(
    place: &Place,
    topic: &Topic,
    message: &Message,
    published: &Published,
    now: u64,
    key: Option<String>,
) -> Vec<Event> {
    let seen = Seen::new(message);
    let wants = |id: &Uuid| topic.filters.get(id).is_none_or(|filter| filter.wants(&seen));
    let subscriptions = topic.record.subscriptions.iter().filter(|(id, _)| wants(id));
    let event = |(id, subscription): (&Uuid, &Subscription)| {
        let (arn, own) = (place.arn(), place.subscription_arn(*id));
        let time = Timestamp::from_millisecond(now as i64).unwrap_or_default();
        let sequence = published.sequence();
        let notice = Notice {
            message,
            id: &published.id.to_string(),
            topic: &arn,
            subscription: &own,
            region: place.scope.region.as_str(),
            time: &format!("{time:.3}"),
            sequence: sequence.as_deref(),
        };
        envelope(place, subscription, &notice, key.clone())
    };
    subscriptions.map(event).collect()
}

fn envelope(
    place: &Place,
    subscription: &Subscription,
    notice: &Notice<'_>,
    key: Option<String>,
) -> Event {
    let Message { attributes, group, .. } = notice.message;
    let queue = subscription.protocol == Protocol::Sqs;
    let fifo = subscription.endpoint.ends_with(".fifo");
    let raw = queue && subscription.is_raw();
    let payload = match subscription.protocol {
        Protocol::Sqs if raw => notice.message.text_for(Protocol::Sqs).to_owned(),
        Protocol::Sqs => notice.notification(),
        Protocol::Lambda => notice.event(),
    };
    Event {
        id: RequestId::random(),
        scope: place.scope.clone(),
        sender: Sender::Service { name: "sns.amazonaws.com".into(), source: place.arn() },
        target: subscription.endpoint.clone(),
        payload: payload.into(),
        trace_id: None,
        client_context: None,
        tenant: None,
        attributes: if raw { attributes.clone() } else { Vec::new() },
        group: group.clone().filter(|_| queue),
        deduplication: key.filter(|_| fifo),
        retries: queue.then_some(RETRIES),
        dead_letters: subscription.dead_letters(),
    }
}
