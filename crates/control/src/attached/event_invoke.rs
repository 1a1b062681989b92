//! How asynchronous invocations of one version or alias are retried, and where their results go.

use fika_aws::generated::lambda::{
    DestinationConfig, FunctionEventInvokeConfig, OnFailure, OnSuccess,
};
use fika_model::FunctionArn;
use serde::{Deserialize, Serialize};

/// One configuration. What is not there is Lambda's default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventInvoke {
    /// When it was last changed, milliseconds since 1970.
    pub(crate) modified_ms: i64,
    /// How often an event is tried again after an error of the function, 0 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retries: Option<i32>,
    /// How old an event may become, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) age_s: Option<i32>,
    /// The ARN that records of success go to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) on_success: Option<String>,
    /// The ARN that records of failure go to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) on_failure: Option<String>,
}

impl EventInvoke {
    /// As the API shows it. Both destinations are named, also where there are none.
    pub(crate) fn shown(&self, arn: &FunctionArn) -> FunctionEventInvokeConfig {
        FunctionEventInvokeConfig {
            last_modified: Some(super::seconds(self.modified_ms)),
            function_arn: Some(arn.to_string()),
            maximum_retry_attempts: self.retries,
            maximum_event_age_in_seconds: self.age_s,
            destination_config: Some(DestinationConfig {
                on_success: Some(OnSuccess { destination: self.on_success.clone() }),
                on_failure: Some(OnFailure { destination: self.on_failure.clone() }),
            }),
        }
    }
}
