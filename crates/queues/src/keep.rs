//! Messages between the journal and the queues: each change is in the journal first.

use std::sync::Arc;

use bytes::Bytes;
use fika_aws::shape::AwsError;
use fika_journal::{Batch, EntryId, JournalError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{internal, unavailable};
use crate::message::Head;
use crate::queue::Queue;
use crate::room::Queues;
use crate::state::{RepeatKey, Sent};

/// Removals in one batch of the journal.
const CHUNK: usize = 500;

/// The head of an entry of a queue.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Entry {
    /// A message.
    Message(Head),
    /// What was sent under an id, so that it is not sent again for five minutes.
    Repeat { at: u64, key: RepeatKey, message: Uuid },
}

impl Entry {
    pub(crate) fn bytes(&self) -> Bytes {
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// A message that is to be sent.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) head: Head,
    pub(crate) body: Bytes,
}

impl Queues {
    /// Sends messages: all, or none. Those that were sent before are told as they were then.
    pub(crate) async fn send(
        &self,
        queue: &Arc<Queue>,
        drafts: Vec<Draft>,
    ) -> Result<Vec<Sent>, AwsError> {
        self.send_with(queue, drafts, Batch::new()).await
    }

    /// The same together with changes of the caller's own entries, which are made if the messages are sent and not
    /// otherwise. The batch puts nothing.
    pub(crate) async fn send_with(
        &self,
        queue: &Arc<Queue>,
        drafts: Vec<Draft>,
        batch: Batch,
    ) -> Result<Vec<Sent>, AwsError> {
        let (this, queue) = (self.clone(), queue.clone());
        // To the end, even where whoever asked does not wait for it.
        let sending = tokio::spawn(async move {
            if queue.fifo {
                this.send_in_turn(&queue, drafts, batch).await
            } else {
                this.put(&queue, drafts, Vec::new(), batch).await
            }
        });
        sending.await.map_err(internal)?
    }

    async fn send_in_turn(
        &self,
        queue: &Queue,
        drafts: Vec<Draft>,
        batch: Batch,
    ) -> Result<Vec<Sent>, AwsError> {
        let _turn = queue.turn.lock().await;
        let per_group = queue.known().settings.per_group;
        let mut told: Vec<Result<Sent, usize>> = Vec::new();
        let mut fresh: Vec<(RepeatKey, Draft)> = Vec::new();
        for draft in drafts {
            let key = key(&draft.head, per_group);
            let before = queue.state().repeat(self.now(), &key).cloned();
            let twin = fresh.iter().position(|(other, _)| *other == key);
            told.push(match (before, twin) {
                (Some(sent), _) => Ok(sent),
                (None, Some(at)) => Err(at),
                (None, None) => {
                    fresh.push((key, draft));
                    Err(fresh.len() - 1)
                }
            });
        }
        let (keys, drafts): (Vec<_>, Vec<_>) = fresh.into_iter().unzip();
        let sent = self.put(queue, drafts, keys, batch).await?;
        let of = |told: Result<Sent, usize>| told.or_else(|at| sent.get(at).cloned().ok_or(()));
        Ok(told.into_iter().filter_map(|told| of(told).ok()).collect())
    }

    /// `keys` are what they are known by, of a FIFO queue.
    async fn put(
        &self,
        queue: &Queue,
        drafts: Vec<Draft>,
        keys: Vec<RepeatKey>,
        mut batch: Batch,
    ) -> Result<Vec<Sent>, AwsError> {
        let mut heads = Vec::new();
        for Draft { head, body } in drafts {
            let entry = Entry::Message(head.clone());
            batch = batch.put(queue.topic.clone(), entry.bytes(), body);
            heads.push(head);
        }
        for (key, head) in keys.iter().zip(&heads) {
            let (key, message) = (key.clone(), head.id);
            let entry = Entry::Repeat { at: head.sent, key, message };
            batch = batch.put(queue.topic.clone(), entry.bytes(), Bytes::new());
        }
        let ids = self.journal().commit(batch).await.map_err(|why| unavailable(&why))?;
        let (ids, repeats) = ids.split_at(heads.len().min(ids.len()));
        let sent: Vec<Sent> = ids
            .iter()
            .zip(&heads)
            .map(|(id, head)| Sent { message: head.id, sequence: *id })
            .collect();
        let known = keys.into_iter().zip(repeats).zip(&sent);
        let known: Vec<_> = known.map(|((key, entry), sent)| (key, *entry, sent.clone())).collect();
        self.take_in(queue, ids, heads, known).await;
        queue.counted.sent(sent.len(), self.now());
        Ok(sent)
    }

