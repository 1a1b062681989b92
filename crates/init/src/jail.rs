//! A host on the same kernel: a Unix socket, and descriptors beside the frames.

use std::fs::File;
use std::io::{self, Read};
use std::net::{SocketAddrV4, TcpListener};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};

use fika_init::message::Bind;
use fika_init::{Decoder, FromInit, ToInit, encode, place, stream};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::net::{AddressFamily, SocketFlags, SocketType};

use crate::code;
use crate::host::{Host, Woken};
use crate::memory::{self, Memory};
use crate::seal::Filter;

/// What the jailer left.
pub struct Jail {
    control: OwnedFd,
    decoder: Decoder,
    /// Descriptors that came beside frames not yet read.
    beside: Vec<OwnedFd>,
    /// What goes beside the next word.
    given: Vec<OwnedFd>,
    log: OwnedFd,
    /// The way to all code trees, until one is bound.
    trees: Option<OwnedFd>,
}

impl Jail {
    /// Takes what the jailer left, and says hello.
    pub fn enter() -> io::Result<(Self, Filter)> {
        let mut program = Vec::new();
        File::from(take(place::FILTER_FD)?).read_to_end(&mut program)?;
        let jail = Self { trees: Some(take(place::CODE_FD)?), ..Self::line()? };
        let (api, endpoint) = (listen(place::RUNTIME_API)?, listen(place::ENDPOINT)?);
        let tmp = rustix::fs::open(place::TMP, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
        let hello = FromInit::Hello { version: place::VERSION };
        say(&jail.control, &hello, &[api.as_fd(), endpoint.as_fd(), tmp.as_fd()])?;
        Ok((jail, Filter::parse(&program)))
    }

    /// The control stream and the log, without a wall.
    pub fn line() -> io::Result<Self> {
        Ok(Self {
            control: take(place::CONTROL_FD)?,
            decoder: Decoder::default(),
            beside: Vec::new(),
            given: Vec::new(),
            log: take(place::LOG_FD)?,
            trees: None,
        })
    }

    /// Reads what came. False at the end of the stream.
    fn receive(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        match stream::receive(&self.control, &mut buffer, &mut self.beside) {
            Ok(0) => Ok(false),
            Ok(read) => {
                self.decoder.push(&buffer[..read]);
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Host for Jail {
    fn wait(&mut self, ended: BorrowedFd<'_>, patience: Option<&Timespec>) -> io::Result<Woken> {
        let mut on =
            [PollFd::new(&self.control, PollFlags::IN), PollFd::new(&ended, PollFlags::IN)];
        match poll(&mut on, patience) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(Woken::default()),
            Err(error) => return Err(error.into()),
        }
        let [came, ended] = on.map(|on| !on.revents().is_empty());
        Ok(Woken { ended, gone: came && !self.receive()? })
    }

    fn word(&mut self) -> io::Result<Option<ToInit>> {
        self.decoder.take().map_err(io::Error::other)
    }

    fn say(&mut self, word: &FromInit) -> io::Result<()> {
        let given = std::mem::take(&mut self.given);
        let beside: Vec<_> = given.iter().map(AsFd::as_fd).collect();
        say(&self.control, word, &beside)
    }

    fn give(&mut self, stream: OwnedFd) -> io::Result<()> {
        self.given.push(stream);
        Ok(())
    }

    fn log(&self) -> BorrowedFd<'_> {
        self.log.as_fd()
    }

    fn entrances(&mut self, given: usize) -> Result<Vec<OwnedFd>, String> {
        if given > self.beside.len() {
            return Err("the descriptors of its cgroups are missing".into());
        }
        Ok(self.beside.drain(..given).collect())
    }

    fn bind(&mut self, bind: &Bind) -> Result<(), String> {
        let name = &bind.code;
        let trees = self.trees.take().ok_or("this sandbox is another function's already")?;
        code::bind(trees, name, bind.layers.as_deref())
            .map_err(|error| format!("code {name}: {error}"))?;
        code::resize_tmp(bind.tmp_bytes).map_err(|error| format!("{}: {error}", place::TMP))
    }

    fn memory(&self) -> Memory {
        memory::of_processes()
    }
}

fn say(control: impl AsFd, word: &FromInit, beside: &[BorrowedFd<'_>]) -> io::Result<()> {
    let frame = encode(word).map_err(io::Error::other)?;
    stream::send_all(control, &frame, beside)
}

/// Tells the worker, if it still listens, why there will be no more.
pub fn report_failure(error: &io::Error) {
    // SAFETY: the descriptor is borrowed for this one call; were it not open, sending would say
    // so, and there is nobody left to tell.
    let control = unsafe { BorrowedFd::borrow_raw(place::CONTROL_FD) };
    let _gone = say(control, &FromInit::Failed { message: format!("init: {error}") }, &[]);
}

/// Makes one of the jailer's descriptors ours, and nobody else's.
fn take(descriptor: i32) -> io::Result<OwnedFd> {
    // SAFETY: the jailer left these descriptors to us alone, and each is taken once.
    let taken = unsafe { OwnedFd::from_raw_fd(descriptor) };
    rustix::io::fcntl_setfd(&taken, rustix::io::FdFlags::CLOEXEC)?;
    Ok(taken)
}

/// Listens for the function's processes. Whoever accepts never blocks.
pub fn listen(at: SocketAddrV4) -> io::Result<TcpListener> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
    rustix::net::sockopt::set_socket_reuseaddr(&socket, true)?;
    rustix::net::bind(&socket, &at)?;
    rustix::net::listen(&socket, 128)?;
    Ok(TcpListener::from(socket))
}
