//! `AWS::SQS::Queue`; its policies are in `policy`.

pub(crate) mod policy;

use serde_json::{Map, Value, json};

use crate::kind::{Ask, Doing, Failure, Kind, Made, Property, Was};
use crate::properties::text;

/// Queues.
pub static KIND: Kind = Kind {
    name: "AWS::SQS::Queue",
    properties: &[
        Property::fixed("QueueName"),
        Property::fixed("FifoQueue"),
        Property::may("ContentBasedDeduplication"),
        Property::may("DeduplicationScope"),
        Property::may("DelaySeconds"),
        Property::may("FifoThroughputLimit"),
        Property::may("KmsDataKeyReusePeriodSeconds"),
        Property::may("KmsMasterKeyId"),
        Property::may("MaximumMessageSize"),
        Property::may("MessageRetentionPeriod"),
        Property::may("ReceiveMessageWaitTimeSeconds"),
        Property::may("RedriveAllowPolicy"),
        Property::may("RedrivePolicy"),
        Property::may("SqsManagedSseEnabled"),
        Property::may("Tags"),
        Property::may("VisibilityTimeout"),
    ],
    open: false,
    attributes: &["Arn", "QueueName", "QueueUrl"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete,
};

/// What is no attribute of a queue.
const OTHERS: [&str; 2] = ["QueueName", "Tags"];

async fn create(ask: Ask) -> Result<Made, Failure> {
    let mut name = ask.name("QueueName", 80);
    if ask.value("FifoQueue") == true && !name.ends_with(".fifo") {
        name = format!("{}.fifo", ask.generated(75));
    }
    // Whoever makes a queue that there is gets that one: it must not become this stack's.
    if ask.text("QueueName").is_some() && !ask.again {
        let input = json!({"QueueName": name});
        if ask.services.json("sqs", "AmazonSQS.GetQueueUrl", &input).await.is_ok() {
            return Err(Failure::new(format!(
                "Resource of type '{}' with identifier '{name}' already exists.",
                KIND.name
            )));
        }
    }
    let input = json!({
        "QueueName": name,
        "Attributes": attributes(&ask.properties),
        "tags": ask.tags(),
    });
    // With the same attributes as before it answers as before.
    let answer = ask.services.json("sqs", "AmazonSQS.CreateQueue", &input).await?;
    Ok(made(&ask, answer["QueueUrl"].as_str().unwrap_or_default(), &name))
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let mut changed = attributes(&ask.properties);
    for name in attributes(&was.properties).keys() {
        changed.entry(name.clone()).or_insert_with(|| default(name).into());
    }
    changed.remove("FifoQueue");
    let input = json!({"QueueUrl": was.made.id, "Attributes": changed});
    ask.services.json("sqs", "AmazonSQS.SetQueueAttributes", &input).await?;
    retag(&ask, &was).await?;
    Ok(was.made)
}

async fn retag(ask: &Ask, was: &Was) -> Result<(), Failure> {
    let has = ask.tags();
    let had = Ask { properties: was.properties.clone(), ..ask.clone() }.tags();
    let gone: Vec<_> = had.keys().filter(|key| !has.contains_key(*key)).collect();
    if !gone.is_empty() {
        let input = json!({"QueueUrl": was.made.id, "TagKeys": gone});
        ask.services.json("sqs", "AmazonSQS.UntagQueue", &input).await?;
    }
    if !has.is_empty() && (ask.again || had != has) {
        let input = json!({"QueueUrl": was.made.id, "Tags": has});
        ask.services.json("sqs", "AmazonSQS.TagQueue", &input).await?;
    }
    Ok(())
}

fn delete(ask: Ask, was: Was) -> Doing<()> {
    Box::pin(async move {
        let input = json!({"QueueUrl": was.made.id});
        match ask.services.json("sqs", "AmazonSQS.DeleteQueue", &input).await {
            Err(refusal) if !refusal.is_missing() => Err(refusal.into()),
            _ => Ok(()),
        }
    })
}

fn made(ask: &Ask, url: &str, name: &str) -> Made {
    let scope = &ask.stack.scope;
    let arn = format!("arn:aws:sqs:{}:{}:{name}", scope.region, scope.account);
    Made::new(url).with("Arn", arn).with("QueueName", name).with("QueueUrl", url)
}

/// Attributes of queues are texts, and those that are documents are texts of JSON.
fn attributes(properties: &Map<String, Value>) -> Map<String, Value> {
    // A queue that is no FIFO queue does not know the word.
    let is_said = |name: &str, value: &Value| name != "FifoQueue" || value == true;
    let of = properties
        .iter()
        .filter(|(name, value)| !OTHERS.contains(&name.as_str()) && is_said(name, value));
    of.map(|(name, value)| (name.clone(), text(value).unwrap_or_else(|| value.to_string()).into()))
        .collect()
}

/// What an attribute is that a template names no more.
fn default(name: &str) -> &'static str {
    match name {
        "DelaySeconds" | "ReceiveMessageWaitTimeSeconds" => "0",
        "MaximumMessageSize" => "262144",
        "MessageRetentionPeriod" => "345600",
        "VisibilityTimeout" => "30",
        "ContentBasedDeduplication" | "SqsManagedSseEnabled" => "false",
        _ => "",
    }
}
