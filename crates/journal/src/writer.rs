//! The one thread that writes: everything that waits goes into one write and one sync.
//!
//! While the disk takes one group, the next gathers in the queue; so the busier the journal, the larger its
//! groups, and nobody ever waits for company.

use std::collections::{HashMap, HashSet};
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::answers::{self, Answer, Asker};
use crate::batch::{Batch, EntryId, JournalError};
use crate::copying::Copying;
use crate::index::{Effect, Entry, Index, Segment, Span};
use crate::record;
use crate::segment::{Directory, HEADER_BYTES};
use crate::shares::Owner;
use crate::{Shared, lock};

/// The most batches in a group.
const GROUP_BATCHES: usize = 4_096;
/// The most bytes in a group, but for one batch that is larger by itself.
const GROUP_BYTES: usize = 8 << 20;

/// A batch and who waits for it.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) batch: Batch,
    pub(crate) asker: Asker,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) commits: AtomicU64,
    pub(crate) syncs: AtomicU64,
}

/// How large things may become, bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// No batch that makes more entries is taken beyond.
    pub(crate) disk: u64,
    /// When the next segment is begun.
    pub(crate) segment: u64,
    /// What is put aside for a full disk.
    pub(crate) reserve: u64,
}

/// What the thread has.
pub(crate) struct Writer {
    pub(crate) directory: Directory,
    pub(crate) shared: Arc<Shared>,
    pub(crate) sizes: Sizes,
    pub(crate) queue: mpsc::Receiver<Pending>,
    pub(crate) next: u64,
    /// Whether there is something put aside for a full disk.
    pub(crate) reserved: bool,
    pub(crate) copying: Copying,
    /// Why nothing can be written any more.
    pub(crate) broken: Option<JournalError>,
}

/// A group as it is to be written, and what it changes.
pub(crate) struct Group {
    pub(crate) segment: u32,
    /// Where in the segment it begins.
    pub(crate) at: u64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) effects: Vec<Effect>,
}

impl Sizes {
    pub(crate) fn of(disk: u64) -> Self {
        let segment = (disk / 512).clamp(4 << 10, 128 << 20);
        let reserve = segment.min(4 << 20);
        // What is copied forward is there twice until its segment goes.
        Self { disk: disk.saturating_sub(2 * segment), segment, reserve }
    }
}

impl Writer {
    /// Works until every handle is gone and the queue is empty.
    pub(crate) fn run(mut self) {
        self.tidy();
        while let Some(group) = self.gather() {
            if !group.is_empty() {
                self.commit(group);
            }
            self.tidy();
        }
    }

    /// What waits; if nothing does, waits itself, unless there is something to tidy.
    fn gather(&mut self) -> Option<Vec<Pending>> {
        let mut group = Vec::new();
        if !self.is_untidy() {
            group.push(self.queue.blocking_recv()?);
        }
        let mut bytes: usize = group.iter().map(|pending| pending.batch.size()).sum();
        while group.len() < GROUP_BATCHES && bytes < GROUP_BYTES {
            match self.queue.try_recv() {
                Ok(next) => {
                    bytes += next.batch.size();
                    group.push(next);
                }
                Err(mpsc::error::TryRecvError::Disconnected) if group.is_empty() => return None,
                Err(_) => break,
            }
        }
        Some(group)
    }

    fn commit(&mut self, group: Vec<Pending>) {
        let room = self.reserved || self.put_aside();
        let answers = self.write_group(&group, room);
        let answers = match answers {
            // The disk is full. What makes room, or takes none, is written with what was put aside.
            Err(error) if is_full(&error) && self.give_back(&group) => {
                self.write_group(&group, false)
            }
            answers => answers,
        };
        match answers {
            Ok(answers) => self.tell(group, answers),
            Err(error) => {
                let error = self.refusal(&error);
                let askers = group.into_iter().map(|pending| pending.asker);
                answers::tell(askers.map(|asker| (asker, Err(error.clone()))));
            }
        }
    }

    fn tell(&self, group: Vec<Pending>, answers: Vec<Answer>) {
        let done = answers.iter().filter(|answer| answer.is_ok()).count();
        self.shared.counters.commits.fetch_add(done as u64, Ordering::Relaxed);
        answers::tell(group.into_iter().map(|pending| pending.asker).zip(answers));
    }

