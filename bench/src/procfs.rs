//! What the kernel says of processes: who descends from whom, CPU time, memory.

use std::collections::HashSet;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

struct Stat {
    pid: u32,
    parent: u32,
    ticks: u64,
}

/// A process and all that descend from it.
pub fn tree(root: u32) -> HashSet<u32> {
    members(root).iter().map(|stat| stat.pid).collect()
}

/// The CPU time of a process and all that descend from it. In steps of 10 ms.
pub fn cpu(root: u32) -> Duration {
    let ticks: u64 = members(root).iter().map(|stat| stat.ticks).sum();
    let each = rustix::param::clock_ticks_per_second();
    Duration::from_secs(ticks) / u32::try_from(each).unwrap_or(100)
}

fn members(root: u32) -> Vec<Stat> {
    let mut strangers = all();
    let mut known = HashSet::from([root]);
    let mut members = Vec::new();
    // A child may have a lower number than its parent, so look until nobody new is found.
    loop {
        let (found, rest): (Vec<_>, Vec<_>) = strangers
            .into_iter()
            .partition(|stat| known.contains(&stat.pid) || known.contains(&stat.parent));
        if found.is_empty() {
            return members;
        }
        known.extend(found.iter().map(|stat| stat.pid));
        members.extend(found);
        strangers = rest;
    }
}

fn all() -> Vec<Stat> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(stat).collect()
}

/// `None` once the process is gone.
fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it may hold anything, `)` too.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let field = |index: usize| fields.get(index)?.parse::<u64>().ok();
    Some(Stat { pid, parent: u32::try_from(field(1)?).ok()?, ticks: field(11)? + field(12)? })
}

/// Resident memory of a process (`VmRSS`), bytes.
///
/// # Errors
/// When the process is gone.
pub fn resident(pid: u32) -> Result<u64> {
    kilobytes(&format!("/proc/{pid}/status"), "VmRSS:")
}

/// A process's proportional share of memory (`Pss`), bytes.
///
/// # Errors
/// When the process is gone, or is another user's.
pub fn proportional(pid: u32) -> Result<u64> {
    kilobytes(&format!("/proc/{pid}/smaps_rollup"), "Pss:")
}

/// What a microVM holds of memory, bytes, as its monitor's process shows it.
pub struct GuestMemory {
    /// The guest's own.
    pub guest: u64,
    /// All else: the monitor.
    pub monitor: u64,
}

/// Memory of a process that runs a guest of at least so many bytes; `None` for any other. What is
/// shared with other processes counts by its share.
pub fn guest_memory(pid: u32, least: u64) -> Option<GuestMemory> {
    guest_memory_in(&fs::read_to_string(format!("/proc/{pid}/smaps")).ok()?, least)
}

/// The same, of the text of a `smaps`. What a guest has for memory has no name with every monitor,
/// but nothing else of one is as large.
fn guest_memory_in(smaps: &str, least: u64) -> Option<GuestMemory> {
    let (mut guest, mut monitor, mut is_guest) = (0, 0, false);
    for line in smaps.lines() {
        let mut words = line.split_ascii_whitespace();
        match words.next()? {
            "Pss:" => {
                let bytes = words.next()?.parse::<u64>().ok()? * 1024;
                *if is_guest { &mut guest } else { &mut monitor } += bytes;
            }
            // A mapping begins: where it does, and where it ends.
            range => is_guest = length(range).map_or(is_guest, |bytes| bytes >= least),
        }
    }
    (guest > 0).then_some(GuestMemory { guest, monitor })
}

/// The length of a mapping's range, in bytes; `None` for other words.
fn length(range: &str) -> Option<u64> {
    let (begin, end) = range.split_once('-')?;
    let [begin, end] = [begin, end].map(|at| u64::from_str_radix(at, 16));
    end.ok()?.checked_sub(begin.ok()?)
}

fn kilobytes(path: &str, name: &str) -> Result<u64> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {path}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_ascii_whitespace().next()?.parse::<u64>().ok());
    Ok(number.with_context(|| format!("{path} has no {name}"))? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_in_its_parents_tree_and_uses_memory() {
        let own = std::process::id();
        let parent = stat(own).expect("alive").parent;
        assert!(tree(parent).contains(&own));
        assert!(!tree(own).contains(&parent));
        assert!(resident(own).expect("alive") > 100_000);
    }

    #[test]
    fn the_largest_mapping_is_the_guests() {
        let smaps = "7f0000000000-7f0080000000 rw-p 00000000 00:00 0\n\
            Size:            2097152 kB\nPss:               40000 kB\nVmFlags: rd wr mr\n\
            7f0080000000-7f0080400000 rw-p 00000000 00:00 0 [heap]\nPss:                3000 kB\n";
        let memory = guest_memory_in(smaps, 1 << 30).expect("a guest");
        assert_eq!((memory.guest, memory.monitor), (40_000 << 10, 3_000 << 10));
        assert!(guest_memory_in(smaps, 4 << 30).is_none(), "another process");
    }
}
