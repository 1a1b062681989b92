//! Version 1: a tree for each controller.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::event::EventfdFlags;

use super::{Held, Limits, PERIOD_US, clear, kill_listed, number, remove};

/// The controllers we need.
const CONTROLLERS: [&str; 3] = ["memory", "cpu", "pids"];

/// The instance's directory in the tree of each controller.
#[derive(Debug)]
pub struct Trees {
    memory: PathBuf,
    cpu: PathBuf,
    pids: PathBuf,
}

impl Trees {
    /// Makes the instance's directories, at the top of each tree: a place that the next start
    /// finds again wherever it is started from.
    pub(super) fn find(name: &str) -> io::Result<Self> {
        let mounts = fs::read_to_string("/proc/self/mounts")?;
        let [memory, cpu, pids] = CONTROLLERS.map(|controller| {
            let place = mount_point(&mounts, controller)
                .ok_or_else(|| io::Error::other(format!("no {controller} controller is mounted")))?
                .join(name);
            if place.exists() {
                clear(&place);
            } else {
                fs::create_dir(&place)?;
            }
            Ok::<_, io::Error>(place)
        });
        Ok(Self { memory: memory?, cpu: cpu?, pids: pids? })
    }

    pub(super) fn create(&self, name: &str, limits: Limits) -> io::Result<Group> {
        let made = Made::new([&self.memory, &self.cpu, &self.pids], name)?;
        let [memory, cpu, pids] = &made.0;
        fs::write(pids.join("pids.max"), fika_init::place::MAX_PROCESSES.to_string())?;
        let group = Group {
            peak: File::open(memory.join("memory.max_usage_in_bytes"))?,
            memory: memory.clone(),
            cpu: cpu.clone(),
            pids: pids.clone(),
        };
        group.limit(limits)?;
        made.keep();
        Ok(group)
    }

    pub(super) fn bound(&self, bytes: u64) -> io::Result<()> {
        fs::write(self.memory.join("memory.limit_in_bytes"), bytes.to_string())
    }

    pub(super) fn remove(&self) {
        [&self.memory, &self.cpu, &self.pids].into_iter().for_each(remove);
    }
}

/// Directories that go again unless they are kept.
struct Made([PathBuf; 3]);

impl Made {
    fn new(places: [&PathBuf; 3], name: &str) -> io::Result<Self> {
        let made = Self(places.map(|place| place.join(name)));
        made.0.iter().try_for_each(fs::create_dir)?;
        Ok(made)
    }

    fn keep(self) {
        std::mem::forget(self);
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        self.0.iter().for_each(remove);
    }
}

/// One sandbox's directories.
#[derive(Debug)]
pub struct Group {
    memory: PathBuf,
    cpu: PathBuf,
    pids: PathBuf,
    peak: File,
}

impl Group {
    /// `tasks`, not `cgroup.procs`: a single-threaded process that moves only itself takes none
    /// of the kernel's global locks, and is in at once.
    pub(super) fn entrances(&self) -> io::Result<Vec<OwnedFd>> {
        let open =
            |path: PathBuf| Ok(OpenOptions::new().write(true).open(path.join("tasks"))?.into());
        self.paths().into_iter().map(open).collect()
    }

    pub(super) fn peak(&self) -> io::Result<u64> {
        let mut text = [0; 32];
        let read = self.peak.read_at(&mut text, 0)?;
        parse(&String::from_utf8_lossy(&text[..read]))
    }

    pub(super) fn limit(&self, limits: Limits) -> io::Result<()> {
        fs::write(self.memory.join("memory.limit_in_bytes"), limits.hard().to_string())?;
        // Version 1 counts what is in TCP's buffers apart, and only where there is a limit. A
        // kernel without the file counts none of it.
        let tcp = self.memory.join("memory.kmem.tcp.limit_in_bytes");
        let _not_counted = fs::write(tcp, limits.memory.to_string());
        fs::write(self.cpu.join("cpu.shares"), limits.shares().to_string())?;
        self.boost(false, limits)
    }

    pub(super) fn boost(&self, on: bool, limits: Limits) -> io::Result<()> {
        let Some(quota) = limits.quota_us(on) else { return Ok(()) };
        fs::write(self.cpu.join("cpu.cfs_period_us"), PERIOD_US.to_string())?;
        fs::write(self.cpu.join("cpu.cfs_quota_us"), quota.to_string())
    }

    pub(super) fn held(&self) -> io::Result<Held> {
        let stat = fs::read_to_string(self.memory.join("memory.stat"))?;
        Ok(Held {
            usage: self.usage()?,
            anonymous: number(&stat, "rss"),
            shared: number(&stat, "shmem"),
            // Not there where the kernel counts none of it.
            kernel: self.bytes("memory.kmem.usage_in_bytes").unwrap_or(0),
        })
    }

    pub(super) fn usage(&self) -> io::Result<u64> {
        self.bytes("memory.usage_in_bytes")
    }

    fn bytes(&self, name: &str) -> io::Result<u64> {
        parse(&fs::read_to_string(self.memory.join(name))?)
    }

    pub(super) fn oom_kills(&self) -> io::Result<u64> {
        let control = fs::read_to_string(self.memory.join("memory.oom_control"))?;
        Ok(number(&control, "oom_kill"))
    }

    pub(super) fn kill(&self) -> io::Result<()> {
        kill_listed(&fs::read_to_string(self.memory.join("cgroup.procs"))?);
        Ok(())
    }

    /// An event descriptor that counts when usage passes the level, either way.
    pub(super) fn alarm(&self, level: u64) -> io::Result<OwnedFd> {
        let alarm = rustix::event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let usage = File::open(self.memory.join("memory.usage_in_bytes"))?;
        let order = format!("{} {} {level}", alarm.as_raw_fd(), usage.as_raw_fd());
        fs::write(self.memory.join("cgroup.event_control"), order)?;
        Ok(alarm)
    }

    pub(super) fn paths(&self) -> Vec<PathBuf> {
        [&self.memory, &self.cpu, &self.pids].map(Clone::clone).into()
    }
}

fn parse(text: &str) -> io::Result<u64> {
    text.trim().parse().map_err(io::Error::other)
}

/// Where a version 1 controller is mounted.
fn mount_point(mounts: &str, controller: &str) -> Option<PathBuf> {
    mounts.lines().find_map(|line| {
        let fields: Vec<_> = line.split(' ').collect();
        let [_, place, "cgroup", options, ..] = fields.as_slice() else { return None };
        options.split(',').any(|option| option == controller).then(|| Path::new(place).into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_controller_is_found_where_it_is_mounted() {
        let mounts = "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n\
                      cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0\n\
                      cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n";
        let at = |controller| mount_point(mounts, controller);
        assert_eq!(at("cpu"), Some("/sys/fs/cgroup/cpu,cpuacct".into()));
        assert_eq!(at("memory"), Some("/sys/fs/cgroup/memory".into()));
        assert_eq!(at("pids"), None);
    }
}
