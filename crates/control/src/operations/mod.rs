//! The operations of the API. Inputs have passed the model's constraints (`validate`) before.

mod create;
mod delete;
mod read;
mod update;

use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_model::Scope;

use crate::control::Control;
use crate::lifecycle::UnknownRuntime;
use crate::reference::{self, Caller};
use crate::refuse;
use crate::registry::Function;

pub use read::FunctionAnswer;

impl Control {
    /// The function a caller names, if it has the version they name.
    fn find(
        &self,
        scope: &Scope,
        action: &'static str,
        name: Option<&str>,
        qualifier: Option<&str>,
    ) -> Result<Arc<Function>, AwsError> {
        let caller = Caller { scope, action };
        let reference = caller.reference(name)?;
        let qualifier = caller.qualifier(&reference, qualifier)?;
        let found = reference::is_latest(qualifier)
            .then(|| self.inner.registry.get(scope, &reference.name))
            .flatten();
        found.ok_or_else(|| refuse::not_found(&reference::arn(scope, &reference.name, qualifier)))
    }

    /// Whether so many more bytes of code still fit the account.
    fn room_for_code(&self, scope: &Scope, more: u64, less: u64) -> Result<(), AwsError> {
        let (_, used) = self.inner.registry.usage(scope);
        let limit = self.inner.options.code_storage_bytes;
        if used.saturating_sub(less).saturating_add(more) <= limit {
            return Ok(());
        }
        Err(AwsError::code_storage_exceeded(format!(
            "Code storage limit exceeded: {used} of {limit} bytes are in use. Delete functions that are not needed."
        )))
    }
}

/// Settings are checked when they are set, so this does not happen.
fn unknown_runtime(_: UnknownRuntime) -> AwsError {
    refuse::internal("a runtime was set that fika does not know")
}
