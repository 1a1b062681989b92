//! API Gateway: HTTP APIs (`http`) and REST APIs (`rest`).
//!
//! - `call`, `make`: its calls; `document`: what an API may be written as; `small`: properties by the names that its APIs have for them

pub(crate) mod http;
pub(crate) mod rest;

mod document;
mod small;

use ::http::header::CONTENT_TYPE;
use ::http::{Method, Request};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::kind::{Ask, Failure, Was};
use crate::services::{Answered, Refusal, encoded};

const SERVICE: &str = "apigateway";

async fn call(ask: &Ask, method: Method, path: &str, input: &Value) -> Answered<Value> {
    ask.services.rest(SERVICE, method, path, input).await
}

/// Makes a thing that the service gives an id. Asked again, by the same token, it answers with what it made then.
async fn make(ask: &Ask, method: Method, path: &str, input: &Value) -> Answered<Value> {
    send(ask, method, path, input.to_string()).await
}

/// The same with a body that is a document of its own.
async fn send(ask: &Ask, method: Method, path: &str, body: String) -> Answered<Value> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(CONTENT_TYPE, "application/json")
        .header("x-fika-client-token", &ask.token)
        .body(Bytes::from(body));
    let request = request.map_err(|error| Refusal {
        service: SERVICE.into(),
        code: "InvalidRequest".into(),
        status: 400,
        message: error.to_string(),
    })?;
    let answer = ask.services.request(SERVICE, request).await?;
    Ok(serde_json::from_slice(answer.body()).unwrap_or(Value::Null))
}

/// What has tags, and how it is told of them.
struct Tagged {
    /// Before the ARN.
    path: &'static str,
    /// How tags are added.
    method: Method,
    /// After `arn:aws:apigateway:REGION::`.
    place: String,
}

/// Gives it the tags that it is to have, and takes those away that it had by `was`.
async fn retag(ask: &Ask, was: &Was, of: Tagged) -> Result<(), Failure> {
    let had = Ask { properties: was.properties.clone(), ..ask.clone() }.tags();
    let has = ask.tags();
    let arn = format!("arn:aws:apigateway:{}::{}", ask.stack.scope.region, of.place);
    let path = format!("{}/{arn}", of.path);
    let gone: Vec<_> = had.keys().filter(|key| !has.contains_key(*key)).collect();
    if !gone.is_empty() {
        let query = encoded(gone.iter().map(|key| ("tagKeys", key.as_str())));
        call(ask, Method::DELETE, &format!("{path}?{query}"), &Value::Null).await?;
    }
    if (had != has || ask.again) && !has.is_empty() {
        call(ask, of.method, &path, &json!({"tags": has})).await?;
    }
    Ok(())
}
