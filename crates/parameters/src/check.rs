//! What callers write: bounded, and refused in AWS's words.

use std::collections::BTreeMap;

use fika_aws::shape::AwsError;
use serde::{Deserialize, Serialize};

/// The most tags of a parameter.
const TAGS: usize = 50;

/// A tag as the API has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// A member that has to be there.
pub(crate) fn required<T>(value: Option<T>, path: &str) -> Result<T, AwsError> {
    value.ok_or_else(|| {
        AwsError::validation(format!(
            "1 validation error detected: Value null at '{path}' failed to satisfy constraint: \
             Member must not be null"
        ))
    })
}

/// How long a text may be, characters.
pub(crate) fn length(value: &str, path: &str, least: usize, most: usize) -> Result<(), AwsError> {
    within(value, value.chars().count(), path, "length", least, most)
}

/// How many a list may have.
pub(crate) fn count<T>(list: &[T], path: &str, least: usize, most: usize) -> Result<(), AwsError> {
    within("[…]", list.len(), path, "length", least, most)
}

/// A number between two; or, where there is none, the most.
pub(crate) fn page_size(asked: Option<i64>, most: usize, usual: usize) -> Result<usize, AwsError> {
    let Some(asked) = asked else { return Ok(usual) };
    // What is negative is as little as nothing.
    let size = usize::try_from(asked).unwrap_or_default();
    within(&asked.to_string(), size, "maxResults", "value", 1, most).map(|()| size)
}

fn within(
    value: &str,
    got: usize,
    path: &str,
    what: &str,
    least: usize,
    most: usize,
) -> Result<(), AwsError> {
    let rule = match got {
        got if got < least => format!("Member must have {what} greater than or equal to {least}"),
        got if got > most => format!("Member must have {what} less than or equal to {most}"),
        _ => return Ok(()),
    };
    Err(broken(value, path, &rule))
}

/// One of some texts.
pub(crate) fn one_of(value: &str, path: &str, all: &[&str]) -> Result<(), AwsError> {
    if all.contains(&value) {
        return Ok(());
    }
    Err(broken(value, path, &format!("Member must satisfy enum value set: [{}]", all.join(", "))))
}

fn broken(value: &str, path: &str, rule: &str) -> AwsError {
    let shown: String = value.chars().take(256).collect();
    AwsError::broken_constraint(&shown, path, rule)
}

/// The tags there are, with more of them.
pub(crate) fn tagged(
    mut tags: BTreeMap<String, String>,
    more: Vec<Tag>,
) -> Result<BTreeMap<String, String>, AwsError> {
    for (at, Tag { key, value }) in more.into_iter().enumerate() {
        length(&key, &format!("tags.{}.member.key", at + 1), 1, 128)?;
        length(&value, &format!("tags.{}.member.value", at + 1), 0, 256)?;
        if key.to_ascii_lowercase().starts_with("aws:") {
            let text = "Tag keys can't start with a reserved prefix: aws:";
            return Err(AwsError::validation(text));
        }
        tags.insert(key, value);
    }
    if tags.len() > TAGS {
        let text = format!("A parameter can have at most {TAGS} tags.");
        return Err(AwsError::new("TooManyTagsError", 400, text));
    }
    Ok(tags)
}
