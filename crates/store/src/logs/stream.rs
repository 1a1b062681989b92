//! One stream of a group: what is known of it, and its events, forwards or backwards.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use super::cursor::Cursor;
use super::index::{Indices, Part};
use super::read::{StoredEvent, TimeRange, parse};
use super::segment;
use crate::error::StoreError;

/// The most bytes of messages a page has, unless one message alone is more.
const PAGE_BYTES: usize = 1 << 20;

/// A log stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogStream {
    /// Its name.
    pub name: String,
    /// When it was made, or first written to, milliseconds since 1970.
    pub created_ms: i64,
    /// The moments of its first and its last event, milliseconds since 1970, and when the last was
    /// written; none without events.
    pub events_ms: Option<(i64, i64, i64)>,
}

/// Which way a stream is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From a place on.
    Forward,
    /// What is before a place.
    Backward,
}

/// Some events of a stream, oldest first, and the places around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamPage {
    /// The events.
    pub events: Vec<StoredEvent>,
    /// What is before them is before this.
    pub before: Cursor,
    /// What is behind them begins here.
    pub behind: Cursor,
}

/// All streams that have events, by name.
pub(crate) fn all(
    indices: &Indices,
    dir: &Path,
) -> Result<BTreeMap<String, LogStream>, StoreError> {
    let mut streams: BTreeMap<String, LogStream> = BTreeMap::new();
    for (_, index) in indices.of(dir)? {
        for (name, part) in &index.streams {
            let stream = streams.entry(name.clone()).or_insert_with(|| LogStream {
                name: name.clone(),
                created_ms: part.first_ingestion_ms.min(part.first_ms),
                events_ms: None,
            });
            let (first, last) = match stream.events_ms {
                Some((first, last, _)) => (first.min(part.first_ms), last.max(part.last_ms)),
                None => (part.first_ms, part.last_ms),
            };
            stream.events_ms = Some((first, last, part.last_ingestion_ms));
        }
    }
    Ok(streams)
}

/// Which events of which stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) stream: &'a str,
    pub(crate) range: TimeRange,
    pub(crate) limit: usize,
}

/// A page of a stream. Reads no more of the disk than the stretches of segments it is in.
pub(crate) fn page(
    indices: &Indices,
    dir: &Path,
    wanted: Wanted<'_>,
    from: Cursor,
    direction: Direction,
) -> Result<StreamPage, StoreError> {
    let mut page = Page { events: VecDeque::new(), bytes: 0, wanted };
    let parts = indices.of(dir)?.into_iter().filter_map(|(number, index)| {
        let part: Part = *index.streams.get(wanted.stream)?;
        Some((number, part))
    });
    let mut parts: Vec<(u64, Part)> = parts.collect();
    if direction == Direction::Backward {
        parts.reverse();
    }
    for (number, part) in parts {
        let Some((begin, end)) = stretch(number, part, from, direction) else { continue };
        let path = segment::path(dir, number);
        match page.read(&path, number, begin..end, direction) {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(StoreError::io("read the log", &path, e)),
        }
        if page.is_full() {
            break;
        }
    }
    Ok(page.done(from))
}

/// The bytes of a segment that can have what is asked for.
fn stretch(number: u64, part: Part, from: Cursor, direction: Direction) -> Option<(u64, u64)> {
    let (mut begin, mut end) = (part.from, part.until);
    match direction {
        Direction::Forward if number < from.segment => return None,
        Direction::Forward if number == from.segment => begin = begin.max(from.offset),
        Direction::Backward if number > from.segment => return None,
        Direction::Backward if number == from.segment => end = end.min(from.offset),
        _ => {}
    }
    (begin < end).then_some((begin, end))
}

/// A page that is being filled, and where each event ends.
struct Page<'a> {
    events: VecDeque<(StoredEvent, Cursor)>,
    bytes: usize,
    wanted: Wanted<'a>,
}

impl Page<'_> {
    fn is_full(&self) -> bool {
        self.events.len() >= self.wanted.limit || self.bytes >= PAGE_BYTES
    }

    fn read(
        &mut self,
        path: &Path,
        number: u64,
        stretch: std::ops::Range<u64>,
        direction: Direction,
    ) -> io::Result<()> {
        let mut file = File::open(path)?;
        // An event's place is where a line begins; a place of one's own making is none.
        file.seek(SeekFrom::Start(stretch.start))?;
        let mut lines = BufReader::with_capacity(64 << 10, file);
        let (mut line, mut offset) = (Vec::new(), stretch.start);
        // What a segment has to add to a page that is read backwards goes before what is there.
        let mut found = Page { events: VecDeque::new(), bytes: 0, wanted: self.wanted };
        while offset < stretch.end && !(direction == Direction::Forward && self.is_full()) {
            line.clear();
            let length = lines.read_until(b'\n', &mut line)? as u64;
            if length == 0 {
                break;
            }
            let place = Cursor { segment: number, offset };
            offset += length;
            let end = Cursor { segment: number, offset };
            let Some(event) = parse(&line, place).filter(|event| self.takes(event)) else {
                continue;
            };
            match direction {
                Direction::Forward => self.push(event, end),
                Direction::Backward => {
                    found.push(event, end);
                    found.keep_last(self);
                }
            }
        }
        for (event, end) in found.events.into_iter().rev() {
            self.bytes += event.message.len();
            self.events.push_front((event, end));
        }
        Ok(())
    }

    fn takes(&self, event: &StoredEvent) -> bool {
        event.stream == self.wanted.stream && self.wanted.range.contains(event.timestamp_ms)
    }

    fn push(&mut self, event: StoredEvent, end: Cursor) {
        self.bytes += event.message.len();
        self.events.push_back((event, end));
    }

    /// Lets go of the oldest that have no place in a page that has so much already.
    fn keep_last(&mut self, behind: &Self) {
        while self.events.len() > 1
            && (self.events.len() + behind.events.len() > self.wanted.limit
                || self.bytes + behind.bytes > PAGE_BYTES)
        {
            let gone = self.events.pop_front();
            self.bytes -= gone.map_or(0, |(event, _)| event.message.len());
        }
    }

    fn done(self, from: Cursor) -> StreamPage {
        let before = self.events.front().map_or(from, |(event, _)| event.place);
        let behind = self.events.back().map_or(from, |(_, end)| *end);
        StreamPage {
            events: self.events.into_iter().map(|(event, _)| event).collect(),
            before,
            behind,
        }
    }
}
