//! The layers in memory.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use fika_model::{CodeRef, Scope};
use fika_store::{Blobs, Digest, Pin};

use super::record::{LayerRecord, LayerVersion};
use super::{LayerArn, LayerVersionArn};

/// One layer. It outlives its versions, so that no number is used twice.
#[derive(Debug)]
struct Layer {
    record: LayerRecord,
    versions: BTreeMap<u64, Arc<LayerVersion>>,
}

#[derive(Debug, Default)]
struct Books {
    scopes: HashMap<Scope, BTreeMap<String, Layer>>,
    /// How many versions need each code.
    codes: HashMap<String, usize>,
}

/// All layers.
#[derive(Debug, Default)]
pub(crate) struct Shelf(RwLock<Books>);

/// A version with its name.
pub(crate) type Named = (LayerVersionArn, Arc<LayerVersion>);

impl Shelf {
    fn read(&self) -> RwLockReadGuard<'_, Books> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Books> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those that have a version of any layer.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        let books = self.read();
        let filled = |layers: &BTreeMap<String, Layer>| {
            layers.values().any(|layer| !layer.versions.is_empty())
        };
        let scopes = books.scopes.iter().filter(|(_, layers)| filled(layers));
        scopes.map(|(scope, _)| scope.clone()).collect()
    }

    /// The number of the version published last; none of a layer that never was.
    pub(crate) fn published(&self, layer: &LayerArn) -> Option<u64> {
        self.read().layer(layer).map(|layer| layer.record.published)
    }

    pub(crate) fn get(&self, arn: &LayerVersionArn) -> Option<Arc<LayerVersion>> {
        self.read().layer(&arn.layer)?.versions.get(&arn.version).cloned()
    }

    /// A version whose code stays on the disk as long as the pin lives, whoever deletes it.
    pub(crate) fn pinned(
        &self,
        arn: &LayerVersionArn,
        blobs: &Blobs,
    ) -> Option<(Arc<LayerVersion>, Option<Pin>)> {
        // A version leaves the books before its code leaves the disk.
        let books = self.read();
        let version = books.layer(&arn.layer)?.versions.get(&arn.version)?;
        let pin = version.code.sha256.parse().ok().map(|digest| blobs.pin(digest));
        Some((Arc::clone(version), pin))
    }

    /// The versions of a layer below a number, the last first.
    pub(crate) fn versions(&self, layer: &LayerArn, below: u64) -> Vec<Named> {
        let books = self.read();
        let versions = books.layer(layer).map(|layer| layer.versions.range(..below).rev());
        let named = |(number, version): (&u64, &Arc<LayerVersion>)| {
            (layer.clone().version(*number), Arc::clone(version))
        };
        versions.into_iter().flatten().map(named).collect()
    }

    /// Up to `limit` layers of a scope by name, each with its last version that fits.
    pub(crate) fn list(
        &self,
        scope: &Scope,
        start: Bound<&str>,
        limit: usize,
        fits: impl Fn(&LayerVersion) -> bool,
    ) -> Vec<Named> {
        let books = self.read();
        let Some(layers) = books.scopes.get(scope) else { return Vec::new() };
        let fitting = layers.range::<str, _>((start, Bound::Unbounded)).filter_map(|(name, it)| {
            let (number, version) = it.versions.iter().rev().find(|(_, version)| fits(version))?;
            let layer = LayerArn { scope: scope.clone(), name: name.clone() };
            Some((layer.version(*number), Arc::clone(version)))
        });
        fitting.take(limit).collect()
    }

    /// Whether any version needs that code.
    pub(crate) fn needs(&self, digest: &Digest) -> bool {
        self.read().codes.contains_key(&digest.to_string())
    }

    /// Notes how far a layer's numbers are.
    pub(crate) fn number(&self, layer: &LayerArn, record: LayerRecord) {
        let mut books = self.write();
        let names = books.scopes.entry(layer.scope.clone()).or_default();
        let new = || Layer { record, versions: BTreeMap::new() };
        names.entry(layer.name.clone()).or_insert_with(new).record = record;
    }

    /// Adds a version of a layer that has a number, or shows one as it now is.
    pub(crate) fn put(&self, arn: &LayerVersionArn, version: Arc<LayerVersion>) {
        let mut books = self.write();
        let code = version.code.clone();
        let Some(layer) = books.layer_mut(&arn.layer) else { return };
        if layer.versions.insert(arn.version, version).is_none() {
            books.count(&code);
        }
    }

    /// Forgets a version.
    pub(crate) fn remove(&self, arn: &LayerVersionArn) {
        let mut books = self.write();
        let removed = books.layer_mut(&arn.layer).and_then(|it| it.versions.remove(&arn.version));
        if let Some(version) = removed {
            books.discount(&version.code);
        }
    }
}

impl Books {
    fn layer(&self, arn: &LayerArn) -> Option<&Layer> {
        self.scopes.get(&arn.scope)?.get(&arn.name)
    }

    fn layer_mut(&mut self, arn: &LayerArn) -> Option<&mut Layer> {
        self.scopes.get_mut(&arn.scope)?.get_mut(&arn.name)
    }

    fn count(&mut self, code: &CodeRef) {
        *self.codes.entry(code.sha256.clone()).or_default() += 1;
    }

    fn discount(&mut self, code: &CodeRef) {
        if let Some(count) = self.codes.get_mut(&code.sha256) {
            *count -= 1;
            if *count == 0 {
                self.codes.remove(&code.sha256);
            }
        }
    }
}
