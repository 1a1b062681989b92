//! Disks for guests, made once for each tree, and shared by all that read them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, OnceCell};
use tokio::task::spawn_blocking;

use super::CODE_DISK_BYTES;
use crate::error::WallError;

/// The disks of one kind: of images, or of code.
#[derive(Debug)]
pub struct Disks {
    place: PathBuf,
    /// The size of each, whatever it holds; none for as large as it is.
    bytes: Option<u64>,
    /// Disks that are there or being made.
    made: Mutex<BTreeMap<PathBuf, Arc<OnceCell<PathBuf>>>>,
}

/// Disks of code, for sandboxes to be bound to.
#[derive(Debug)]
pub struct CodeDisks(Disks);

impl CodeDisks {
    pub(super) fn open(place: PathBuf) -> Result<Self, WallError> {
        Disks::open(place, Some(CODE_DISK_BYTES)).map(Self)
    }

    /// The disk of a code tree.
    ///
    /// # Errors
    /// [`WallError::Disk`] when it cannot be made.
    pub async fn code(&self, tree: &Path) -> Result<PathBuf, WallError> {
        self.0.of(tree).await
    }

    /// A disk of nothing, for a guest that has no code yet.
    pub(super) fn nothing(&self) -> Result<PathBuf, WallError> {
        let path = self.0.place.join("nothing");
        let made = File::create(&path).and_then(|file| file.set_len(CODE_DISK_BYTES));
        made.map(|()| path.clone()).map_err(|source| WallError::State { path, source })
    }

    pub(super) async fn sweep(&self) {
        self.0.sweep().await;
    }
}

impl Disks {
    /// Disks in a directory of their own. What is half made there is removed.
    pub fn open(place: PathBuf, bytes: Option<u64>) -> Result<Self, WallError> {
        fs::create_dir_all(&place).map_err(WallError::state(&place))?;
        for entry in fs::read_dir(&place).map_err(WallError::state(&place))?.flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == DRAFT) {
                let _still_there = fs::remove_file(path);
            }
        }
        Ok(Self { place, bytes, made: Mutex::default() })
    }

    /// The disk of a tree whose content never changes, made if it is not there. Whoever asks
    /// meanwhile waits for the same.
    pub async fn of(&self, tree: &Path) -> Result<PathBuf, WallError> {
        let disk = self.place.join(name(tree));
        let cell = self.made.lock().await.entry(disk.clone()).or_default().clone();
        let made = cell.get_or_try_init(|| async {
            let (tree, disk, bytes) = (tree.to_owned(), disk.clone(), self.bytes);
            let made = spawn_blocking(move || make(&tree, disk, bytes)).await;
            made.unwrap_or_else(|error| Err(WallError::state(&self.place)(io::Error::other(error))))
        });
        made.await.cloned()
    }

    /// Removes the disks of trees that are gone. Guests that have one keep it.
    pub async fn sweep(&self) {
        let mut made = self.made.lock().await;
        for entry in fs::read_dir(&self.place).into_iter().flatten().flatten() {
            let link = entry.path();
            let gone = fs::read_link(&link).is_ok_and(|tree| !tree.exists());
            if gone && link.extension().is_some_and(|extension| extension == TREE) {
                let disk = link.with_extension(DISK);
                made.remove(&disk);
                // The link goes last: it is what the next sweep finds.
                let removed = fs::remove_file(disk).and_then(|()| fs::remove_file(&link));
                if let Err(error) = removed {
                    tracing::warn!(path = %link.display(), %error, "a disk stays behind");
                }
            }
        }
    }
}

const DISK: &str = "disk";
const TREE: &str = "tree";
const DRAFT: &str = "draft";

/// The name of a tree's disk: that of the tree, and where it is.
fn name(tree: &Path) -> String {
    let digest = Sha256::digest(tree.as_os_str().as_encoded_bytes());
    let place: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name = tree.file_name().unwrap_or_default().to_string_lossy();
    // A name may be as long as a file's may be, and a disk's is longer.
    let name: String = name.chars().take(64).map(|c| if c == '.' { '_' } else { c }).collect();
    format!("{name}-{place}.{DISK}")
}

/// Makes a disk under another name first, so that it is there whole or not at all. Beside it goes
/// a link to its tree.
fn make(tree: &Path, disk: PathBuf, bytes: Option<u64>) -> Result<PathBuf, WallError> {
    if disk.is_file() {
        return Ok(disk);
    }
    let draft = disk.with_extension(DRAFT);
    let facts = fika_disk::build(tree, &draft)?;
    if let Some(bytes) = bytes {
        if facts.bytes > bytes {
            let _removed = fs::remove_file(&draft);
            let why = format!("its code is larger than {} MB", bytes >> 20);
            return Err(WallError::NotBound(why));
        }
        let draft = File::options().write(true).open(&draft);
        draft.and_then(|file| file.set_len(bytes)).map_err(WallError::state(&disk))?;
    }
    let link = disk.with_extension(TREE);
    let _was_there = fs::remove_file(&link);
    symlink(tree, &link).map_err(WallError::state(&link))?;
    fs::rename(&draft, &disk).map_err(WallError::state(&disk))?;
    Ok(disk)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[tokio::test]
    async fn a_disk_is_made_once_and_goes_with_its_tree() {
        let house = tempfile::tempdir().unwrap();
        let tree = house.path().join("tree");
        fs::create_dir(&tree).unwrap();
        fs::write(tree.join("file"), "text").unwrap();
        let disks = CodeDisks::open(house.path().join("disks")).unwrap();
        let (one, two) = tokio::join!(disks.code(&tree), disks.code(&tree));
        let disk = one.unwrap();
        assert_eq!(two.unwrap(), disk);
        let facts = fs::metadata(&disk).unwrap();
        assert_eq!(facts.len(), CODE_DISK_BYTES);
        assert!(facts.blocks() * 512 < 1 << 20, "{}", facts.blocks());
        let again = CodeDisks::open(house.path().join("disks")).unwrap();
        assert_eq!(fs::metadata(again.code(&tree).await.unwrap()).unwrap().ino(), facts.ino());
        again.sweep().await;
        assert!(disk.exists());
        fs::remove_dir_all(&tree).unwrap();
        again.sweep().await;
        assert!(!disk.exists());
        assert_eq!(fs::read_dir(house.path().join("disks")).unwrap().count(), 0);
    }
}
