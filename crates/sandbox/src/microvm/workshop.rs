//! A directory that a monitor and its server share, for a monitor that takes files by their names.
//!
//! The monitor finds it at [`fika_jailer::WORKSHOP`]. It makes its sockets in it while the guest
//! does not run yet; then the directory is shut, so that a guest that takes its monitor over can
//! fill no disk and make no name. What is put in is another name of a file that is there already,
//! so state directory and workshops are on one file system.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, linkat, unlinkat};
use rustix::io::Errno;
use tokio::net::{UnixListener, UnixStream};

use crate::error::WallError;

/// One monitor's directory. It goes with all that is in it when this is dropped.
#[derive(Debug)]
pub struct Workshop {
    path: PathBuf,
    /// Where it is, whatever its path: those of sockets have 107 bytes at most.
    directory: File,
    /// The monitor's user, where that is not us.
    user: Option<u32>,
}

/// Makes the place for all workshops, for the server alone, and removes what an earlier one left.
pub(super) fn open(place: &Path) -> Result<(), WallError> {
    let unusable = |source| WallError::State { path: place.into(), source };
    if place.exists() {
        fs::read_dir(place).map_err(unusable)?.flatten().for_each(|entry| remove(&entry.path()));
    }
    DirBuilder::new().recursive(true).mode(0o700).create(place).map_err(unusable)
}

impl Workshop {
    pub(super) fn make(path: &Path, user: Option<u32>) -> io::Result<Self> {
        DirBuilder::new().mode(0o700).create(path)?;
        let directory = File::open(path)?;
        let workshop = Self { path: path.into(), directory, user };
        fchown(&workshop.directory, None, user)?;
        workshop.shut(false)?;
        Ok(workshop)
    }

    /// Where it is on the host.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lets nobody but root make or remove names in it, or lets its monitor.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn shut(&self, shut: bool) -> io::Result<()> {
        let mode = match (self.user, shut) {
            (Some(_), false) => 0o770,
            (Some(_), true) => 0o750,
            (None, false) => 0o700,
            (None, true) => 0o500,
        };
        self.directory.set_permissions(Permissions::from_mode(mode))
    }

    /// Gives a file a name in it, in the place of what had that name. The monitor can read it if
    /// everybody may.
    ///
    /// # Errors
    /// When the kernel refuses: the file may be on another file system, or have no name left.
    pub fn put(&self, file: &File, name: &str) -> io::Result<()> {
        let file = format!("/proc/self/fd/{}", file.as_raw_fd());
        self.unshut(|| {
            match unlinkat(&self.directory, name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(error) => return Err(error.into()),
            }
            Ok(linkat(CWD, file, &self.directory, name, AtFlags::SYMLINK_FOLLOW)?)
        })
    }

    /// Makes an empty file that the monitor can write to.
    ///
    /// # Errors
    /// When there is one of that name, and when the kernel refuses.
    pub fn blank(&self, name: &str) -> io::Result<File> {
        let mut options = File::options();
        let file = options.read(true).write(true).create_new(true).mode(0o600);
        let file = self.unshut(|| file.open(self.at(name)))?;
        fchown(&file, self.user, self.user)?;
        Ok(file)
    }

    /// Listens for the monitor.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn listen(&self, name: &str) -> io::Result<UnixListener> {
        let listener = UnixListener::bind(self.at(name))?;
        // Nobody but the monitor and us comes this far.
        fs::set_permissions(self.at(name), Permissions::from_mode(0o666))?;
        Ok(listener)
    }

    /// Connects to where the monitor listens. `None` while it does not.
    ///
    /// # Errors
    /// When the kernel refuses for another reason.
    pub async fn connect(&self, name: &str) -> io::Result<Option<UnixStream>> {
        match UnixStream::connect(self.at(name)).await {
            Ok(stream) => Ok(Some(stream)),
            Err(error) => match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// Does what makes or removes a name. Root may anyhow; else the directory's owner is who it is
    /// shut to, us included.
    fn unshut<T>(&self, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        if self.user.is_some() {
            return act();
        }
        let mode = self.directory.metadata()?.permissions();
        self.shut(false)?;
        let done = act();
        self.directory.set_permissions(mode)?;
        done
    }

    fn at(&self, name: &str) -> String {
        format!("/proc/self/fd/{}/{name}", self.directory.as_raw_fd())
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

fn remove(path: &Path) {
    // Where it is shut, its owner cannot empty it.
    let _may_be_gone = fs::set_permissions(path, Permissions::from_mode(0o700));
    if let Err(error) = fs::remove_dir_all(path) {
        tracing::warn!(path = %path.display(), %error, "a monitor's directory stays behind");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[tokio::test]
    async fn a_workshop_gives_names_to_files_and_takes_them_with_it() {
        let house = tempfile::tempdir().unwrap();
        let place = house.path().join(format!("workshops-{}", "long".repeat(30)));
        open(&place).unwrap();
        fs::write(house.path().join("one"), "one").unwrap();
        fs::write(house.path().join("two"), "two").unwrap();
        let workshop = Workshop::make(&place.join("1"), None).unwrap();
        for name in ["one", "two", "two"] {
            let file = File::open(house.path().join(name)).unwrap();
            workshop.put(&file, "code").unwrap();
            assert_eq!(fs::read_to_string(workshop.path().join("code")).unwrap(), name);
        }
        workshop.shut(true).unwrap();
        assert_eq!(workshop.blank("memory").unwrap().metadata().unwrap().mode() & 0o777, 0o600);
        assert!(workshop.blank("memory").is_err());
        assert_eq!(fs::metadata(workshop.path()).unwrap().mode() & 0o777, 0o500);
        workshop.shut(false).unwrap();
        // However long the path is.
        let listener = workshop.listen("socket").unwrap();
        let (ours, theirs) = tokio::join!(workshop.connect("socket"), listener.accept());
        assert!(ours.unwrap().is_some() && theirs.is_ok());
        drop(listener);
        assert!(workshop.connect("socket").await.unwrap().is_none());
        assert!(workshop.connect("other").await.unwrap().is_none());
        workshop.shut(true).unwrap();
        let directory = workshop.path().to_owned();
        drop(workshop);
        assert!(!directory.exists() && house.path().join("two").exists());
    }

    #[test]
    fn what_an_earlier_server_left_is_removed() {
        let house = tempfile::tempdir().unwrap();
        let place = house.path().join("workshops");
        open(&place).unwrap();
        let left = Workshop::make(&place.join("1"), None).unwrap();
        left.blank("memory").unwrap();
        left.shut(true).unwrap();
        std::mem::forget(left);
        open(&place).unwrap();
        assert_eq!(fs::read_dir(&place).unwrap().count(), 0);
    }
}
