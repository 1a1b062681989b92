//! Limits on memory, CPU and processes, by cgroup.
//!
//! Only a function's own processes are in its sandbox's cgroup; init stays outside, so that it
//! answers whatever the function does. Three kinds of host: version 2 ([`v2`]), version 1
//! ([`v1`]), and none, where init watches memory as well as it can.
//!
//! # Memory
//! `/tmp` is memory, too, and the kernel counts it with the rest. So the cgroup's hard limit is
//! the function's memory plus the size of its `/tmp`, and a [`governor`] in the server bounds
//! what is not `/tmp`: the kernel wakes it when the whole passes a level, it looks, and either
//! raises the level or kills the function. A function may hold more than its memory for the
//! moment this takes, never more than the hard limit. Version 1 does not wake anybody for what the
//! kernel holds for a function (full sockets and pipes), so there the governor looks every second.

pub mod governor;
mod v1;
mod v2;

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fika_model::SandboxId;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// How a function's memory decides its share of the CPU. A function with 1,769 MB gets what one
/// CPU is, as on Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CpuPolicy {
    /// Functions share the machine in proportion to their memory, and what nobody else wants is
    /// anybody's. Quick on a laptop.
    #[default]
    Share,
    /// A function gets no more than its part, even on an idle machine, like on Lambda.
    Quota,
}

/// Memory that stands for one CPU, in MB: Lambda's documentation.
const MB_PER_CPU: u64 = 1769;

/// Weight of a whole CPU, as version 1 counts (version 2 counts 100 where this counts 1,024).
const SHARES_PER_CPU: u64 = 1024;

/// Period of a CPU quota, in microseconds: the kernel's default.
const PERIOD_US: u64 = 100_000;

/// Smallest quota, in microseconds a period: 7 % of a CPU, what 128 MB get.
const LEAST_QUOTA_US: u64 = 7_000;

/// The limits of one sandbox.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The function's memory, in bytes.
    pub memory: u64,
    /// The size of `/tmp`, in bytes.
    pub tmp: u64,
    /// How the memory decides the CPU.
    pub cpu: CpuPolicy,
}

impl Limits {
    /// Those of a function of this memory with a `/tmp` of this size, both in MB.
    #[must_use]
    pub fn of(memory_mb: u32, tmp_mb: u32, cpu: CpuPolicy) -> Self {
        Self { memory: u64::from(memory_mb) << 20, tmp: u64::from(tmp_mb) << 20, cpu }
    }

    /// What nothing may pass: memory and `/tmp`, in bytes.
    pub(crate) fn hard(&self) -> u64 {
        self.memory + self.tmp
    }

    /// CPU shares as version 1 counts them.
    fn shares(&self) -> u64 {
        (self.memory * SHARES_PER_CPU / (MB_PER_CPU << 20)).max(2)
    }

    /// CPU weight as version 2 counts it.
    fn weight(&self) -> u64 {
        (self.memory * 100 / (MB_PER_CPU << 20)).clamp(1, 10_000)
    }

    /// CPU time a period, in microseconds; none for no bound.
    fn quota_us(&self, boost: bool) -> Option<u64> {
        let own = (self.memory * PERIOD_US / (MB_PER_CPU << 20)).max(LEAST_QUOTA_US);
        let least = if boost { PERIOD_US } else { 0 };
        (self.cpu == CpuPolicy::Quota).then_some(own.max(least))
    }
}

/// What a cgroup holds, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Held {
    /// All that counts against the limit, file cache included.
    pub usage: u64,
    /// Private memory of processes.
    pub anonymous: u64,
    /// Shared memory, which files in `/tmp` are part of.
    pub shared: u64,
    /// What the kernel keeps for them and cannot just drop: page tables, stacks, what is in
    /// sockets and pipes.
    pub kernel: u64,
}

/// Where this instance's cgroups are.
#[derive(Debug)]
pub enum Cgroups {
    /// Version 2: one tree.
    V2(v2::Tree),
    /// Version 1: a tree for each controller.
    V1(v1::Trees),
    /// There are none for us, for this reason.
    None(String),
}

