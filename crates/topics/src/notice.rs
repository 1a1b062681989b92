//! What subscribers are handed: the notification for a queue, the event for a function.
//!
//! After *Parsing Amazon SNS message formats* and *Using Lambda with Amazon SNS* in the services'
//! documentation. Nothing is signed: there is no certificate of Amazon's here, so both members are empty.

use serde_json::{Map, Value, json};

use crate::message::Message;
use crate::record::Protocol;

/// A message that a topic has taken.
#[derive(Debug)]
pub(crate) struct Notice<'a> {
    pub(crate) message: &'a Message,
    pub(crate) id: &'a str,
    pub(crate) topic: &'a str,
    pub(crate) subscription: &'a str,
    pub(crate) region: &'a str,
    /// RFC 3339, with milliseconds.
    pub(crate) time: &'a str,
    /// Of FIFO topics.
    pub(crate) sequence: Option<&'a str>,
}

impl Notice<'_> {
    /// The body of a message to a queue.
    pub(crate) fn notification(&self) -> String {
        let mut all = Map::new();
        let mut add = |name: &str, value: &str| all.insert(name.to_owned(), value.into());
        add("Type", "Notification");
        add("MessageId", self.id);
        self.sequence.map(|sequence| add("SequenceNumber", sequence));
        add("TopicArn", self.topic);
        self.message.subject.as_deref().map(|subject| add("Subject", subject));
        add("Message", self.message.text_for(Protocol::Sqs));
        add("Timestamp", self.time);
        add("SignatureVersion", "1");
        add("Signature", "");
        add("SigningCertURL", "");
        add("UnsubscribeURL", &self.unsubscribe());
        if !self.message.attributes.is_empty() {
            all.insert("MessageAttributes".into(), self.attributes());
        }
        Value::Object(all).to_string()
    }

    /// The event for a function.
    pub(crate) fn event(&self) -> String {
        let record = json!({
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": self.subscription,
            "Sns": {
                "Type": "Notification",
                "MessageId": self.id,
                "TopicArn": self.topic,
                "Subject": self.message.subject,
                "Message": self.message.text_for(Protocol::Lambda),
                "Timestamp": self.time,
                "SignatureVersion": "1",
                "Signature": "",
                "SigningCertUrl": "",
                "UnsubscribeUrl": self.unsubscribe(),
                "MessageAttributes": self.attributes(),
            },
        });
        json!({ "Records": [record] }).to_string()
    }

    fn attributes(&self) -> Value {
        let one = |(name, it): &(String, fika_events::Attribute)| {
            (name.clone(), json!({"Type": it.data_type, "Value": it.value}))
        };
        Value::Object(self.message.attributes.iter().map(one).collect())
    }

    fn unsubscribe(&self) -> String {
        let Self { region, subscription, .. } = self;
        format!(
            "https://sns.{region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={subscription}"
        )
    }
}
