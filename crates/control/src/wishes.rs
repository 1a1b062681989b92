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

fn read<T: FromStr<Err: Display>>(
    tags: &BTreeMap<String, String>,
    tag: &str,
    spelled: impl Fn(&str) -> String,
) -> Result<Option<T>, AwsError> {
    let wish = tags.get(tag).map(|text| spelled(text).parse()).transpose();
    wish.map_err(|error| refuse::invalid(format!("The tag {tag} cannot be read: {error}.")))
}
