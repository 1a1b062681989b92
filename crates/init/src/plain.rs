//! The plain mode, for machines where namespaces are forbidden: init is an ordinary process
//! there, and so is the function.
//!
//! This is no wall. What the kernel lets everybody do is done all the same: no capability, no
//! privilege to be had, the seccomp program, and [`landlock`] where the kernel has it. Init is
//! the reaper of all that comes of it, so that whatever a function leaves behind can be found
//! and ended.

use std::fs;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::PathBuf;

use fika_init::message::Bind;
use fika_init::{FromInit, ToInit, place};
use rustix::event::Timespec;
use rustix::process::{Pid, Signal, WaitOptions};

use crate::children::{self, Reaped};
use crate::host::{Host, Woken};
use crate::jail::Jail;
use crate::landlock;
use crate::memory::{self, Memory};
use crate::seal::{Fence, Filter};

/// Rounds of stopping what is found until all is found. Each finds what was forked during the last.
const ROUNDS: usize = 64;

/// What a plain init is told on its command line.
pub struct Arguments {
    filter: PathBuf,
    trees: PathBuf,
    image: PathBuf,
    tmp: PathBuf,
}

impl Arguments {
    /// Reads `PROGRAM MARK INSTANCE SANDBOX plain FILTER TREES IMAGE TMP`. None where there is
    /// nothing of the kind: then there is a wall.
    pub fn read() -> Option<Self> {
        let mut arguments = std::env::args_os().skip(4);
        (arguments.next()? == place::PLAIN).then_some(())?;
        let mut path = || arguments.next().map(PathBuf::from);
        Some(Self { filter: path()?, trees: path()?, image: path()?, tmp: path()? })
    }
}

/// A sandbox that is ordinary processes.
pub struct Plain {
    line: Jail,
    arguments: Arguments,
    /// The code, once it is known.
    code: Option<PathBuf>,
}

impl Plain {
    /// Takes what the server left, and says hello.
    pub fn enter(arguments: Arguments) -> io::Result<(Self, Filter)> {
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
        let filter = Filter::parse(&fs::read(&arguments.filter)?);
        let mut line = Jail::line()?;
        line.say(&FromInit::Hello { version: place::VERSION })?;
        Ok((Self { line, arguments, code: None }, filter))
    }
}

impl Host for Plain {
    fn wait(&mut self, ended: BorrowedFd<'_>, patience: Option<&Timespec>) -> io::Result<Woken> {
        self.line.wait(ended, patience)
    }

    fn word(&mut self) -> io::Result<Option<ToInit>> {
        self.line.word()
    }

    fn say(&mut self, word: &FromInit) -> io::Result<()> {
        self.line.say(word)
    }

    fn log(&self) -> BorrowedFd<'_> {
        self.line.log()
    }

    fn entrances(&mut self, given: usize) -> Result<Vec<OwnedFd>, String> {
        self.line.entrances(given)
    }

    /// The code is used where it is, and nothing bounds what is written.
    fn bind(&mut self, bind: &Bind) -> Result<(), String> {
        self.code = Some(self.arguments.trees.join(&bind.code));
        Ok(())
    }

    fn memory(&self) -> Memory {
        let held = memory::of(&descendants());
        Memory { held, peak: held }
    }

    fn signal(&self, signal: Signal) {
        signal_all(signal);
    }

    fn fence(&self) -> Result<Option<Fence>, String> {
        let code = self.code.as_deref().ok_or("it has no code yet")?;
        let files = landlock::rules(&[code, &self.arguments.image], &self.arguments.tmp)
            .map_err(|error| format!("a fence of Landlock: {error}"))?;
        Ok(Some(Fence { files }))
    }
}

/// Behind a wall all ends with init; here it is ended, and waited for.
impl Drop for Plain {
    fn drop(&mut self) {
        signal_all(Signal::KILL);
        while rustix::process::wait(WaitOptions::empty()).is_ok() {
            while let Ok(Reaped::Ended(..)) = children::reap() {}
            signal_all(Signal::KILL);
        }
    }
}

/// Every process that came of us, ended but not yet reaped ones included.
pub fn descendants() -> Vec<Pid> {
    let all: Vec<(Pid, Pid)> = processes().filter_map(|pid| Some((pid, parent(pid)?))).collect();
    let mut family = vec![rustix::process::getpid()];
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

/// Sends a signal to every descendant. Before a deadly one all are stopped, until no more are
/// found: what is stopped cannot fork, so none gets away, and cannot reap, so no number is another
/// process's by then.
pub fn signal_all(signal: Signal) {
    let mut stopped: Vec<Pid> = Vec::new();
    let rounds = if signal == Signal::KILL { ROUNDS } else { 0 };
    for _ in 0..rounds {
        let mut found = descendants();
        found.retain(|pid| !stopped.contains(pid));
        if found.is_empty() {
            break;
        }
        found.iter().for_each(|pid| send(*pid, Signal::STOP));
        stopped.extend(found);
    }
    descendants().into_iter().for_each(|pid| send(pid, signal));
}

fn send(pid: Pid, signal: Signal) {
    // It may have ended meanwhile, which is what we want anyway.
    let _gone = rustix::process::kill_process(pid, signal);
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
