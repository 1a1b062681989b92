//! AddLayerVersionPermission, GetLayerVersionPolicy, RemoveLayerVersionPermission.

use fika_aws::generated::lambda::{
    AddLayerVersionPermissionInput, AddLayerVersionPermissionOutput, GetLayerVersionPolicyInput,
    GetLayerVersionPolicyOutput, RemoveLayerVersionPermissionInput,
};
use fika_aws::rest::Empty;
use fika_aws::shape::AwsError;
use fika_model::{Scope, limits};
use uuid::Uuid;

use super::layers::{number, own_layer};
use crate::control::Control;
use crate::layers::{LayerVersionArn, Policy, Statement};
use crate::refuse;

impl Control {
    /// AddLayerVersionPermission.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn add_layer_version_permission(
        &self,
        scope: &Scope,
        input: AddLayerVersionPermissionInput,
    ) -> Result<AddLayerVersionPermissionOutput, AwsError> {
        let arn =
            version(scope, &input.layer_name, input.version_number, "AddLayerVersionPermission")?;
        let statement = Statement {
            id: input.statement_id.unwrap_or_default(),
            principal: input.principal.unwrap_or_default(),
            organization: input.organization_id,
        };
        let this = self.clone();
        self.to_the_end(async move {
            this.change_layer_version(&arn, |version| {
                same_revision(version.policy.as_ref(), input.revision_id.as_deref())?;
                let shown = statement.show(&arn);
                let policy = with(version.policy.take(), statement, &arn)?;
                let revision_id = policy.revision_id.to_string();
                version.policy = Some(policy);
                Ok(AddLayerVersionPermissionOutput {
                    statement: Some(shown),
                    revision_id: Some(revision_id),
                })
            })
            .await
        })
        .await
    }

    /// GetLayerVersionPolicy.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_layer_version_policy(
        &self,
        scope: &Scope,
        input: &GetLayerVersionPolicyInput,
    ) -> Result<GetLayerVersionPolicyOutput, AwsError> {
        let arn = version(scope, &input.layer_name, input.version_number, "GetLayerVersionPolicy")?;
        let version = self.inner.layers.shelf.get(&arn);
        let version = version.ok_or_else(|| refuse::no_layer_version(&arn))?;
        let policy = version.policy.as_ref().ok_or_else(refuse::no_policy)?;
        Ok(GetLayerVersionPolicyOutput {
            policy: Some(policy.document(&arn)),
            revision_id: Some(policy.revision_id.to_string()),
        })
    }

    /// RemoveLayerVersionPermission. Functions that have the layer by it keep it.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn remove_layer_version_permission(
        &self,
        scope: &Scope,
        input: RemoveLayerVersionPermissionInput,
    ) -> Result<Empty, AwsError> {
        let action = "RemoveLayerVersionPermission";
        let arn = version(scope, &input.layer_name, input.version_number, action)?;
        let this = self.clone();
        self.to_the_end(async move {
            this.change_layer_version(&arn, |version| {
                same_revision(version.policy.as_ref(), input.revision_id.as_deref())?;
                let mut policy = version.policy.take().ok_or_else(refuse::no_policy)?;
                let id = input.statement_id.unwrap_or_default();
                let before = policy.statements.len();
                policy.statements.retain(|statement| statement.id != id);
                if policy.statements.len() == before {
                    let text = format!("Statement {id} is not found in resource policy.");
                    return Err(AwsError::resource_not_found(text));
                }
                policy.revision_id = Uuid::new_v4();
                version.policy = Some(policy).filter(|policy| !policy.statements.is_empty());
                Ok(Empty)
            })
            .await
        })
        .await
    }
}

fn version(
    scope: &Scope,
    name: &Option<String>,
    version: Option<i64>,
    action: &str,
) -> Result<LayerVersionArn, AwsError> {
    Ok(own_layer(scope, name.as_deref(), action)?.version(number(version)?))
}

fn same_revision(policy: Option<&Policy>, given: Option<&str>) -> Result<(), AwsError> {
    match (given, policy) {
        (None, _) => Ok(()),
        (Some(given), Some(policy)) if given == policy.revision_id.to_string() => Ok(()),
        _ => Err(AwsError::precondition_failed(
            "The Revision Id provided does not match the latest Revision Id. \
             Call the GetLayerPolicy API to retrieve the latest Revision Id",
        )),
    }
}

/// A policy with one more statement.
fn with(
    policy: Option<Policy>,
    statement: Statement,
    arn: &LayerVersionArn,
) -> Result<Policy, AwsError> {
    let mut statements = policy.map(|policy| policy.statements).unwrap_or_default();
    if statements.iter().any(|other| other.id == statement.id) {
        return Err(AwsError::resource_conflict(format!(
            "The statement id ({}) provided already exists. Please provide a new statement id, or \
             remove the existing statement.",
            statement.id
        )));
    }
    statements.push(statement);
    let policy = Policy { revision_id: Uuid::new_v4(), statements };
    let (size, most) = (policy.document(arn).len(), limits::POLICY_BYTES);
    if size > most {
        return Err(AwsError::policy_length_exceeded(format!(
            "The final policy size ({size}) is bigger than the limit ({most})."
        )));
    }
    Ok(policy)
}
