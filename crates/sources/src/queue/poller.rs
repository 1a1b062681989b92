//! The poller of one mapping.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fika_queues::Delivered;
use tokio::task::JoinSet;
use tokio::time::{Instant as Deadline, sleep};

use super::Mapping;
use super::delivery::{Ended, deliver};
use super::event::EVENT_BYTES;
use super::pace::Pace;
use super::rights::may_read;
use crate::SourcesOptions;

/// How long one look at the queue waits for messages.
const WAIT: Duration = Duration::from_secs(20);
/// Messages of one look at the queue, at most.
const LOOK: usize = 10;
/// How long a mapping rests that cannot do anything.
const REST: Duration = Duration::from_secs(5);

pub(super) struct Poller {
    options: SourcesOptions,
    mapping: Arc<Mapping>,
    begun: Instant,
    pace: Pace,
    under_way: JoinSet<Ended>,
    /// What was received and is not yet under way.
    batch: Vec<Delivered>,
    /// Why it could not do anything last, told once.
    trouble: Option<String>,
}

impl Poller {
    pub(super) fn new(options: SourcesOptions, mapping: Arc<Mapping>) -> Self {
        Self {
            options,
            pace: Pace::new(mapping.at_once()),
            mapping,
            begun: Instant::now(),
            under_way: JoinSet::new(),
            batch: Vec::new(),
            trouble: None,
        }
    }

    /// Until it is dropped.
    pub(super) async fn run(mut self) {
        loop {
            while let Some(ended) = self.under_way.try_join_next() {
                self.ended(ended);
            }
            if self.under_way.len() >= self.pace.width() {
                self.wait_for_one().await;
            } else if let Err(why) = self.may() {
                self.rest(why).await;
            } else {
                self.well();
                self.round().await;
            }
        }
    }

    /// One batch, if there is any.
    async fn round(&mut self) {
        self.gather().await;
        if self.batch.is_empty() {
            return;
        }
        let (options, mapping) = (self.options.clone(), self.mapping.clone());
        let batch = std::mem::take(&mut self.batch);
        self.under_way.spawn(async move { deliver(&options, &mapping, batch).await });
        if self.under_way.len() >= self.pace.width() {
            let now = self.now();
            self.pace.full(now);
        }
    }

    /// Receives until the batch is full, its window is over or nothing more is to be received.
    async fn gather(&mut self) {
        let size = self.mapping.it.batch;
        self.look(Deadline::now() + WAIT).await;
        let until = Deadline::now() + self.mapping.it.window;
        while !self.batch.is_empty()
            && self.batch.len() < size
            && bytes(&self.batch) < EVENT_BYTES
            && Deadline::now() < until
        {
            self.look(until).await;
        }
    }

    /// Messages as soon as there are any, until then at the latest.
    async fn look(&mut self, until: Deadline) {
        let wait = until.saturating_duration_since(Deadline::now());
        let most = (self.mapping.it.batch - self.batch.len()).min(LOOK);
        match self.options.queues.poll(&self.mapping.queue, most, wait).await {
            Some(got) => self.batch.extend(got),
            None => sleep(REST.min(wait)).await,
        }
    }

    fn ended(&mut self, ended: Result<Ended, tokio::task::JoinError>) {
        match ended {
            Ok(Ended::Ran | Ended::Failed) => {}
            Ok(Ended::Throttled) => {
                let now = self.now();
                self.pace.throttled(now);
            }
            Err(error) => tracing::error!(%error, "a batch ended before its time"),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    async fn wait_for_one(&mut self) {
        if let Some(ended) = self.under_way.join_next().await {
            self.ended(ended);
        }
    }

    /// Whether it may receive at all: the function is there, and its role may read the queue.
    fn may(&self) -> Result<(), String> {
        let Mapping { it, queue, .. } = &*self.mapping;
        let SourcesOptions { functions, queues, iam, .. } = &self.options;
        let policy = functions.policy(&it.function).ok_or("The function does not exist.")?;
        may_read(queues, iam, &it.function, &policy.role, queue)
    }

    /// What was the matter is not any more.
    fn well(&mut self) {
        if self.trouble.take().is_some() {
            self.options.control.mapping_polled(self.mapping.it.id, "OK");
        }
    }

    async fn rest(&mut self, why: String) {
        if self.trouble.as_ref() != Some(&why) {
            let id = self.mapping.it.id;
            tracing::warn!(mapping = %id, %why, "a mapping cannot read its source");
            self.options.control.mapping_polled(id, &format!("PROBLEM: {why}"));
            self.trouble = Some(why);
        }
        sleep(REST).await;
    }
}

impl Drop for Poller {
    /// What is under way goes on to its end; what was only received is for whoever comes next.
    fn drop(&mut self) {
        self.under_way.detach_all();
        let handles: Vec<String> = self.batch.drain(..).map(|message| message.handle).collect();
        self.options.queues.hide(&self.mapping.queue, &handles, Duration::ZERO);
    }
}

fn bytes(batch: &[Delivered]) -> usize {
    batch.iter().map(|message| message.body.len()).sum()
}
