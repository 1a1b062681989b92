//! Events that ended and had nowhere to go: kept for a while, so that somebody can look at them and send them
//! again.

use std::collections::BTreeMap;

use fika_journal::EntryId;
use fika_model::{AccountId, RequestId};

use crate::stored::Head;

/// How many an account may have.
const MOST: usize = 10_000;
/// How much an account may have, bytes.
const MOST_BYTES: u64 = 1 << 30;
/// How long they are kept, milliseconds: as long as a queue keeps a message at most.
const KEPT: u64 = 14 * 24 * 60 * 60 * 1_000;

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// It ended: it has an end.
    pub(crate) head: Head,
    pub(crate) size: u32,
}

impl Kept {
    fn ended(&self) -> u64 {
        self.head.ended.as_ref().map_or(0, |ended| ended.at)
    }

    pub(crate) fn id(&self) -> Option<RequestId> {
        self.head.ended.as_ref().map(|ended| ended.id)
    }
}

/// All of them, by account and age.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    accounts: BTreeMap<AccountId, Pile>,
}

/// Those of an account, oldest first.
#[derive(Debug, Default)]
struct Pile {
    kept: BTreeMap<EntryId, Kept>,
    /// Of all of them.
    bytes: u64,
}

impl Pile {
    fn put(&mut self, entry: EntryId, one: Kept) {
        self.bytes += u64::from(one.size);
        let before = self.kept.insert(entry, one);
        self.bytes -= before.map_or(0, |before| u64::from(before.size));
    }

    fn take(&mut self, entry: EntryId) -> Option<Kept> {
        let one = self.kept.remove(&entry)?;
        self.bytes -= u64::from(one.size);
        Some(one)
    }

    /// The oldest, if there is no place or time for it any more.
    fn overdue(&self, now: u64) -> Option<EntryId> {
        let (entry, first) = self.kept.first_key_value()?;
        let old = now.saturating_sub(first.ended()) > KEPT;
        (old || self.bytes > MOST_BYTES || self.kept.len() > MOST).then_some(*entry)
    }
}

impl Shelf {
    /// Puts one there.
    pub(crate) fn put(&mut self, entry: EntryId, kept: Kept) {
        self.accounts.entry(kept.head.scope.account.clone()).or_default().put(entry, kept);
    }

    /// Those of an account there is no place or time for any more, off the shelf.
    pub(crate) fn overdue(&mut self, account: &AccountId, now: u64) -> Vec<(EntryId, Kept)> {
        let Some(pile) = self.accounts.get_mut(account) else { return Vec::new() };
        let mut gone = Vec::new();
        while let Some(entry) = pile.overdue(now) {
            gone.extend(pile.take(entry).map(|one| (entry, one)));
        }
        gone
    }

    /// What an account has, oldest first.
    pub(crate) fn of(&self, account: &AccountId) -> impl Iterator<Item = (EntryId, &Kept)> {
        let kept = self.accounts.get(account).into_iter().flat_map(|pile| &pile.kept);
        kept.map(|(entry, kept)| (*entry, kept))
    }

    /// Takes one off.
    pub(crate) fn take(&mut self, account: &AccountId, entry: EntryId) -> Option<Kept> {
        self.accounts.get_mut(account)?.take(entry)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.accounts.values().map(|pile| pile.kept.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored::Ended;
    use crate::testing;

    #[test]
    fn the_oldest_make_room() {
        let mut shelf = Shelf::default();
        let event = testing::event("arn:aws:lambda:us-east-1:123456789012:function:f");
        let account = event.scope.account.clone();
        for n in 0..MOST as u64 + 2 {
            let mut head = Head::new(&event, n);
            let (condition, message) = ("Missing".into(), String::new());
            head.ended = Some(Ended { id: event.id, at: n, condition, message });
            shelf.put(EntryId(n), Kept { head, size: 10 });
        }
        let gone: Vec<_> = shelf.overdue(&account, 0).into_iter().map(|(entry, _)| entry).collect();
        assert_eq!((gone, shelf.len()), (vec![EntryId(0), EntryId(1)], MOST));
        assert_eq!(shelf.overdue(&account, KEPT + 3).len(), 1, "one is older than that");
        assert!(shelf.take(&account, EntryId(3)).is_some());
        assert!(shelf.take(&account, EntryId(3)).is_none());
    }

    #[test]
    fn large_ones_make_room_too() {
        let (mut shelf, half) = (Shelf::default(), u32::try_from(MOST_BYTES / 2).expect("a size"));
        let event = testing::event("arn:aws:lambda:us-east-1:123456789012:function:f");
        let account = event.scope.account.clone();
        let kept = || Kept { head: Head::new(&event, 0), size: half };
        let gone = |shelf: &mut Shelf| {
            let gone = shelf.overdue(&account, 0);
            gone.into_iter().map(|(entry, _)| entry).collect::<Vec<_>>()
        };
        (0..2).for_each(|n| shelf.put(EntryId(n), kept()));
        assert_eq!(gone(&mut shelf), []);
        // One that is put again, as at a restart, counts once; one that was taken, not at all.
        shelf.put(EntryId(1), kept());
        assert!(shelf.take(&account, EntryId(0)).is_some());
        shelf.put(EntryId(2), kept());
        assert_eq!(gone(&mut shelf), []);
        shelf.put(EntryId(3), kept());
        assert_eq!(gone(&mut shelf), [EntryId(1)]);
    }
}
