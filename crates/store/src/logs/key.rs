//! Which log.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fika_model::Scope;

use crate::Digest;

/// Longest directory name made of a group's name itself, bytes; file systems end at 255.
const NAME_BYTES: usize = 200;

/// A log group of an account in a region. Cheap to clone: make one per function and keep it.
#[derive(Debug, Clone)]
pub struct LogKey {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    group: String,
    /// Events dropped that the log does not tell of yet.
    lost: AtomicUsize,
}

impl LogKey {
    /// The group with that name, such as `/aws/lambda/hello`.
    #[must_use]
    pub fn new(scope: &Scope, group: impl Into<String>) -> Self {
        let group = group.into();
        let path = scope_path(scope).join(directory(&group));
        Self { inner: Arc::new(Inner { path, group, lost: AtomicUsize::new(0) }) }
    }

    /// The group's name.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.inner.group
    }

    /// Its directory, below that of the logs.
    pub(crate) fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Counts dropped events; true when none were counted before.
    pub(crate) fn lose(&self, events: usize) -> bool {
        self.inner.lost.fetch_add(events, Ordering::Relaxed) == 0
    }

    /// The dropped events not told of yet; they are then.
    pub(crate) fn take_lost(&self) -> usize {
        self.inner.lost.swap(0, Ordering::Relaxed)
    }
}

/// Where the groups of an account in a region are, below the directory of the logs.
pub(crate) fn scope_path(scope: &Scope) -> PathBuf {
    Path::new(scope.account.as_str()).join(scope.region.as_str())
}

/// The group with that directory name, where the name says all of it.
pub(crate) fn group_of(directory: &str) -> Option<String> {
    let mut group = Vec::with_capacity(directory.len());
    let mut bytes = directory.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'~' => return None,
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                group.push(u8::from_str_radix(str::from_utf8(&digits).ok()?, 16).ok()?);
            }
            byte => group.push(byte),
        }
    }
    String::from_utf8(group).ok()
}

/// A directory name for a group: readable, never special (`..`), different for different groups.
fn directory(group: &str) -> String {
    let mut name = String::with_capacity(group.len() + 16);
    for byte in group.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => name.push(byte.into()),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(name, "%{byte:02X}");
            }
        }
    }
    if name.len() > NAME_BYTES {
        name.truncate(NAME_BYTES - 65);
        let _ = write!(name, "~{}", Digest::of(group.as_bytes()));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::{directory, group_of};

    #[test]
    fn no_group_leaves_its_place() {
        for (group, expected) in [
            ("/aws/lambda/hello", "%2Faws%2Flambda%2Fhello"),
            ("..", "%2E%2E"),
            ("a b~c", "a%20b%7Ec"),
            ("\0", "%00"),
        ] {
            assert_eq!(directory(group), expected);
            assert_eq!(group_of(expected).as_deref(), Some(group));
        }
        assert_eq!(group_of(&directory(&"/".repeat(300))), None);
        let (long, longer) = ("/".repeat(300), "/".repeat(301));
        assert!(directory(&long).len() <= 200);
        assert_ne!(directory(&long), directory(&longer));
    }
}
