//! In the namespaces: puts the root together, gives up power, becomes init.
//!
//! Host paths are opened as the user who started us, who may reach them; everything after
//! [`enter_users`] is done as the sandbox's own root, who may not.

use std::convert::Infallible;
use std::ffi::CStr;
use std::fs::File;
use std::io::{self, PipeReader, Read};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::symlink;

use fika_init::place;
use fika_jailer::{JailSpec, Network, Users};
use rustix::fs::{Mode, OFlags};
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount_change, mount_remount, unmount,
};
use rustix::process::Signal;
use rustix::thread::{
    CapabilitySet, Gid, Uid, configure_capability_in_ambient_set,
    remove_capability_from_bounding_set,
};

use crate::failure::{Failure, IMAGE_ROOT, PROC, Step};
use crate::mounts;

const RESOLVERS: &str = "name the resolvers";

/// What init needs: to mount the code, to become the function's user, to take all rights from
/// it, to end its processes and to see how much memory they hold.
const INIT_CAPABILITIES: CapabilitySet = CapabilitySet::SYS_ADMIN
    .union(CapabilitySet::SETUID)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETPCAP)
    .union(CapabilitySet::KILL)
    .union(CapabilitySet::SYS_PTRACE);

/// What is taken from the host.
struct Taken {
    image: OwnedFd,
    trees: OwnedFd,
    devices: Vec<(&'static str, OwnedFd)>,
    null: Vec<(&'static str, OwnedFd)>,
    resolv_conf: Option<OwnedFd>,
    init: OwnedFd,
    filter: OwnedFd,
}

/// Builds the wall around this process and becomes init in it.
pub fn become_init(spec: &JailSpec, mapped: PipeReader) -> Result<Infallible, Failure> {
    let taken = take(spec)?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .step("cut mounts off from the host's")?;
    mounts::attach(&taken.image, &spec.mount_point).step("mount the image")?;
    rustix::process::chdir(&spec.mount_point).step("enter the image")?;
    enter_users(spec.users, mapped)?;
    let trees = build_root(spec, &taken)?;
    switch_root().step("switch to the new root")?;
    rustix::system::sethostname(spec.hostname.as_bytes()).step("set the host name")?;
    if spec.network == Network::Own {
        fika_netlink::bring_loopback_up().step("bring loopback up")?;
    }
    give_up_power().step("give up capabilities")?;
    // The kernel forgets this when a process changes users, so it comes last.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).step("tie to parent")?;
    execute(&taken.init, &trees, &taken.filter).step("execute init")
}

fn take(spec: &JailSpec) -> Result<Taken, Failure> {
    let read = |path| rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty());
    let device = |(name, _): (_, u32)| Ok((name, mounts::copy(format!("/dev/{name}"))?));
    let null = |name| Ok((name, mounts::copy("/dev/null")?));
    let taken = Taken {
        image: mounts::copy(&spec.image).step("open the image")?,
        trees: mounts::copy(&spec.trees).step("open the code trees")?,
        devices: all(place::DEVICES.into_iter().map(device)).step("open devices")?,
        null: all(place::MASKED.into_iter().map(null)).step("open /dev/null")?,
        resolv_conf: spec.resolv_conf.as_ref().map(mounts::copy).transpose().step(RESOLVERS)?,
        init: read(&spec.init).step("open init")?,
        filter: read(&spec.filter).step("open the seccomp program")?,
    };
    mounts::restrict(&taken.image).step("make the image read-only")?;
    mounts::restrict(&taken.trees).step("make the code trees read-only")?;
    taken.resolv_conf.as_ref().map(mounts::restrict).transpose().step(RESOLVERS)?;
    Ok(taken)
}

fn all<T>(copies: impl Iterator<Item = io::Result<T>>) -> io::Result<Vec<T>> {
    copies.collect()
}

/// Waits until the users are mapped, and becomes the sandbox's root.
fn enter_users(users: Users, mut mapped: PipeReader) -> Result<(), Failure> {
    mapped.read_exact(&mut [0]).step("wait for users")?;
    if matches!(users, Users::Own { .. }) {
        rustix::thread::set_thread_groups(&[]).step("leave all groups")?;
        let (uid, gid) = (Uid::ROOT, Gid::ROOT);
        rustix::thread::set_thread_res_gid(gid, gid, gid).step("become the sandbox's group")?;
        rustix::thread::set_thread_res_uid(uid, uid, uid).step("become the sandbox's root")?;
    }
    Ok(())
}

/// Mounts all that belongs into the root, which is the working directory. Returns the way to the
/// code trees: they are mounted beneath a cover, so no path leads to them.
fn build_root(spec: &JailSpec, taken: &Taken) -> Result<OwnedFd, Failure> {
    let cover = mounts::copy("var/task").step(IMAGE_ROOT)?;
    mounts::attach(&taken.trees, "var/task").step("mount the code trees")?;
    let trees = rustix::fs::open("var/task", OFlags::PATH | OFlags::CLOEXEC, Mode::empty())
        .step("open the mounted code trees")?;
    mounts::attach(&cover, "var/task").step("cover the code trees")?;
    mounts::fresh("tmpfs", "tmp", MountFlags::empty(), &tmp_options(spec.tmp_bytes))
        .step("mount /tmp")?;
    build_dev(&taken.devices).step("build /dev")?;
    mounts::fresh("proc", "proc", MountFlags::NOEXEC, "hidepid=2").step(PROC)?;
    for (name, null) in &taken.null {
        replace(&format!("proc/{name}"), null).step("hide what /proc tells of the host")?;
    }
    if let Some(resolv_conf) = &taken.resolv_conf {
        replace("etc/resolv.conf", resolv_conf).step(RESOLVERS)?;
    }
    Ok(trees)
}

/// Puts another file in the place of one that this kernel or this image may not have.
fn replace(path: &str, with: &OwnedFd) -> io::Result<()> {
    match mounts::attach(with, path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// One file for each page at most, so that no flood of empty files can hold the kernel's memory.
fn tmp_options(bytes: u64) -> String {
    let files = (bytes / 4096).max(16);
    let (uid, gid) = (place::FUNCTION_UID, place::FUNCTION_GID);
    format!("size={bytes},nr_inodes={files},mode=0700,uid={uid},gid={gid}")
}

fn build_dev(devices: &[(&str, OwnedFd)]) -> io::Result<()> {
    let flags = MountFlags::NOEXEC;
    mounts::fresh("tmpfs", "dev", flags, "size=64k,nr_inodes=32,mode=0755")?;
    for (name, device) in devices {
        let path = format!("dev/{name}");
        File::create(&path)?;
        mounts::attach(device, &path)?;
    }
    symlink("/proc/self/fd", "dev/fd")?;
    for (number, name) in ["stdin", "stdout", "stderr"].into_iter().enumerate() {
        symlink(format!("/proc/self/fd/{number}"), format!("dev/{name}"))?;
    }
    let read_only = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | flags;
    Ok(mount_remount("dev", read_only | MountFlags::NODEV, "")?)
}

/// Makes the working directory the root, and lets go of the host's.
pub fn switch_root() -> io::Result<()> {
    rustix::process::pivot_root(".", ".")?;
    unmount(".", UnmountFlags::DETACH)?;
    Ok(rustix::process::chdir("/")?)
}

/// Keeps what init needs, through its execution, whoever we are inside.
fn give_up_power() -> io::Result<()> {
    for capability in CapabilitySet::all() {
        if INIT_CAPABILITIES.contains(capability) {
            continue;
        }
        match remove_capability_from_bounding_set(capability) {
            // The kernel is older than this capability.
            Err(rustix::io::Errno::INVAL) => {}
            done => done?,
        }
    }
    let mut sets = rustix::thread::capabilities(None)?;
    sets.permitted = INIT_CAPABILITIES;
    sets.effective = INIT_CAPABILITIES;
    sets.inheritable = INIT_CAPABILITIES;
    rustix::thread::set_capabilities(None, sets)?;
    for capability in INIT_CAPABILITIES {
        configure_capability_in_ambient_set(capability, true)?;
    }
    Ok(())
}

/// Becomes init, with nothing but the descriptors it knows and an empty environment.
fn execute(init: &OwnedFd, trees: &OwnedFd, filter: &OwnedFd) -> io::Result<Infallible> {
    // Out of the way of the two that get numbers.
    let init = rustix::io::fcntl_dupfd_cloexec(init, 16)?;
    let trees = rustix::io::fcntl_dupfd_cloexec(trees, 16)?;
    let filter = rustix::io::fcntl_dupfd_cloexec(filter, 16)?;
    duplicate(&trees, place::CODE_FD)?;
    duplicate(&filter, place::FILTER_FD)?;
    let name: &CStr = c"fika-init";
    let argv = [name.as_ptr(), std::ptr::null()];
    let envp: [*const libc::c_char; 1] = [std::ptr::null()];
    // SAFETY: all strings are C strings and both lists end with a null; this returns only if it
    // fails.
    unsafe {
        libc::syscall(
            libc::SYS_execveat,
            init.as_raw_fd(),
            c"".as_ptr(),
            argv.as_ptr(),
            envp.as_ptr(),
            libc::AT_EMPTY_PATH,
        )
    };
    Err(io::Error::last_os_error())
}

/// Puts a descriptor at a number, and lets it live through execution.
fn duplicate(descriptor: &OwnedFd, at: RawFd) -> io::Result<()> {
    // SAFETY: whatever had this number is not used any more: we execute init next.
    let done = unsafe { libc::dup2(descriptor.as_raw_fd(), at) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
