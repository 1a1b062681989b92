//! What the API's operations do. Each takes its input as JSON, whichever protocol it came in, and answers in JSON.
//!
//! - `queues`: creating, finding and deleting queues; `attributes`: what they are, and their tags
//! - `permissions`: who else may use them
//! - `send`, `receive`, `delete`: messages; `batch`: several at once
//! - `moves`: dead letters back to where they came from

pub(crate) mod attributes;
mod batch;
mod delete;
mod moves;
mod permissions;
mod queues;
mod receive;
pub(crate) mod send;

use fika_aws::shape::AwsError;
use fika_service::Caller;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::error::{internal, invalid, missing};
use crate::name::Place;
use crate::room::Queues;

/// What an operation answers; null for nothing.
type Answered = Result<Value, AwsError>;

/// One request.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) queues: &'a Queues,
    pub(crate) caller: &'a Caller,
    /// What a queue's URL begins with, for who asks.
    pub(crate) base: &'a str,
    /// `X-Amzn-Trace-Id`.
    pub(crate) trace: Option<&'a str>,
}

impl Ask<'_> {
    /// Does what is asked for.
    pub(crate) async fn answer(self, operation: &str, input: Value) -> Answered {
        match operation {
            "CreateQueue" => self.create_queue(read(input)?).await,
            "DeleteQueue" => self.delete_queue(read(input)?).await,
            "GetQueueUrl" => self.get_queue_url(read(input)?),
            "ListQueues" => self.list_queues(read(input)?),
            "ListDeadLetterSourceQueues" => self.list_sources(read(input)?),
            "PurgeQueue" => self.purge_queue(read(input)?).await,
            "GetQueueAttributes" => self.get_attributes(read(input)?),
            "SetQueueAttributes" => self.set_attributes(read(input)?).await,
            "TagQueue" => self.tag_queue(read(input)?).await,
            "UntagQueue" => self.untag_queue(read(input)?).await,
            "ListQueueTags" => self.list_tags(read(input)?),
            "AddPermission" => self.add_permission(read(input)?).await,
            "RemovePermission" => self.remove_permission(read(input)?).await,
            "SendMessage" => self.send_message(read(input)?).await,
            "SendMessageBatch" => self.send_batch(read(input)?).await,
            "ReceiveMessage" => self.receive_message(read(input)?).await,
            "DeleteMessage" => self.delete_message(read(input)?).await,
            "DeleteMessageBatch" => self.delete_batch(read(input)?).await,
            "ChangeMessageVisibility" => self.change_visibility(read(input)?),
            "ChangeMessageVisibilityBatch" => self.change_batch(read(input)?),
            "StartMessageMoveTask" => self.start_move(read(input)?).await,
            "ListMessageMoveTasks" => self.list_moves(read(input)?),
            "CancelMessageMoveTask" => self.cancel_move(read(input)?).await,
            _ => Err(unknown(operation)),
        }
    }

    /// The queue that a request names.
    fn place(&self, url: Option<&str>) -> Result<Place, AwsError> {
        let url = url.filter(|url| !url.is_empty()).ok_or_else(|| missing("QueueUrl"))?;
        Place::of_url(url, &self.caller.scope.region)
    }

    fn url(&self, place: &Place) -> String {
        format!("{}{}", self.base, place.path())
    }
}

fn unknown(operation: &str) -> AwsError {
    let text = format!("The action {operation:.100} is not valid for this endpoint.");
    AwsError::new("InvalidAction", 400, text)
}

fn read<T: DeserializeOwned>(input: Value) -> Result<T, AwsError> {
    serde_json::from_value(input).map_err(|error| {
        let text = format!("The request cannot be read: {error}");
        AwsError::new("SerializationException", 400, text)
    })
}

/// Runs a change to its end, even where whoever asked does not wait for it.
async fn to_the_end<T: Send + 'static>(
    change: impl Future<Output = Result<T, AwsError>> + Send + 'static,
) -> Result<T, AwsError> {
    tokio::spawn(change).await.map_err(internal)?
}

/// A number, which the query protocol has as a text.
fn number<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i64>, D::Error> {
    let wrong = |what: &Value| serde::de::Error::custom(format!("{what} is not a number"));
    match Value::deserialize(input)? {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => text.parse().map(Some).map_err(|_| wrong(&json!(text))),
        value => value.as_i64().map(Some).ok_or_else(|| wrong(&value)),
    }
}

/// A number between two others, where it is given.
fn within(number: Option<i64>, name: &str, least: i64, most: i64) -> Result<Option<u64>, AwsError> {
    let Some(number) = number else { return Ok(None) };
    if !(least..=most).contains(&number) {
        let reason = format!("Must be between {least} and {most}, if provided.");
        return Err(crate::error::value(&number.to_string(), name, &reason));
    }
    Ok(u64::try_from(number).ok())
}

/// The part of a list that a page shows, and where the next one begins.
fn page(
    all: Vec<String>,
    token: Option<&str>,
    most: Option<i64>,
) -> Result<(Vec<String>, Option<String>), AwsError> {
    let size = within(most, "MaxResults", 1, 1_000)?;
    let begin = match token {
        None => 0,
        Some(token) => {
            let wrong = |_| invalid("Invalid or expired next token.");
            token.parse::<usize>().map_err(wrong)?
        }
    };
    let size_or_all = size.and_then(|size| usize::try_from(size).ok()).unwrap_or(1_000);
    let total = all.len();
    let shown: Vec<_> = all.into_iter().skip(begin).take(size_or_all).collect();
    let end = begin.saturating_add(shown.len());
    // Who does not ask for pages gets a thousand, and no more, as on AWS.
    let next = (size.is_some() && end < total).then(|| end.to_string());
    Ok((shown, next))
}
