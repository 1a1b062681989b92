//! The life of a sandbox, seen from inside: words in, words out, children reaped.

use std::fs::File;
use std::io::{self, Read};
use std::net::{SocketAddrV4, TcpListener};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::{Duration, Instant};

use fika_init::message::{Bind, Process};
use fika_init::{Decoder, Exit, FromInit, ToInit, encode, place, stream};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use rustix::process::{Pid, Signal};

use crate::children::{self, Reaped};
use crate::seal::Filter;
use crate::{code, memory, process};

/// Process 1.
pub struct Init {
    control: OwnedFd,
    decoder: Decoder,
    /// Descriptors that came beside frames not yet read.
    beside: Vec<OwnedFd>,
    ended: OwnedFd,
    log: OwnedFd,
    /// The way to all code trees, until one is bound.
    trees: Option<OwnedFd>,
    /// What the sandbox is bound to.
    bound: Option<Bind>,
    filter: &'static Filter,
    /// The function's own process, while it runs.
    function: Option<Pid>,
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

impl Init {
    /// Takes what the jailer left, and says hello.
    pub fn new() -> io::Result<Self> {
        // Nobody inside may look into us, whatever user they are.
        rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
        let mut program = Vec::new();
        File::from(take(place::FILTER_FD)?).read_to_end(&mut program)?;
        let init = Self {
            control: take(place::CONTROL_FD)?,
            decoder: Decoder::default(),
            beside: Vec::new(),
            ended: children::watch()?,
            log: take(place::LOG_FD)?,
            trees: Some(take(place::CODE_FD)?),
            bound: None,
            filter: Box::leak(Box::new(Filter::parse(&program))),
            function: None,
            watch: None,
            out_of_memory: false,
            emptying: false,
            deadline: None,
        };
        let (api, endpoint) = (listen(place::RUNTIME_API)?, listen(place::ENDPOINT)?);
        let tmp = rustix::fs::open(place::TMP, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
        let hello = FromInit::Hello { version: place::VERSION };
        init.say_with(&hello, &[api.as_fd(), endpoint.as_fd(), tmp.as_fd()])?;
        Ok(init)
    }

    /// Lives until told to shut down, or until the worker is gone.
    pub fn run(mut self) -> io::Result<()> {
        loop {
            let (word, ended) = self.wait()?;
            if ended && self.reap()? == Then::Exit || word && self.listen_once()? == Then::Exit {
                return Ok(());
            }
            if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Ok(());
            }
            self.look()?;
        }
    }

    /// Waits for a word or the end of a process, no longer than there is a reason to.
    fn wait(&self) -> io::Result<(bool, bool)> {
        let mut on =
            [PollFd::new(&self.control, PollFlags::IN), PollFd::new(&self.ended, PollFlags::IN)];
        match poll(&mut on, self.patience().as_ref()) {
            Ok(_) => Ok((!on[0].revents().is_empty(), !on[1].revents().is_empty())),
            Err(rustix::io::Errno::INTR) => Ok((false, false)),
            Err(error) => Err(error.into()),
        }
    }

    fn patience(&self) -> Option<Timespec> {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let look = Duration::from_millis(memory::LOOK_EVERY_MS);
        let look = self.watch.as_ref().filter(|_| self.function.is_some()).map(|_| look);
        left.into_iter().chain(look).min().and_then(|time| Timespec::try_from(time).ok())
    }

    /// Reads and obeys. The end of the stream means that the worker is gone, and so are we.
    fn listen_once(&mut self) -> io::Result<Then> {
        let mut buffer = [0; 16 * 1024];
        let read = match stream::receive(&self.control, &mut buffer, &mut self.beside) {
            Ok(0) => return Ok(Then::Exit),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(Then::Exit),
            Err(error) => return Err(error),
        };
        self.decoder.push(&buffer[..read]);
        while let Some(word) = self.decoder.take().map_err(io::Error::other)? {
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
                self.say(&answer)?;
            }
            ToInit::Start(process) => {
                let answer = match self.start(&process) {
                    Ok(()) => FromInit::Started,
                    Err(message) => FromInit::Refused { message },
                };
                self.say(&answer)?;
            }
            ToInit::Empty => {
                // Its end is the worker's own doing, so nobody is told of it.
                self.function = None;
                self.emptying = true;
                children::signal_all(Signal::KILL);
                return self.reap();
            }
            ToInit::Freeze => children::signal_all(Signal::STOP),
            ToInit::Thaw => children::signal_all(Signal::CONT),
            ToInit::Shutdown { grace_ms: 0 } => return Ok(Then::Exit),
            ToInit::Shutdown { grace_ms } => {
                self.deadline = Some(Instant::now() + Duration::from_millis(grace_ms));
                children::signal_all(Signal::TERM);
                children::signal_all(Signal::CONT);
                return self.reap();
            }
        }
        Ok(Then::GoOn)
    }

