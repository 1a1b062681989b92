//! Committed changes, told in order to whoever watches.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use thiserror::Error;
use tokio::sync::broadcast::{self, error::RecvError};

use super::batch::{Change, Revision};

/// One committed batch.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) revision: Revision,
    pub(crate) changes: Vec<Change>,
}

/// The watcher fell too far behind and changes were lost to it: scan again, then go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the watcher fell behind; scan the prefix again and go on watching")]
pub struct Lagged;

/// A stream of changes to keys with one prefix. Made by [`Store::watch`](super::Store::watch).
#[derive(Debug)]
pub struct Watch {
    prefix: Bytes,
    batches: broadcast::Receiver<Arc<Committed>>,
    ready: VecDeque<(Revision, Change)>,
}

impl Watch {
    pub(crate) fn new(prefix: Bytes, batches: broadcast::Receiver<Arc<Committed>>) -> Self {
        Self { prefix, batches, ready: VecDeque::new() }
    }

    /// The next change and the revision of its batch; none when the store has closed.
    ///
    /// # Errors
    /// [`Lagged`] when changes were missed.
    pub async fn next(&mut self) -> Result<Option<(Revision, Change)>, Lagged> {
        loop {
            if let Some(change) = self.ready.pop_front() {
                return Ok(Some(change));
            }
            match self.batches.recv().await {
                Ok(batch) => self.take(&batch),
                Err(RecvError::Closed) => return Ok(None),
                Err(RecvError::Lagged(_)) => return Err(Lagged),
            }
        }
    }

    fn take(&mut self, batch: &Committed) {
        let ours = batch.changes.iter().filter(|c| c.key.starts_with(&self.prefix));
        self.ready.extend(ours.map(|c| (batch.revision, c.clone())));
    }
}
