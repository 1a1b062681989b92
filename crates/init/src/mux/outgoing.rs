//! Frames on their way out.

use super::frame::{HEADER, Header, Kind};

/// Most that data (save control's) waits here, in bytes: more than one channel alone can fill.
pub const MOST: usize = 320 * 1024;
/// Most that waits here of all that a peer can cause that keeps to the rules, in bytes: data, a window
/// of control's words with their headers, and less than that of answers.
pub const UNREAD: usize = 1024 * 1024;
/// Memory kept while nothing waits, in bytes: there may be thousands of idle streams.
const KEPT: usize = 16 * 1024;

/// A queue of bytes.
#[derive(Debug, Default)]
pub struct Outgoing {
    bytes: Vec<u8>,
    /// How many of them are gone.
    gone: usize,
}

impl Outgoing {
    pub fn push(&mut self, kind: Kind, channel: u16, body: &[u8]) {
        // What is gone is let go when it is most of what is kept: each byte moves once at most.
        if self.gone > self.bytes.len() / 2 {
            self.bytes.drain(..self.gone);
            self.gone = 0;
        }
        let header = Header { kind, channel, length: body.len() };
        self.bytes.extend_from_slice(&header.write());
        self.bytes.extend_from_slice(body);
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[self.gone..]
    }

    pub fn sent(&mut self, bytes: usize) {
        self.gone += bytes.min(self.bytes().len());
        if self.gone == self.bytes.len() {
            self.bytes.clear();
            self.bytes.shrink_to(KEPT);
            self.gone = 0;
        }
    }

    /// How much data may come now: its headers count, so that small frames are no way around.
    pub fn room(&self) -> usize {
        MOST.saturating_sub(self.bytes().len() + HEADER)
    }
}
