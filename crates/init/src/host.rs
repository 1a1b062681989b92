//! What init has of its host, whichever wall is between them.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

use fika_init::message::{Bind, Refresh};
use fika_init::{FromInit, ToInit};
use rustix::event::Timespec;
use rustix::process::Signal;

use crate::children;
use crate::memory::Memory;
use crate::seal::Fence;

/// What ended the waiting.
#[derive(Debug, Clone, Copy, Default)]
pub struct Woken {
    /// A child may have ended.
    pub ended: bool,
    /// The worker is gone.
    pub gone: bool,
}

/// The other end of the control stream, and what a wall has that depends on its kind.
pub trait Host {
    /// Moves bytes until something happened, or patience is over.
    fn wait(&mut self, ended: BorrowedFd<'_>, patience: Option<&Timespec>) -> io::Result<Woken>;

    /// The next word that has come.
    fn word(&mut self) -> io::Result<Option<ToInit>>;

    /// Says a word.
    fn say(&mut self, word: &FromInit) -> io::Result<()>;

    /// Hands something to be read and written over to the worker, with the word that is said next.
    fn give(&mut self, stream: OwnedFd) -> io::Result<()>;

    /// Where the function's output goes.
    fn log(&self) -> BorrowedFd<'_>;

    /// The cgroups that a function's process must enter, so many of them given by the worker.
    fn entrances(&mut self, given: usize) -> Result<Vec<OwnedFd>, String>;

    /// Puts the code in place, and sets the sizes. Called once.
    fn bind(&mut self, bind: &Bind) -> Result<(), String>;

    /// What the function's processes hold.
    fn memory(&self) -> Memory;

    /// Sends a signal to every process of the function. That there is none is no error.
    fn signal(&self, signal: Signal) {
        children::signal_all(signal);
    }

    /// What holds a process of the function instead of a wall.
    fn fence(&self) -> Result<Option<Fence>, String> {
        Ok(None)
    }

    /// The kernel has killed a process of the function for its memory since this was last asked.
    fn killed_for_memory(&mut self) -> bool {
        false
    }

    /// Makes clock, random numbers and host name right.
    fn refresh(&mut self, _refresh: &Refresh) -> io::Result<()> {
        Err(io::Error::other("only a guest has a clock of its own"))
    }

    /// Sends all there is to send, says that it did, and falls silent until the next word.
    fn quiesce(&mut self) -> io::Result<()> {
        Err(io::Error::other("only a guest can be snapshotted"))
    }

    /// Nothing may be said now.
    fn is_quiet(&self) -> bool {
        false
    }
}
