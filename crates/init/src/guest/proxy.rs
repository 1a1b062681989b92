//! Connections of the function's processes, carried to the host and back.
//!
//! What a function wrote to its log before it sent bytes is to be with the host before them. So a
//! connection is read only while the log's channel has room for all that its pipe can hold, and what
//! is in the pipe goes first.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use fika_init::mux::{MAX_CHANNELS, Mux, door};
use fika_init::place;
use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::{SendFlags, Shutdown, SocketFlags, send, sockopt};

use super::log::Log;
use crate::jail::listen;

/// Most bytes read at once from a connection.
const CHUNK: usize = 32 * 1024;

/// One connection, or the output of a process.
struct Connection {
    socket: OwnedFd,
    channel: u16,
    /// What came from the host, and the socket did not take yet. The channel's window bounds it.
    unwritten: Vec<u8>,
    /// The host will send no more.
    host_closed: bool,
    /// The function will send no more.
    closed: bool,
}

/// The listeners and their connections.
pub struct Proxy {
    listeners: [(TcpListener, u8); 2],
    connections: Vec<Connection>,
    buffer: Vec<u8>,
}

/// What the proxy waits for, in the order of [`Proxy::interests`].
#[derive(Clone, Copy)]
pub enum Wanted {
    Listener(usize),
    Channel(u16),
}

impl Proxy {
    /// Listens at both doors.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            listeners: [
                (listen(place::RUNTIME_API)?, door::RUNTIME_API),
                (listen(place::ENDPOINT)?, door::ENDPOINT),
            ],
            connections: Vec::with_capacity(MAX_CHANNELS),
            buffer: vec![0; CHUNK],
        })
    }

    /// All that can go on now. What cannot is left out, for a poll would tell of its end without end.
    pub fn interests<'a>(&'a self, mux: &Mux, into: &mut Vec<PollFd<'a>>) -> Vec<Wanted> {
        let mut wanted = Vec::with_capacity(self.connections.len() + 2);
        let listeners = self.listeners.iter().enumerate().filter(|_| mux.can_open());
        for (at, (listener, _)) in listeners {
            into.push(PollFd::new(listener, PollFlags::IN));
            wanted.push(Wanted::Listener(at));
        }
        let log_has_room = Log::has_room(mux, CHUNK);
        for connection in &self.connections {
            let flags = connection.interest(mux, log_has_room);
            if !flags.is_empty() {
                into.push(PollFd::new(&connection.socket, flags));
                wanted.push(Wanted::Channel(connection.channel));
            }
        }
        wanted
    }

    /// Goes on with what can.
    pub fn go_on(&mut self, ready: Wanted, mux: &mut Mux, log: &mut Log) -> io::Result<()> {
        match ready {
            Wanted::Listener(at) => self.accept(at, mux),
            Wanted::Channel(channel) => {
                let (connections, buffer) = (&mut self.connections, &mut self.buffer);
                if let Some(one) = connections.iter_mut().find(|one| one.channel == channel) {
                    let done = one.write(mux).and_then(|()| one.read(mux, log, buffer));
                    self.keep(channel, done, mux);
                }
                Ok(())
            }
        }
    }

    fn accept(&mut self, at: usize, mux: &mut Mux) -> io::Result<()> {
        let (listener, door) = &self.listeners[at];
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = match rustix::net::accept_with(listener, flags) {
            Ok(socket) => socket,
            Err(Errno::AGAIN | Errno::INTR | Errno::CONNABORTED) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        sockopt::set_tcp_nodelay(&socket, true)?;
        if let Some(channel) = mux.open(*door) {
            self.connections.push(Connection::new(socket, channel));
        }
        Ok(())
    }

    /// Carries what init hands over.
    pub fn give(&mut self, stream: OwnedFd, mux: &mut Mux) -> io::Result<()> {
        let channel = mux.open(door::GIVEN);
        let channel = channel.ok_or_else(|| io::Error::other("too many connections are open"))?;
        self.connections.push(Connection::new(stream, channel));
        Ok(())
    }

    /// Bytes came from the host.
    pub fn data(&mut self, channel: u16, bytes: &[u8], mux: &mut Mux) {
        let Some(one) = self.get(channel) else { return };
        let done = one.take(bytes, mux);
        self.keep(channel, done, mux);
    }

    /// The host will send no more.
    pub fn host_closed(&mut self, channel: u16, mux: &mut Mux) {
        let Some(one) = self.get(channel) else { return };
        one.host_closed = true;
        let done = one.write(mux);
        self.keep(channel, done, mux);
    }

    /// The host gave the connection up: so will its client see.
    pub fn host_reset(&mut self, channel: u16) {
        if let Some(at) = self.connections.iter().position(|one| one.channel == channel) {
            self.connections.swap_remove(at).abort();
        }
    }

    fn get(&mut self, channel: u16) -> Option<&mut Connection> {
        self.connections.iter_mut().find(|one| one.channel == channel)
    }

    /// Drops a connection that is over, or broken.
    fn keep(&mut self, channel: u16, done: Result<(), Errno>, mux: &mut Mux) {
        let Some(at) = self.connections.iter().position(|one| one.channel == channel) else {
            return;
        };
        if done.is_err() {
            mux.reset(channel);
            self.connections.swap_remove(at).abort();
        } else if self.connections[at].is_over() {
            self.connections.swap_remove(at);
        }
    }
}

