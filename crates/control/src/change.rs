//! The one way a function changes: in its turn, committed, and only then seen.
//!
//! Every change runs in a task of its own. A caller that hangs up in the middle must not leave
//! memory behind the store.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use fika_aws::shape::AwsError;
use fika_model::{CodeRef, FunctionArn, FunctionVersion};
use fika_store::{Batch, CommitError, Digest};
use serde::Serialize;

use crate::control::Control;
use crate::lifecycle::{self, Next};
use crate::preparation::Unprepared;
use crate::record::{self, Status};
use crate::reference::Which;
use crate::registry::{Function, Snapshot, Versions};
use crate::{published, refuse};

/// Between tries to write down that a preparation has ended: at first, and at most.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Why a function is as it was.
#[derive(Debug)]
pub(crate) enum Unchanged {
    /// It was deleted.
    Gone,
    /// The change changes nothing.
    Same,
    /// It is what was published last, under that number.
    Published(u64),
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
            Self::Same | Self::Published(_) => refuse::internal("a change of nothing was refused"),
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
        arn: FunctionArn,
        next: Next,
    ) -> Result<Arc<Snapshot>, AwsError> {
        let room = self.claim(&arn.scope, next.code_bytes(&Versions::default()))?;
        let batch = put(Batch::new().if_absent(record::key(&arn)), &arn, &next);
        let at = self.inner.store.commit(batch).await.map_err(|error| match error {
            CommitError::Conflict { .. } => refuse::exists(&arn.name),
            error => refuse::store_failed(&error),
        })?;
        let function = Arc::new(Function::new(arn, next.committed(at, Versions::default())));
        self.inner.registry.insert(&function, room);
        let snapshot = function.snapshot.load_full();
        self.prepare_new(&function, None, &snapshot);
        Ok(snapshot)
    }

    /// Changes a function in its turn. `decide` sees it as it then is. What of it is new is
    /// prepared.
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
        let more = next.code_bytes(&before.versions).saturating_sub(before.code_bytes());
        let room = self.claim(&function.arn.scope, more).map_err(Unchanged::Refused)?;
        let batch = Batch::new().if_at(record::key(&function.arn), before.at);
        let batch = put(batch, &function.arn, &next);
        let at = self.inner.store.commit(batch).await.map_err(Unchanged::NotStored)?;
        let after = Arc::new(next.committed(at, before.versions.clone()));
        self.inner.registry.replace(function, after.clone(), room);
        self.tell_concurrency(function, Some(&before), Some(&after));
        self.replaced(&before, Some(&after));
        self.prepare_new(function, Some(&before), &after);
        Ok(after)
    }

    /// Deletes a function, all of it, in its turn.
    pub(crate) async fn remove(&self, function: &Arc<Function>) -> Result<(), Unchanged> {
        let _turn = function.turn.lock().await;
        if !self.inner.registry.holds(function) {
            return Err(Unchanged::Gone);
        }
        let before = function.snapshot.load_full();
        let key = record::key(&function.arn);
        let batch = Batch::new().if_at(key.clone(), before.at).delete(key);
        let batch = before
            .versions
            .keys()
            .fold(batch, |batch, number| batch.delete(record::version_key(&function.arn, *number)));
        self.inner.store.commit(batch).await.map_err(Unchanged::NotStored)?;
        self.inner.registry.remove(function);
        self.tell_concurrency(function, Some(&before), None);
        self.replaced(&before, None);
        Ok(())
    }

    /// Prepares what was not there before and is not ready.
    fn prepare_new(&self, function: &Arc<Function>, before: Option<&Snapshot>, after: &Snapshot) {
        if after.record.in_progress() && before.is_none_or(|b| b.latest.uid != after.latest.uid) {
            self.prepare(function.clone(), Which::Latest, after.latest(&function.arn));
        }
        // At most one version comes with a change: the one published last.
        let number = after.record.published;
        if before.is_none_or(|b| b.record.published != number)
            && let Some(published) = after.versions.get(&number)
        {
            let version = published.version(&function.arn);
            self.prepare(function.clone(), Which::Published(number), version);
        }
    }

    /// Goes on with what a stop cut off.
    pub(crate) fn prepare_rest(&self, function: &Arc<Function>) {
        let snapshot = function.snapshot.load();
        if snapshot.record.in_progress() {
            self.prepare(function.clone(), Which::Latest, snapshot.latest(&function.arn));
        }
        for (number, published) in &*snapshot.versions {
            if published.record.status == Status::Creating {
                let which = Which::Published(*number);
                self.prepare(function.clone(), which, published.version(&function.arn));
            }
        }
    }

    /// Prepares one state of a function and writes down what came of it.
    fn prepare(&self, function: Arc<Function>, which: Which, version: Arc<FunctionVersion>) {
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
            this.prepared(&function, which, result).await;
        });
    }

    /// The latest state is changed by nobody else while it is prepared, and a published one
    /// never, so the result is about what is there now.
    async fn prepared(
        &self,
        function: &Arc<Function>,
        which: Which,
        result: Result<(), Unprepared>,
    ) {
        if let Err(why) = &result {
            tracing::warn!(function = %function.arn, ?which, code = why.code, reason = why.reason, "not prepared");
        }
        let (mut wait, longest) = RETRY;
        loop {
            let decide = |before: &Snapshot| match which {
                Which::Latest => Ok(lifecycle::prepared(before, result.clone())),
                Which::Published(number) => {
                    published::prepared(before, number, result.clone()).ok_or(Unchanged::Gone)
                }
            };
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
        let stays = |uid| after.is_some_and(|after| after.invocable().any(|other| other == uid));
        for old in before.invocable().filter(|old| !stays(*old)) {
            self.inner.events.retired(old);
        }
        let kept = |code: &CodeRef| after.is_some_and(|after| after.codes().any(|c| c == code));
        for code in before.codes().filter(|code| !kept(code)) {
            self.forget(code);
        }
    }

    /// Removes code from the disk, unless somebody needs it.
    pub(crate) fn forget(&self, code: &CodeRef) {
        let Ok(digest) = code.sha256.parse::<Digest>() else { return };
        let this = self.clone();
        self.inner.options.runtime.spawn_blocking(move || {
            let needed = |digest: &Digest| this.inner.needs(digest);
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

/// Writes what a function becomes.
fn put(batch: Batch, arn: &FunctionArn, next: &Next) -> Batch {
    let batch = batch.put(record::key(arn), json(&next.record));
    match &next.edit {
        Some((number, Some(published))) => {
            batch.put(record::version_key(arn, *number), json(&published.record))
        }
        Some((number, None)) => batch.delete(record::version_key(arn, *number)),
        None => batch,
    }
}

pub(crate) fn json(record: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(record).expect("a record is made of strings and numbers")
}
