//! PutFunctionRecursionConfig, GetFunctionRecursionConfig.

use std::sync::Arc;

use fika_aws::generated::lambda::{
    GetFunctionRecursionConfigInput, GetFunctionRecursionConfigOutput,
    PutFunctionRecursionConfigInput, PutFunctionRecursionConfigOutput, RecursiveLoop,
};
use fika_aws::shape::AwsError;
use fika_model::{FunctionArn, Scope};

use crate::control::Control;
use crate::registry::Function;

impl Control {
    /// PutFunctionRecursionConfig.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn put_function_recursion_config(
        &self,
        scope: &Scope,
        input: PutFunctionRecursionConfigInput,
    ) -> Result<PutFunctionRecursionConfigOutput, AwsError> {
        let name = input.function_name.as_deref();
        let function = self.find_whole(scope, "PutFunctionRecursionConfig", name)?;
        let wanted = input.recursive_loop.unwrap_or(RecursiveLoop::Terminate);
        self.attach(function, move |attached, _| {
            let default = wanted == RecursiveLoop::Terminate;
            attached.recursive_loop = (!default).then(|| wanted.as_str().to_owned());
            Ok(PutFunctionRecursionConfigOutput { recursive_loop: Some(wanted) })
        })
        .await
    }

    /// GetFunctionRecursionConfig.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_function_recursion_config(
        &self,
        scope: &Scope,
        input: &GetFunctionRecursionConfigInput,
    ) -> Result<GetFunctionRecursionConfigOutput, AwsError> {
        let name = input.function_name.as_deref();
        let function = self.find_whole(scope, "GetFunctionRecursionConfig", name)?;
        let kept = function.snapshot.load().record.attached.recursive_loop.clone();
        let recursive_loop = kept.map_or(RecursiveLoop::Terminate, |text| text.as_str().into());
        Ok(GetFunctionRecursionConfigOutput { recursive_loop: Some(recursive_loop) })
    }

    /// Whether a function may go on calling itself. Reads memory only.
    #[must_use]
    pub fn may_loop(&self, function: &FunctionArn) -> bool {
        let allowed = |function: &Arc<Function>| {
            let snapshot = function.snapshot.load();
            snapshot.record.attached.recursive_loop.as_deref()
                == Some(RecursiveLoop::Allow.as_str())
        };
        self.inner.registry.look(&function.scope, &function.name, allowed).unwrap_or(false)
    }
}
