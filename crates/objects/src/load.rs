//! What there is when a server starts.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_store::{Store, StoreError};
use serde::de::DeserializeOwned;

use crate::files::Files;
use crate::keys;
use crate::record::{Bucket, Done, Part, Piece, Upload, Version};
use crate::shelf::{Open, Shelf};
use crate::uploads::pieces_of;

/// Everything the store has.
pub(crate) fn load(store: &Store) -> Result<BTreeMap<Arc<str>, Arc<Shelf>>, StoreError> {
    let mut shelves = BTreeMap::new();
    visit(store, keys::BUCKETS, |[name], bucket: Bucket| {
        let shelf = Arc::new(Shelf::new(name, bucket));
        shelves.insert(shelf.name.clone(), shelf);
    })?;
    visit(store, keys::OBJECTS, |[bucket, _, key], version: Version| {
        if let Some(shelf) = shelves.get(bucket) {
            shelf.show(key, Arc::new(version));
        }
    })?;
    visit(store, keys::UPLOADS, |[bucket, id], upload: Upload| {
        if let Some(shelf) = shelves.get(bucket) {
            let open = Open { upload: Arc::new(upload), parts: BTreeMap::new() };
            shelf.uploads_mut().insert(id.into(), open);
        }
    })?;
    visit(store, keys::PARTS, |[bucket, id, number], part: Part| {
        let Some(shelf) = shelves.get(bucket) else { return };
        if let (Some(open), Ok(number)) = (shelf.uploads_mut().get_mut(id), number.parse()) {
            open.parts.insert(number, Arc::new(part));
        }
    })?;
    visit(store, keys::DONE, |[bucket, id], done: Done| {
        if let Some(shelf) = shelves.get(bucket) {
            shelf.set_done(id, Some(Arc::new(done)), &[]);
        }
    })?;
    Ok(shelves)
}

/// Sees every record whose key begins so.
pub(crate) fn visit<const N: usize, T: DeserializeOwned>(
    store: &Store,
    prefix: &str,
    mut seen: impl FnMut([&str; N], T),
) -> Result<(), StoreError> {
    store.visit(prefix.as_bytes(), |entry| {
        match (keys::split::<N>(&entry.key, prefix), serde_json::from_slice(&entry.value)) {
            (Some(names), Ok(record)) => seen(names, record),
            _ => tracing::warn!(key = ?entry.key, "an entry of the store of objects is unreadable"),
        }
        Ok::<_, StoreError>(())
    })
}

/// The latest time that a version of it has.
pub(crate) fn latest(shelf: &Shelf) -> u64 {
    shelf.keys().values().flatten().map(|version| version.at).max().unwrap_or(0)
}

/// Removes content that nothing names.
pub(crate) fn sweep(
    files: &Files,
    shelves: &BTreeMap<Arc<str>, Arc<Shelf>>,
) -> std::io::Result<usize> {
    let mut pieces: Vec<Piece> = Vec::new();
    for shelf in shelves.values() {
        pieces.extend(shelf.keys().values().flatten().flat_map(|v| v.pieces.iter().cloned()));
        pieces.extend(shelf.uploads().values().flat_map(pieces_of));
    }
    files.sweep(&pieces.iter().map(|piece| piece.file.as_str()).collect())
}