    fn refusal(&self, error: &io::Error) -> JournalError {
        tracing::error!(error = error as &dyn std::error::Error, "the journal cannot be written");
        self.broken.clone().unwrap_or_else(|| JournalError::Disk(error.to_string()))
    }

    /// One write and one sync for the group. A batch that is refused leaves the others alone; an error of
    /// the disk fails them all, and nothing of any is there.
    fn write_group(&mut self, pending: &[Pending], room: bool) -> io::Result<Vec<Answer>> {
        let mut group = self.begin(pending.iter().map(|pending| pending.batch.size()).sum())?;
        let mut gone = HashSet::new();
        let mut next = self.next;
        let answers = pending
            .iter()
            .map(|pending| {
                let owners = self.check(&pending.batch, room, &group, &gone)?;
                gone.extend(&pending.batch.removes);
                Ok(group.encode(&pending.batch, &owners, &mut next))
            })
            .collect();
        if !group.effects.is_empty() {
            self.write(&group)?;
            self.sync()?;
            self.next = next;
            self.apply(group);
        }
        Ok(answers)
    }

    /// Whose what a batch puts is, if it may be written.
    fn check(
        &self,
        batch: &Batch,
        room: bool,
        group: &Group,
        gone: &HashSet<EntryId>,
    ) -> Result<Vec<Owner>, JournalError> {
        let mut index = lock(&self.shared.index);
        let touched = batch.amends.iter().map(|(id, _)| id).chain(&batch.removes);
        let is_gone = |id: &&EntryId| gone.contains(id) || index.get(id.0).is_none();
        if let Some(gone) = touched.into_iter().find(is_gone) {
            return Err(JournalError::Gone(*gone));
        }
        let owners: Vec<Owner> =
            batch.puts.iter().map(|(topic, ..)| index.shares.owner(topic)).collect();
        let disk = self.sizes.disk;
        let after = index.disk + (group.bytes.len() + batch.size()) as u64;
        if batch.eases() {
            let fits = after <= disk + disk / 4 || !grows(&index, batch);
            return if fits { Ok(owners) } else { Err(JournalError::Full) };
        }
        if !room {
            return Err(JournalError::Disk(
                io::Error::from(io::ErrorKind::StorageFull).to_string(),
            ));
        }
        if after > disk {
            return Err(JournalError::Full);
        }
        // What ends an entry is worked off, whatever comes of it: held up it would hold up others.
        if !batch.removes.is_empty() {
            return Ok(owners);
        }
        // What else is in the group is not counted yet: some megabytes.
        let mut more = HashMap::<Owner, u64>::new();
        for (owner, (_, head, body)) in owners.iter().zip(&batch.puts) {
            *more.entry(*owner).or_default() += (head.len() + body.len()) as u64;
        }
        match more.into_iter().all(|(owner, bytes)| index.shares.allows(owner, bytes, disk)) {
            true => Ok(owners),
            false => Err(JournalError::Share),
        }
    }

    /// A group that begins where the segment which is written ends, or a new one does.
    pub(crate) fn begin(&mut self, capacity: usize) -> io::Result<Group> {
        if self.broken.is_some() {
            return Err(io::Error::other("an earlier sync failed: restart the server"));
        }
        let (mut segment, mut at) = self.end();
        if at >= self.sizes.segment {
            // What is in the old one may be there only in memory: copies are not synced by themselves.
            self.sync()?;
            segment += 1;
            let file = Arc::new(self.directory.create(segment, self.next)?);
            at = HEADER_BYTES as u64;
            lock(&self.shared.index).add(segment, Segment { file, bytes: at, live: 0 });
        }
        Ok(Group { segment, at, bytes: Vec::with_capacity(capacity), effects: Vec::new() })
    }

    /// The number of the segment that is written, and where it ends.
    fn end(&self) -> (u32, u64) {
        let index = lock(&self.shared.index);
        index.segments.last_key_value().map_or((0, 0), |(number, last)| (*number, last.bytes))
    }

