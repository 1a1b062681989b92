//! What a function is set to.

use std::collections::BTreeMap;
use std::time::Duration;

use fika_aws::generated::lambda::{
    Runtime as RuntimeId, SnapStartApplyOn, TenancyConfig, UpdateFunctionConfigurationInput,
};
use fika_aws::shape::{AwsError, Violations};
use fika_model::{LogFormat, Runtime, limits};
use serde::{Deserialize, Serialize};

use crate::connections::Connections;
use crate::layers::LayerUse;
use crate::{environment, logging, refuse, unsupported};

/// A configuration, every member decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) runtime: String,
    pub(crate) handler: String,
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) timeout_secs: u32,
    pub(crate) memory_mb: u32,
    pub(crate) ephemeral_mb: u32,
    /// None when never given: AWS then leaves it out of its answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) environment: Option<BTreeMap<String, String>>,
    /// None for the default, `PassThrough`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tracing: Option<String>,
    /// Whether sandboxes of published versions are restored from a snapshot: `SnapStart`.
    #[serde(default, skip_serializing_if = "is_off")]
    pub(crate) snap_start: bool,
    /// What is laid under `/opt`, in that order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) layers: Vec<LayerUse>,
    /// None for `/aws/lambda/NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) log_group: Option<String>,
    #[serde(default, skip_serializing_if = "is_text")]
    pub(crate) log_format: LogFormat,
    /// Whether each tenant has sandboxes of its own: `TenancyConfig`. Never changes.
    #[serde(default, skip_serializing_if = "is_off")]
    pub(crate) per_tenant: bool,
    /// VPC, dead-letter target and key.
    #[serde(default, skip_serializing_if = "Connections::is_none")]
    pub(crate) connections: Connections,
}

impl Settings {
    /// The configuration of a new function.
    pub(crate) fn new(given: UpdateFunctionConfigurationInput) -> Result<Self, AwsError> {
        if given.runtime.is_none() || given.handler.is_none() {
            return Err(refuse::invalid(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
            ));
        }
        let defaults = Self {
            runtime: String::new(),
            handler: String::new(),
            role: String::new(),
            description: String::new(),
            timeout_secs: limits::TIMEOUT_SECS.2,
            memory_mb: limits::MEMORY_MB.2,
            ephemeral_mb: limits::EPHEMERAL_MB.2,
            environment: None,
            tracing: None,
            snap_start: false,
            layers: Vec::new(),
            log_group: None,
            log_format: LogFormat::Text,
            per_tenant: false,
            connections: Connections::default(),
        };
        defaults.changed(given)
    }

    /// The same, with sandboxes of its own for each tenant where that is asked for.
    pub(crate) fn isolated(mut self, given: Option<&TenancyConfig>) -> Result<Self, AwsError> {
        self.per_tenant = given.is_some();
        self.check_snap_start()?;
        Ok(self)
    }

    /// This configuration with what is given changed. What is given has passed the model's
    /// constraints; here is what those do not say. Layers are not: they are found elsewhere.
    pub(crate) fn changed(
        mut self,
        mut given: UpdateFunctionConfigurationInput,
    ) -> Result<Self, AwsError> {
        let size = given.ephemeral_storage.as_ref().and_then(|storage| storage.size);
        let mut broken = Violations::default();
        set(
            &mut self.timeout_secs,
            within(&mut broken, "timeout", given.timeout, limits::TIMEOUT_SECS),
        );
        set(
            &mut self.memory_mb,
            within(&mut broken, "memorySize", given.memory_size, limits::MEMORY_MB),
        );
        set(
            &mut self.ephemeral_mb,
            within(&mut broken, "ephemeralStorage.size", size, limits::EPHEMERAL_MB),
        );
        broken.into_result()?;
        unsupported::configuration(&given)?;
        self.connections.change(&mut given)?;
        if let Some(runtime) = given.runtime {
            self.runtime = known_runtime(&runtime)?;
        }
        if let Some(variables) = given.environment.map(|e| e.variables.unwrap_or_default()) {
            environment::check(&variables)?;
            self.environment = Some(variables);
        }
        set(&mut self.handler, given.handler);
        set(&mut self.role, given.role);
        set(&mut self.description, given.description);
        let mode = given.tracing_config.and_then(|tracing| tracing.mode);
        self.tracing = mode.map(|mode| mode.as_str().to_owned()).or(self.tracing);
        if let Some(given) = given.logging_config {
            self.log_format = logging::changed(self.log_format, &given)?;
            self.log_group = given.log_group.or(self.log_group);
        }
        if let Some(apply_on) = given.snap_start.and_then(|snap_start| snap_start.apply_on) {
            self.snap_start = apply_on == SnapStartApplyOn::PublishedVersions;
        }
        self.check_snap_start()?;
        Ok(self)
    }

