//! The life of a sandbox, seen from inside: words in, words out, children reaped.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use fika_init::message::{Bind, Process};
use fika_init::{Exit, FromInit, ToInit};
use rustix::event::Timespec;
use rustix::process::{Pid, Signal};

use crate::beside;
use crate::children::{self, Reaped};
use crate::host::Host;
use crate::seal::Filter;
use crate::{memory, process};

/// Process 1.
pub struct Init<H> {
    host: H,
    ended: OwnedFd,
    /// What the sandbox is bound to.
    bound: Option<Bind>,
    filter: &'static Filter,
    /// The function's own process, while it runs.
    function: Option<Pid>,
    /// The processes beside it, by the worker's numbers.
    beside: Vec<(Pid, u16)>,
    watch: Option<memory::Watch>,
    out_of_memory: bool,
    emptying: bool,
    /// When to exit, whoever still runs.
    deadline: Option<Instant>,
}

/// Init goes on, or is done.
#[derive(PartialEq)]
enum Then {
    GoOn,
    Exit,
}

impl<H: Host> Init<H> {
    /// A sandbox without a function.
    pub fn new(host: H, filter: Filter) -> io::Result<Self> {
        Ok(Self {
            host,
            ended: children::watch()?,
            bound: None,
            filter: Box::leak(Box::new(filter)),
            function: None,
            beside: Vec::new(),
            watch: None,
            out_of_memory: false,
            emptying: false,
            deadline: None,
        })
    }

    /// Lives until told to shut down, or until the worker is gone.
    pub fn run(mut self) -> io::Result<()> {
        loop {
            let woken = self.host.wait(self.ended.as_fd(), self.patience().as_ref())?;
            if woken.ended && self.reap()? == Then::Exit || self.listen()? == Then::Exit {
                return Ok(());
            }
            let late = self.deadline.is_some_and(|deadline| deadline <= Instant::now());
            if woken.gone || late {
                return Ok(());
            }
            if !self.host.is_quiet() {
                self.look()?;
            }
        }
    }

    fn patience(&self) -> Option<Timespec> {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let look = Duration::from_millis(memory::LOOK_EVERY_MS);
        let look = self.watch.as_ref().filter(|_| self.function.is_some()).map(|_| look);
        left.into_iter().chain(look).min().and_then(|time| Timespec::try_from(time).ok())
    }

    /// Obeys what came.
    fn listen(&mut self) -> io::Result<Then> {
        while let Some(word) = self.host.word()? {
            if self.obey(word)? == Then::Exit {
                return Ok(Then::Exit);
            }
        }
        Ok(Then::GoOn)
    }

    fn obey(&mut self, word: ToInit) -> io::Result<Then> {
        match word {
            ToInit::Bind(bind) => {
                let answer = match self.bind(bind) {
                    Ok(()) => FromInit::Bound,
                    Err(message) => FromInit::NotBound { message },
                };
                self.host.say(&answer)?;
            }
            ToInit::Start(process) => {
                let answer = match self.start(&process) {
                    Ok(()) => FromInit::Started,
                    Err(message) => FromInit::Refused { message },
                };
                self.host.say(&answer)?;
            }
            ToInit::StartBeside { number, process } => {
                let answer = match self.start_beside(number, &process) {
                    Ok(()) => FromInit::Beside,
                    Err(message) => FromInit::Refused { message },
                };
                self.host.say(&answer)?;
            }
            ToInit::Dial { port } => {
                let answer = match beside::dial(port).and_then(|stream| self.host.give(stream)) {
                    Ok(()) => FromInit::Dialed,
                    Err(error) => FromInit::NotDialed { message: error.to_string() },
                };
                self.host.say(&answer)?;
            }
            ToInit::Terminate => self.function.into_iter().for_each(beside::terminate),
            ToInit::Empty => {
                // Its end is the worker's own doing, so nobody is told of it.
                self.function = None;
                self.beside.clear();
                self.emptying = true;
                self.host.signal(Signal::KILL);
                return self.reap();
            }
            ToInit::Refresh(refresh) => {
                let answer = match self.host.refresh(&refresh) {
                    Ok(()) => FromInit::Refreshed,
                    Err(error) => FromInit::Failed { message: error.to_string() },
                };
                self.host.say(&answer)?;
            }
            ToInit::Quiesce => self.host.quiesce()?,
            ToInit::Freeze => self.host.signal(Signal::STOP),
            ToInit::Thaw => self.host.signal(Signal::CONT),
            ToInit::Shutdown { grace_ms: 0 } => return Ok(Then::Exit),
            ToInit::Shutdown { grace_ms } => {
                self.deadline = Some(Instant::now() + Duration::from_millis(grace_ms));
                self.host.signal(Signal::TERM);
                self.host.signal(Signal::CONT);
                return self.reap();
            }
        }
        Ok(Then::GoOn)
    }

