//! A directory that goes with its sandbox.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::WallError;

/// What a function has for `/tmp`. Nothing bounds it. Dropping it removes it, which takes as
/// long as there are files in it.
#[derive(Debug)]
pub struct Tmp(PathBuf);

impl Tmp {
    /// Makes it, empty, for the server's user alone.
    pub fn make(path: &Path) -> Result<Self, WallError> {
        let unusable = |source| WallError::State { path: path.into(), source };
        remove(path).map_err(unusable)?;
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
        Ok(Self(path.into()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Tmp {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "files of a sandbox stay behind");
        }
    }
}

/// Removes a directory, if it is there, whatever rights its own directories have.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            open_up(path)?;
            fs::remove_dir_all(path)
        }
        done => done,
    }
}

/// Makes every directory below one that can be listed and written to. Links are not followed.
fn open_up(directory: &Path) -> io::Result<()> {
    fs::set_permissions(directory, Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_up(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_a_function_has_locked_goes_too() {
        let house = tempfile::tempdir().unwrap();
        let tmp = Tmp::make(&house.path().join("tmp/1")).unwrap();
        let locked = tmp.path().join("a/b");
        fs::create_dir_all(&locked).unwrap();
        fs::write(locked.join("c"), "c").unwrap();
        fs::set_permissions(&locked, Permissions::from_mode(0o000)).unwrap();
        drop(tmp);
        assert_eq!(fs::read_dir(house.path().join("tmp")).unwrap().count(), 0);
    }
}
