//! All authority is taken from a function's process, in the process itself, before its program
//! runs. What a sandbox's function may do is decided here and by the seccomp program.

use std::io;
use std::os::fd::OwnedFd;

use fika_init::place::{FUNCTION_GID, FUNCTION_UID, MAX_LOCKED, MAX_OPEN_FILES, MAX_PROCESSES};
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal};
use rustix::thread::{
    CapabilitySet, CapabilitySets, Gid, Uid, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities, set_no_new_privs, set_thread_groups,
    set_thread_res_gid, set_thread_res_uid,
};

use crate::landlock;

/// The seccomp program, as the kernel wants it.
pub struct Filter(Vec<libc::sock_filter>);

impl Filter {
    /// Reads raw `struct sock_filter`s: eight bytes each, in the machine's byte order.
    pub fn parse(bytes: &[u8]) -> Self {
        let instruction = |raw: &[u8]| libc::sock_filter {
            code: u16::from_ne_bytes([raw[0], raw[1]]),
            jt: raw[2],
            jf: raw[3],
            k: u32::from_ne_bytes([raw[4], raw[5], raw[6], raw[7]]),
        };
        Self(bytes.chunks_exact(8).map(instruction).collect())
    }

    fn install(&self) -> io::Result<()> {
        let program = libc::sock_fprog {
            len: self.0.len().try_into().map_err(|_| io::ErrorKind::InvalidInput)?,
            filter: self.0.as_ptr().cast_mut(),
        };
        // SAFETY: the program points at `len` instructions that live through the call, and the
        // kernel only reads them.
        let done = unsafe {
            libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program)
        };
        if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

/// Makes the calling process a function's: in its cgroups, within its limits, without any
/// privilege, and without a way to get one.
pub fn seal(cgroups: &[OwnedFd], filter: &Filter, fence: Option<&Fence>) -> io::Result<()> {
    crate::children::forget_signals()?;
    for cgroup in cgroups {
        rustix::io::write(cgroup, b"0")?;
    }
    limit()?;
    match fence {
        None => {
            hide_cgroups()?;
            limit_processes()?;
            drop_privileges()?;
            set_no_new_privs(true)?;
        }
        Some(fence) => fence.enter()?,
    }
    rustix::process::setsid()?;
    filter.install()
}

/// What holds a process instead of a wall.
pub struct Fence {
    /// Which files it may use; none where the kernel has no Landlock.
    pub files: Option<OwnedFd>,
}

impl Fence {
    /// The process stays the user that init is: there is no other whom it could be.
    fn enter(&self) -> io::Result<()> {
        // Nobody else would end it, should init be killed.
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // Only root may, and only root need do so.
        let _not_root = empty_bounding_set();
        give_up_capabilities()?;
        set_no_new_privs(true)?;
        self.files.as_ref().map_or(Ok(()), landlock::enter)
    }
}

fn hide_cgroups() -> io::Result<()> {
    // Its own cgroups become the root of what it sees in /proc/self/cgroup.
    // SAFETY: only descriptor-table and file-system sharing are hazards of unshare(2), and a
    // cgroup namespace touches neither.
    Ok(unsafe { rustix::thread::unshare_unsafe(rustix::thread::UnshareFlags::NEWCGROUP) }?)
}

fn limit() -> io::Result<()> {
    at_most(Resource::Nofile, MAX_OPEN_FILES)?;
    at_most(Resource::Core, 0)?;
    at_most(Resource::Memlock, MAX_LOCKED)?;
    // Whatever the server may, a function does not go before others.
    at_most(Resource::Rtprio, 0)?;
    at_most(Resource::Nice, 0)?;
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    Ok(())
}

/// The kernel counts those of the user, in all of the user's sandboxes and outside of them if it
/// is the server's: so only behind a wall.
fn limit_processes() -> io::Result<()> {
    at_most(Resource::Nproc, MAX_PROCESSES)
}

fn at_most(resource: Resource, most: u64) -> io::Result<()> {
    let inherited = rustix::process::getrlimit(resource).maximum;
    let most = inherited.map_or(most, |inherited| inherited.min(most));
    let limit = Rlimit { current: Some(most), maximum: Some(most) };
    Ok(rustix::process::setrlimit(resource, limit)?)
}

fn drop_privileges() -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(FUNCTION_UID), Gid::from_raw(FUNCTION_GID));
    empty_bounding_set()?;
    // Without root on the host there is but one user in the sandbox, and the kernel forbids
    // changing groups.
    if rustix::process::getuid() != uid {
        set_thread_groups(&[])?;
        set_thread_res_gid(gid, gid, gid)?;
        set_thread_res_uid(uid, uid, uid)?;
    }
    give_up_capabilities()
}

fn empty_bounding_set() -> io::Result<()> {
    for capability in CapabilitySet::all() {
        match remove_capability_from_bounding_set(capability) {
            // The kernel is older than this capability.
            Err(rustix::io::Errno::INVAL) => {}
            done => done?,
        }
    }
    Ok(())
}

fn give_up_capabilities() -> io::Result<()> {
    clear_ambient_capability_set()?;
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })?;
    Ok(())
}
