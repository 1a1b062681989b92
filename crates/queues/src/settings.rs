//! The attributes of a queue: what may be asked for, and what it means.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_policy::{DocumentKind, Policy};
use serde::Deserialize;
use serde_json::Value;

use crate::error::{attribute_name, attribute_value, value as invalid_value};
use crate::name::Place;

/// The longest a message may be, bytes with its attributes (1 MiB since August 2025).
pub(crate) const MESSAGE_BYTES: usize = 1024 * 1024;

/// Attributes as they are asked for, and shown.
pub(crate) type Texts = BTreeMap<String, String>;

/// Attributes with numbers: the least, the most, and what they are when nobody says.
const NUMBERS: [(&str, u64, u64, u64); 5] = [
    ("DelaySeconds", 0, 900, 0),
    ("MaximumMessageSize", 1_024, 1_048_576, 1_048_576),
    ("MessageRetentionPeriod", 60, 1_209_600, 345_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 20, 0),
    ("VisibilityTimeout", 0, 43_200, 30),
];

/// Attributes that only FIFO queues have, their values, and the first is what they are when nobody says.
const OF_FIFO: [(&str, [&str; 2]); 3] = [
    ("ContentBasedDeduplication", ["false", "true"]),
    ("DeduplicationScope", ["queue", "messageGroup"]),
    ("FifoThroughputLimit", ["perQueue", "perMessageGroupId"]),
];

/// Where messages go that were received too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redrive {
    pub(crate) target: Place,
    pub(crate) most: u32,
}

/// The attributes of a queue, read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub(crate) texts: Texts,
    pub(crate) delay_ms: u64,
    pub(crate) message_bytes: usize,
    pub(crate) retention_ms: u64,
    pub(crate) wait_ms: u64,
    pub(crate) visibility_ms: u64,
    pub(crate) policy: Option<Arc<Policy>>,
    pub(crate) redrive: Option<Redrive>,
    pub(crate) by_content: bool,
    pub(crate) per_group: bool,
}

impl Settings {
    /// Reads attributes, with what nobody said as AWS has it.
    ///
    /// # Errors
    /// As on AWS.
    pub(crate) fn read(mut texts: Texts, fifo: bool) -> Result<Self, AwsError> {
        texts.retain(|_, value| !value.is_empty());
        texts.keys().try_for_each(|name| known(name, fifo))?;
        for (name, _, _, usual) in NUMBERS {
            texts.entry(name.into()).or_insert_with(|| usual.to_string());
        }
        check_fifo(&mut texts, fifo)?;
        check_encryption(&mut texts)?;
        let policy = texts.get("Policy").map(|text| policy(text)).transpose()?;
        let redrive = texts.get("RedrivePolicy").map(|text| redrive(text, fifo)).transpose()?;
        texts.get("RedriveAllowPolicy").map(|text| allowed(text)).transpose()?;
        let seconds = |name| Ok::<_, AwsError>(number(&texts, name)?.saturating_mul(1_000));
        let is = |name: &str, value: &str| texts.get(name).is_some_and(|text| text == value);
        Ok(Self {
            delay_ms: seconds("DelaySeconds")?,
            message_bytes: usize::try_from(number(&texts, "MaximumMessageSize")?)
                .unwrap_or(MESSAGE_BYTES),
            retention_ms: seconds("MessageRetentionPeriod")?,
            wait_ms: seconds("ReceiveMessageWaitTimeSeconds")?,
            visibility_ms: seconds("VisibilityTimeout")?,
            policy,
            redrive,
            by_content: is("ContentBasedDeduplication", "true"),
            per_group: is("DeduplicationScope", "messageGroup"),
            texts,
        })
    }

    /// Whether that queue may have this one for its dead letters.
    pub(crate) fn takes_from(&self, source: &str) -> bool {
        match self.texts.get("RedriveAllowPolicy").and_then(|text| allowed(text).ok()) {
            None => true,
            Some(allow) => match allow.redrive_permission.as_str() {
                "allowAll" => true,
                "byQueue" => allow.source_queue_arns.iter().any(|arn| arn == source),
                _ => false,
            },
        }
    }
}

