//! Access keys of users.

use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_model::AccountId;

use crate::accounts::{Credential, Iam};
use crate::refuse;
use crate::state::{Edit, State, key};

/// Keys of one user, or of an account itself.
const KEYS: usize = 2;

impl Iam {
    /// CreateAccessKey, for a user; for the account itself where none is named. Where a key of theirs was made
    /// with the same `token`, that one: whoever did not hear the answer asks again.
    ///
    /// # Errors
    /// 404; 409 for one too many.
    pub async fn create_key(
        &self,
        account: &AccountId,
        user: Option<&str>,
        token: Option<String>,
    ) -> Result<Credential, AwsError> {
        // As the user is spelled, however the caller spells it.
        let user = user.map(|name| self.user(account, name)).transpose()?;
        let user = user.map(|user| user.entity.name.clone());
        let made = Credential::random(account.clone(), user).map_err(|_| refuse::internal())?;
        let made = Credential { token, ..made };
        let owner = account.clone();
        self.change(account, move |state, book| {
            let user = made.user.as_deref();
            if let Some(name) = user.filter(|name| !book.users.contains_key(&key(name))) {
                return Err(refuse::not_found("user", name));
            }
            let keys = state.keys_of(&owner, user);
            if let Some(token) = &made.token
                && let Some(own) = keys.iter().find(|key| key.token.as_ref() == Some(token))
            {
                return Ok((Credential::clone(own), vec![]));
            }
            if keys.len() >= KEYS {
                let text = format!("Cannot exceed quota for AccessKeysPerUser: {KEYS}");
                return Err(refuse::limit(text));
            }
            Ok((made.clone(), vec![Edit::Key(made)]))
        })
        .await
    }

    /// ListAccessKeys: the oldest first.
    ///
    /// # Errors
    /// 404.
    pub fn keys(
        &self,
        account: &AccountId,
        user: Option<&str>,
    ) -> Result<Vec<Arc<Credential>>, AwsError> {
        if let Some(name) = user {
            self.user(account, name)?;
        }
        Ok(self.inner.state.load().keys_of(account, user))
    }

    /// UpdateAccessKey: on or off.
    ///
    /// # Errors
    /// 404. 400 for the key that the server was started with: nobody could switch it on again.
    pub async fn update_key(
        &self,
        account: &AccountId,
        user: Option<&str>,
        id: &str,
        inactive: bool,
    ) -> Result<(), AwsError> {
        self.stays(id)?;
        let find = finder(account, user, id);
        self.change(account, move |state, _| {
            let credential = Credential { inactive, ..(*find(state)?).clone() };
            Ok(((), vec![Edit::Key(credential)]))
        })
        .await
    }

    /// DeleteAccessKey.
    ///
    /// # Errors
    /// 404. 400 for the key that the server was started with.
    pub async fn delete_key(
        &self,
        account: &AccountId,
        user: Option<&str>,
        id: &str,
    ) -> Result<(), AwsError> {
        self.stays(id)?;
        let find = finder(account, user, id);
        self.change(account, move |state, _| {
            let id = find(state)?.access_key_id.clone();
            Ok(((), vec![Edit::NoKey(id)]))
        })
        .await
    }

    fn stays(&self, id: &str) -> Result<(), AwsError> {
        if self.root().access_key_id == id {
            return Err(refuse::invalid(format!(
                "The access key {id} is the one the server was started with, and stays."
            )));
        }
        Ok(())
    }
}

/// Finds a key of that user, and of no other.
fn finder(
    account: &AccountId,
    user: Option<&str>,
    id: &str,
) -> impl FnOnce(&State) -> Result<Arc<Credential>, AwsError> + Send + 'static {
    let (account, user, id) = (account.clone(), user.map(str::to_owned), id.to_owned());
    move |state| {
        let keys = state.keys_of(&account, user.as_deref());
        let found = keys.into_iter().find(|key| key.access_key_id == id);
        let none = || refuse::no_such(format!("The Access Key with id {id} cannot be found."));
        found.ok_or_else(none)
    }
}
