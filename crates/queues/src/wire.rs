//! The JSON protocol and the older query protocol, in front of the same operations.

mod form;
mod xml;

use bytes::Bytes;
use fika_aws::query::{self, Form};
use fika_aws::shape::AwsError;
use fika_aws::sigv4::Service;
use fika_model::{AccountId, RequestId};
use fika_service::{Answering, AwsService, Call, json};
use http::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use http::request::Parts;
use http::uri::Authority;
use http::{Method, Response};

use crate::operations::Ask;
use crate::room::Queues;

const SQS: Service = Service::standard("sqs");
const TARGET: &str = "AmazonSQS.";
const VERSION: &str = "1.0";
const NAMESPACE: &str = "http://queue.amazonaws.com/doc/2012-11-05/";
/// A batch of messages as JSON, each byte of which may be written with six.
const BODY_BYTES: usize = 7 * 1024 * 1024;

impl AwsService for Queues {
    fn names(&self) -> &'static [Service] {
        &[SQS]
    }

    fn body_bytes(&self) -> usize {
        BODY_BYTES
    }

    fn is_meant(&self, parts: &Parts) -> bool {
        json::operation(parts, TARGET).is_some()
    }

    fn form_version(&self) -> Option<&'static str> {
        Some("2012-11-05")
    }

    fn answer<'a>(&'a self, call: Call<'a>) -> Answering<'a> {
        Box::pin(async move {
            match json::operation(call.parts, TARGET) {
                Some(operation) => self.answer_json(operation, call).await,
                None => self.answer_form(call).await,
            }
        })
    }

    fn left_of(&self, account: &AccountId) -> Option<&'static str> {
        let own =
            |queue: &std::sync::Arc<crate::queue::Queue>| queue.place.scope.account == *account;
        self.everyone().iter().any(own).then_some("queues")
    }

    fn refuse(&self, parts: &Parts, error: AwsError) -> Response<Bytes> {
        match json::operation(parts, TARGET) {
            Some(_) => refuse(&error),
            None => refuse_form(&error),
        }
    }
}

impl Queues {
    async fn answer_json(&self, operation: &str, call: Call<'_>) -> Response<Bytes> {
        let base = base(&call);
        let ask = Ask { queues: self, caller: call.caller, base: &base, trace: call.trace_id() };
        let answered = match json::read(call.body) {
            Ok(input) => ask.answer(operation, input).await,
            Err(error) => Err(error),
        };
        match answered {
            Ok(output) => json::answer(VERSION, &output),
            Err(error) => refuse(&error),
        }
    }

    async fn answer_form(&self, call: Call<'_>) -> Response<Bytes> {
        let query = call.parts.uri.query().unwrap_or_default();
        let body = if call.parts.method == Method::GET { query.as_bytes() } else { call.body };
        let Some(form) = Form::parse(body) else {
            let error = AwsError::new("MalformedQueryString", 400, "The body is no form.");
            return refuse_form(&error);
        };
        let operation = form.get("Action").unwrap_or_default().to_owned();
        let base = base(&call);
        let ask = Ask { queues: self, caller: call.caller, base: &base, trace: call.trace_id() };
        let answered = match form::read(&form, call.parts.uri.path()) {
            Some(input) => ask.answer(&operation, input).await,
            None => Err(AwsError::new("MalformedQueryString", 400, "A parameter is misspelled.")),
        };
        let id = RequestId::random().to_string();
        match answered {
            Ok(output) => {
                query::respond(&operation, NAMESPACE, &id, xml::shown(&operation, &output))
            }
            Err(error) => refuse_form(&error),
        }
    }
}

/// What the URLs of queues begin with, as the caller reached this server.
fn base(call: &Call<'_>) -> String {
    let parts = call.parts;
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or(parts.uri.authority().map(Authority::as_str));
    let host = host.filter(|host| host.parse::<Authority>().is_ok()).unwrap_or("localhost");
    format!("{}://{host}", call.caller.via.scheme())
}

fn refuse_form(error: &AwsError) -> Response<Bytes> {
    let id = RequestId::random().to_string();
    let spelled = AwsError::new(code(error.name()), error.status(), error.message());
    query::refuse(&spelled, NAMESPACE, &id)
}

