//! Event source mappings as those see them who poll their sources.

use std::sync::PoisonError;
use std::time::Duration;

use fika_aws::generated::lambda::{
    CreateEventSourceMappingInput, EventSourcePosition, FunctionResponseType,
};
use fika_model::{FunctionArn, FunctionRef, Scope};
use fika_store::Revision;
use tokio::sync::watch;
use uuid::Uuid;

use super::Mapping;
use super::source::Source;
use crate::control::Control;

/// One mapping that is enabled.
#[derive(Debug, Clone, PartialEq)]
pub struct EventSourceMapping {
    /// Its id.
    pub id: Uuid,
    /// Whose it is, and where.
    pub scope: Scope,
    /// Another one each time it is changed.
    pub revision: Revision,
    /// The function, with the qualifier it is called by.
    pub function: FunctionArn,
    /// Where events come from.
    pub source: EventSource,
    /// The most records of a call.
    pub batch: usize,
    /// How long records may be waited for.
    pub window: Duration,
    /// Event patterns; a record passes that matches any. All pass where there is none.
    pub filters: Vec<String>,
    /// Whether the function says which records failed.
    pub item_failures: bool,
    /// The most calls at the same time, where that is bounded.
    pub most_calls: Option<u32>,
}

/// A source that can be polled here.
#[derive(Debug, Clone, PartialEq)]
pub enum EventSource {
    /// A queue (SQS).
    Queue {
        /// Its ARN.
        arn: String,
    },
    /// A cluster of somebody's own.
    Cluster {
        /// Addresses, as in `localhost:9092`.
        servers: Vec<String>,
        /// The topic.
        topic: String,
        /// Whether to begin with what there is, where nobody has read yet.
        from_start: bool,
    },
}

impl Control {
    /// Wakes up whenever an event source mapping changed.
    #[must_use]
    pub fn mapping_changes(&self) -> watch::Receiver<u64> {
        self.inner.mappings.changes.subscribe()
    }

    /// All mappings that are enabled and whose kind of source can be polled here.
    #[must_use]
    pub fn enabled_mappings(&self) -> Vec<EventSourceMapping> {
        let all = self.inner.mappings.all.read().unwrap_or_else(PoisonError::into_inner);
        let each =
            all.iter().flat_map(|(scope, own)| own.iter().map(move |(id, m)| (scope, id, m)));
        each.filter_map(|(scope, id, mapping)| view(scope, *id, mapping)).collect()
    }

    /// Says what came of the last poll of a mapping, as `LastProcessingResult` shows it.
    pub fn mapping_polled(&self, id: Uuid, result: &str) {
        let mut results =
            self.inner.mappings.results.write().unwrap_or_else(PoisonError::into_inner);
        if results.get(&id).is_none_or(|before| before != result) {
            results.insert(id, result.into());
        }
    }
}

fn view(scope: &Scope, id: Uuid, mapping: &Mapping) -> Option<EventSourceMapping> {
    let it = &mapping.record.settings.0;
    let named = FunctionRef::parse(it.function_name.as_deref()?).ok()?;
    let function =
        FunctionArn { scope: scope.clone(), name: named.name, qualifier: named.qualifier };
    let filters = it.filter_criteria.iter().flat_map(|all| &all.filters).flatten();
    let items = it.function_response_types.iter().flatten();
    let seconds = it.maximum_batching_window_in_seconds.unwrap_or_default();
    (it.enabled != Some(false)).then_some(())?;
    Some(EventSourceMapping {
        id,
        scope: scope.clone(),
        revision: mapping.at,
        function,
        source: source(it)?,
        batch: it.batch_size.and_then(|size| usize::try_from(size).ok()).unwrap_or(1),
        window: Duration::from_secs(u64::try_from(seconds).unwrap_or_default()),
        filters: filters.filter_map(|filter| filter.pattern.clone()).collect(),
        item_failures: items
            .clone()
            .any(|kind| *kind == FunctionResponseType::ReportBatchItemFailures),
        most_calls: it
            .scaling_config
            .as_ref()
            .and_then(|scaling| u32::try_from(scaling.maximum_concurrency?).ok()),
    })
}

/// The source of a mapping, where it can be polled here.
pub(crate) fn source(it: &CreateEventSourceMappingInput) -> Option<EventSource> {
    match Source::of(it)? {
        Source::Sqs { .. } => Some(EventSource::Queue { arn: it.event_source_arn.clone()? }),
        Source::SelfManagedKafka => {
            let endpoints = it.self_managed_event_source.as_ref()?.endpoints.as_ref()?;
            Some(EventSource::Cluster {
                servers: endpoints.values().flatten().cloned().collect(),
                topic: it.topics.iter().flatten().next()?.clone(),
                from_start: it.starting_position != Some(EventSourcePosition::Latest),
            })
        }
        _ => None,
    }
}
