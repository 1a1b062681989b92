//! Put-, Get-, List- and DeleteProvisionedConcurrencyConfig.

use std::sync::Arc;

use fika_aws::generated::lambda::{
    DeleteProvisionedConcurrencyConfigInput, GetProvisionedConcurrencyConfigInput,
    GetProvisionedConcurrencyConfigOutput, ListProvisionedConcurrencyConfigsInput,
    ListProvisionedConcurrencyConfigsOutput, ProvisionedConcurrencyConfigListItem,
    ProvisionedConcurrencyStatusEnum as Status, PutProvisionedConcurrencyConfigInput,
    PutProvisionedConcurrencyConfigOutput,
};
use fika_aws::rest::Empty;
use fika_aws::shape::AwsError;
use fika_model::arn::LATEST;
use fika_model::{FunctionArn, Scope};
use jiff::Timestamp;

use super::Part;
use super::page::{self, Page};
use crate::aliases;
use crate::attached::Attached;
use crate::concurrency::{Provisioned, minimum, shared_out};
use crate::control::Control;
use crate::lifecycle::now_ms;
use crate::reference::{self, Which};
use crate::refuse;
use crate::registry::{Function, Snapshot};

/// What all answers say of a config.
struct Told {
    ready: u32,
    status: Status,
    reason: Option<String>,
    modified: String,
}

