//! Parameter Store at the doors: aws-json 1.1.

use bytes::Bytes;
use fika_aws::shape::AwsError;
use fika_aws::sigv4::Service;
use fika_model::{AccountId, RequestId};
use fika_service::{Answering, AwsService, Call, json, to_the_end};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response, StatusCode};

use crate::operations::Ask;
use crate::room::Parameters;

const PREFIX: &str = "AmazonSSM.";
const VERSION: &str = "1.1";
/// A value with a description and tags, and what JSON makes of them at worst.
const BODY_BYTES: usize = 1 << 20;

impl AwsService for Parameters {
    fn names(&self) -> &'static [Service] {
        const { &[Service::standard("ssm")] }
    }

    fn body_bytes(&self) -> usize {
        BODY_BYTES
    }

    fn is_meant(&self, parts: &Parts) -> bool {
        json::operation(parts, PREFIX).is_some()
    }

    fn answer<'a>(&'a self, call: Call<'a>) -> Answering<'a> {
        to_the_end(self, call, |own, call| {
            Box::pin(async move {
                let operation = json::operation(call.parts, PREFIX).unwrap_or_default();
                let ask = Ask { parameters: own, caller: call.caller, body: call.body };
                match ask.answer(operation).await {
                    Ok(output) => numbered(json::answer(VERSION, &output)),
                    Err(error) => own.refuse(call.parts, error),
                }
            })
        })
    }

    fn left_of(&self, account: &AccountId) -> Option<&'static str> {
        self.has_any(account).then_some("parameters")
    }

    fn refuse(&self, _: &Parts, error: AwsError) -> Response<Bytes> {
        let mut reply = json::refuse(VERSION, &error);
        // This service says 400 to whoever may not, where others say 403.
        if reply.status() == StatusCode::FORBIDDEN {
            *reply.status_mut() = StatusCode::BAD_REQUEST;
        }
        numbered(reply)
    }
}

fn numbered(mut reply: Response<Bytes>) -> Response<Bytes> {
    let id = HeaderValue::from_str(&RequestId::random().to_string()).ok();
    let name = HeaderName::from_static("x-amzn-requestid");
    reply.headers_mut().extend(id.map(|id| (name, id)));
    reply
}
