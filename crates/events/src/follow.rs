//! What follows from the end of an event: records for destinations, and letters for dead-letter queues.

use bytes::Bytes;
use fika_model::arn::LATEST;
use fika_model::{FunctionArn, RequestId};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::rules::{Attempt, Failure};
use crate::stored::Purpose;
use crate::{AsyncPolicy, Attribute, Called, Event, Sender};

/// Bytes of an error's message in a dead letter (developer guide, "Dead-letter queues").
const MESSAGE_BYTES: usize = 1_024;
/// As whom Lambda acts.
const LAMBDA: &str = "lambda.amazonaws.com";

/// An invocation that is over, and how.
pub(crate) struct Over<'a> {
    pub(crate) event: &'a Event,
    pub(crate) function: &'a FunctionArn,
    pub(crate) policy: &'a AsyncPolicy,
    pub(crate) attempt: &'a Attempt,
    /// How often it ran in all.
    pub(crate) ran: u32,
    /// Now, milliseconds since 1970.
    pub(crate) now: u64,
    /// None for one that succeeded.
    pub(crate) failure: Option<&'a Failure>,
}

/// The record of an invocation, version 1.0 (developer guide, "Capturing records of Lambda asynchronous
/// invocations").
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    version: &'static str,
    timestamp: String,
    request_context: RequestContext<'a>,
    request_payload: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_context: Option<ResponseContext<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_payload: Option<&'a RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    request_id: RequestId,
    function_arn: &'a str,
    condition: &'static str,
    approximate_invoke_count: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseContext<'a> {
    status_code: u16,
    executed_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_error: Option<&'static str>,
}

impl Over<'_> {
    /// The events that follow, to be accepted in the batch that ends this one.
    pub(crate) fn follows(&self) -> Vec<(Event, Purpose)> {
        let AsyncPolicy { on_success, on_failure, dead_letters, .. } = self.policy;
        let of = || self.function.to_string();
        let destination = if self.failure.is_some() { on_failure } else { on_success };
        let record = destination.as_deref().map(|arn| (self.record(arn), Purpose::Record(of())));
        let letter = self.failure.zip(dead_letters.as_deref());
        let letter = letter
            .map(|(failure, arn)| (self.letter(arn, failure), Purpose::DeadLetter(Some(of()))));
        record.into_iter().chain(letter).collect()
    }

    /// Both are sent by the function's role, and go on with the chain of calls that the function is in.
    fn sent(&self, target: &str, payload: Bytes) -> Event {
        let sender = Sender::Role { service: LAMBDA.into(), role: self.policy.role.clone() };
        let chain = match self.attempt {
            Attempt::Called(called) => called.trace_id.clone(),
            _ => self.event.trace_id.clone(),
        };
        Event {
            id: RequestId::random(),
            // What is sent is the function's, whoever called it.
            scope: self.function.scope.clone(),
            sender,
            target: target.into(),
            payload,
            trace_id: chain,
            client_context: None,
            tenant: None,
            attributes: Vec::new(),
            group: None,
            deduplication: None,
            retries: None,
            dead_letters: None,
        }
    }

    fn record(&self, target: &str) -> Event {
        let function = qualified(self.function);
        let called = match self.attempt {
            Attempt::Called(called) => Some(called),
            _ => None,
        };
        let record = Record {
            version: "1.0",
            timestamp: timestamp(self.now),
            request_context: RequestContext {
                request_id: self.event.id,
                function_arn: &function,
                condition: self.failure.map_or("Success", |failure| failure.condition),
                approximate_invoke_count: self.ran,
            },
            request_payload: raw(&self.event.payload),
            response_context: called.map(response),
            response_payload: called.map(|called| raw(&called.payload)),
        };
        let payload = serde_json::to_vec(&record).unwrap_or_default();
        let mut event = self.sent(target, payload.into());
        let end = if self.failure.is_some() { "Failure" } else { "Success" };
        event.attributes = match target.split(':').nth(2) {
            Some("events") => vec![
                text("source", "lambda"),
                text("detail-type", format!("Lambda Function Invocation Result - {end}")),
                text("resources", serde_json::json!([function, target]).to_string()),
            ],
            Some("s3") => vec![text("key", self.key())],
            _ => Vec::new(),
        };
        event
    }

    /// The name of a record in a bucket.
    fn key(&self) -> String {
        let at = timestamp(self.now);
        let (day, time) = (at[..10].replace('-', "/"), at[..19].replace(':', "."));
        format!("aws/lambda/async/{}/{day}/{time}-{}", self.function.name, self.event.id)
    }

    fn letter(&self, target: &str, failure: &Failure) -> Event {
        let mut letter = self.sent(target, self.event.payload.clone());
        let code = Attribute { data_type: "Number".into(), value: failure.status.to_string() };
        letter.attributes = vec![
            text("RequestID", self.event.id.to_string()),
            ("ErrorCode".into(), code),
            text("ErrorMessage", shortened(&failure.message)),
        ];
        letter
    }
}

