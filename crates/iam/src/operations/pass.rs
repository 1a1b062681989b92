//! Roles as functions are given them.
//!
//! On AWS a role must exist before a function can have it. Here one of the caller's own account
//! that was never made is taken too, so that a first function needs nothing else; it allows
//! nothing. One that does exist must trust Lambda, when it is given and whenever it is used.

use fika_aws::shape::AwsError;
use fika_model::AccountId;
use fika_policy::{Context, Identity, Policy, Request, Side, Who, decide};

use crate::accounts::Iam;
use crate::state::key;

const LAMBDA: &str = "lambda.amazonaws.com";

impl Iam {
    /// Whether functions of that account can have the role.
    ///
    /// # Errors
    /// 400 for a role of another account, and for one that does not trust Lambda.
    pub fn fit_for_lambda(&self, account: &AccountId, role: &str) -> Result<(), AwsError> {
        let fields: Vec<&str> = role.splitn(6, ':').collect();
        let name = match fields.as_slice() {
            ["arn", _, "iam", "", of, name] if *of == account.as_str() => {
                name.strip_prefix("role/").and_then(|path| path.rsplit('/').next())
            }
            ["arn", _, "iam", "", ..] => {
                return Err(AwsError::new(
                    "AccessDeniedException",
                    403,
                    "Cross-account pass role is not allowed.",
                ));
            }
            _ => None,
        };
        let Some(name) = name else { return Err(not_assumed()) };
        let book = self.inner.state.load().book(account);
        let Some(existing) = book.roles.get(&key(name)) else { return Ok(()) };
        // Names are unique whatever their path and case, so no other role can have this one.
        let fit = existing.arn(account) == role && existing.trusts_lambda;
        fit.then_some(()).ok_or_else(not_assumed)
    }
}

/// Whether a role with that trust policy lets functions of its account act as it.
pub(crate) fn trusts_lambda(trusted: &Policy, account: &AccountId, role: &str) -> bool {
    trusts(trusted, LAMBDA, account, role)
}

/// Whether a role with that trust policy lets a service act as it for its account.
pub(crate) fn trusts(trusted: &Policy, service: &str, account: &AccountId, role: &str) -> bool {
    let who = Who { account: "", arns: &[], service: Some(service) };
    let context = Context::new().with("aws:SourceAccount", account.as_str());
    let request = Request { action: "sts:AssumeRole", resource: role, context: &context };
    let side = Side::Trust { same_account: true };
    decide(&request, &who, Identity::None, Some(trusted), side).is_ok()
}

fn not_assumed() -> AwsError {
    AwsError::invalid_parameter_value(
        "The role defined for the function cannot be assumed by Lambda.",
    )
}
