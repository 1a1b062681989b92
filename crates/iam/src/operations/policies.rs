//! Policies: those of a user or a role itself, and those that are attached.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_model::AccountId;
use fika_policy::DocumentKind;

use super::{entity, page};
use crate::accounts::Iam;
use crate::managed;
use crate::names;
use crate::record::{Held, ManagedPolicy, Page, PolicyRecord, Versions, arn};
use crate::refuse;
use crate::state::{Edit, key};

/// Characters of all of a role's own policies together, white space apart; of a user's; of one
/// that is attached.
const ROLE: usize = 10_240;
const USER: usize = 2_048;
pub(super) const MANAGED: usize = 6_144;
/// Policies attached to one user or role.
const ATTACHED: usize = 10;

/// Whose policies are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A user's.
    User,
    /// A role's.
    Role,
}

impl Holder {
    fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
        }
    }

    fn room(self) -> usize {
        match self {
            Self::User => USER,
            Self::Role => ROLE,
        }
    }
}

/// Which policies ListPolicies tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All.
    All,
    /// AWS's.
    Aws,
    /// The account's.
    Local,
}

impl Iam {
    /// PutRolePolicy, PutUserPolicy.
    ///
    /// # Errors
    /// 404; 400 for a document that is none; 409 where there is no room for it.
    pub async fn put_inline(
        &self,
        account: &AccountId,
        (holder, name): (Holder, &str),
        policy: String,
        document: String,
    ) -> Result<(), AwsError> {
        names::check(&policy, "policyName", 128)?;
        names::document(&document, DocumentKind::Identity)?;
        let whose = name.to_owned();
        self.edit_held(account, (holder, name), move |held| {
            held.inline.insert(policy, document);
            let size: usize = held.inline.values().map(|text| names::size(text)).sum();
            if size <= holder.room() {
                return Ok(());
            }
            let (room, word) = (holder.room(), holder.word());
            let text = format!("Maximum policy size of {room} bytes exceeded for {word} {whose}");
            Err(refuse::limit(text))
        })
        .await
    }

    /// GetRolePolicy, GetUserPolicy: the document.
    ///
    /// # Errors
    /// 404.
    pub fn inline(
        &self,
        account: &AccountId,
        (holder, name): (Holder, &str),
        policy: &str,
    ) -> Result<String, AwsError> {
        let held = self.held(account, (holder, name))?;
        held.inline.get(policy).cloned().ok_or_else(|| no_inline(holder, policy))
    }

    /// DeleteRolePolicy, DeleteUserPolicy.
    ///
    /// # Errors
    /// 404.
    pub async fn delete_inline(
        &self,
        account: &AccountId,
        (holder, name): (Holder, &str),
        policy: String,
    ) -> Result<(), AwsError> {
        self.edit_held(account, (holder, name), move |held| {
            held.inline.remove(&policy).map(drop).ok_or_else(|| no_inline(holder, &policy))
        })
        .await
    }

    /// The policies of a user or a role, as they were written.
    ///
    /// # Errors
    /// 404.
    pub fn held(
        &self,
        account: &AccountId,
        (holder, name): (Holder, &str),
    ) -> Result<Held, AwsError> {
        match holder {
            Holder::User => self.user(account, name).map(|user| user.held.clone()),
            Holder::Role => self.role(account, name).map(|role| role.held.clone()),
        }
    }

    /// AttachRolePolicy, AttachUserPolicy. One that is attached already is no error.
    ///
    /// # Errors
    /// 404 for either; 409 where it is one too many.
    pub async fn attach(
        &self,
        account: &AccountId,
        (holder, name): (Holder, &str),
        arn: String,
    ) -> Result<(), AwsError> {
        self.held(account, (holder, name))?;
        if self.inner.state.load().book(account).policy(&arn).is_none() {
            let text = format!("Policy {arn} does not exist or is not attachable.");
            return Err(refuse::no_such(text));
        }
        self.edit_held(account, (holder, name), move |held| {
            if held.attached.contains(&arn) {
                return Ok(());
            }
            if held.attached.len() >= ATTACHED {
                let what =
                    if holder == Holder::Role { "PoliciesPerRole" } else { "PoliciesPerUser" };
                return Err(refuse::limit(format!("Cannot exceed quota for {what}: {ATTACHED}")));
            }
            held.attached.push(arn);
            Ok(())
        })
        .await
    }

