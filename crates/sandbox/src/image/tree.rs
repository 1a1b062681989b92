//! Writing a tree: files are copied into a temporary directory, which is then sealed: hashed, made
//! read-only and renamed to its digest. A crash leaves only the temporary directory, and the next
//! [`sweep`] removes that.

use std::fs::{self, DirBuilder, File, Permissions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::{ImageError, index};

const PREFIX: &str = "tmp-";

/// A tree being written. Removed when dropped unsealed.
pub(super) struct Tree {
    dir: PathBuf,
    /// Held as long as the writer lives, so that a sweep by another process leaves the tree alone.
    _lock: File,
}

impl Tree {
    /// Starts an empty tree in a store's directory.
    pub fn create(store: &Path) -> Result<Self, ImageError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = store.join(format!("{PREFIX}{}-{n}", std::process::id()));
        // A process of the same number may have left it, in another PID namespace for instance.
        remove(&dir).map_err(ImageError::io(&dir))?;
        DirBuilder::new().mode(0o755).create(&dir).map_err(ImageError::io(&dir))?;
        let lock = File::open(&dir).map_err(ImageError::io(&dir))?;
        lock.lock().map_err(ImageError::io(&dir))?;
        Ok(Self { dir, _lock: lock })
    }

    /// Where an absolute path of the image is while it is written.
    pub fn place(&self, path: &str) -> PathBuf {
        self.dir.join(path.trim_start_matches('/'))
    }

    /// Whether the path is there already.
    pub fn has(&self, path: &str) -> bool {
        self.place(path).symlink_metadata().is_ok()
    }

    /// Makes a directory and those above it.
    pub fn dir(&self, path: &str) -> Result<(), ImageError> {
        let place = self.place(path);
        fs::create_dir_all(&place).map_err(ImageError::io(&place))
    }

    /// Writes a file of the given content.
    pub fn write(&self, path: &str, content: &[u8]) -> Result<(), ImageError> {
        let place = self.with_parent(path)?;
        fs::write(&place, content).map_err(ImageError::io(&place))
    }

    /// Makes a symbolic link.
    pub fn link(&self, path: &str, target: &str) -> Result<(), ImageError> {
        let place = self.with_parent(path)?;
        symlink(target, &place).map_err(ImageError::io(&place))
    }

    /// Copies one file of the machine, links followed. The first copy to a path stays.
    pub fn copy(&self, from: &Path, path: &str) -> Result<(), ImageError> {
        if self.has(path) {
            return Ok(());
        }
        let place = self.with_parent(path)?;
        fs::copy(from, &place).map_err(ImageError::io(from))?;
        Ok(())
    }

    /// Copies the files below a directory of the machine for which `keep` says yes, links
    /// followed. A refused directory is not looked into.
    pub fn copy_all(
        &self,
        from: &Path,
        path: &str,
        keep: &dyn Fn(&Path) -> bool,
    ) -> Result<(), ImageError> {
        for entry in fs::read_dir(from).map_err(ImageError::io(from))? {
            let entry = entry.map_err(ImageError::io(from))?;
            let (source, name) = (entry.path(), entry.file_name());
            // A dangling link has no metadata, and names that are no text are nobody's module.
            let (Ok(meta), Some(name)) = (fs::metadata(&source), name.to_str()) else { continue };
            if !keep(&source) {
                continue;
            }
            let inner = format!("{path}/{name}");
            if meta.is_dir() {
                self.copy_all(&source, &inner, keep)?;
            } else if meta.is_file() {
                self.copy(&source, &inner)?;
            }
        }
        Ok(())
    }

    /// Takes over a sealed tree but for one directory. Files are shared, not copied: both are
    /// read-only and ours.
    pub fn take_over(&self, old: &Path, except: &str) -> Result<(), ImageError> {
        let skip = old.join(except.trim_start_matches('/'));
        walk(old, &mut |path, meta| {
            if path.starts_with(&skip) {
                return Ok(());
            }
            let place = self.dir.join(path.strip_prefix(old).unwrap_or(path));
            if meta.is_dir() { fs::create_dir_all(&place) } else { fs::hard_link(path, &place) }
        })
        .map_err(ImageError::io(old))
    }

    fn with_parent(&self, path: &str) -> Result<PathBuf, ImageError> {
        let place = self.place(path);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(ImageError::io(parent))?;
        }
        Ok(place)
    }

    /// Hashes everything, makes it read-only, and puts it under its digest. If the same tree is
    /// there already, that one stays.
    pub fn seal(self, store: &Path) -> Result<String, ImageError> {
        let digest = seal_all(&self.dir).map_err(ImageError::io(&self.dir))?;
        let home = store.join(&digest);
        let sealed = flush(&self.dir)
            // Renaming a directory within its parent needs no write permission on itself.
            .and_then(|()| fs::rename(&self.dir, &home))
            .or_else(|error| if home.is_dir() { Ok(()) } else { Err(error) });
        sealed.map_err(ImageError::io(&home))?;
        Ok(digest)
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.dir) {
            tracing::warn!(dir = %self.dir.display(), %error, "a temporary tree stays behind");
        }
    }
}

