//! What a caller may do. An account's own key may do all; a function's role may, until roles
//! have policies, invoke functions of its account and look at them, and nothing else.

use fika_aws::rest::PathParams;
use fika_aws::shape::AwsError;
use fika_model::Scope;

use crate::auth::Caller;

/// Whether the caller may do this: `service` as in `lambda`, `operation` as in `GetFunction`.
///
/// # Errors
/// 403 `AccessDeniedException` in AWS's words.
pub(crate) fn check(
    caller: &Caller,
    service: &str,
    operation: &str,
    path: Option<&PathParams<'_>>,
) -> Result<(), AwsError> {
    match caller.session() {
        Some(session) if !a_role_may(operation) => {
            let (who, action) = (session.arn(), format!("{service}:{operation}"));
            let what = resource(&caller.scope, service, path);
            Err(AwsError::new(
                "AccessDeniedException",
                403,
                format!(
                    "User: {who} is not authorized to perform: {action} on resource: {what} \
                     because no identity-based policy allows the {action} action"
                ),
            ))
        }
        _ => Ok(()),
    }
}

fn a_role_may(operation: &str) -> bool {
    operation == "Invoke" || operation.starts_with("Get") || operation.starts_with("List")
}

/// What the operation is about, where its path says so.
fn resource(scope: &Scope, service: &str, path: Option<&PathParams<'_>>) -> String {
    let Scope { account, region } = scope;
    let named = |name| path.and_then(|path| path.get(name));
    match (named("Resource"), named("FunctionName")) {
        (Some(arn), _) => arn.into(),
        (_, Some(name)) if name.starts_with("arn:") => name.into(),
        (_, Some(name)) => format!("arn:aws:{service}:{region}:{account}:function:{name}"),
        _ => format!("arn:aws:{service}:{region}:{account}:*"),
    }
}

#[cfg(test)]
mod tests {
    use super::a_role_may;

    #[test]
    fn a_role_invokes_and_looks() {
        for allowed in ["Invoke", "GetFunction", "ListVersionsByFunction", "ListTags"] {
            assert!(a_role_may(allowed), "{allowed}");
        }
        for refused in ["CreateFunction", "UpdateFunctionCode", "FilterLogEvents", "InvokeAsync"] {
            assert!(!a_role_may(refused), "{refused}");
        }
    }
}
