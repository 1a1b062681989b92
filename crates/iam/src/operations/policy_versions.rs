//! Versions of the policies that are to be attached: one of them counts.

use fika_aws::shape::AwsError;
use fika_model::AccountId;
use fika_policy::DocumentKind;

use super::policies::MANAGED;
use crate::accounts::Iam;
use crate::names::{self, now};
use crate::record::{PolicyRecord, PolicyVersion};
use crate::refuse;
use crate::state::Edit;

/// Versions that a policy may have.
const VERSIONS: usize = 5;

impl Iam {
    /// CreatePolicyVersion: its number. Everybody who has the policy is judged by the version that counts from
    /// then on.
    ///
    /// # Errors
    /// 404; 400 for a document that is none; 409 where it is one too many.
    pub async fn create_policy_version(
        &self,
        account: &AccountId,
        arn: &str,
        document: String,
        counts: bool,
    ) -> Result<u32, AwsError> {
        names::document(&document, DocumentKind::Identity)?;
        if names::size(&document) > MANAGED {
            return Err(refuse::limit(format!("Cannot exceed quota for PolicySize: {MANAGED}")));
        }
        self.edit_policy(account, arn, move |policy| {
            if policy.versions.others.len() + 1 >= VERSIONS {
                return Err(refuse::limit(format!(
                    "A managed policy can have up to {VERSIONS} versions. Before you create a new version, you \
                     must delete an existing version."
                )));
            }
            let number = policy.versions.last + 1;
            policy.versions.last = number;
            policy.versions.others.insert(number, PolicyVersion { document, created: now() });
            if counts {
                choose(policy, number)?;
            }
            Ok(number)
        })
        .await
    }

    /// SetDefaultPolicyVersion.
    ///
    /// # Errors
    /// 404.
    pub async fn set_policy_version(
        &self,
        account: &AccountId,
        arn: &str,
        number: u32,
    ) -> Result<(), AwsError> {
        self.edit_policy(account, arn, move |policy| choose(policy, number)).await
    }

    /// DeletePolicyVersion.
    ///
    /// # Errors
    /// 404; 409 for the one that counts.
    pub async fn delete_policy_version(
        &self,
        account: &AccountId,
        arn: &str,
        number: u32,
    ) -> Result<(), AwsError> {
        self.edit_policy(account, arn, move |policy| {
            if policy.versions.default == number {
                return Err(refuse::in_use("Cannot delete the default version of a policy."));
            }
            let gone = policy.versions.others.remove(&number);
            gone.map(drop).ok_or_else(|| no_version(policy, number))
        })
        .await
    }

    async fn edit_policy<T: Send + 'static>(
        &self,
        account: &AccountId,
        arn: &str,
        edit: impl FnOnce(&mut PolicyRecord) -> Result<T, AwsError> + Send + 'static,
    ) -> Result<T, AwsError> {
        let arn = arn.to_owned();
        self.change(account, move |_, book| {
            let own = book.policies.values().find(|policy| policy.arn == arn);
            let own = own.ok_or_else(|| refuse::no_such(format!("Policy {arn} was not found.")))?;
            let mut record = own.record();
            let answer = edit(&mut record)?;
            Ok((answer, vec![Edit::Policy(own.entity.key(), Some(record))]))
        })
        .await
    }
}

/// Has that version count.
fn choose(policy: &mut PolicyRecord, number: u32) -> Result<(), AwsError> {
    if policy.versions.default == number {
        return Ok(());
    }
    let chosen = policy.versions.others.remove(&number);
    let chosen = chosen.ok_or_else(|| no_version(policy, number))?;
    let document = std::mem::replace(&mut policy.document, chosen.document);
    let created = policy.versions.created.replace(chosen.created);
    let before = PolicyVersion { document, created: created.unwrap_or(policy.entity.created) };
    policy.versions.others.insert(policy.versions.default, before);
    policy.versions.default = number;
    Ok(())
}

fn no_version(policy: &PolicyRecord, number: u32) -> AwsError {
    let name = &policy.entity.name;
    refuse::no_such(format!("Policy {name} version v{number} does not exist or is not attachable."))
}
