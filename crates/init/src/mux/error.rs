//! What a peer may not do.

use thiserror::Error;

use super::Kind;

/// The peer broke the rules of the stream, or a saved state is not one. A stream that gave one is
/// dead: end the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MuxError {
    /// There is no such kind of frame.
    #[error("a frame of unknown kind {0}")]
    Kind(u8),
    /// The reserved byte of a header is not zero.
    #[error("the reserved byte of a frame is {0}, not zero")]
    Reserved(u8),
    /// No frame of this kind is so long, or so short.
    #[error("a {kind:?} frame of {length} bytes")]
    Length {
        /// Its kind.
        kind: Kind,
        /// The length it claims, in bytes.
        length: u32,
    },
    /// The channel is not open.
    #[error("a {kind:?} frame on channel {channel}, which is not open")]
    NotOpen {
        /// Its kind.
        kind: Kind,
        /// Its channel.
        channel: u16,
    },
    /// The channel does not allow this frame, or no more.
    #[error("a {kind:?} frame on channel {channel}, where it may not be")]
    Misplaced {
        /// Its kind.
        kind: Kind,
        /// Its channel.
        channel: u16,
    },
    /// More data than there was credit for.
    #[error("channel {0} carried more than there was credit for")]
    BeyondCredit(u16),
    /// No credit, or more than was ever used.
    #[error("channel {0} was given credit for nothing")]
    Credit(u16),
    /// There is no such door.
    #[error("channel {channel} was opened for unknown door {door}")]
    Door {
        /// The channel.
        channel: u16,
        /// The door.
        door: u8,
    },
    /// The peer causes answers and reads none of them.
    #[error("the peer does not read what is said to it")]
    Unread,
    /// What is said to be a saved state is none.
    #[error("the saved state of a stream is broken at channel {0}: prepare a new snapshot")]
    Saved(u16),
}
