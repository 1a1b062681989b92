//! Accounts and access keys.
//!
//! An account is a name space of twelve digits; a key belongs to one account, or to a user of
//! it. The first start makes a root account with one key, or takes those it is given. Keys are
//! looked up on every request, so they are held in a map that readers never wait for.

mod file;
mod root;
mod secret;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use fika_model::AccountId;
use fika_store::{Batch, CommitError, Entry, Store, StoreError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::Mutex;

use crate::names::now;
use crate::record::{PolicyRecord, RoleRecord, UserRecord, entry};
use crate::state::{Book, Edit, State};

pub use root::RootOptions;
pub use secret::Secret;
pub(crate) use secret::unique_id;

const ACCOUNTS: &str = "account/";
/// Accounts that were deleted.
const GONE: &str = "account-gone/";
pub(crate) const KEYS: &str = "key/";
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
    /// There was such an account.
    #[error("the account {0} was deleted, and no id is given twice: choose another")]
    Gone(AccountId),
    /// There is no such account.
    #[error("there is no account {0}")]
    NoAccount(AccountId),
    /// The account of the server itself.
    #[error("the account {0} is the server's own, and stays")]
    IsRoot(AccountId),
    /// There is no such key.
    #[error("there is no access key {0} of that account itself")]
    NoKey(String),
    /// The key in the data directory's `credentials`.
    #[error("the access key {0} is the one the server was started with, and stays")]
    IsRootKey(String),
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
    /// The user whose it is; none for the account's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// When it was made, seconds since 1970; 0 where nobody knows.
    #[serde(default)]
    pub created: i64,
    /// Whether it was switched off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inactive: bool,
    /// What whoever wanted it called that wish: asked again, it is this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// All accounts and what they have, shared: clones are the same.
#[derive(Clone)]
pub struct Iam {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) state: ArcSwap<State>,
    /// Held by whoever changes anything, from the first look to the last effect.
    pub(crate) turn: Mutex<()>,
    root: Arc<Credential>,
}

impl std::fmt::Debug for Iam {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Iam").finish_non_exhaustive()
    }
}

impl Iam {
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
        let stored =
            store.get(ROOT.as_bytes())?.map(|entry| read::<Credential>(&entry)).transpose()?;
        let root = wanted.over(stored.as_ref())?;
        if stored.as_ref() != Some(&root) {
            store.commit(put(Batch::new(), &root).put(ROOT, json(&root))).await?;
        }
        file::write(dir, &root)?;
        let state = ArcSwap::from_pointee(load(&store)?);
        let (turn, root) = (Mutex::default(), Arc::new(root));
        Ok(Self { inner: Arc::new(Inner { store, state, turn, root }) })
    }

    /// The key with that public half. Reads memory, waits for nobody.
    #[must_use]
    pub fn lookup(&self, access_key_id: &str) -> Option<Arc<Credential>> {
        self.inner.state.load().keys.get(access_key_id).cloned()
    }

    /// The root account's key.
    #[must_use]
    pub fn root(&self) -> &Arc<Credential> {
        &self.inner.root
    }

    /// Every account there is.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountId> {
        self.inner.state.load().accounts.keys().cloned().collect()
    }

    /// The keys of an account itself, the oldest first.
    #[must_use]
    pub fn root_keys(&self, account: &AccountId) -> Vec<Arc<Credential>> {
        self.inner.state.load().keys_of(account, None)
    }

    /// Makes a new account, with that id or a random one, and a key for it.
    ///
    /// # Errors
    /// [`AccountsError::Exists`] when the id is taken, [`AccountsError::Gone`] when it once was;
    /// others when the disk fails.
    pub async fn create(&self, id: Option<AccountId>) -> Result<Arc<Credential>, AccountsError> {
        let account = id.map_or_else(secret::account_id, Ok)?;
        let credential = Credential::random(account, None)?;
        let made = credential.clone();
        self.alter(move |state| {
            let account = &made.account;
            if state.gone.contains(account) {
                return Err(AccountsError::Gone(account.clone()));
            }
            if state.accounts.contains_key(account) {
                return Err(AccountsError::Exists(account.clone()));
            }
            let after = state.edited(account, &[Edit::Key(made.clone())]);
            Ok((put(Batch::new(), &made), after))
        })
        .await?;
        Ok(Arc::new(credential))
    }

    /// Makes another key for an account itself.
    ///
    /// # Errors
    /// [`AccountsError::NoAccount`]; others when the disk fails.
    pub async fn create_root_key(&self, account: &AccountId) -> Result<Credential, AccountsError> {
        let credential = Credential::random(account.clone(), None)?;
        let made = credential.clone();
        self.alter(move |state| {
            state.known(&made.account)?;
            let after = state.edited(&made.account, &[Edit::Key(made.clone())]);
            Ok((put(Batch::new(), &made), after))
        })
        .await?;
        Ok(credential)
    }

    /// Takes a key of an account itself away. The key the server was started with stays.
    ///
    /// # Errors
    /// [`AccountsError::NoKey`]; others when the disk fails.
    pub async fn delete_root_key(
        &self,
        account: &AccountId,
        access_key_id: &str,
    ) -> Result<(), AccountsError> {
        if self.inner.root.access_key_id == access_key_id {
            return Err(AccountsError::IsRootKey(access_key_id.into()));
        }
        let (account, id) = (account.clone(), access_key_id.to_owned());
        self.alter(move |state| {
            if !state.keys_of(&account, None).iter().any(|key| key.access_key_id == id) {
                return Err(AccountsError::NoKey(id));
            }
            let batch = Batch::new().delete(format!("{KEYS}{id}"));
            Ok((batch, state.edited(&account, &[Edit::NoKey(id)])))
        })
        .await
    }

    /// Takes an account away, with its users, roles, policies and keys. That nothing else of it
    /// is left is for the caller to see to. Its id is never given again: logs and metrics bear it.
    ///
    /// # Errors
    /// [`AccountsError::NoAccount`], [`AccountsError::IsRoot`]; others when the disk fails.
    pub async fn delete_account(&self, account: &AccountId) -> Result<(), AccountsError> {
        if self.inner.root.account == *account {
            return Err(AccountsError::IsRoot(account.clone()));
        }
        let account = account.clone();
        self.alter(move |state| {
            state.known(&account)?;
            let batch = Batch::new().delete(format!("{ACCOUNTS}{account}"));
            let batch = batch.put(format!("{GONE}{account}"), "{}");
            let batch = state.entries_of(&account).into_iter().fold(batch, Batch::delete);
            Ok((batch, state.without(&account)))
        })
        .await
    }

    /// Changes accounts in turn: what `decide` makes of those there then are is committed, and
    /// only then seen. A task of its own: a caller that hangs up must not come between disk and
    /// memory.
    async fn alter(
        &self,
        decide: impl FnOnce(&State) -> Result<(Batch, State), AccountsError> + Send + 'static,
    ) -> Result<(), AccountsError> {
        let this = self.clone();
        let work = tokio::spawn(async move {
            let _turn = this.inner.turn.lock().await;
            let (batch, after) = decide(&this.inner.state.load())?;
            this.inner.store.commit(batch).await?;
            this.inner.state.store(after.into());
            Ok(())
        });
        work.await.unwrap_or(Err(CommitError::Closed.into()))
    }
}

