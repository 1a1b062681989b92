//! How much memory the function's processes hold, where the worker has no cgroup that counts it.
//!
//! This is a watch, not a wall: between two looks a function can hold more. `fika doctor` says
//! how to get cgroups.

use std::fs;

use fika_init::place;
use rustix::process::Pid;

/// How often to look, in milliseconds.
pub const LOOK_EVERY_MS: u64 = 50;

/// Growth worth telling the worker about, in bytes.
const NEWS: u64 = 256 * 1024;

/// The watch over the function's memory.
pub struct Watch {
    limit: u64,
    told: u64,
    peak: u64,
}

/// What the function's processes hold, in bytes.
pub struct Memory {
    /// Now, without files in `/tmp`.
    pub held: u64,
    /// The most there ever was, as far as is known.
    pub peak: u64,
}

/// What a look found.
pub struct Look {
    /// The function holds more than it may.
    pub over: bool,
    /// A new peak worth telling, in bytes.
    pub news: Option<u64>,
}

impl Watch {
    pub fn new(limit: u64) -> Self {
        Self { limit, told: 0, peak: 0 }
    }

    /// Judges what the function's processes hold now.
    pub fn look(&mut self, memory: Memory) -> Look {
        let Memory { held, peak } = memory;
        self.peak = self.peak.max(peak);
        let tell = self.peak >= self.told + NEWS;
        if tell {
            self.told = self.peak;
        }
        Look { over: held > self.limit, news: tell.then_some(self.peak) }
    }
}

/// What all processes but this one hold.
pub fn of_processes() -> Memory {
    let held = held();
    Memory { held, peak: held }
}

/// Private and shared memory of all processes but this one, in bytes, without files in `/tmp`.
/// Shared memory that no process has mapped is not seen; what several have mapped counts for each.
fn held() -> u64 {
    let Ok(entries) = fs::read_dir("/proc") else { return 0 };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let (private, shared) = sum(pids.filter(|&pid| pid != std::process::id()));
    private + u64::saturating_sub(shared, in_tmp())
}

/// Private and shared memory of those processes, in bytes, counted as [`of_processes`] does.
pub fn of(processes: &[Pid]) -> u64 {
    let pids = processes.iter().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
    let (private, shared) = sum(pids);
    private + shared
}

fn sum(pids: impl Iterator<Item = u32>) -> (u64, u64) {
    let statuses = pids.filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/status")).ok());
    statuses.fold((0, 0), |(private, shared), status| {
        (private + bytes(&status, "RssAnon:"), shared + bytes(&status, "RssShmem:"))
    })
}

/// A size in a `/proc/PID/status`, in bytes: proc(5).
fn bytes(status: &str, name: &str) -> u64 {
    let size = status.lines().find_map(|line| line.strip_prefix(name)?.strip_suffix(" kB"));
    size.and_then(|kilobytes| kilobytes.trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// What files in `/tmp` hold, in bytes.
pub fn in_tmp() -> u64 {
    rustix::fs::statfs(place::TMP)
        .map_or(0, |tmp| (tmp.f_blocks - tmp.f_bfree) * u64::try_from(tmp.f_bsize).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_by_name() {
        let status = "VmRSS:\t    1300 kB\nRssAnon:\t     300 kB\nRssShmem:\t       4 kB\n";
        assert_eq!(bytes(status, "RssAnon:"), 300 << 10);
        assert_eq!(bytes(status, "RssShmem:"), 4 << 10);
        assert_eq!(bytes(status, "RssFile:"), 0);
    }

    #[test]
    fn only_growth_is_news_and_only_excess_is_over() {
        let mut watch = Watch::new(4 * NEWS);
        let mut judge = |held| watch.look(Memory { held, peak: held });
        assert_eq!(judge(NEWS).news, Some(NEWS));
        assert_eq!(judge(NEWS + 1).news, None);
        assert!(!judge(4 * NEWS).over);
        assert!(judge(4 * NEWS + 1).over);
        assert!(!judge(NEWS).over);
    }
}
