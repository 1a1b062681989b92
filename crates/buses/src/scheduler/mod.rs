//! EventBridge Scheduler: rest-json.
//!
//! - `schedules`, `groups`: what is made, changed and listed
//! - `fires`: what a schedule sends, and when

mod fires;
mod groups;
mod schedules;

use fika_aws::shape::AwsError;
use fika_aws::sigv4::Service;
use fika_service::{Answering, AwsService, Call, to_the_end};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Buses;
use crate::input::Checked;
use crate::room::Inner;

pub(crate) use fires::{Fires, lateness, times};

/// The group that every account has.
pub(crate) const DEFAULT: &str = "default";
/// A schedule's input has at most 256 KiB; JSON may make six times that of it.
const BODY_BYTES: usize = 2 << 20;

/// The door of EventBridge Scheduler.
#[derive(Debug, Clone)]
pub struct Scheduler(pub(crate) Buses);

impl AwsService for Scheduler {
    fn names(&self) -> &'static [Service] {
        const NAMES: [Service; 1] = [Service::standard("scheduler")];
        &NAMES
    }

    fn body_bytes(&self) -> usize {
        BODY_BYTES
    }

    fn is_meant(&self, parts: &Parts) -> bool {
        let first = parts.uri.path().split('/').nth(1);
        let tags = || decoded(parts.uri.path()).starts_with("/tags/arn:aws:scheduler:");
        matches!(first, Some("schedules" | "schedule-groups")) || tags()
    }

    fn answer<'a>(&'a self, call: Call<'a>) -> Answering<'a> {
        to_the_end(self, call, |own, call| {
            Box::pin(async move {
                match own.0.inner.schedule(call).await {
                    Ok(output) => reply(StatusCode::OK, &output),
                    Err(error) => own.refuse(call.parts, error),
                }
            })
        })
    }

    fn left_of(&self, account: &fika_model::AccountId) -> Option<&'static str> {
        let inner = &self.0.inner;
        let kinds = [
            ("schedules", inner.schedules.has_any(account)),
            ("schedule groups", inner.groups.has_any(account)),
        ];
        kinds.into_iter().find_map(|(what, some)| some.then_some(what))
    }

    fn refuse(&self, _parts: &Parts, error: AwsError) -> Response<bytes::Bytes> {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
        let mut answer = reply(status, &json!({"Message": error.message()}));
        answer.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(error.name()));
        answer
    }
}

fn reply(status: StatusCode, body: &Value) -> Response<bytes::Bytes> {
    let mut answer = Response::new(body.to_string().into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// A path, or a part of one, as it is meant.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| first == b'%');
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Inner {
    async fn schedule(&self, call: Call<'_>) -> Checked<Value> {
        let (caller, query) = (call.caller, Query(call.parts.uri.query()));
        let path = call.parts.uri.path();
        let segments: Vec<String> =
            path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
        let (kind, name) = match &segments[..] {
            [kind] => (kind.as_str(), None),
            [kind, name] => (kind.as_str(), Some(name.as_str())),
            // An ARN whose slashes are slashes.
            [kind, ..] if kind == "tags" => {
                ("tags", Some(&decoded(path)["/tags/".len()..]).map(|_| ""))
            }
            _ => return Err(unknown()),
        };
        let arn = decoded(path.strip_prefix("/tags/").unwrap_or_default());
        let method = &call.parts.method;
        match (kind, name) {
            ("schedules", None) if method == Method::GET => self.list_schedules(caller, &query),
            ("schedules", Some(name)) => match *method {
                Method::POST => self.create_schedule(caller, name, read(call)?).await,
                Method::PUT => self.update_schedule(caller, name, read(call)?).await,
                Method::GET => self.get_schedule(caller, name, &query),
                Method::DELETE => self.delete_schedule(caller, name, &query).await,
                _ => Err(unknown()),
            },
            ("schedule-groups", None) if method == Method::GET => self.list_groups(caller, &query),
            ("schedule-groups", Some(name)) => match *method {
                Method::POST => self.create_group(caller, name, read(call)?).await,
                Method::GET => self.get_group(caller, name),
                Method::DELETE => self.delete_group(caller, name).await,
                _ => Err(unknown()),
            },
            ("tags", Some(_)) => match *method {
                Method::POST => self.tag_group(caller, &arn, read(call)?).await,
                Method::GET => self.group_tags(caller, &arn),
                Method::DELETE => self.untag_group(caller, &arn, &query.all("TagKeys")).await,
                _ => Err(unknown()),
            },
            _ => Err(unknown()),
        }
    }
}

fn unknown() -> AwsError {
    AwsError::new("UnknownOperationException", 404, "EventBridge Scheduler has no such operation.")
}

fn read<T: DeserializeOwned>(call: Call<'_>) -> Checked<T> {
    let body = if call.body.is_empty() { b"{}" } else { &call.body[..] };
    serde_json::from_slice(body)
        .map_err(|error| AwsError::validation(format!("The body cannot be read: {error}")))
}

/// What follows the question mark.
struct Query<'q>(Option<&'q str>);

impl Query<'_> {
    fn get(&self, name: &str) -> Option<String> {
        fika_aws::rest::query(self.0, name).map(std::borrow::Cow::into_owned)
    }

    fn all(&self, name: &str) -> Vec<String> {
        let pairs = self.0.unwrap_or_default().split('&');
        let named = pairs.filter_map(|pair| pair.split_once('=')).filter(|(own, _)| *own == name);
        named.map(|(_, value)| decoded(&value.replace('+', " "))).collect()
    }

    fn limit(&self) -> Checked<Option<i64>> {
        let Some(text) = self.get("MaxResults") else { return Ok(None) };
        let value = text.parse().ok();
        let value = value.ok_or_else(|| AwsError::validation("MaxResults is no number."))?;
        crate::input::between(Some(value), "maxResults", 1, 100)?;
        Ok(Some(value))
    }
}
