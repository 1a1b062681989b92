//! The mount calls, as this program needs them.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;

use rustix::fs::CWD;
use rustix::mount::{MountFlags, MoveMountFlags, OpenTreeFlags, mount, move_mount, open_tree};

/// A tree of the host, or of what is mounted already, that can be mounted again elsewhere.
pub fn copy(path: impl AsRef<Path>) -> io::Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE;
    Ok(open_tree(CWD, path.as_ref(), flags)?)
}

/// Takes from a copied tree, for good, that it can be written to, give other rights, or name
/// devices.
pub fn restrict(tree: &OwnedFd) -> io::Result<()> {
    set(tree, libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV)
}

/// Takes from a copied tree, for good, that programs in it can be executed, and that it can give
/// other rights or name devices. It may be written to.
pub fn disarm(tree: &OwnedFd) -> io::Result<()> {
    set(tree, libc::MOUNT_ATTR_NOEXEC | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV)
}

fn set(tree: &OwnedFd, attributes: u64) -> io::Result<()> {
    let attributes =
        libc::mount_attr { attr_set: attributes, attr_clr: 0, propagation: 0, userns_fd: 0 };
    // SAFETY: the path is an empty C string, the attributes are a whole `struct mount_attr` of
    // the size given, and the kernel only reads both.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH | libc::AT_RECURSIVE,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Mounts a copied tree on a path.
pub fn attach(tree: &OwnedFd, at: impl AsRef<Path>) -> io::Result<()> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
    Ok(move_mount(tree, "", CWD, at.as_ref(), flags)?)
}

/// Mounts a fresh file system of a kind. Nothing in it gives rights or names a device.
pub fn fresh(kind: &str, at: &str, more: MountFlags, options: &str) -> io::Result<()> {
    let options = std::ffi::CString::new(options)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | more;
    Ok(mount(kind, at, kind, flags, options.as_c_str())?)
}