impl Control {
    /// PutProvisionedConcurrencyConfig. It answers `IN_PROGRESS`; the sandboxes come up by
    /// themselves.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn put_provisioned_concurrency_config(
        &self,
        scope: &Scope,
        input: PutProvisionedConcurrencyConfigInput,
    ) -> Result<PutProvisionedConcurrencyConfigOutput, AwsError> {
        const ACTION: &str = "PutProvisionedConcurrencyConfig";
        let part = Part::read(scope, ACTION, input.function_name, input.qualifier)?;
        let function = self.provisionable(scope, &part, UNPUBLISHED)?;
        let requested = input.provisioned_concurrent_executions;
        let amount = requested.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        let modified_ms = now_ms();
        let (this, scope) = (self.clone(), scope.clone());
        self.share_out(function, move |attached, before| {
            let which = before.which(Some(part.key())).ok_or_else(|| missing(&part))?;
            may_have_sandboxes_ahead(before, which)?;
            is_nobody_elses(attached, part.key(), which)?;
            this.may_provision(&scope, attached, part.key(), amount)?;
            let config = Provisioned { amount, modified_ms };
            attached.concurrency.provisioned.insert(part.key().into(), config);
            Ok(PutProvisionedConcurrencyConfigOutput {
                requested_provisioned_concurrent_executions: shown(amount),
                allocated_provisioned_concurrent_executions: Some(0),
                available_provisioned_concurrent_executions: Some(0),
                status: Some(Status::InProgress),
                status_reason: None,
                last_modified: Some(date(modified_ms)),
            })
        })
        .await
    }

    /// GetProvisionedConcurrencyConfig.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_provisioned_concurrency_config(
        &self,
        scope: &Scope,
        input: GetProvisionedConcurrencyConfigInput,
    ) -> Result<GetProvisionedConcurrencyConfigOutput, AwsError> {
        const ACTION: &str = "GetProvisionedConcurrencyConfig";
        let part = Part::read(scope, ACTION, input.function_name, input.qualifier)?;
        let function = self.provisionable(scope, &part, NOT_A_VERSION)?;
        let snapshot = function.snapshot.load();
        let configs = &snapshot.record.attached.concurrency.provisioned;
        let config = configs.get(part.key()).ok_or_else(|| {
            AwsError::provisioned_concurrency_config_not_found(
                "No Provisioned Concurrency Config found for this function",
            )
        })?;
        let told = self.told(&snapshot, part.key(), config);
        Ok(GetProvisionedConcurrencyConfigOutput {
            requested_provisioned_concurrent_executions: shown(config.amount),
            available_provisioned_concurrent_executions: shown(told.ready),
            allocated_provisioned_concurrent_executions: shown(told.ready),
            status: Some(told.status),
            status_reason: told.reason,
            last_modified: Some(told.modified),
        })
    }

    /// ListProvisionedConcurrencyConfigs: by qualifier, 50 a page at most.
    ///
    /// # Errors
    /// As on AWS; 400 for a marker that is not one of ours.
    pub fn list_provisioned_concurrency_configs(
        &self,
        scope: &Scope,
        input: &ListProvisionedConcurrencyConfigsInput,
    ) -> Result<ListProvisionedConcurrencyConfigsOutput, AwsError> {
        const ACTION: &str = "ListProvisionedConcurrencyConfigs";
        let function = self.find_whole(scope, ACTION, input.function_name.as_deref())?;
        let page = Page::of(input.marker.as_deref(), input.max_items, page::MOST)?;
        let snapshot = function.snapshot.load();
        let configs = snapshot.record.attached.concurrency.provisioned.iter();
        let configs = configs.map(|(key, config)| (key.clone(), (key, config)));
        let (configs, next_marker) = page.cut(configs);
        let item = |(key, config): (&String, &Provisioned)| {
            let told = self.told(&snapshot, key, config);
            let FunctionArn { scope, name, .. } = &function.arn;
            ProvisionedConcurrencyConfigListItem {
                function_arn: Some(reference::arn(scope, name, Some(key)).to_string()),
                requested_provisioned_concurrent_executions: shown(config.amount),
                available_provisioned_concurrent_executions: shown(told.ready),
                allocated_provisioned_concurrent_executions: shown(told.ready),
                status: Some(told.status),
                status_reason: told.reason,
                last_modified: Some(told.modified),
            }
        };
        Ok(ListProvisionedConcurrencyConfigsOutput {
            provisioned_concurrency_configs: Some(configs.into_iter().map(item).collect()),
            next_marker,
        })
    }

    /// DeleteProvisionedConcurrencyConfig; of one that is not there, too.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn delete_provisioned_concurrency_config(
        &self,
        scope: &Scope,
        input: DeleteProvisionedConcurrencyConfigInput,
    ) -> Result<Empty, AwsError> {
        const ACTION: &str = "DeleteProvisionedConcurrencyConfig";
        let part = Part::read(scope, ACTION, input.function_name, input.qualifier)?;
        let function = self.provisionable(scope, &part, NOT_A_VERSION)?;
        self.share_out(function, move |attached, _| {
            attached.concurrency.provisioned.remove(part.key());
            Ok(Empty)
        })
        .await
    }

    /// The function, if it has that version or alias; `latest` is said where the latest state
    /// is meant.
    fn provisionable(
        &self,
        scope: &Scope,
        part: &Part,
        latest: &str,
    ) -> Result<Arc<Function>, AwsError> {
        if part.key() == LATEST {
            return Err(refuse::invalid(latest));
        }
        let function = self.inner.registry.get(scope, &part.name);
        let has =
            |function: &Arc<Function>| function.snapshot.load().which(Some(part.key())).is_some();
        function.filter(has).ok_or_else(|| missing(part))
    }

    fn may_provision(
        &self,
        scope: &Scope,
        attached: &Attached,
        key: &str,
        amount: u32,
    ) -> Result<(), AwsError> {
        let own = &attached.concurrency;
        let before = own.provisioned.get(key).map_or(0, |config| config.amount);
        let others = own.all_provisioned() - before;
        if let Some(reserved) = own.reserved {
            return if others.saturating_add(amount) <= reserved {
                Ok(())
            } else {
                Err(refuse::invalid(
                    "Requested Provisioned Concurrency should not be greater than the \
                     reservedConcurrentExecution for function",
                ))
            };
        }
        let limit = self.inner.options.account_concurrency;
        let left = limit.saturating_sub(self.inner.registry.concurrency(scope) - before);
        let minimum = minimum(limit);
        if amount <= before {
            Ok(())
        } else if amount > left {
            Err(refuse::invalid(format!(
                "Specified ConcurrentExecutions for function is greater than account's \
                 unreserved concurrency [{left}]."
            )))
        } else if left - amount < minimum {
            Err(refuse::invalid(format!(
                "Specified ConcurrentExecutions for function decreases account's \
                 UnreservedConcurrentExecution below its minimum value of [{minimum}]."
            )))
        } else {
            Ok(())
        }
    }

    /// How a config stands. An alias with weights has sandboxes of two versions.
    fn told(&self, snapshot: &Snapshot, key: &str, config: &Provisioned) -> Told {
        let (mut ready, mut reason) = (0, None);
        for (published, amount) in shared_out(snapshot, key, config.amount) {
            let allocation = self.inner.events.allocation(published.runnable.uid);
            ready += allocation.ready.min(amount);
            reason = reason.or(allocation.failure);
        }
        let status = match (ready >= config.amount, &reason) {
            (true, _) => Status::Ready,
            (false, Some(_)) => Status::Failed,
            (false, None) => Status::InProgress,
        };
        let reason = reason.filter(|_| status == Status::Failed);
        Told { ready, status, reason, modified: date(config.modified_ms) }
    }
}

