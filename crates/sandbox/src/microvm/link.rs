//! The host's end of the stream to a guest's init: many channels over one socket.
//!
//! A [`Channel`] is what its holder reads and writes; all channels of a guest share one [`Mux`],
//! and one task carries its bytes. Credit goes back to the guest when a holder takes bytes, so the
//! host never holds more than a window of each channel, and a guest that breaks the rules, floods
//! or stalls ends its own stream and nothing else.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use fika_init::mux::{CONTROL, Event, LOG, MAX_CHANNELS, Mux, MuxError, Saved, Side, door};
use serde::{Deserialize, Serialize};
use tokio::net::UnixStream;
use tokio::sync::mpsc;

use super::channel::{Channel, Inbox};

/// How much is read at once, in bytes.
const READ: usize = 64 * 1024;

/// How often to read before others have their turn.
const TURNS: usize = 16;

/// A stream that is stopped, to be carried on with by another host process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    mux: Saved,
    /// Bytes that were taken from channels, but for which no credit went back.
    owed: Vec<(u16, usize)>,
}

/// What the channels of a guest share.
pub(super) struct Link {
    state: Mutex<State>,
}

pub(super) struct State {
    pub mux: Mux,
    /// What came, by the serial number of the channel's holder.
    pub inboxes: BTreeMap<u64, Inbox>,
    /// Who holds each channel now: a number may be used again while who held it before still
    /// reads.
    pub holders: [Option<u64>; MAX_CHANNELS + 2],
    next_serial: u64,
    /// None when nothing more comes.
    doors: Option<[mpsc::Sender<Channel>; 3]>,
    /// Nothing more comes or goes.
    pub dead: bool,
    /// Nothing is sent but words on the control channel.
    held: bool,
    owed: BTreeMap<u16, usize>,
    driver: Option<Waker>,
}

/// The ends of a stream's channels.
pub(crate) struct Ends {
    pub control: Channel,
    pub log: Channel,
    /// What comes through the doors: of the Runtime API and of the endpoint; and what init gives.
    pub doors: [mpsc::Receiver<Channel>; 3],
    /// What had come before the stream was stopped: which door, and the connection.
    pub open: Vec<(u8, Channel)>,
}

/// Carries a stream, as it begins or as it was kept. Must be called on an event loop.
///
/// # Errors
/// [`MuxError`] when what was kept is no state of a stream.
pub(crate) fn carry(socket: UnixStream, kept: Option<&Kept>) -> Result<Ends, MuxError> {
    let mux = match kept {
        Some(kept) => Mux::resume(Side::Host, &kept.mux)?,
        None => Mux::new(Side::Host),
    };
    let (api, take_api) = mpsc::channel(MAX_CHANNELS);
    let (endpoint, take_endpoint) = mpsc::channel(MAX_CHANNELS);
    let (given, take_given) = mpsc::channel(MAX_CHANNELS);
    let open: Vec<_> = mux.channels().collect();
    let link = Arc::new(Link::new(mux, [api, endpoint, given]));
    let ends = {
        let mut state = link.lock();
        for &(channel, bytes) in kept.map(|kept| kept.owed.as_slice()).unwrap_or_default() {
            state.mux.consumed(channel, bytes);
        }
        let control = link.hold(&mut state, CONTROL, Inbox::default());
        let log = link.hold(&mut state, LOG, Inbox::default());
        let open = open.iter().map(|open| {
            let inbox = Inbox::of(open.closed, open.peer_closed);
            (open.door, link.hold(&mut state, open.channel, inbox))
        });
        let open = open.collect();
        Ends { control, log, doors: [take_api, take_endpoint, take_given], open }
    };
    tokio::spawn(link.drive(socket));
    Ok(ends)
}