impl Cgroups {
    /// Finds where this process may make cgroups, and makes a place named after the instance.
    /// What an earlier instance of that name left there is removed.
    #[must_use]
    pub fn find(instance: &str) -> Self {
        let name = format!("fika-{instance}");
        match v1::Trees::find(&name) {
            Ok(trees) => return Self::V1(trees),
            Err(error) => tracing::debug!(%error, "no cgroup version 1"),
        }
        match v2::Tree::find(&name) {
            Ok(tree) => Self::V2(tree),
            Err(error) => Self::None(error.to_string()),
        }
    }

    /// Makes the cgroup of one sandbox.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn create(&self, id: SandboxId, limits: Limits) -> io::Result<Option<Cgroup>> {
        let name = id.to_string();
        Ok(match self {
            Self::V2(tree) => Some(Cgroup::V2(tree.create(&name, limits)?)),
            Self::V1(trees) => Some(Cgroup::V1(trees.create(&name, limits)?)),
            Self::None(_) => None,
        })
    }

    /// Bounds what all sandboxes of the instance hold together, in bytes.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn bound(&self, bytes: u64) -> io::Result<()> {
        match self {
            Self::V2(tree) => tree.bound(bytes),
            Self::V1(trees) => trees.bound(bytes),
            Self::None(_) => Ok(()),
        }
    }

    /// Removes the instance's place. Its sandboxes must be gone.
    pub fn remove(&self) {
        match self {
            Self::V2(tree) => tree.remove(),
            Self::V1(trees) => trees.remove(),
            Self::None(_) => {}
        }
    }
}

/// The cgroup of one sandbox. Every operation is a read or a write of a small kernel file.
#[derive(Debug)]
pub enum Cgroup {
    /// Version 2.
    V2(v2::Group),
    /// Version 1.
    V1(v1::Group),
}

macro_rules! either {
    ($self:ident, $group:ident => $do:expr) => {
        match $self {
            Self::V2($group) => $do,
            Self::V1($group) => $do,
        }
    };
}

impl Cgroup {
    /// Files into which a process writes `0` to enter.
    pub(crate) fn entrances(&self) -> io::Result<Vec<OwnedFd>> {
        either!(self, group => group.entrances())
    }

    /// The most memory ever held, in bytes.
    pub(crate) fn peak(&self) -> io::Result<u64> {
        either!(self, group => group.peak())
    }

    /// Stops every process, or lets them go on. `None` where that is not for a cgroup to do: what
    /// version 1 freezes cannot be killed, and would outlive a server that dies.
    pub(crate) fn freeze(&self, frozen: bool) -> Option<io::Result<()>> {
        match self {
            Self::V2(group) => Some(group.freeze(frozen)),
            Self::V1(_) => None,
        }
    }

    /// Sets the limits anew.
    pub(crate) fn limit(&self, limits: Limits) -> io::Result<()> {
        either!(self, group => group.limit(limits))
    }

    /// Gives at least a whole CPU, or takes it back.
    pub(crate) fn boost(&self, on: bool, limits: Limits) -> io::Result<()> {
        either!(self, group => group.boost(on, limits))
    }

    /// What is held now.
    pub(crate) fn held(&self) -> io::Result<Held> {
        either!(self, group => group.held())
    }

    /// All that counts against the limit, in bytes. Cheaper than [`held`](Self::held).
    pub(crate) fn usage(&self) -> io::Result<u64> {
        either!(self, group => group.usage())
    }

    /// How many processes the kernel has killed here for want of memory.
    pub(crate) fn oom_kills(&self) -> io::Result<u64> {
        either!(self, group => group.oom_kills())
    }

    /// Kills every process.
    pub(crate) fn kill(&self) -> io::Result<()> {
        either!(self, group => group.kill())
    }

    /// A descriptor that says when usage passes a level, in bytes.
    pub(crate) fn alarm(&self, level: u64) -> io::Result<OwnedFd> {
        either!(self, group => group.alarm(level))
    }

