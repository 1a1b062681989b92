//! DeleteMessage, ChangeMessageVisibility, and batches of them.

use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_journal::EntryId;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Answered, Ask, batch, number, within};
use crate::error::{handle as not_a_handle, missing, value};
use crate::message::Handle;
use crate::queue::Queue;
use crate::state::NotHeld;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct One {
    queue_url: Option<String>,
    #[serde(flatten)]
    entry: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Several {
    queue_url: Option<String>,
    entries: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(default)]
    id: String,
    receipt_handle: Option<String>,
    #[serde(default, deserialize_with = "number")]
    visibility_timeout: Option<i64>,
}

impl Ask<'_> {
    pub(super) async fn delete_message(self, input: One) -> Answered {
        let queue = self.queue_to("sqs:DeleteMessage", input.queue_url.as_deref())?;
        let id = self.leaving(&queue, &input.entry)?;
        self.queues.delete_received(&queue, id.into_iter().collect()).await?;
        Ok(Json::Null)
    }

    pub(super) async fn delete_batch(self, input: Several) -> Answered {
        let queue = self.queue_to("sqs:DeleteMessage", input.queue_url.as_deref())?;
        let entries = batch::entries(input.entries, |entry| &entry.id)?;
        let (mut ids, mut successful, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for entry in &entries {
            match self.leaving(&queue, entry) {
                Ok(id) => {
                    ids.extend(id);
                    successful.push(json!({ "Id": entry.id }));
                }
                Err(error) => failed.push(batch::failed(&entry.id, &error)),
            }
        }
        self.queues.delete_received(&queue, ids).await?;
        Ok(batch::answer(successful, failed))
    }

    pub(super) fn change_visibility(self, input: One) -> Answered {
        let queue = self.queue_to("sqs:ChangeMessageVisibility", input.queue_url.as_deref())?;
        self.change(&queue, &input.entry)?;
        Ok(Json::Null)
    }

    pub(super) fn change_batch(self, input: Several) -> Answered {
        let queue = self.queue_to("sqs:ChangeMessageVisibility", input.queue_url.as_deref())?;
        let entries = batch::entries(input.entries, |entry| &entry.id)?;
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for entry in &entries {
            match self.change(&queue, entry) {
                Ok(()) => successful.push(json!({ "Id": entry.id })),
                Err(error) => failed.push(batch::failed(&entry.id, &error)),
            }
        }
        Ok(batch::answer(successful, failed))
    }

    fn queue_to(&self, action: &str, url: Option<&str>) -> Result<Arc<Queue>, AwsError> {
        self.queues.permitted(self.caller, action, &self.place(url)?)
    }

    /// Begins the end of a message; none where it is not there any more, which is as good.
    fn leaving(&self, queue: &Queue, entry: &Entry) -> Result<Option<EntryId>, AwsError> {
        let (text, handle) = handle(queue, entry)?;
        let now = self.queues.now();
        let mut state = queue.state();
        if state.find(handle.entry, handle.message).is_none() {
            return Ok(None);
        }
        // Of a FIFO queue only who still has it may delete it: its group has gone on otherwise.
        if queue.fifo && !state.holds(now, handle.entry, handle.received) {
            let reason = "The receipt handle has expired.";
            return Err(value(text, "ReceiptHandle", reason));
        }
        Ok(state.leave(handle.entry).then_some(handle.entry))
    }

    fn change(&self, queue: &Queue, entry: &Entry) -> Result<(), AwsError> {
        let (text, handle) = handle(queue, entry)?;
        let seconds = within(entry.visibility_timeout, "VisibilityTimeout", 0, 43_200)?;
        let seconds = seconds.ok_or_else(|| missing("VisibilityTimeout"))?;
        let unavailable =
            "Message does not exist or is not available for visibility timeout change.";
        let gone = || value(text, "ReceiptHandle", unavailable);
        if queue.state().find(handle.entry, handle.message).is_none() {
            return Err(gone());
        }
        let changed = self.queues.hide_one(queue, &handle, seconds * 1_000);
        changed.map_err(|why| match why {
            NotHeld::Gone => gone(),
            NotHeld::NotInFlight => {
                AwsError::new("MessageNotInflight", 400, "The message referred to isn't in flight.")
            }
        })
    }
}

fn handle<'e>(queue: &Queue, entry: &'e Entry) -> Result<(&'e str, Handle), AwsError> {
    let text = entry.receipt_handle.as_deref().filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| missing("ReceiptHandle"))?;
    let handle = Handle::read(text, &queue.arn).ok_or_else(|| not_a_handle(text))?;
    Ok((text, handle))
}
