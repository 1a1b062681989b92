//! Landlock: the files a process without a wall may use, and whom it may signal. Any process may
//! restrict itself so, without namespaces or rights; kernels since Linux 5.13 can, if built so.
//! Sources: landlock(7), linux/landlock.h.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags};

const EXECUTE: u64 = 1;
const WRITE_FILE: u64 = 1 << 1;
const READ_FILE: u64 = 1 << 2;
const READ_DIR: u64 = 1 << 3;
/// All of the first version.
const FIRST: u64 = (1 << 13) - 1;
/// Linking and renaming from one directory to another, since the second version.
const REFER: u64 = 1 << 13;
/// Since the third.
const TRUNCATE: u64 = 1 << 14;
/// No abstract Unix socket of others, and no signal to others, since the sixth.
const SCOPED: u64 = 0b11;

const READ: u64 = EXECUTE | READ_FILE | READ_DIR;
/// What can be said of something that is no directory.
const OF_FILES: u64 = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE;

const CREATE_RULESET: libc::c_long = 444;
const ADD_RULE: libc::c_long = 445;
const RESTRICT_SELF: libc::c_long = 446;
const VERSION: libc::c_ulong = 1;
const PATH_BENEATH: libc::c_long = 1;

/// What a program of this machine needs to run.
const OF_THE_MACHINE: [&str; 6] = ["/usr", "/bin", "/lib", "/lib64", "/sbin", "/proc"];

/// Programs stop when they may not read a file here that they find, so all is allowed that
/// everybody may read; what only root may is not, though the function be root's.
const SETTINGS: &str = "/etc";

const RESOLVERS: &str = "/etc/resolv.conf";

const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// `struct landlock_ruleset_attr`
#[repr(C)]
struct Ruleset {
    files: u64,
    network: u64,
    scoped: u64,
}

/// `struct landlock_path_beneath_attr`
#[repr(C, packed)]
struct Beneath {
    allowed: u64,
    parent: i32,
}

/// A fence within which those trees can be read and `own` can be written to. None where the kernel
/// has no Landlock.
pub fn rules(trees: &[&Path], own: &Path) -> io::Result<Option<OwnedFd>> {
    let version = version();
    if version < 1 {
        return Ok(None);
    }
    let files =
        FIRST | if version >= 2 { REFER } else { 0 } | if version >= 3 { TRUNCATE } else { 0 };
    let rules = ruleset(files, if version >= 6 { SCOPED } else { 0 })?;
    for tree in trees {
        allow(&rules, tree, READ)?;
    }
    allow(&rules, own, files)?;
    let machine = OF_THE_MACHINE.iter().map(|path| (path, READ));
    let devices = DEVICES.iter().map(|path| (path, READ_FILE | WRITE_FILE));
    for (path, rights) in machine.chain(devices) {
        match allow(&rules, Path::new(path), rights & files) {
            // Not on this machine.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            done => done?,
        }
    }
    allow(&rules, Path::new(SETTINGS), READ_DIR)?;
    allow_public(&rules, Path::new(SETTINGS))?;
    // Where the machine's resolver writes what `/etc/resolv.conf` leads to.
    match std::fs::canonicalize(RESOLVERS).map(|file| allow(&rules, &file, READ_FILE)) {
        // There is none, which is as good.
        Err(_) => {}
        Ok(done) => done?,
    }
    Ok(Some(rules))
}

/// Allows to read what everybody may read in a directory that everybody may. Links are not
/// followed: what they lead to has rules of its own.
fn allow_public(rules: &OwnedFd, directory: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)?.flatten() {
        let (Ok(kind), Ok(data)) = (entry.file_type(), entry.metadata()) else { continue };
        if kind.is_dir() && data.mode() & 0o005 == 0o005 {
            allow_public(rules, &entry.path())?;
        } else if kind.is_file() && data.mode() & 0o004 != 0 {
            allow(rules, &entry.path(), READ_FILE | EXECUTE)?;
        }
    }
    Ok(())
}

/// Puts the calling process, and all that come of it, behind the fence. It must have given up new
/// privileges before.
pub fn enter(rules: &OwnedFd) -> io::Result<()> {
    // SAFETY: no pointer is passed.
    checked(unsafe { libc::syscall(RESTRICT_SELF, rules.as_raw_fd(), 0) }).map(drop)
}

/// The version of Landlock that the kernel has; less than one for none.
fn version() -> libc::c_long {
    // SAFETY: asked for its version, the kernel reads no memory of ours.
    unsafe { libc::syscall(CREATE_RULESET, std::ptr::null::<Ruleset>(), 0, VERSION) }
}

fn ruleset(files: u64, scoped: u64) -> io::Result<OwnedFd> {
    let rules = Ruleset { files, network: 0, scoped };
    // A kernel that does not know a field wants it not to be there.
    let size = if scoped == 0 { size_of::<u64>() } else { size_of::<Ruleset>() };
    // SAFETY: the kernel reads `size` bytes, no more than the structure has.
    let made = checked(unsafe { libc::syscall(CREATE_RULESET, &raw const rules, size, 0) })?;
    // SAFETY: the kernel has just made this descriptor, for us alone, closed on execution.
    Ok(unsafe { OwnedFd::from_raw_fd(made) })
}

fn allow(rules: &OwnedFd, path: &Path, rights: u64) -> io::Result<()> {
    let at = rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    let mode = rustix::fs::FileType::from_raw_mode(rustix::fs::fstat(&at)?.st_mode);
    let allowed = if mode.is_dir() { rights } else { rights & OF_FILES };
    let beneath = Beneath { allowed, parent: at.as_raw_fd() };
    let (rules, beneath) = (rules.as_raw_fd(), &raw const beneath);
    // SAFETY: the kernel reads one whole structure of the kind named.
    checked(unsafe { libc::syscall(ADD_RULE, rules, PATH_BENEATH, beneath, 0) }).map(drop)
}

fn checked(done: libc::c_long) -> io::Result<i32> {
    i32::try_from(done).ok().filter(|done| *done >= 0).ok_or_else(io::Error::last_os_error)
}
