//! What the management calls of both services have in common.

use bytes::Bytes;
use fika_aws::shape::AwsError;
use fika_aws::sigv4::Service;
use fika_service::{Answering, AwsService, Call};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::apis::id_by;
use crate::gateway::Gateway;
use crate::{http_api, rest_api};

/// The largest body: a document of OpenAPI.
const BODY_BYTES: usize = 6 << 20;

const NAMES: [Service; 1] = [Service::standard("apigateway")];

/// What a call came to.
#[derive(Debug)]
pub struct Done {
    /// 200, 201, 202 or 204.
    pub status: StatusCode,
    /// JSON; none of a 204.
    pub body: Option<Value>,
}

impl AwsService for Gateway {
    fn names(&self) -> &'static [Service] {
        &NAMES
    }

    fn body_bytes(&self) -> usize {
        BODY_BYTES
    }

    fn is_meant(&self, parts: &Parts) -> bool {
        let first = parts.uri.path().split('/').nth(1);
        match first {
            Some("restapis" | "tags") => true,
            Some("v2") => {
                ["/v2/apis", "/v2/tags"].iter().any(|own| parts.uri.path().starts_with(own))
            }
            _ => false,
        }
    }

    fn answer<'a>(&'a self, call: Call<'a>) -> Answering<'a> {
        Box::pin(async move {
            let second = call.parts.uri.path().starts_with(http_api::PATH);
            let done = match second {
                true => http_api::answer(self, call).await,
                false => rest_api::answer(self, call).await,
            };
            match done {
                Ok(done) => respond(done.status, done.body),
                Err(error) => refusal(&error),
            }
        })
    }

    fn left_of(&self, account: &fika_model::AccountId) -> Option<&'static str> {
        self.inner.apis.has_any(account).then_some("APIs")
    }

    fn refuse(&self, _: &Parts, error: AwsError) -> Response<Bytes> {
        refusal(&error)
    }
}

fn respond(status: StatusCode, body: Option<Value>) -> Response<Bytes> {
    let body = body.map(|body| Bytes::from(body.to_string()));
    let mut response = Response::new(body.unwrap_or_default());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

fn refusal(error: &AwsError) -> Response<Bytes> {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = respond(status, Some(json!({ "message": error.message() })));
    let name = HeaderName::from_static("x-amzn-errortype");
    response.headers_mut().insert(name, HeaderValue::from_static(error.name()));
    response
}

/// Whether the caller may do this: the action is the method, the resource the path.
///
/// # Errors
/// 403 `AccessDeniedException`.
pub fn permit(call: &Call<'_>, path: &[&str]) -> Result<(), AwsError> {
    let action = format!("apigateway:{}", call.parts.method);
    let region = &call.caller.scope.region;
    let arn = format!("arn:aws:apigateway:{region}::/{}", path.join("/"));
    call.caller.allow(&action, &arn, None, &[])
}

/// Whether the caller may have the gateway act as a role, if there is one.
///
/// # Errors
/// 400 where it is none of the account's, 403 `AccessDeniedException`.
pub fn pass_role(call: &Call<'_>, role: Option<&str>) -> Result<(), AwsError> {
    let Some(role) = role else { return Ok(()) };
    let own = format!("arn:aws:iam::{}:role/", call.caller.scope.account);
    if !role.starts_with(&own) {
        return Err(crate::document::bad(
            "Invalid ARN specified in the request: a role of this account is expected",
        ));
    }
    let to = [("iam:PassedToService", "apigateway.amazonaws.com")];
    call.caller.allow("iam:PassRole", role, None, &to)
}

/// The id of what this call makes, where its caller knows it by a token: whoever asks again with the same one is
/// answered with what was made the first time. AWS's API has no such header; deployments of this server send it.
pub fn id_wanted(call: &Call<'_>) -> Option<String> {
    let token = call.parts.headers.get("x-fika-client-token")?.to_str().ok()?;
    Some(id_by(&call.caller.scope, token))
}

/// 404.
pub fn missing(what: &str, id: &str) -> AwsError {
    let text = format!("Unable to find {what} by ID '{id}'. Verify that the {what} is correct.");
    AwsError::new("NotFoundException", 404, text)
}

/// Milliseconds since 1970 as texts of the second service have them.
pub fn iso(ms: i64) -> Value {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}
