//! How much memory the function's processes hold, where no cgroup counts it.
//!
//! This is a watch, not a wall: between two looks a function can hold more. `fika doctor` says
//! how to get cgroups.

use std::fs;

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

/// Private memory of all processes but this one, in bytes.
fn held() -> u64 {
    let Ok(entries) = fs::read_dir("/proc") else { return 0 };
    let pids =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|&pid| pid != std::process::id())
        .filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/statm")).ok())
        .filter_map(|statm| private_pages(&statm))
        .sum::<u64>()
        * rustix::param::page_size() as u64
}

/// `resident - shared` of a `/proc/PID/statm` line: proc(5).
fn private_pages(statm: &str) -> Option<u64> {
    let mut fields = statm.split(' ').skip(1).map(str::parse::<u64>);
    let (resident, shared) = (fields.next()?.ok()?, fields.next()?.ok()?);
    Some(resident.saturating_sub(shared))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_memory_is_resident_without_shared() {
        assert_eq!(private_pages("900 300 100 5 0 40 0\n"), Some(200));
        assert_eq!(private_pages("900 100 300 5 0 40 0\n"), Some(0));
        assert_eq!(private_pages(""), None);
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
