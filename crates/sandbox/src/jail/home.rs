//! The state directory: programs, lock, and what an earlier server left.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use fika_init::family;
use fika_jailer::MARK;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::FlockOperation;
use rustix::process::{Pid, PidfdFlags};
use sha2::{Digest, Sha256};

use super::seccomp;
use crate::error::WallError;

static INIT: &[u8] = include_bytes!(env!("FIKA_INIT"));
static JAILER: &[u8] = include_bytes!(env!("FIKA_JAILER"));
static NETKEEPER: &[u8] = include_bytes!(env!("FIKA_NETKEEPER"));

/// How long a jailer of an earlier server has to end by itself, in seconds: its init ends when
/// the server does.
const LAST_BREATH_S: i64 = 2;

/// The file that sandboxes with a network see as `/etc/resolv.conf`.
pub const RESOLV_CONF: &str = "resolv.conf";

/// The state directory of a jail.
#[derive(Debug)]
pub struct Home {
    state: PathBuf,
    code: PathBuf,
    instance: String,
    /// Held as long as we live; the kernel lets go of it however we die.
    _lock: File,
}

impl Home {
    /// Takes the directory, and puts in it what sandboxes are started with.
    pub fn open(state: &Path, code: &Path) -> Result<Self, WallError> {
        for directory in [state, code, &state.join("root")] {
            fs::create_dir_all(directory).map_err(|source| unusable(directory, source))?;
        }
        let absolute = |path: &Path| path.canonicalize().map_err(|source| unusable(path, source));
        let (state, code) = (absolute(state)?, absolute(code)?);
        let lock = lock(&state)?;
        install(&state.join("init"), INIT)?;
        install(&state.join("jailer"), JAILER)?;
        install(&state.join("netkeeper"), NETKEEPER)?;
        install(&state.join("filter"), &seccomp::program()?)?;
        Ok(Self { instance: instance(&state), state, code, _lock: lock })
    }

    /// A name for this state directory that no other has: eight hexadecimal digits.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// The directory of code trees, absolute.
    pub fn code_dir(&self) -> &Path {
        &self.code
    }

    /// Says who answers names for sandboxes.
    pub fn write_resolv_conf(&self, text: &str) -> Result<(), WallError> {
        install(&self.path(RESOLV_CONF), text.as_bytes())
    }

    /// A file or directory of ours.
    pub fn path(&self, name: &str) -> PathBuf {
        self.state.join(name)
    }

    /// Sees to it that no jailer of an earlier server lives on, and so no sandbox.
    pub fn end_leftovers(&self) {
        for pid in processes().filter(|&pid| self.is_jailer(pid)) {
            if let Err(error) = end(pid) {
                tracing::warn!(pid = pid.as_raw_nonzero(), %error, "a jailer stays behind");
            }
        }
    }

    fn is_jailer(&self, pid: Pid) -> bool {
        let process = format!("/proc/{}", pid.as_raw_nonzero());
        let Ok(arguments) = fs::read(format!("{process}/cmdline")) else { return false };
        let mut arguments = arguments.split(|&byte| byte == 0).skip(1);
        let ours = rustix::process::geteuid().as_raw();
        arguments.next() == Some(MARK.as_bytes())
            && arguments.next() == Some(self.instance.as_bytes())
            // Anybody can write anything on a command line.
            && fs::metadata(process).is_ok_and(|process| process.uid() == ours)
    }
}

fn unusable(path: &Path, source: io::Error) -> WallError {
    WallError::State { path: path.into(), source }
}

fn instance(state: &Path) -> String {
    let digest = Sha256::digest(state.as_os_str().as_encoded_bytes());
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

fn lock(state: &Path) -> Result<File, WallError> {
    let path = state.join("lock");
    let file = File::create(&path).map_err(|source| unusable(&path, source))?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(WallError::InUse(state.into())),
        Err(error) => Err(unusable(&path, error.into())),
    }
}

/// Writes a file that may be executed, whole or not at all. One that is the same stays.
pub fn install(path: &Path, bytes: &[u8]) -> Result<(), WallError> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    let next = path.with_extension("new");
    fs::write(&next, bytes)
        .and_then(|()| fs::set_permissions(&next, Permissions::from_mode(0o555)))
        .and_then(|()| fs::rename(&next, path))
        .map_err(|source| unusable(path, source))
}

fn processes() -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw))
}

/// Waits a little for a process to end, and then ends it and all that came of it.
fn end(pid: Pid) -> io::Result<()> {
    let process = rustix::process::pidfd_open(pid, PidfdFlags::empty())?;
    let patience = Timespec { tv_sec: LAST_BREATH_S, tv_nsec: 0 };
    let mut on = [PollFd::new(&process, PollFlags::IN)];
    if poll(&mut on, Some(&patience))? == 0 {
        family::end(pid);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_of_two_directories_have_two_names() {
        let (a, b) = (instance(Path::new("/a")), instance(Path::new("/b")));
        assert_eq!(a.len(), 8);
        assert_ne!(a, b);
    }
}
