//! A function or a version of it as the API shows it.

use fika_aws::generated::lambda::{
    EnvironmentResponse, EphemeralStorage, FunctionConfiguration, LastUpdateStatus, Layer,
    PackageType, RuntimeVersionConfig, SnapStartApplyOn, SnapStartOptimizationStatus,
    SnapStartResponse, State, TenancyConfig, TenantIsolationMode, TracingConfigResponse,
    TracingMode,
};
use fika_model::arn::LATEST;
use fika_model::{FunctionArn, Region, VersionUid};
use fika_store::Digest;
use jiff::Timestamp;
use uuid::Uuid;

use crate::code;
use crate::layers::LayerUse;
use crate::logging;
use crate::record::{Build, Record, Status, Trouble};
use crate::reference::Which;
use crate::registry::{Published, Snapshot};
use crate::unsupported::ARCHITECTURE;

const CREATING: (&str, &str) = ("Creating", "The function is being created.");

/// One state of a function, to be shown.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// Which worker's version it is; steps of its preparation go by it.
    pub(crate) uid: VersionUid,
    arn: FunctionArn,
    version: String,
    pub(crate) build: Build,
    status: Status,
    revision_id: Uuid,
    modified_ms: i64,
    /// Whether its sandboxes are restored from a snapshot.
    optimized: bool,
}

impl Shown {
    /// The latest state.
    pub(crate) fn latest(arn: &FunctionArn, uid: VersionUid, record: &Record) -> Self {
        Self {
            uid,
            arn: arn.clone(),
            version: LATEST.into(),
            build: record.latest.clone(),
            status: record.status.clone(),
            revision_id: record.revision_id,
            modified_ms: record.modified_ms,
            optimized: false,
        }
    }

    fn published(arn: &FunctionArn, published: &Published) -> Self {
        let Published { number, record, runnable } = published;
        let mut build = record.build.clone();
        if let Some(description) = &record.description {
            build.settings.description.clone_from(description);
        }
        Self {
            uid: runnable.uid,
            arn: arn.clone(),
            version: number.to_string(),
            build,
            status: record.status.clone(),
            revision_id: record.revision_id,
            modified_ms: record.modified_ms,
            optimized: false,
        }
    }

    /// A state of a function; none when there is no such version.
    pub(crate) fn of(arn: &FunctionArn, snapshot: &Snapshot, which: Which) -> Option<Self> {
        match which {
            Which::Latest => Some(Self::latest(arn, snapshot.latest.uid, &snapshot.record)),
            Which::Published(number) => {
                snapshot.versions.get(&number).map(|published| Self::published(arn, published))
            }
        }
    }

    /// All states of a function, the latest first.
    pub(crate) fn all<'a>(
        arn: &'a FunctionArn,
        snapshot: &'a Snapshot,
    ) -> impl Iterator<Item = (u64, Self)> + 'a {
        let published = snapshot.versions.iter();
        let published = published.map(|(number, p)| (*number, Self::published(arn, p)));
        [(0, Self::latest(arn, snapshot.latest.uid, &snapshot.record))].into_iter().chain(published)
    }

    /// The same, with its version in its ARN.
    pub(crate) fn qualified(self) -> Self {
        let version = self.version.clone();
        self.called(version)
    }

    /// The same, with that qualifier in its ARN: an alias, or its version.
    pub(crate) fn called(mut self, qualifier: impl Into<String>) -> Self {
        self.arn.qualifier = Some(qualifier.into());
        self
    }

    /// The same, told whether its sandboxes are restored from a snapshot.
    pub(crate) fn optimized(self, optimized: bool) -> Self {
        Self { optimized, ..self }
    }

    /// Whether it is still being prepared.
    pub(crate) fn in_progress(&self) -> bool {
        matches!(self.status, Status::Creating | Status::Updating)
    }
}

/// All of it, as GetFunctionConfiguration answers.
pub(crate) fn configuration(shown: &Shown) -> FunctionConfiguration {
    let runtime = &shown.build.settings.runtime;
    let mut answer = summary(shown);
    answer.runtime_version_config = Some(RuntimeVersionConfig {
        runtime_version_arn: Some(runtime_version_arn(&shown.arn.scope.region, runtime)),
        ..Default::default()
    });
    show_status(&mut answer, &shown.status);
    answer
}

