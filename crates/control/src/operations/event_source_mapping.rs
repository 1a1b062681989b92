//! Create-, Update-, Get-, List- and DeleteEventSourceMapping(s): kept here; the event side reads
//! the sources.
//!
//! A change is done before it is answered, so its answer is the only one that shows a mapping on
//! its way (`Creating`, `Updating`, …); the next one shows it where it rests.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_aws::generated::lambda::{
    CreateEventSourceMappingInput, DeleteEventSourceMappingInput, EventSourceMappingConfiguration,
    GetEventSourceMappingInput, ListEventSourceMappingsInput, ListEventSourceMappingsOutput,
    UpdateEventSourceMappingInput,
};
use fika_aws::rest::Empty;
use fika_aws::shape::AwsError;
use fika_model::{FunctionArn, FunctionRef, Scope};
use fika_store::Batch;
use uuid::Uuid;

use super::create::checked_tags;
use super::page::Page;
use super::{Part, has};
use crate::control::Control;
use crate::lifecycle::now_ms;
use crate::mappings::source::Source;
use crate::mappings::{self, Mapping, Record, view};
use crate::preparation::Reader;
use crate::reference::Which;
use crate::refuse;
use crate::wire::Wire;

/// Mappings on a page, at most and by default, as on AWS.
const PAGE: usize = 100;

type Shown = EventSourceMappingConfiguration;
type Tags = BTreeMap<String, String>;

