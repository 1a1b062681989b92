//! DeleteFunction.

use std::sync::Arc;

use fika_aws::generated::lambda::{DeleteFunctionInput, DeleteFunctionOutput};
use fika_aws::shape::AwsError;
use fika_model::Scope;
use fika_model::arn::LATEST;

use crate::change::Unchanged;
use crate::control::Control;
use crate::reference::{Caller, Which};
use crate::registry::{Function, Snapshot};
use crate::{aliases, published, refuse};

/// What AWS answers; the model says 200 and recorded answers this.
const NO_CONTENT: i32 = 204;

impl Control {
    /// DeleteFunction: all of it, or one version. Invocations under way end as they would; its
    /// log stays. A number that was published is not used again.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn delete_function(
        &self,
        scope: &Scope,
        input: &DeleteFunctionInput,
    ) -> Result<DeleteFunctionOutput, AwsError> {
        let caller = Caller { scope, action: "DeleteFunction" };
        let reference = caller.reference(input.function_name.as_deref())?;
        let qualifier = caller.qualifier(&reference, input.qualifier.as_deref())?;
        if qualifier == Some(LATEST) {
            return Err(refuse::invalid(
                "$LATEST version cannot be deleted without deleting the function.",
            ));
        }
        if qualifier.is_some_and(aliases::is_name) {
            return Err(refuse::invalid("Deletion of aliases is not currently supported."));
        }
        let function = self.find_whole(scope, "DeleteFunction", Some(&reference.name))?;
        let this = self.clone();
        match (qualifier, Which::of(qualifier)) {
            (None, _) => {
                self.to_the_end(async move {
                    this.remove(&function).await.map_err(|e| e.answer(&function))
                })
                .await?;
            }
            (_, Some(Which::Published(number))) => {
                self.to_the_end(async move { this.delete_version(&function, number).await })
                    .await?;
            }
            // AWS deletes in silence what is not there.
            _ => {}
        }
        Ok(DeleteFunctionOutput { status_code: Some(NO_CONTENT) })
    }

    async fn delete_version(&self, function: &Arc<Function>, number: u64) -> Result<(), AwsError> {
        let decide = |before: &Snapshot| {
            if !before.versions.contains_key(&number) {
                return Err(Unchanged::Gone);
            }
            match before.record.attached.leading_to(number).as_slice() {
                [] => Ok(published::deleted(before, number)),
                aliases => Err(Unchanged::Refused(refuse::version_in_use(aliases))),
            }
        };
        match self.change(function, decide).await {
            Ok(_) | Err(Unchanged::Gone) => Ok(()),
            Err(error) => Err(error.answer(function)),
        }
    }
}
