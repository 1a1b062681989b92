//! From what a request is signed with to who it is from.

use std::sync::Arc;

use fika_model::AccountId;
use fika_policy::{DocumentKind, Policy};

use crate::accounts::{Iam, Secret};
use crate::operations::trusts;
use crate::principal::{Acting, Principal};
use crate::record::Role;
use crate::sessions::{Grant, Session, SessionError, Sessions};
use crate::state::{Book, key};

/// Somebody who is known, and has yet to prove it.
#[derive(Debug, Clone)]
pub struct Identified {
    /// Who it would be.
    pub principal: Principal,
    /// What they sign with.
    pub secret: Secret,
}

/// Why nobody is known by that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// No such key, or it was switched off, or its owner is gone.
    Nobody,
    /// It was good once.
    Expired,
}

impl Iam {
    /// Who signs with that key, and that token if there is one, at `now` (seconds since 1970).
    /// Reads memory only, and waits for nobody.
    ///
    /// # Errors
    /// [`Unknown`] says which answer fits.
    pub fn identify(
        &self,
        sessions: &Sessions,
        access_key_id: &str,
        token: Option<&str>,
        now: i64,
    ) -> Result<Identified, Unknown> {
        match token {
            None => self.of_key(access_key_id).ok_or(Unknown::Nobody),
            Some(token) => {
                let session =
                    sessions.verify(access_key_id, token, now).map_err(|error| match error {
                        SessionError::Invalid => Unknown::Nobody,
                        SessionError::Expired => Unknown::Expired,
                    })?;
                self.of_session(session).ok_or(Unknown::Nobody)
            }
        }
    }

    /// The root account, for doors that ask for no signature.
    #[must_use]
    pub fn root_identity(&self) -> Identified {
        let root = self.root();
        let principal = Principal::Root(root.account.clone());
        Identified { principal, secret: root.secret.clone() }
    }

    /// A session of a role that a service takes by itself, as in `scheduler.amazonaws.com`; none
    /// where the role is none of that account, or does not trust the service.
    #[must_use]
    pub fn acting_as(
        &self,
        account: &AccountId,
        role: &str,
        service: &str,
        name: &str,
    ) -> Option<Principal> {
        let book = self.inner.state.load().accounts.get(account)?.clone();
        let existing = book.roles.get(&key(role.rsplit('/').next()?))?.clone();
        let trusted = existing.trust_policy();
        if existing.arn(account) != role || !trusts(trusted, service, account, role) {
            return None;
        }
        Some(session(account, existing, name))
    }

    /// The session of a role that somebody had when they asked for something that still goes on; none where the role
    /// is gone.
    #[must_use]
    pub fn resumed(&self, account: &AccountId, role: &str, name: &str) -> Option<Principal> {
        let book = self.inner.state.load().accounts.get(account)?.clone();
        let existing = book.roles.get(&key(role.rsplit('/').next()?))?.clone();
        (existing.arn(account) == role).then(|| session(account, existing, name))
    }

    fn of_key(&self, access_key_id: &str) -> Option<Identified> {
        let state = self.inner.state.load();
        let credential = state.keys.get(access_key_id).filter(|key| !key.inactive)?;
        let account = credential.account.clone();
        let principal = match &credential.user {
            None => Principal::Root(account),
            Some(name) => {
                let user = state.accounts.get(&account)?.users.get(&key(name))?.clone();
                Principal::User(account, user)
            }
        };
        Some(Identified { principal, secret: credential.secret.clone() })
    }

    fn of_session(&self, session: Session) -> Option<Identified> {
        let state = self.inner.state.load();
        // An account that is gone takes its sessions along.
        let book = state.accounts.get(&session.account)?;
        let role = book.role_at(&session)?;
        // A role that was assumed must still be that very one.
        if let Some(grant) = &session.grant
            && role.as_ref().is_none_or(|role| role.entity.id != grant.role_id)
        {
            return None;
        }
        // A function acts as a role that trusts Lambda now, whatever it did when it was given.
        let lends = |role: &&Arc<Role>| session.grant.is_some() || role.trusts_lambda;
        let own = role.as_ref().filter(lends).map(|role| role.policies.clone()).unwrap_or_default();
        let narrowed = session.grant.as_ref().map(|grant| book.narrowed(grant));
        let (secret, narrowed) = (session.secret.clone(), narrowed.flatten());
        let acting = Acting { session, role, own, narrowed };
        Some(Identified { principal: Principal::Session(Box::new(acting)), secret })
    }
}

impl Book {
    /// The session's role: none within where it was never made. Nobody has a session of a role
    /// whose name another one has by now, for the ARNs of sessions leave the path out.
    fn role_at(&self, session: &Session) -> Option<Option<Arc<Role>>> {
        let name = session.role.rsplit('/').next()?;
        match self.roles.get(&key(name)) {
            None => Some(None),
            Some(role) => (role.arn(&session.account) == session.role).then(|| Some(role.clone())),
        }
    }

    /// What a session is narrowed to; none where it is not.
    fn narrowed(&self, grant: &crate::sessions::Grant) -> Option<Vec<Arc<Policy>>> {
        if grant.policies.is_none() && grant.policy_arns.is_empty() {
            return None;
        }
        let documents = grant.policies.iter().flatten();
        let read = |text: &String| Policy::parse(text, DocumentKind::Identity).ok().map(Arc::new);
        let managed = grant.policy_arns.iter().filter_map(|arn| self.policy(arn));
        let managed = managed.map(|managed| managed.policy.clone());
        Some(documents.filter_map(read).chain(managed).collect())
    }
}

/// A session of a role that needs no credentials: whoever has it is in this process.
fn session(account: &AccountId, role: Arc<Role>, name: &str) -> Principal {
    let session = Session {
        account: account.clone(),
        role: role.arn(account),
        name: name.into(),
        grant: Some(Grant { role_id: role.entity.id.clone(), ..Grant::default() }),
        secret: Secret::new(String::new()),
        expires: i64::MAX,
    };
    let own = role.policies.clone();
    let acting = Acting { session, role: Some(role), own, narrowed: None };
    Principal::Session(Box::new(acting))
}