impl Control {
    /// CreateEventSourceMapping.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn create_event_source_mapping(
        &self,
        scope: &Scope,
        mut input: CreateEventSourceMappingInput,
    ) -> Result<Shown, AwsError> {
        let source = Source::of(&input).ok_or_else(unrecognized)?;
        source.check(&input)?;
        input.tags = input.tags.map(checked_tags).transpose()?;
        let name = input.function_name.take();
        let arn = self.mapped(scope, "CreateEventSourceMapping", name)?;
        input.function_name = Some(arn);
        let id = Uuid::new_v4();
        source.fill(id, &mut input);
        let record = Record { settings: Wire(input), modified_ms: now_ms() };
        let (this, scope) = (self.clone(), scope.clone());
        self.to_the_end(async move {
            let _turn = this.inner.mappings.turn.lock().await;
            this.same_source(&scope, id, source, &record)?;
            this.check_source(&scope, &record)?;
            let state = if record.state() == "Enabled" { "Creating" } else { "Disabled" };
            let shown = record.shown(&scope, id, state, || this.inner.mappings.result(id));
            this.keep_mapping(&scope, id, None, record).await?;
            Ok(shown)
        })
        .await
    }

    /// UpdateEventSourceMapping: what is not given stays as it is.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn update_event_source_mapping(
        &self,
        scope: &Scope,
        mut input: UpdateEventSourceMappingInput,
    ) -> Result<Shown, AwsError> {
        let id = id(input.uuid.as_deref())?;
        let name = input.function_name.take();
        if self.inner.mappings.get(scope, id).is_none() {
            return Err(no_mapping());
        }
        if name.is_some() {
            input.function_name = Some(self.mapped(scope, "UpdateEventSourceMapping", name)?);
        }
        let (this, scope) = (self.clone(), scope.clone());
        self.to_the_end(async move {
            let _turn = this.inner.mappings.turn.lock().await;
            let before = this.inner.mappings.get(&scope, id).ok_or_else(no_mapping)?;
            let settings = changed(before.record.settings.0.clone(), input);
            let source = Source::of(&settings).ok_or_else(unrecognized)?;
            source.check(&settings)?;
            let record = Record { settings: Wire(settings), modified_ms: now_ms() };
            this.same_source(&scope, id, source, &record)?;
            // What is switched off need not be there any more.
            if record.state() == "Enabled" {
                this.check_source(&scope, &record)?;
            }
            let state = match (before.record.state(), record.state()) {
                (was, is) if was == is => "Updating",
                (_, "Enabled") => "Enabling",
                _ => "Disabling",
            };
            let shown = record.shown(&scope, id, state, || this.inner.mappings.result(id));
            this.keep_mapping(&scope, id, Some(&before), record).await?;
            Ok(shown)
        })
        .await
    }

    /// GetEventSourceMapping.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_event_source_mapping(
        &self,
        scope: &Scope,
        input: &GetEventSourceMappingInput,
    ) -> Result<Shown, AwsError> {
        let id = id(input.uuid.as_deref())?;
        let mapping = self.inner.mappings.get(scope, id).ok_or_else(no_mapping)?;
        let result = || self.inner.mappings.result(id);
        Ok(mapping.record.shown(scope, id, mapping.record.state(), result))
    }

    /// ListEventSourceMappings: by id; of one source or one function where asked for, whether or
    /// not that is there.
    ///
    /// # Errors
    /// As on AWS; 400 for a marker that is not one of ours.
    pub fn list_event_source_mappings(
        &self,
        scope: &Scope,
        input: ListEventSourceMappingsInput,
    ) -> Result<ListEventSourceMappingsOutput, AwsError> {
        let page = Page::of(input.marker.as_deref(), input.max_items, PAGE)?;
        let read = |name| Part::read(scope, "ListEventSourceMappings", Some(name), None);
        let function = input.function_name.map(read).transpose()?;
        let function = function.map(|part| part.arn().to_string());
        let wanted = |mapping: &Mapping| {
            let it = &mapping.record.settings.0;
            let of = |asked: &Option<String>, own: &Option<String>| asked.is_none() || asked == own;
            of(&input.event_source_arn, &it.event_source_arn) && of(&function, &it.function_name)
        };
        let all = self.inner.mappings.list(scope).into_iter();
        let entries = all.filter(|(_, mapping)| wanted(mapping)).map(|(id, mapping)| {
            let result = || self.inner.mappings.result(id);
            (id.to_string(), mapping.record.shown(scope, id, mapping.record.state(), result))
        });
        let (shown, next_marker) = page.cut(entries);
        Ok(ListEventSourceMappingsOutput { event_source_mappings: Some(shown), next_marker })
    }

    /// DeleteEventSourceMapping.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn delete_event_source_mapping(
        &self,
        scope: &Scope,
        input: DeleteEventSourceMappingInput,
    ) -> Result<Shown, AwsError> {
        let id = id(input.uuid.as_deref())?;
        let (this, scope) = (self.clone(), scope.clone());
        self.to_the_end(async move {
            let _turn = this.inner.mappings.turn.lock().await;
            let before = this.inner.mappings.get(&scope, id).ok_or_else(no_mapping)?;
            let key = mappings::key(&scope, id);
            let batch = Batch::new().if_at(key.clone(), before.at).delete(key);
            this.inner.store.commit(batch).await.map_err(|e| refuse::store_failed(&e))?;
            this.inner.mappings.set(&scope, id, None);
            let result = || this.inner.mappings.result(id);
            Ok(before.record.shown(&scope, id, "Deleting", result))
        })
        .await
    }

    /// The tags of a mapping of the caller's.
    pub(super) fn mapping_tags(&self, scope: &Scope, of: &(Scope, Uuid)) -> Result<Tags, AwsError> {
        let own = (of.0 == *scope).then(|| self.inner.mappings.get(scope, of.1)).flatten();
        let mapping = own.ok_or_else(no_mapping)?;
        Ok(mapping.record.settings.0.tags.clone().unwrap_or_default())
    }

    /// Changes the tags of a mapping of the caller's, and nothing else of it.
    pub(super) async fn retag_mapping(
        &self,
        scope: &Scope,
        of: (Scope, Uuid),
        edit: impl FnOnce(&mut Tags) + Send + 'static,
    ) -> Result<Empty, AwsError> {
        if of.0 != *scope {
            return Err(no_mapping());
        }
        let (this, (scope, id)) = (self.clone(), of);
        self.to_the_end(async move {
            let _turn = this.inner.mappings.turn.lock().await;
            let before = this.inner.mappings.get(&scope, id).ok_or_else(no_mapping)?;
            let mut record = before.record.clone();
            let mut tags = record.settings.0.tags.take().unwrap_or_default();
            edit(&mut tags);
            record.settings.0.tags = Some(checked_tags(tags)?);
            this.keep_mapping(&scope, id, Some(&before), record).await?;
            Ok(Empty)
        })
        .await
    }

    /// The ARN of the function that is to be called, qualified as the caller named it.
    fn mapped(
        &self,
        scope: &Scope,
        action: &'static str,
        name: Option<String>,
    ) -> Result<String, AwsError> {
        let part = Part::read(scope, action, name, None)?;
        let function = self.inner.registry.get(scope, &part.name);
        match function {
            Some(function) if has(&function.snapshot.load(), part.key()) => {
                Ok(part.arn().to_string())
            }
            _ => Err(no_function()),
        }
    }

    /// Refuses a source that cannot be read for the function.
    fn check_source(&self, scope: &Scope, record: &Record) -> Result<(), AwsError> {
        let it = &record.settings.0;
        let asked = self.inner.options.sources.as_ref().zip(view::source(it));
        let Some((check, source)) = asked else { return Ok(()) };
        let reader = it.function_name.as_deref().and_then(|name| self.reader(scope, name));
        let reader = reader.ok_or_else(no_function)?;
        check.check(&source, &reader).map_err(refuse::invalid)
    }

    fn reader(&self, scope: &Scope, arn: &str) -> Option<Reader> {
        let FunctionRef { name, qualifier, .. } = FunctionRef::parse(arn).ok()?;
        let found = self.inner.registry.get(scope, &name)?;
        let snapshot = found.snapshot.load();
        let build = match snapshot.which(qualifier.as_deref())? {
            Which::Latest => &snapshot.record.latest,
            Which::Published(number) => &snapshot.versions.get(&number)?.record.build,
        };
        let (role, timeout) = (build.settings.role.clone(), build.settings.timeout());
        let function = FunctionArn { scope: scope.clone(), name, qualifier };
        Some(Reader { function, role, timeout })
    }

    /// Refuses a second mapping of the same source to the same function.
    fn same_source(
        &self,
        scope: &Scope,
        own: Uuid,
        source: Source,
        new: &Record,
    ) -> Result<(), AwsError> {
        let Wire(new) = &new.settings;
        let topics = |it: &CreateEventSourceMappingInput| it.topics.clone().unwrap_or_default();
        let shared = |it: &CreateEventSourceMappingInput| {
            let (ours, theirs) = (topics(new), topics(it));
            (ours.is_empty() && theirs.is_empty()) || ours.iter().any(|one| theirs.contains(one))
        };
        let same = |it: &CreateEventSourceMappingInput| {
            let servers = |it| servers(it).unwrap_or_default();
            let common = servers(it).iter().any(|one| servers(new).contains(one));
            it.function_name == new.function_name
                && it.event_source_arn == new.event_source_arn
                && (new.event_source_arn.is_some() || common)
                && shared(it)
        };
        let all = self.inner.mappings.list(scope);
        let other =
            |(id, mapping): &&(Uuid, Arc<Mapping>)| *id != own && same(&mapping.record.settings.0);
        let Some((id, _)) = all.iter().find(other) else { return Ok(()) };
        let function = new.function_name.as_deref().unwrap_or_default();
        let name = function.splitn(7, ':').nth(6).unwrap_or_default();
        let arn = new.event_source_arn.as_deref().unwrap_or_default();
        let what = match source {
            Source::Sqs { .. } => format!(
                "An event source mapping with SQS arn (\" {arn} \") and function (\" {name} \")"
            ),
            Source::SelfManagedKafka => format!(
                "An event source mapping with event source (\"{}\"), function (\"{function}\"), \
                 topics (\"{}\")",
                servers(new).unwrap_or_default().join(","),
                topics(new).join(","),
            ),
            _ => format!(
                "The event source arn (\" {arn} \") and function (\" {name} \") provided mapping"
            ),
        };
        Err(AwsError::resource_conflict(format!(
            "{what} already exists. Please update or delete the existing mapping with UUID {id}"
        )))
    }

    /// Commits a mapping, then shows it. The caller has the turn.
    async fn keep_mapping(
        &self,
        scope: &Scope,
        id: Uuid,
        before: Option<&Arc<Mapping>>,
        record: Record,
    ) -> Result<(), AwsError> {
        let key = mappings::key(scope, id);
        let batch = match before {
            Some(before) => Batch::new().if_at(key.clone(), before.at),
            None => Batch::new().if_absent(key.clone()),
        };
        let value = serde_json::to_vec(&record).map_err(|_| refuse::internal("no JSON"))?;
        let batch = batch.put(key, value);
        let at = self.inner.store.commit(batch).await.map_err(|e| refuse::store_failed(&e))?;
        self.inner.mappings.set(scope, id, Some(Mapping { record, at }));
        Ok(())
    }
}

