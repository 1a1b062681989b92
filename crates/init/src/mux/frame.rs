//! The frames of the multiplexed stream: eight bytes of header, then the body.
//!
//! | bytes | what |
//! |---|---|
//! | 0 | kind: 1 data, 2 credit, 3 open, 4 close, 5 reset |
//! | 1 | zero |
//! | 2–3 | channel, little endian |
//! | 4–7 | length of the body, little endian |

use super::MuxError;

/// Length of a header, in bytes.
pub const HEADER: usize = 8;
/// Longest body of a frame that is not data, in bytes.
pub const MAX_BODY: usize = 4;
/// Longest body of a data frame, in bytes.
pub const MAX_DATA: usize = 64 * 1024;

/// What a frame says of its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bytes.
    Data,
    /// The peer may send so many more bytes: a `u32`, little endian.
    Credit,
    /// The channel begins: one byte, the door it was opened for.
    Open,
    /// No more data from me.
    Close,
    /// My last frame for this channel, whose data I no longer want. Each side sends exactly one.
    Reset,
}

/// A checked header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub kind: Kind,
    pub channel: u16,
    pub length: usize,
}

impl Header {
    /// Reads a header, and checks all that can be checked without knowing the channel.
    pub fn read(raw: [u8; HEADER]) -> Result<Self, MuxError> {
        let [kind, reserved, c0, c1, length @ ..] = raw;
        if reserved != 0 {
            return Err(MuxError::Reserved(reserved));
        }
        let (kind, shortest, longest) = match kind {
            1 => (Kind::Data, 1, MAX_DATA),
            2 => (Kind::Credit, 4, 4),
            3 => (Kind::Open, 1, 1),
            4 => (Kind::Close, 0, 0),
            5 => (Kind::Reset, 0, 0),
            other => return Err(MuxError::Kind(other)),
        };
        let length = u32::from_le_bytes(length);
        match usize::try_from(length) {
            Ok(length) if (shortest..=longest).contains(&length) => {
                Ok(Self { kind, channel: u16::from_le_bytes([c0, c1]), length })
            }
            _ => Err(MuxError::Length { kind, length }),
        }
    }

    /// Writes a header.
    pub fn write(self) -> [u8; HEADER] {
        let kind = match self.kind {
            Kind::Data => 1,
            Kind::Credit => 2,
            Kind::Open => 3,
            Kind::Close => 4,
            Kind::Reset => 5,
        };
        let [c0, c1] = self.channel.to_le_bytes();
        // A body is never longer than MAX_DATA.
        #[allow(clippy::cast_possible_truncation)]
        let [l0, l1, l2, l3] = (self.length as u32).to_le_bytes();
        [kind, 0, c0, c1, l0, l1, l2, l3]
    }
}