/// Everything as the store has it.
fn load(store: &Store) -> Result<State, AccountsError> {
    let mut state = State::default();
    for entry in store.scan(KEYS.as_bytes())? {
        let credential: Credential = read(&entry)?;
        state.keys.insert(credential.access_key_id.as_str().into(), Arc::new(credential));
    }
    for entry in store.scan(ACCOUNTS.as_bytes())? {
        let key = String::from_utf8_lossy(&entry.key);
        if let Ok(account) = AccountId::new(key.trim_start_matches(ACCOUNTS)) {
            state.accounts.insert(account.clone(), Arc::new(book(store, &account)?));
        }
    }
    for entry in store.scan(GONE.as_bytes())? {
        let key = String::from_utf8_lossy(&entry.key);
        state.gone.extend(AccountId::new(key.trim_start_matches(GONE)).ok());
    }
    Ok(state)
}

/// Policies first: users and roles have them attached.
fn book(store: &Store, account: &AccountId) -> Result<Book, AccountsError> {
    let mut book = Book::default();
    let scan = |kind| store.scan(entry(account, kind, "").as_bytes());
    for entry in scan("policy")? {
        book.put_policy(account, read::<PolicyRecord>(&entry)?);
    }
    for entry in scan("user")? {
        book.put_user(read::<UserRecord>(&entry)?);
    }
    for entry in scan("role")? {
        book.put_role(account, read::<RoleRecord>(&entry)?);
    }
    Ok(book)
}

impl Credential {
    pub(crate) fn random(account: AccountId, user: Option<String>) -> Result<Self, AccountsError> {
        let (access_key_id, secret) = (secret::access_key_id()?, Secret::random()?);
        Ok(Self {
            access_key_id,
            account,
            secret,
            user,
            created: now(),
            inactive: false,
            token: None,
        })
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

fn read<T: DeserializeOwned>(entry: &Entry) -> Result<T, AccountsError> {
    serde_json::from_slice(&entry.value).map_err(|source| AccountsError::Damaged {
        key: String::from_utf8_lossy(&entry.key).into_owned(),
        source,
    })
}

#[cfg(test)]
mod tests;
