//! The event of a batch of messages, as Lambda makes it. The form is that of *Using Lambda with Amazon SQS* in
//! its documentation, and of the `aws_lambda_events` crate.

use bytes::Bytes;
use fika_queues::Delivered;
use serde_json::{Map, Value, json};

/// The longest event, bytes.
pub(super) const EVENT_BYTES: usize = 6 * 1024 * 1024;

/// What is around the records.
const AROUND: usize = r#"{"Records":[]}"#.len();

/// One message of a queue in that region.
pub(super) fn record(message: &Delivered, queue: &str) -> Value {
    let attributes: Map<String, Value> =
        message.system.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let own = message.attributes.iter().map(|(name, value)| {
        let mut shown = json!({
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": value.data_type,
        });
        if let Some(text) = &value.string_value {
            shown["stringValue"] = json!(text);
        }
        if let Some(bytes) = &value.binary_value {
            shown["binaryValue"] = json!(bytes);
        }
        (name.clone(), shown)
    });
    let mut record = json!({
        "messageId": message.id.to_string(),
        "receiptHandle": message.handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": own.collect::<Map<_, _>>(),
        "md5OfBody": message.md5_of_body(),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue,
        "awsRegion": queue.split(':').nth(3).unwrap_or_default(),
    });
    if let Some(md5) = message.md5_of_attributes() {
        record["md5OfMessageAttributes"] = json!(md5);
    }
    record
}

/// A message, and its record as text.
pub(super) type Written = (Delivered, String);

/// Cuts a batch so that no event is too long. A record that is too long by itself goes alone.
pub(super) fn cut(batch: Vec<Written>) -> Vec<Vec<Written>> {
    let mut parts: Vec<Vec<Written>> = Vec::new();
    let mut bytes = AROUND;
    for one in batch {
        let more = one.1.len() + 1;
        match parts.last_mut() {
            Some(part) if bytes + more <= EVENT_BYTES => part.push(one),
            _ => {
                bytes = AROUND;
                parts.push(vec![one]);
            }
        }
        bytes += more;
    }
    parts
}

/// The event of a batch.
pub(super) fn event(batch: &[Written]) -> Bytes {
    let mut event = String::from(r#"{"Records":["#);
    for (n, (_, record)) in batch.iter().enumerate() {
        if n > 0 {
            event.push(',');
        }
        event.push_str(record);
    }
    event.push_str("]}");
    event.into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use fika_queues::Value as Attribute;

    use super::*;

    fn message(body: String) -> Delivered {
        Delivered {
            id: uuid::Uuid::nil(),
            handle: "MessageReceiptHandle".into(),
            body,
            attributes: BTreeMap::new(),
            system: BTreeMap::from([("ApproximateReceiveCount", "1".to_owned())]),
            group: None,
        }
    }

    #[test]
    fn the_event_is_that_of_the_documentation() {
        let mut message = message("Test message.".into());
        let own = Attribute {
            string_value: Some("myValue".into()),
            data_type: "String".into(),
            ..Attribute::default()
        };
        message.attributes.insert("myAttribute".into(), own);
        let queue = "arn:aws:sqs:us-east-2:123456789012:my-queue";
        let written = record(&message, queue).to_string();
        let event: Value = serde_json::from_slice(&event(&[(message, written)])).expect("an event");
        let wanted = json!({"Records": [{
            "messageId": "00000000-0000-0000-0000-000000000000",
            "receiptHandle": "MessageReceiptHandle",
            "body": "Test message.",
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {"myAttribute": {
                "stringValue": "myValue",
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": "String",
            }},
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "md5OfMessageAttributes": "7c0ce6358e063c1ed17ed00520448716",
            "eventSource": "aws:sqs",
            "eventSourceARN": queue,
            "awsRegion": "us-east-2",
        }]});
        assert_eq!(event, wanted);
    }

    #[test]
    fn no_event_is_too_long() {
        let one = |bytes: usize| (message(String::new()), "x".repeat(bytes));
        let mb = 1024 * 1024;
        let parts = cut(vec![one(3 * mb), one(2 * mb), one(2 * mb), one(7 * mb), one(1)]);
        let sizes: Vec<usize> = parts.iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 1, 1, 1]);
        assert!(event(&parts[0]).len() <= EVENT_BYTES);
        assert_eq!(cut(Vec::new()).len(), 0);
    }
}