    fn start(&mut self, process: &Process) -> Result<(), String> {
        let cgroups = self.host.entrances(process.cgroups)?;
        if self.function.is_some() {
            return Err("a process of the function runs already".into());
        }
        let fence = self.host.fence()?;
        let pid = process::spawn(process, cgroups, self.host.log(), self.filter, fence)
            .map_err(|error| format!("{}: {error}", process.argv.first().map_or("", |s| s)))?;
        self.function = Some(pid);
        self.out_of_memory = false;
        self.watch();
        Ok(())
    }

    fn start_beside(&mut self, number: u16, process: &Process) -> Result<(), String> {
        let cgroups = self.host.entrances(process.cgroups)?;
        let fence = self.host.fence()?;
        let (from, into) = beside::output().map_err(|error| format!("its output: {error}"))?;
        let pid = process::spawn(process, cgroups, into.as_fd(), self.filter, fence)
            .map_err(|error| format!("{}: {error}", process.argv.first().map_or("", |s| s)))?;
        self.beside.push((pid, number));
        self.host.give(from).map_err(|error| format!("its output: {error}"))
    }

    /// Watches what the function holds, where that is ours to do.
    fn watch(&mut self) {
        let watched = self.bound.as_ref().filter(|bound| bound.watch_memory);
        self.watch = watched.map(|bound| memory::Watch::new(bound.memory_bytes));
    }

    /// Makes the sandbox a function's, once. The same again is no error.
    fn bind(&mut self, bind: Bind) -> Result<(), String> {
        if self.bound.as_ref() == Some(&bind) {
            return Ok(());
        }
        if self.bound.is_some() {
            return Err("this sandbox is another function's already".into());
        }
        self.host.bind(&bind)?;
        self.bound = Some(bind);
        self.watch();
        Ok(())
    }

    /// Takes every process that has ended.
    fn reap(&mut self) -> io::Result<Then> {
        let mut news = [0; 128];
        while rustix::io::read(&self.ended, &mut news).is_ok_and(|read| read > 0) {}
        loop {
            match children::reap()? {
                Reaped::Ended(pid, how) if self.function == Some(pid) => {
                    self.function_ended(how)?
                }
                Reaped::Ended(pid, how) => {
                    if let Some(at) = self.beside.iter().position(|(one, _)| *one == pid) {
                        let (_, number) = self.beside.swap_remove(at);
                        self.host.say(&FromInit::BesideExited { number, how })?;
                    }
                }
                Reaped::Running => return Ok(Then::GoOn),
                Reaped::Empty if self.deadline.is_some() => return Ok(Then::Exit),
                Reaped::Empty => {
                    if std::mem::take(&mut self.emptying) {
                        self.host.say(&FromInit::Emptied)?;
                    }
                    return Ok(Then::GoOn);
                }
            }
        }
    }

    fn function_ended(&mut self, how: Exit) -> io::Result<()> {
        // What it held last may be what it held most.
        let last = self.watch.as_mut().map(|watch| watch.look(self.host.memory()));
        if let Some(bytes) = last.and_then(|look| look.news) {
            self.host.say(&FromInit::Peak { bytes })?;
        }
        self.function = None;
        let out_of_memory = self.out_of_memory | self.host.killed_for_memory();
        self.host.say(&FromInit::Exited { how, out_of_memory })
    }

    fn look(&mut self) -> io::Result<()> {
        let Some(watch) = self.watch.as_mut().filter(|_| self.function.is_some()) else {
            return Ok(());
        };
        let look = watch.look(self.host.memory());
        if look.over {
            self.out_of_memory = true;
            self.host.signal(Signal::KILL);
        }
        look.news.map_or(Ok(()), |bytes| self.host.say(&FromInit::Peak { bytes }))
    }
}
