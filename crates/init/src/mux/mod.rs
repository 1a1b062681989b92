//! One byte stream, many channels: how a microVM and its host speak.
//!
//! A [`Mux`] is one side of the stream. It does no I/O: give it what was read ([`Mux::next`]),
//! and write what it wants written ([`Mux::outgoing`], [`Mux::sent`]).
//!
//! - [`CONTROL`] and [`LOG`] stand always; log goes from guest to host only
//! - every other channel is opened by the guest, for a [`door`], at most [`MAX_CHANNELS`] at once
//! - a channel takes [`WINDOW`] bytes each way, and more as the receiver says that it has
//!   [`Mux::consumed`] them: so a receiver that is slow stops its sender, and nobody else
//! - a channel ends when each side has sent its last frame, a reset. One comes by itself when both
//!   sides have closed; then the guest may use the number again
//!
//! What it holds is bounded: of what comes nothing but one header, of what goes what [`Mux::room`]
//! allows, and a few answers: a peer that causes many and reads none breaks a rule too. What the peer does against the rules is a [`MuxError`], and the stream is dead then.

mod channel;
mod error;
mod frame;
mod outgoing;
mod saved;
#[cfg(test)]
mod tests;

pub use error::MuxError;
pub use frame::{Kind, MAX_DATA};
pub use saved::Saved;

use channel::{Channel, End};
use frame::{HEADER, Header, MAX_BODY};
use outgoing::{Outgoing, UNREAD};

/// The channel of [`crate::ToInit`] and [`crate::FromInit`].
pub const CONTROL: u16 = 0;
/// The channel of the function's log, from guest to host only.
pub const LOG: u16 = 1;
/// Most bytes under way on a channel in one direction.
pub const WINDOW: u32 = 256 * 1024;
/// Most channels open at once beside the two that stand.
pub const MAX_CHANNELS: usize = 64;

/// What a channel is opened for.
pub mod door {
    /// The Runtime API.
    pub const RUNTIME_API: u8 = 0;
    /// fika's own AWS endpoint.
    pub const ENDPOINT: u8 = 1;
    /// What init hands over: output of a process, or a connection it was asked for.
    pub const GIVEN: u8 = 2;
    /// How many there are.
    pub(super) const COUNT: u8 = 3;
}

/// Which side of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Outside the microVM.
    Host,
    /// Inside.
    Guest,
}

/// What the peer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// The guest opened a channel.
    Opened {
        /// Its number.
        channel: u16,
        /// What for: see [`door`].
        door: u8,
    },
    /// Bytes came. They count against the channel's window until they are [`Mux::consumed`].
    Data {
        /// The channel.
        channel: u16,
        /// At least one byte.
        bytes: &'a [u8],
    },
    /// The peer will send no more data on this channel.
    Closed {
        /// The channel.
        channel: u16,
    },
    /// The peer gave the channel up. It is gone: let go of what you hold for it.
    Reset {
        /// The channel.
        channel: u16,
    },
}

/// An open channel, for who carries on with a resumed stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// Its number.
    pub channel: u16,
    /// What it was opened for: see [`door`].
    pub door: u8,
    /// We have closed it.
    pub closed: bool,
    /// The peer has closed it.
    pub peer_closed: bool,
}

/// One side of a multiplexed stream.
#[derive(Debug)]
pub struct Mux {
    side: Side,
    channels: [Option<Channel>; MAX_CHANNELS + 2],
    outgoing: Outgoing,
    /// A header that has come in part, with its body where that is short.
    partial: [u8; HEADER + MAX_BODY],
    partial_length: usize,
    /// The data frame whose body is coming: its channel, and how much is still to come.
    body: (u16, usize),
    /// Why the stream is dead.
    dead: Option<MuxError>,
}

impl Mux {
    /// The stream as it begins.
    #[must_use]
    pub fn new(side: Side) -> Self {
        let mut channels = [None; MAX_CHANNELS + 2];
        channels[usize::from(CONTROL)] = Some(Channel::new(None, WINDOW, WINDOW));
        let (credit, theirs) = if side == Side::Guest { (WINDOW, 0) } else { (0, WINDOW) };
        channels[usize::from(LOG)] = Some(Channel::new(None, credit, theirs));
        Self::with(side, channels)
    }

    fn with(side: Side, channels: [Option<Channel>; MAX_CHANNELS + 2]) -> Self {
        Self {
            side,
            channels,
            outgoing: Outgoing::default(),
            partial: [0; HEADER + MAX_BODY],
            partial_length: 0,
            body: (CONTROL, 0),
            dead: None,
        }
    }

