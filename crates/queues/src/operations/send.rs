//! SendMessage and SendMessageBatch; `checks`: what a message may be.

mod checks;

use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_service::Caller;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Answered, Ask, batch, number, within};
use crate::error::{invalid, missing, value};
use crate::keep::Draft;
use crate::message::{Attributes, Head, Value, hex, md5_of, md5_of_text, packed, sequence};
use crate::queue::Queue;
use crate::settings::MESSAGE_BYTES;
use crate::state::Sent;
pub(crate) use checks::check_trace;
use checks::{check_attributes, check_text, check_token};

const TRACE: &str = "AWSTraceHeader";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Send {
    queue_url: Option<String>,
    #[serde(flatten)]
    entry: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Batch {
    queue_url: Option<String>,
    entries: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(default)]
    id: String,
    message_body: Option<String>,
    #[serde(default, deserialize_with = "number")]
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: Option<Attributes>,
    #[serde(default)]
    message_system_attributes: Option<Attributes>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

/// A message that somebody wants to send.
#[derive(Debug, Default)]
pub(crate) struct Message {
    pub(crate) text: String,
    pub(crate) attributes: Attributes,
    pub(crate) trace: Option<String>,
    pub(crate) delay_ms: Option<u64>,
    pub(crate) group: Option<String>,
    pub(crate) deduplication: Option<String>,
}

/// What the answer says of a message: its MD5s.
struct Sums {
    text: String,
    attributes: Option<String>,
    system: Option<String>,
}

impl Ask<'_> {
    pub(super) async fn send_message(self, input: Send) -> Answered {
        let place = self.place(input.queue_url.as_deref())?;
        let queue = self.queues.permitted(self.caller, "sqs:SendMessage", &place)?;
        let sums = sums(&input.entry);
        let message = message(input.entry, self.trace)?;
        let draft = draft(&queue, self.caller, self.queues.now(), Uuid::new_v4(), message)?;
        let sent = self.queues.send(&queue, vec![draft]).await?;
        let sent = sent.first().ok_or_else(|| crate::error::internal("nothing was sent"))?;
        Ok(told(&queue, sent, sums))
    }

    pub(super) async fn send_batch(self, input: Batch) -> Answered {
        let place = self.place(input.queue_url.as_deref())?;
        let queue = self.queues.permitted(self.caller, "sqs:SendMessage", &place)?;
        let entries = batch::entries(input.entries, |entry| &entry.id)?;
        let bytes: usize = entries.iter().map(Entry::bytes).sum();
        if bytes > MESSAGE_BYTES {
            let text = format!(
                "Batch requests cannot be longer than {MESSAGE_BYTES} bytes. You have sent \
                 {bytes} bytes."
            );
            return Err(AwsError::new("BatchRequestTooLong", 400, text));
        }
        let (mut drafts, mut shown, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries {
            let (id, sums) = (entry.id.clone(), sums(&entry));
            let made = message(entry, self.trace).and_then(|message| {
                draft(&queue, self.caller, self.queues.now(), Uuid::new_v4(), message)
            });
            match made {
                Ok(draft) => {
                    drafts.push(draft);
                    shown.push((id, sums));
                }
                Err(error) => failed.push(batch::failed(&id, &error)),
            }
        }
        let sent = match drafts.is_empty() {
            true => Vec::new(),
            false => self.queues.send(&queue, drafts).await?,
        };
        let successful = shown.into_iter().zip(&sent).map(|((id, sums), sent)| {
            let mut told = told(&queue, sent, sums);
            told["Id"] = json!(id);
            told
        });
        Ok(batch::answer(successful.collect(), failed))
    }
}

impl Entry {
    fn bytes(&self) -> usize {
        let attributes = self.message_attributes.iter().flatten();
        let text = self.message_body.as_ref().map_or(0, String::len);
        text + attributes.map(|(name, value)| size(name, value)).sum::<usize>()
    }
}

/// `trace` is what the request came with: a message that says none itself is of that chain of calls.
fn message(entry: Entry, trace: Option<&str>) -> Result<Message, AwsError> {
    let text = entry.message_body.filter(|text| !text.is_empty());
    let delay = within(entry.delay_seconds, "DelaySeconds", 0, 900)?;
    let mut system = entry.message_system_attributes.unwrap_or_default();
    let own = system.remove(TRACE).and_then(|value| value.string_value);
    if let Some(name) = system.keys().next() {
        let reason = "Message system attribute name is invalid.";
        return Err(value(name, "MessageSystemAttributes", reason));
    }
    Ok(Message {
        text: text.ok_or_else(|| missing("MessageBody"))?,
        attributes: entry.message_attributes.unwrap_or_default(),
        trace: own.or_else(|| trace.map(str::to_owned)),
        delay_ms: delay.map(|seconds| seconds * 1_000),
        group: entry.message_group_id,
        deduplication: entry.message_deduplication_id,
    })
}

/// A message as that queue takes it.
///
/// # Errors
/// As on AWS.
pub(crate) fn draft(
    queue: &Queue,
    caller: &Caller,
    now: u64,
    id: Uuid,
    message: Message,
) -> Result<Draft, AwsError> {
    let known = queue.known();
    let settings = &known.settings;
    check_text(&message.text)?;
    check_attributes(&message.attributes)?;
    check_trace(message.trace.as_deref())?;
    let attributes: usize = message.attributes.iter().map(|(name, one)| size(name, one)).sum();
    if message.text.len() + attributes > settings.message_bytes {
        let text = format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {} bytes.",
            settings.message_bytes
        );
        return Err(invalid(text));
    }
    let deduplication = order(queue, settings.by_content, &message)?;
    let delay = message.delay_ms.unwrap_or(settings.delay_ms);
    let head = Head {
        id,
        sent: now,
        sender: sender(caller),
        visible: if delay > 0 { now.saturating_add(delay) } else { 0 },
        received: 0,
        first: None,
        group: message.group.map(Arc::from),
        deduplication,
        source: None,
        trace: message.trace,
    };
    Ok(Draft { head, body: packed(&message.text, &message.attributes) })
}

