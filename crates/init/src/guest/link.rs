//! All that goes over the one stream.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use fika_init::message::{Bind, Refresh};
use fika_init::mux::{CONTROL, Event, LOG, Mux, Side};
use fika_init::{Decoder, FromInit, ToInit, encode, place};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::mount::{MountFlags, mount};

use super::group::Group;
use super::log::Log;
use super::network::Network;
use super::proxy::{Proxy, Wanted};
use super::refresh;
use super::stream::Stream;
use crate::code;
use crate::host::{Host, Woken};
use crate::memory::Memory;

/// Most bytes read at once from the stream.
const CHUNK: usize = 64 * 1024;

/// Linux's `include/uapi/linux/fs.h`: `_IO(0x12, 97)`.
const BLKFLSBUF: libc::Ioctl = 0x1261;

/// What is mounted when it is known whose the sandbox is.
pub struct Disks {
    /// That of the code.
    pub code: OwnedFd,
    /// That of the layers, which not every function has.
    pub layers: OwnedFd,
}

/// A guest's way to its host.
pub struct Link {
    stream: Stream,
    mux: Mux,
    decoder: Decoder,
    /// Words that the control channel has not taken yet.
    unsaid: Vec<u8>,
    log: Log,
    proxy: Proxy,
    group: Group,
    disks: Disks,
    random: OwnedFd,
    network: Network,
    quiet: bool,
    buffer: Vec<u8>,
}

impl Link {
    /// Says hello, and waits until the host has it.
    pub fn open(stream: Stream, group: Group, disks: Disks, network: Network) -> io::Result<Self> {
        let flags = OFlags::RDWR | OFlags::CLOEXEC;
        let mut link = Self {
            stream,
            mux: Mux::new(Side::Guest),
            decoder: Decoder::default(),
            unsaid: Vec::new(),
            log: Log::new()?,
            proxy: Proxy::listen()?,
            group,
            disks,
            random: rustix::fs::open("/dev/urandom", flags, Mode::empty())?,
            network,
            quiet: false,
            buffer: vec![0; CHUNK],
        };
        link.say(&FromInit::Hello { version: place::VERSION })?;
        while !link.mux.outgoing().is_empty() {
            link.write()?;
        }
        link.stream.unblock()?;
        Ok(link)
    }

    /// Writes what the stream takes now.
    fn write(&mut self) -> io::Result<()> {
        self.flush_words();
        while !self.mux.outgoing().is_empty() {
            match self.stream.write(self.mux.outgoing())? {
                0 => break,
                written => self.mux.sent(written),
            }
        }
        Ok(())
    }

    fn flush_words(&mut self) {
        let taken = self.mux.send(CONTROL, &self.unsaid);
        self.unsaid.drain(..taken);
    }

    /// Reads what came. False when the host is gone.
    fn read(&mut self) -> io::Result<bool> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let read = self.stream.read(&mut buffer);
        let went = match read {
            Ok(Some(0)) => Ok(false),
            Ok(Some(read)) => self.deal_out(&buffer[..read]).map(|()| true),
            Ok(None) => Ok(true),
            Err(error) => Err(error),
        };
        self.buffer = buffer;
        went
    }

    fn deal_out(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while let Some(event) = self.mux.next(&mut bytes).map_err(io::Error::other)? {
            match event {
                Event::Data { channel: CONTROL, bytes } => {
                    self.decoder.push(bytes);
                    self.mux.consumed(CONTROL, bytes.len());
                }
                Event::Data { channel, bytes } => self.proxy.data(channel, bytes, &mut self.mux),
                Event::Closed { channel } => self.proxy.host_closed(channel, &mut self.mux),
                Event::Reset { channel } => self.proxy.host_reset(channel),
                // The host opens none.
                Event::Opened { .. } => {}
            }
        }
        Ok(())
    }

    /// Waits while quiet: for the host alone.
    fn wait_quietly(&mut self, patience: Option<&Timespec>) -> io::Result<Woken> {
        let mut on = [PollFd::new(&self.stream, PollFlags::IN)];
        let gone = wait(&mut on, patience)? && !self.read()? && !self.stream.reopen()?;
        Ok(Woken { ended: false, gone })
    }

    /// Waits for whatever can go on, and has it go on.
    fn wait_busily(
        &mut self,
        ended: BorrowedFd<'_>,
        patience: Option<&Timespec>,
    ) -> io::Result<Woken> {
        let unsent = !self.mux.outgoing().is_empty();
        let flags = if unsent { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
        let mut on = vec![PollFd::new(&self.stream, flags), PollFd::new(&ended, PollFlags::IN)];
        let wanted = self.proxy.interests(&self.mux, &mut on);
        let log = self.log.exit();
        if self.mux.room(LOG) > 0 {
            on.push(PollFd::new(&log, PollFlags::IN));
        }
        if !wait(&mut on, patience)? {
            return Ok(Woken::default());
        }
        let came: Vec<bool> = on.iter().map(|one| !one.revents().is_empty()).collect();
        drop(on);
        let (stream, ended, rest) = (came[0], came[1], &came[2..]);
        let ready: Vec<Wanted> =
            wanted.iter().zip(rest).filter(|&(_, &came)| came).map(|(&one, _)| one).collect();
        for one in ready {
            self.proxy.go_on(one, &mut self.mux, &mut self.log)?;
        }
        if rest.get(wanted.len()) == Some(&true) {
            self.log.forward(&mut self.mux)?;
        }
        Ok(Woken { ended, gone: stream && !self.read()? })
    }
}

