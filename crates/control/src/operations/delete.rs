//! DeleteFunction.

use fika_aws::generated::lambda::{DeleteFunctionInput, DeleteFunctionOutput};
use fika_aws::shape::AwsError;
use fika_model::Scope;
use fika_model::arn::LATEST;

use crate::control::Control;
use crate::reference::Caller;
use crate::refuse;

/// What AWS answers; the model says 200 and recorded answers this.
const NO_CONTENT: i32 = 204;

impl Control {
    /// DeleteFunction. Invocations under way end as they would; its log stays.
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
        let name = input.function_name.as_deref();
        let bare = reference.name.as_str();
        let function =
            self.find(scope, "DeleteFunction", qualifier.map_or(name, |_| Some(bare)), None)?;
        // There are no published versions yet, and AWS deletes one that is not there in silence.
        if qualifier.is_none() {
            let this = self.clone();
            self.to_the_end(async move {
                this.remove(&function).await.map_err(|e| e.answer(&function))
            })
            .await?;
        }
        Ok(DeleteFunctionOutput { status_code: Some(NO_CONTENT) })
    }
}
