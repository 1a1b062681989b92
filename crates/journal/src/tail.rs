//! What was written last, as it was written: an entry that was just accepted is started from memory.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::index::Span;

/// The most bytes that are kept.
const TAIL_BYTES: usize = 32 << 20;
/// Shorter bodies are copied out: a slice would keep all that was written with them.
const COPIED_BYTES: usize = 16 << 10;

/// The last groups, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    groups: VecDeque<(u32, u64, Bytes)>,
    bytes: usize,
}

impl Tail {
    /// Keeps a group that is at that place of that segment.
    pub(crate) fn push(&mut self, segment: u32, at: u64, group: Bytes) {
        self.bytes += group.len();
        self.groups.push_back((segment, at, group));
        while self.bytes > TAIL_BYTES {
            let Some((.., group)) = self.groups.pop_front() else { break };
            self.bytes -= group.len();
        }
    }

    /// Some bytes, if they are kept.
    pub(crate) fn get(&self, span: Span) -> Option<Bytes> {
        let place = (span.segment, u64::from(span.at));
        let after = self.groups.partition_point(|(segment, at, _)| (*segment, *at) <= place);
        let (segment, at, group) = self.groups.get(after.checked_sub(1)?)?;
        let from = usize::try_from(place.1 - at).ok().filter(|_| *segment == span.segment)?;
        let range = from..from + span.len as usize;
        let bytes = group.get(range.clone())?;
        let short = bytes.len() < COPIED_BYTES;
        Some(if short { Bytes::copy_from_slice(bytes) } else { group.slice(range) })
    }
}
