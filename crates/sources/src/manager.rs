//! One poller for each mapping that is enabled.

use std::collections::HashMap;
use std::sync::Arc;

use fika_control::{Control, EventSource, EventSourceMapping};
use fika_eventpattern::Pattern;
use fika_events::Functions;
use fika_iam::Iam;
use fika_queues::Queues;
use tokio::task::{AbortHandle, JoinSet};
use uuid::Uuid;

use crate::{Brokers, cluster, queue};

/// What pollers are made of.
#[derive(Clone)]
pub struct SourcesOptions {
    /// Where mappings are.
    pub control: Control,
    /// The invoke path.
    pub functions: Arc<dyn Functions>,
    /// The queues.
    pub queues: Queues,
    /// As whom they are read.
    pub iam: Iam,
    /// Which foreign servers may be polled.
    pub brokers: Brokers,
}

/// All pollers.
pub struct Sources {
    options: SourcesOptions,
    running: HashMap<Uuid, (EventSourceMapping, AbortHandle)>,
    tasks: JoinSet<()>,
}

impl Sources {
    /// No poller yet.
    #[must_use]
    pub fn new(options: SourcesOptions) -> Self {
        Self { options, running: HashMap::new(), tasks: JoinSet::new() }
    }

    /// Polls until dropped. What is under way then is given again at the next start.
    pub async fn run(mut self) {
        let mut changes = self.options.control.mapping_changes();
        loop {
            changes.mark_unchanged();
            self.reconcile();
            if changes.changed().await.is_err() {
                return;
            }
            while self.tasks.try_join_next().is_some() {}
        }
    }

    /// Ends pollers of mappings that are no more, or others now, and begins those that lack.
    fn reconcile(&mut self) {
        let enabled = self.options.control.enabled_mappings();
        let wanted: HashMap<Uuid, EventSourceMapping> =
            enabled.into_iter().map(|mapping| (mapping.id, mapping)).collect();
        self.running.retain(|id, (mapping, task)| {
            let stays = wanted.get(id) == Some(mapping);
            if !stays {
                task.abort();
            }
            stays
        });
        for (id, mapping) in wanted {
            if !self.running.contains_key(&id) {
                let task = self.tasks.spawn(poll(self.options.clone(), mapping.clone()));
                self.running.insert(id, (mapping, task));
            }
        }
    }
}

async fn poll(options: SourcesOptions, mapping: EventSourceMapping) {
    // They were read when the mapping was made. Where one cannot be read any more all is wanted: what
    // is not wanted is acknowledged unseen, and that cannot be taken back.
    let read: Result<Vec<Pattern>, _> =
        mapping.filters.iter().map(|text| Pattern::parse(text)).collect();
    let patterns = read.unwrap_or_default();
    match &mapping.source {
        EventSource::Cluster { .. } => cluster::poll(&options, &mapping, &patterns).await,
        EventSource::Queue { arn } => queue::poll(&options, &mapping, arn).await,
    }
}