    fn file(&self) -> io::Result<Arc<std::fs::File>> {
        let index = lock(&self.shared.index);
        let last = index.segments.last_key_value().map(|(_, last)| last.file.clone());
        last.ok_or_else(|| io::Error::other("there is no segment"))
    }

    /// Writes a group. When it fails, nothing of it is there.
    pub(crate) fn write(&mut self, group: &Group) -> io::Result<()> {
        let file = self.file()?;
        let Err(error) = file.write_all_at(&group.bytes, group.at) else { return Ok(()) };
        if let Err(uncut) = file.set_len(group.at) {
            self.break_down(&uncut);
        }
        Err(error)
    }

    pub(crate) fn sync(&mut self) -> io::Result<()> {
        let synced = self.file()?.sync_data();
        self.shared.counters.syncs.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = &synced {
            self.break_down(error);
        }
        synced
    }

    /// The kernel may have dropped what it could not write: nothing can be said of it any more.
    fn break_down(&mut self, error: &io::Error) {
        self.broken = Some(JournalError::Disk(format!("{error}; restart the server")));
    }

    /// Makes a group that was written known.
    pub(crate) fn apply(&self, group: Group) {
        let Group { segment, at, bytes, effects } = group;
        let mut index = lock(&self.shared.index);
        index.grow(bytes.len() as u64);
        index.tail.push(segment, at, Bytes::from(bytes));
        effects.into_iter().for_each(|effect| index.apply(effect));
    }

    fn put_aside(&mut self) -> bool {
        self.reserved = self.directory.reserve(self.sizes.reserve).is_ok();
        self.reserved
    }

    /// Frees what was put aside, if it helps any of the group.
    fn give_back(&mut self, group: &[Pending]) -> bool {
        let helps = group.iter().any(|pending| pending.batch.eases());
        let freed = helps && self.reserved && self.directory.release().is_ok();
        self.reserved &= !freed;
        freed
    }
}

/// Whether there are more bytes of entries after a batch than before.
fn grows(index: &Index, batch: &Batch) -> bool {
    let amended =
        batch.amends.iter().filter_map(|(id, _)| Some(u64::from(index.get(id.0)?.head.len)));
    let removed = batch.removes.iter().filter_map(|id| Some(index.get(id.0)?.footprint()));
    let amends: usize = batch.amends.iter().map(|(_, head)| head.len()).sum();
    let puts = batch.puts.iter().map(|(topic, head, body)| {
        record::FRAME_BYTES + record::PUT_BYTES + topic.len() + head.len() + body.len()
    });
    (amends + puts.sum::<usize>()) as u64 > amended.chain(removed).sum::<u64>()
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl Group {
    pub(crate) fn span(&self, at: usize, len: usize) -> Span {
        Span { segment: self.segment, at: (self.at + at as u64) as u32, len: len as u32 }
    }

    /// A batch, whose entries get the next numbers.
    fn encode(&mut self, batch: &Batch, owners: &[Owner], next: &mut u64) -> Vec<EntryId> {
        let frame = record::begin(&mut self.bytes);
        for (id, head) in &batch.amends {
            let at = record::amend(&mut self.bytes, id.0, head);
            self.effects.push(Effect::Amend(id.0, self.span(at, head.len())));
        }
        for id in &batch.removes {
            record::remove(&mut self.bytes, id.0);
            self.effects.push(Effect::Remove(id.0));
        }
        let mut ids = Vec::with_capacity(batch.puts.len());
        for ((topic, head, body), owner) in batch.puts.iter().zip(owners) {
            ids.push(EntryId(*next));
            self.put(*next, (topic, *owner), head, body);
            *next += 1;
        }
        record::end(&mut self.bytes, frame);
        ids
    }

    /// An entry, within a frame.
    pub(crate) fn put(&mut self, id: u64, of: (&str, Owner), head: &[u8], body: &[u8]) {
        let (topic, owner) = of;
        let (head_at, body_at) = record::put(&mut self.bytes, id, topic, head, body);
        let entry = Entry {
            head: self.span(head_at, head.len()),
            body: self.span(body_at, body.len()),
            topic: topic.len() as u16,
            owner,
        };
        self.effects.push(Effect::Put(id, entry));
    }
}
