//! A sandbox becomes a function's: its code appears at `/var/task`, `/tmp` gets its size.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Component, Path};

use fika_init::place::{OPT, TASK_ROOT, TMP};
use rustix::mount::{
    MountFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount_remount, move_mount, open_tree,
    unmount,
};

/// Puts the code tree `name` of `trees` at `/var/task`, and that of its layers at `/opt`, and takes
/// the way to all other trees out of the sandbox for good. The mounts are read-only because that of
/// `trees` is.
pub fn bind(trees: OwnedFd, name: &str, layers: Option<&str>) -> io::Result<()> {
    let code = tree(&trees, name)?;
    let layers = layers.map(|name| tree(&trees, name)).transpose()?;
    // The trees are mounted beneath an empty cover, so only our descriptor names them.
    unmount(format!("/proc/self/fd/{}", trees.as_raw_fd()), UnmountFlags::DETACH)?;
    drop(trees);
    put(&code, TASK_ROOT)?;
    layers.map_or(Ok(()), |layers| put(&layers, OPT))
}

/// A tree by its name, as a mount that is nowhere yet.
fn tree(trees: &OwnedFd, name: &str) -> io::Result<OwnedFd> {
    if !is_plain_name(name) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not the name of a code tree"));
    }
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_SYMLINK_NOFOLLOW;
    Ok(open_tree(trees, name, flags)?)
}

fn put(tree: &OwnedFd, at: &str) -> io::Result<()> {
    Ok(move_mount(tree, "", rustix::fs::CWD, at, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?)
}

/// Gives `/tmp` its size, and one file for each page of it at most, so that no flood of empty files
/// can hold the kernel's memory.
pub fn resize_tmp(bytes: u64) -> io::Result<()> {
    let files = (bytes / 4096).max(16);
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    Ok(mount_remount(TMP, flags, format!("size={bytes},nr_inodes={files}"))?)
}

fn is_plain_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(only)), None) if only == name)
}

#[cfg(test)]
mod tests {
    use super::is_plain_name;

    #[test]
    fn a_code_tree_is_named_by_one_plain_component() {
        for (name, plain) in [
            ("2f8a", true),
            ("..", false),
            (".", false),
            ("", false),
            ("/", false),
            ("/etc", false),
            ("a/b", false),
            ("a/", false),
        ] {
            assert_eq!(is_plain_name(name), plain, "{name:?}");
        }
    }
}
