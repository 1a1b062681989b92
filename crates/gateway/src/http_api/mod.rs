//! The management calls of HTTP APIs (`apigatewayv2`).
//!
//! - `apis`: APIs themselves; `parts`: what an API is made of, all by the same few steps
//! - `shapes`: their members; `openapi`: APIs from OpenAPI documents

mod apis;
pub mod openapi;
mod parts;
mod shapes;

use bytes::Bytes;
use fika_aws::shape::AwsError;
use fika_service::Call;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::document::{Document, bad};
use crate::gateway::Gateway;
use crate::manage::{Done, missing, permit};
use crate::record::{Draft, Kind, Record};
use crate::tags;
use parts::Sort;

/// What paths of this service begin with.
pub const PATH: &str = "/v2";

/// Answers a call.
///
/// # Errors
/// AWS's.
pub async fn answer(gateway: &Gateway, call: Call<'_>) -> Result<Done, AwsError> {
    let path = call.parts.uri.path().strip_prefix(PATH).unwrap_or_default();
    let path: Vec<String> = path
        .split('/')
        .skip(1)
        .map(crate::route::decoded)
        .filter(|part| !part.is_empty())
        .collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let method = &call.parts.method;
    permit(&call, &path)?;
    match (method, path.as_slice()) {
        (&Method::POST, ["apis"]) => apis::create(gateway, &call).await,
        (&Method::GET, ["apis"]) => Ok(apis::list(gateway, &call)),
        (&Method::PUT, ["apis"]) => openapi::import(gateway, &call, None).await,
        (&Method::PUT, ["apis", id]) => openapi::import(gateway, &call, Some(id)).await,
        (&Method::GET, ["apis", id]) => apis::get(gateway, &call, id),
        (&Method::PATCH, ["apis", id]) => apis::update(gateway, &call, id).await,
        (&Method::DELETE, ["apis", id]) => apis::delete(gateway, &call, id).await,
        (&Method::DELETE, ["apis", id, "cors"]) => apis::delete_cors(gateway, &call, id).await,
        (&Method::GET, ["tags", arn @ ..]) => {
            let tags = tags::get(gateway, &call, &arn.join("/"))?;
            Ok(shown(json!({ "tags": tags })))
        }
        (&Method::POST, ["tags", arn @ ..]) => {
            tags::put(gateway, &call, &arn.join("/")).await.map(|()| created(json!({})))
        }
        (&Method::DELETE, ["tags", arn @ ..]) => {
            tags::remove(gateway, &call, &arn.join("/")).await.map(|()| gone())
        }
        (_, ["apis", id, sort, rest @ ..]) => match Sort::named(sort) {
            Some(sort) => parts::answer(gateway, &call, id, sort, rest).await,
            None => Err(not_served(sort)),
        },
        (_, [other, ..]) => Err(not_served(other)),
        (_, []) => Err(bad("Unknown operation")),
    }
}

fn not_served(what: &str) -> AwsError {
    bad(format!("fika has no {what} of HTTP APIs (docs/http.md)."))
}

/// An API of the caller's.
fn found(
    gateway: &Gateway,
    call: &Call<'_>,
    id: &str,
) -> Result<std::sync::Arc<crate::apis::Api>, AwsError> {
    let api = gateway.inner.apis.get(&call.caller.scope, id);
    let api = api.filter(|api| api.draft.record.kind == Kind::Http);
    api.ok_or_else(|| missing("API", id))
}

/// Changes an API of the caller's, and deploys it where a stage wants that.
async fn change<T: Send + 'static>(
    gateway: &Gateway,
    call: &Call<'_>,
    id: &str,
    edit: impl FnOnce(&mut Draft) -> Result<T, AwsError> + Send,
) -> Result<T, AwsError> {
    found(gateway, call, id)?;
    let edit = |draft: &mut Draft| {
        let before = draft.record.config.clone();
        let done = edit(draft)?;
        let changed = draft.record.config != before;
        parts::deploy_automatically(draft, changed);
        Ok(done)
    };
    let changed = gateway.inner.apis.change(&call.caller.scope, id, edit).await?;
    changed.ok_or_else(|| missing("API", id))
}

fn created(document: impl Into<Value>) -> Done {
    Done { status: StatusCode::CREATED, body: Some(document.into()) }
}

fn shown(document: impl Into<Value>) -> Done {
    Done { status: StatusCode::OK, body: Some(document.into()) }
}

fn gone() -> Done {
    Done { status: StatusCode::NO_CONTENT, body: None }
}

/// A page of a list, by `maxResults` and `nextToken`.
fn page(call: &Call<'_>, items: Vec<Value>) -> Done {
    let query = call.parts.uri.query().unwrap_or_default();
    let of = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == wanted).and_then(|(_, value)| value.parse::<usize>().ok())
    };
    let (from, most) =
        (of("nextToken").unwrap_or(0), of("maxResults").unwrap_or(500).clamp(1, 500));
    let total = items.len();
    let items: Vec<Value> = items.into_iter().skip(from).take(most).collect();
    let next = from.saturating_add(items.len());
    let mut body = json!({ "items": items });
    if next < total {
        body["nextToken"] = next.to_string().into();
    }
    shown(body)
}

/// An HTTP API with nothing in it.
fn empty(about: Document, now_ms: i64) -> Record {
    Record {
        kind: Kind::Http,
        created_ms: now_ms,
        about,
        config: crate::record::Config::default(),
        stages: crate::record::Things::new(),
        deployments: crate::record::Things::new(),
    }
}

/// The body of a call.
fn body<'c>(call: &'c Call<'_>) -> &'c Bytes {
    call.body
}
