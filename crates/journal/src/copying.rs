//! Making room: segments go from the oldest on, once nothing in them lives. When much of the disk is of no use,
//! what lives in the oldest is copied to the end, a piece at a time between commits.
//!
//! Only the oldest may go: a newer one may say that something in it has ended.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use crate::index::{Index, Span};
use crate::lock;
use crate::record::{self, Change, Frames};
use crate::segment::{HEADER_BYTES, read};
use crate::shares::Owner;
use crate::writer::{Group, Sizes, Writer};

/// Bytes read at a time between two commits.
const PIECE_BYTES: u64 = 1 << 20;

/// How far the oldest segment was copied.
#[derive(Debug, Default)]
pub(crate) struct Copying {
    under_way: Option<(u32, Frames<BufReader<Positioned>>)>,
    /// The disk would not take it; so when it has changed, again.
    failed_at: Option<u64>,
}

/// Reads a file from a place of its own.
#[derive(Debug)]
struct Positioned {
    file: Arc<File>,
    at: u64,
}

impl Read for Positioned {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Whether copying is worth its while: half of the disk's bytes are of no use, or too many for what may
/// still be taken.
fn is_wasteful(index: &Index, sizes: Sizes) -> bool {
    let dead = index.dead();
    let scarce = index.disk > sizes.disk / 4 * 3 && dead > sizes.disk / 8;
    index.oldest().is_some() && (scarce || dead > index.footprint.max(2 * sizes.segment))
}

impl Writer {
    /// Whether there is a piece to copy.
    pub(crate) fn is_untidy(&self) -> bool {
        let index = lock(&self.shared.index);
        self.broken.is_none()
            && self.copying.failed_at != Some(index.disk)
            && is_wasteful(&index, self.sizes)
    }

    /// Copies a piece if there is one, and removes the oldest segments while nothing lives in them.
    pub(crate) fn tidy(&mut self) {
        if self.is_untidy()
            && let Err(error) = self.copy_piece()
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "no room could be made");
            self.copying.under_way = None;
            self.copying.failed_at = Some(lock(&self.shared.index).disk);
        }
        while let Some(number) = self.idle_segment() {
            if let Err(error) = self.drop_oldest(number) {
                tracing::warn!(error = &error as &dyn std::error::Error, "a segment stays");
                break;
            }
        }
    }

    fn idle_segment(&self) -> Option<u32> {
        let index = lock(&self.shared.index);
        let (number, segment) = index.oldest()?;
        (segment.live == 0 && self.broken.is_none()).then_some(number)
    }

    /// What was copied must be on disk before what it was copied from is gone.
    fn drop_oldest(&mut self, number: u32) -> io::Result<()> {
        if self.copying.under_way.take().is_some() {
            self.sync()?;
        }
        self.directory.remove(number)?;
        lock(&self.shared.index).forget_oldest();
        Ok(())
    }

    fn copy_piece(&mut self) -> io::Result<()> {
        let Some((number, mut frames)) = self.source() else { return Ok(()) };
        let mut group = self.begin(PIECE_BYTES as usize)?;
        let end = frames.whole() + PIECE_BYTES;
        let mut ended = false;
        while frames.whole() < end {
            let Some((first, payload)) = frames.next()? else {
                ended = true;
                break;
            };
            let changes = record::changes(payload).unwrap_or_default();
            self.copy_living(number, first, &changes, &mut group)?;
        }
        if !group.effects.is_empty() {
            self.write(&group)?;
            self.apply(group);
        }
        if ended && self.idle_segment() != Some(number) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "not all that lives can be read",
            ));
        }
        self.copying.under_way = Some((number, frames));
        Ok(())
    }

    fn source(&mut self) -> Option<(u32, Frames<BufReader<Positioned>>)> {
        let index = lock(&self.shared.index);
        let (number, segment) = index.oldest()?;
        let under_way = self.copying.under_way.take().filter(|(of, _)| *of == number);
        under_way.or_else(|| {
            let from = HEADER_BYTES as u64;
            let input = Positioned { file: segment.file.clone(), at: from };
            Some((number, Frames::new(BufReader::new(input), from, segment.bytes)))
        })
    }

    fn copy_living(
        &self,
        number: u32,
        first: u64,
        changes: &[Change<'_>],
        group: &mut Group,
    ) -> io::Result<()> {
        let frame = record::begin(&mut group.bytes);
        for change in changes {
            let Change::Put { id, topic, body, .. } = change else { continue };
            let at = (first + body.at as u64) as u32;
            let Some((file, head, owner)) = self.living(*id, number, at) else { continue };
            group.put(*id, (topic, owner), &read(&file, head)?, body.bytes);
        }
        if group.bytes.len() == frame + record::FRAME_BYTES {
            group.bytes.truncate(frame);
        } else {
            record::end(&mut group.bytes, frame);
        }
        Ok(())
    }

    /// The head of an entry and whose it is, if that is where its body lives.
    fn living(&self, id: u64, segment: u32, at: u32) -> Option<(Arc<File>, Span, Owner)> {
        let index = lock(&self.shared.index);
        let entry = index.get(id)?;
        let here = entry.body.segment == segment && entry.body.at == at;
        let file = &index.segments.get(&entry.head.segment)?.file;
        here.then(|| (file.clone(), entry.head, entry.owner))
    }
}
