//! Several of one kind in one request: each succeeds or fails by itself.

use std::collections::HashSet;

use fika_aws::shape::AwsError;
use serde_json::{Value, json};

use crate::error::missing;
use crate::wire::code;

/// Entries of one request, at most.
const MOST: usize = 10;

/// The entries of a request, each with an id of its own.
pub(super) fn entries<T>(
    entries: Option<Vec<T>>,
    id: impl Fn(&T) -> &str,
) -> Result<Vec<T>, AwsError> {
    let entries = entries.ok_or_else(|| missing("Entries"))?;
    let refuse = |name, text: String| Err(AwsError::new(name, 400, text));
    if entries.is_empty() {
        let text = "There should be at least one entry in the request.";
        return refuse("EmptyBatchRequest", text.into());
    }
    if entries.len() > MOST {
        let text = format!(
            "Maximum number of entries per request are {MOST}. You have sent {}.",
            entries.len()
        );
        return refuse("TooManyEntriesInBatchRequest", text);
    }
    if !entries.iter().all(|entry| is_id(id(entry))) {
        let text = "A batch entry id can only contain alphanumeric characters, hyphens and \
                    underscores. It can be at most 80 letters long.";
        return refuse("InvalidBatchEntryId", text.into());
    }
    let mut seen = HashSet::new();
    if let Some(twice) = entries.iter().map(&id).find(|id| !seen.insert(*id)) {
        return refuse("BatchEntryIdsNotDistinct", format!("Id {twice} repeated."));
    }
    Ok(entries)
}

/// What the answer says of those that failed.
pub(super) fn failed(id: &str, error: &AwsError) -> Value {
    json!({
        "Id": id,
        "SenderFault": error.status() < 500,
        "Code": code(error.name()),
        "Message": error.message(),
    })
}

/// The answer; a list without members is left out.
pub(super) fn answer(successful: Vec<Value>, failed: Vec<Value>) -> Value {
    let mut answer = json!({});
    if !successful.is_empty() {
        answer["Successful"] = json!(successful);
    }
    if !failed.is_empty() {
        answer["Failed"] = json!(failed);
    }
    answer
}

fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=80).contains(&id.len()) && id.bytes().all(plain)
}
