//! A function, a version or an alias as a caller names it, whether or not it is there.

use fika_aws::shape::AwsError;
use fika_model::arn::LATEST;
use fika_model::{FunctionArn, Scope};

use crate::reference::{self, Caller};
use crate::registry::Snapshot;

/// What a caller names.
#[derive(Debug)]
pub(super) struct Part {
    scope: Scope,
    /// The function.
    pub(super) name: String,
    /// The version or alias; none where only the function is named.
    pub(super) qualifier: Option<String>,
}

impl Part {
    /// Reads a name and a qualifier that have passed the model's constraints.
    ///
    /// # Errors
    /// As on AWS: another account, another region, two qualifiers.
    pub(super) fn read(
        scope: &Scope,
        action: &'static str,
        name: Option<String>,
        qualifier: Option<String>,
    ) -> Result<Self, AwsError> {
        let caller = Caller { scope, action };
        let reference = caller.reference(name.as_deref())?;
        let qualifier = caller.qualifier(&reference, qualifier.as_deref())?.map(Into::into);
        Ok(Self { scope: scope.clone(), name: reference.name, qualifier })
    }

    /// What is attached to it is kept under this.
    pub(super) fn key(&self) -> &str {
        self.qualifier.as_deref().unwrap_or(LATEST)
    }

    /// Its ARN, qualified only where a qualifier is given.
    pub(super) fn arn(&self) -> FunctionArn {
        reference::arn(&self.scope, &self.name, self.qualifier.as_deref())
    }

    /// Its ARN, qualified in any case.
    pub(super) fn arn_qualified(&self) -> FunctionArn {
        reference::arn(&self.scope, &self.name, Some(self.key()))
    }
}

/// Whether a function has that version or alias.
pub(super) fn has(before: &Snapshot, qualifier: &str) -> bool {
    before.which(Some(qualifier)).is_some()
}
