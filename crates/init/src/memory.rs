//! How much memory the function's processes hold, where no cgroup counts it.
//!
//! This is a watch, not a wall: between two looks a function can hold more. `fika doctor` says
//! how to get cgroups.

use std::fs;

use fika_init::place;

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

    /// Looks at every process but init.
    pub fn look(&mut self) -> Look {
        self.judge(held())
    }

    fn judge(&mut self, held: u64) -> Look {
        self.peak = self.peak.max(held);
        let tell = self.peak >= self.told + NEWS;
        if tell {
            self.told = self.peak;
        }
        Look { over: held > self.limit, news: tell.then_some(self.peak) }
    }
}

/// Private and shared memory of all processes but this one, in bytes, without files in `/tmp`.
/// Shared memory that no process has mapped is not seen; what several have mapped counts for each.
fn held() -> u64 {
    let Ok(entries) = fs::read_dir("/proc") else { return 0 };
    let pids =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let statuses = pids
        .filter(|&pid| pid != std::process::id())
        .filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/status")).ok());
    let (private, shared) = statuses.fold((0, 0), |(private, shared), status| {
        (private + bytes(&status, "RssAnon:"), shared + bytes(&status, "RssShmem:"))
    });
    private + u64::saturating_sub(shared, in_tmp())
}

/// A size in a `/proc/PID/status`, in bytes: proc(5).
fn bytes(status: &str, name: &str) -> u64 {
    let size = status.lines().find_map(|line| line.strip_prefix(name)?.strip_suffix(" kB"));
    size.and_then(|kilobytes| kilobytes.trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}

fn in_tmp() -> u64 {
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
        assert_eq!(watch.judge(NEWS).news, Some(NEWS));
        assert_eq!(watch.judge(NEWS + 1).news, None);
        assert!(!watch.judge(4 * NEWS).over);
        assert!(watch.judge(4 * NEWS + 1).over);
        assert!(!watch.judge(NEWS).over);
    }
}
