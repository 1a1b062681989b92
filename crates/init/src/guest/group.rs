//! The function's cgroup in a guest. No path leads to it: its file system is mounted nowhere.

use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;

use fika_init::place::MAX_PROCESSES;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, openat};
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};

use crate::memory::{Memory, in_tmp};

/// How long the function's processes may take to stop.
const PATIENCE: Timespec = Timespec { tv_sec: 5, tv_nsec: 0 };

const MOUNTED: &str = "/sys/fs/cgroup";

/// The function's cgroup.
pub struct Group {
    directory: OwnedFd,
    /// How often the kernel has killed for memory, as far as was told.
    kills: u64,
}

impl Group {
    /// Makes it, with all limits but that of memory.
    pub fn make() -> io::Result<Self> {
        let inert = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        mount("cgroup2", MOUNTED, "cgroup2", inert, None)?;
        fs::write(format!("{MOUNTED}/cgroup.subtree_control"), "+memory +pids")?;
        let path = format!("{MOUNTED}/function");
        fs::create_dir(&path)?;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = rustix::fs::open(path, flags, Mode::empty())?;
        unmount(MOUNTED, UnmountFlags::DETACH)?;
        let group = Self { directory, kills: 0 };
        group.write("pids.max", MAX_PROCESSES)?;
        // A function whose process was killed is broken: none of it goes on.
        group.write("memory.oom.group", 1)?;
        Ok(group)
    }

    /// Bounds its memory, in bytes: what processes hold and what files in `/tmp` do.
    pub fn limit(&self, bytes: u64) -> io::Result<()> {
        self.write("memory.max", bytes)
    }

    /// The file into which a process writes `0` to enter.
    pub fn entrance(&self) -> io::Result<OwnedFd> {
        self.open("cgroup.procs", OFlags::WRONLY)
    }

    /// What it holds. Zero where the kernel does not tell.
    pub fn memory(&self) -> Memory {
        let statistics = self.read("memory.stat").unwrap_or_default();
        let shared = entry(&statistics, "shmem").saturating_sub(in_tmp());
        let peak = self.read("memory.peak").unwrap_or_default().trim().parse().unwrap_or(0);
        Memory { held: entry(&statistics, "anon") + shared, peak }
    }

    /// The kernel has killed in it since this was last asked.
    pub fn was_killed(&mut self) -> bool {
        let events = self.read("memory.events").unwrap_or_default();
        let kills = entry(&events, "oom_kill");
        std::mem::replace(&mut self.kills, kills) < kills
    }

    /// Stops all processes in it, or lets them go on. Returns when they have stopped, or when that
    /// takes too long.
    pub fn freeze(&self, frozen: bool) -> io::Result<()> {
        self.write("cgroup.freeze", frozen.into())?;
        while frozen && !self.has_stopped()? {}
        Ok(())
    }

    /// Whether none of its processes runs. Waits for news when one does.
    fn has_stopped(&self) -> io::Result<bool> {
        let mut text = String::new();
        let mut events = fs::File::from(self.open("cgroup.events", OFlags::RDONLY)?);
        events.read_to_string(&mut text)?;
        if entry(&text, "frozen") == 1 || entry(&text, "populated") == 0 {
            return Ok(true);
        }
        match poll(&mut [PollFd::new(&events, PollFlags::PRI)], Some(&PATIENCE))? {
            0 => Err(io::Error::other("the function cannot be stopped")),
            _ => Ok(false),
        }
    }

    fn open(&self, name: &str, flags: OFlags) -> io::Result<OwnedFd> {
        Ok(openat(&self.directory, name, flags | OFlags::CLOEXEC, Mode::empty())?)
    }

    fn write(&self, name: &str, value: u64) -> io::Result<()> {
        let mut file = fs::File::from(self.open(name, OFlags::WRONLY)?);
        file.write_all(value.to_string().as_bytes())
    }

    fn read(&self, name: &str) -> io::Result<String> {
        let mut text = String::new();
        fs::File::from(self.open(name, OFlags::RDONLY)?).read_to_string(&mut text)?;
        Ok(text)
    }
}

/// A number of a file of `name number` lines: Linux's Documentation/admin-guide/cgroup-v2.rst.
fn entry(text: &str, name: &str) -> u64 {
    let number = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::entry;

    #[test]
    fn a_number_is_found_by_its_whole_name() {
        let text = "oom 3\noom_kill 2\nanon 4096\nanon_thp 8192\n";
        assert_eq!(entry(text, "oom_kill"), 2);
        assert_eq!(entry(text, "anon"), 4096);
        assert_eq!(entry(text, "shmem"), 0);
    }
}
