//! From a message to events: one for each subscription that wants it.

use std::sync::Arc;
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
use crate::lately::Lately;
use crate::message::Message;
use crate::notice::Notice;
use crate::record::{Place, Protocol, Subscription, Topic};
use crate::room::Topics;

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

/// A message that a topic had not before.
struct Fresh {
    message: Message,
    key: Option<String>,
    published: Published,
}

impl Topics {
    /// Takes messages: all are on disk, for all who want them, when this returns. `batch` has changes of the caller's
    /// own entries of the journal, made if the messages are taken and not otherwise; it puts nothing.
    ///
    /// # Errors
    /// As on AWS. Some may have been sent to some subscriptions then: whoever publishes again sends to those again.
    pub(crate) async fn take(
        &self,
        place: &Place,
        topic: &Arc<Topic>,
        messages: Vec<Message>,
        batch: Batch,
    ) -> Result<Vec<Published>, AwsError> {
        let keyed = |message| Ok((key(place, topic, &message)?, message));
        let messages = messages.into_iter().map(keyed).collect::<Result<Vec<_>, AwsError>>()?;
        let (this, place, topic) = (self.clone(), place.clone(), Arc::clone(topic));
        // To the end, even where whoever asked does not wait for it: what is on disk is remembered.
        let taking = tokio::spawn(async move {
            if !place.is_fifo() {
                return this
                    .take_once(&place, &topic, messages, &mut Lately::default(), batch)
                    .await;
            }
            // Whoever else publishes to it waits to hear whether this was taken.
            let lately = this.lately(&place);
            let mut lately = lately.lock().await;
            this.take_once(&place, &topic, messages, &mut lately, batch).await
        });
        taking.await.map_err(|error| crate::error::internal(&error))?
    }

    async fn take_once(
        &self,
        place: &Place,
        topic: &Topic,
        messages: Vec<(Option<String>, Message)>,
        lately: &mut Lately,
        batch: Batch,
    ) -> Result<Vec<Published>, AwsError> {
        let (mut told, mut fresh) = (Vec::new(), Vec::<Fresh>::new());
        for (key, message) in messages {
            let twin = || fresh.iter().find(|one| one.key == key).map(|one| &one.published);
            let before = key.as_ref().and_then(|key| lately.get(key).or_else(twin));
            let published = before.cloned().unwrap_or_else(|| Published {
                id: Uuid::new_v4(),
                sequence: key.is_some().then(|| self.next()),
            });
            if before.is_none() {
                fresh.push(Fresh { message, key, published: published.clone() });
            }
            told.push(published);
        }
        let now = unix_ms();
        let events = fresh.iter().flat_map(|one| notify(place, topic, one, now));
        let accepted = self.inner.events.accept_all(batch, events).await;
        accepted.map_err(|error| match error {
            JournalError::Full | JournalError::Share => {
                AwsError::new("Throttled", 429, error.to_string())
            }
            _ => crate::error::internal(&error),
        })?;
        for Fresh { key, published, .. } in fresh {
            key.into_iter().for_each(|key| lately.remember(key, published.clone()));
        }
        Ok(told)
    }

    /// Numbers that grow also over a restart.
    fn next(&self) -> u64 {
        self.inner.sequence.fetch_max(unix_ms() << 20, Ordering::Relaxed);
        self.inner.sequence.fetch_add(1, Ordering::Relaxed)
    }
}

fn unix_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
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

/// What each of its subscriptions is sent of a message, made when it is asked for: it may be thousands of times the message.
fn notify<'a>(
    place: &'a Place,
    topic: &'a Topic,
    fresh: &'a Fresh,
    now: u64,
) -> impl Iterator<Item = Vec<Event>> + Send + 'a {
    let Fresh { message, key, published } = fresh;
    let (topic_arn, id) = (place.arn(), published.id.to_string());
    let (sequence, time) = (published.sequence(), i64::try_from(now).unwrap_or_default());
    let time = format!("{:.3}", Timestamp::from_millisecond(time).unwrap_or_default());
    let seen = Seen::new(message);
    topic.record.subscriptions.iter().map(move |(own, subscription): (&Uuid, &Subscription)| {
        if topic.filters.get(own).is_some_and(|filter| !filter.wants(&seen)) {
            return Vec::new();
        }
        let notice = Notice {
            message,
            id: &id,
            topic: &topic_arn,
            subscription: &place.subscription_arn(*own),
            region: place.scope.region.as_str(),
            time: &time,
            sequence: sequence.as_deref(),
        };
        vec![envelope(place, subscription, &notice, key.clone())]
    })
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
        trace_id: notice.message.trace.clone(),
        client_context: None,
        tenant: None,
        attributes: if raw { attributes.clone() } else { Vec::new() },
        group: group.clone().filter(|_| queue),
        deduplication: key.filter(|_| fifo),
        retries: queue.then_some(RETRIES),
        dead_letters: subscription.dead_letters(),
    }
}
