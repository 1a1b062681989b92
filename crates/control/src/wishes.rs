//! What a function asks of its worker by tags of fika's own: the wall it runs behind
//! (`fika:wall=microvm`), and where it calls out to (`fika:egress=allow=10.1.0.0/16 10.2.0.0/16`).

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use fika_aws::shape::AwsError;
use fika_model::wall::WALL_TAG;
use fika_model::{Egress, WallWish};
use serde::{Deserialize, Serialize};

use crate::refuse;

/// What the keys of fika's own tags begin with.
const OURS: &str = "fika:";
/// As in `fika:egress=none`.
const EGRESS_TAG: &str = "fika:egress";

/// All that a function asks for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Wishes {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) wall: Option<WallWish>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) egress: Option<Egress>,
}

impl Wishes {
    /// Reads the tags that are fika's.
    pub(crate) fn of(tags: &BTreeMap<String, String>) -> Result<Self, AwsError> {
        if let Some(key) = tags.keys().find(|key| is_misspelt(key)) {
            return Err(refuse::invalid(format!(
                "fika has no tag {key}: there are {WALL_TAG} and {EGRESS_TAG}, in lower case."
            )));
        }
        // A tag's value cannot hold a comma, on AWS neither: spaces stand for them.
        let spelled = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(",");
        Ok(Self {
            wall: read(tags, WALL_TAG, str::to_owned)?,
            egress: read(tags, EGRESS_TAG, spelled)?,
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A tag that looks like fika's and is none. Kept, it would do nothing, and the function run
/// behind a weaker wall than its owner believes.
fn is_misspelt(key: &str) -> bool {
    key.trim_start().to_ascii_lowercase().starts_with(OURS)
        && ![WALL_TAG, EGRESS_TAG].contains(&key)
}

fn read<T: FromStr<Err: Display>>(
    tags: &BTreeMap<String, String>,
    tag: &str,
    spelled: impl Fn(&str) -> String,
) -> Result<Option<T>, AwsError> {
    let wish = tags.get(tag).map(|text| spelled(text).parse()).transpose();
    wish.map_err(|error| refuse::invalid(format!("The tag {tag} cannot be read: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: &str, value: &str) -> Result<Wishes, AwsError> {
        Wishes::of(&BTreeMap::from([(key.into(), value.into())]))
    }

    #[test]
    fn a_wish_that_is_misspelt_is_refused() {
        for key in ["fika:walls", "FIKA:WALL", "Fika:wall", "fika:", "fika:Egress", " fika:wall"] {
            assert!(of(key, "jail").expect_err(key).message().contains(key), "{key}");
        }
        for (key, value) in [("fika:wall", "jail"), ("fika:egress", "none"), ("fika", "jail")] {
            of(key, value).expect(key);
        }
        assert!(of("wall", "microvm").expect("a tag like any other").is_empty());
    }
}
