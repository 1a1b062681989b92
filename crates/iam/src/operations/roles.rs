//! Roles.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_model::AccountId;
use fika_policy::DocumentKind;

use super::{entity, page, tagged};
use crate::accounts::Iam;
use crate::names;
use crate::record::{Held, Page, Role, RoleRecord};
use crate::refuse;
use crate::state::{Edit, key};

/// Characters of a trust policy, white space apart.
const TRUST: usize = 2_048;
/// Seconds a session may last: where nobody says, which is the least too, and at most.
const SESSION: (u32, u32) = (3_600, 43_200);

/// What CreateRole takes.
#[derive(Debug, Clone, Default)]
pub struct NewRole {
    /// Its name.
    pub name: String,
    /// `/` where none is given.
    pub path: Option<String>,
    /// The document that says who may assume it.
    pub trust: String,
    /// What it is for.
    pub description: Option<String>,
    /// Seconds; 3,600 where none are given.
    pub max_session: Option<u32>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Iam {
    /// CreateRole.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn create_role(
        &self,
        account: &AccountId,
        new: NewRole,
    ) -> Result<Arc<Role>, AwsError> {
        let NewRole { name, path, trust, description, max_session, tags } = new;
        names::check(&name, "roleName", 64)?;
        check_trust(&trust)?;
        let max_session = checked_session(max_session.unwrap_or(SESSION.0))?;
        let entity = entity("AROA", name.clone(), path.as_deref(), tags)?;
        let record = RoleRecord { entity, held: Held::default(), trust, description, max_session };
        let made = name.clone();
        self.change(account, move |_, book| {
            if book.roles.contains_key(&key(&name)) {
                return Err(refuse::exists(format!("Role with name {name} already exists.")));
            }
            Ok(((), vec![Edit::Role(key(&name), Some(record))]))
        })
        .await?;
        self.role(account, &made)
    }

    /// GetRole.
    ///
    /// # Errors
    /// 404.
    pub fn role(&self, account: &AccountId, name: &str) -> Result<Arc<Role>, AwsError> {
        let book = self.inner.state.load().book(account);
        book.roles.get(&key(name)).cloned().ok_or_else(|| refuse::not_found("role", name))
    }

    /// ListRoles: by name, 100 a page where the caller does not say.
    #[must_use]
    pub fn roles(
        &self,
        account: &AccountId,
        path_prefix: Option<&str>,
        marker: Option<&str>,
        most: Option<usize>,
    ) -> Page<Arc<Role>> {
        let book = self.inner.state.load().book(account);
        let prefix = path_prefix.unwrap_or("/");
        let all = book.roles.iter().filter(|(_, role)| role.entity.path.starts_with(prefix));
        page(all.map(|(key, role)| (key.clone(), role.clone())), marker, most)
    }

    /// DeleteRole.
    ///
    /// # Errors
    /// 404; 409 while it has policies.
    pub async fn delete_role(&self, account: &AccountId, name: &str) -> Result<(), AwsError> {
        let name = name.to_owned();
        self.change(account, move |_, book| {
            let role = book.roles.get(&key(&name));
            let role = role.ok_or_else(|| refuse::not_found("role", &name))?;
            super::policies::none_left(&role.held)?;
            Ok(((), vec![Edit::Role(key(&name), None)]))
        })
        .await
    }

    /// UpdateRole, of what is given.
    ///
    /// # Errors
    /// 404; 400 for a session of a length that none can have.
    pub async fn update_role(
        &self,
        account: &AccountId,
        name: &str,
        description: Option<String>,
        max_session: Option<u32>,
    ) -> Result<(), AwsError> {
        let max_session = max_session.map(checked_session).transpose()?;
        self.edit_role(account, name, move |role| {
            role.description = description.or(role.description.take());
            role.max_session = max_session.unwrap_or(role.max_session);
            Ok(())
        })
        .await
    }

    /// UpdateAssumeRolePolicy.
    ///
    /// # Errors
    /// 404; 400 for a document that is none.
    pub async fn update_trust(
        &self,
        account: &AccountId,
        name: &str,
        trust: String,
    ) -> Result<(), AwsError> {
        check_trust(&trust)?;
        self.edit_role(account, name, move |role| {
            role.trust = trust;
            Ok(())
        })
        .await
    }

    /// TagRole and UntagRole.
    ///
    /// # Errors
    /// 404; 400 and 409 for tags that are too long, or too many.
    pub async fn tag_role(
        &self,
        account: &AccountId,
        name: &str,
        more: BTreeMap<String, String>,
        less: Vec<String>,
    ) -> Result<(), AwsError> {
        self.edit_role(account, name, move |role| tagged(&mut role.entity, more, &less)).await
    }

    pub(super) async fn edit_role(
        &self,
        account: &AccountId,
        name: &str,
        edit: impl FnOnce(&mut RoleRecord) -> Result<(), AwsError> + Send + 'static,
    ) -> Result<(), AwsError> {
        let name = name.to_owned();
        self.change(account, move |_, book| {
            let role = book.roles.get(&key(&name));
            let mut record = role.ok_or_else(|| refuse::not_found("role", &name))?.record();
            edit(&mut record)?;
            Ok(((), vec![Edit::Role(key(&name), Some(record))]))
        })
        .await
    }
}

fn check_trust(document: &str) -> Result<(), AwsError> {
    names::document(document, DocumentKind::Trust)?;
    if names::size(document) > TRUST {
        return Err(refuse::limit(format!("Cannot exceed quota for ACLSizePerRole: {TRUST}")));
    }
    Ok(())
}

fn checked_session(seconds: u32) -> Result<u32, AwsError> {
    let (least, most) = SESSION;
    let broken = |rule: String| {
        Err(refuse::invalid(format!(
            "1 validation error detected: Value '{seconds}' at 'maxSessionDuration' failed to \
             satisfy constraint: {rule}"
        )))
    };
    if seconds < least {
        return broken(format!("Member must have value greater than or equal to {least}"));
    }
    if seconds > most {
        return broken(format!("Member must have value less than or equal to {most}"));
    }
    Ok(seconds)
}
