//! IAM: roles, users, their policies and keys.
//!
//! - `holder`: what users and roles have in common

pub(crate) mod access_key;
pub(crate) mod inline_policy;
pub(crate) mod managed_policy;
pub(crate) mod missing;
pub(crate) mod policy;
pub(crate) mod role;
pub(crate) mod user;

mod holder;

use crate::kind::{Ask, Failure};
use crate::services::Answered;

/// The version of IAM's forms.
const VERSION: &str = "2010-05-08";

async fn iam(ask: &Ask, action: &str, parameters: &[(&str, &str)]) -> Answered<String> {
    ask.services.query("iam", VERSION, action, parameters).await
}

/// Groups would give their members what a policy allows, and take what it denies: to leave them out is no choice.
fn no_groups(ask: &Ask) -> Result<(), Failure> {
    let groups = ask.value("Groups").as_array().is_some_and(|groups| !groups.is_empty());
    if groups {
        return Err(Failure::new(
            "Groups is not supported: fika's IAM has no groups. Name roles or users.",
        ));
    }
    Ok(())
}
