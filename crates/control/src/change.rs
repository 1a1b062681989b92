//! The one way a function changes: in its turn, committed, and only then seen.
//!
//! Every change runs in a task of its own. A caller that hangs up in the middle must not leave
//! memory behind the store.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use fika_aws::shape::AwsError;
use fika_model::{CodeRef, FunctionVersion};
use fika_store::{Batch, CommitError, Digest};

use crate::control::Control;
use crate::lifecycle::{self, Next};
use crate::preparation::Unprepared;
use crate::record::{self, Record};
use crate::refuse;
use crate::registry::{Function, Snapshot};

/// Between tries to write down that a preparation has ended: at first, and at most.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Why a function is as it was.
#[derive(Debug)]
pub(crate) enum Unchanged {
    /// It was deleted.
    Gone,
    /// The change does not fit.
    Refused(AwsError),
    /// The store did not take it.
    NotStored(CommitError),
}

impl Unchanged {
    pub(crate) fn answer(self, function: &Function) -> AwsError {
        match self {
            Self::Gone => refuse::not_found(&function.arn),
            Self::Refused(error) => error,
            Self::NotStored(CommitError::Conflict { .. }) => {
                refuse::update_in_progress(&function.arn)
            }
            Self::NotStored(error) => refuse::store_failed(&error),
        }
    }
}

impl Control {
    /// Runs work to its end, whatever becomes of who waits for it.
    pub(crate) async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, AwsError>> + Send + 'static,
    ) -> Result<T, AwsError> {
        let done = self.inner.options.runtime.spawn(work).await;
        done.unwrap_or_else(|_| Err(refuse::internal("a change panicked")))
    }

    /// Commits a new function.
    pub(crate) async fn add(
        &self,
        arn: fika_model::FunctionArn,
        next: Next,
    ) -> Result<Arc<Snapshot>, AwsError> {
        let key = record::key(&arn);
        let batch = Batch::new().if_absent(key.clone()).put(key, json(&next.record));
        let at = self.inner.store.commit(batch).await.map_err(|error| match error {
            CommitError::Conflict { .. } => refuse::exists(&arn.name),
            error => refuse::store_failed(&error),
        })?;
        let function = Arc::new(Function::new(arn, next.committed(at)));
        self.inner.registry.insert(&function);
        let snapshot = function.snapshot.load_full();
        self.prepare(function, snapshot.latest.clone());
        Ok(snapshot)
    }

    /// Changes a function in its turn. `decide` sees it as it then is.
    pub(crate) async fn change(
        &self,
        function: &Arc<Function>,
        decide: impl FnOnce(&Snapshot) -> Result<Next, Unchanged>,
    ) -> Result<Arc<Snapshot>, Unchanged> {
        let _turn = function.turn.lock().await;
        if !self.inner.registry.holds(function) {
            return Err(Unchanged::Gone);
        }
        let before = function.snapshot.load_full();
        let next = decide(&before)?;
        let key = record::key(&function.arn);
        let batch = Batch::new().if_at(key.clone(), before.at).put(key, json(&next.record));
        let at = self.inner.store.commit(batch).await.map_err(Unchanged::NotStored)?;
        let after = Arc::new(next.committed(at));
        self.inner.registry.replace(function, after.clone());
        self.replaced(&before, Some(&after));
        Ok(after)
    }

    /// Deletes a function in its turn.
    pub(crate) async fn remove(&self, function: &Arc<Function>) -> Result<(), Unchanged> {
        let _turn = function.turn.lock().await;
        if !self.inner.registry.holds(function) {
            return Err(Unchanged::Gone);
        }
        let before = function.snapshot.load_full();
        let key = record::key(&function.arn);
        let batch = Batch::new().if_at(key.clone(), before.at).delete(key);
        self.inner.store.commit(batch).await.map_err(Unchanged::NotStored)?;
        self.inner.registry.remove(function);
        self.replaced(&before, None);
        Ok(())
    }

    /// Prepares a function's latest version and writes down what came of it.
    pub(crate) fn prepare(&self, function: Arc<Function>, version: Arc<FunctionVersion>) {
        let this = self.clone();
        self.inner.options.runtime.spawn(async move {
            let work = this.inner.preparation.prepare(version);
            // Its own task, so that a panic in there fails this function and nothing else.
            let result = this.inner.options.runtime.spawn(work).await.unwrap_or_else(|_| {
                Err(Unprepared {
                    code: "InternalError".into(),
                    reason: "Preparing the function failed inside fika; see the server's log, \
                             then update the function's code to try again."
                        .into(),
                })
            });
            this.prepared(&function, result).await;
        });
    }

    /// A function is changed by nobody else while its latest version is prepared, so the result
    /// is about the latest.
    async fn prepared(&self, function: &Arc<Function>, result: Result<(), Unprepared>) {
        if let Err(why) = &result {
            tracing::warn!(function = %function.arn, code = why.code, reason = why.reason, "not prepared");
        }
        let (mut wait, longest) = RETRY;
        loop {
            let decide = |before: &Snapshot| Ok(lifecycle::prepared(before, result.clone()));
            match self.change(function, decide).await {
                Err(Unchanged::NotStored(CommitError::Closed)) => return,
                // A full disk, say: the function waits with us until there is room.
                Err(Unchanged::NotStored(error)) => {
                    log_unstored(function, &error);
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(longest);
                }
                _ => return,
            }
        }
    }

    /// Tells who must know, and removes code that nobody needs any more.
    fn replaced(&self, before: &Snapshot, after: Option<&Snapshot>) {
        let uid = |snapshot: &Snapshot| snapshot.serving.as_ref().map(|version| version.uid);
        if let Some(old) = uid(before).filter(|old| after.and_then(uid) != Some(*old)) {
            self.inner.events.retired(old);
        }
        let kept = |code: &CodeRef| after.is_some_and(|a| a.record.codes().any(|c| c == code));
        for code in before.record.codes().filter(|code| !kept(code)) {
            self.forget(code);
        }
    }

    fn forget(&self, code: &CodeRef) {
        let Ok(digest) = code.sha256.parse::<Digest>() else { return };
        let this = self.clone();
        self.inner.options.runtime.spawn_blocking(move || {
            let needed = |digest: &Digest| this.inner.registry.needs(digest);
            if let Err(error) = this.inner.blobs.remove(&digest, needed) {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "unneeded code was not removed; the next start tries again");
            }
        });
    }
}

fn log_unstored(function: &Function, error: &CommitError) {
    let error = error as &dyn std::error::Error;
    tracing::error!(error, function = %function.arn, "its state was not stored");
}

fn json(record: &Record) -> Vec<u8> {
    serde_json::to_vec(record).expect("a record is made of strings and numbers")
}
