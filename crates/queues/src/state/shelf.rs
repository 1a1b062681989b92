//! Which message is next. Of a standard queue the one that is ready for longest; of a FIFO queue the first of a
//! group of which nobody has one.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use fika_journal::EntryId;

#[derive(Debug)]
pub(super) enum Shelf {
    Standard(BTreeSet<(u64, EntryId)>),
    Fifo(Groups),
}

#[derive(Debug, Default)]
pub(super) struct Groups {
    all: HashMap<Arc<str>, Group>,
    /// Those of which somebody may receive, by their first message.
    free: BTreeSet<(EntryId, Arc<str>)>,
}

#[derive(Debug, Default)]
struct Group {
    members: BTreeSet<EntryId>,
    /// Those that are in flight or leaving.
    held: BTreeSet<EntryId>,
    /// As it is in `free`.
    listed: Option<EntryId>,
}

impl Shelf {
    pub(super) fn new(fifo: bool) -> Self {
        if fifo { Self::Fifo(Groups::default()) } else { Self::Standard(BTreeSet::new()) }
    }

    /// A message comes to be.
    pub(super) fn add(&mut self, id: EntryId, group: Option<&Arc<str>>) {
        if let (Self::Fifo(groups), Some(group)) = (self, group) {
            let group = groups.all.entry(group.clone()).or_default();
            group.members.insert(id);
            group.held.insert(id);
        }
    }

    /// A message is no more.
    pub(super) fn drop(
        &mut self,
        id: EntryId,
        group: Option<&Arc<str>>,
        is_ready: impl Fn(EntryId) -> bool,
    ) {
        let (Self::Fifo(groups), Some(name)) = (self, group) else { return };
        if let Some(group) = groups.all.get_mut(name) {
            group.members.remove(&id);
            group.held.remove(&id);
        }
        groups.list(name, is_ready);
    }

    pub(super) fn ready(&mut self, since: u64, id: EntryId) {
        if let Self::Standard(ready) = self {
            ready.insert((since, id));
        }
    }

    pub(super) fn unready(&mut self, since: u64, id: EntryId) {
        if let Self::Standard(ready) = self {
            ready.remove(&(since, id));
        }
    }

    /// Somebody has a message of a group now, or nobody.
    pub(super) fn hold(
        &mut self,
        id: EntryId,
        group: Option<&Arc<str>>,
        held: bool,
        is_ready: impl Fn(EntryId) -> bool,
    ) {
        let (Self::Fifo(groups), Some(name)) = (self, group) else { return };
        if let Some(group) = groups.all.get_mut(name) {
            if held {
                group.held.insert(id);
            } else {
                group.held.remove(&id);
            }
        }
        groups.list(name, is_ready);
    }

    pub(super) fn has_next(&self) -> bool {
        match self {
            Self::Standard(ready) => !ready.is_empty(),
            Self::Fifo(groups) => !groups.free.is_empty(),
        }
    }

    /// The next messages, of a FIFO queue all of one group; whoever asks takes them.
    pub(super) fn next(&self, most: usize, is_ready: impl Fn(EntryId) -> bool) -> Vec<EntryId> {
        match self {
            Self::Standard(ready) => ready.iter().take(most).map(|(_, id)| *id).collect(),
            Self::Fifo(groups) => {
                let first = groups.free.first().and_then(|(_, name)| groups.all.get(name));
                let members = first.into_iter().flat_map(|group| &group.members).copied();
                members.take_while(|id| is_ready(*id)).take(most).collect()
            }
        }
    }
}

impl Groups {
    /// Has a group in `free` or not, as it is.
    fn list(&mut self, name: &Arc<str>, is_ready: impl Fn(EntryId) -> bool) {
        let Some(group) = self.all.get_mut(name) else { return };
        let first = group.members.first().copied();
        let free = first.filter(|first| group.held.is_empty() && is_ready(*first));
        if group.listed != free {
            if let Some(was) = group.listed {
                self.free.remove(&(was, name.clone()));
            }
            if let Some(is) = free {
                self.free.insert((is, name.clone()));
            }
            group.listed = free;
        }
        if group.members.is_empty() {
            self.all.remove(name);
        }
    }
}