    /// Whether `SnapStart` goes with the rest. AWS has it for Java, .NET and Python from 3.12 on;
    /// fika for every Node and Python it runs.
    fn check_snap_start(&self) -> Result<(), AwsError> {
        if !self.snap_start {
            return Ok(());
        }
        if self.per_tenant {
            return Err(refuse::invalid(
                "SnapStart is not supported for functions with tenant isolation.",
            ));
        }
        if matches!(self.runtime(), Some(Runtime::Provided { .. })) {
            return Err(refuse::invalid(format!(
                "{} is not supported for SnapStart enabled functions.",
                self.runtime
            )));
        }
        if self.ephemeral_mb > limits::EPHEMERAL_MB.0 {
            return Err(refuse::invalid(
                "Ephemeral storage greater than 512 MB is not supported for SnapStart enabled functions.",
            ));
        }
        Ok(())
    }

    /// What runs it. Its identifier was read when it was set.
    pub(crate) fn runtime(&self) -> Option<Runtime> {
        Runtime::parse(&self.runtime).ok()
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_secs.into())
    }

    pub(crate) fn log_group(&self, name: &str) -> String {
        self.log_group.clone().unwrap_or_else(|| format!("/aws/lambda/{name}"))
    }
}

/// As serde asks: the default is left out of the store.
fn is_text(format: &LogFormat) -> bool {
    *format == LogFormat::Text
}

/// As serde asks: left out of the store where it is not on.
fn is_off(flag: &bool) -> bool {
    !flag
}

fn set<T>(member: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *member = given;
    }
}

/// A number that is within Lambda's quotas; the model's own bounds are wider, for capacity
/// providers' sake.
fn within(
    broken: &mut Violations,
    member: &str,
    given: Option<i32>,
    (least, most, _): (u32, u32, u32),
) -> Option<u32> {
    let given = given?;
    let mut refuse = |rule: &str, bound: u32| {
        let rule = format!("Member must have value {rule} than or equal to {bound}");
        broken.add(member, &format!(" '{given}'"), &rule);
        None
    };
    match u32::try_from(given) {
        Ok(number) if number > most => refuse("less", most),
        Ok(number) if number >= least => Some(number),
        _ => refuse("greater", least),
    }
}

/// An identifier that AWS knows and fika runs.
fn known_runtime(runtime: &RuntimeId) -> Result<String, AwsError> {
    let id = runtime.as_str();
    let runs = |id: &str| Runtime::parse(id).is_ok();
    if !RuntimeId::VALUES.contains(&id) {
        let values: Vec<_> = RuntimeId::VALUES.iter().copied().filter(|id| runs(id)).collect();
        return Err(refuse::invalid(format!(
            "Value {id} at 'runtime' failed to satisfy constraint: \
             Member must satisfy enum value set: [{}] or be a valid ARN",
            values.join(", ")
        )));
    }
    if !runs(id) {
        return Err(refuse::invalid(format!(
            "fika does not run {id}. It runs nodejs*.x, python3.*, provided.al2 and \
             provided.al2023: build the function for provided.al2023, or choose another runtime."
        )));
    }
    Ok(id.to_owned())
}
