//! What an earlier server left: all that was committed, and perhaps the beginning of what was not.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Seek, SeekFrom};
use std::sync::Arc;

use bytes::Bytes;

use crate::batch::{EntryId, Live};
use crate::index::{Effect, Entry, Index, Segment, Span};
use crate::record::{self, Change, Frames, Piece};
use crate::segment::{Directory, HEADER_BYTES};

/// Read at once.
const READ_BYTES: usize = 1 << 20;

/// What is there, as far as it was read.
#[derive(Default)]
pub(crate) struct Recovery {
    pub(crate) index: Index,
    /// The number of the next entry.
    pub(crate) next: u64,
    heads: BTreeMap<u64, (Arc<str>, Bytes)>,
    topics: HashSet<Arc<str>>,
}

impl Recovery {
    /// Reads all segments, and cuts what was not whole from the last. There is one to write to then.
    pub(crate) fn of(directory: &Directory) -> io::Result<Self> {
        let mut found = Self { next: 1, ..Self::default() };
        let numbers = directory.segments()?;
        for (i, number) in numbers.iter().enumerate() {
            if i > 0 && numbers[i - 1] + 1 != *number {
                return Err(damaged(*number, "the one before it is missing"));
            }
            found.segment(directory, *number, i + 1 == numbers.len())?;
        }
        if found.index.segments.is_empty() {
            let number = numbers.last().copied().unwrap_or(1);
            found.add(number, directory.create(number, found.next)?, HEADER_BYTES as u64);
        }
        Ok(found)
    }

    fn add(&mut self, number: u32, file: File, bytes: u64) {
        self.index.add(number, Segment { file: Arc::new(file), bytes, live: 0 });
    }

    fn segment(&mut self, directory: &Directory, number: u32, last: bool) -> io::Result<()> {
        let (mut file, next) = directory.load(number)?;
        let length = file.metadata()?.len();
        let Some(next) = next else {
            // It was being made when the server ended. Nothing is in it.
            let unmade = last && length <= HEADER_BYTES as u64;
            return if unmade {
                directory.remove(number)
            } else {
                Err(damaged(number, "its header"))
            };
        };
        self.next = self.next.max(next);
        file.seek(SeekFrom::Start(HEADER_BYTES as u64))?;
        self.add(number, file.try_clone()?, length);
        let input = BufReader::with_capacity(READ_BYTES, file.try_clone()?);
        let mut frames = Frames::new(input, HEADER_BYTES as u64, length);
        while let Some((first, payload)) = frames.next()? {
            let changes = record::changes(payload)
                .filter(|_| u32::try_from(first + payload.len() as u64).is_ok())
                .ok_or_else(|| damaged(number, "a batch says what none can"))?;
            changes.into_iter().for_each(|change| self.change(number, first as u32, change));
        }
        self.close(number, &file, frames.whole(), last)
    }

    fn close(&mut self, number: u32, file: &File, whole: u64, last: bool) -> io::Result<()> {
        let length = self.index.segments.get(&number).map_or(0, |segment| segment.bytes);
        if whole < length {
            if !last {
                return Err(damaged(number, &format!("what follows byte {whole}")));
            }
            tracing::info!(number, bytes = length - whole, "cut what was not committed");
            file.set_len(whole)?;
            self.index.shrink(length - whole);
        }
        // What was read may not have been synced: nobody may be told of what could still be lost.
        if last { file.sync_all() } else { Ok(()) }
    }

    fn change(&mut self, segment: u32, first: u32, change: Change<'_>) {
        let span = |piece: Piece<'_>| Span {
            segment,
            at: first + piece.at as u32,
            len: piece.bytes.len() as u32,
        };
        match change {
            Change::Put { id, topic, head, body } => {
                let owner = self.index.shares.owner(topic);
                let (head_at, body_at) = (span(head), span(body));
                let entry =
                    Entry { head: head_at, body: body_at, topic: topic.len() as u16, owner };
                self.next = self.next.max(id + 1);
                self.index.apply(Effect::Put(id, entry));
                let topic = self.topic(topic);
                self.heads.insert(id, (topic, Bytes::copy_from_slice(head.bytes)));
            }
            Change::Amend { id, head } => {
                self.index.apply(Effect::Amend(id, span(head)));
                if let Some(entry) = self.heads.get_mut(&id) {
                    entry.1 = Bytes::copy_from_slice(head.bytes);
                }
            }
            Change::Remove { id } => {
                self.index.apply(Effect::Remove(id));
                self.heads.remove(&id);
            }
        }
    }

    fn topic(&mut self, name: &str) -> Arc<str> {
        if let Some(topic) = self.topics.get(name) {
            return topic.clone();
        }
        let topic: Arc<str> = name.into();
        self.topics.insert(topic.clone());
        topic
    }

    /// What is live, in the order of the numbers.
    pub(crate) fn live(&mut self) -> Vec<Live> {
        let heads = std::mem::take(&mut self.heads);
        let size = |id| self.index.get(id).map_or(0, |entry| entry.body.len);
        let live = |(id, (topic, head))| Live { id: EntryId(id), topic, head, size: size(id) };
        heads.into_iter().map(live).collect()
    }
}

fn damaged(number: u32, what: &str) -> io::Error {
    let text = format!("segment {number} of the journal is damaged ({what}): restore it");
    io::Error::new(ErrorKind::InvalidData, text)
}
