//! The bytes of a segment: a header, then frames. A frame is a batch: whole and with the right sum, or
//! not there.
//!
//! A frame is its length, the CRC-32 of that and of what follows, and then changes one after the other.
//! All numbers are little-endian.

use std::io::{self, Read};

use crc32fast::Hasher;

/// What a frame begins with: length and sum.
pub(crate) const FRAME_BYTES: usize = 8;
/// What each change takes beside its topic, head and body.
pub(crate) const PUT_BYTES: usize = 19;
pub(crate) const AMEND_BYTES: usize = 13;
pub(crate) const REMOVE_BYTES: usize = 9;

const PUT: u8 = 1;
const AMEND: u8 = 2;
const REMOVE: u8 = 3;
/// Numbers of entries end here: so that none is ever the last that there can be.
const ID_END: u64 = 1 << 63;

/// A change, as it is read back; where its head and body are is counted from the first change of its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change<'a> {
    /// A new entry, or one that is copied forward.
    Put {
        id: u64,
        topic: &'a str,
        head: Piece<'a>,
        body: Piece<'a>,
    },
    Amend {
        id: u64,
        head: Piece<'a>,
    },
    Remove {
        id: u64,
    },
}

/// Bytes, and where in the frame they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
}

/// Begins a frame and says where, for [`end`].
pub(crate) fn begin(out: &mut Vec<u8>) -> usize {
    let frame = out.len();
    out.extend_from_slice(&[0; FRAME_BYTES]);
    frame
}

/// Writes a new entry, and says where in `out` its head and its body begin.
pub(crate) fn put(
    out: &mut Vec<u8>,
    id: u64,
    topic: &str,
    head: &[u8],
    body: &[u8],
) -> (usize, usize) {
    out.push(PUT);
    out.extend_from_slice(&id.to_le_bytes());
    out.extend_from_slice(&(topic.len() as u16).to_le_bytes());
    out.extend_from_slice(&(head.len() as u32).to_le_bytes());
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out.extend_from_slice(topic.as_bytes());
    out.extend_from_slice(head);
    out.extend_from_slice(body);
    (out.len() - body.len() - head.len(), out.len() - body.len())
}

/// Writes another head, and says where in `out` it begins.
pub(crate) fn amend(out: &mut Vec<u8>, id: u64, head: &[u8]) -> usize {
    out.push(AMEND);
    out.extend_from_slice(&id.to_le_bytes());
    out.extend_from_slice(&(head.len() as u32).to_le_bytes());
    out.extend_from_slice(head);
    out.len() - head.len()
}

pub(crate) fn remove(out: &mut Vec<u8>, id: u64) {
    out.push(REMOVE);
    out.extend_from_slice(&id.to_le_bytes());
}

/// Ends the frame that began there.
pub(crate) fn end(out: &mut [u8], frame: usize) {
    let (head, payload) = out[frame..].split_at_mut(FRAME_BYTES);
    let length = (payload.len() as u32).to_le_bytes();
    head[..4].copy_from_slice(&length);
    head[4..].copy_from_slice(&sum(length, payload).to_le_bytes());
}

fn sum(length: [u8; 4], payload: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(&length);
    hasher.update(payload);
    hasher.finalize()
}

/// The changes of a frame; none when its sum is right and yet it is none of ours.
pub(crate) fn changes(payload: &[u8]) -> Option<Vec<Change<'_>>> {
    let mut input = Input { bytes: payload, at: 0 };
    let mut changes = Vec::new();
    while input.at < payload.len() {
        changes.push(input.change()?);
    }
    Some(changes)
}

struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> Option<Piece<'a>> {
        let (at, end) = (self.at, self.at.checked_add(length)?);
        self.at = end;
        Some(Piece { bytes: self.bytes.get(at..end)?, at })
    }

    fn number<const N: usize>(&mut self) -> Option<u64> {
        let mut wide = [0; 8];
        wide[..N].copy_from_slice(self.take(N)?.bytes);
        Some(u64::from_le_bytes(wide))
    }

    fn change(&mut self) -> Option<Change<'a>> {
        let kind = self.number::<1>()? as u8;
        let id = self.number::<8>().filter(|id| *id < ID_END)?;
        match kind {
            PUT => self.entry(id),
            AMEND => {
                let length = self.number::<4>()? as usize;
                Some(Change::Amend { id, head: self.take(length)? })
            }
            REMOVE => Some(Change::Remove { id }),
            _ => None,
        }
    }

    fn entry(&mut self, id: u64) -> Option<Change<'a>> {
        let topic = self.number::<2>()? as usize;
        let head = self.number::<4>()? as usize;
        let body = self.number::<4>()? as usize;
        let topic = std::str::from_utf8(self.take(topic)?.bytes).ok()?;
        Some(Change::Put { id, topic, head: self.take(head)?, body: self.take(body)? })
    }
}

/// The frames of a segment, one after the other, up to the first that is not whole.
#[derive(Debug)]
pub(crate) struct Frames<R> {
    input: R,
    /// Where what is whole ends.
    whole: u64,
    length: u64,
    payload: Vec<u8>,
}

impl<R: Read> Frames<R> {
    /// Of a segment of that many bytes, of which the first `from` were read.
    pub(crate) fn new(input: R, from: u64, length: u64) -> Self {
        Self { input, whole: from, length, payload: Vec::new() }
    }

    /// Where the last whole frame ended.
    pub(crate) fn whole(&self) -> u64 {
        self.whole
    }

    /// The next frame, and where its first change is in the segment.
    pub(crate) fn next(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        let mut head = [0; FRAME_BYTES];
        let rest = self.length.saturating_sub(self.whole);
        let Some(room) = rest.checked_sub(head.len() as u64) else { return Ok(None) };
        self.input.read_exact(&mut head)?;
        let [a, b, c, d, sums @ ..] = head;
        let length = u32::from_le_bytes([a, b, c, d]);
        if length == 0 || u64::from(length) > room {
            return Ok(None);
        }
        self.payload.resize(length as usize, 0);
        self.input.read_exact(&mut self.payload)?;
        if sum([a, b, c, d], &self.payload) != u32::from_le_bytes(sums) {
            return Ok(None);
        }
        let first = self.whole + head.len() as u64;
        self.whole = first + u64::from(length);
        Ok(Some((first, &self.payload)))
    }
}
