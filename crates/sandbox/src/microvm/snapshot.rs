//! Guests that were stopped and written down, for others to be restored from.
//!
//! A snapshot is a directory: what its monitor wrote, and `meta.json`. It is made under another
//! name and appears whole. It holds all that was in the guest's memory: it is as secret as the
//! function.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::{Kept, MicroVms, Trees, is_name};
use crate::error::WallError;
use crate::sandbox::Sandbox;

const META: &str = "meta.json";

/// How names begin of what is not whole yet.
const DRAFT: &str = ".new-";

/// What a snapshot is of, and what it depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Meta {
    /// Monitor, kernel and init, as one digest.
    breed: String,
    image: PathBuf,
    memory_mb: u32,
    ephemeral_mb: u32,
    trees: Option<Trees>,
    kept: Kept,
    waits: BTreeMap<u16, String>,
}

/// A guest that was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    directory: PathBuf,
    meta: Meta,
}

impl Snapshot {
    /// The function's memory that it was made for, in MB.
    #[must_use]
    pub fn memory_mb(&self) -> u32 {
        self.meta.memory_mb
    }

    /// The size of `/tmp` that it was made for, in MB.
    #[must_use]
    pub fn ephemeral_mb(&self) -> u32 {
        self.meta.ephemeral_mb
    }

    /// The name of the code tree it is bound to. None for one that any function can have.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.meta.trees.as_ref().map(|trees| trees.code.as_str())
    }

    /// What it is bound to.
    pub(super) fn trees(&self) -> Option<&Trees> {
        self.meta.trees.as_ref()
    }

    /// Whether it was taken of such guests.
    pub(super) fn is_of(&self, breed: &str) -> bool {
        self.meta.breed == breed
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn image(&self) -> &Path {
        &self.meta.image
    }

    pub(super) fn kept(&self) -> &Kept {
        &self.meta.kept
    }

    pub(super) fn waits_for(&self, channel: u16) -> Option<String> {
        self.meta.waits.get(&channel).cloned()
    }
}

/// Makes the place for snapshots, for the server alone, and removes what is half made there.
pub(super) fn open(place: &Path) -> Result<(), WallError> {
    DirBuilder::new().recursive(true).mode(0o700).create(place).map_err(WallError::state(place))?;
    for name in names(place).filter(|name| name.starts_with(DRAFT)) {
        let draft = place.join(name);
        fs::remove_dir_all(&draft).map_err(WallError::state(&draft))?;
    }
    Ok(())
}

fn names(place: &Path) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok())
}

/// Stops a sandbox for good and writes it down.
pub(super) async fn take(
    vms: &MicroVms,
    sandbox: Sandbox,
    name: &str,
    waits: BTreeMap<u16, String>,
) -> Result<Snapshot, WallError> {
    if !is_name(name) {
        return Err(WallError::NoSnapshot(format!("{name:?} is no name for one")));
    }
    let Some(guest) = sandbox.guest() else {
        return Err(WallError::NoSnapshot("a jail cannot become one".into()));
    };
    let (memory_mb, ephemeral_mb) = guest.made_for;
    let (image, trees) = (guest.image.clone(), guest.has.clone());
    let draft = vms.snapshots.join(format!("{DRAFT}{name}"));
    DirBuilder::new().mode(0o700).create(&draft).map_err(WallError::state(&draft))?;
    let drafted = Draft(draft.clone());
    let kept = sandbox.into_snapshot(draft.clone()).await?;
    let breed = vms.breed();
    let meta = Meta { breed, image, memory_mb, ephemeral_mb, trees, kept, waits };
    let directory = vms.snapshots.join(name);
    let text =
        serde_json::to_vec(&meta).map_err(|error| WallError::NoSnapshot(error.to_string()))?;
    let to = directory.clone();
    let whole = spawn_blocking(move || appear(&draft, &text, &to)).await;
    whole
        .unwrap_or_else(|error| Err(io::Error::other(error)))
        .map_err(WallError::state(&directory))?;
    std::mem::forget(drafted);
    Ok(Snapshot { directory, meta })
}