impl Link {
    fn new(mux: Mux, doors: [mpsc::Sender<Channel>; 3]) -> Self {
        Self {
            state: Mutex::new(State {
                mux,
                inboxes: BTreeMap::new(),
                holders: [None; MAX_CHANNELS + 2],
                next_serial: 0,
                doors: Some(doors),
                dead: false,
                held: false,
                owed: BTreeMap::new(),
                driver: None,
            }),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes somebody the holder of a channel.
    fn hold(self: &Arc<Self>, state: &mut State, number: u16, inbox: Inbox) -> Channel {
        let serial = state.next_serial;
        state.next_serial += 1;
        state.inboxes.insert(serial, inbox);
        if let Some(holder) = state.holders.get_mut(usize::from(number)) {
            *holder = Some(serial);
        }
        Channel::new(self.clone(), number, serial)
    }

    /// From now on nothing is sent but words, so that the guest can be stopped.
    pub fn stop_sending(&self) {
        self.lock().held = true;
    }

    /// The state of a stream on which nothing is under way: see [`Link::stop_sending`]. `None`
    /// when something is.
    pub fn keep(&self) -> Option<Kept> {
        let state = self.lock();
        let mut owed = state.owed.clone();
        let holders = (0u16..).zip(&state.holders);
        for (number, serial) in holders.filter_map(|(n, holder)| Some((n, (*holder)?))) {
            let Some(inbox) = state.inboxes.get(&serial) else { continue };
            match (number, inbox.bytes.len()) {
                (_, 0) => {}
                // They are its reader's, who goes on reading.
                (LOG, unread) => *owed.entry(LOG).or_default() += unread,
                _ => return None,
            }
        }
        Some(Kept { mux: state.mux.save()?, owed: owed.into_iter().collect() })
    }

    /// Carries bytes until there is nobody at the other end, or it breaks the rules.
    async fn drive(self: Arc<Self>, socket: UnixStream) {
        let mut buffer = vec![0; READ];
        let ended = poll_fn(|cx| self.pump(&socket, &mut buffer, cx)).await;
        if let Err(error) = ended {
            tracing::warn!(%error, "a guest's stream is given up");
        }
        let doors = {
            let mut state = self.lock();
            state.dead = true;
            state.inboxes.values_mut().for_each(Inbox::wake);
            state.doors.take()
        };
        // Connections that nobody took go with them, each of which locks.
        drop(doors);
    }

    /// Writes and reads as much as the socket takes and gives.
    fn pump(
        self: &Arc<Self>,
        socket: &UnixStream,
        buffer: &mut [u8],
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        // Before anything is looked at, so that no wish is missed.
        self.lock().driver = Some(cx.waker().clone());
        for _ in 0..TURNS {
            let flushed = self.flush(socket, cx)?;
            let read = match socket.poll_read_ready(cx)? {
                Poll::Pending if flushed => return Poll::Pending,
                Poll::Pending => 0,
                Poll::Ready(()) => match socket.try_read(buffer) {
                    Ok(0) => return Poll::Ready(Ok(())),
                    Ok(read) => read,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                    Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                        return Poll::Ready(Ok(()));
                    }
                    Err(error) => return Poll::Ready(Err(error)),
                },
            };
            if read == 0 {
                return Poll::Pending;
            }
            self.take(&buffer[..read]).map_err(io::Error::other)?;
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Writes what there is to write. False while the socket does not take it all; then the task
    /// is woken when it does.
    fn flush(&self, socket: &UnixStream, cx: &mut Context<'_>) -> io::Result<bool> {
        let mut state = self.lock();
        let state = &mut *state;
        while !state.mux.outgoing().is_empty() {
            match socket.poll_write_ready(cx)? {
                Poll::Pending => return Ok(false),
                Poll::Ready(()) => match socket.try_write(state.mux.outgoing()) {
                    Ok(written) => state.mux.sent(written),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    // What it said before it went is still to be read.
                    Err(_) => return Ok(true),
                },
            }
        }
        state.wake_writers();
        Ok(true)
    }

    /// Takes what was read.
    fn take(self: &Arc<Self>, mut input: &[u8]) -> Result<(), MuxError> {
        let mut state = self.lock();
        let state = &mut *state;
        while let Some(event) = state.mux.next(&mut input)? {
            match event {
                Event::Opened { channel, door } => self.opened(state, channel, door),
                Event::Data { channel, bytes } => state.data(channel, bytes),
                Event::Closed { channel } => {
                    if let Some(inbox) = state.inbox(channel) {
                        inbox.closed = true;
                        inbox.wake();
                    }
                }
                Event::Reset { channel } => {
                    if let Some(inbox) = state.inbox(channel) {
                        inbox.reset = true;
                        inbox.wake();
                    }
                    state.let_go(channel);
                }
            }
        }
        state.wake_writers();
        Ok(())
    }

    /// Whoever waits at the door gets the connection; if nobody does, it is broken off.
    fn opened(self: &Arc<Self>, state: &mut State, number: u16, door: u8) {
        let at = match door {
            door::RUNTIME_API => 0,
            door::GIVEN => 2,
            _ => 1,
        };
        let place = state.doors.as_ref().map(|doors| doors[at].clone().try_reserve_owned());
        match place {
            Some(Ok(place)) => {
                let channel = self.hold(state, number, Inbox::default());
                place.send(channel);
            }
            _ => state.mux.reset(number),
        }
    }
}

impl State {
    /// What came for who holds a channel now.
    fn inbox(&mut self, number: u16) -> Option<&mut Inbox> {
        let serial = (*self.holders.get(usize::from(number))?)?;
        self.inboxes.get_mut(&serial)
    }

    fn let_go(&mut self, number: u16) {
        if let Some(holder) = self.holders.get_mut(usize::from(number)) {
            *holder = None;
        }
    }

    fn data(&mut self, number: u16, bytes: &[u8]) {
        match self.inbox(number) {
            Some(inbox) => inbox.put(bytes),
            // Nobody reads the log or listens any more, which is no reason to stop the guest.
            None if number <= LOG => self.give_back(number, bytes.len()),
            None => self.mux.reset(number),
        }
    }

    /// Whether this is who holds the channel now.
    pub fn is_holder(&self, number: u16, serial: u64) -> bool {
        self.holders.get(usize::from(number)) == Some(&Some(serial))
    }

    /// Lets the guest send as much again as was taken.
    pub fn give_back(&mut self, number: u16, bytes: usize) {
        if self.held {
            *self.owed.entry(number).or_default() += bytes;
        } else {
            self.mux.consumed(number, bytes);
            self.wake_driver();
        }
    }

    /// Sends as much as the guest can take now.
    pub fn send(&mut self, number: u16, bytes: &[u8]) -> usize {
        if self.held && number != CONTROL {
            return 0;
        }
        let sent = self.mux.send(number, bytes);
        self.wake_driver();
        sent
    }

    /// Has what is outgoing written.
    pub fn wake_driver(&mut self) {
        if !self.mux.outgoing().is_empty()
            && let Some(driver) = self.driver.take()
        {
            driver.wake();
        }
    }

    fn wake_writers(&mut self) {
        for (number, serial) in (0u16..).zip(&self.holders) {
            let Some(inbox) = serial.and_then(|serial| self.inboxes.get_mut(&serial)) else {
                continue;
            };
            if inbox.writer.is_some() && self.mux.room(number) > 0 {
                inbox.writer.take().into_iter().for_each(Waker::wake);
            }
        }
    }
}

/// Waits until something of a channel is ready.
pub(super) fn poll_link<T>(
    link: &Link,
    serial: u64,
    cx: &Context<'_>,
    wait: fn(&mut Inbox) -> &mut Option<Waker>,
    mut attempt: impl FnMut(&mut State) -> Option<T>,
) -> Poll<T> {
    let mut state = link.lock();
    if let Some(done) = attempt(&mut state) {
        return Poll::Ready(done);
    }
    if let Some(inbox) = state.inboxes.get_mut(&serial) {
        *wait(inbox) = Some(cx.waker().clone());
    }
    Poll::Pending
}
