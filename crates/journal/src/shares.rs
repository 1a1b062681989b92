//! Who takes how much: no account more than half of what there is, so that whoever fills their half holds up nobody
//! else. Pure.
//!
//! Whose an entry is says its topic: `event/123456789012`, `queue/123456789012/us-east-1/orders`. What names no account
//! is the house's own and has no share.

use std::collections::HashMap;
use std::sync::Arc;

/// What an entry counts for at least, bytes: whoever uses it keeps some hundreds of bytes of it in memory.
const LEAST_BYTES: u64 = 4 << 10;

/// The number of an account; 0 is nobody's.
pub(crate) type Owner = u16;

/// What each account has.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    owners: HashMap<Arc<str>, Owner>,
    /// By owner, from 1 on, bytes.
    taken: Vec<u64>,
}

impl Shares {
    /// Whose an entry of that topic is. Beyond 65,535 accounts, nobody's.
    pub(crate) fn owner(&mut self, topic: &str) -> Owner {
        let Some(account) = topic.split('/').nth(1) else { return 0 };
        if let Some(owner) = self.owners.get(account) {
            return *owner;
        }
        let Ok(owner) = Owner::try_from(self.taken.len() + 1) else { return 0 };
        self.owners.insert(account.into(), owner);
        self.taken.push(0);
        owner
    }

    /// An entry of so many bytes is there.
    pub(crate) fn add(&mut self, owner: Owner, bytes: u64) {
        if let Some(taken) = self.taken(owner) {
            *taken += bytes.max(LEAST_BYTES);
        }
    }

    /// It is not there any more.
    pub(crate) fn subtract(&mut self, owner: Owner, bytes: u64) {
        if let Some(taken) = self.taken(owner) {
            *taken -= bytes.max(LEAST_BYTES);
        }
    }

    /// Whether an account may have so many bytes more, where `all` is what there is for everybody.
    pub(crate) fn allows(&mut self, owner: Owner, bytes: u64, all: u64) -> bool {
        self.taken(owner).is_none_or(|taken| *taken + bytes.max(LEAST_BYTES) <= all / 2)
    }

    fn taken(&mut self, owner: Owner) -> Option<&mut u64> {
        self.taken.get_mut(usize::from(owner).checked_sub(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: u64 = 1 << 20;

    #[test]
    fn an_account_is_one_owner_whatever_its_entries_are() {
        let mut shares = Shares::default();
        let mut owner = |topic| shares.owner(topic);
        let one = owner("event/111122223333");
        assert_eq!(owner("queue/111122223333/us-east-1/orders"), one);
        assert_ne!(owner("event/123456789012"), one);
        assert_eq!((owner("tick"), owner("event")), (0, 0));
    }

    #[test]
    fn an_account_takes_half_and_no_more_and_leaves_the_other_half() {
        let mut shares = Shares::default();
        let (one, other) = (shares.owner("event/1"), shares.owner("event/2"));
        shares.add(one, ALL / 2 - LEAST_BYTES);
        assert!(shares.allows(one, LEAST_BYTES, ALL) && !shares.allows(one, LEAST_BYTES + 1, ALL));
        assert!(shares.allows(other, ALL / 2, ALL));
        // What is the house's own has no share, and so no bound of its own.
        assert!(shares.allows(0, ALL, ALL));
        shares.subtract(one, ALL / 2 - LEAST_BYTES);
        assert!(shares.allows(one, ALL / 2, ALL));
    }

    #[test]
    fn small_entries_count_for_what_is_kept_of_them() {
        let mut shares = Shares::default();
        let one = shares.owner("event/1");
        let mut many = 0;
        while shares.allows(one, 1, ALL) {
            shares.add(one, 1);
            many += 1;
        }
        assert_eq!(many, ALL / 2 / LEAST_BYTES);
        shares.subtract(one, 1);
        assert!(shares.allows(one, 1, ALL));
    }
}