    fn start(&mut self, process: &Process) -> Result<(), String> {
        if process.cgroups > self.beside.len() {
            return Err("the descriptors of its cgroups are missing".into());
        }
        let cgroups = self.beside.drain(..process.cgroups).collect();
        if self.function.is_some() {
            return Err("a process of the function runs already".into());
        }
        let pid = process::spawn(process, cgroups, self.log.as_fd(), self.filter)
            .map_err(|error| format!("{}: {error}", process.argv.first().map_or("", |s| s)))?;
        self.function = Some(pid);
        self.out_of_memory = false;
        self.watch();
        Ok(())
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
        let name = &bind.code;
        let trees = self.trees.take().ok_or("this sandbox is another function's already")?;
        code::bind(trees, name).map_err(|error| format!("code {name}: {error}"))?;
        code::resize_tmp(bind.tmp_bytes).map_err(|error| format!("{}: {error}", place::TMP))?;
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
                Reaped::Ended(..) => {}
                Reaped::Running => return Ok(Then::GoOn),
                Reaped::Empty if self.deadline.is_some() => return Ok(Then::Exit),
                Reaped::Empty => {
                    if std::mem::take(&mut self.emptying) {
                        self.say(&FromInit::Emptied)?;
                    }
                    return Ok(Then::GoOn);
                }
            }
        }
    }

    fn function_ended(&mut self, how: Exit) -> io::Result<()> {
        self.function = None;
        self.say(&FromInit::Exited { how, out_of_memory: self.out_of_memory })
    }

    fn look(&mut self) -> io::Result<()> {
        let Some(watch) = self.watch.as_mut().filter(|_| self.function.is_some()) else {
            return Ok(());
        };
        let look = watch.look();
        if look.over {
            self.out_of_memory = true;
            children::signal_all(Signal::KILL);
        }
        look.news.map_or(Ok(()), |bytes| self.say(&FromInit::Peak { bytes }))
    }

    fn say(&self, word: &FromInit) -> io::Result<()> {
        self.say_with(word, &[])
    }

    fn say_with(&self, word: &FromInit, beside: &[BorrowedFd<'_>]) -> io::Result<()> {
        let frame = encode(word).map_err(io::Error::other)?;
        stream::send_all(&self.control, &frame, beside)
    }
}

/// Tells the worker, if it still listens, why there will be no more.
pub fn report_failure(error: &io::Error) {
    // SAFETY: the descriptor is borrowed for this one call; were it not open, sending would say
    // so, and there is nobody left to tell.
    let control = unsafe { BorrowedFd::borrow_raw(place::CONTROL_FD) };
    if let Ok(frame) = encode(&FromInit::Failed { message: format!("init: {error}") }) {
        let _gone = stream::send_all(control, &frame, &[]);
    }
}

/// Makes one of the jailer's descriptors ours, and nobody else's.
fn take(descriptor: i32) -> io::Result<OwnedFd> {
    // SAFETY: the jailer left these descriptors to us alone, and each is taken once.
    let taken = unsafe { OwnedFd::from_raw_fd(descriptor) };
    rustix::io::fcntl_setfd(&taken, rustix::io::FdFlags::CLOEXEC)?;
    Ok(taken)
}

/// Listens for the function's processes. The worker is the one to accept, and never blocks.
fn listen(at: SocketAddrV4) -> io::Result<TcpListener> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
    rustix::net::sockopt::set_socket_reuseaddr(&socket, true)?;
    rustix::net::bind(&socket, &at)?;
    rustix::net::listen(&socket, 128)?;
    Ok(TcpListener::from(socket))
}
