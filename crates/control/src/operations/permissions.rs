//! AddPermission, RemovePermission, GetPolicy: a function's policy, statement by statement.

use fika_aws::generated::lambda::{
    AddPermissionInput, AddPermissionOutput, GetPolicyInput, GetPolicyOutput, RemovePermissionInput,
};
use fika_aws::rest::Empty;
use fika_aws::shape::AwsError;
use fika_model::arn::LATEST;
use fika_model::{FunctionArn, Scope};
use fika_policy::{DocumentKind, Policy};
use serde_json::{Map, Value, json};

use super::{Part, has};
use crate::attached::ResourcePolicy;
use crate::control::Control;
use crate::refuse;

impl Control {
    /// AddPermission.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn add_permission(
        &self,
        scope: &Scope,
        mut input: AddPermissionInput,
    ) -> Result<AddPermissionOutput, AwsError> {
        let (name, qualifier) = (input.function_name.take(), input.qualifier.take());
        let part = Part::read(scope, "AddPermission", name, qualifier)?;
        not_latest(&part, "adding")?;
        let sid = input.statement_id.clone().unwrap_or_default();
        let statement = statement(&part.arn(), &input)?;
        let function = self.inner.registry.get(scope, &part.name);
        let function = function.ok_or_else(|| refuse::not_found(&part.arn()))?;
        self.attach(function, move |attached, before| {
            present(&part, has(before, part.key()))?;
            let policy = attached.policies.get(part.key());
            same_revision(policy, input.revision_id.as_deref())?;
            if policy.is_some_and(|policy| policy.has(&sid)) {
                return Err(AwsError::resource_conflict(format!(
                    "The statement id ({sid}) provided already exists. Please provide a new \
                     statement id, or remove the existing statement."
                )));
            }
            let next = ResourcePolicy::with(policy, statement.clone())?;
            attached.policies.insert(part.key().into(), next);
            Ok(AddPermissionOutput { statement: Some(statement.to_string()) })
        })
        .await
    }

    /// RemovePermission.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn remove_permission(
        &self,
        scope: &Scope,
        input: RemovePermissionInput,
    ) -> Result<Empty, AwsError> {
        let part = Part::read(scope, "RemovePermission", input.function_name, input.qualifier)?;
        not_latest(&part, "removing")?;
        let function = self.inner.registry.get(scope, &part.name);
        let function = function.ok_or_else(|| refuse::not_found(&part.arn()))?;
        let (sid, revision) = (input.statement_id.unwrap_or_default(), input.revision_id);
        self.attach(function, move |attached, before| {
            present(&part, has(before, part.key()))?;
            let policy = attached.policies.get(part.key()).ok_or_else(|| {
                AwsError::resource_not_found("No policy is associated with the given resource.")
            })?;
            same_revision(Some(policy), revision.as_deref())?;
            match policy.without(&sid)? {
                Some(next) => drop(attached.policies.insert(part.key().into(), next)),
                None => drop(attached.policies.remove(part.key())),
            }
            Ok(Empty)
        })
        .await
    }

    /// GetPolicy.
    ///
    /// # Errors
    /// As on AWS.
    pub fn get_policy(
        &self,
        scope: &Scope,
        input: GetPolicyInput,
    ) -> Result<GetPolicyOutput, AwsError> {
        let part = Part::read(scope, "GetPolicy", input.function_name, input.qualifier)?;
        not_latest(&part, "getting")?;
        let function = self.inner.registry.get(scope, &part.name);
        let function = function.ok_or_else(|| refuse::not_found(&part.arn()))?;
        let snapshot = function.snapshot.load();
        present(&part, has(&snapshot, part.key()))?;
        let policy = snapshot.record.attached.policies.get(part.key()).ok_or_else(|| {
            AwsError::resource_not_found("The resource you requested does not exist.")
        })?;
        Ok(GetPolicyOutput {
            policy: Some(policy.text()),
            revision_id: Some(policy.revision_id.to_string()),
        })
    }
}

/// Policies are of the function, or of what does not change. The latest by its qualifier is
/// another resource to whoever judges, though what is attached has one key for both.
pub(super) fn not_latest(part: &Part, doing: &str) -> Result<(), AwsError> {
    if part.qualifier.as_deref() == Some(LATEST) {
        return Err(refuse::invalid(format!(
            "We currently do not support {doing} policies for $LATEST."
        )));
    }
    Ok(())
}

/// 404 for a version or an alias that is not there.
pub(super) fn present(part: &Part, there: bool) -> Result<(), AwsError> {
    if there {
        return Ok(());
    }
    let is_number = part.key().bytes().all(|b| b.is_ascii_digit());
    if is_number {
        return Err(refuse::not_found(&part.arn()));
    }
    Err(AwsError::resource_not_found(format!("Cannot find alias arn: {}", part.arn())))
}

/// 412 where a caller has seen another policy than there is.
pub(super) fn same_revision(
    policy: Option<&ResourcePolicy>,
    seen: Option<&str>,
) -> Result<(), AwsError> {
    match (policy, seen) {
        (_, None) => Ok(()),
        (Some(policy), Some(seen)) if policy.revision_id.to_string() == seen => Ok(()),
        _ => Err(AwsError::precondition_failed(
            "The Revision Id provided does not match the latest Revision Id. \
             Call the GetPolicy API to retrieve the latest Revision Id",
        )),
    }
}

/// The statement as AWS writes it.
fn statement(arn: &FunctionArn, input: &AddPermissionInput) -> Result<Value, AwsError> {
    let mut statement = json!({
        "Sid": input.statement_id,
        "Effect": "Allow",
        "Principal": principal(input.principal.as_deref().unwrap_or_default()),
        "Action": input.action,
        "Resource": arn.to_string(),
    });
    let conditions = conditions(input);
    if !conditions.is_empty() {
        statement["Condition"] = conditions.into();
    }
    let document = json!({"Version": "2012-10-17", "Statement": [&statement]});
    Policy::parse(&document.to_string(), DocumentKind::Resource).map_err(|_| {
        refuse::invalid(
            "The provided principal was invalid. Please check the principal and try again.",
        )
    })?;
    Ok(statement)
}

fn principal(text: &str) -> Value {
    let is_account = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    match text {
        "*" => "*".into(),
        account if is_account => json!({"AWS": format!("arn:aws:iam::{account}:root")}),
        arn if arn.starts_with("arn:") => json!({"AWS": arn}),
        service if service.contains('.') => json!({"Service": service}),
        // Nobody; the reading of it says so.
        other => json!({"AWS": other}),
    }
}

fn conditions(input: &AddPermissionInput) -> Map<String, Value> {
    let mut conditions: Map<String, Value> = Map::new();
    let mut add = |operator: &str, key: &str, value: Option<String>| {
        if let Some(value) = value {
            let keys = conditions.entry(operator).or_insert_with(|| json!({}));
            keys[key] = value.into();
        }
    };
    let url = input.function_url_auth_type.as_ref().map(|kind| kind.as_str().to_owned());
    let by_url = input.invoked_via_function_url.map(|by| by.to_string());
    add("StringEquals", "AWS:SourceAccount", input.source_account.clone());
    add("StringEquals", "lambda:EventSourceToken", input.event_source_token.clone());
    add("StringEquals", "lambda:FunctionUrlAuthType", url);
    add("StringEquals", "aws:PrincipalOrgID", input.principal_org_id.clone());
    add("Bool", "lambda:InvokedViaFunctionUrl", by_url);
    add("ArnLike", "AWS:SourceArn", input.source_arn.clone());
    conditions
}
