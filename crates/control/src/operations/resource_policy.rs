//! PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy: a function's policy as a whole;
//! and the same as the door judges it.

use std::sync::Arc;

use fika_aws::generated::lambda::{
    DeleteResourcePolicyInput, GetResourcePolicyInput, GetResourcePolicyOutput,
    PutResourcePolicyInput, PutResourcePolicyOutput,
};
use fika_aws::rest::Empty;
use fika_aws::shape::AwsError;
use fika_model::Scope;
use fika_model::arn::LATEST;
use fika_policy::Policy;

use super::permissions::{not_latest, present, same_revision};
use super::{Part, has};
use crate::attached::ResourcePolicy;
use crate::control::Control;
use crate::refuse;

impl Control {
    /// The policy of a function, or of that version or alias. Reads memory only.
    #[must_use]
    pub fn resource_policy(
        &self,
        scope: &Scope,
        name: &str,
        qualifier: Option<&str>,
    ) -> Option<Arc<Policy>> {
        // What names the latest by its qualifier is not what the function's own policy is about.
        if qualifier == Some(LATEST) {
            return None;
        }
        let key = qualifier.unwrap_or(LATEST);
        let look = |function: &Arc<crate::registry::Function>| {
            let snapshot = function.snapshot.load();
            snapshot.record.attached.policies.get(key).map(ResourcePolicy::policy)
        };
        self.inner.registry.look(scope, name, look).flatten()
    }

    /// PutResourcePolicy: in place of what there was.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn put_resource_policy(
        &self,
        scope: &Scope,
        input: PutResourcePolicyInput,
    ) -> Result<PutResourcePolicyOutput, AwsError> {
        let part = Part::read(scope, "PutResourcePolicy", input.resource_arn, None)?;
        not_latest(&part, "adding")?;
        let next = ResourcePolicy::written(input.policy.as_deref().unwrap_or_default())?;
        let function = self.inner.registry.get(scope, &part.name);
        let function = function.ok_or_else(|| refuse::not_found(&part.arn()))?;
        let revision = input.revision_id;
        self.attach(function, move |attached, before| {
            present(&part, has(before, part.key()))?;
            same_revision(attached.policies.get(part.key()), revision.as_deref())?;
            let (policy, revision_id) = (Some(next.text()), Some(next.revision_id.to_string()));
            attached.policies.insert(part.key().into(), next);
            Ok(PutResourcePolicyOutput { policy, revision_id })
        })
        .await
    }

    /// GetResourcePolicy.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_resource_policy(
        &self,
        scope: &Scope,
        input: GetResourcePolicyInput,
    ) -> Result<GetResourcePolicyOutput, AwsError> {
        let part = Part::read(scope, "GetResourcePolicy", input.resource_arn, None)?;
        not_latest(&part, "getting")?;
        let function = self.inner.registry.get(scope, &part.name);
        let function = function.ok_or_else(|| refuse::not_found(&part.arn()))?;
        let snapshot = function.snapshot.load();
        present(&part, has(&snapshot, part.key()))?;
        let policy = snapshot.record.attached.policies.get(part.key()).ok_or_else(no_policy)?;
        Ok(GetResourcePolicyOutput {
            policy: Some(policy.text()),
            revision_id: Some(policy.revision_id.to_string()),
        })
    }

    /// DeleteResourcePolicy.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn delete_resource_policy(
        &self,
        scope: &Scope,
        input: DeleteResourcePolicyInput,
    ) -> Result<Empty, AwsError> {
        let part = Part::read(scope, "DeleteResourcePolicy", input.resource_arn, None)?;
        not_latest(&part, "removing")?;
        let function = self.inner.registry.get(scope, &part.name);
        let function = function.ok_or_else(|| refuse::not_found(&part.arn()))?;
        let revision = input.revision_id;
        self.attach(function, move |attached, before| {
            present(&part, has(before, part.key()))?;
            let policy = attached.policies.get(part.key()).ok_or_else(no_policy)?;
            same_revision(Some(policy), revision.as_deref())?;
            attached.policies.remove(part.key());
            Ok(Empty)
        })
        .await
    }
}

fn no_policy() -> AwsError {
    AwsError::resource_not_found("The resource you requested does not exist.")
}