const UNPUBLISHED: &str =
    "Provisioned Concurrency Configs cannot be applied to unpublished function versions.";
const NOT_A_VERSION: &str =
    "The function resource provided must be an alias or a published version.";

/// 404, as AWS tells versions and aliases apart.
fn missing(part: &Part) -> AwsError {
    let arn = part.arn_qualified();
    if aliases::is_name(part.key()) {
        AwsError::resource_not_found(format!("Cannot find alias arn: {arn}"))
    } else {
        refuse::not_found(&arn)
    }
}

/// Whether an alias may lead to that version, where it has sandboxes ahead.
pub(super) fn may_follow(
    attached: &Attached,
    before: &Snapshot,
    alias: &str,
    which: Which,
) -> Result<(), AwsError> {
    if !attached.concurrency.provisioned.contains_key(alias) {
        return Ok(());
    }
    may_have_sandboxes_ahead(before, which)?;
    is_nobody_elses(attached, alias, which)
}

fn may_have_sandboxes_ahead(before: &Snapshot, which: Which) -> Result<(), AwsError> {
    let Which::Published(number) = which else { return Err(refuse::invalid(UNPUBLISHED)) };
    let settings = before.versions.get(&number).map(|one| &one.record.build.settings);
    let feature = match settings {
        Some(settings) if settings.snap_start => "SnapStart",
        Some(settings) if settings.per_tenant => "tenant isolation",
        _ => return Ok(()),
    };
    Err(refuse::invalid(format!(
        "Provisioned Concurrency is not supported for functions with {feature}."
    )))
}

/// A version has sandboxes ahead by its number or by one alias, never by two names.
fn is_nobody_elses(attached: &Attached, key: &str, which: Which) -> Result<(), AwsError> {
    let Which::Published(number) = which else { return Ok(()) };
    let configs = &attached.concurrency.provisioned;
    let leading = attached.leading_to(number);
    let alias = leading.iter().any(|name| *name != key && configs.contains_key(*name));
    let other = configs.contains_key(&number.to_string()) && key != number.to_string();
    let text = match aliases::is_name(key) {
        true if alias || other => {
            "Alias can't be used for Provisioned Concurrency configuration on an already \
             Provisioned version"
        }
        false if alias => "Version is pointed by a Provisioned Concurrency alias",
        _ => return Ok(()),
    };
    Err(AwsError::resource_conflict(text))
}

fn shown(amount: u32) -> Option<i32> {
    i32::try_from(amount).ok()
}

/// A moment as these operations write it: `2026-11-23T06:00:00+0000`.
fn date(ms: i64) -> String {
    let moment = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}