fn known(name: &str, fifo: bool) -> Result<(), AwsError> {
    let plain = NUMBERS.iter().any(|(known, ..)| *known == name)
        || [
            "Policy",
            "RedrivePolicy",
            "RedriveAllowPolicy",
            "KmsMasterKeyId",
            "KmsDataKeyReusePeriodSeconds",
            "SqsManagedSseEnabled",
        ]
        .contains(&name);
    let of_fifo = name == "FifoQueue" || OF_FIFO.iter().any(|(known, _)| *known == name);
    if plain || (of_fifo && fifo) {
        return Ok(());
    }
    Err(attribute_name(format!("Unknown Attribute {name:.100}.")))
}

fn number(texts: &Texts, name: &'static str) -> Result<u64, AwsError> {
    let (_, least, most, usual) =
        NUMBERS.into_iter().find(|(known, ..)| *known == name).unwrap_or((name, 0, 0, 0));
    let Some(text) = texts.get(name) else { return Ok(usual) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse::<u64>().ok().filter(|n| digits && (least..=most).contains(n));
    number.ok_or_else(|| attribute_value(name))
}

fn check_fifo(texts: &mut Texts, fifo: bool) -> Result<(), AwsError> {
    if !fifo {
        return Ok(());
    }
    for (name, values) in OF_FIFO {
        let text = texts.entry(name.into()).or_insert_with(|| values[0].into());
        if name == "ContentBasedDeduplication" {
            text.make_ascii_lowercase();
        }
        if !values.contains(&text.as_str()) {
            return Err(attribute_value(name));
        }
    }
    texts.insert("FifoQueue".into(), "true".into());
    let of = |name: &str| texts.get(name).map(String::as_str);
    if of("FifoThroughputLimit") == Some("perMessageGroupId")
        && of("DeduplicationScope") != Some("messageGroup")
    {
        return Err(attribute_value("FifoThroughputLimit"));
    }
    Ok(())
}

fn check_encryption(texts: &mut Texts) -> Result<(), AwsError> {
    let by_key = texts.contains_key("KmsMasterKeyId");
    let usual = if by_key { "false" } else { "true" };
    let managed = texts.entry("SqsManagedSseEnabled".into()).or_insert_with(|| usual.into());
    managed.make_ascii_lowercase();
    if !["true", "false"].contains(&managed.as_str()) {
        return Err(attribute_value("SqsManagedSseEnabled"));
    }
    if by_key && managed == "true" {
        return Err(attribute_name(
            "You can use one type of server-side encryption (SSE) at one time. You can either \
             enable KMS SSE or SQS SSE.",
        ));
    }
    let reuse = texts.get("KmsDataKeyReusePeriodSeconds").map(|text| text.parse::<u32>());
    if reuse.is_some_and(|n| !n.is_ok_and(|n| (60..=86_400).contains(&n))) {
        return Err(attribute_value("KmsDataKeyReusePeriodSeconds"));
    }
    Ok(())
}

/// A queue's policy.
pub(crate) fn policy(text: &str) -> Result<Arc<Policy>, AwsError> {
    let read = Policy::parse(text, DocumentKind::Resource);
    read.map(Arc::new).map_err(|_| attribute_value("Policy"))
}

fn redrive(text: &str, fifo: bool) -> Result<Redrive, AwsError> {
    let wrong = |reason: &str| invalid_value(text, "RedrivePolicy", reason);
    let policy: Value =
        serde_json::from_str(text).map_err(|_| wrong("Redrive policy is not a valid JSON map."))?;
    let policy =
        policy.as_object().ok_or_else(|| wrong("Redrive policy is not a valid JSON map."))?;
    let member = |name: &str| {
        let text = format!("Redrive policy does not contain mandatory attribute: {name}.");
        policy.get(name).ok_or_else(|| wrong(&text))
    };
    let target = member("deadLetterTargetArn")?.as_str().and_then(Place::of_arn);
    let target = target.ok_or_else(|| wrong("Invalid value for deadLetterTargetArn."))?;
    let most = match member("maxReceiveCount")? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let most = most.and_then(|most| u32::try_from(most).ok()).filter(|m| (1..=1_000).contains(m));
    let most = most.ok_or_else(|| {
        wrong("Invalid value for maxReceiveCount: it must be a number from 1 to 1000.")
    })?;
    if target.name.ends_with(".fifo") != fifo {
        return Err(wrong("Dead-letter queue must be same type of queue as the source."));
    }
    Ok(Redrive { target, most })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Allowed {
    redrive_permission: String,
    #[serde(default)]
    source_queue_arns: Vec<String>,
}

fn allowed(text: &str) -> Result<Allowed, AwsError> {
    let wrong = |reason: &str| invalid_value(text, "RedriveAllowPolicy", reason);
    let read: Allowed = serde_json::from_str(text)
        .map_err(|_| wrong("Amazon SQS can't create the redrive allow policy."))?;
    let named = !read.source_queue_arns.is_empty();
    let good = match read.redrive_permission.as_str() {
        "allowAll" | "denyAll" => !named,
        "byQueue" => named && read.source_queue_arns.len() <= 10,
        _ => false,
    };
    if !good {
        return Err(wrong("Amazon SQS can't create the redrive allow policy."));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[(&str, &str)], fifo: bool) -> Result<Settings, AwsError> {
        let texts = texts.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Settings::read(texts.collect(), fifo)
    }

    #[test]
    fn what_nobody_says_is_as_on_aws() {
        let plain = read(&[], false).expect("settings");
        assert_eq!((plain.visibility_ms, plain.retention_ms), (30_000, 345_600_000));
        assert_eq!((plain.message_bytes, plain.texts.contains_key("FifoQueue")), (1 << 20, false));
        let fifo = read(&[("ContentBasedDeduplication", "true")], true).expect("settings");
        assert!(fifo.by_content && !fifo.per_group);
        assert_eq!(fifo.texts["DeduplicationScope"], "queue");
    }

    #[test]
    fn what_aws_refuses_is_refused() {
        for (name, value, error) in [
            ("DelaySeconds", "901", "InvalidAttributeValue"),
            ("DelaySeconds", "+1", "InvalidAttributeValue"),
            ("VisibilityTimeout", "x", "InvalidAttributeValue"),
            ("MaximumMessageSize", "1048577", "InvalidAttributeValue"),
            ("FifoQueue", "true", "InvalidAttributeName"),
            ("Nothing", "1", "InvalidAttributeName"),
            ("Policy", "{}", "InvalidAttributeValue"),
            (
                "RedrivePolicy",
                r#"{"deadLetterTargetArn": "dummy", "maxReceiveCount": 42}"#,
                "InvalidParameterValue",
            ),
            ("RedrivePolicy", "[]", "InvalidParameterValue"),
            ("RedriveAllowPolicy", r#"{"redrivePermission":"byQueue"}"#, "InvalidParameterValue"),
        ] {
            let refused = read(&[(name, value)], false).expect_err(value);
            assert_eq!(refused.name(), error, "{name} {value}");
        }
    }

    #[test]
    fn dead_letters_come_from_whom_the_queue_takes_them() {
        let arn = "arn:aws:sqs:us-east-1:123456789012:a";
        let by_queue = format!(r#"{{"redrivePermission":"byQueue","sourceQueueArns":["{arn}"]}}"#);
        let some = read(&[("RedriveAllowPolicy", &by_queue)], false).expect("settings");
        assert!(some.takes_from(arn) && !some.takes_from("arn:aws:sqs:us-east-1:123456789012:b"));
        let none = r#"{"redrivePermission":"denyAll"}"#;
        assert!(!read(&[("RedriveAllowPolicy", none)], false).expect("settings").takes_from(arn));
    }
}
