//! Layers: archives that functions of an account, and of others it allows, find under `/opt`.
//!
//! - [`arn`]: their names
//! - [`record`]: a layer and its versions in the store; [`policy`]: who else may use one
//! - [`shelf`]: all of them in memory
//! - [`change`]: the one way one changes: committed, and only then seen
//! - [`used`]: the layers of a function

mod arn;
mod change;
mod policy;
mod record;
mod shelf;
mod used;

use fika_store::Entry;

pub(crate) use arn::{LayerArn, LayerVersionArn};
pub(crate) use policy::{Policy, Statement};
pub(crate) use record::{LayerVersion, PREFIX, VERSIONS};
pub(crate) use shelf::{Named, Shelf};
pub(crate) use used::LayerUse;

/// All layers, and the turn of whoever changes one.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    pub(crate) shelf: Shelf,
    turn: tokio::sync::Mutex<()>,
}

/// The name of a layer by its entry in the store.
pub(crate) fn layer_of(entry: &Entry) -> Option<LayerArn> {
    record::layer(&entry.key)
}

/// The same of a version.
pub(crate) fn version_of(entry: &Entry) -> Option<LayerVersionArn> {
    record::version(&entry.key)
}
