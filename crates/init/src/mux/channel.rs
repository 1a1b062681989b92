//! One channel, seen from one side.

use serde::{Deserialize, Serialize};

use super::{Kind, MuxError, WINDOW};

/// How far one direction of a channel has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Data may come.
    Open,
    /// No more data, but credit.
    Closed,
    /// Nothing more.
    Reset,
}

/// One channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// What it was opened for. The two standing channels have none.
    pub door: Option<u8>,
    /// How much we may send, in bytes.
    pub credit: u32,
    /// How much the peer may send, in bytes.
    pub theirs: u32,
    /// What we have consumed but not yet given back as credit, in bytes.
    pub owed: u32,
    /// What we have said of our end.
    pub sent: End,
    /// What the peer has said of its end.
    pub heard: End,
}

impl Channel {
    /// A channel on which we may send, and the peer may send, so much.
    pub fn new(door: Option<u8>, credit: u32, theirs: u32) -> Self {
        Self { door, credit, theirs, owed: 0, sent: End::Open, heard: End::Open }
    }

    /// The peer sends so much data. A body that nobody wants is paid for like any other.
    pub fn pay(&mut self, channel: u16, length: usize) -> Result<(), MuxError> {
        if self.heard != End::Open {
            return Err(MuxError::Misplaced { kind: Kind::Data, channel });
        }
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.theirs = self.theirs.checked_sub(length).ok_or(MuxError::BeyondCredit(channel))?;
        Ok(())
    }

    /// The peer gives us credit: never more than we have used.
    pub fn earn(&mut self, channel: u16, more: u32) -> Result<(), MuxError> {
        match self.credit.checked_add(more) {
            Some(credit) if more > 0 && credit <= WINDOW => {
                self.credit = credit;
                Ok(())
            }
            _ => Err(MuxError::Credit(channel)),
        }
    }

    /// We have consumed so much of what came. Returns what to give back now: small amounts wait,
    /// so that credit costs little, but never so long that the peer would stand still.
    pub fn consume(&mut self, bytes: usize) -> Option<u32> {
        let held = WINDOW.saturating_sub(self.theirs).saturating_sub(self.owed);
        self.owed += u32::try_from(bytes).unwrap_or(u32::MAX).min(held);
        if self.owed < WINDOW / 4 || self.heard != End::Open {
            return None;
        }
        self.theirs += self.owed;
        Some(std::mem::take(&mut self.owed))
    }

    /// Both directions have closed, and our last frame is still to be sent.
    pub fn is_over(&self) -> bool {
        self.sent == End::Closed && self.heard == End::Closed
    }

    /// No side can have sent or taken more than the window.
    pub fn is_sound(&self) -> bool {
        let taken = self.theirs.checked_add(self.owed);
        self.credit <= WINDOW && taken.is_some_and(|taken| taken <= WINDOW) && !self.is_over()
    }
}
