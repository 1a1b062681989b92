//! What callers write: names, paths, tags, documents, and their limits (IAM and STS quotas).

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use fika_aws::shape::AwsError;
use fika_policy::{DocumentKind, Policy};

use crate::refuse;

/// Tags of one user, role or policy.
const TAGS: usize = 50;

/// Checks a name: 1 to `most` of letters, digits and `+=,.@_-`.
pub(crate) fn check(value: &str, member: &str, most: usize) -> Result<(), AwsError> {
    let constraint = |rule: String| {
        Err(refuse::invalid(format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy \
             constraint: {rule}"
        )))
    };
    if value.is_empty() {
        return constraint("Member must have length greater than or equal to 1".into());
    }
    if value.chars().count() > most {
        return constraint(format!("Member must have length less than or equal to {most}"));
    }
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b);
    if value.bytes().all(fits) {
        return Ok(());
    }
    Err(refuse::invalid(format!(
        "The specified value for {member} is invalid. It must contain only alphanumeric \
         characters and/or the following: +=,.@_-"
    )))
}

/// Checks a path: `/`, or text between two; `/` for none.
pub(crate) fn path(given: Option<&str>) -> Result<String, AwsError> {
    let path = given.unwrap_or("/");
    let fits = path.len() <= 512
        && path.starts_with('/')
        && path.ends_with('/')
        && path.bytes().all(|b| b.is_ascii_graphic());
    if fits {
        return Ok(path.into());
    }
    Err(refuse::invalid(
        "The specified value for path is invalid. It must begin and end with / and contain only \
         alphanumeric characters and/or / characters.",
    ))
}

/// Checks a document and the room it takes.
pub(crate) fn document(text: &str, kind: DocumentKind) -> Result<Policy, AwsError> {
    Policy::parse(text, kind).map_err(|why| refuse::malformed(&why))
}

/// What counts towards a limit: everything but white space.
pub(crate) fn size(document: &str) -> usize {
    document.chars().filter(|c| !c.is_whitespace()).count()
}

/// Checks tags.
pub(crate) fn tags(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    if tags.len() > TAGS {
        return Err(refuse::limit(format!("Cannot exceed quota for TagsPerResource: {TAGS}")));
    }
    for (key, value) in tags {
        if !(1..=128).contains(&key.chars().count()) || value.chars().count() > 256 {
            return Err(refuse::invalid(format!(
                "The tag {key:?} is too long: a key has 1 to 128 characters, a value up to 256."
            )));
        }
    }
    Ok(())
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