/// What ListFunctions says of it: no state, no runtime version.
pub(crate) fn summary(shown: &Shown) -> FunctionConfiguration {
    let Shown { arn, build: Build { settings, code, seal, .. }, .. } = shown;
    let (signing_profile_version_arn, signing_job_arn) = seal.arns();
    let mut answer = FunctionConfiguration {
        function_name: Some(arn.name.clone()),
        function_arn: Some(arn.to_string()),
        runtime: Some(settings.runtime.as_str().into()),
        role: Some(settings.role.clone()),
        handler: Some(settings.handler.clone()),
        code_size: i64::try_from(code.size).ok(),
        description: Some(settings.description.clone()),
        timeout: i32::try_from(settings.timeout_secs).ok(),
        memory_size: i32::try_from(settings.memory_mb).ok(),
        last_modified: Some(date(shown.modified_ms)),
        code_sha256: code::sha256_base64(code),
        version: Some(shown.version.clone()),
        environment: settings.environment.clone().map(|variables| EnvironmentResponse {
            variables: Some(variables),
            ..Default::default()
        }),
        tracing_config: Some(TracingConfigResponse {
            mode: Some(settings.tracing.as_deref().map_or(TracingMode::PassThrough, Into::into)),
        }),
        revision_id: Some(shown.revision_id.to_string()),
        signing_profile_version_arn,
        signing_job_arn,
        layers: (!settings.layers.is_empty())
            .then(|| settings.layers.iter().map(show_layer).collect()),
        package_type: Some(PackageType::Zip),
        architectures: Some(vec![ARCHITECTURE]),
        ephemeral_storage: Some(EphemeralStorage {
            size: i32::try_from(settings.ephemeral_mb).ok(),
        }),
        snap_start: Some(SnapStartResponse {
            apply_on: Some(if settings.snap_start {
                SnapStartApplyOn::PublishedVersions
            } else {
                SnapStartApplyOn::None
            }),
            optimization_status: Some(if shown.optimized {
                SnapStartOptimizationStatus::On
            } else {
                SnapStartOptimizationStatus::Off
            }),
        }),
        logging_config: Some(logging::shown(settings.log_format, settings.log_group(&arn.name))),
        tenancy_config: settings.per_tenant.then_some(TenancyConfig {
            tenant_isolation_mode: Some(TenantIsolationMode::PerTenant),
        }),
        ..Default::default()
    };
    settings.connections.show(&arn.scope, &mut answer);
    answer
}

fn show_layer(layer: &LayerUse) -> Layer {
    let (signing_profile_version_arn, signing_job_arn) = layer.seal.arns();
    Layer {
        arn: Some(layer.arn.clone()),
        code_size: i64::try_from(layer.code.size).ok(),
        signing_profile_version_arn,
        signing_job_arn,
    }
}

fn show_status(answer: &mut FunctionConfiguration, status: &Status) {
    let trouble = |trouble: &Trouble| (trouble.code.clone(), trouble.reason.clone());
    let creating = || (CREATING.0.to_owned(), CREATING.1.to_owned());
    let (state, why, update, update_why) = match status {
        Status::Creating => (State::Pending, Some(creating()), None, None),
        Status::Active => (State::Active, None, Some(LastUpdateStatus::Successful), None),
        Status::Failed(t) => {
            (State::Failed, Some(trouble(t)), Some(LastUpdateStatus::Failed), Some(trouble(t)))
        }
        // AWS gives the same words here as for a new function.
        Status::Updating => {
            (State::Active, None, Some(LastUpdateStatus::InProgress), Some(creating()))
        }
        Status::UpdateFailed(t) => {
            (State::Active, None, Some(LastUpdateStatus::Failed), Some(trouble(t)))
        }
    };
    answer.state = Some(state);
    answer.last_update_status = update;
    if let Some((code, reason)) = why {
        answer.state_reason_code = Some(code.as_str().into());
        answer.state_reason = Some(reason);
    }
    if let Some((code, reason)) = update_why {
        answer.last_update_status_reason_code = Some(code.as_str().into());
        answer.last_update_status_reason = Some(reason);
    }
}

/// AWS names a runtime's build by 64 hexadecimal digits; ours stand for the identifier.
fn runtime_version_arn(region: &Region, runtime: &str) -> String {
    format!("arn:aws:lambda:{region}::runtime:{}", Digest::of(runtime.as_bytes()))
}

/// A moment as Lambda writes it: `2026-11-23T06:00:00.000+0000`.
pub(crate) fn date(ms: i64) -> String {
    let moment = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn dates_are_lambdas() {
        assert_eq!(super::date(1_795_413_600_005), "2026-11-23T06:00:00.005+0000");
        assert_eq!(super::date(0), "1970-01-01T00:00:00.000+0000");
    }
}
