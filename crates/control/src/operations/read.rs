//! GetFunction, GetFunctionConfiguration, ListFunctions, GetAccountSettings.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fika_aws::generated::lambda::{
    AccountLimit, AccountUsage, FunctionCodeLocation, FunctionConfiguration,
    GetAccountSettingsOutput, GetFunctionConfigurationInput, GetFunctionInput, GetFunctionOutput,
    ListFunctionsInput, ListFunctionsOutput, State,
};
use fika_aws::shape::AwsError;
use fika_model::arn::LATEST;
use fika_model::{CodeRef, Scope, limits};

use crate::control::Control;
use crate::registry::Function;
use crate::{answer, refuse};

/// Functions on a page of ListFunctions, at most and by default, as on AWS.
const PAGE: usize = 50;

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
        let qualifier = input.qualifier.as_deref();
        let function =
            self.find(scope, "GetFunction", input.function_name.as_deref(), qualifier)?;
        let record = &function.snapshot.load().record;
        let output = GetFunctionOutput {
            configuration: Some(self.configuration(&function)),
            code: Some(FunctionCodeLocation {
                repository_type: Some("S3".into()),
                ..Default::default()
            }),
            tags: (!record.tags.is_empty()).then(|| record.tags.clone()),
            ..Default::default()
        };
        Ok(FunctionAnswer { output, code: record.latest.code.clone() })
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
        let function = self.find(scope, "GetFunctionConfiguration", name, qualifier)?;
        Ok(self.configuration(&function))
    }

    /// The configuration, and how far the preparation is where one runs: an image that is
    /// fetched can take a minute, and whoever waits should see why.
    fn configuration(&self, function: &Function) -> FunctionConfiguration {
        let snapshot = function.snapshot.load();
        let mut answer = answer::configuration(&function.arn, &snapshot.record);
        if snapshot.record.in_progress()
            && let Some(step) = self.inner.preparation.step(snapshot.latest.uid)
        {
            let pending = answer.state == Some(State::Pending);
            let shown = if pending {
                &mut answer.state_reason
            } else {
                &mut answer.last_update_status_reason
            };
            *shown = Some(format!("The function is being created: {step}."));
        }
        answer
    }

    /// ListFunctions: by name, 50 a page at most. A marker names the last function seen, so it
    /// stays good while functions come and go, and across restarts.
    ///
    /// # Errors
    /// 400 for a marker that is not one of ours.
    pub fn list_functions(
        &self,
        scope: &Scope,
        input: &ListFunctionsInput,
    ) -> Result<ListFunctionsOutput, AwsError> {
        let after = input.marker.as_deref().filter(|marker| !marker.is_empty()).map(unmark);
        let limit = input.max_items.and_then(|n| usize::try_from(n).ok()).unwrap_or(PAGE);
        let (page, more) =
            self.inner.registry.list(scope, after.transpose()?.as_deref(), limit.clamp(1, PAGE));
        // Asked for all versions, AWS names `$LATEST` in each ARN.
        let qualifier = input.function_version.as_ref().map(|_| LATEST.to_owned());
        let show = |function: &Function| {
            let arn =
                fika_model::FunctionArn { qualifier: qualifier.clone(), ..function.arn.clone() };
            answer::summary(&arn, &function.snapshot.load().record)
        };
        Ok(ListFunctionsOutput {
            next_marker: page.last().filter(|_| more).map(|last| mark(&last.arn.name)),
            functions: Some(page.iter().map(|function| show(function)).collect()),
        })
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
                unreserved_concurrent_executions: concurrency,
            }),
            account_usage: Some(AccountUsage {
                total_code_size: i64::try_from(bytes).ok(),
                function_count: i64::try_from(functions).ok(),
            }),
        }
    }
}

fn mark(name: &str) -> String {
    URL_SAFE_NO_PAD.encode(name)
}

fn unmark(marker: &str) -> Result<String, AwsError> {
    let name = URL_SAFE_NO_PAD.decode(marker).ok().and_then(|name| String::from_utf8(name).ok());
    name.ok_or_else(|| refuse::invalid("Invalid marker: use the NextMarker of an earlier answer."))
}
