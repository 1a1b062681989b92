//! Get- and SetQueueAttributes, and tags.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_aws::shape::AwsError;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::queues::Url;
use super::{Answered, Ask, to_the_end};
use crate::error::{attribute_name, invalid, missing, no_queue, value};
use crate::name::Place;
use crate::queue::{Queue, Record};
use crate::room::Queues;
use crate::settings::{Settings, Texts};

/// Tags of one queue, at most.
const TAGS: usize = 50;

/// Attributes that nobody sets.
const TOLD: [&str; 6] = [
    "QueueArn",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
];

/// Attributes that somebody can set.
const SET: [&str; 15] = [
    "Policy",
    "VisibilityTimeout",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "DelaySeconds",
    "ReceiveMessageWaitTimeSeconds",
    "RedrivePolicy",
    "FifoQueue",
    "ContentBasedDeduplication",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "DeduplicationScope",
    "FifoThroughputLimit",
    "RedriveAllowPolicy",
    "SqsManagedSseEnabled",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Get {
    queue_url: Option<String>,
    #[serde(default)]
    attribute_names: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Set {
    queue_url: Option<String>,
    attributes: Option<Texts>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    queue_url: Option<String>,
    #[serde(default, alias = "tags")]
    tags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    tag_keys: Option<Vec<String>>,
}

impl Ask<'_> {
    pub(super) fn get_attributes(self, input: Get) -> Answered {
        let place = self.place(input.queue_url.as_deref())?;
        let queue = self.queues.permitted(self.caller, "sqs:GetQueueAttributes", &place)?;
        let names = input.attribute_names.unwrap_or_default();
        let known = |name: &str| name == "All" || TOLD.contains(&name) || SET.contains(&name);
        if let Some(name) = names.iter().find(|name| !known(name)) {
            return Err(attribute_name(format!("Unknown Attribute {name:.100}.")));
        }
        let all = names.iter().any(|name| name == "All");
        let mut shown = shown(self.queues, &queue);
        shown.retain(|name, _| all || names.iter().any(|asked| asked == name));
        Ok(if shown.is_empty() { json!({}) } else { json!({ "Attributes": shown }) })
    }

    pub(super) async fn set_attributes(self, input: Set) -> Answered {
        let place = self.place(input.queue_url.as_deref())?;
        self.queues.own(self.caller, "sqs:SetQueueAttributes", &place)?;
        let asked = input.attributes.ok_or_else(|| missing("Attributes"))?;
        if let Some(name) = asked.keys().find(|name| !SET.contains(&name.as_str())) {
            return Err(attribute_name(format!("Unknown Attribute {name:.100}.")));
        }
        self.queues
            .alter(place, move |record| {
                record.attributes.extend(asked);
                record.attributes.retain(|_, value| !value.is_empty());
                Ok(())
            })
            .await
    }

    pub(super) async fn tag_queue(self, input: Tag) -> Answered {
        let place = self.place(input.queue_url.as_deref())?;
        self.queues.own(self.caller, "sqs:TagQueue", &place)?;
        let tags = input.tags.ok_or_else(|| missing("Tags"))?;
        self.queues
            .alter(place, move |record| {
                record.tags.extend(tags);
                check_tags(&record.tags)
            })
            .await
    }

    pub(super) async fn untag_queue(self, input: Tag) -> Answered {
        let place = self.place(input.queue_url.as_deref())?;
        self.queues.own(self.caller, "sqs:UntagQueue", &place)?;
        let keys = input.tag_keys.ok_or_else(|| missing("TagKeys"))?;
        self.queues
            .alter(place, move |record| {
                record.tags.retain(|key, _| !keys.contains(key));
                Ok(())
            })
            .await
    }

    pub(super) fn list_tags(self, input: Url) -> Answered {
        let place = self.place(input.queue_url.as_deref())?;
        let queue = self.queues.own(self.caller, "sqs:ListQueueTags", &place)?;
        let known = queue.known();
        let tags = &known.record.tags;
        Ok(if tags.is_empty() { json!({}) } else { json!({ "Tags": tags }) })
    }
}

impl Queues {
    /// Changes what a queue is, to the end; nothing of it where it may not be so.
    pub(super) async fn alter(
        &self,
        place: Place,
        edit: impl FnOnce(&mut Record) -> Result<(), AwsError> + Send + 'static,
    ) -> Answered {
        let this = self.clone();
        to_the_end(async move {
            let _turn = this.turn().await;
            let queue = this.find(&place).ok_or_else(no_queue)?;
            let mut record = queue.known().record.clone();
            edit(&mut record)?;
            let mut texts = record.attributes.clone();
            if let Some(text) = texts.remove("FifoQueue")
                && (!queue.fifo || !text.eq_ignore_ascii_case("true"))
            {
                return Err(attribute_name("Unknown Attribute FifoQueue."));
            }
            let settings = Settings::read(texts, queue.fifo)?;
            check_target(&this, &place, &settings)?;
            record.modified_ms = this.now();
            this.change(&queue, record, settings).await?;
            Ok(Value::Null)
        })
        .await
    }
}

/// Whether the queue of the dead letters is there and takes them from this one.
pub(super) fn check_target(
    queues: &Queues,
    place: &Place,
    settings: &Settings,
) -> Result<(), AwsError> {
    let Some(redrive) = &settings.redrive else { return Ok(()) };
    let text = settings.texts.get("RedrivePolicy").map(String::as_str).unwrap_or_default();
    let wrong = |reason| value(text, "RedrivePolicy", reason);
    if redrive.target.scope != place.scope {
        return Err(wrong(
            "Dead-letter queue must be in the same account and region as the source.",
        ));
    }
    if redrive.target == *place {
        return Err(wrong("A queue cannot be its own dead-letter queue."));
    }
    let Some(target) = queues.find(&redrive.target) else {
        return Err(wrong("Dead letter target does not exist."));
    };
    if !target.known().settings.takes_from(&place.arn()) {
        return Err(wrong("Queue does not have permission to use the dead-letter queue."));
    }
    Ok(())
}

pub(super) fn check_tags(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    let good = |(key, value): (&String, &String)| {
        (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256
    };
    if tags.len() > TAGS {
        return Err(invalid(format!("Too many tags added for queue. Maximum number: {TAGS}.")));
    }
    if !tags.iter().all(good) {
        return Err(invalid("Tag keys must be 1 to 128 characters long, and values at most 256."));
    }
    Ok(())
}

pub(super) fn queue_exists(attribute: &str) -> AwsError {
    let text = format!(
        "A queue already exists with the same name and a different value for attribute {attribute}"
    );
    AwsError::new("QueueNameExists", 400, text)
}

fn shown(queues: &Queues, queue: &Arc<Queue>) -> Map<String, Value> {
    let known = queue.known();
    let counts = queue.state().counts(queues.now());
    let told = [
        ("QueueArn", queue.arn.clone()),
        ("ApproximateNumberOfMessages", counts.ready.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
        ("CreatedTimestamp", (known.record.created_ms / 1_000).to_string()),
        ("LastModifiedTimestamp", (known.record.modified_ms / 1_000).to_string()),
    ];
    let told = told.map(|(name, value)| (name.to_owned(), json!(value)));
    let set = known.settings.texts.iter().map(|(name, value)| (name.clone(), json!(value)));
    told.into_iter().chain(set).collect()
}
