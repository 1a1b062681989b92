//! A parameter, and every way from one state of it to the next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fika_aws::shape::AwsError;
use regex::RegexBuilder;
use serde::{Deserialize, Serialize};

use crate::check::length;
use crate::error::no_version;
use crate::kind::{Kind, Tier, Wish};
use crate::name::{Name, Selector};
use crate::secret::Secret;

/// The most versions that are kept.
const VERSIONS: usize = 100;
/// The most labels of a version.
const LABELS: usize = 10;
/// What a compiled pattern may take of memory, bytes.
const PATTERN_BYTES: usize = 1 << 20;
/// What AWS names where no key was named.
pub(crate) const DEFAULT_KEY: &str = "alias/aws/ssm";

/// A parameter, as the store keeps it. It has a version at least. Add members with a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) tags: BTreeMap<String, String>,
    /// The newest last.
    pub(crate) versions: Vec<Arc<Version>>,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Version {
    /// 1 for the first.
    pub(crate) number: u64,
    pub(crate) kind: Kind,
    pub(crate) tier: Tier,
    pub(crate) value: Secret,
    pub(crate) description: Option<String>,
    pub(crate) allowed_pattern: Option<String>,
    /// Of a `SecureString`.
    pub(crate) key_id: Option<String>,
    pub(crate) data_type: String,
    /// Milliseconds since 1970.
    pub(crate) modified_ms: i64,
    /// An ARN.
    pub(crate) modified_by: String,
    #[serde(default)]
    pub(crate) labels: BTreeSet<String>,
}

/// What a version is to be. What is not given stays as it was.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) value: Secret,
    pub(crate) kind: Option<Kind>,
    pub(crate) tier: Option<Wish>,
    pub(crate) description: Option<String>,
    /// Empty for none any more.
    pub(crate) allowed_pattern: Option<String>,
    pub(crate) key_id: Option<String>,
    pub(crate) data_type: Option<String>,
    pub(crate) modified_ms: i64,
    pub(crate) modified_by: String,
}

impl Record {
    /// A new parameter.
    pub(crate) fn first(draft: Draft, tags: BTreeMap<String, String>) -> Result<Self, AwsError> {
        Ok(Self { tags, versions: vec![Arc::new(draft.version(None)?)] })
    }

    /// The parameter with one version more, and the oldest gone where there are too many.
    pub(crate) fn next(mut self, name: &Name, draft: Draft) -> Result<Self, AwsError> {
        let version = draft.version(self.latest())?;
        if self.versions.len() >= VERSIONS {
            let oldest = self.versions.remove(0);
            if !oldest.labels.is_empty() {
                return Err(AwsError::new(
                    "ParameterMaxVersionLimitExceeded",
                    400,
                    format!(
                        "You attempted to create a new version of {} by calling the PutParameter API with the \
                         overwrite flag. Version {}, the oldest version, can't be deleted because it has a label \
                         associated with it. Move the label to another version of the parameter, and try again.",
                        name.name, oldest.number
                    ),
                ));
            }
        }
        self.versions.push(Arc::new(version));
        Ok(self)
    }

    /// The newest version.
    pub(crate) fn latest(&self) -> Option<&Version> {
        self.versions.last().map(|version| &**version)
    }

    /// The version that is asked for.
    pub(crate) fn select(&self, name: &Name, selector: &Selector) -> Result<&Version, AwsError> {
        let found = match selector {
            Selector::Latest => self.versions.last(),
            Selector::Version(number) => self.versions.iter().find(|one| one.number == *number),
            Selector::Label(label) => self.versions.iter().find(|one| one.labels.contains(label)),
        };
        found.map(|version| &**version).ok_or_else(|| match selector {
            Selector::Label(label) => no_version(label, name),
            Selector::Version(number) => no_version(number, name),
            Selector::Latest => no_version("$LATEST", name),
        })
    }

