//! What callers write: bounded, and refused in AWS's words.

use fika_aws::shape::AwsError;

use crate::record::{DeadLetterConfig, RetryPolicy, Tags};

pub(crate) type Checked<T = ()> = Result<T, AwsError>;

/// A broken constraint. `path` is where, as in `targets.1.member.id`.
pub(crate) fn broken<T>(value: &str, path: &str, rule: &str) -> Checked<T> {
    let shown: String = value.chars().take(256).collect();
    Err(AwsError::broken_constraint(&shown, path, rule))
}

/// A member that has to be there.
pub(crate) fn required<T>(value: Option<T>, path: &str) -> Checked<T> {
    value.ok_or_else(|| {
        AwsError::validation(format!(
            "1 validation error detected: Value null at '{path}' failed to satisfy constraint: \
             Member must not be null"
        ))
    })
}

/// How long a text may be, characters.
pub(crate) fn length(value: &str, path: &str, least: usize, most: usize) -> Checked {
    let count = value.chars().count();
    if count < least {
        return broken(
            value,
            path,
            &format!("Member must have length greater than or equal to {least}"),
        );
    }
    if count > most {
        return broken(
            value,
            path,
            &format!("Member must have length less than or equal to {most}"),
        );
    }
    Ok(())
}

/// A name of letters, digits, `.`, `-` and `_`. `pattern` is how the service writes that.
pub(crate) fn name(value: &str, path: &str, most: usize, pattern: &str) -> Checked {
    length(value, path, 1, most)?;
    if value.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b)) {
        return Ok(());
    }
    broken(value, path, &format!("Member must satisfy regular expression pattern: {pattern}"))
}

/// What an operation is known by that may be asked for again.
pub(crate) fn client_token(token: Option<String>) -> Checked<Option<String>> {
    let token = token.filter(|token| !token.is_empty());
    token.as_deref().map_or(Ok(()), |token| {
        length(token, "clientToken", 1, 64)?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
        let rule = "Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+";
        if token.bytes().all(plain) { Ok(()) } else { broken(token, "clientToken", rule) }
    })?;
    Ok(token)
}

/// A name as the bridge has them.
pub(crate) fn bridge_name(value: &str, path: &str, most: usize) -> Checked {
    name(value, path, most, "[\\.\\-_A-Za-z0-9]+")
}

/// A number between two.
pub(crate) fn between(value: Option<i64>, path: &str, least: i64, most: i64) -> Checked {
    match value {
        Some(value) if value < least => {
            let rule = format!("Member must have value greater than or equal to {least}");
            broken(&value.to_string(), path, &rule)
        }
        Some(value) if value > most => {
            let rule = format!("Member must have value less than or equal to {most}");
            broken(&value.to_string(), path, &rule)
        }
        _ => Ok(()),
    }
}

/// One of some texts.
pub(crate) fn one_of(value: Option<&str>, path: &str, all: &[&str]) -> Checked {
    match value {
        Some(value) if !all.contains(&value) => {
            let rule = format!("Member must satisfy enum value set: [{}]", all.join(", "));
            broken(value, path, &rule)
        }
        _ => Ok(()),
    }
}

/// How long something is tried.
pub(crate) fn retry_policy(policy: Option<&RetryPolicy>, path: &str) -> Checked {
    let Some(policy) = policy else { return Ok(()) };
    let at = |member: &str| format!("{path}.retryPolicy.{member}");
    between(policy.maximum_event_age_in_seconds, &at("maximumEventAgeInSeconds"), 60, 86_400)?;
    between(policy.maximum_retry_attempts, &at("maximumRetryAttempts"), 0, 185)
}

/// A queue for what was not taken.
pub(crate) fn dead_letters(config: Option<&DeadLetterConfig>) -> Checked {
    match config.and_then(|config| config.arn.as_deref()) {
        Some(arn) if service_of(arn) != Some("sqs") => Err(AwsError::validation(
            "Parameter DeadLetterConfig.Arn is not valid. Reason: it is no ARN of an SQS queue.",
        )),
        _ => Ok(()),
    }
}

/// The service of an ARN, as in `sqs`; none where it is no whole ARN.
pub(crate) fn service_of(arn: &str) -> Option<&str> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [scheme, partition, service, _, _, resource] = parts[..] else { return None };
    (scheme == "arn" && partition == "aws" && !resource.is_empty()).then_some(service)
}

/// Tags that are added: none twice, and no more than 50 in all.
pub(crate) fn tagged(old: &Tags, new: Vec<Tag>) -> Checked<Tags> {
    let mut all = old.clone();
    let mut seen = std::collections::BTreeSet::new();
    for (at, Tag { key, value }) in new.into_iter().enumerate() {
        length(&key, &format!("tags.{}.member.key", at + 1), 1, 128)?;
        length(&value, &format!("tags.{}.member.value", at + 1), 0, 256)?;
        if !seen.insert(key.clone()) {
            return Err(AwsError::validation(
                "Invalid parameter: Duplicated keys are not allowed.",
            ));
        }
        all.insert(key, value);
    }
    if all.len() > 50 {
        return Err(AwsError::validation("A resource has no more than 50 tags."));
    }
    Ok(all)
}

/// A tag as the API has it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// Tags as the API has them.
pub(crate) fn tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

/// A page of a list: what follows the token, which is the last name of the page before, and the next token.
pub(crate) fn page<T>(
    all: Vec<(String, T)>,
    token: Option<&str>,
    limit: Option<i64>,
) -> (Vec<T>, Option<String>) {
    let limit = usize::try_from(limit.unwrap_or(100)).unwrap_or(100).clamp(1, 100);
    let after = token.unwrap_or_default();
    let mut rest: Vec<(String, T)> =
        all.into_iter().filter(|(name, _)| token.is_none() || name.as_str() > after).collect();
    let more = rest.len() > limit;
    rest.truncate(limit);
    let next = rest.last().filter(|_| more).map(|(name, _)| name.clone());
    (rest.into_iter().map(|(_, value)| value).collect(), next)
}