/// The settings with what an update gives.
fn changed(
    it: CreateEventSourceMappingInput,
    new: UpdateEventSourceMappingInput,
) -> CreateEventSourceMappingInput {
    CreateEventSourceMappingInput {
        function_name: new.function_name.or(it.function_name),
        enabled: new.enabled.or(it.enabled),
        batch_size: new.batch_size.or(it.batch_size),
        filter_criteria: new.filter_criteria.or(it.filter_criteria),
        kms_key_arn: new.kms_key_arn.or(it.kms_key_arn),
        metrics_config: new.metrics_config.or(it.metrics_config),
        logging_config: new.logging_config.or(it.logging_config),
        scaling_config: new.scaling_config.or(it.scaling_config),
        maximum_batching_window_in_seconds: new
            .maximum_batching_window_in_seconds
            .or(it.maximum_batching_window_in_seconds),
        parallelization_factor: new.parallelization_factor.or(it.parallelization_factor),
        destination_config: new.destination_config.or(it.destination_config),
        maximum_record_age_in_seconds: new
            .maximum_record_age_in_seconds
            .or(it.maximum_record_age_in_seconds),
        bisect_batch_on_function_error: new
            .bisect_batch_on_function_error
            .or(it.bisect_batch_on_function_error),
        maximum_retry_attempts: new.maximum_retry_attempts.or(it.maximum_retry_attempts),
        tumbling_window_in_seconds: new
            .tumbling_window_in_seconds
            .or(it.tumbling_window_in_seconds),
        source_access_configurations: new
            .source_access_configurations
            .or(it.source_access_configurations),
        function_response_types: new.function_response_types.or(it.function_response_types),
        amazon_managed_kafka_event_source_config: new
            .amazon_managed_kafka_event_source_config
            .or(it.amazon_managed_kafka_event_source_config),
        self_managed_kafka_event_source_config: new
            .self_managed_kafka_event_source_config
            .or(it.self_managed_kafka_event_source_config),
        document_db_event_source_config: new
            .document_db_event_source_config
            .or(it.document_db_event_source_config),
        provisioned_poller_config: new.provisioned_poller_config.or(it.provisioned_poller_config),
        ..it
    }
}

/// The addresses of a self-managed cluster.
fn servers(it: &CreateEventSourceMappingInput) -> Option<Vec<String>> {
    let source = it.self_managed_event_source.as_ref()?;
    source.endpoints.as_ref()?.values().next().cloned()
}

/// What is no id names no mapping.
fn id(text: Option<&str>) -> Result<Uuid, AwsError> {
    text.and_then(|text| text.parse().ok()).ok_or_else(no_mapping)
}

fn no_mapping() -> AwsError {
    AwsError::resource_not_found("The resource you requested does not exist.")
}

fn no_function() -> AwsError {
    refuse::invalid("Function does not exist")
}

fn unrecognized() -> AwsError {
    refuse::invalid("Unrecognized event source.")
}
