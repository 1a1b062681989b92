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
use fika_init::{FromInit, ToInit, family, place};
use rustix::event::Timespec;
use rustix::process::{Signal, WaitOptions, getpid};

use crate::children::{self, Reaped};
use crate::host::{Host, Woken};
use crate::jail::Jail;
use crate::landlock;
use crate::memory::{self, Memory};
use crate::seal::{Fence, Filter};

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

/// When the machine runs out of memory, functions go before the server.
pub fn offer_to_the_oom_killer() -> io::Result<()> {
    fs::write("/proc/self/oom_score_adj", "500")
}

/// A sandbox that is ordinary processes.
pub struct Plain {
    line: Jail,
    arguments: Arguments,
    /// The code and its layers, once they are known.
    code: Vec<PathBuf>,
}

impl Plain {
    /// Takes what the server left, and says hello.
    pub fn enter(arguments: Arguments) -> io::Result<(Self, Filter)> {
        close_all_but_standard()?;
        rustix::process::set_child_subreaper(Some(getpid()))?;
        let filter = Filter::parse(&fs::read(&arguments.filter)?);
        let mut line = Jail::line()?;
        line.say(&FromInit::Hello { version: place::VERSION })?;
        Ok((Self { line, arguments, code: Vec::new() }, filter))
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

    fn give(&mut self, stream: OwnedFd) -> io::Result<()> {
        self.line.give(stream)
    }

    fn log(&self) -> BorrowedFd<'_> {
        self.line.log()
    }

    fn entrances(&mut self, given: usize) -> Result<Vec<OwnedFd>, String> {
        self.line.entrances(given)
    }

    /// The code is used where it is, and nothing bounds what is written.
    fn bind(&mut self, bind: &Bind) -> Result<(), String> {
        let names = std::iter::once(&bind.code).chain(&bind.layers);
        self.code = names.map(|name| self.arguments.trees.join(name)).collect();
        Ok(())
    }

    fn memory(&self) -> Memory {
        let held = memory::of(&family::descendants(getpid()));
        Memory { held, peak: held }
    }

    fn signal(&self, signal: Signal) {
        family::signal(getpid(), signal);
    }

    fn fence(&self) -> Result<Option<Fence>, String> {
        if self.code.is_empty() {
            return Err("it has no code yet".into());
        }
        let trees: Vec<_> =
            self.code.iter().chain([&self.arguments.image]).map(PathBuf::as_path).collect();
        let files = landlock::rules(&trees, &self.arguments.tmp)
            .map_err(|error| format!("a fence of Landlock: {error}"))?;
        Ok(Some(Fence { files }))
    }
}

/// Behind a wall all ends with init; here it is ended, and waited for.
impl Drop for Plain {
    fn drop(&mut self) {
        family::signal(getpid(), Signal::KILL);
        while rustix::process::wait(WaitOptions::empty()).is_ok() {
            while let Ok(Reaped::Ended(..)) = children::reap() {}
            family::signal(getpid(), Signal::KILL);
        }
    }
}

/// The server may itself have been started with descriptors of others, which are none of a
/// function's business.
fn close_all_but_standard() -> io::Result<()> {
    // SAFETY: this is the first thing that is done, so we hold no descriptor but the standard three.
    let done = unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
