//! CloudWatch Logs' operations: which groups and streams they are about.

use fika_aws::shape::AwsError;
use fika_iam::Principal;
use fika_model::Scope;
use serde::Deserialize;

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
    let (groups, stream) = named(operation, body)?;
    let action = format!("logs:{operation}");
    let own = |group: &String| !group.starts_with("arn:");
    if matches!(caller.principal, Principal::Root(_)) && groups.iter().all(own) {
        return Ok(());
    }
    groups
        .iter()
        .try_for_each(|group| caller.allow(&action, &arn(&caller.scope, group, &stream), None, &[]))
}

/// The groups and the stream that a request may be about: every group that is named, since
/// which of them the operation reads is not known here. Where none is, the empty name stands for
/// all of them.
fn named(operation: &str, body: &[u8]) -> Result<(Vec<String>, String), AwsError> {
    let body = if body.is_empty() { b"{}" } else { body };
    let unreadable = |why: &dyn std::fmt::Display| {
        AwsError::new("SerializationException", 400, format!("the body cannot be read: {why}"))
    };
    // A list would be read by position, and by each reader differently.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(unreadable(&"it is no object"));
    }
    let named: Named = serde_json::from_slice(body).map_err(|e| unreadable(&e))?;
    let mut groups = named.log_group_identifiers;
    // A list is of all groups, whatever else the request names.
    if operation != "DescribeLogGroups" {
        let one = [named.log_group_name, named.log_group_identifier, named.resource_arn];
        groups.extend(one.into_iter().flatten());
    }
    if groups.is_empty() {
        groups.push(String::new());
    }
    Ok((groups, named.log_stream_name.unwrap_or_default()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_nothing() {
        let refused = named("FilterLogEvents", br#" ["/mine"]"#).expect_err("no object");
        assert_eq!(refused.name(), "SerializationException");
    }

    #[test]
    fn every_group_that_is_named_is_judged() {
        let both =
            br#"{"logGroupName":"/mine","logGroupIdentifier":"/its","resourceArn":"/theirs"}"#;
        for (operation, body, groups) in [
            ("TagResource", &both[..], &["/mine", "/its", "/theirs"][..]),
            ("DescribeLogGroups", both, &[""]),
            ("DescribeLogGroups", br#"{"logGroupIdentifiers":["/mine"]}"#, &["/mine"]),
            ("DescribeLogGroups", b"", &[""]),
            ("GetLogEvents", br#"{"logGroupName":"/mine"}"#, &["/mine"]),
        ] {
            let (named, _) = named(operation, body).expect("a body that can be read");
            assert_eq!(named, groups, "{operation}");
        }
    }
}
