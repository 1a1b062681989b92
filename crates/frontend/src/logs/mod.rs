//! CloudWatch Logs, as far as tools need it: reading what functions wrote, and writing more.
//!
//! - `groups`: log groups, how long they keep their events, and their tags
//! - `streams`: log streams
//! - `events`: reading and writing events
//! - `tail`: what comes, as it comes (`StartLiveTail`)
//! - `names`: what groups and streams are called, and what is no such name
//!
//! Inputs are read leniently, as the service does: what it does not know it does not mind.

mod events;
mod groups;
mod names;
mod streams;
mod tail;

use bytes::Bytes;
use fika_aws::shape::AwsError;
use fika_model::Scope;
use fika_store::{LogStore, StoreError};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::auth::Caller;
use crate::permit;
use crate::reply::Reply;
use tail::Sessions;

/// What the names of the operations begin with in `X-Amz-Target`.
pub(crate) const TARGET_PREFIX: &str = "Logs_20140328.";
/// The longest body, bytes: a batch of `PutLogEvents` has up to 1 MiB of messages, each of which
/// may be twice as long in JSON, and what stands around them.
pub(crate) const BODY_BYTES: usize = 4 << 20;

/// The logs, and who follows them.
pub(crate) struct Logs {
    store: LogStore,
    sessions: Sessions,
}

/// What one operation needs.
struct Call<'a> {
    store: &'a LogStore,
    scope: &'a Scope,
    body: &'a [u8],
}

/// An operation that is not done, and why.
#[derive(Debug)]
struct Refused {
    status: StatusCode,
    name: &'static str,
    message: String,
}

type Answered = Result<Value, Refused>;

impl Logs {
    pub(crate) fn new(store: LogStore) -> Self {
        Self { store, sessions: Sessions::default() }
    }

    /// Answers one call.
    pub(crate) async fn answer(&self, caller: &Caller, operation: &str, body: &Bytes) -> Reply {
        if let Err(error) = permit::logs(caller, operation, body) {
            let (name, message) = (error.name(), error.message().to_owned());
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::FORBIDDEN);
            return refuse(Refused { status, name, message });
        }
        if operation == "StartLiveTail" {
            let started = tail::start(&self.store, &self.sessions, &caller.scope, body).await;
            return started.unwrap_or_else(refuse);
        }
        match self.run(caller.scope.clone(), operation, body.clone()).await {
            Ok(Value::Null) => reply(StatusCode::OK, Bytes::new()),
            Ok(body) => reply(StatusCode::OK, body.to_string().into()),
            Err(refused) => refuse(refused),
        }
    }

    /// Runs an operation where waiting for a disk holds nobody up.
    async fn run(&self, scope: Scope, operation: &str, body: Bytes) -> Answered {
        let Some(serve) = operation_of(operation) else {
            return Err(Refused {
                status: StatusCode::NOT_IMPLEMENTED,
                name: "NotImplementedException",
                message: format!(
                    "fika does not serve {} of CloudWatch Logs",
                    operation.escape_debug()
                ),
            });
        };
        let store = self.store.clone();
        let served = tokio::task::spawn_blocking(move || {
            serve(&Call { store: &store, scope: &scope, body: &body })
        });
        served.await.unwrap_or_else(|e| Err(failed(&e)))
    }
}

fn operation_of(name: &str) -> Option<fn(&Call<'_>) -> Answered> {
    Some(match name {
        "CreateLogGroup" => groups::create,
        "DeleteLogGroup" => groups::delete,
        "DescribeLogGroups" => groups::describe,
        "PutRetentionPolicy" => groups::put_retention,
        "DeleteRetentionPolicy" => groups::delete_retention,
        "ListTagsForResource" => groups::list_tags,
        "TagResource" => groups::tag,
        "UntagResource" => groups::untag,
        "ListTagsLogGroup" => groups::list_tags_by_name,
        "CreateLogStream" => streams::create,
        "DescribeLogStreams" => streams::describe,
        "GetLogEvents" => events::get,
        "FilterLogEvents" => events::filter,
        "PutLogEvents" => events::put,
        _ => return None,
    })
}

impl Call<'_> {
    fn input<I: DeserializeOwned>(&self) -> Result<I, Refused> {
        let body = if self.body.is_empty() { b"{}" } else { self.body };
        serde_json::from_slice(body)
            .map_err(|e| bad("SerializationException", format!("the body cannot be read: {e}")))
    }
}

fn refuse(Refused { status, name, message }: Refused) -> Reply {
    let body = json!({"__type": name, "message": message}).to_string();
    reply(status, body.into())
}

fn reply(status: StatusCode, body: Bytes) -> Reply {
    let mut reply = Response::new(Answer::from(body));
    *reply.status_mut() = status;
    let json = HeaderValue::from_static("application/x-amz-json-1.1");
    reply.headers_mut().insert(CONTENT_TYPE, json);
    reply
}

fn bad(name: &'static str, message: impl Into<String>) -> Refused {
    Refused { status: StatusCode::BAD_REQUEST, name, message: message.into() }
}

fn invalid(message: impl Into<String>) -> Refused {
    bad("InvalidParameterException", message)
}

/// A member that breaks its constraint, in the service's words.
fn broken(value: &str, member: &str, rule: &str) -> Refused {
    invalid(AwsError::broken_constraint(value, member, rule).message())
}

/// A whole number within bounds, or what stands for it when it is not given.
fn limit(given: Option<i64>, member: &str, most: usize) -> Result<usize, Refused> {
    match given {
        None => Ok(most),
        Some(given) => match usize::try_from(given) {
            Ok(0) | Err(_) => Err(broken(
                &given.to_string(),
                member,
                "Member must have value greater than or equal to 1",
            )),
            Ok(given) if given <= most => Ok(given),
            Ok(given) => {
                let rule = format!("Member must have value less than or equal to {most}");
                Err(broken(&given.to_string(), member, &rule))
            }
        },
    }
}

fn failed(error: &dyn std::fmt::Display) -> Refused {
    Refused {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        name: "ServiceUnavailableException",
        message: format!("the log cannot be read or written: {error}"),
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        failed(&error)
    }
}