    /// Whether an [`alarm`](Self::alarm) is priority data (version 2) and not plain input.
    pub(crate) fn alarm_is_priority(&self) -> bool {
        matches!(self, Self::V2(_))
    }

    /// Whether an [`alarm`](Self::alarm) rings for all memory, the kernel's own included.
    pub(crate) fn alarm_hears_all(&self) -> bool {
        matches!(self, Self::V2(_))
    }

    /// Removes it. Its processes must be gone.
    pub(crate) fn remove(&self) {
        for path in either!(self, group => group.paths()) {
            remove(&path);
        }
    }
}

/// Removes one cgroup directory, with any process that is still on its way out, and says so if
/// it cannot.
fn remove(path: &PathBuf) {
    let until = Instant::now() + PATIENCE;
    for _ in 0..ROUNDS {
        match fs::remove_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                end_processes(path, until);
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return tracing::warn!(path = %path.display(), %error, "a cgroup stays behind");
            }
            _ => return,
        }
    }
    tracing::warn!(path = %path.display(), "a cgroup stays behind, because it is busy");
}

/// The number after `key` in a kernel file of `key number` lines; 0 when it is not there.
fn number(text: &str, key: &str) -> u64 {
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .find_map(|(name, value)| (name == key).then(|| value.trim().parse().ok())?)
        .unwrap_or(0)
}

/// Kills every process named in a `cgroup.procs` file.
fn kill_listed(procs: &str) {
    for pid in listed(procs) {
        let _gone = rustix::process::kill_process(pid, Signal::KILL);
    }
}

fn listed(procs: &str) -> impl Iterator<Item = Pid> {
    procs.lines().filter_map(|line| Pid::from_raw(line.parse().ok()?))
}

/// Ends all processes of each cgroup directly inside `place`, and removes it.
fn clear(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    for left in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        end_processes(&left, Instant::now() + PATIENCE);
        remove(&left);
    }
}

/// Kills until nobody is left, or until time is up: a process in an uninterruptible call may never
/// end. What is born meanwhile is in the next round's list.
fn end_processes(cgroup: &Path, until: Instant) {
    while Instant::now() < until {
        let procs = fs::read_to_string(cgroup.join("cgroup.procs")).unwrap_or_default();
        if procs.is_empty() {
            return;
        }
        let open = |pid| pidfd_open(pid, PidfdFlags::empty()).ok();
        let processes: Vec<_> = listed(&procs).filter_map(open).collect();
        for process in &processes {
            let _gone = pidfd_send_signal(process, Signal::KILL);
        }
        if let Some(first) = processes.first() {
            let _late = poll(&mut [PollFd::new(first, PollFlags::IN)], Some(&A_SECOND));
        }
    }
}

/// How long what is in a cgroup may take to end, before it is given up.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often to try to remove a cgroup, before giving it up.
const ROUNDS: usize = 100;

/// How long a killed process may take to end.
const A_SECOND: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_follows_memory() {
        for (mb, shares, weight, quota, boosted) in [
            (128, 74, 7, 7_235, 100_000),
            (1769, 1024, 100, 100_000, 100_000),
            (3538, 2048, 200, 200_000, 200_000),
            (10_240, 5927, 578, 578_858, 578_858),
        ] {
            let limits = Limits { memory: mb << 20, tmp: 0, cpu: CpuPolicy::Quota };
            assert_eq!(limits.shares(), shares, "{mb}");
            assert_eq!(limits.weight(), weight, "{mb}");
            assert_eq!(limits.quota_us(false), Some(quota), "{mb}");
            assert_eq!(limits.quota_us(true), Some(boosted), "{mb}");
            let limits = Limits { cpu: CpuPolicy::Share, ..limits };
            assert_eq!(limits.quota_us(true), None, "{mb}");
        }
    }

    #[test]
    fn a_number_is_found_by_its_whole_key() {
        let text = "anon_thp 5\nanon 7\noom_kill 2\n";
        assert_eq!(number(text, "anon"), 7);
        assert_eq!(number(text, "oom_kill"), 2);
        assert_eq!(number(text, "oom"), 0);
    }
}