    /// Shows what the journal has; where the queue was deleted meanwhile, so are its messages.
    async fn take_in(
        &self,
        queue: &Queue,
        ids: &[EntryId],
        heads: Vec<Head>,
        known: Vec<(RepeatKey, EntryId, Sent)>,
    ) {
        let now = self.now();
        let closed = {
            let mut state = queue.state();
            let closed = state.is_closed();
            if !closed {
                let sent = heads.first().map_or(now, |head| head.sent);
                ids.iter().zip(heads).for_each(|(id, head)| _ = state.insert(now, *id, head));
                known.iter().for_each(|(key, entry, sent_as)| {
                    state.remember(sent, key.clone(), sent_as.clone(), *entry);
                });
            }
            closed
        };
        if closed {
            let entries = known.iter().map(|(_, entry, _)| *entry);
            self.erase(ids.iter().copied().chain(entries).collect()).await;
        } else {
            queue.wake.notify_one();
        }
    }

    /// Removes messages that are leaving, for good. Those that the journal keeps are back.
    pub(crate) async fn remove(
        &self,
        queue: &Arc<Queue>,
        ids: Vec<EntryId>,
    ) -> Result<(), AwsError> {
        let (this, queue) = (self.clone(), queue.clone());
        let removing = tokio::spawn(async move {
            let mut all = Ok(());
            for chunk in ids.chunks(CHUNK) {
                let batch = chunk.iter().fold(Batch::new(), |batch, id| batch.remove(*id));
                let done = this.journal().commit(batch).await;
                let now = this.now();
                let mut state = queue.state();
                match &done {
                    Ok(_) => chunk.iter().for_each(|id| state.left(*id)),
                    Err(_) => chunk.iter().for_each(|id| state.back(now, *id)),
                }
                drop(state);
                queue.wake.notify_one();
                all = all.and(done.map(drop).map_err(|why| unavailable(&why)));
            }
            all
        });
        removing.await.map_err(internal)?
    }

    /// Removes entries of no queue.
    pub(crate) async fn erase(&self, ids: Vec<EntryId>) {
        for chunk in ids.chunks(CHUNK) {
            let batch = chunk.iter().fold(Batch::new(), |batch, id| batch.remove(*id));
            if let Err(error) = self.journal().commit(batch).await {
                tracing::warn!(%error, "messages of no queue are still there");
            }
        }
    }

    /// Moves messages that are leaving from one queue to another, each by itself: it is in one of
    /// them at any time. Tells how many are there now; those that cannot be moved are back.
    pub(crate) async fn transfer(
        &self,
        from: &Arc<Queue>,
        to: &Arc<Queue>,
        messages: Vec<(EntryId, Head)>,
    ) -> usize {
        let (this, from, to) = (self.clone(), from.clone(), to.clone());
        let moving = tokio::spawn(async move {
            let mut moved = 0;
            for (id, head) in messages {
                match this.transfer_one(&to, id, head).await {
                    Ok(()) => {
                        from.state().left(id);
                        moved += 1;
                    }
                    Err(error) => {
                        tracing::warn!(%error, queue = %from.arn, "a message cannot be moved");
                        from.state().back(this.now(), id);
                    }
                }
            }
            from.wake.notify_one();
            moved
        });
        moving.await.unwrap_or(0)
    }

    async fn transfer_one(&self, to: &Queue, id: EntryId, head: Head) -> Result<(), JournalError> {
        // A FIFO queue's order is that of its journal.
        let _turn = if to.fifo { Some(to.turn.lock().await) } else { None };
        let body = self.journal().body(id).await?.ok_or(JournalError::Gone(id))?;
        let entry = Entry::Message(head.clone());
        let batch = Batch::new().remove(id).put(to.topic.clone(), entry.bytes(), body);
        let ids = self.journal().commit(batch).await?;
        self.take_in(to, &ids, vec![head], Vec::new()).await;
        Ok(())
    }

    /// Writes behind how often messages were received.
    pub(crate) fn note(&self, given: &[(EntryId, Head)]) {
        let journal = self.journal().clone();
        let mut given = given.to_vec();
        tokio::spawn(async move {
            while !given.is_empty() {
                let batch = given.iter().fold(Batch::new(), |batch, (id, head)| {
                    batch.amend(*id, Entry::Message(head.clone()).bytes())
                });
                match journal.commit(batch).await {
                    // Somebody has deleted one meanwhile; the others are still to be counted.
                    Err(JournalError::Gone(gone)) => given.retain(|(id, _)| *id != gone),
                    Err(error) => {
                        return tracing::debug!(%error, "counts of receipts are not kept");
                    }
                    Ok(_) => return,
                }
            }
        });
    }
}

fn key(head: &Head, per_group: bool) -> RepeatKey {
    let group = head.group.clone().filter(|_| per_group);
    (group, head.deduplication.clone().unwrap_or_default())
}