/// Everything on its way to the disk gets there, so that no crash leaves a digest on half a tree.
fn flush(dir: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(dir)?)?)
}

/// One line for each thing in the tree, in the order of their paths: kind, mode, path, and what it
/// holds. The digest is over those lines.
fn seal_all(dir: &Path) -> io::Result<String> {
    let mut lines = Vec::new();
    walk(dir, &mut |path, meta| {
        let name = path.strip_prefix(dir).unwrap_or(path).as_os_str().as_encoded_bytes().to_vec();
        let kind = meta.file_type();
        let (mode, held) = if kind.is_symlink() {
            ("link", fs::read_link(path)?.into_os_string().into_encoded_bytes())
        } else if kind.is_dir() {
            ("0555", Vec::new())
        } else if meta.mode() & 0o111 != 0 {
            ("0755", hash_file(path)?)
        } else {
            ("0644", hash_file(path)?)
        };
        let read_only = if kind.is_dir() || mode == "0755" { 0o555 } else { 0o444 };
        if !kind.is_symlink() && meta.mode() & 0o7777 != read_only {
            fs::set_permissions(path, Permissions::from_mode(read_only))?;
        }
        lines.push((name, mode, held));
        Ok(())
    })?;
    lines.sort();
    let mut hash = Sha256::new();
    for (name, mode, held) in lines {
        for part in [mode.as_bytes(), &name, &held] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    Ok(index::hex(&hash.finalize()))
}

fn hash_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().to_vec()),
            n => hash.update(&buffer[..n]),
        }
    }
}

/// Calls `visit` for a directory and everything below it, links not followed.
fn walk(
    path: &Path,
    visit: &mut dyn FnMut(&Path, &fs::Metadata) -> io::Result<()>,
) -> io::Result<()> {
    let meta = fs::symlink_metadata(path)?;
    visit(path, &meta)?;
    if meta.is_dir() {
        for entry in fs::read_dir(path)? {
            walk(&entry?.path(), visit)?;
        }
    }
    Ok(())
}

/// Removes a tree, a sealed one too. One that is not there is removed already.
fn remove(dir: &Path) -> io::Result<()> {
    if !dir.try_exists()? {
        return Ok(());
    }
    walk(dir, &mut |path, meta| match meta.is_dir() {
        true => fs::set_permissions(path, Permissions::from_mode(0o755)),
        false => Ok(()),
    })?;
    fs::remove_dir_all(dir)
}

/// Removes the temporary trees that no living process writes. One that cannot be removed, because
/// what a killed server started still writes into it perhaps, is the next start's.
pub(super) fn sweep(store: &Path) {
    for dir in fs::read_dir(store).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let name = dir.file_name().unwrap_or_default();
        if name.to_string_lossy().starts_with(PREFIX)
            && let Err(error) = remove_unless_held(&dir)
        {
            tracing::warn!(dir = %dir.display(), %error, "a temporary tree stays until the next start");
        }
    }
}

fn remove_unless_held(dir: &Path) -> io::Result<()> {
    match File::open(dir)?.try_lock() {
        Ok(()) => remove(dir),
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
