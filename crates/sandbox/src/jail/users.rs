//! Which host users sandboxes are.
//!
//! As root, each sandbox has two users of its own, init's and the function's, from a range that
//! no distribution gives to anybody: 1,879,048,192 to 2,147,483,647 (systemd's UIDS-GIDS.md).
//! Each instance has 65,536 of them.

use std::fs;
use std::sync::{Arc, Mutex, PoisonError};

use fika_jailer::Users as Mapped;

use crate::error::WallError;

const FIRST: u32 = 0x7000_0000;
const PER_INSTANCE: u32 = 0x1_0000;
const INSTANCES: u32 = 0x0fff;

/// Users for sandboxes.
#[derive(Debug)]
pub struct Users {
    /// The instance's first user; none where we cannot give users.
    first: Option<u32>,
    /// Which pairs are taken.
    taken: Mutex<Vec<bool>>,
}

impl Users {
    /// Users for this instance, if we are root over all users.
    pub fn of_this_host(instance: &str) -> Self {
        let number = u32::from_str_radix(instance, 16).unwrap_or_default();
        let first = FIRST + number % INSTANCES * PER_INSTANCE;
        let root = rustix::process::geteuid().is_root();
        let mapped = |file| fs::read_to_string(file).is_ok_and(|map| holds(&map, first));
        let own = root && mapped("/proc/self/uid_map") && mapped("/proc/self/gid_map");
        Self { first: own.then_some(first), taken: Mutex::default() }
    }

    /// No users but the server's own.
    pub fn the_servers() -> Self {
        Self { first: None, taken: Mutex::default() }
    }

    /// Whether each sandbox has users of its own.
    pub fn are_own(&self) -> bool {
        self.first.is_some()
    }

    /// Users for one sandbox, its own until the lease is dropped.
    pub fn lease(self: &Arc<Self>) -> Result<Lease, WallError> {
        let Some(first) = self.first else {
            return Ok(Lease { users: self.clone(), pair: None, mapped: Mapped::Caller });
        };
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let free = taken.iter().position(|taken| !taken).unwrap_or(taken.len());
        let init = match u32::try_from(free) {
            Ok(pair) if pair < PER_INSTANCE / 2 => first + 2 * pair,
            _ => return Err(WallError::NoUser),
        };
        if free == taken.len() {
            taken.push(true);
        } else {
            taken[free] = true;
        }
        let mapped = Mapped::Own { init, function: init + 1 };
        Ok(Lease { users: self.clone(), pair: Some(free), mapped })
    }
}

/// One sandbox's users.
#[derive(Debug)]
pub struct Lease {
    users: Arc<Users>,
    pair: Option<usize>,
    mapped: Mapped,
}

impl Lease {
    /// Who they are.
    pub fn mapped(&self) -> Mapped {
        self.mapped
    }

    /// Keeps the users from everybody else for good, because their processes may live on.
    pub fn keep_taken(&mut self) {
        self.pair = None;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(pair) = self.pair {
            self.users.taken.lock().unwrap_or_else(PoisonError::into_inner)[pair] = false;
        }
    }
}

/// Whether a `uid_map` holds an instance's whole range, number by number.
fn holds(map: &str, first: u32) -> bool {
    map.lines().any(|line| {
        let numbers: Vec<u64> =
            line.split_whitespace().filter_map(|field| field.parse().ok()).collect();
        let (first, last) = (u64::from(first), u64::from(first + PER_INSTANCE));
        matches!(numbers[..], [inside, _, count] if inside <= first && last <= inside + count)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_users_range_must_be_mapped_whole() {
        assert!(holds("         0          0 4294967295\n", FIRST));
        assert!(!holds("0 100000 65536\n", FIRST));
        assert!(!holds("0 1000 1\n1 100000 65535\n", FIRST));
    }

    #[test]
    fn no_two_sandboxes_share_a_user_while_both_live() {
        let users = Arc::new(Users { first: Some(FIRST), taken: Mutex::default() });
        let (a, mut b) = (users.lease().unwrap(), users.lease().unwrap());
        assert_eq!(a.mapped(), Mapped::Own { init: FIRST, function: FIRST + 1 });
        assert_eq!(b.mapped(), Mapped::Own { init: FIRST + 2, function: FIRST + 3 });
        drop(a);
        b.keep_taken();
        drop(b);
        let c = users.lease().unwrap();
        assert_eq!(c.mapped(), Mapped::Own { init: FIRST, function: FIRST + 1 });
        assert_eq!(
            users.lease().unwrap().mapped(),
            Mapped::Own { init: FIRST + 4, function: FIRST + 5 }
        );
    }

    #[test]
    fn users_run_out_with_an_error() {
        let all = vec![true; PER_INSTANCE as usize / 2];
        let users = Arc::new(Users { first: Some(FIRST), taken: Mutex::new(all) });
        assert!(matches!(users.lease(), Err(WallError::NoUser)));
    }
}
