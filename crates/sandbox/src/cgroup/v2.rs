//! Version 2: one tree, in which a directory has either processes or children with limits.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::{Held, Limits, PERIOD_US, clear, kill_listed, number, remove};

/// The controllers we need.
const CONTROLLERS: &str = "+memory +cpu +pids";

/// Where our own process goes, when it is in the way of limits.
const SERVER: &str = "fika-server";

/// The instance's directory.
#[derive(Debug)]
pub struct Tree {
    place: PathBuf,
}

impl Tree {
    /// Makes the instance's directory: as root at the top of the tree, else in our own cgroup,
    /// if it was given to us.
    pub(super) fn find(name: &str) -> io::Result<Self> {
        let mounts = fs::read_to_string("/proc/self/mounts")?;
        let top =
            mount_point(&mounts).ok_or_else(|| io::Error::other("cgroups are not mounted"))?;
        let own = own_path(&fs::read_to_string("/proc/self/cgroup")?);
        let mut why = io::Error::other("no cgroup is ours");
        for base in [Some(top.clone()), own.map(|own| top.join(own))].into_iter().flatten() {
            match Self::make(&base, name) {
                Ok(tree) => return Ok(tree),
                Err(error) => why = error,
            }
        }
        Err(io::Error::other(format!(
            "{why}: start the server in a cgroup of its own, as by `systemd-run --user --scope \
             --property=Delegate=yes fika serve`"
        )))
    }

    fn make(base: &Path, name: &str) -> io::Result<Self> {
        let place = base.join(name);
        delegate(base)?;
        if place.exists() {
            clear(&place);
        } else {
            fs::create_dir(&place)?;
        }
        fs::write(place.join("cgroup.subtree_control"), CONTROLLERS)
            .inspect_err(|_| remove(&place))?;
        Ok(Self { place })
    }

    pub(super) fn create(&self, name: &str, limits: Limits) -> io::Result<Group> {
        let path = self.place.join(name);
        fs::create_dir(&path)?;
        Group::new(path.clone(), limits).inspect_err(|_| remove(&path))
    }

    pub(super) fn bound(&self, bytes: u64) -> io::Result<()> {
        fs::write(self.place.join("memory.max"), bytes.to_string())
    }

    pub(super) fn remove(&self) {
        remove(&self.place);
    }
}

/// Lets children of `base` have limits. A cgroup that has processes of its own may not, so ours
/// moves aside.
fn delegate(base: &Path) -> io::Result<()> {
    let control = base.join("cgroup.subtree_control");
    match fs::write(&control, CONTROLLERS) {
        Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {}
        done => return done,
    }
    let aside = base.join(SERVER);
    if !aside.exists() {
        fs::create_dir(&aside)?;
    }
    fs::write(aside.join("cgroup.procs"), "0")?;
    fs::write(control, CONTROLLERS)
}

/// One sandbox's directory.
#[derive(Debug)]
pub struct Group {
    path: PathBuf,
    /// `memory.peak`, which kernels before 5.19 do not have.
    peak: Option<File>,
    freeze: File,
}

impl Group {
    fn new(path: PathBuf, limits: Limits) -> io::Result<Self> {
        let write = |name: &str, value: String| fs::write(path.join(name), value);
        // What was swapped out would count as gone, and come back as a surprise.
        let _no_swap_here = write("memory.swap.max", "0".into());
        write("pids.max", fika_init::place::MAX_PROCESSES.to_string())?;
        let group = Self {
            peak: File::open(path.join("memory.peak")).ok(),
            freeze: OpenOptions::new().write(true).open(path.join("cgroup.freeze"))?,
            path,
        };
        group.limit(limits)?;
        Ok(group)
    }

    pub(super) fn entrances(&self) -> io::Result<Vec<OwnedFd>> {
        let procs = OpenOptions::new().write(true).open(self.path.join("cgroup.procs"))?;
        Ok(vec![procs.into()])
    }

    pub(super) fn peak(&self) -> io::Result<u64> {
        let Some(peak) = &self.peak else { return parse(&self.read("memory.current")?) };
        let mut text = [0; 32];
        let read = peak.read_at(&mut text, 0)?;
        parse(&String::from_utf8_lossy(&text[..read]))
    }

    pub(super) fn freeze(&self, frozen: bool) -> io::Result<()> {
        self.freeze.write_at(if frozen { b"1" } else { b"0" }, 0).map(drop)
    }

