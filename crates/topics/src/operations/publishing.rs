//! Publishing one message, or up to ten.

use std::collections::HashSet;

use fika_aws::query::Xml;
use fika_aws::shape::AwsError;
use fika_journal::Batch;

use super::Ask;
use crate::error::invalid;
use crate::message::{MESSAGE_BYTES, Message};
use crate::publish::Published;
use crate::wire::Answered;

/// The most messages in a batch.
const BATCH: usize = 10;

impl Ask<'_> {
    pub(super) async fn publish(self) -> Answered {
        if self.form.get("PhoneNumber").is_some() {
            return Err(invalid("PhoneNumber Reason: fika sends no text messages"));
        }
        let name = if self.form.get("TargetArn").is_some() { "TargetArn" } else { "TopicArn" };
        let (place, topic) = self.topic(name, "Publish")?;
        let message = self.message("")?;
        let taken = self.topics.take(&place, &topic, vec![message], Batch::new()).await?;
        Ok(taken.first().map(|taken| shown(taken, Xml::new())))
    }

    pub(super) async fn publish_batch(self) -> Answered {
        let (place, topic) = self.topic("TopicArn", "Publish")?;
        let ids = self.form.list("PublishBatchRequestEntries", ".Id");
        check(&ids)?;
        let (mut good, mut failed) = (Vec::new(), Vec::new());
        let mut bytes = 0;
        for (n, id) in (1..).zip(&ids) {
            match self.message(&format!("PublishBatchRequestEntries.member.{n}.")) {
                Ok(message) => {
                    bytes += message.size();
                    good.push((id, message));
                }
                Err(error) => failed.push(failure(id, &error)),
            }
        }
        if bytes > MESSAGE_BYTES {
            let text = "The length of all the messages put together is more than the limit.";
            return Err(AwsError::new("BatchRequestTooLong", 400, text));
        }
        let mut done = Vec::new();
        let (ids, messages): (Vec<_>, Vec<_>) = good.into_iter().unzip();
        let taken = self.topics.take(&place, &topic, messages, Batch::new()).await?;
        for (id, taken) in ids.iter().zip(taken) {
            done.push(shown(&taken, Xml::new().text("Id", id)));
        }
        Ok(Some(Xml::new().list("Successful", done).list("Failed", failed)))
    }

    fn message(self, prefix: &str) -> Result<Message, AwsError> {
        let mut message = Message::of(self.form, prefix)?;
        message.trace = self.trace.map(str::to_owned);
        Ok(message)
    }
}

fn shown(taken: &Published, xml: Xml) -> Xml {
    let sequence = taken.sequence();
    xml.text("MessageId", &taken.id.to_string()).maybe("SequenceNumber", sequence.as_deref())
}

fn failure(id: &str, error: &AwsError) -> Xml {
    let xml = Xml::new().text("Id", id).text("Code", error.name());
    xml.text("Message", error.message()).text("SenderFault", "true")
}

fn check(ids: &[String]) -> Result<(), AwsError> {
    let refuse = |name, text: &str| Err(AwsError::new(name, 400, text));
    if ids.is_empty() {
        return refuse("EmptyBatchRequest", "The batch request doesn't contain any entries.");
    }
    if ids.len() > BATCH {
        let text = "The batch request contains more entries than permissible.";
        return refuse("TooManyEntriesInBatchRequest", text);
    }
    let fine = |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_';
    if ids.iter().any(|id| id.is_empty() || id.len() > 80 || !id.chars().all(fine)) {
        let text = "The Id of a batch entry in a batch request doesn't abide by the specification.";
        return refuse("InvalidBatchEntryId", text);
    }
    if ids.iter().collect::<HashSet<_>>().len() < ids.len() {
        let text = "Two or more batch entries in the request have the same Id.";
        return refuse("BatchEntryIdsNotDistinct", text);
    }
    Ok(())
}
