//! Accounts and access keys: who a caller is.
//!
//! An account is a name space of twelve digits; a key belongs to one account. The first start
//! makes a root account with one key, or takes those it is given. Keys are looked up on every
//! request, so they are held in a map that readers never wait for.

mod file;
mod root;
mod secret;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use fika_model::AccountId;
use fika_store::{Batch, CommitError, Entry, Store, StoreError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use root::RootOptions;
pub use secret::Secret;

const ACCOUNTS: &str = "account/";
const KEYS: &str = "key/";
const ROOT: &str = "root";

/// Why the accounts cannot be read, or not be made.
#[derive(Debug, Error)]
pub enum AccountsError {
    /// A setting of the root account has a wrong form; the text says which and how it should be.
    #[error("{0}")]
    Setting(String),
    /// There is such an account.
    #[error("the account {0} exists already")]
    Exists(AccountId),
    /// What the store holds is not readable.
    #[error("the store's entry {key:?} cannot be read; restore the data directory from a backup")]
    Damaged {
        /// The entry's key.
        key: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The file for `fika env` cannot be written.
    #[error("cannot write {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No random numbers are to be had.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// The store does not take the change.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An access key and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The public half, as in `AKIA…`.
    pub access_key_id: String,
    /// The account it acts for.
    pub account: AccountId,
    /// The secret half.
    pub secret: Secret,
}

type Keys = HashMap<Box<str>, Arc<Credential>>;

/// All accounts and keys, shared: clones are the same.
#[derive(Debug, Clone)]
pub struct Accounts {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    keys: ArcSwap<Keys>,
    root: Arc<Credential>,
}

impl Accounts {
    /// Reads the accounts, makes the root account and its key where they are not there yet or
    /// where the options say otherwise, and writes the root key to `DIR/credentials`, which only
    /// its owner may read.
    ///
    /// # Errors
    /// [`AccountsError`] when an option has a wrong form, or the disk fails.
    pub async fn open(
        store: Store,
        dir: &Path,
        options: RootOptions,
    ) -> Result<Self, AccountsError> {
        let wanted = options.checked()?;
        let stored = store.get(ROOT.as_bytes())?.map(|entry| read(&entry)).transpose()?;
        let root = wanted.over(stored.as_ref())?;
        if stored.as_ref() != Some(&root) {
            store.commit(put(Batch::new(), &root).put(ROOT, json(&root))).await?;
        }
        file::write(dir, &root)?;
        let mut keys = Keys::new();
        for entry in store.scan(KEYS.as_bytes())? {
            let credential: Credential = read(&entry)?;
            keys.insert(credential.access_key_id.as_str().into(), Arc::new(credential));
        }
        let keys = ArcSwap::from_pointee(keys);
        Ok(Self { inner: Arc::new(Inner { store, keys, root: Arc::new(root) }) })
    }

    /// The key with that public half. Reads memory, waits for nobody.
    #[must_use]
    pub fn lookup(&self, access_key_id: &str) -> Option<Arc<Credential>> {
        self.inner.keys.load().get(access_key_id).cloned()
    }

    /// The root account's key.
    #[must_use]
    pub fn root(&self) -> &Arc<Credential> {
        &self.inner.root
    }

    /// Makes a new account, with that id or a random one, and a key for it.
    ///
    /// # Errors
    /// [`AccountsError::Exists`] when the id is taken; others when the disk fails.
    pub async fn create(&self, id: Option<AccountId>) -> Result<Arc<Credential>, AccountsError> {
        let account = id.map_or_else(secret::account_id, Ok)?;
        let credential = Arc::new(Credential::random(account.clone())?);
        let this = self.clone();
        let made = credential.clone();
        let key = format!("{ACCOUNTS}{account}");
        // A task of its own: a caller that hangs up must not come between disk and memory.
        let commit = tokio::spawn(async move {
            this.inner.store.commit(put(Batch::new().if_absent(key), &made)).await?;
            this.inner.keys.rcu(|keys| {
                let mut keys = Keys::clone(keys);
                keys.insert(made.access_key_id.as_str().into(), made.clone());
                keys
            });
            Ok(())
        });
        match commit.await.unwrap_or(Err(CommitError::Closed)) {
            Ok(()) => Ok(credential),
            Err(CommitError::Conflict { .. }) => Err(AccountsError::Exists(account)),
            Err(error) => Err(error.into()),
        }
    }
}

impl Credential {
    fn random(account: AccountId) -> Result<Self, AccountsError> {
        Ok(Self { access_key_id: secret::access_key_id()?, account, secret: Secret::random()? })
    }
}

/// The entries of a key and its account.
fn put(batch: Batch, credential: &Credential) -> Batch {
    batch
        .put(format!("{ACCOUNTS}{}", credential.account), "{}")
        .put(format!("{KEYS}{}", credential.access_key_id), json(credential))
}

fn json(credential: &Credential) -> Vec<u8> {
    serde_json::to_vec(credential).expect("strings always have a JSON form")
}

fn read(entry: &Entry) -> Result<Credential, AccountsError> {
    serde_json::from_slice(&entry.value).map_err(|source| AccountsError::Damaged {
        key: String::from_utf8_lossy(&entry.key).into_owned(),
        source,
    })
}

#[cfg(test)]
mod tests;
