//! Tags of what Lambda keeps, by ARN.

use http::Method;
use serde_json::{Value, json};

use super::call;
use crate::kind::{Ask, Failure, Was};
use crate::services::encoded;

/// Gives it the tags that it is to have, and takes those away that it had by `was`.
pub(super) async fn retag(ask: &Ask, was: &Was, arn: &str) -> Result<(), Failure> {
    let had = Ask { properties: was.properties.clone(), ..ask.clone() }.tags();
    let has = ask.tags();
    let path = format!("/2017-03-31/tags/{arn}");
    let gone: Vec<_> = had.keys().filter(|key| !has.contains_key(*key)).collect();
    if !gone.is_empty() {
        let query = encoded(gone.iter().map(|key| ("tagKeys", key.as_str())));
        call(ask, Method::DELETE, &format!("{path}?{query}"), &Value::Null).await?;
    }
    if had != has || (ask.again && !has.is_empty()) {
        call(ask, Method::POST, &path, &json!({"Tags": has})).await?;
    }
    Ok(())
}
