//! Put-, Update-, Get-, List- and DeleteFunctionEventInvokeConfig: kept here; the asynchronous
//! side acts on them.

use fika_aws::generated::lambda::{
    DeleteFunctionEventInvokeConfigInput, DestinationConfig, FunctionEventInvokeConfig,
    GetFunctionEventInvokeConfigInput, ListFunctionEventInvokeConfigsInput,
    ListFunctionEventInvokeConfigsOutput, PutFunctionEventInvokeConfigInput,
    UpdateFunctionEventInvokeConfigInput,
};
use fika_aws::rest::Empty;
use fika_aws::shape::AwsError;
use fika_model::{FunctionArn, FunctionRef, Scope};

use super::page::{self, Page};
use super::{Part, has};
use crate::attached::EventInvoke;
use crate::control::Control;
use crate::lifecycle::now_ms;
use crate::refuse;

/// Services that results may be sent to; `s3` takes failures only.
const DESTINATIONS: [&str; 5] = ["events", "lambda", "s3", "sns", "sqs"];

impl Control {
    /// PutFunctionEventInvokeConfig: what is not given becomes Lambda's default again.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn put_function_event_invoke_config(
        &self,
        scope: &Scope,
        input: PutFunctionEventInvokeConfigInput,
    ) -> Result<FunctionEventInvokeConfig, AwsError> {
        let i = UpdateFunctionEventInvokeConfigInput {
            function_name: input.function_name,
            qualifier: input.qualifier,
            maximum_retry_attempts: input.maximum_retry_attempts,
            maximum_event_age_in_seconds: input.maximum_event_age_in_seconds,
            destination_config: input.destination_config,
        };
        self.set_event_invoke(scope, "PutFunctionEventInvokeConfig", i, true).await
    }

    /// UpdateFunctionEventInvokeConfig: what is not given stays as it is.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn update_function_event_invoke_config(
        &self,
        scope: &Scope,
        input: UpdateFunctionEventInvokeConfigInput,
    ) -> Result<FunctionEventInvokeConfig, AwsError> {
        self.set_event_invoke(scope, "UpdateFunctionEventInvokeConfig", input, false).await
    }

    async fn set_event_invoke(
        &self,
        scope: &Scope,
        action: &'static str,
        input: UpdateFunctionEventInvokeConfigInput,
        anew: bool,
    ) -> Result<FunctionEventInvokeConfig, AwsError> {
        let part = Part::read(scope, action, input.function_name, input.qualifier)?;
        let (retries, age_s) = (input.maximum_retry_attempts, input.maximum_event_age_in_seconds);
        if retries.is_none() && age_s.is_none() && input.destination_config.is_none() {
            return Err(refuse::invalid(
                "You must specify at least one of error handling or destination setting.",
            ));
        }
        let function = self.inner.registry.get(scope, &part.name).ok_or_else(no_function)?;
        let destinations = input.destination_config.map(Destinations::from);
        if let Some(destinations) = &destinations {
            self.check_destinations(scope, &part.name, destinations)?;
        }
        self.attach(function, move |attached, before| {
            let (arn, key) = (part.arn_qualified(), part.key());
            if !has(before, key) {
                return Err(no_function());
            }
            let known = attached.event_invokes.get(key).cloned();
            let mut config = match known {
                Some(known) if !anew => known,
                None if !anew => return Err(no_config(&arn)),
                _ => EventInvoke::default(),
            };
            config.modified_ms = now_ms();
            config.retries = retries.or(config.retries);
            config.age_s = age_s.or(config.age_s);
            if let Some(Destinations { success, failure }) = destinations {
                (config.on_success, config.on_failure) = (success, failure);
            }
            let shown = config.shown(&arn);
            attached.event_invokes.insert(key.to_owned(), config);
            Ok(shown)
        })
        .await
    }

    /// Whether results may go there; as far as functions go, whether they are there, too.
    fn check_destinations(
        &self,
        scope: &Scope,
        name: &str,
        destinations: &Destinations,
    ) -> Result<(), AwsError> {
        let Destinations { success, failure } = destinations;
        for arn in failure.iter().chain(success) {
            let service = arn.split(':').nth(2).unwrap_or_default();
            let known = DESTINATIONS.contains(&service);
            if !known || (service == "s3" && success.as_deref() == Some(arn)) {
                return Err(destinations.refused());
            }
            if service != "lambda" {
                continue;
            }
            let reference = FunctionRef::parse(arn).map_err(|_| destinations.refused())?;
            let account = reference.account.as_ref().is_none_or(|one| *one == scope.account);
            let here = account && reference.region.as_ref().is_none_or(|one| *one == scope.region);
            if here && reference.name == name {
                return Err(refuse::invalid(
                    "You can't specify the function as a destination for itself.",
                ));
            }
            if here && self.inner.registry.get(scope, &reference.name).is_none() {
                return Err(refuse::invalid(format!("The destination ARN {arn} is invalid.")));
            }
        }
        Ok(())
    }

    /// GetFunctionEventInvokeConfig.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_function_event_invoke_config(
        &self,
        scope: &Scope,
        input: GetFunctionEventInvokeConfigInput,
    ) -> Result<FunctionEventInvokeConfig, AwsError> {
        let action = "GetFunctionEventInvokeConfig";
        let part = Part::read(scope, action, input.function_name, input.qualifier)?;
        let arn = part.arn_qualified();
        let function = self.inner.registry.get(scope, &part.name).ok_or_else(|| no_config(&arn))?;
        let snapshot = function.snapshot.load();
        let config = snapshot.record.attached.event_invokes.get(part.key());
        config.map(|config| config.shown(&arn)).ok_or_else(|| no_config(&arn))
    }

    /// ListFunctionEventInvokeConfigs: by qualifier.
    ///
    /// # Errors
    /// As on AWS; 400 for a marker that is not one of ours.
    pub fn list_function_event_invoke_configs(
        &self,
        scope: &Scope,
        input: ListFunctionEventInvokeConfigsInput,
    ) -> Result<ListFunctionEventInvokeConfigsOutput, AwsError> {
        let action = "ListFunctionEventInvokeConfigs";
        let part = Part::read(scope, action, input.function_name, None)?;
        let function = self.inner.registry.get(scope, &part.name).ok_or_else(no_function)?;
        let page = Page::of(input.marker.as_deref(), input.max_items, page::MOST)?;
        let snapshot = function.snapshot.load();
        let configs = snapshot.record.attached.event_invokes.iter().map(|(qualifier, config)| {
            let arn = FunctionArn { qualifier: Some(qualifier.clone()), ..function.arn.clone() };
            (qualifier.clone(), config.shown(&arn))
        });
        let (configs, next_marker) = page.cut(configs);
        Ok(ListFunctionEventInvokeConfigsOutput {
            function_event_invoke_configs: Some(configs),
            next_marker,
        })
    }

    /// DeleteFunctionEventInvokeConfig.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn delete_function_event_invoke_config(
        &self,
        scope: &Scope,
        input: DeleteFunctionEventInvokeConfigInput,
    ) -> Result<Empty, AwsError> {
        let action = "DeleteFunctionEventInvokeConfig";
        let part = Part::read(scope, action, input.function_name, input.qualifier)?;
        let arn = part.arn_qualified();
        let function = self.inner.registry.get(scope, &part.name).ok_or_else(|| no_config(&arn))?;
        self.attach(function, move |attached, _| {
            let gone = attached.event_invokes.remove(part.key());
            gone.map(|_| Empty).ok_or_else(|| no_config(&arn))
        })
        .await
    }
}

/// Where results are to go. An empty text says nowhere.
#[derive(Debug)]
struct Destinations {
    success: Option<String>,
    failure: Option<String>,
}

impl From<DestinationConfig> for Destinations {
    fn from(config: DestinationConfig) -> Self {
        let some = |text: &String| !text.is_empty();
        Self {
            success: config.on_success.and_then(|to| to.destination).filter(some),
            failure: config.on_failure.and_then(|to| to.destination).filter(some),
        }
    }
}

impl Destinations {
    /// 400, in the form that AWS prints its own classes in.
    fn refused(&self) -> AwsError {
        let part = |class: &str, to: &Option<String>| {
            to.as_ref().map_or("null".to_owned(), |to| format!("{class}(destination={to})"))
        };
        refuse::invalid(format!(
            "The provided destination config DestinationConfig(onSuccess={}, onFailure={}) is invalid.",
            part("OnSuccess", &self.success),
            part("OnFailure", &self.failure),
        ))
    }
}

fn no_function() -> AwsError {
    AwsError::resource_not_found("The function doesn't exist.")
}

fn no_config(arn: &FunctionArn) -> AwsError {
    AwsError::resource_not_found(format!("The function {arn} doesn't have an EventInvokeConfig"))
}
