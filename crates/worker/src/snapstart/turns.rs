//! Whose turn it is to make a snapshot. A guest that becomes one takes memory beside those that
//! work, and its function's init may take a quarter of an hour: so each account has one made at
//! a time, and keeps nobody else from having one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use fika_model::AccountId;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, Semaphore, SemaphorePermit};

/// How many are made at a time, for all accounts together.
const AT_ONCE: usize = 4;

/// The turns of a worker.
pub(super) struct Turns {
    all: Semaphore,
    accounts: Mutex<HashMap<AccountId, Arc<AsyncMutex<()>>>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { all: Semaphore::new(AT_ONCE), accounts: Mutex::default() }
    }
}

/// A turn, until it is dropped.
pub(super) struct Turn<'a> {
    _account: OwnedMutexGuard<()>,
    /// None only where the worker is gone.
    _of_all: Option<SemaphorePermit<'a>>,
}

impl Turns {
    /// Waits for an account's turn: behind its own first, so that it waits for a place among all
    /// with one at most.
    pub async fn take(&self, account: &AccountId) -> Turn<'_> {
        let own = self.of(account).lock_owned().await;
        Turn { _account: own, _of_all: self.all.acquire().await.ok() }
    }

    fn of(&self, account: &AccountId) -> Arc<AsyncMutex<()>> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(accounts.entry(account.clone()).or_default())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn an_account_waits_for_itself_and_nobody_else_for_it() {
        let turns = Arc::new(Turns::default());
        let [one, other] = ["111111111111", "222222222222"].map(|id| AccountId::new(id).unwrap());
        let first = turns.take(&one).await;
        let waiting = {
            let (turns, one) = (Arc::clone(&turns), one.clone());
            tokio::spawn(async move { drop(turns.take(&one).await) })
        };
        yield_now().await;
        drop(turns.take(&other).await);
        assert!(!waiting.is_finished(), "two at a time for one account");
        drop(first);
        waiting.await.unwrap();
        drop(turns.take(&other).await);
        assert_eq!(
            turns.accounts.lock().unwrap().len(),
            1,
            "those that wait for nothing are forgotten"
        );
    }
}