    /// Takes bytes off the front of `input` until something happened. `None` when all are taken.
    ///
    /// # Errors
    /// [`MuxError`] when the peer broke a rule, now or before.
    pub fn next<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<Event<'a>>, MuxError> {
        if let Some(error) = self.dead {
            return Err(error);
        }
        self.step(input).inspect_err(|&error| self.dead = Some(error))
    }

    fn step<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<Event<'a>>, MuxError> {
        while !input.is_empty() {
            // Data waits for credit, but answers do not: to a reset, say.
            if self.outgoing.bytes().len() > UNREAD {
                return Err(MuxError::Unread);
            }
            let event =
                if self.body.1 > 0 { self.take_body(input) } else { self.take_frame(input)? };
            if event.is_some() {
                return Ok(event);
            }
        }
        Ok(None)
    }

    /// Takes what came of a data frame's body. What is for a channel we gave up is dropped.
    fn take_body<'a>(&mut self, input: &mut &'a [u8]) -> Option<Event<'a>> {
        let (channel, left) = self.body;
        let (bytes, rest) = input.split_at(left.min(input.len()));
        *input = rest;
        self.body.1 -= bytes.len();
        let wanted = self.get(channel).is_some_and(|open| open.sent != End::Reset);
        wanted.then_some(Event::Data { channel, bytes })
    }

    /// Takes what came of a frame without data, or of a data frame's header.
    fn take_frame<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<Event<'a>>, MuxError> {
        if !self.collect(input, HEADER) {
            return Ok(None);
        }
        let [raw @ .., _, _, _, _] = self.partial;
        let header = Header::read(raw)?;
        if header.kind == Kind::Data {
            self.partial_length = 0;
            self.expect(header)?.pay(header.channel, header.length)?;
            self.body = (header.channel, header.length);
            return Ok(None);
        }
        if !self.collect(input, HEADER + header.length) {
            return Ok(None);
        }
        self.partial_length = 0;
        let [.., b0, b1, b2, b3] = self.partial;
        self.obey(header, [b0, b1, b2, b3])
    }

    /// Collects up to `length` bytes of the frame. True when they are there.
    fn collect(&mut self, input: &mut &[u8], length: usize) -> bool {
        let missing = length.saturating_sub(self.partial_length).min(input.len());
        let (bytes, rest) = input.split_at(missing);
        self.partial[self.partial_length..][..missing].copy_from_slice(bytes);
        self.partial_length += missing;
        *input = rest;
        self.partial_length >= length
    }

    fn obey(&mut self, header: Header, body: [u8; 4]) -> Result<Option<Event<'static>>, MuxError> {
        let channel = header.channel;
        match header.kind {
            Kind::Open => self.opened(channel, body[0]).map(Some),
            Kind::Close => self.closed(channel),
            Kind::Reset => self.was_reset(channel),
            Kind::Credit => {
                self.expect(header)?.earn(channel, u32::from_le_bytes(body))?;
                Ok(None)
            }
            // Its body is taken elsewhere.
            Kind::Data => Ok(None),
        }
    }

    fn opened(&mut self, channel: u16, door: u8) -> Result<Event<'static>, MuxError> {
        if self.side == Side::Guest {
            return Err(MuxError::Misplaced { kind: Kind::Open, channel });
        }
        if door >= door::COUNT {
            return Err(MuxError::Door { channel, door });
        }
        match self.channels.get_mut(usize::from(channel)) {
            Some(free @ None) => *free = Some(Channel::new(Some(door), WINDOW, WINDOW)),
            _ => return Err(MuxError::Misplaced { kind: Kind::Open, channel }),
        }
        Ok(Event::Opened { channel, door })
    }

    fn closed(&mut self, channel: u16) -> Result<Option<Event<'static>>, MuxError> {
        let open = self.expect_ending(Kind::Close, channel)?;
        if open.heard != End::Open {
            return Err(MuxError::Misplaced { kind: Kind::Close, channel });
        }
        open.heard = End::Closed;
        let wanted = open.sent != End::Reset;
        self.end_if_over(channel);
        Ok(wanted.then_some(Event::Closed { channel }))
    }

    fn was_reset(&mut self, channel: u16) -> Result<Option<Event<'static>>, MuxError> {
        let sent = self.expect_ending(Kind::Reset, channel)?.sent;
        self.channels[usize::from(channel)] = None;
        if sent == End::Reset {
            return Ok(None);
        }
        self.outgoing.push(Kind::Reset, channel, &[]);
        Ok(Some(Event::Reset { channel }))
    }

    fn get(&self, channel: u16) -> Option<&Channel> {
        self.channels.get(usize::from(channel))?.as_ref()
    }

    fn get_mut(&mut self, channel: u16) -> Option<&mut Channel> {
        self.channels.get_mut(usize::from(channel))?.as_mut()
    }

    fn expect(&mut self, header: Header) -> Result<&mut Channel, MuxError> {
        let Header { kind, channel, .. } = header;
        self.get_mut(channel).ok_or(MuxError::NotOpen { kind, channel })
    }

    fn expect_ending(&mut self, kind: Kind, channel: u16) -> Result<&mut Channel, MuxError> {
        match self.get_mut(channel) {
            Some(open) if open.door.is_some() => Ok(open),
            Some(_) => Err(MuxError::Misplaced { kind, channel }),
            None => Err(MuxError::NotOpen { kind, channel }),
        }
    }

    /// How many bytes [`Mux::send`] would take now. Zero for a channel that is not open, is closed,
    /// or has no credit, and (save for control) while much is unsent.
    #[must_use]
    pub fn room(&self, channel: u16) -> usize {
        let Some(open) = self.get(channel).filter(|open| open.sent == End::Open) else { return 0 };
        let credit = open.credit as usize;
        // Control is bounded by its credit alone, so no other channel can hold it up.
        if channel == CONTROL { credit } else { credit.min(self.outgoing.room()) }
    }

    /// Sends the front of `bytes`. Returns how many were taken: see [`Mux::room`].
    pub fn send(&mut self, channel: u16, bytes: &[u8]) -> usize {
        let taken = bytes.len().min(self.room(channel));
        for body in bytes[..taken].chunks(MAX_DATA) {
            self.outgoing.push(Kind::Data, channel, body);
        }
        if let Some(open) = self.get_mut(channel) {
            // No more than the credit, which is a u32.
            open.credit -= u32::try_from(taken).unwrap_or(open.credit);
        }
        taken
    }

    /// So many bytes that came on this channel are no longer held: the peer may send as many more.
    pub fn consumed(&mut self, channel: u16, bytes: usize) {
        let Some(open) = self.get_mut(channel).filter(|open| open.sent != End::Reset) else {
            return;
        };
        if let Some(credit) = open.consume(bytes) {
            self.outgoing.push(Kind::Credit, channel, &credit.to_le_bytes());
        }
    }

    /// Opens a channel for a [`door`]. `None` when too many are open, and on the host, who opens
    /// none.
    pub fn open(&mut self, door: u8) -> Option<u16> {
        if self.side == Side::Host || door >= door::COUNT {
            return None;
        }
        let free = self.channels.iter().position(Option::is_none)?;
        let channel = u16::try_from(free).ok()?;
        self.channels[free] = Some(Channel::new(Some(door), WINDOW, WINDOW));
        self.outgoing.push(Kind::Open, channel, &[door]);
        Some(channel)
    }

    /// [`Mux::open`] would give a channel.
    #[must_use]
    pub fn can_open(&self) -> bool {
        self.side == Side::Guest && self.channels.iter().any(Option::is_none)
    }

    /// Says that no more data will be sent. Data may still come.
    pub fn close(&mut self, channel: u16) {
        let Some(open) = self.get_mut(channel) else { return };
        if open.door.is_none() || open.sent != End::Open {
            return;
        }
        open.sent = End::Closed;
        self.outgoing.push(Kind::Close, channel, &[]);
        self.end_if_over(channel);
    }

    /// Gives the channel up: nothing more will be sent, and nothing that comes is wanted.
    pub fn reset(&mut self, channel: u16) {
        let Some(open) = self.get_mut(channel) else { return };
        if open.door.is_none() || open.sent == End::Reset {
            return;
        }
        open.sent = End::Reset;
        self.outgoing.push(Kind::Reset, channel, &[]);
    }

    fn end_if_over(&mut self, channel: u16) {
        if self.get(channel).is_some_and(Channel::is_over) {
            self.reset(channel);
        }
    }

    /// What is to be written next, in order.
    #[must_use]
    pub fn outgoing(&self) -> &[u8] {
        self.outgoing.bytes()
    }

    /// So many bytes of [`Mux::outgoing`] were written.
    pub fn sent(&mut self, bytes: usize) {
        self.outgoing.sent(bytes);
    }

    /// Every channel but the two that stand, unless we gave it up.
    pub fn channels(&self) -> impl Iterator<Item = Open> {
        let numbered = (0u16..).zip(&self.channels);
        numbered.filter_map(|(channel, open)| {
            let open = open.as_ref().filter(|open| open.sent != End::Reset)?;
            Some(Open {
                channel,
                door: open.door?,
                closed: open.sent == End::Closed,
                peer_closed: open.heard == End::Closed,
            })
        })
    }

    /// Nothing is unsent, and no frame has come in part.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.outgoing.bytes().is_empty() && self.partial_length == 0 && self.body.1 == 0
    }
}
