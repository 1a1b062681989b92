//! A file that appears whole under its name, or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::DiskError;

// A microVM runs under a user of its own: everybody may read, nobody but us may write.
const MODE: u32 = 0o644;

/// A file in the making, removed again unless it was published.
pub(crate) struct Draft {
    pub(crate) path: PathBuf,
    pub(crate) file: File,
}

impl Draft {
    /// Beside `dest`, as `.disk-…`.
    pub(crate) fn new(dest: &Path) -> Result<Self, DiskError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = dest.with_file_name(format!(".disk-{}-{count}", std::process::id()));
        let file = Self::create(&path).map_err(DiskError::write(&path))?;
        Ok(Self { path, file })
    }

    fn create(path: &Path) -> io::Result<File> {
        // What a killed process with our number left behind.
        match fs::remove_file(path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(path)?;
        // Again, because the process's umask took bits from the first.
        file.set_permissions(Permissions::from_mode(MODE))?;
        Ok(file)
    }

    /// Gives it its name, and replaces what had it.
    pub(crate) fn publish(self, dest: &Path) -> Result<(), DiskError> {
        fs::rename(&self.path, dest).map_err(DiskError::write(dest))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After the rename there is nothing here, and nobody to tell of anything else.
        let _ = fs::remove_file(&self.path);
    }
}
