//! What a function sees of its guest: the same root as in a jail.

use std::io;
use std::os::unix::fs::symlink;

use fika_init::place;
use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use rustix::mount::{MountFlags, mount, mount_bind, mount_move, mount_remount};

/// Mounts the image, and all that belongs into it, at `/root`.
pub fn build() -> io::Result<()> {
    let _may_be_there = std::fs::create_dir("/root");
    let inert = MountFlags::NOSUID | MountFlags::NODEV;
    mount("/dev/vda", "/root", "erofs", inert | MountFlags::RDONLY, None)?;
    let (uid, gid) = (place::FUNCTION_UID, place::FUNCTION_GID);
    let tmp = std::ffi::CString::new(format!("size=16m,mode=0700,uid={uid},gid={gid}"))?;
    mount("tmpfs", "/root/tmp", "tmpfs", inert, tmp.as_c_str())?;
    build_dev()?;
    mount("proc", "/root/proc", "proc", inert | MountFlags::NOEXEC, c"hidepid=2")?;
    for name in place::MASKED {
        match mount_bind("/root/dev/null", format!("/root/proc/{name}")) {
            // This kernel does not have it.
            Err(rustix::io::Errno::NOENT) => {}
            done => done?,
        }
    }
    Ok(())
}

fn build_dev() -> io::Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    mount("tmpfs", "/root/dev", "tmpfs", flags, c"size=64k,nr_inodes=32,mode=0755")?;
    rustix::process::umask(Mode::empty());
    for (name, minor) in place::DEVICES {
        let mode = Mode::from_raw_mode(0o666);
        let (path, number) = (format!("/root/dev/{name}"), makedev(1, minor));
        mknodat(CWD, path, FileType::CharacterDevice, mode, number)?;
    }
    rustix::process::umask(Mode::from_raw_mode(0o022));
    symlink("/proc/self/fd", "/root/dev/fd")?;
    for (number, name) in ["stdin", "stdout", "stderr"].into_iter().enumerate() {
        symlink(format!("/proc/self/fd/{number}"), format!("/root/dev/{name}"))?;
    }
    Ok(mount_remount("/root/dev", flags | MountFlags::RDONLY, "")?)
}

/// Makes `/root` the root. The initramfs cannot be left, but it can be emptied and covered.
pub fn switch() -> io::Result<()> {
    for name in ["/filter", "/init"] {
        std::fs::remove_file(name)?;
    }
    rustix::process::chdir("/root")?;
    mount_move(".", "/")?;
    rustix::process::chroot(".")?;
    Ok(rustix::process::chdir("/")?)
}
