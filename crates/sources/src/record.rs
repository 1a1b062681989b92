//! What functions get of a self-managed cluster: the event that Lambda makes of Kafka's records, so that
//! handlers and libraries for that run as they are (*Using Lambda with self-managed Apache Kafka*).
//!
//! Of a JetStream the topic is the stream, the offset its sequence, the partition always 0 and the key the subject.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use fika_eventpattern::Pattern;
use serde_json::{Map, Value, json};

/// One record of a stream.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) offset: u64,
    /// Milliseconds since 1970.
    pub(crate) timestamp: i64,
    pub(crate) key: Vec<u8>,
    pub(crate) value: Vec<u8>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

impl Record {
    fn shown(&self, topic: &str) -> Value {
        let header = |(name, value): &(String, Vec<u8>)| json!({ name: value });
        json!({
            "topic": topic,
            "partition": 0,
            "offset": self.offset,
            "timestamp": self.timestamp,
            "timestampType": "CREATE_TIME",
            "key": BASE64.encode(&self.key),
            "value": BASE64.encode(&self.value),
            "headers": self.headers.iter().map(header).collect::<Vec<_>>(),
        })
    }

    /// Whether one of these patterns wants it: they are asked of `{"key": …, "value": …}`, each as JSON
    /// where it is such, and else as text.
    pub(crate) fn is_wanted(&self, patterns: &[Pattern]) -> bool {
        let read = |bytes: &[u8]| {
            serde_json::from_slice(bytes)
                .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(bytes).into_owned()))
        };
        let seen = json!({ "key": read(&self.key), "value": read(&self.value) });
        patterns.iter().any(|pattern| pattern.matches(&seen))
    }
}

/// The event of a batch.
pub(crate) fn event(servers: &[String], topic: &str, records: &[Record]) -> Value {
    let records: Vec<Value> = records.iter().map(|record| record.shown(topic)).collect();
    let mut partitions = Map::new();
    partitions.insert(format!("{topic}-0"), records.into());
    json!({
        "eventSource": "SelfManagedKafka",
        "bootstrapServers": servers.join(","),
        "records": partitions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_as_lambda_makes_it() {
        let record = Record {
            offset: 15,
            timestamp: 1_545_084_650_987,
            key: b"orders.new".to_vec(),
            value: b"Hello, this is a test.".to_vec(),
            headers: vec![("headerKey".into(), b"headerValue".to_vec())],
        };
        let expected = json!({
            "eventSource": "SelfManagedKafka",
            "bootstrapServers": "b-1:9092,b-2:9092",
            "records": { "mytopic-0": [{
                "topic": "mytopic", "partition": 0, "offset": 15, "timestamp": 1_545_084_650_987_i64,
                "timestampType": "CREATE_TIME", "key": "b3JkZXJzLm5ldw==",
                "value": "SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==",
                "headers": [{ "headerKey": [104, 101, 97, 100, 101, 114, 86, 97, 108, 117, 101] }],
            }] },
        });
        assert_eq!(event(&["b-1:9092".into(), "b-2:9092".into()], "mytopic", &[record]), expected);
    }

    #[test]
    fn patterns_see_json_and_text() {
        let record = |value: &str| Record {
            offset: 1,
            timestamp: 0,
            key: b"k".to_vec(),
            value: value.into(),
            headers: Vec::new(),
        };
        let one = Pattern::parse(r#"{"value": {"a": [1]}}"#).expect("a pattern");
        let two = Pattern::parse(r#"{"key": ["k"], "value": ["plain"]}"#).expect("a pattern");
        let patterns = [one, two];
        for (value, wanted) in [(r#"{"a":1}"#, true), ("plain", true), (r#"{"a":2}"#, false)] {
            assert_eq!(record(value).is_wanted(&patterns), wanted, "{value}");
        }
        assert!(!record("anything").is_wanted(&[]));
    }
}