/// Polls. True when something is ready.
fn wait(on: &mut [PollFd<'_>], patience: Option<&Timespec>) -> io::Result<bool> {
    match poll(on, patience) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

impl Host for Link {
    fn wait(&mut self, ended: BorrowedFd<'_>, patience: Option<&Timespec>) -> io::Result<Woken> {
        if self.quiet {
            return self.wait_quietly(patience);
        }
        self.write()?;
        self.wait_busily(ended, patience)
    }

    fn word(&mut self) -> io::Result<Option<ToInit>> {
        let word = self.decoder.take().map_err(io::Error::other)?;
        if word.is_some() {
            self.quiet = false;
        }
        Ok(word)
    }

    /// Says a word, behind all that the function has logged.
    fn say(&mut self, word: &FromInit) -> io::Result<()> {
        self.log.forward(&mut self.mux)?;
        self.unsaid.extend(encode(word).map_err(io::Error::other)?);
        self.flush_words();
        Ok(())
    }

    fn give(&mut self, stream: OwnedFd) -> io::Result<()> {
        self.proxy.give(stream, &mut self.mux)
    }

    fn log(&self) -> BorrowedFd<'_> {
        self.log.entry()
    }

    fn entrances(&mut self, _given: usize) -> Result<Vec<OwnedFd>, String> {
        let entrance = self.group.entrance().map_err(|error| format!("its cgroup: {error}"))?;
        Ok(vec![entrance])
    }

    /// Mounts the disks of code and layers.
    fn bind(&mut self, bind: &Bind) -> Result<(), String> {
        let describe = |what: &str, error: io::Error| format!("{what}: {error}");
        mount_disk(&self.disks.code, place::TASK_ROOT)
            .map_err(|error| describe(place::TASK_ROOT, error))?;
        if bind.layers.is_some() {
            mount_disk(&self.disks.layers, place::OPT)
                .map_err(|error| describe(place::OPT, error))?;
        }
        code::resize_tmp(bind.tmp_bytes).map_err(|error| describe(place::TMP, error))?;
        let most = bind.memory_bytes.saturating_add(bind.tmp_bytes);
        self.group.limit(most).map_err(|error| describe("the limit of memory", error))
    }

    fn memory(&self) -> Memory {
        self.group.memory()
    }

    fn killed_for_memory(&mut self) -> bool {
        self.group.was_killed()
    }

    fn refresh(&mut self, new: &Refresh) -> io::Result<()> {
        refresh::refresh(&self.random, new)?;
        if let Some(network) = &new.network {
            self.network.become_this(network)?;
        }
        self.group.freeze(false)
    }

    /// The function's processes stop first, and go on only after a refresh: none of them can see
    /// the clock and the random numbers that a snapshot was taken with.
    fn quiesce(&mut self) -> io::Result<()> {
        self.group.freeze(true)?;
        self.say(&FromInit::Quiet)?;
        self.write()?;
        while !self.mux.outgoing().is_empty() || !self.unsaid.is_empty() {
            let flags = PollFlags::IN | PollFlags::OUT;
            let mut on = [PollFd::new(&self.stream, flags)];
            if wait(&mut on, None)? && !self.read()? {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            self.write()?;
        }
        self.quiet = true;
        Ok(())
    }

    fn is_quiet(&self) -> bool {
        self.quiet
    }
}

/// Mounts a disk. Another file may have taken its place since the boot, so nothing of it that was
/// read before counts.
fn mount_disk(disk: &OwnedFd, at: &str) -> io::Result<()> {
    forget(disk.as_fd())?;
    let disk = format!("/proc/self/fd/{}", disk.as_raw_fd());
    let flags = MountFlags::RDONLY | MountFlags::NODEV | MountFlags::NOSUID;
    Ok(mount(disk, at, "erofs", flags, None)?)
}

/// Has the kernel forget what it has read of a disk.
fn forget(disk: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: this request has no argument.
    let done = unsafe { libc::ioctl(disk.as_raw_fd(), BLKFLSBUF) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
