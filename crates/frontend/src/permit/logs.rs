//! CloudWatch Logs' operations: which groups and streams they are about.

use fika_aws::shape::AwsError;
use fika_iam::Principal;
use fika_model::Scope;
use serde::Deserialize;

use super::allow;
use crate::auth::Caller;

/// What says so in a request, whatever its operation.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Named {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_group_identifiers: Vec<String>,
    resource_arn: Option<String>,
    log_stream_name: Option<String>,
}

/// Whether the caller may do this with the log groups that the request names.
///
/// # Errors
/// 403 `AccessDeniedException` in AWS's words; 400 when the request cannot be read.
pub(crate) fn logs(caller: &Caller, operation: &str, body: &[u8]) -> Result<(), AwsError> {
    let body = if body.is_empty() { b"{}" } else { body };
    // What names no group here may name one to the operation, which reads less of it.
    let named: Named = serde_json::from_slice(body).map_err(|e| {
        AwsError::new("SerializationException", 400, format!("the body cannot be read: {e}"))
    })?;
    let stream = named.log_stream_name.unwrap_or_default();
    let one = named.log_group_name.or(named.log_group_identifier).or(named.resource_arn);
    let mut groups = named.log_group_identifiers;
    groups.extend(one);
    if groups.is_empty() {
        groups.push(String::new());
    }
    let action = format!("logs:{operation}");
    let own = |group: &String| !group.starts_with("arn:");
    if matches!(caller.principal, Principal::Root(_)) && groups.iter().all(own) {
        return Ok(());
    }
    groups.iter().try_for_each(|group| {
        allow(caller, &action, &arn(&caller.scope, group, &stream), None, &[])
    })
}

/// As CloudWatch Logs names it when it refuses.
fn arn(scope: &Scope, group: &str, stream: &str) -> String {
    let Scope { account, region } = scope;
    let group = match group.starts_with("arn:") {
        true => group.trim_end_matches(":*").to_owned(),
        false => format!("arn:aws:logs:{region}:{account}:log-group:{group}"),
    };
    format!("{group}:log-stream:{stream}")
}
