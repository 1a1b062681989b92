//! The management calls of REST APIs (`apigateway`), as far as functions behind them need.
//!
//! - `apis`: APIs themselves; `resources`: their paths, methods and integrations
//! - `openapi`, `import_parts`: APIs from OpenAPI documents
//! - `stages`: deployments, stages, authorizers; `patch`: the operations of `PATCH`

mod apis;
mod import_parts;
mod openapi;
mod patch;
mod resources;
mod stages;

use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_service::Call;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::apis::Api;
use crate::document::bad;
use crate::gateway::Gateway;
use crate::manage::{Done, permit};
use crate::record::{Draft, Kind};
use crate::tags;

/// Answers a call.
///
/// # Errors
/// AWS's.
pub async fn answer(gateway: &Gateway, call: Call<'_>) -> Result<Done, AwsError> {
    let path = call.parts.uri.path();
    let path: Vec<String> =
        path.split('/').map(crate::route::decoded).filter(|part| !part.is_empty()).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    permit(&call, &path)?;
    let on = On { gateway, call };
    match (&call.parts.method, path.as_slice()) {
        (&Method::GET, ["account"]) => Ok(ok(json!({
            "throttleSettings": { "burstLimit": 5000, "rateLimit": 10_000.0 }, "features": [],
        }))),
        (&Method::GET, ["tags", arn @ ..]) => {
            let tags = tags::get(gateway, &call, &arn.join("/"))?;
            Ok(ok(json!({ "tags": tags })))
        }
        (&Method::PUT, ["tags", arn @ ..]) => {
            tags::put(gateway, &call, &arn.join("/")).await.map(|()| done(StatusCode::NO_CONTENT))
        }
        (&Method::DELETE, ["tags", arn @ ..]) => tags::remove(gateway, &call, &arn.join("/"))
            .await
            .map(|()| done(StatusCode::NO_CONTENT)),
        (_, ["restapis"]) => apis::all(on).await,
        (_, ["restapis", id]) => apis::one(on, id).await,
        (_, ["restapis", id, "resources", rest @ ..]) => resources::answer(on, id, rest).await,
        (_, ["restapis", id, "stages", rest @ ..]) => stages::stages(on, id, rest).await,
        (_, ["restapis", id, "deployments", rest @ ..]) => stages::deployments(on, id, rest).await,
        (_, ["restapis", id, "authorizers", rest @ ..]) => stages::authorizers(on, id, rest).await,
        (_, other) => Err(not_served(&other.join("/"))),
    }
}

fn not_served(what: &str) -> AwsError {
    bad(format!("fika does not serve {what} of REST APIs (docs/http.md)."))
}

/// A call, and what it is made to.
#[derive(Clone, Copy)]
struct On<'a> {
    gateway: &'a Gateway,
    call: Call<'a>,
}

impl On<'_> {
    fn api(&self, id: &str) -> Result<Arc<Api>, AwsError> {
        let api = self.gateway.inner.apis.get(&self.call.caller.scope, id);
        api.filter(|api| api.draft.record.kind == Kind::Rest).ok_or_else(|| self.unknown(id))
    }

    fn unknown(&self, id: &str) -> AwsError {
        let account = &self.call.caller.scope.account;
        none(format!("Invalid API identifier specified {account}:{id}"))
    }

    async fn change<T>(
        &self,
        id: &str,
        edit: impl FnOnce(&mut Draft) -> Result<T, AwsError> + Send,
    ) -> Result<T, AwsError> {
        self.api(id)?;
        let scope = &self.call.caller.scope;
        let changed = self.gateway.inner.apis.change(scope, id, edit).await?;
        changed.ok_or_else(|| self.unknown(id))
    }
}

/// 404.
fn none(message: impl Into<String>) -> AwsError {
    AwsError::new("NotFoundException", 404, message)
}

fn conflict(message: impl Into<String>) -> AwsError {
    AwsError::new("ConflictException", 409, message)
}

fn ok(document: impl Into<Value>) -> Done {
    Done { status: StatusCode::OK, body: Some(document.into()) }
}

fn created(document: impl Into<Value>) -> Done {
    Done { status: StatusCode::CREATED, body: Some(document.into()) }
}

fn done(status: StatusCode) -> Done {
    Done { status, body: None }
}

/// A page of a list, by `limit` and `position`.
fn page(on: On<'_>, items: Vec<Value>) -> Done {
    let query = on.call.parts.uri.query().unwrap_or_default();
    let of = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == wanted).and_then(|(_, value)| value.parse::<usize>().ok())
    };
    let (from, most) = (of("position").unwrap_or(0), of("limit").unwrap_or(500).clamp(1, 500));
    let total = items.len();
    let items: Vec<Value> = items.into_iter().skip(from).take(most).collect();
    let next = from.saturating_add(items.len());
    let mut body = json!({ "item": items });
    if next < total {
        body["position"] = next.to_string().into();
    }
    ok(body)
}

/// Seconds since 1970, as this service has moments.
fn seconds(ms: i64) -> Value {
    (ms / 1000).into()
}