/// What could not be delivered, on its way to its sender's queue for that (`EventBridge` user guide, "Using dead-letter
/// queues").
pub(crate) fn undelivered(event: &Event, failure: &Failure, tried: u32) -> Option<Event> {
    let mut letter = event.clone();
    let target = std::mem::replace(&mut letter.target, event.dead_letters.clone()?);
    (letter.dead_letters, letter.retries, letter.group) = (None, None, None);
    letter.attributes.extend([
        text("TARGET_ARN", target),
        text("ERROR_CODE", failure.condition),
        text("ERROR_MESSAGE", shortened(&failure.message)),
        text("RETRY_ATTEMPTS", tried.to_string()),
    ]);
    if let Sender::Service { name, source } = &event.sender
        && name == "events.amazonaws.com"
    {
        letter.attributes.push(text("RULE_ARN", source.clone()));
    }
    Some(letter)
}

/// As records name a function: with the version or alias it was called by.
fn qualified(function: &FunctionArn) -> String {
    match function.qualifier {
        Some(_) => function.to_string(),
        None => format!("{function}:{LATEST}"),
    }
}

fn response(called: &Called) -> ResponseContext<'_> {
    let function_error = called.failed.then_some("Unhandled");
    ResponseContext { status_code: 200, executed_version: &called.version, function_error }
}

fn text(name: &str, value: impl Into<String>) -> (String, Attribute) {
    (name.into(), Attribute { data_type: "String".into(), value: value.into() })
}

/// JSON as it is; what is none, as `null`.
fn raw(json: &[u8]) -> &RawValue {
    serde_json::from_slice(json).unwrap_or(RawValue::NULL)
}

fn shortened(message: &str) -> String {
    message[..message.floor_char_boundary(MESSAGE_BYTES)].to_owned()
}

