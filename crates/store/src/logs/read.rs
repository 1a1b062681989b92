//! Reading a log from a place on.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use super::cursor::Cursor;
use super::segment::{self, Line};
use crate::error::StoreError;

/// The most bytes one call reads, so that a narrow filter on a long log stays short.
const PAGE_BYTES: u64 = 4 << 20;

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Where it is kept: no other event of the group has the same place.
    pub place: Cursor,
    /// When it happened, milliseconds since 1970.
    pub timestamp_ms: i64,
    /// When it was written to the log, milliseconds since 1970.
    pub ingestion_ms: i64,
    /// The stream it belongs to.
    pub stream: String,
    /// Its text.
    pub message: String,
}

/// A stretch of time, milliseconds since 1970; open where none is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// The first moment in it.
    pub from_ms: Option<i64>,
    /// The first moment after it.
    pub until_ms: Option<i64>,
}

impl TimeRange {
    pub(crate) fn contains(&self, moment: i64) -> bool {
        self.from_ms.is_none_or(|from| from <= moment)
            && self.until_ms.is_none_or(|until| moment < until)
    }

    /// The same, without what is before that moment.
    pub(crate) fn since(self, moment: Option<i64>) -> Self {
        Self { from_ms: self.from_ms.max(moment), ..self }
    }
}

/// How far ahead of the clock an event may be, ms (the service takes two hours).
pub const AHEAD_MS: i64 = 2 * 60 * 60 * 1_000;

/// Some events, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    /// The events, in the order they were written.
    pub events: Vec<StoredEvent>,
    /// After the last event looked at.
    pub next: Cursor,
    /// Whether `next` is the end of the log as it is now.
    pub at_end: bool,
}

/// What of a log is wanted.
pub(crate) struct Wanted<'a> {
    pub(crate) limit: usize,
    pub(crate) range: TimeRange,
    pub(crate) is: &'a dyn Fn(&StoredEvent) -> bool,
}

pub(crate) fn page(dir: &Path, from: Cursor, wanted: &Wanted<'_>) -> Result<LogPage, StoreError> {
    let mut page = LogPage { events: Vec::new(), next: from, at_end: true };
    let mut budget = PAGE_BYTES;
    for number in segment::numbers(dir)? {
        if number < page.next.segment {
            continue;
        }
        if number > page.next.segment {
            page.next = Cursor { segment: number, offset: 0 };
        }
        let path = segment::path(dir, number);
        match read_segment(&path, &mut page, &mut budget, wanted) {
            Ok(()) => {}
            // Rotated away since it was listed: what comes next is in the next one.
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(StoreError::io("read the log", &path, e)),
        }
        if !page.at_end {
            break;
        }
    }
    Ok(page)
}

fn read_segment(
    path: &Path,
    page: &mut LogPage,
    budget: &mut u64,
    wanted: &Wanted<'_>,
) -> io::Result<()> {
    let mut file = File::open(path)?;
    let (limit, range) = (wanted.limit, wanted.range);
    if let Some(length) = ended_before(&file, range)? {
        page.next.offset = page.next.offset.max(length);
        return Ok(());
    }
    file.seek(SeekFrom::Start(page.next.offset))?;
    let mut lines = BufReader::with_capacity(64 << 10, file);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = lines.read_until(b'\n', &mut line)? as u64;
        if !line.ends_with(b"\n") {
            return Ok(());
        }
        if page.events.len() >= limit || *budget == 0 {
            page.at_end = false;
            return Ok(());
        }
        let place = page.next;
        page.next.offset += length;
        *budget = budget.saturating_sub(length);
        let takes = |event: &StoredEvent| range.contains(event.timestamp_ms) && (wanted.is)(event);
        page.events.extend(parse(&line, place).filter(takes));
    }
}

/// The length of a segment that was last written to long before a range begins: nothing in it
/// can be in the range.
fn ended_before(file: &File, range: TimeRange) -> io::Result<Option<u64>> {
    let Some(from) = range.from_ms else { return Ok(None) };
    let file = file.metadata()?;
    let written = super::unix_ms(file.modified()?);
    Ok((written.saturating_add(AHEAD_MS) < from).then_some(file.len()))
}

/// None for a line that a crash cut off.
pub(crate) fn parse(line: &[u8], place: Cursor) -> Option<StoredEvent> {
    let Line { t, i, s, m } = serde_json::from_slice(line).ok()?;
    Some(StoredEvent {
        place,
        timestamp_ms: t,
        ingestion_ms: i,
        stream: s.into_owned(),
        message: m.into_owned(),
    })
}
