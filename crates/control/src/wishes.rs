//! What a function asks of its worker by tags of fika's own: the wall it runs behind
//! (`fika:wall`).

use std::collections::BTreeMap;

use fika_aws::shape::AwsError;
use fika_model::WallWish;
use fika_model::wall::WALL_TAG;
use serde::{Deserialize, Serialize};

use crate::refuse;

/// All that a function asks for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Wishes {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) wall: Option<WallWish>,
}

impl Wishes {
    /// Reads the tags that are fika's.
    pub(crate) fn of(tags: &BTreeMap<String, String>) -> Result<Self, AwsError> {
        let wall = tags.get(WALL_TAG).map(|text| text.parse()).transpose();
        let wall = wall.map_err(|error| {
            refuse::invalid(format!("The tag {WALL_TAG} cannot be read: {error}."))
        })?;
        Ok(Self { wall })
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
