//! Event source mappings: in memory, and in the store under `mapping/ACCOUNT/REGION/UUID`.
//!
//! - [`source`]: what kind of source one reads, the defaults of each, and what each takes
//! - [`view`]: as those see them who poll their sources

pub(crate) mod source;
pub(crate) mod view;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use fika_aws::generated::lambda::{CreateEventSourceMappingInput, EventSourceMappingConfiguration};
use fika_model::{AccountId, Region, Scope};
use fika_store::Revision;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

use crate::attached::seconds;
use crate::wire::Wire;
use source::Source;

/// Where mappings are in the store.
pub(crate) const PREFIX: &str = "mapping/";

/// What a result begins with that is none.
const PROBLEM: &str = "PROBLEM: ";

/// One mapping, as the store keeps it. Add members with a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// What was asked for, with the defaults of its kind of source, and `FunctionName` as the
    /// ARN to show.
    pub(crate) settings: Wire<CreateEventSourceMappingInput>,
    /// When it was last changed, milliseconds since 1970.
    pub(crate) modified_ms: i64,
}

/// One mapping as it is committed.
#[derive(Debug)]
pub(crate) struct Mapping {
    pub(crate) record: Record,
    pub(crate) at: Revision,
}

/// All mappings of everybody.
#[derive(Debug, Default)]
pub(crate) struct Mappings {
    /// Held by whoever changes one, from the first look to the last effect: two of one source and
    /// function must not be made at the same time.
    pub(crate) turn: Mutex<()>,
    all: RwLock<BTreeMap<Scope, BTreeMap<Uuid, Arc<Mapping>>>>,
    /// How often any of them changed, for those who follow them.
    changes: watch::Sender<u64>,
    /// What came of each one's last poll, since the start.
    results: RwLock<HashMap<Uuid, String>>,
}

impl Mappings {
    pub(crate) fn get(&self, scope: &Scope, id: Uuid) -> Option<Arc<Mapping>> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.get(scope)?.get(&id).cloned()
    }

    /// Those that have any.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.keys().cloned().collect()
    }

    /// Those of a scope, by id.
    pub(crate) fn list(&self, scope: &Scope) -> Vec<(Uuid, Arc<Mapping>)> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        let mappings = all.get(scope).into_iter().flatten();
        mappings.map(|(id, mapping)| (*id, mapping.clone())).collect()
    }

    /// Shows one as it is committed, or no more.
    pub(crate) fn set(&self, scope: &Scope, id: Uuid, mapping: Option<Mapping>) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let mappings = all.entry(scope.clone()).or_default();
        match mapping {
            Some(mapping) => mappings.insert(id, Arc::new(mapping)),
            None => {
                self.results.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
                mappings.remove(&id)
            }
        };
        if mappings.is_empty() {
            all.remove(scope);
        }
        drop(all);
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// What came of the last poll of one, in AWS's words where AWS has some.
    pub(crate) fn result(&self, id: Uuid) -> String {
        let results = self.results.read().unwrap_or_else(PoisonError::into_inner);
        results.get(&id).cloned().unwrap_or_else(|| "No records processed".into())
    }
}

/// The key of a mapping.
pub(crate) fn key(Scope { account, region }: &Scope, id: Uuid) -> String {
    format!("{PREFIX}{account}/{region}/{id}")
}

/// The mapping of a key; none when the key has another form.
pub(crate) fn parse(key: &[u8]) -> Option<(Scope, Uuid)> {
    let mut parts = std::str::from_utf8(key).ok()?.strip_prefix(PREFIX)?.splitn(3, '/');
    let account = AccountId::new(parts.next()?).ok()?;
    let region = Region::new(parts.next()?).ok()?;
    Some((Scope { account, region }, parts.next()?.parse().ok()?))
}

/// Its ARN.
pub(crate) fn arn(Scope { account, region }: &Scope, id: Uuid) -> String {
    format!("arn:aws:lambda:{region}:{account}:event-source-mapping:{id}")
}

/// The mapping of an ARN; none when it is no mapping's.
pub(crate) fn parse_arn(text: &str) -> Option<(Scope, Uuid)> {
    let (region, rest) = text.strip_prefix("arn:aws:lambda:")?.split_once(':')?;
    let (account, id) = rest.split_once(":event-source-mapping:")?;
    let (account, region) = (AccountId::new(account).ok()?, Region::new(region).ok()?);
    Some((Scope { account, region }, id.parse().ok()?))
}

impl Record {
    /// The state it rests in.
    pub(crate) fn state(&self) -> &'static str {
        if self.settings.0.enabled == Some(false) { "Disabled" } else { "Enabled" }
    }

    /// As the API shows it. `state` is what it rests in, or is on its way to.
    pub(crate) fn shown(
        &self,
        scope: &Scope,
        id: Uuid,
        state: &str,
        result: impl FnOnce() -> String,
    ) -> EventSourceMappingConfiguration {
        let Wire(it) = &self.settings;
        let source = Source::of(it);
        let queue = source.is_some_and(Source::is_queue);
        let stream = source.is_some_and(Source::is_stream);
        let filters = it.filter_criteria.clone();
        let it = it.clone();
        EventSourceMappingConfiguration {
            uuid: Some(id.to_string()),
            starting_position: it.starting_position,
            starting_position_timestamp: it.starting_position_timestamp,
            batch_size: it.batch_size,
            maximum_batching_window_in_seconds: it.maximum_batching_window_in_seconds,
            parallelization_factor: it.parallelization_factor,
            event_source_arn: it.event_source_arn,
            filter_criteria: filters.filter(|all| all.filters.iter().flatten().next().is_some()),
            filter_criteria_error: None,
            kms_key_arn: it.kms_key_arn,
            metrics_config: it.metrics_config,
            logging_config: it.logging_config,
            scaling_config: it.scaling_config,
            function_arn: it.function_name,
            last_modified: Some(seconds(self.modified_ms)),
            // Of a queue it is told only when there is something the matter.
            last_processing_result: Some(result())
                .filter(|text| !queue || text.starts_with(PROBLEM)),
            state: Some(state.into()),
            state_transition_reason: Some(
                if stream { "User action" } else { "USER_INITIATED" }.into(),
            ),
            destination_config: it.destination_config,
            topics: it.topics,
            queues: it.queues,
            source_access_configurations: it.source_access_configurations,
            self_managed_event_source: it.self_managed_event_source,
            maximum_record_age_in_seconds: it.maximum_record_age_in_seconds,
            bisect_batch_on_function_error: it.bisect_batch_on_function_error,
            maximum_retry_attempts: it.maximum_retry_attempts,
            tumbling_window_in_seconds: it.tumbling_window_in_seconds,
            function_response_types: it.function_response_types,
            amazon_managed_kafka_event_source_config: it.amazon_managed_kafka_event_source_config,
            self_managed_kafka_event_source_config: it.self_managed_kafka_event_source_config,
            document_db_event_source_config: it.document_db_event_source_config,
            event_source_mapping_arn: Some(arn(scope, id)),
            provisioned_poller_config: it.provisioned_poller_config,
        }
    }
}
