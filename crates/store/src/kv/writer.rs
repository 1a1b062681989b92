//! The one thread that writes: everything that waits goes into one transaction.
//!
//! While the disk takes one group, the next gathers in the queue; so the busier the store, the
//! larger its groups, and nobody ever waits for company.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::batch::{Batch, Change, Check, Revision};
use super::watch::Committed;
use crate::error::CommitError;

/// The most batches in a transaction.
const GROUP_BATCHES: usize = 1_024;
/// The most bytes in a transaction, but for one batch that is larger by itself.
const GROUP_BYTES: usize = 8 << 20;

/// A batch and who waits for it.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) batch: Batch,
    pub(crate) answer: oneshot::Sender<Result<Revision, CommitError>>,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) transactions: AtomicU64,
    pub(crate) batches: AtomicU64,
}

pub(crate) struct Writer {
    connection: Connection,
    queue: mpsc::Receiver<Pending>,
    changes: broadcast::Sender<Arc<Committed>>,
    counters: Arc<Counters>,
    revision: i64,
}

type Answer = Result<Revision, CommitError>;

impl Writer {
    pub(crate) fn new(
        connection: Connection,
        queue: mpsc::Receiver<Pending>,
        changes: broadcast::Sender<Arc<Committed>>,
        counters: Arc<Counters>,
    ) -> rusqlite::Result<Self> {
        let revision = connection.query_row("SELECT revision FROM clock", [], |row| row.get(0))?;
        Ok(Self { connection, queue, changes, counters, revision })
    }

    /// Works until every handle of the store is gone and the queue is empty.
    pub(crate) fn run(mut self) {
        while let Some(first) = self.queue.blocking_recv() {
            let group = self.gather(first);
            match self.commit(&group) {
                Ok(answers) => self.tell(group, answers),
                Err(error) => fail(group, &error),
            }
        }
    }

    fn gather(&mut self, first: Pending) -> Vec<Pending> {
        let mut bytes = first.batch.size();
        let mut group = vec![first];
        while group.len() < GROUP_BATCHES && bytes < GROUP_BYTES {
            let Ok(next) = self.queue.try_recv() else { break };
            bytes += next.batch.size();
            group.push(next);
        }
        group
    }

    /// One transaction for the group. A batch whose check fails changes nothing and leaves the
    /// others alone; an error of the disk fails them all, and nothing of any is there.
    fn commit(&mut self, group: &[Pending]) -> Result<Vec<Answer>, CommitError> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut revision = self.revision;
        let mut answers = Vec::with_capacity(group.len());
        for pending in group {
            let answer = apply(&transaction, &pending.batch, Revision(revision + 1))?;
            revision += i64::from(answer.is_ok());
            answers.push(answer);
        }
        if revision > self.revision {
            transaction.prepare_cached("UPDATE clock SET revision = ?1")?.execute([revision])?;
            transaction.commit()?;
            self.revision = revision;
            self.counters.transactions.fetch_add(1, Ordering::Relaxed);
        }
        Ok(answers)
    }

    fn tell(&self, group: Vec<Pending>, answers: Vec<Answer>) {
        for (Pending { batch, answer }, result) in group.into_iter().zip(answers) {
            if let Ok(revision) = result {
                self.counters.batches.fetch_add(1, Ordering::Relaxed);
                // Nobody watching is no error.
                let _ = self.changes.send(Arc::new(Committed { revision, changes: batch.changes }));
            }
            // The caller may have gone; the change stays.
            let _ = answer.send(result);
        }
    }
}

fn fail(group: Vec<Pending>, error: &CommitError) {
    tracing::error!(
        error = error as &dyn std::error::Error,
        batches = group.len(),
        "commit failed"
    );
    for pending in group {
        let _ = pending.answer.send(Err(error.clone()));
    }
}

/// All checks come before the first change, so a refused batch needs no undoing.
fn apply(
    transaction: &Transaction<'_>,
    batch: &Batch,
    revision: Revision,
) -> rusqlite::Result<Answer> {
    for Check { key, expected } in &batch.checks {
        let found = transaction
            .prepare_cached("SELECT revision FROM kv WHERE key = ?1")?
            .query_row(params![&key[..]], |row| row.get(0).map(Revision))
            .optional()?;
        if found != *expected {
            return Ok(Err(CommitError::Conflict { key: key.clone(), found }));
        }
    }
    for change in &batch.changes {
        write(transaction, change, revision)?;
    }
    Ok(Ok(revision))
}

fn write(
    transaction: &Transaction<'_>,
    Change { key, value }: &Change,
    revision: Revision,
) -> rusqlite::Result<()> {
    match value {
        Some(value) => transaction
            .prepare_cached("INSERT OR REPLACE INTO kv VALUES (?1, ?2, ?3)")?
            .execute(params![&key[..], &value[..], revision.0])?,
        None => transaction.prepare_cached("DELETE FROM kv WHERE key = ?1")?.execute([&key[..]])?,
    };
    Ok(())
}
