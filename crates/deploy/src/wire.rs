//! CloudFormation at the doors: the query protocol, version 2010-05-15.

use bytes::Bytes;
use fika_aws::query::{self, Form, Xml};
use fika_aws::shape::AwsError;
use fika_aws::sigv4::Service;
use fika_model::{AccountId, RequestId};
use fika_service::{Answering, AwsService, Call, to_the_end};
use http::request::Parts;
use http::{HeaderValue, Response};

use crate::operations::Ask;
use crate::room::Stacks;

const NAMESPACE: &str = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
/// A template and its parameters, encoded as a form.
const BODY_BYTES: usize = 2 << 20;

/// What an operation answers: nothing, or what is in its `Result`.
pub(crate) type Answered = Result<Option<Xml>, AwsError>;

impl AwsService for Stacks {
    fn names(&self) -> &'static [Service] {
        const { &[Service::standard("cloudformation")] }
    }

    fn body_bytes(&self) -> usize {
        BODY_BYTES
    }

    fn is_meant(&self, parts: &Parts) -> bool {
        let host = parts.headers.get("host").and_then(|host| host.to_str().ok());
        host.is_some_and(|host| host.starts_with("cloudformation."))
    }

    fn form_version(&self) -> Option<&'static str> {
        Some("2010-05-15")
    }

    fn answer<'a>(&'a self, call: Call<'a>) -> Answering<'a> {
        to_the_end(self, call, |own, call| Box::pin(own.answer_form(call)))
    }

    fn left_of(&self, account: &AccountId) -> Option<&'static str> {
        self.has_any(account).then_some("stacks")
    }

    fn refuse(&self, _: &Parts, error: AwsError) -> Response<Bytes> {
        let id = RequestId::random().to_string();
        named(query::refuse(&spelled(error), NAMESPACE, &id), &id)
    }
}

impl Stacks {
    async fn answer_form(&self, call: Call<'_>) -> Response<Bytes> {
        let id = RequestId::random().to_string();
        let Some(form) = Form::parse(call.body) else {
            let error = AwsError::new("MalformedQueryString", 400, "The body is no form.");
            return named(query::refuse(&error, NAMESPACE, &id), &id);
        };
        let action = form.get("Action").unwrap_or_default().to_owned();
        let ask = Ask { stacks: self, caller: call.caller, form: &form };
        let answered = ask.answer(&action).await;
        let response = match answered {
            Ok(result) => query::respond(&action, NAMESPACE, &id, result),
            Err(error) => query::refuse(&spelled(error), NAMESPACE, &id),
        };
        named(response, &id)
    }
}

fn named(mut response: Response<Bytes>, id: &str) -> Response<Bytes> {
    let id = HeaderValue::from_str(id).ok();
    let name = http::HeaderName::from_static("x-amzn-requestid");
    response.headers_mut().extend(id.map(|id| (name, id)));
    response
}

/// The names this protocol has for what others call otherwise.
fn spelled(error: AwsError) -> AwsError {
    let name = match error.name() {
        "AccessDeniedException" => "AccessDenied",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "ExpiredTokenException" => "ExpiredToken",
        "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
        "IncompleteSignatureException" => "IncompleteSignature",
        _ => return error,
    };
    AwsError::new(name, error.status(), error.message())
}
