//! Dynamic references: `{{resolve:ssm:/name:1}}` in text, once its functions are resolved.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::budget::Budget;
use crate::resolve::{Known, Unresolved, scalar};

const BEGIN: &str = "{{resolve:";
const END: &str = "}}";
const SERVICES: [&str; 3] = ["ssm:", "ssm-secure:", "secretsmanager:"];

/// What a dynamic reference asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dynamic {
    /// `ssm:NAME[:VERSION]`, and with `secure` `ssm-secure:NAME[:VERSION]`.
    Parameter {
        /// Its name; none begins with `arn:` here.
        name: String,
        /// Its version; none is the latest.
        version: Option<u64>,
        /// Whether it is a `SecureString`.
        secure: bool,
    },
    /// `secretsmanager:ID[:SecretString[:FIELD[:STAGE[:VERSION]]]]`.
    Secret {
        /// Its name or ARN.
        id: String,
        /// The member of the JSON that is its text; none for all of it.
        field: Option<String>,
        /// `AWSCURRENT` where neither this nor the version is said.
        stage: Option<String>,
        /// Which version.
        version: Option<String>,
    },
}

impl Dynamic {
    /// Reads what [`Known::dynamic`] is asked; nothing for what is malformed.
    #[must_use]
    pub fn read(reference: &str) -> Option<Self> {
        let (service, rest) = reference.split_once(':')?;
        match service {
            "ssm" | "ssm-secure" => parameter(rest, service == "ssm-secure"),
            "secretsmanager" => secret(rest),
            _ => None,
        }
    }
}

fn parameter(rest: &str, secure: bool) -> Option<Dynamic> {
    let (name, version) = match rest.split_once(':') {
        Some((name, version)) => (name, Some(version.parse().ok()?)),
        None => (rest, None),
    };
    (!name.is_empty()).then(|| Dynamic::Parameter { name: name.to_owned(), version, secure })
}

fn secret(rest: &str) -> Option<Dynamic> {
    // An ARN has six colons of its own.
    let colons = if rest.starts_with("arn:") { 6 } else { 0 };
    let end = rest.match_indices(':').nth(colons).map_or(rest.len(), |(at, _)| at);
    let (id, rest) = rest.split_at(end);
    let mut parts = rest.split(':').skip(1).map(|part| Some(part).filter(|part| !part.is_empty()));
    let what = parts.next().flatten().unwrap_or("SecretString");
    let mut next = || parts.next().flatten().map(str::to_owned);
    let (field, stage, version) = (next(), next(), next());
    let whole = !id.is_empty() && what == "SecretString" && parts.next().is_none();
    whole.then(|| Dynamic::Secret { id: id.to_owned(), field, stage, version })
}

/// The dynamic references that a value writes out; those that functions put together are not among them, they are
/// told by [`Unresolved::Dynamic`] when it is resolved.
#[must_use]
pub fn dynamic_references(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(value, &mut found);
    found
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let all = references(text).map(|(_, reference, _)| reference);
            found.extend(all.filter(|reference| !reference.contains("${")).map(str::to_owned));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        _ => {}
    }
}

/// Each reference in a text: where it begins, what it asks, where it ends.
fn references(text: &str) -> impl Iterator<Item = (usize, &str, usize)> {
    text.match_indices(BEGIN).filter_map(|(at, _)| {
        let inside = &text[at + BEGIN.len()..];
        // Up to what may be the next one: each character is looked at once.
        let inside = &inside[..inside.find("{{").unwrap_or(inside.len())];
        let reference = &inside[..inside.find(END)?];
        let ours = SERVICES.iter().any(|service| reference.starts_with(service));
        ours.then_some((at, reference, at + BEGIN.len() + reference.len() + END.len()))
    })
}

/// Puts in what the references of all text stand for.
pub(crate) fn replace(
    value: &mut Value,
    known: &dyn Known,
    budget: &Budget,
) -> Result<(), Unresolved> {
    match value {
        Value::String(text) if text.contains(BEGIN) => {
            *text = replaced(text, known, budget)?;
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| replace(item, known, budget)),
        Value::Object(members) => {
            members.values_mut().try_for_each(|member| replace(member, known, budget))
        }
        _ => Ok(()),
    }
}

fn replaced(text: &str, known: &dyn Known, budget: &Budget) -> Result<String, Unresolved> {
    let (mut made, mut done) = (String::new(), 0);
    for (at, reference, end) in references(text) {
        let value = known.dynamic(reference).and_then(scalar);
        let value = value.ok_or_else(|| Unresolved::Dynamic(reference.to_owned()))?;
        budget.text(value.len())?;
        made.push_str(&text[done..at]);
        made.push_str(&value);
        done = end;
    }
    made.push_str(&text[done..]);
    Ok(made)
}
