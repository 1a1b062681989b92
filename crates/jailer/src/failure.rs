//! A step that failed, and what may help.

use std::io;

use fika_init::{FromInit, encode, stream};

/// A step of the building of a wall that failed.
#[derive(Debug)]
pub struct Failure {
    step: &'static str,
    error: io::Error,
}

/// Names the step that an error belongs to.
pub trait Step<T> {
    /// Says which step this was.
    fn step(self, step: &'static str) -> Result<T, Failure>;
}

impl<T, E: Into<io::Error>> Step<T> for Result<T, E> {
    fn step(self, step: &'static str) -> Result<T, Failure> {
        self.map_err(|error| Failure { step, error: error.into() })
    }
}

impl Failure {
    /// Tells the worker, if it still listens.
    pub fn report(&self) {
        let message = format!("{}: {}{}", self.step, self.error, self.hint());
        if let Ok(frame) = encode(&FromInit::Failed { message }) {
            let _gone = stream::send_all(rustix::stdio::stdin(), &frame, &[]);
        }
    }

    fn hint(&self) -> &'static str {
        match (self.step, self.error.kind()) {
            (NAMESPACES, io::ErrorKind::PermissionDenied) => {
                " (this user may not make user namespaces: see kernel.unprivileged_userns_clone, \
                 user.max_user_namespaces and kernel.apparmor_restrict_unprivileged_userns)"
            }
            (PROC, io::ErrorKind::PermissionDenied) => {
                " (a container around us hides parts of /proc: start it with an unmasked /proc)"
            }
            (IMAGE_ROOT, io::ErrorKind::NotFound) => {
                " (the image needs the directories /dev, /proc, /tmp and /var/task)"
            }
            (CGROUP, io::ErrorKind::PermissionDenied) => {
                " (start the server as root, or in a cgroup of its own)"
            }
            _ => "",
        }
    }
}

/// The step that needs leave to make namespaces.
pub const NAMESPACES: &str = "make namespaces";
/// The step that needs an unmasked `/proc`.
pub const PROC: &str = "mount /proc";
/// The step that needs the image to be whole.
pub const IMAGE_ROOT: &str = "find the image's own directories";
/// The step that needs cgroups that are ours.
pub const CGROUP: &str = "enter its cgroup";