/// Checks what is about order; answers what the message is known by.
fn order(queue: &Queue, by_content: bool, message: &Message) -> Result<Option<String>, AwsError> {
    let foreign = "The request include parameter that is not valid for this queue type.";
    check_token(message.group.as_deref(), "MessageGroupId")?;
    check_token(message.deduplication.as_deref(), "MessageDeduplicationId")?;
    if !queue.fifo {
        return match &message.deduplication {
            Some(id) => Err(value(id, "MessageDeduplicationId", foreign)),
            None => Ok(None),
        };
    }
    if let Some(ms) = message.delay_ms.filter(|ms| *ms > 0) {
        return Err(value(&(ms / 1_000).to_string(), "DelaySeconds", foreign));
    }
    if message.group.is_none() {
        return Err(missing("MessageGroupId"));
    }
    match &message.deduplication {
        Some(id) => Ok(Some(id.clone())),
        None if by_content => Ok(Some(hex(&Sha256::digest(message.text.as_bytes())))),
        None => Err(invalid(
            "The queue should either have ContentBasedDeduplication enabled or \
             MessageDeduplicationId provided explicitly",
        )),
    }
}

fn size(name: &str, value: &Value) -> usize {
    let text = value.string_value.as_ref().map_or(0, String::len);
    let bytes = value.binary_value.as_ref().map_or(0, |text| text.len() / 4 * 3);
    name.len() + value.data_type.len() + text + bytes
}

fn sender(caller: &Caller) -> String {
    match &caller.principal {
        fika_iam::Principal::Root(account) => account.to_string(),
        principal => principal.user_id(),
    }
}

fn sums(entry: &Entry) -> Sums {
    Sums {
        text: md5_of_text(entry.message_body.as_deref().unwrap_or_default()),
        attributes: md5_of(entry.message_attributes.iter().flatten()),
        system: md5_of(entry.message_system_attributes.iter().flatten()),
    }
}

fn told(queue: &Queue, sent: &Sent, sums: Sums) -> Json {
    let mut told = json!({ "MessageId": sent.message.to_string(), "MD5OfMessageBody": sums.text });
    if let Some(md5) = sums.attributes {
        told["MD5OfMessageAttributes"] = json!(md5);
    }
    if let Some(md5) = sums.system {
        told["MD5OfMessageSystemAttributes"] = json!(md5);
    }
    if queue.fifo {
        told["SequenceNumber"] = json!(sequence(sent.sequence));
    }
    told
}
