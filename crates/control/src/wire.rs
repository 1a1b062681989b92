//! Shapes of the service model as the store keeps them: as they are on the wire.

use fika_aws::shape::{FromJson, Json};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A shape that has passed the model's constraints, kept under AWS's own names of its members.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Wire<T>(pub(crate) T);

impl<T: Serialize> Serialize for Wire<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: FromJson> Deserialize<'de> for Wire<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let json = Json::document(raw.get().as_bytes()).map_err(D::Error::custom)?;
        T::from_json(json).map(Self).map_err(D::Error::custom)
    }
}
