//! Users.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_model::AccountId;

use super::{entity, page, tagged};
use crate::accounts::Iam;
use crate::names;
use crate::record::{Held, Page, User, UserRecord};
use crate::refuse;
use crate::state::{Edit, key};

impl Iam {
    /// CreateUser.
    ///
    /// # Errors
    /// As on AWS.
    pub async fn create_user(
        &self,
        account: &AccountId,
        name: String,
        path: Option<&str>,
        tags: BTreeMap<String, String>,
    ) -> Result<Arc<User>, AwsError> {
        names::check(&name, "userName", 64)?;
        let entity = entity("AIDA", name.clone(), path, tags)?;
        let record = UserRecord { entity, held: Held::default() };
        let made = name.clone();
        self.change(account, move |_, book| {
            if book.users.contains_key(&key(&name)) {
                return Err(refuse::exists(format!("User with name {name} already exists.")));
            }
            Ok(((), vec![Edit::User(key(&name), Some(record))]))
        })
        .await?;
        self.user(account, &made)
    }

    /// GetUser.
    ///
    /// # Errors
    /// 404.
    pub fn user(&self, account: &AccountId, name: &str) -> Result<Arc<User>, AwsError> {
        let book = self.inner.state.load().book(account);
        book.users.get(&key(name)).cloned().ok_or_else(|| refuse::not_found("user", name))
    }

    /// ListUsers: by name, 100 a page where the caller does not say.
    #[must_use]
    pub fn users(
        &self,
        account: &AccountId,
        path_prefix: Option<&str>,
        marker: Option<&str>,
        most: Option<usize>,
    ) -> Page<Arc<User>> {
        let book = self.inner.state.load().book(account);
        let prefix = path_prefix.unwrap_or("/");
        let all = book.users.iter().filter(|(_, user)| user.entity.path.starts_with(prefix));
        page(all.map(|(key, user)| (key.clone(), user.clone())), marker, most)
    }

    /// DeleteUser.
    ///
    /// # Errors
    /// 404; 409 while it has keys or policies.
    pub async fn delete_user(&self, account: &AccountId, name: &str) -> Result<(), AwsError> {
        let (name, owner) = (name.to_owned(), account.clone());
        self.change(account, move |state, book| {
            let user = book.users.get(&key(&name));
            let user = user.ok_or_else(|| refuse::not_found("user", &name))?;
            if !state.keys_of(&owner, Some(&name)).is_empty() {
                let text = "Cannot delete entity, must delete access keys first.";
                return Err(refuse::in_use(text));
            }
            super::policies::none_left(&user.held)?;
            Ok(((), vec![Edit::User(key(&name), None)]))
        })
        .await
    }

    /// TagUser and UntagUser.
    ///
    /// # Errors
    /// 404; 400 and 409 for tags that are too long, or too many.
    pub async fn tag_user(
        &self,
        account: &AccountId,
        name: &str,
        more: BTreeMap<String, String>,
        less: Vec<String>,
    ) -> Result<(), AwsError> {
        self.edit_user(account, name, move |user| tagged(&mut user.entity, more, &less)).await
    }

    pub(super) async fn edit_user(
        &self,
        account: &AccountId,
        name: &str,
        edit: impl FnOnce(&mut UserRecord) -> Result<(), AwsError> + Send + 'static,
    ) -> Result<(), AwsError> {
        let name = name.to_owned();
        self.change(account, move |_, book| {
            let user = book.users.get(&key(&name));
            let mut record = user.ok_or_else(|| refuse::not_found("user", &name))?.record();
            edit(&mut record)?;
            Ok(((), vec![Edit::User(key(&name), Some(record))]))
        })
        .await
    }
}
