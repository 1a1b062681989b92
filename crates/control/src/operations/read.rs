//! GetFunction, GetFunctionConfiguration, GetAccountSettings.

use fika_aws::generated::lambda::{
    AccountLimit, AccountUsage, FunctionCodeLocation, FunctionConfiguration,
    GetAccountSettingsOutput, GetFunctionConfigurationInput, GetFunctionInput, GetFunctionOutput,
    State,
};
use fika_aws::shape::AwsError;
use fika_model::{CodeRef, Scope, limits};

use super::{Found, concurrency};
use crate::answer::{self, Shown};
use crate::control::Control;

/// GetFunction's answer, but for the address its code can be loaded from.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionAnswer {
    /// The answer; `Code.Location` is for the frontend to fill in.
    pub output: GetFunctionOutput,
    /// The code it is about.
    pub code: CodeRef,
}

impl Control {
    /// GetFunction.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_function(
        &self,
        scope: &Scope,
        input: &GetFunctionInput,
    ) -> Result<FunctionAnswer, AwsError> {
        let (name, qualifier) = (input.function_name.as_deref(), input.qualifier.as_deref());
        let Found { snapshot, shown } = self.find(scope, "GetFunction", name, qualifier)?;
        let tags = &snapshot.record.tags;
        let output = GetFunctionOutput {
            configuration: Some(self.configuration(&shown)),
            code: Some(FunctionCodeLocation {
                repository_type: Some("S3".into()),
                ..Default::default()
            }),
            concurrency: concurrency::of(&snapshot),
            tags: (!tags.is_empty()).then(|| tags.clone()),
            ..Default::default()
        };
        Ok(FunctionAnswer { output, code: shown.build.code })
    }

    /// GetFunctionConfiguration.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_function_configuration(
        &self,
        scope: &Scope,
        input: &GetFunctionConfigurationInput,
    ) -> Result<FunctionConfiguration, AwsError> {
        let (name, qualifier) = (input.function_name.as_deref(), input.qualifier.as_deref());
        let found = self.find(scope, "GetFunctionConfiguration", name, qualifier)?;
        Ok(self.configuration(&found.shown))
    }

    /// The configuration, and how far the preparation is where one runs: an image that is
    /// fetched can take a minute, and whoever waits should see why.
    fn configuration(&self, shown: &Shown) -> FunctionConfiguration {
        let mut answer = answer::configuration(shown);
        if shown.in_progress()
            && let Some(step) = self.inner.preparation.step(shown.uid)
        {
            let pending = answer.state == Some(State::Pending);
            let reason = if pending {
                &mut answer.state_reason
            } else {
                &mut answer.last_update_status_reason
            };
            *reason = Some(format!("The function is being created: {step}."));
        }
        answer
    }

    /// GetAccountSettings.
    #[must_use]
    pub fn get_account_settings(&self, scope: &Scope) -> GetAccountSettingsOutput {
        let (functions, bytes) = self.inner.registry.usage(scope);
        let options = &self.inner.options;
        let concurrency = i32::try_from(options.account_concurrency).ok();
        GetAccountSettingsOutput {
            account_limit: Some(AccountLimit {
                total_code_size: i64::try_from(options.code_storage_bytes).ok(),
                code_size_unzipped: i64::try_from(limits::UNZIPPED_BYTES).ok(),
                code_size_zipped: i64::try_from(limits::ZIP_DIRECT_BYTES).ok(),
                concurrent_executions: concurrency,
                unreserved_concurrent_executions: i32::try_from(self.unreserved(scope)).ok(),
            }),
            account_usage: Some(AccountUsage {
                total_code_size: i64::try_from(bytes).ok(),
                function_count: i64::try_from(functions).ok(),
            }),
        }
    }
}
