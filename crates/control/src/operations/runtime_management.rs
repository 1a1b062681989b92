//! PutRuntimeManagementConfig, GetRuntimeManagementConfig.
//!
//! Kept and told. A runtime image of ours is what the operator installed, so nothing updates it
//! by itself, whatever is asked for.

use fika_aws::generated::lambda::{
    GetRuntimeManagementConfigInput, GetRuntimeManagementConfigOutput,
    PutRuntimeManagementConfigInput, PutRuntimeManagementConfigOutput, UpdateRuntimeOn,
};
use fika_aws::shape::AwsError;
use fika_model::{FunctionArn, Scope};

use super::{Part, has};
use crate::attached::RuntimeUpdates;
use crate::control::Control;
use crate::refuse;

impl Control {
    /// PutRuntimeManagementConfig: of the latest state, or of a published version.
    ///
    /// # Errors
    /// As on AWS; `Manual` needs a runtime version, and nothing else takes one.
    pub async fn put_runtime_management_config(
        &self,
        scope: &Scope,
        input: PutRuntimeManagementConfigInput,
    ) -> Result<PutRuntimeManagementConfigOutput, AwsError> {
        let action = "PutRuntimeManagementConfig";
        let part = Part::read(scope, action, input.function_name, input.qualifier)?;
        let on = input.update_runtime_on.unwrap_or(UpdateRuntimeOn::Auto);
        let manual = on == UpdateRuntimeOn::Manual;
        if manual != input.runtime_version_arn.is_some() {
            return Err(refuse::invalid(if manual {
                "RuntimeVersionArn is required when UpdateRuntimeOn is set to Manual."
            } else {
                "RuntimeVersionArn can only be specified when UpdateRuntimeOn is set to Manual."
            }));
        }
        let function = self
            .inner
            .registry
            .get(scope, &part.name)
            .ok_or_else(|| refuse::not_found(&part.arn()))?;
        self.attach(function, move |attached, before| {
            version(before, &part)?;
            let key = part.key().to_owned();
            if on == UpdateRuntimeOn::Auto {
                attached.runtime_updates.remove(&key);
            } else {
                let version_arn = input.runtime_version_arn.clone();
                let updates = RuntimeUpdates { on: on.as_str().to_owned(), version_arn };
                attached.runtime_updates.insert(key, updates);
            }
            Ok(PutRuntimeManagementConfigOutput {
                update_runtime_on: Some(on),
                function_arn: Some(part.arn().to_string()),
                runtime_version_arn: input.runtime_version_arn,
            })
        })
        .await
    }

    /// GetRuntimeManagementConfig.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_runtime_management_config(
        &self,
        scope: &Scope,
        input: GetRuntimeManagementConfigInput,
    ) -> Result<GetRuntimeManagementConfigOutput, AwsError> {
        let action = "GetRuntimeManagementConfig";
        let part = Part::read(scope, action, input.function_name, input.qualifier)?;
        let arn: FunctionArn = part.arn();
        let function =
            self.inner.registry.get(scope, &part.name).ok_or_else(|| refuse::not_found(&arn))?;
        let snapshot = function.snapshot.load();
        version(&snapshot, &part)?;
        let kept = snapshot.record.attached.runtime_updates.get(part.key());
        Ok(GetRuntimeManagementConfigOutput {
            update_runtime_on: Some(
                kept.map_or(UpdateRuntimeOn::Auto, |kept| kept.on.as_str().into()),
            ),
            function_arn: Some(arn.to_string()),
            runtime_version_arn: kept.and_then(|kept| kept.version_arn.clone()),
        })
    }
}

/// Only versions have a runtime; an alias has none of its own.
fn version(before: &crate::registry::Snapshot, part: &Part) -> Result<(), AwsError> {
    let number = part.key().bytes().all(|byte| byte.is_ascii_digit());
    let latest = part.key() == fika_model::arn::LATEST;
    if (number || latest) && has(before, part.key()) {
        return Ok(());
    }
    Err(refuse::not_found(&part.arn()))
}
