//! Frames: four bytes of length (little endian), then that many bytes of JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// Longest body of a frame, in bytes. A start carries an environment of at most 4 KB and a short
/// command line, so this leaves ample room and still bounds what a hostile peer can make us hold.
pub const MAX_FRAME: usize = 256 * 1024;

const HEADER: usize = 4;

/// A frame that cannot be written or read. A stream that gave one is of no further use.
#[derive(Debug, Error)]
pub enum FrameError {
    /// The body is longer than [`MAX_FRAME`].
    #[error("a frame of {0} bytes is longer than the {MAX_FRAME} allowed")]
    TooLong(usize),
    /// The body is no message of the expected kind.
    #[error("a frame holds no known message")]
    Body(#[from] serde_json::Error),
}

/// Writes a message as one frame.
///
/// # Errors
/// [`FrameError::TooLong`] when the message is too large for a frame.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, FrameError> {
    let mut frame = vec![0; HEADER];
    serde_json::to_writer(&mut frame, message)?;
    let body = frame.len() - HEADER;
    match u32::try_from(body) {
        Ok(length) if body <= MAX_FRAME => frame[..HEADER].copy_from_slice(&length.to_le_bytes()),
        _ => return Err(FrameError::TooLong(body)),
    }
    Ok(frame)
}

/// Collects bytes and gives back whole messages. Holds at most one unfinished frame.
#[derive(Debug, Default)]
pub struct Decoder {
    bytes: Vec<u8>,
}

impl Decoder {
    /// Adds what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message, or `None` until more bytes come.
    ///
    /// # Errors
    /// [`FrameError`] when the peer sent what no peer of ours sends.
    pub fn take<T: DeserializeOwned>(&mut self) -> Result<Option<T>, FrameError> {
        let Some((header, rest)) = self.bytes.split_first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(*header) as usize;
        if length > MAX_FRAME {
            return Err(FrameError::TooLong(length));
        }
        let Some(body) = rest.get(..length) else {
            return Ok(None);
        };
        let message = serde_json::from_slice(body)?;
        self.bytes.drain(..HEADER + length);
        Ok(Some(message))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::message::{FromInit, ToInit};
    use proptest::prelude::*;

    proptest! {
        /// However the bytes are cut, the same messages come out in the same order.
        #[test]
        fn any_cut_gives_the_same_messages(graces in prop::collection::vec(any::<u64>(), 0..8), cut in 1usize..32) {
            let sent: Vec<_> = graces.iter().map(|&grace_ms| ToInit::Shutdown { grace_ms }).collect();
            let bytes: Vec<u8> = sent.iter().flat_map(|message| encode(message).unwrap()).collect();
            let mut decoder = Decoder::default();
            let mut got = Vec::new();
            for piece in bytes.chunks(cut) {
                decoder.push(piece);
                while let Some(message) = decoder.take::<ToInit>().unwrap() {
                    got.push(message);
                }
            }
            prop_assert_eq!(got, sent);
        }

        /// Hostile bytes give an error or nothing, never a panic, and are bounded.
        #[test]
        fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
            let mut decoder = Decoder::default();
            decoder.push(&bytes);
            while let Ok(Some(_)) = decoder.take::<FromInit>() {}
        }

        /// A length beyond the bound is refused before its body is waited for.
        #[test]
        fn a_long_frame_is_refused_at_its_header(length in (MAX_FRAME as u32 + 1)..) {
            let mut decoder = Decoder::default();
            decoder.push(&length.to_le_bytes());
            prop_assert!(matches!(decoder.take::<ToInit>(), Err(FrameError::TooLong(_))));
        }
    }

    #[test]
    fn a_message_too_large_is_not_sent() {
        let message = FromInit::Failed { message: "x".repeat(MAX_FRAME) };
        assert!(matches!(encode(&message), Err(FrameError::TooLong(_))));
    }
}
