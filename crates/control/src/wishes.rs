//! What a function asks of its worker by tags of fika's own: the wall it runs behind
//! (`fika:wall`), and where it calls out to (`fika:egress`).

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
        Ok(Self { wall: read(tags, WALL_TAG)?, egress: read(tags, EGRESS_TAG)? })
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn read<T: FromStr<Err: Display>>(
    tags: &BTreeMap<String, String>,
    tag: &str,
) -> Result<Option<T>, AwsError> {
    let wish = tags.get(tag).map(|text| text.parse()).transpose();
    wish.map_err(|error| refuse::invalid(format!("The tag {tag} cannot be read: {error}.")))
}
