//! IAM and STS: the query protocol, for as much of them as deploy tools and people call.
//!
//! - `roles`, `users`, `policies`, `keys`: IAM, a family a file
//! - `sts`: who somebody is, and assuming roles

mod keys;
mod policies;
mod policy_versions;
mod roles;
mod sts;
mod users;

use bytes::Bytes;
use fika_aws::query::{self, Form, Xml};
use fika_aws::shape::AwsError;
use fika_aws::sigv4::Service;
use fika_iam::{Iam, Sessions};
use fika_model::{AccountId, RequestId};
use jiff::Timestamp;

use crate::auth::{Caller, IAM};
use crate::reply::{self, Reply};

const IAM_NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";
const STS_NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// What an operation answers: nothing, or what is in its `Result`.
type Answered = Result<Option<Xml>, AwsError>;

/// One request of somebody who has proven who they are.
#[derive(Clone, Copy)]
struct Ask<'a> {
    iam: &'a Iam,
    sessions: &'a Sessions,
    caller: &'a Caller,
    form: &'a Form,
}

/// The version that a form is of.
pub(crate) fn version(body: &Bytes) -> Option<String> {
    Form::parse(body)?.get("Version").map(Into::into)
}

/// Answers one request, in the service's own form also where it is refused.
pub(crate) async fn answer(iam: &Iam, sessions: &Sessions, caller: &Caller, body: &Bytes) -> Reply {
    let id = RequestId::random();
    let text = id.to_string();
    let Some(form) = Form::parse(body) else {
        let error = AwsError::new("MalformedQueryString", 400, "The body is no form.");
        return reply::named(reply::from(query::refuse(&error, IAM_NAMESPACE, &text)), id);
    };
    let action = form.get("Action").unwrap_or_default().to_owned();
    let ask = Ask { iam, sessions, caller, form: &form };
    let (namespace, answered) = match form.get("Version") {
        Some("2011-06-15") => (STS_NAMESPACE, ask.sts(&action)),
        _ => (IAM_NAMESPACE, ask.iam(&action).await),
    };
    let response = match answered {
        Ok(result) => query::respond(&action, namespace, &text, result),
        Err(error) => query::refuse(&spelled(error), namespace, &text),
    };
    reply::named(reply::from(response), id)
}

/// A refusal before anybody is known to have asked.
pub(crate) fn refuse(error: AwsError) -> Reply {
    let id = RequestId::random();
    let response = query::refuse(&spelled(error), IAM_NAMESPACE, &id.to_string());
    reply::named(reply::from(response), id)
}

/// The names these services have for what others call otherwise.
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

impl<'a> Ask<'a> {
    async fn iam(self, action: &str) -> Answered {
        self.meant_for(IAM)?;
        match self.roles(action).await {
            None => {}
            Some(answered) => return answered,
        }
        match self.users(action).await {
            None => {}
            Some(answered) => return answered,
        }
        match self.policies(action).await {
            None => {}
            Some(answered) => return answered,
        }
        match self.keys(action).await {
            None => Err(self.unknown(action)),
            Some(answered) => answered,
        }
    }

    /// A request that is signed for one service asks nothing of another.
    fn meant_for(self, service: Service) -> Result<(), AwsError> {
        if self.caller.asks(service) {
            return Ok(());
        }
        Err(AwsError::new(
            "SignatureDoesNotMatch",
            403,
            format!("Credential should be scoped to correct service: '{}'. ", service.name),
        ))
    }

    fn unknown(self, action: &str) -> AwsError {
        let version = self.form.get("Version").unwrap_or_default();
        let text =
            format!("Could not find operation {action} for version {version}, or fika has it not");
        AwsError::new("InvalidAction", 400, text)
    }

    fn account(self) -> &'a AccountId {
        &self.caller.scope.account
    }

    /// Whether the caller may do that to the thing of the account with that kind, path and name.
    fn may(self, action: &str, kind: &str, path_and_name: &str) -> Result<(), AwsError> {
        let arn = format!("arn:aws:iam::{}:{kind}{path_and_name}", self.account());
        self.may_on(action, &arn, &[])
    }

    fn may_on(self, action: &str, arn: &str, more: &[(&str, &str)]) -> Result<(), AwsError> {
        self.caller.allow(&format!("iam:{action}"), arn, None, more)
    }

    /// Made without the boundary it is to have, it could do more than whoever makes it wants.
    fn no_boundary(self) -> Result<(), AwsError> {
        match self.form.get("PermissionsBoundary") {
            None => Ok(()),
            Some(_) => Err(AwsError::new(
                "ValidationError",
                400,
                "PermissionsBoundary is not supported: fika has no permissions boundaries.",
            )),
        }
    }

    fn marker(self) -> Option<&'a str> {
        self.form.get("Marker")
    }

    fn most(self) -> Result<Option<usize>, AwsError> {
        self.form.number("MaxItems")
    }
}

/// A page's members, and where the next begins.
fn paged(xml: Xml, marker: Option<&str>) -> Xml {
    let truncated = if marker.is_some() { "true" } else { "false" };
    xml.text("IsTruncated", truncated).maybe("Marker", marker)
}

fn tags<'t>(tags: impl IntoIterator<Item = (&'t String, &'t String)>) -> Vec<Xml> {
    let one = |(key, value): (&String, &String)| Xml::new().text("Key", key).text("Value", value);
    tags.into_iter().map(one).collect()
}

/// As in `2026-11-23T12:00:00Z`.
fn date(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or_default().to_string()
}

/// A document as it travels: percent-encoded.
fn encoded(document: &str) -> String {
    let mut out = String::with_capacity(document.len() * 2);
    for byte in document.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
