//! A change, before and after it is committed.

use bytes::Bytes;

/// When something was last written: each committed batch has a higher one than all before it,
/// also across restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revision(pub i64);

/// A key as it is in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Bytes,
    /// Its value.
    pub value: Bytes,
    /// The batch that wrote it.
    pub revision: Revision,
}

/// One key's change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The key.
    pub key: Bytes,
    /// Its new value; none when it was deleted.
    pub value: Option<Bytes>,
}

/// What must hold, and what then changes, all at once.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub(crate) checks: Vec<Check>,
    pub(crate) changes: Vec<Change>,
}

#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) key: Bytes,
    /// None: the key must not be there.
    pub(crate) expected: Option<Revision>,
}

impl Batch {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only if there is no such key.
    #[must_use]
    pub fn if_absent(self, key: impl Into<Bytes>) -> Self {
        self.expect(key, None)
    }

    /// Only if the key is still at that revision.
    #[must_use]
    pub fn if_at(self, key: impl Into<Bytes>, revision: Revision) -> Self {
        self.expect(key, Some(revision))
    }

    /// Writes a value. Changes are made in the order they were added.
    #[must_use]
    pub fn put(mut self, key: impl Into<Bytes>, value: impl Into<Bytes>) -> Self {
        self.changes.push(Change { key: key.into(), value: Some(value.into()) });
        self
    }

    /// Deletes a key, if it is there.
    #[must_use]
    pub fn delete(mut self, key: impl Into<Bytes>) -> Self {
        self.changes.push(Change { key: key.into(), value: None });
        self
    }

    fn expect(mut self, key: impl Into<Bytes>, expected: Option<Revision>) -> Self {
        self.checks.push(Check { key: key.into(), expected });
        self
    }

    /// Bytes of keys and values it writes.
    pub(crate) fn size(&self) -> usize {
        let of = |c: &Change| c.key.len() + c.value.as_ref().map_or(0, Bytes::len);
        self.changes.iter().map(of).sum()
    }
}