/// Gives a draft its name, when all of it is on the disk: one that a crash of the machine left with
/// holes would be restored from, and its guests would be silent.
fn appear(draft: &Path, meta: &[u8], directory: &Path) -> io::Result<()> {
    fs::write(draft.join(META), meta)?;
    for file in fs::read_dir(draft)? {
        fs::File::open(file?.path())?.sync_all()?;
    }
    fs::rename(draft, directory)
}

/// Goes when it does not become a snapshot.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        let _removed_at_the_next_start = fs::remove_dir_all(&self.0);
    }
}

/// A snapshot, if it is there and of use.
pub(super) fn find(directory: &Path, breed: &str) -> Option<Snapshot> {
    let meta: Meta = serde_json::from_slice(&fs::read(directory.join(META)).ok()?).ok()?;
    let of_use = meta.breed == breed && meta.image.is_dir();
    of_use.then(|| Snapshot { directory: directory.into(), meta })
}

/// Notes that it is used now. Where that fails, it counts as older than it is.
pub(super) fn touch(directory: &Path) {
    let file = fs::File::options().append(true).open(directory.join(META));
    let _older = file.and_then(|file| file.set_modified(SystemTime::now()));
}

/// Names of all snapshots.
pub(super) fn whole(place: &Path) -> impl Iterator<Item = String> {
    names(place).filter(|name| !name.starts_with(DRAFT))
}

/// Names of snapshots that nobody can use any more.
pub(super) fn useless(place: &Path, breed: &str) -> Vec<String> {
    whole(place).filter(|name| find(&place.join(name), breed).is_none()).collect()
}

/// Names of all but the `most` that were used last, of those whose names begin so.
pub(super) fn oldest(place: &Path, prefix: &str, most: usize) -> Vec<String> {
    let used = |name: &String| fs::metadata(place.join(name).join(META))?.modified();
    let mut names: Vec<_> = names(place).filter(|name| name.starts_with(prefix)).collect();
    names.sort_by_key(|name| std::cmp::Reverse(used(name).ok()));
    names.split_off(most.min(names.len()))
}

/// Removes a snapshot. It is none from the first moment on.
pub(super) async fn remove(directory: PathBuf) {
    let removed = spawn_blocking(move || match fs::remove_file(directory.join(META)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !directory.exists() => Ok(()),
        _ => fs::remove_dir_all(&directory),
    });
    if let Ok(Err(error)) = removed.await {
        tracing::warn!(%error, "a snapshot stays behind");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_one_that_was_used_last_is_kept() {
        let place = tempfile::tempdir().unwrap();
        for (hours, name) in [(3, "base-a"), (2, "base-b"), (1, "base-c"), (4, "version-d")] {
            let directory = place.path().join(name);
            fs::create_dir(&directory).unwrap();
            let meta = fs::File::create(directory.join(META)).unwrap();
            meta.set_modified(SystemTime::now() - Duration::from_secs(hours * 3600)).unwrap();
        }
        assert_eq!(oldest(place.path(), "base-", 1), ["base-b", "base-a"]);
        touch(&place.path().join("base-a"));
        assert_eq!(oldest(place.path(), "base-", 1), ["base-c", "base-b"]);
        assert_eq!(oldest(place.path(), "base-", 3), Vec::<String>::new());
    }

    #[test]
    fn a_draft_appears_whole() {
        let place = tempfile::tempdir().unwrap();
        let (draft, directory) = (place.path().join(".new-one"), place.path().join("one"));
        fs::create_dir(&draft).unwrap();
        fs::write(draft.join("memory"), "pages").unwrap();
        appear(&draft, b"{}", &directory).unwrap();
        assert!(!draft.exists());
        assert_eq!(fs::read(directory.join(META)).unwrap(), b"{}");
        assert_eq!(fs::read(directory.join("memory")).unwrap(), b"pages");
    }
}
