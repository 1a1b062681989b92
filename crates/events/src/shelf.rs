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
    accounts: BTreeMap<AccountId, BTreeMap<EntryId, Kept>>,
}

impl Shelf {
    /// Puts one there.
    pub(crate) fn put(&mut self, entry: EntryId, kept: Kept) {
        self.accounts.entry(kept.head.scope.account.clone()).or_default().insert(entry, kept);
    }

    /// Those of an account there is no place or time for any more, off the shelf.
    pub(crate) fn overdue(&mut self, account: &AccountId, now: u64) -> Vec<(EntryId, Kept)> {
        let Some(kept) = self.accounts.get_mut(account) else { return Vec::new() };
        let mut gone = Vec::new();
        let mut bytes: u64 = kept.values().map(|one| u64::from(one.size)).sum();
        while let Some(first) = kept.first_entry() {
            let old = now.saturating_sub(first.get().ended()) > KEPT;
            if !old && bytes <= MOST_BYTES && kept.len() <= MOST {
                break;
            }
            let Some((entry, one)) = kept.pop_first() else { break };
            bytes -= u64::from(one.size);
            gone.push((entry, one));
        }
        gone
    }

    /// What an account has, oldest first.
    pub(crate) fn of(&self, account: &AccountId) -> impl Iterator<Item = (EntryId, &Kept)> {
        self.accounts.get(account).into_iter().flatten().map(|(entry, kept)| (*entry, kept))
    }

    /// Takes one off.
    pub(crate) fn take(&mut self, account: &AccountId, entry: EntryId) -> Option<Kept> {
        self.accounts.get_mut(account)?.remove(&entry)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.accounts.values().map(BTreeMap::len).sum()
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
}