/// An error of the JSON protocol; a header has the code that SDKs knew before.
fn refuse(error: &AwsError) -> Response<Bytes> {
    let spelled = AwsError::new(kind(error.name()), error.status(), error.message());
    let mut response = json::refuse(VERSION, &spelled);
    let whose = if error.status() < 500 { "Sender" } else { "Receiver" };
    if let Ok(value) = HeaderValue::from_str(&format!("{};{whose}", code(error.name()))) {
        response.headers_mut().insert(HeaderName::from_static("x-amzn-query-error"), value);
    }
    debug_assert!(response.headers().contains_key(CONTENT_TYPE));
    response
}

/// The code that the query protocol has for an error, as it was before there was a JSON protocol.
pub(crate) fn code(name: &'static str) -> &'static str {
    match name {
        "BatchEntryIdsNotDistinct" => "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        "BatchRequestTooLong" => "AWS.SimpleQueueService.BatchRequestTooLong",
        "EmptyBatchRequest" => "AWS.SimpleQueueService.EmptyBatchRequest",
        "InvalidBatchEntryId" => "AWS.SimpleQueueService.InvalidBatchEntryId",
        "MessageNotInflight" => "AWS.SimpleQueueService.MessageNotInflight",
        "PurgeQueueInProgress" => "AWS.SimpleQueueService.PurgeQueueInProgress",
        "QueueDeletedRecently" => "AWS.SimpleQueueService.QueueDeletedRecently",
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue",
        "QueueNameExists" => "QueueAlreadyExists",
        "TooManyEntriesInBatchRequest" => "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        "UnsupportedOperation" => "AWS.SimpleQueueService.UnsupportedOperation",
        "AccessDeniedException" => "AccessDenied",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "ExpiredTokenException" => "ExpiredToken",
        "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
        "IncompleteSignatureException" => "IncompleteSignature",
        other => other,
    }
}

/// The type that the JSON protocol has for an error: of the service's own with its name space.
fn kind(name: &'static str) -> &'static str {
    match name {
        "BatchEntryIdsNotDistinct" => "com.amazonaws.sqs#BatchEntryIdsNotDistinct",
        "BatchRequestTooLong" => "com.amazonaws.sqs#BatchRequestTooLong",
        "EmptyBatchRequest" => "com.amazonaws.sqs#EmptyBatchRequest",
        "InvalidAddress" => "com.amazonaws.sqs#InvalidAddress",
        "InvalidAttributeName" => "com.amazonaws.sqs#InvalidAttributeName",
        "InvalidAttributeValue" => "com.amazonaws.sqs#InvalidAttributeValue",
        "InvalidBatchEntryId" => "com.amazonaws.sqs#InvalidBatchEntryId",
        "InvalidMessageContents" => "com.amazonaws.sqs#InvalidMessageContents",
        "MessageNotInflight" => "com.amazonaws.sqs#MessageNotInflight",
        "OverLimit" => "com.amazonaws.sqs#OverLimit",
        "PurgeQueueInProgress" => "com.amazonaws.sqs#PurgeQueueInProgress",
        "QueueDeletedRecently" => "com.amazonaws.sqs#QueueDeletedRecently",
        "QueueDoesNotExist" => "com.amazonaws.sqs#QueueDoesNotExist",
        "QueueNameExists" => "com.amazonaws.sqs#QueueNameExists",
        "ReceiptHandleIsInvalid" => "com.amazonaws.sqs#ReceiptHandleIsInvalid",
        "ResourceNotFoundException" => "com.amazonaws.sqs#ResourceNotFoundException",
        "TooManyEntriesInBatchRequest" => "com.amazonaws.sqs#TooManyEntriesInBatchRequest",
        "UnsupportedOperation" => "com.amazonaws.sqs#UnsupportedOperation",
        "AccessDenied" => "com.amazon.coral.service#AccessDeniedException",
        "InvalidParameterValue" => "com.amazon.coral.service#InvalidParameterValueException",
        "MissingParameter" => "com.amazon.coral.service#MissingRequiredParameterException",
        "InvalidAction" => "com.amazon.coral.service#UnknownOperationException",
        "SerializationException" => "com.amazon.coral.service#SerializationException",
        other => other,
    }
}
