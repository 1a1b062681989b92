//! What a caller may do: its own policies and those of what it asks about, together.
//!
//! The root of an account may do everything with what is the account's, and nothing is
//! evaluated for it. Whoever else calls needs a policy, and across accounts both sides do.

mod lambda;
mod logs;

use fika_aws::shape::AwsError;
use fika_iam::Principal;
use fika_policy::{Context, Denial, Policy, PolicyKind, Side};

use crate::auth::{Caller, unix_now};

pub(crate) use lambda::{configuration, create_function, function, operation};
pub(crate) use logs::logs;

/// Whether the caller may do this: `action` as in `lambda:GetFunction`, to the ARN `resource`,
/// which has that policy; `*` where an action is about no one thing. `more` are condition keys
/// of the request and their values.
///
/// # Errors
/// 403 `AccessDeniedException` in AWS's words.
pub(crate) fn allow(
    caller: &Caller,
    action: &str,
    resource: &str,
    policy: Option<&Policy>,
    more: &[(&str, &str)],
) -> Result<(), AwsError> {
    let account = caller.scope.account.as_str();
    let owner = owner(resource).unwrap_or(account);
    if owner == account && matches!(caller.principal, Principal::Root(_)) {
        return Ok(());
    }
    let side = if owner == account { Side::Same } else { Side::Other };
    judge(caller, action, resource, policy, side, more)
}

/// Whether the caller's own side allows this; the other, if it is another's, is for whoever
/// knows its policy.
///
/// # Errors
/// As [`allow`].
pub(crate) fn own_side(caller: &Caller, action: &str, resource: &str) -> Result<(), AwsError> {
    if matches!(caller.principal, Principal::Root(_)) {
        return Ok(());
    }
    judge(caller, action, resource, None, Side::Same, &[])
}

fn judge(
    caller: &Caller,
    action: &str,
    resource: &str,
    policy: Option<&Policy>,
    side: Side,
    more: &[(&str, &str)],
) -> Result<(), AwsError> {
    let owner = owner(resource).unwrap_or(caller.scope.account.as_str());
    let mut context = circumstances(caller);
    context.add("aws:ResourceAccount", owner);
    more.iter().for_each(|(key, value)| context.add(key, *value));
    caller
        .principal
        .may(action, resource, policy, side, context)
        .map_err(|denial| refused(caller, action, resource, denial))
}

/// The account of an ARN; none for one that names none, and for `*`.
pub(crate) fn owner(resource: &str) -> Option<&str> {
    let account = resource.strip_prefix("arn:")?.split(':').nth(3)?;
    Some(account).filter(|account| !account.is_empty())
}

/// What is so of every request.
pub(crate) fn circumstances(caller: &Caller) -> Context {
    let now = unix_now();
    let mut context = Context::new()
        .with("aws:EpochTime", now.to_string())
        .with("aws:CurrentTime", now.to_string())
        .with("aws:SecureTransport", "false")
        .with("aws:ViaAWSService", "false")
        .with("aws:RequestedRegion", caller.scope.region.as_str());
    if let Some(session) = caller.principal.session().filter(|session| session.grant.is_none()) {
        let arn = fika_model::FunctionArn {
            scope: caller.scope.clone(),
            name: session.name.clone(),
            qualifier: None,
        };
        context.add("lambda:SourceFunctionArn", arn.to_string());
    }
    context
}

fn refused(caller: &Caller, action: &str, resource: &str, denial: Denial) -> AwsError {
    let who = caller.principal.arn();
    let why = match denial {
        Denial::Explicit(kind) => format!("with an explicit deny in {}", named(kind)),
        Denial::Missing(kind) => format!("because no {kind} allows the {action} action"),
    };
    AwsError::new(
        "AccessDeniedException",
        403,
        format!("User: {who} is not authorized to perform: {action} on resource: {resource} {why}"),
    )
}

fn named(kind: PolicyKind) -> String {
    let article = if kind == PolicyKind::Identity { "an" } else { "a" };
    format!("{article} {kind}")
}
