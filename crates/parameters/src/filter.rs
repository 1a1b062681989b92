//! Which parameters a list wants.

use fika_aws::shape::AwsError;
use serde::Deserialize;

use crate::check::{count, length};
use crate::error::bad_path;
use crate::kind::{Kind, Wish};
use crate::name::path;
use crate::record::Record;

/// What DescribeParameters can be asked with.
pub(crate) const ALL: &[&str] = &["Path", "Name", "Type", "KeyId", "Tier", "DataType"];
/// What GetParametersByPath can.
pub(crate) const BY_PATH: &[&str] = &["Type", "KeyId", "Label", "DataType"];

/// A filter, as it is asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Asked {
    key: String,
    option: Option<String>,
    #[serde(default)]
    values: Vec<String>,
}

/// A filter that is well made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    key: String,
    option: How,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Equals,
    BeginsWith,
    Contains,
    OneLevel,
    Recursive,
}

/// Reads the filters of a request, which may have these keys.
pub(crate) fn read(asked: Vec<Asked>, keys: &[&str]) -> Result<Vec<Filter>, AwsError> {
    let mut filters = Vec::<Filter>::new();
    for (at, asked) in asked.into_iter().enumerate() {
        let filter = asked.check(at + 1, keys)?;
        if filters.iter().any(|before| before.key == filter.key) {
            return Err(bad_key(format!(
                "The following filter is duplicated in the request: {}. A request can contain only one occurrence \
                 of a specific filter.",
                filter.key
            )));
        }
        filters.push(filter);
    }
    Ok(filters)
}

/// The older filters of DescribeParameters: names begin so, all else equals.
pub(crate) fn read_old(mut asked: Vec<Asked>) -> Result<Vec<Filter>, AwsError> {
    for one in &mut asked {
        one.option = (one.key == "Name").then(|| "BeginsWith".into());
    }
    read(asked, &["Name", "Type", "KeyId"])
}

fn bad_key(text: String) -> AwsError {
    AwsError::new("InvalidFilterKey", 400, text)
}

impl Asked {
    fn check(self, at: usize, keys: &[&str]) -> Result<Filter, AwsError> {
        let Self { key, option, values } = self;
        let place = |member: &str| format!("parameterFilters.{at}.member.{member}");
        length(&key, &place("key"), 1, 132)?;
        count(&values, &place("values"), 0, 50)?;
        values.iter().try_for_each(|value| length(value, &place("values"), 1, 1_024))?;
        if !keys.contains(&key.as_str()) && !key.starts_with("tag:") {
            return Err(bad_key(format!(
                "The following filter key is not valid: {key}. Valid filter keys include: [{}].",
                keys.join(", ")
            )));
        }
        // Whether there is such a tag is all that is asked.
        if values.is_empty() && !key.starts_with("tag:") {
            let text =
                format!("The following filter values are missing : null for filter key {key}.");
            return Err(AwsError::new("InvalidFilterValue", 400, text));
        }
        let option = How::of(&key, option.as_deref())?;
        values.iter().try_for_each(|value| check_value(&key, value))?;
        Ok(Filter { key, option, values })
    }
}

fn check_value(key: &str, value: &str) -> Result<(), AwsError> {
    let known: &[&str] = match key {
        "Type" => &Kind::NAMES,
        "Tier" => &Wish::NAMES,
        "Path" => return path(value).map(|_| ()).ok_or_else(bad_path),
        _ => return Ok(()),
    };
    if known.contains(&value) {
        return Ok(());
    }
    let known = known.join(", ");
    let text = format!(
        "The following filter value is not valid: {value}. Valid values include: [{known}]."
    );
    Err(AwsError::new("InvalidFilterOption", 400, text))
}

impl How {
    fn of(key: &str, option: Option<&str>) -> Result<Self, AwsError> {
        let known: &[(&str, Self)] = match key {
            "Path" => &[("OneLevel", Self::OneLevel), ("Recursive", Self::Recursive)],
            "Name" => &[
                ("Equals", Self::Equals),
                ("BeginsWith", Self::BeginsWith),
                ("Contains", Self::Contains),
            ],
            "Label" => &[("Equals", Self::Equals)],
            _ => &[("Equals", Self::Equals), ("BeginsWith", Self::BeginsWith)],
        };
        let Some(option) = option else { return Ok(known[0].1) };
        let found = known.iter().find(|(name, _)| *name == option).map(|(_, how)| *how);
        found.ok_or_else(|| {
            let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            let text = format!(
                "The following filter option is not valid: {option}. Valid options include: [{}].",
                names.join(", ")
            );
            AwsError::new("InvalidFilterOption", 400, text)
        })
    }

    fn holds(self, own: &str, wanted: &str) -> bool {
        match self {
            Self::Equals => own == wanted,
            Self::BeginsWith => own.starts_with(wanted),
            Self::Contains => own.contains(wanted),
            Self::OneLevel => is_below(own, wanted, false),
            Self::Recursive => is_below(own, wanted, true),
        }
    }
}

impl Filter {
    /// Whether a parameter is wanted.
    pub(crate) fn wants(&self, name: &str, record: &Record) -> bool {
        let Some(latest) = record.latest() else { return false };
        let any = |own: &str| self.values.iter().any(|wanted| self.option.holds(own, wanted));
        match self.key.as_str() {
            "Name" => self.wants_name(name),
            "Path" => any(name),
            "Type" => any(latest.kind.name()),
            "Tier" => any(latest.tier.name()),
            "DataType" => any(&latest.data_type),
            "KeyId" => latest.key_id.as_deref().is_some_and(any),
            "Label" => latest.labels.iter().any(|label| any(label)),
            key => {
                let tag = key.strip_prefix("tag:").and_then(|key| record.tags.get(key));
                tag.is_some_and(|own| self.values.is_empty() || any(own))
            }
        }
    }

    /// `a` and `/a` are the same for filters.
    fn wants_name(&self, name: &str) -> bool {
        if self.option == How::Contains {
            return self.values.iter().any(|part| name.contains(part));
        }
        let bare = name.trim_start_matches('/');
        let wanted = self.values.iter().map(|value| value.trim_start_matches('/'));
        wanted.into_iter().any(|wanted| self.option.holds(bare, wanted))
    }
}

/// Whether a name is below a path, right below it unless all are wanted. A name without slashes is below `/`.
pub(crate) fn is_below(name: &str, path: &str, recursive: bool) -> bool {
    let path = path.trim_matches('/');
    let mut rest = name.trim_start_matches('/');
    if !path.is_empty() {
        let below = rest.strip_prefix(path).and_then(|rest| rest.strip_prefix('/'));
        let Some(below) = below else { return false };
        rest = below;
    }
    recursive || !rest.contains('/')
}

#[cfg(test)]
mod tests;