    /// Gives these labels to a version, and takes them from those that had them.
    pub(crate) fn label(
        mut self,
        name: &Name,
        number: Option<u64>,
        labels: &BTreeSet<String>,
    ) -> Result<(Self, u64), AwsError> {
        let selector = number.map_or(Selector::Latest, Selector::Version);
        let number = self.select(name, &selector)?.number;
        for version in &mut self.versions {
            let own = version.number == number;
            if !own && version.labels.is_disjoint(labels) {
                continue;
            }
            let version = Arc::make_mut(version);
            match own {
                true => version.labels.extend(labels.iter().cloned()),
                false => version.labels.retain(|label| !labels.contains(label)),
            }
            if version.labels.len() > LABELS {
                return Err(AwsError::new(
                    "ParameterVersionLabelLimitExceeded",
                    400,
                    format!(
                        "A parameter version can have maximum {LABELS} labels. Move one or more labels to another \
                         version and try again."
                    ),
                ));
            }
        }
        Ok((self, number))
    }

    /// Takes these labels from a version; says which of them it had.
    pub(crate) fn unlabel(
        mut self,
        name: &Name,
        number: u64,
        labels: &BTreeSet<String>,
    ) -> Result<(Self, BTreeSet<String>), AwsError> {
        let version = self.versions.iter_mut().find(|version| version.number == number);
        let version = Arc::make_mut(version.ok_or_else(|| no_version(number, name))?);
        let (gone, left) = std::mem::take(&mut version.labels)
            .into_iter()
            .partition(|label| labels.contains(label));
        version.labels = left;
        Ok((self, gone))
    }
}

impl Draft {
    fn version(self, before: Option<&Version>) -> Result<Version, AwsError> {
        let kind = self.kind_after(before)?;
        let bytes = self.value.expose().len();
        let tier = Wish::tier(self.tier, bytes, before.map(|before| before.tier))?;
        let kept = |new: Option<String>, old: fn(&Version) -> Option<&String>| {
            new.or_else(|| before.and_then(old).cloned()).filter(|text| !text.is_empty())
        };
        let allowed_pattern = kept(self.allowed_pattern, |one| one.allowed_pattern.as_ref());
        fits(&self.value, allowed_pattern.as_deref())?;
        let key_id = kept(self.key_id, |one| one.key_id.as_ref());
        let key_id = key_id.unwrap_or_else(|| DEFAULT_KEY.into());
        Ok(Version {
            number: before.map_or(1, |before| before.number + 1),
            kind,
            tier,
            value: self.value,
            description: kept(self.description, |one| one.description.as_ref()),
            allowed_pattern,
            key_id: (kind == Kind::SecureString).then_some(key_id),
            data_type: kept(self.data_type, |one| Some(&one.data_type))
                .unwrap_or_else(|| "text".into()),
            modified_ms: self.modified_ms,
            modified_by: self.modified_by,
            labels: BTreeSet::new(),
        })
    }

    fn kind_after(&self, before: Option<&Version>) -> Result<Kind, AwsError> {
        match (self.kind, before.map(|before| before.kind)) {
            (Some(new), Some(old)) if new != old => Err(AwsError::new(
                "HierarchyTypeMismatchException",
                400,
                format!(
                    "Parameter Store doesn't support changing a parameter type in a hierarchy. You can't change a \
                     parameter from a {} type to a {} type. You must create a new, unique parameter.",
                    old.name(),
                    new.name()
                ),
            )),
            (Some(kind), _) | (None, Some(kind)) => Ok(kind),
            (None, None) => Err(AwsError::validation(
                "A parameter type is required when you create a parameter.",
            )),
        }
    }
}

/// Whether a value is one that the pattern allows.
fn fits(value: &Secret, pattern: Option<&str>) -> Result<(), AwsError> {
    let Some(pattern) = pattern else { return Ok(()) };
    length(pattern, "allowedPattern", 0, 1_024)?;
    let regex = RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build().map_err(|error| {
        let text = format!("The request does not meet the regular expression requirement: {error}");
        AwsError::new("InvalidAllowedPatternException", 400, text)
    })?;
    if regex.is_match(value.expose()) {
        return Ok(());
    }
    let text = format!("Parameter value, cannot be validated against allowedPattern: {pattern}");
    Err(AwsError::new("ParameterPatternMismatchException", 400, text))
}

#[cfg(test)]
mod tests;
