//! Something to deliver.

use std::time::Duration;

use bytes::Bytes;
use fika_model::{RequestId, Scope, TenantId};
use serde::{Deserialize, Serialize};

/// Something that was accepted, and where it is to go.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id; of an invocation the request id.
    pub id: RequestId,
    /// In whose account, and where.
    pub scope: Scope,
    /// Who sends it.
    pub sender: Sender,
    /// The ARN it goes to; of a function with the qualifier it is called by.
    pub target: String,
    /// The event for a function; the body of a message.
    pub payload: Bytes,
    /// `X-Amzn-Trace-Id`, with its lineage, where there is one.
    pub trace_id: Option<String>,
    /// JSON, for functions.
    pub client_context: Option<String>,
    /// Whom it is for, with tenant isolation.
    pub tenant: Option<TenantId>,
    /// Attributes of the message, for queues and topics.
    pub attributes: Vec<(String, Attribute)>,
    /// For FIFO queues and topics.
    pub group: Option<String>,
    /// For FIFO queues and topics.
    pub deduplication: Option<String>,
    /// How long it is tried; none for an invocation, of which its function says so.
    pub retries: Option<Retries>,
    /// The ARN of a queue for what could not be delivered; none for an invocation, as before.
    pub dead_letters: Option<String>,
}

/// Where a payload of EventBridge Scheduler is to say which attempt it is (its *context attributes*).
const ATTEMPT: &str = "<aws.scheduler.attempt-number>";

impl Event {
    /// As it is in one attempt, of which the first is 1. A function's event is handed over once, however often it runs.
    pub(crate) fn in_attempt(mut self, attempt: u32) -> Self {
        let scheduled = matches!(&self.sender, Sender::Role { service, .. } if service == "scheduler.amazonaws.com");
        if scheduled
            && let Ok(text) = std::str::from_utf8(&self.payload)
            && text.contains(ATTEMPT)
        {
            self.payload = text.replace(ATTEMPT, &attempt.to_string()).into();
        }
        self
    }
}

/// Who sends an event, and so by what right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sender {
    /// Somebody who was allowed to when it was accepted (Invoke, SendMessage).
    Allowed,
    /// A service for the resource of that ARN (`s3.amazonaws.com` for a bucket): the target's policy must allow it.
    Service {
        /// As in `s3.amazonaws.com`.
        name: String,
        /// The ARN of the bucket, the rule, the topic …
        source: String,
    },
    /// A service that acts as a role: the role's policies must allow it.
    Role {
        /// As in `scheduler.amazonaws.com`: the role must trust it.
        service: String,
        /// The role's ARN.
        role: String,
    },
}

/// How long something is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retries {
    /// How often at most after the first time.
    pub most: u32,
    /// For how long at most.
    pub age: Duration,
}

/// An attribute of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// `String`, `Number` or `Binary`, and perhaps a dot and more.
    pub data_type: String,
    /// Text; of a binary one base64.
    pub value: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_says_which_attempt_it_is() {
        let by = |service: &str| Sender::Role { service: service.into(), role: "r".into() };
        let mut event = crate::testing::event("arn:aws:sqs:us-east-1:123456789012:q");
        event.payload = format!("{ATTEMPT} of many").into();
        let said = |sender: Sender| Event { sender, ..event.clone() }.in_attempt(3).payload;
        assert_eq!(said(by("scheduler.amazonaws.com")), "3 of many");
        assert_eq!(
            said(by("events.amazonaws.com")),
            event.payload,
            "whoever else writes that means it"
        );
    }
}
