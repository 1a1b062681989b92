//! The one way anything changes: in turn, committed, and only then seen.

use fika_aws::shape::AwsError;
use fika_model::AccountId;
use fika_store::Batch;
use serde::Serialize;

use crate::accounts::{Iam, KEYS};
use crate::record::entry;
use crate::refuse;
use crate::state::{Book, Edit, State};

/// What a change decides: its answer, and what it does.
pub(crate) type Decided<T> = Result<(T, Vec<Edit>), AwsError>;

impl Iam {
    /// Changes an account in its turn, in a task of its own: a caller that hangs up must not
    /// come between disk and memory.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        account: &AccountId,
        decide: impl FnOnce(&State, &Book) -> Decided<T> + Send + 'static,
    ) -> Result<T, AwsError> {
        let (this, account) = (self.clone(), account.clone());
        let work = tokio::spawn(async move {
            let _turn = this.inner.turn.lock().await;
            let state = this.inner.state.load_full();
            // It may have been deleted since its caller was let in.
            state.known(&account).map_err(|_| refuse::no_account(&account))?;
            let (answer, edits) = decide(&state, &state.book(&account))?;
            if !edits.is_empty() {
                let batch = edits.iter().fold(Batch::new(), |batch, e| written(batch, &account, e));
                this.inner.store.commit(batch).await.map_err(|e| refuse::store_failed(&e))?;
                this.inner.state.store(state.edited(&account, &edits).into());
            }
            Ok(answer)
        });
        work.await.unwrap_or_else(|_| Err(refuse::internal()))
    }
}

fn written(batch: Batch, account: &AccountId, edit: &Edit) -> Batch {
    let at = |kind: &str, name: &str| entry(account, kind, name);
    match edit {
        Edit::User(name, record) => put(batch, at("user", name), record.as_ref()),
        Edit::Role(name, record) => put(batch, at("role", name), record.as_ref()),
        Edit::Policy(name, record) => put(batch, at("policy", name), record.as_ref()),
        Edit::Key(key) => put(batch, format!("{KEYS}{}", key.access_key_id), Some(key)),
        Edit::NoKey(id) => batch.delete(format!("{KEYS}{id}")),
    }
}

fn put(batch: Batch, key: String, record: Option<&impl Serialize>) -> Batch {
    match record {
        Some(record) => {
            batch.put(key, serde_json::to_vec(record).expect("made of strings and numbers"))
        }
        None => batch.delete(key),
    }
}