impl Connection {
    fn new(socket: OwnedFd, channel: u16) -> Self {
        Self { socket, channel, unwritten: Vec::new(), host_closed: false, closed: false }
    }

    fn interest(&self, mux: &Mux, log_has_room: bool) -> PollFlags {
        let mut flags = PollFlags::empty();
        if !self.closed && log_has_room && mux.room(self.channel) > 0 {
            flags |= PollFlags::IN;
        }
        if !self.unwritten.is_empty() {
            flags |= PollFlags::OUT;
        }
        flags
    }

    /// Reads what the function sent, and passes it on behind what it logged before.
    fn read(&mut self, mux: &mut Mux, log: &mut Log, buffer: &mut [u8]) -> Result<(), Errno> {
        let room = mux.room(self.channel).min(buffer.len());
        if self.closed || room == 0 || !Log::has_room(mux, CHUNK) {
            return Ok(());
        }
        let read = match rustix::io::read(&self.socket, &mut buffer[..room]) {
            Ok(read) => read,
            Err(Errno::AGAIN | Errno::INTR) => return Ok(()),
            Err(error) => return Err(error),
        };
        log.forward(mux)?;
        if read == 0 {
            self.closed = true;
            mux.close(self.channel);
        }
        mux.send(self.channel, &buffer[..read]);
        Ok(())
    }

    /// Takes what came from the host: most often the socket does so at once.
    fn take(&mut self, bytes: &[u8], mux: &mut Mux) -> Result<(), Errno> {
        let written = if self.unwritten.is_empty() { self.write_some(bytes)? } else { 0 };
        mux.consumed(self.channel, written);
        self.unwritten.extend_from_slice(&bytes[written..]);
        Ok(())
    }

    /// Writes what waits, and the end behind it.
    fn write(&mut self, mux: &mut Mux) -> Result<(), Errno> {
        if !self.unwritten.is_empty() {
            let written = self.write_some(&self.unwritten)?;
            mux.consumed(self.channel, written);
            self.unwritten.drain(..written);
        }
        if self.host_closed && self.unwritten.is_empty() {
            // The client may be gone already, which is what this would tell it.
            let _gone = rustix::net::shutdown(&self.socket, Shutdown::Write);
        }
        Ok(())
    }

    fn write_some(&self, bytes: &[u8]) -> Result<usize, Errno> {
        match send(&self.socket, bytes, SendFlags::NOSIGNAL) {
            Err(Errno::AGAIN | Errno::INTR) => Ok(0),
            done => done,
        }
    }

    fn is_over(&self) -> bool {
        self.closed && self.host_closed && self.unwritten.is_empty()
    }

    /// Ends it as a broken connection ends, not as one that is done.
    fn abort(self) {
        let _gone = sockopt::set_socket_linger(self.socket.as_fd(), Some(Duration::ZERO));
    }
}
