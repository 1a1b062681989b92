//! ReceiveMessage.

use fika_aws::shape::AwsError;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Answered, Ask, number, within};
use crate::error::invalid;
use crate::message::{Delivered, md5_of, md5_of_text};
use crate::queue::Queue;

/// Messages in flight of one queue, at most (120,000 by SQS's documentation).
const IN_FLIGHT: usize = 120_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Receive {
    queue_url: Option<String>,
    #[serde(default)]
    attribute_names: Option<Vec<String>>,
    #[serde(default)]
    message_system_attribute_names: Option<Vec<String>>,
    #[serde(default)]
    message_attribute_names: Option<Vec<String>>,
    #[serde(default, deserialize_with = "number")]
    max_number_of_messages: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    visibility_timeout: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    wait_time_seconds: Option<i64>,
    receive_request_attempt_id: Option<String>,
}

impl Ask<'_> {
    pub(super) async fn receive_message(self, input: Receive) -> Answered {
        let place = self.place(input.queue_url.as_deref())?;
        let queue = self.queues.permitted(self.caller, "sqs:ReceiveMessage", &place)?;
        let max = within(input.max_number_of_messages, "MaxNumberOfMessages", 1, 10)?.unwrap_or(1);
        let hidden = within(input.visibility_timeout, "VisibilityTimeout", 0, 43_200)?;
        let wait = within(input.wait_time_seconds, "WaitTimeSeconds", 0, 20)?;
        self.check_flight(&queue)?;
        let mut ask = self.queues.ask(&queue, usize::try_from(max).unwrap_or(1));
        ask.visibility_ms = hidden.map_or(ask.visibility_ms, |seconds| seconds * 1_000);
        ask.attempt = attempt(&queue, input.receive_request_attempt_id)?;
        let wait_ms = wait.map_or(queue.known().settings.wait_ms, |seconds| seconds * 1_000);
        let got = self.queues.receive(&queue, ask, wait_ms).await;
        let mut system = input.attribute_names.unwrap_or_default();
        system.extend(input.message_system_attribute_names.unwrap_or_default());
        let names = input.message_attribute_names.unwrap_or_default();
        let messages: Vec<Json> = got.iter().map(|one| shown(one, &system, &names)).collect();
        Ok(if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
    }

    fn check_flight(&self, queue: &Queue) -> Result<(), AwsError> {
        if queue.state().counts(self.queues.now()).in_flight < IN_FLIGHT {
            return Ok(());
        }
        let text = "Too many messages in flight: delete some that were received, or wait.";
        Err(AwsError::new("OverLimit", 403, text))
    }
}

fn attempt(queue: &Queue, attempt: Option<String>) -> Result<Option<String>, AwsError> {
    let Some(id) = attempt.filter(|_| queue.fifo) else { return Ok(None) };
    if !(1..=128).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(invalid(
            "ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 \
             to 128 in length.",
        ));
    }
    Ok(Some(id))
}

fn shown(message: &Delivered, system: &[String], names: &[String]) -> Json {
    let mut shown = json!({
        "MessageId": message.id.to_string(),
        "ReceiptHandle": message.handle,
        "MD5OfBody": md5_of_text(&message.body),
        "Body": message.body,
    });
    let all = system.iter().any(|name| name == "All");
    let told = message.system.iter().filter(|(name, _)| all || system.iter().any(|n| n == *name));
    let told: serde_json::Map<_, _> =
        told.map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    if !told.is_empty() {
        shown["Attributes"] = Json::Object(told);
    }
    let wanted = || message.attributes.iter().filter(|(name, _)| asked(name, names));
    if let Some(md5) = md5_of(wanted()) {
        let wanted = wanted().map(|(name, value)| (name.clone(), json!(value)));
        shown["MD5OfMessageAttributes"] = json!(md5);
        shown["MessageAttributes"] = Json::Object(wanted.collect());
    }
    shown
}

/// Whether an attribute is asked for: by its name, its beginning (`a.*`), or with all.
fn asked(name: &str, names: &[String]) -> bool {
    names.iter().any(|wanted| {
        wanted == name
            || wanted == "All"
            || wanted.strip_suffix(".*").is_some_and(|prefix| name.starts_with(prefix))
    })
}

#[cfg(test)]
mod tests {
    use super::asked;

    #[test]
    fn attributes_are_asked_for_by_name_and_beginning() {
        let is = |name, wanted: &str| asked(name, &[wanted.to_owned()]);
        assert!(is("a", "All") && is("a", ".*") && is("Help.Me", "Hel.*") && is("a", "a"));
        assert!(!is("a", "b") && !is("a", "") && !is("a", "*") && !is("a", "A"));
    }
}
