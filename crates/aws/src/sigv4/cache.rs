//! A small cache of signing keys.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use super::{Claim, SigningKey};

const SHARDS: usize = 16;
const PER_SHARD: usize = 16;

/// Signing keys by access key, date, region and service: 256 at most, in shards of their own lock,
/// the oldest of a shard leaving first. A lock is held for a look at 16 entries, never for a
/// derivation.
#[derive(Debug, Default)]
pub struct KeyCache {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
}

#[derive(Default)]
struct Shard {
    entries: Vec<Entry>,
    oldest: usize,
}

// Entries hold secrets, which must not end up in a log.
impl std::fmt::Debug for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shard({} keys)", self.entries.len())
    }
}

struct Entry {
    credential: Box<str>,
    /// Kept beside the key, so that a changed secret misses at once.
    secret: Box<str>,
    key: SigningKey,
}

impl KeyCache {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// The signing key for this claim under `secret`, derived if it is not here yet.
    pub fn get(&self, claim: &Claim, secret: &str) -> SigningKey {
        let credential = claim.credential();
        let shard = &self.shards[self.hasher.hash_one(credential) as usize % SHARDS];
        if let Some(key) = lock(shard).find(credential, secret) {
            return key;
        }
        let key = SigningKey::derive(secret, claim.date(), claim.region(), claim.service().name);
        let entry =
            Entry { credential: credential.into(), secret: secret.into(), key: key.clone() };
        lock(shard).insert(entry);
        key
    }
}

fn lock(shard: &Mutex<Shard>) -> std::sync::MutexGuard<'_, Shard> {
    // A shard is whole between any two of its statements, so a poisoned one is still good.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shard {
    fn find(&self, credential: &str, secret: &str) -> Option<SigningKey> {
        let entry = self.entries.iter().find(|e| *e.credential == *credential)?;
        (*entry.secret == *secret).then(|| entry.key.clone())
    }

    fn insert(&mut self, entry: Entry) {
        if let Some(same) = self.entries.iter_mut().find(|e| e.credential == entry.credential) {
            *same = entry;
        } else if self.entries.len() < PER_SHARD {
            self.entries.push(entry);
        } else {
            self.entries[self.oldest] = entry;
            self.oldest = (self.oldest + 1) % PER_SHARD;
        }
    }
}
