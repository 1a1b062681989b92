//! All processes that came of one, where no wall ends them together.
//!
//! Nothing of the kernel's does this for an ordinary process, so they are found in `/proc`. A process
//! whose parent has ended is its reaper's, so what came of a reaper can always be found.

use std::fs;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

/// Rounds of stopping what is found until all is found. Each finds what was forked during the last.
const ROUNDS: usize = 64;

/// How long a process that was killed may take to be gone.
const PATIENCE: Timespec = Timespec { tv_sec: 2, tv_nsec: 0 };

/// Every process that came of one, ended but not yet reaped ones included; not itself.
#[must_use]
pub fn descendants(of: Pid) -> Vec<Pid> {
    let all: Vec<(Pid, Pid)> = processes().filter_map(|pid| Some((pid, parent(pid)?))).collect();
    let mut family = vec![of];
    let mut next = 0;
    while let Some(&of) = family.get(next) {
        family.extend(all.iter().filter(|(_, parent)| *parent == of).map(|(pid, _)| *pid));
        next += 1;
    }
    family.split_off(1)
}

fn processes() -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw))
}

fn parent(pid: Pid) -> Option<Pid> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    parent_in(&stat).and_then(Pid::from_raw)
}

/// The fourth field of a `/proc/PID/stat`. The second is a name in parentheses, which may itself
/// hold some, and spaces: proc(5).
fn parent_in(stat: &str) -> Option<i32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Sends a signal to every descendant of a process. Before a deadly one all are stopped.
pub fn signal(of: Pid, signal: Signal) {
    if signal == Signal::KILL {
        stop(of);
    }
    descendants(of).into_iter().for_each(|pid| send(pid, signal));
}

/// Stops all descendants, until no more are found: what is stopped cannot fork, so none gets away,
/// and cannot reap, so no number is another process's by then.
fn stop(of: Pid) {
    let mut stopped: Vec<Pid> = Vec::new();
    for _ in 0..ROUNDS {
        let mut found = descendants(of);
        found.retain(|pid| !stopped.contains(pid));
        if found.is_empty() {
            break;
        }
        found.iter().for_each(|pid| send(*pid, Signal::STOP));
        stopped.extend(found);
    }
}

/// Ends a process and all that came of it. It is stopped first, so that it reaps none of them, nor
/// leaves them to others by its own end, before they are found. Blocks until all are gone, or have
/// had enough time.
pub fn end(head: Pid) {
    send(head, Signal::STOP);
    stop(head);
    let mut family = descendants(head);
    family.push(head);
    let open = |pid: &Pid| pidfd_open(*pid, PidfdFlags::empty()).ok();
    let watched: Vec<_> = family.iter().filter_map(open).collect();
    family.into_iter().for_each(|pid| send(pid, Signal::KILL));
    for process in &watched {
        // One that is late is waited for no longer, which is all that can be done.
        let _late = poll(&mut [PollFd::new(process, PollFlags::IN)], Some(&PATIENCE));
    }
}

fn send(pid: Pid, signal: Signal) {
    // It may have ended meanwhile, which is what we want anyway.
    let _gone = kill_process(pid, signal);
}

#[cfg(test)]
mod tests {
    use super::parent_in;

    #[test]
    fn a_parent_is_found_whatever_the_name() {
        assert_eq!(parent_in("12 (sh) S 7 12 12 0"), Some(7));
        assert_eq!(parent_in("12 (a) R 9 (b) S 7 12 12 0"), Some(7));
        assert_eq!(parent_in("12 (sh"), None);
    }
}
