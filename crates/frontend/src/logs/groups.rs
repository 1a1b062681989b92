//! Log groups, how long they keep their events, and their tags.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use fika_store::{LogGroup, LogKey};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::names::{self, no_group};
use super::{Answered, Call, Refused, bad, broken, invalid, limit};

/// Groups and streams on a page at most (the service's own limit).
pub(super) const PAGE: usize = 50;
/// The most tags a group may have (the service's own limit).
const TAGS: usize = 50;
/// How long events may be kept, days (the documentation of `PutRetentionPolicy`).
const RETENTION: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    log_group_name: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

pub(super) fn create(call: &Call<'_>) -> Answered {
    let wanted: Create = call.input()?;
    let name = names::group_name(wanted.log_group_name.as_deref(), "logGroupName")?;
    check_tags(&wanted.tags)?;
    if call.store.create_group(&LogKey::new(call.scope, name), wanted.tags)? {
        Ok(Value::Null)
    } else {
        let text = "The specified log group already exists";
        Err(bad("ResourceAlreadyExistsException", text))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    log_group_name: Option<String>,
    retention_in_days: Option<i64>,
}

impl Named {
    fn key(&self, call: &Call<'_>) -> Result<LogKey, Refused> {
        let name = names::group_name(self.log_group_name.as_deref(), "logGroupName")?;
        Ok(LogKey::new(call.scope, name))
    }
}

pub(super) fn delete(call: &Call<'_>) -> Answered {
    let key = call.input::<Named>()?.key(call)?;
    if call.store.delete_group(&key)? { Ok(Value::Null) } else { Err(no_group()) }
}

pub(super) fn put_retention(call: &Call<'_>) -> Answered {
    let wanted: Named = call.input()?;
    let key = wanted.key(call)?;
    let days = wanted.retention_in_days.unwrap_or_default();
    match u32::try_from(days).ok().filter(|days| RETENTION.contains(days)) {
        Some(days) => keep(call, &key, Some(days)),
        None => {
            let rule = format!("Member must satisfy enum value set: {RETENTION:?}");
            Err(broken(&days.to_string(), "retentionInDays", &rule))
        }
    }
}

pub(super) fn delete_retention(call: &Call<'_>) -> Answered {
    let key = call.input::<Named>()?.key(call)?;
    keep(call, &key, None)
}

fn keep(call: &Call<'_>, key: &LogKey, days: Option<u32>) -> Answered {
    change(call, key, |group| {
        group.retention_days = days;
        Ok(())
    })
}

pub(super) fn change(
    call: &Call<'_>,
    key: &LogKey,
    change: impl FnOnce(&mut LogGroup) -> Result<(), Refused>,
) -> Answered {
    call.store.change_group(key, change)?.ok_or_else(no_group)?.map(|()| Value::Null)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Describe {
    log_group_name_prefix: Option<String>,
    log_group_name_pattern: Option<String>,
    #[serde(default)]
    log_group_identifiers: Vec<String>,
    log_group_class: Option<String>,
    next_token: Option<String>,
    limit: Option<i64>,
}

pub(super) fn describe(call: &Call<'_>) -> Answered {
    let wanted: Describe = call.input()?;
    if wanted.log_group_name_prefix.is_some() && wanted.log_group_name_pattern.is_some() {
        return Err(invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ));
    }
    let limit = limit(wanted.limit, "limit", PAGE)?;
    let after = wanted.next_token.as_deref().map(from_token).transpose()?;
    let mut names = call.store.group_names(call.scope)?;
    // Each group is of the standard class here.
    let class = wanted.log_group_class.as_deref().is_none_or(|class| class == "STANDARD");
    let prefix = wanted.log_group_name_prefix.as_deref().unwrap_or_default();
    let within = wanted.log_group_name_pattern.as_deref().unwrap_or_default();
    let identified = identified(call, &wanted.log_group_identifiers)?;
    names.retain(|name| {
        class
            && name.starts_with(prefix)
            && name.contains(within)
            && identified.as_ref().is_none_or(|keys| keys.iter().any(|key| key.group() == name))
            && after.as_ref().is_none_or(|after| name > after)
    });
    let more = names.len() > limit;
    names.truncate(limit);
    let mut groups = Vec::with_capacity(names.len());
    for name in &names {
        let key = LogKey::new(call.scope, name.as_str());
        // One that was deleted since it was listed is not shown.
        if let Some(group) = call.store.group(&key)? {
            groups.push(shown(call, &group, call.store.stored_bytes(&key)?));
        }
    }
    Ok(paged("logGroups", groups, names.last().filter(|_| more)))
}

fn identified(call: &Call<'_>, identifiers: &[String]) -> Result<Option<Vec<LogKey>>, Refused> {
    let key = |id: &String| names::by_identifier(call.scope, id, "logGroupIdentifiers");
    (!identifiers.is_empty()).then(|| identifiers.iter().map(key).collect()).transpose()
}

fn shown(call: &Call<'_>, group: &LogGroup, stored: u64) -> Value {
    let arn = names::arn(call.scope, &group.name);
    let mut shown = json!({
        "logGroupName": group.name,
        "creationTime": group.created_ms,
        "metricFilterCount": 0,
        "arn": format!("{arn}:*"),
        "storedBytes": stored,
        "logGroupClass": "STANDARD",
        "logGroupArn": arn,
    });
    if let Some(days) = group.retention_days {
        shown["retentionInDays"] = days.into();
    }
    shown
}

/// A page of a list, and the token of the next one behind what bears that name.
pub(super) fn paged(member: &str, items: Vec<Value>, last: Option<&String>) -> Value {
    let mut page = Map::new();
    page.insert(member.into(), items.into());
    if let Some(last) = last {
        page.insert("nextToken".into(), BASE64.encode(last).into());
    }
    page.into()
}

/// What the last page ended with.
pub(super) fn from_token(token: &str) -> Result<String, Refused> {
    let name = BASE64.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    name.ok_or_else(|| invalid("The specified nextToken is invalid."))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    resource_arn: Option<String>,
    log_group_name: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    tag_keys: Vec<String>,
}

impl Resource {
    fn key(&self, call: &Call<'_>) -> Result<LogKey, Refused> {
        match self.resource_arn.as_deref() {
            Some(arn) if arn.starts_with("arn:") => {
                names::by_identifier(call.scope, arn, "resourceArn")
            }
            other => Err(broken(
                other.unwrap_or_default(),
                "resourceArn",
                r"Member must satisfy regular expression pattern: [\w+=/:,.@-]*",
            )),
        }
    }
}

pub(super) fn list_tags(call: &Call<'_>) -> Answered {
    let key = call.input::<Resource>()?.key(call)?;
    Ok(json!({"tags": call.group(&key)?.tags}))
}

/// The same before there were ARNs in it.
pub(super) fn list_tags_by_name(call: &Call<'_>) -> Answered {
    let wanted: Resource = call.input()?;
    let name = names::group_name(wanted.log_group_name.as_deref(), "logGroupName")?;
    Ok(json!({"tags": call.group(&LogKey::new(call.scope, name))?.tags}))
}

pub(super) fn tag(call: &Call<'_>) -> Answered {
    let wanted: Resource = call.input()?;
    check_tags(&wanted.tags)?;
    change(call, &wanted.key(call)?, |group| {
        group.tags.extend(wanted.tags);
        if group.tags.len() > TAGS {
            let text = "The specified log group has too many tags: it may have 50";
            return Err(bad("TooManyTagsException", text));
        }
        Ok(())
    })
}

pub(super) fn untag(call: &Call<'_>) -> Answered {
    let wanted: Resource = call.input()?;
    change(call, &wanted.key(call)?, |group| {
        group.tags.retain(|key, _| !wanted.tag_keys.contains(key));
        Ok(())
    })
}

fn check_tags(tags: &BTreeMap<String, String>) -> Result<(), Refused> {
    if tags.len() > TAGS {
        return Err(broken("tags", "tags", "Member must have length less than or equal to 50"));
    }
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 || key.starts_with("aws:") {
            let rule = "Map keys must satisfy constraint: [Member must have length less than or \
                        equal to 128, Member must have length greater than or equal to 1]";
            return Err(broken(key, "tags", rule));
        }
        if value.chars().count() > 256 {
            let rule = "Map value must satisfy constraint: [Member must have length less than or \
                        equal to 256, Member must have length greater than or equal to 0]";
            return Err(broken(value, "tags", rule));
        }
    }
    Ok(())
}
