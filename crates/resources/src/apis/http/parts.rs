//! What parts of HTTP APIs have in common.

use http::Method;
use serde_json::{Map, Value};

use super::APIS;
use crate::apis::small::{inside, small_first};
use crate::apis::{call, make};
use crate::kind::{Ask, Failure, Made, Was};
use crate::services::gone;

/// A member, and what it is where a template names it no more.
pub(super) type Member = (&'static str, fn() -> Value);

/// A sort of parts.
#[derive(Debug)]
pub(super) struct Part {
    /// As paths name it.
    pub(super) path: &'static str,
    /// The member that is its id; written large it is its attribute.
    pub(super) id: &'static str,
    /// What making and changing it take.
    pub(super) members: &'static [Member],
}

/// No text.
pub(super) fn empty() -> Value {
    "".into()
}

/// Nothing to say: what it was stays.
pub(super) fn as_it_was() -> Value {
    Value::Null
}

/// No entries.
pub(super) fn no_entries() -> Value {
    Value::Object(Map::new())
}

/// Not.
pub(super) fn no() -> Value {
    false.into()
}

/// Its API, in paths.
pub(super) fn api(properties: &Map<String, Value>) -> String {
    let id = properties.get("ApiId").and_then(Value::as_str).unwrap_or_default();
    format!("{APIS}/{id}")
}

pub(super) async fn create(part: &Part, ask: &Ask) -> Result<Made, Failure> {
    let path = format!("{}/{}", api(&ask.properties), part.path);
    let given = |(name, _): &Member| {
        let value = ask.properties.get(*name)?;
        Some((small_first(name), inside(name, value)))
    };
    let input: Map<_, _> = part.members.iter().filter_map(given).collect();
    let answer = make(ask, Method::POST, &path, &input.into()).await?;
    Ok(made(part, answer[part.id].as_str().unwrap_or_default()))
}

pub(super) async fn update(part: &Part, ask: &Ask, was: &Was) -> Result<(), Failure> {
    let input = changed(part, ask, was);
    if !input.is_empty() {
        let path = format!("{}/{}/{}", api(&ask.properties), part.path, was.made.id);
        call(ask, Method::PATCH, &path, &input.into()).await?;
    }
    Ok(())
}

pub(super) async fn delete(part: &Part, ask: &Ask, was: &Was) -> Result<(), Failure> {
    let path = format!("{}/{}/{}", api(&was.properties), part.path, was.made.id);
    gone(call(ask, Method::DELETE, &path, &Value::Null).await)
}

fn made(part: &Part, id: &str) -> Made {
    let (first, rest) = part.id.split_at(1);
    Made::new(id).with(&format!("{}{rest}", first.to_ascii_uppercase()), id)
}

/// The members that are to be others than they were.
fn changed(part: &Part, ask: &Ask, was: &Was) -> Map<String, Value> {
    let (old, new) = (&was.properties, &ask.properties);
    let differ =
        part.members.iter().filter(|(name, _)| ask.again || old.get(*name) != new.get(*name));
    let pairs = differ.map(|(name, default)| {
        let value = new.get(*name).map(|value| inside(name, value));
        (small_first(name), value.unwrap_or_else(default))
    });
    pairs.filter(|(_, value)| !value.is_null()).collect()
}