/// As in `2026-11-14T18:16:05.568Z`.
fn timestamp(ms: u64) -> String {
    let at = jiff::Timestamp::from_millisecond(i64::try_from(ms).unwrap_or(i64::MAX));
    at.map(|at| format!("{at:.3}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{self, called, policy};

    const NOW: u64 = 1_573_757_765_568;

    fn follows(
        attempt: Attempt,
        policy: &AsyncPolicy,
        failure: Option<&Failure>,
    ) -> Vec<(Event, Purpose)> {
        let mut event = testing::event("arn:aws:lambda:us-east-1:123456789012:function:f");
        event.payload = r#"{"ORDER_IDS":[1.10]}"#.into();
        event.trace_id = Some("Root=1".into());
        let function = testing::function("f");
        let (attempt, event) = (&attempt, &event);
        Over { event, function: &function, policy, attempt, ran: 3, now: NOW, failure }.follows()
    }

    #[test]
    fn the_record_of_a_failure_is_aws_s() {
        let policy = AsyncPolicy {
            on_failure: Some("arn:aws:sqs:us-east-1:123456789012:q".into()),
            dead_letters: Some("arn:aws:sns:us-east-1:123456789012:t".into()),
            ..policy()
        };
        let mut ran = called(r#"{"errorMessage":"no"}"#, true);
        ran.trace_id = Some("Root=1;Lineage=1:00000001:0".into());
        let failure = Failure::new("RetriesExhausted", 200, "no");
        let follows = follows(Attempt::Called(ran), &policy, Some(&failure));
        let [(record, Purpose::Record(_)), (letter, Purpose::DeadLetter(_))] = follows.as_slice()
        else {
            panic!("{follows:?}")
        };
        let text = str::from_utf8(&record.payload).expect("text");
        assert!(text.contains(r#""requestPayload":{"ORDER_IDS":[1.10]}"#), "as it was: {text}");
        let mut json: Value = serde_json::from_str(text).expect("JSON");
        let id = json["requestContext"]["requestId"].take();
        assert_eq!(id.as_str().map(str::len), Some(36));
        let wanted = json!({
            "version": "1.0",
            "timestamp": "2019-11-14T18:56:05.568Z",
            "requestContext": {
                "requestId": null,
                "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 3,
            },
            "requestPayload": {"ORDER_IDS": [1.10]},
            "responseContext":
                {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": {"errorMessage": "no"},
        });
        assert_eq!(json, wanted);
        assert_eq!(record.trace_id.as_deref(), Some("Root=1;Lineage=1:00000001:0"));
        assert_eq!(record.sender, Sender::Role { service: LAMBDA.into(), role: policy.role });
        assert_eq!(letter.payload, r#"{"ORDER_IDS":[1.10]}"#);
        let code = Attribute { data_type: "Number".into(), value: "200".into() };
        let attributes = letter.attributes.as_slice();
        assert_eq!(attributes[0].1.value, id.as_str().expect("an id"));
        assert_eq!(attributes[1..], [("ErrorCode".into(), code), text_of("ErrorMessage", "no")]);
    }

    fn text_of(name: &str, value: &str) -> (String, Attribute) {
        text(name, value)
    }

    #[test]
    fn success_goes_to_its_own_destination_only() {
        let bus = "arn:aws:events:us-east-1:123456789012:event-bus/default";
        let all = AsyncPolicy {
            on_success: Some(bus.into()),
            on_failure: Some("arn:aws:sqs:us-east-1:123456789012:q".into()),
            dead_letters: Some("arn:aws:sqs:us-east-1:123456789012:d".into()),
            ..policy()
        };
        let one = follows(Attempt::Called(called("3", false)), &all, None);
        let [(record, Purpose::Record(_))] = one.as_slice() else { panic!("{one:?}") };
        assert_eq!(record.target, bus);
        let json: Value = serde_json::from_slice(&record.payload).expect("JSON");
        assert_eq!(json["requestContext"]["condition"], "Success");
        assert_eq!(json["responsePayload"], 3);
        let kind = text("detail-type", "Lambda Function Invocation Result - Success");
        assert!(record.attributes.contains(&kind));
    }

    #[test]
    fn what_never_ran_has_no_response() {
        let bucket = Some("arn:aws:s3:::records".to_owned());
        let policy = AsyncPolicy { on_failure: bucket, ..policy() };
        let failure = Failure::new("EventAgeExceeded", 500, "old");
        let all = follows(Attempt::TooOld, &policy, Some(&failure));
        let json: Value = serde_json::from_slice(&all[0].0.payload).expect("JSON");
        assert!(json.get("responseContext").is_none() && json.get("responsePayload").is_none());
        let key = &all[0].0.attributes[0].1.value;
        assert!(key.starts_with("aws/lambda/async/f/2019/11/14/2019-11-14T18.56.05-"), "{key}");
    }

    #[test]
    fn long_messages_are_cut_between_characters() {
        assert_eq!(shortened(&"\u{e4}".repeat(600)).len(), 1_024);
        assert_eq!(shortened(&format!("x{}", "\u{e4}".repeat(600))).len(), 1_023);
    }
}
