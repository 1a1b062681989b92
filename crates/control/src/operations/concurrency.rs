//! PutFunctionConcurrency, GetFunctionConcurrency, DeleteFunctionConcurrency: reserved concurrency.

use std::sync::Arc;

use fika_aws::generated::lambda::{
    Concurrency, DeleteFunctionConcurrencyInput, GetFunctionConcurrencyInput,
    GetFunctionConcurrencyOutput, PutFunctionConcurrencyInput,
};
use fika_aws::rest::Empty;
use fika_aws::shape::AwsError;
use fika_model::Scope;
use fika_model::arn::LATEST;

use crate::attached::Attached;
use crate::concurrency::minimum;
use crate::control::Control;
use crate::reference::{self, Caller};
use crate::refuse;
use crate::registry::{Function, Snapshot};

impl Control {
    /// PutFunctionConcurrency. Zero stops the function.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn put_function_concurrency(
        &self,
        scope: &Scope,
        input: PutFunctionConcurrencyInput,
    ) -> Result<Concurrency, AwsError> {
        let name = input.function_name.as_deref();
        let function = self.find_to_reserve(scope, name)?;
        let wanted = input.reserved_concurrent_executions;
        let wanted = wanted.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        let (this, scope) = (self.clone(), scope.clone());
        self.share_out(function, move |attached, _| {
            this.may_reserve(&scope, attached, wanted)?;
            attached.concurrency.reserved = Some(wanted);
            Ok(Concurrency { reserved_concurrent_executions: shown(wanted) })
        })
        .await
    }

    /// GetFunctionConcurrency.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_function_concurrency(
        &self,
        scope: &Scope,
        input: &GetFunctionConcurrencyInput,
    ) -> Result<GetFunctionConcurrencyOutput, AwsError> {
        let name = input.function_name.as_deref();
        let function = self.find_whole(scope, "GetFunctionConcurrency", name)?;
        let reserved = function.snapshot.load().record.attached.concurrency.reserved;
        Ok(GetFunctionConcurrencyOutput {
            reserved_concurrent_executions: reserved.and_then(shown),
        })
    }

    /// DeleteFunctionConcurrency.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn delete_function_concurrency(
        &self,
        scope: &Scope,
        input: DeleteFunctionConcurrencyInput,
    ) -> Result<Empty, AwsError> {
        let name = input.function_name.as_deref();
        let function = self.find_whole(scope, "DeleteFunctionConcurrency", name)?;
        self.share_out(function, |attached, _| {
            attached.concurrency.reserved = None;
            Ok(Empty {})
        })
        .await
    }

    /// What of an account's concurrency is left to functions without a reservation.
    pub(super) fn unreserved(&self, scope: &Scope) -> u32 {
        let taken = self.inner.registry.concurrency(scope);
        self.inner.options.account_concurrency.saturating_sub(taken)
    }

    /// [`Control::attach`] for what takes of an account's concurrency: one change at a time, so that
    /// two together do not take what is there only once.
    pub(super) async fn share_out<T: Send + 'static>(
        &self,
        function: Arc<Function>,
        edit: impl FnOnce(&mut Attached, &Snapshot) -> Result<T, AwsError> + Send + 'static,
    ) -> Result<T, AwsError> {
        let this = self.clone();
        self.to_the_end(async move {
            let _turn = this.inner.sharing_out.lock().await;
            this.attach(function, edit).await
        })
        .await
    }

    fn may_reserve(&self, scope: &Scope, attached: &Attached, wanted: u32) -> Result<(), AwsError> {
        let own = &attached.concurrency;
        let limit = self.inner.options.account_concurrency;
        let others = self.inner.registry.concurrency(scope) - own.taken();
        let (left, minimum) = (limit.saturating_sub(others), minimum(limit));
        // Taking less is allowed also where the account's limit was lowered below what is taken.
        if wanted > own.taken() && left.saturating_sub(wanted) < minimum {
            return Err(refuse::invalid(format!(
                "Specified ReservedConcurrentExecutions for function decreases account's \
                 UnreservedConcurrentExecution below its minimum value of [{minimum}]."
            )));
        }
        let provisioned = own.all_provisioned();
        if wanted < provisioned {
            // The blanks are AWS's.
            return Err(refuse::invalid(format!(
                " ReservedConcurrentExecutions  {wanted} should not be lower than function's total \
                 provisioned concurrency [{provisioned}]."
            )));
        }
        Ok(())
    }

    /// As [`Control::find_whole`]; what is not there is named with its version here.
    fn find_to_reserve(
        &self,
        scope: &Scope,
        name: Option<&str>,
    ) -> Result<Arc<Function>, AwsError> {
        const ACTION: &str = "PutFunctionConcurrency";
        let reference = Caller { scope, action: ACTION }.reference(name)?;
        let there = self.inner.registry.get(scope, &reference.name).is_some();
        match self.find_whole(scope, ACTION, name) {
            Err(_) if !there && is_callers(&reference, scope) => {
                Err(refuse::not_found(&reference::arn(scope, &reference.name, Some(LATEST))))
            }
            found => found,
        }
    }
}

fn is_callers(reference: &fika_model::FunctionRef, scope: &Scope) -> bool {
    reference.account.as_ref().is_none_or(|account| *account == scope.account)
        && reference.region.as_ref().is_none_or(|region| *region == scope.region)
}

/// GetFunction's `Concurrency`.
pub(super) fn of(snapshot: &Snapshot) -> Option<Concurrency> {
    let reserved = snapshot.record.attached.concurrency.reserved?;
    Some(Concurrency { reserved_concurrent_executions: shown(reserved) })
}

fn shown(amount: u32) -> Option<i32> {
    i32::try_from(amount).ok()
}