    /// DetachRolePolicy, DetachUserPolicy.
    ///
    /// # Errors
    /// 404.
    pub async fn detach(
        &self,
        account: &AccountId,
        (holder, name): (Holder, &str),
        arn: String,
    ) -> Result<(), AwsError> {
        self.edit_held(account, (holder, name), move |held| {
            let before = held.attached.len();
            held.attached.retain(|one| *one != arn);
            if held.attached.len() == before {
                return Err(refuse::no_such(format!("Policy {arn} was not found.")));
            }
            Ok(())
        })
        .await
    }

    /// CreatePolicy.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn create_policy(
        &self,
        account: &AccountId,
        name: String,
        path: Option<&str>,
        document: String,
        description: Option<String>,
        tags: BTreeMap<String, String>,
    ) -> Result<Arc<ManagedPolicy>, AwsError> {
        names::check(&name, "policyName", 128)?;
        names::document(&document, DocumentKind::Identity)?;
        if names::size(&document) > MANAGED {
            return Err(refuse::limit(format!("Cannot exceed quota for PolicySize: {MANAGED}")));
        }
        let entity = entity("ANPA", name.clone(), path, tags)?;
        let arn = arn(account, "policy", &entity);
        let record = PolicyRecord { entity, document, description, versions: Versions::default() };
        self.change(account, move |_, book| {
            if book.policies.contains_key(&key(&name)) {
                let text = format!(
                    "A policy called {name} already exists. Duplicate names are not allowed."
                );
                return Err(refuse::exists(text));
            }
            Ok(((), vec![Edit::Policy(key(&name), Some(record))]))
        })
        .await?;
        self.policy(account, &arn)
    }

    /// GetPolicy.
    ///
    /// # Errors
    /// 404.
    pub fn policy(&self, account: &AccountId, arn: &str) -> Result<Arc<ManagedPolicy>, AwsError> {
        let book = self.inner.state.load().book(account);
        let policy = book.policy(arn);
        let policy =
            policy.ok_or_else(|| refuse::no_such(format!("Policy {arn} was not found.")))?;
        let attachments = book.attachments(arn);
        Ok(Arc::new(ManagedPolicy { attachments, ..ManagedPolicy::clone(&policy) }))
    }

    /// ListPolicies: by name, 100 a page where the caller does not say.
    #[must_use]
    pub fn policies(
        &self,
        account: &AccountId,
        scope: Scope,
        marker: Option<&str>,
        most: Option<usize>,
    ) -> Page<Arc<ManagedPolicy>> {
        let book = self.inner.state.load().book(account);
        let local = book.policies.values().filter(|_| scope != Scope::Aws);
        let aws = managed::all().iter().filter(|_| scope != Scope::Local);
        let all = local.chain(aws).map(|policy| (policy.arn.clone(), policy.clone()));
        let sorted: BTreeMap<String, Arc<ManagedPolicy>> = all.collect();
        page(sorted.into_iter(), marker, most)
    }

    /// DeletePolicy.
    ///
    /// # Errors
    /// 404; 409 while it is attached, or has other versions.
    pub async fn delete_policy(&self, account: &AccountId, arn: &str) -> Result<(), AwsError> {
        let arn = arn.to_owned();
        self.change(account, move |_, book| {
            let own = book.policies.values().find(|policy| policy.arn == arn);
            let own = own.ok_or_else(|| refuse::no_such(format!("Policy {arn} was not found.")))?;
            if book.attachments(&arn) > 0 {
                return Err(refuse::in_use("Cannot delete a policy attached to entities."));
            }
            if !own.versions.others.is_empty() {
                return Err(refuse::in_use(
                    "This policy has more than one version. Before you delete a policy, you must delete the \
                     policy's versions. The default version is deleted with the policy.",
                ));
            }
            Ok(((), vec![Edit::Policy(own.entity.key(), None)]))
        })
        .await
    }

    async fn edit_held(
        &self,
        account: &AccountId,
        (holder, name): (Holder, &str),
        edit: impl FnOnce(&mut Held) -> Result<(), AwsError> + Send + 'static,
    ) -> Result<(), AwsError> {
        match holder {
            Holder::User => self.edit_user(account, name, |user| edit(&mut user.held)).await,
            Holder::Role => self.edit_role(account, name, |role| edit(&mut role.held)).await,
        }
    }
}

/// Whether nothing keeps a user or a role from being deleted.
pub(super) fn none_left(held: &Held) -> Result<(), AwsError> {
    if !held.attached.is_empty() {
        return Err(refuse::in_use("Cannot delete entity, must detach all policies first."));
    }
    if !held.inline.is_empty() {
        return Err(refuse::in_use("Cannot delete entity, must delete policies first."));
    }
    Ok(())
}

fn no_inline(holder: Holder, policy: &str) -> AwsError {
    refuse::not_found(&format!("{} policy", holder.word()), policy)
}