    pub(super) fn limit(&self, limits: Limits) -> io::Result<()> {
        fs::write(self.path.join("memory.max"), limits.hard().to_string())?;
        fs::write(self.path.join("cpu.weight"), limits.weight().to_string())?;
        self.boost(false, limits)
    }

    pub(super) fn boost(&self, on: bool, limits: Limits) -> io::Result<()> {
        let Some(quota) = limits.quota_us(on) else { return Ok(()) };
        fs::write(self.path.join("cpu.max"), format!("{quota} {PERIOD_US}"))
    }

    pub(super) fn held(&self) -> io::Result<Held> {
        Ok(held(self.usage()?, &self.read("memory.stat")?))
    }

    pub(super) fn usage(&self) -> io::Result<u64> {
        parse(&self.read("memory.current")?)
    }

    pub(super) fn oom_kills(&self) -> io::Result<u64> {
        Ok(number(&self.read("memory.events")?, "oom_kill"))
    }

    pub(super) fn kill(&self) -> io::Result<()> {
        // One write kills all, since kernel 5.14.
        if fs::write(self.path.join("cgroup.kill"), "1").is_err() {
            kill_listed(&self.read("cgroup.procs")?);
        }
        Ok(())
    }

    /// `memory.high` slows a function down that passes it, and `memory.events` tells.
    pub(super) fn alarm(&self, level: u64) -> io::Result<OwnedFd> {
        fs::write(self.path.join("memory.high"), level.to_string())?;
        let mut events = File::open(self.path.join("memory.events"))?;
        // Only what happens after a read is told.
        io::copy(&mut events, &mut io::sink())?;
        Ok(events.into())
    }

    pub(super) fn paths(&self) -> Vec<PathBuf> {
        vec![self.path.clone()]
    }

    fn read(&self, name: &str) -> io::Result<String> {
        fs::read_to_string(self.path.join(name))
    }
}

/// What a `memory.stat` says. It names only some kinds of kernel memory (what is in a pipe is none
/// of them), and their sum since kernel 5.18 only; before, that is what remains of the usage.
fn held(usage: u64, stat: &str) -> Held {
    let bytes = |name| number(stat, name);
    let anonymous = bytes("anon");
    let kernel = match bytes("kernel") {
        0 => usage.saturating_sub(anonymous + bytes("file")),
        kernel => kernel + bytes("sock"),
    };
    // Names of files that were looked up, for instance: the kernel takes them back like file cache.
    let kernel = kernel.saturating_sub(bytes("slab_reclaimable"));
    Held { usage, anonymous, shared: bytes("shmem"), kernel }
}

fn parse(text: &str) -> io::Result<u64> {
    text.trim().parse().map_err(io::Error::other)
}

/// Where version 2 is mounted.
fn mount_point(mounts: &str) -> Option<PathBuf> {
    mounts.lines().find_map(|line| match line.split(' ').collect::<Vec<_>>().as_slice() {
        [_, place, "cgroup2", ..] => Some(Path::new(place).into()),
        _ => None,
    })
}

/// Our own cgroup, relative to the mount.
fn own_path(cgroup: &str) -> Option<PathBuf> {
    let path = cgroup.lines().find_map(|line| line.strip_prefix("0::/"))?;
    // A second start finds us where the first put us.
    let path = path.strip_suffix(SERVER).unwrap_or(path);
    Some(path.trim_end_matches('/').into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_the_kernel_holds_counts_but_what_it_can_drop() {
        // 90 in pipes and sockets of one machine, none of which is slab, stack or page table.
        let stat = "anon 10\nfile 30\nkernel 100\nkernel_stack 2\npagetables 3\nsock 7\n\
                    shmem 20\nslab_reclaimable 4\nslab_unreclaimable 1\n";
        let kernel = held(147, stat).kernel;
        assert_eq!(held(147, stat), Held { usage: 147, anonymous: 10, shared: 20, kernel: 103 });
        let before_5_18 = stat.replace("kernel 100\n", "");
        assert_eq!(held(147, &before_5_18).kernel, kernel);
    }

    #[test]
    fn our_cgroup_is_found_whether_or_not_we_moved_aside() {
        for (text, path) in [
            ("0::/\n", Some("")),
            ("0::/user.slice/run-1.scope\n", Some("user.slice/run-1.scope")),
            ("0::/user.slice/run-1.scope/fika-server\n", Some("user.slice/run-1.scope")),
            ("4:memory:/a\n0::/b\n", Some("b")),
            ("4:memory:/a\n", None),
        ] {
            assert_eq!(own_path(text), path.map(PathBuf::from), "{text}");
        }
    }
}
