//! Unpacking a package into a directory, whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::PackageError;
use crate::walk::{Contents, Sink, walk};

// The function runs under a user of its own: everybody may read, nobody but us may write.
const PLAIN: u32 = 0o644;
const EXECUTABLE: u32 = 0o755;

/// Unpacks `zip` as the directory `dest`, whose parent must be there.
///
/// It is unpacked beside `dest`, as `.unpack-…`, and renamed when it is whole. If `dest` is there
/// by then, it stays as it is: somebody else unpacked the same code. What was written is on the
/// disk before the name is, so whoever finds `dest` may trust it, after a power loss too.
///
/// # Errors
/// [`PackageError`]; nothing is left behind then.
pub fn unpack(zip: &[u8], dest: &Path) -> Result<Contents, PackageError> {
    let tree = Tree::new(dest)?;
    let contents = walk(zip, &mut &tree)?;
    tree.appear(dest).map(|()| contents)
}

/// One call for all files, since a package may have thousands. The rename itself is not waited
/// for: code whose name is lost is unpacked again.
fn flush(dir: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(dir)?)?)
}

/// A directory in the making, removed again unless it was renamed.
pub(crate) struct Tree {
    root: PathBuf,
}

impl Tree {
    pub(crate) fn new(dest: &Path) -> Result<Self, PackageError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!(".unpack-{}-{count}", std::process::id());
        let root = dest.with_file_name(name);
        // What a killed process with our number left behind.
        match fs::remove_dir_all(&root) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(PackageError::io(root)(e)),
            _ => {}
        }
        make_directory(&root).map_err(PackageError::io(&root))?;
        Ok(Self { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Gives it its name when all of it is on the disk. One that is there already stays.
    pub(crate) fn appear(self, dest: &Path) -> Result<(), PackageError> {
        flush(&self.root).map_err(PackageError::io(dest))?;
        match fs::rename(&self.root, dest) {
            Err(_) if dest.is_dir() => Ok(()),
            renamed => renamed.map_err(PackageError::io(dest)),
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // After the rename there is nothing here, and nobody to tell of anything else.
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Sink for &Tree {
    fn directory(&mut self, path: &Path) -> Result<(), PackageError> {
        make_directory(&self.root.join(path)).map_err(PackageError::io(path))
    }

    fn file(&mut self, path: &Path, executable: bool) -> Result<impl Write, PackageError> {
        let mode = if executable { EXECUTABLE } else { PLAIN };
        make_file(&self.root.join(path), mode).map_err(PackageError::io(path))
    }

    fn link(&mut self, path: &Path, target: &str) -> Result<(), PackageError> {
        symlink(target, self.root.join(path)).map_err(PackageError::io(path))
    }
}

// Modes are set twice, because the process's umask takes bits from the first.
pub(crate) fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(EXECUTABLE).create(path)?;
    fs::set_permissions(path, Permissions::from_mode(EXECUTABLE))
}

fn make_file(path: &Path, mode: u32) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    Ok(file)
}
