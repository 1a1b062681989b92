//! All of it in memory: made anew in part with every change, and never changed in place.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use fika_model::AccountId;
use fika_policy::{DocumentKind, Policy};

use crate::accounts::{AccountsError, Credential, KEYS};
use crate::managed;
use crate::operations::trusts_lambda;
use crate::record::{
    Entity, Held, ManagedPolicy, PolicyRecord, Role, RoleRecord, User, UserRecord, arn, entry,
    parsed,
};

/// Everything, at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    pub(crate) keys: HashMap<Box<str>, Arc<Credential>>,
    pub(crate) accounts: BTreeMap<AccountId, Arc<Book>>,
    /// Accounts that were deleted.
    pub(crate) gone: BTreeSet<AccountId>,
}

/// What one account has, by name in lower case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book {
    pub(crate) users: BTreeMap<String, Arc<User>>,
    pub(crate) roles: BTreeMap<String, Arc<Role>>,
    pub(crate) policies: BTreeMap<String, Arc<ManagedPolicy>>,
}

/// One thing that a change does.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    User(String, Option<UserRecord>),
    Role(String, Option<RoleRecord>),
    Policy(String, Option<PolicyRecord>),
    Key(Credential),
    NoKey(String),
}

impl Book {
    pub(crate) fn put_user(&mut self, record: UserRecord) {
        let policies = self.compiled(&record.held);
        let UserRecord { entity, held } = record;
        self.users.insert(key(&entity.name), Arc::new(User { entity, held, policies }));
    }

    pub(crate) fn put_role(&mut self, account: &AccountId, record: RoleRecord) {
        let policies = self.compiled(&record.held);
        let RoleRecord { entity, held, trust, description, max_session } = record;
        // Without a policy that can be read nobody is trusted.
        let Some(trusted) = parsed(&trust, DocumentKind::Trust) else { return };
        let trusts_lambda = trusts_lambda(&trusted, account, &arn(account, "role", &entity));
        let role = Role {
            entity,
            held,
            description,
            max_session,
            trust,
            trusted,
            trusts_lambda,
            policies,
        };
        self.roles.insert(key(&role.entity.name), Arc::new(role));
    }

    pub(crate) fn put_policy(&mut self, account: &AccountId, record: PolicyRecord) {
        let PolicyRecord { entity, document, description, versions } = record;
        let Some(policy) = parsed(&document, DocumentKind::Identity) else { return };
        let (arn, policy) = (arn(account, "policy", &entity), Arc::new(policy));
        let attachments = 0;
        let managed =
            ManagedPolicy { entity, arn, description, document, attachments, versions, policy };
        self.policies.insert(key(&managed.entity.name), Arc::new(managed));
    }

    /// The policy of that ARN: the account's, or one of AWS's.
    pub(crate) fn policy(&self, arn: &str) -> Option<Arc<ManagedPolicy>> {
        let own = || {
            let name = arn.rsplit('/').next().unwrap_or_default();
            self.policies.get(&key(name)).filter(|policy| policy.arn == arn).cloned()
        };
        managed::policy(arn).or_else(own)
    }

    /// How many users and roles have it.
    pub(crate) fn attachments(&self, arn: &str) -> usize {
        let users = self.users.values().map(|user| &user.held);
        let held = users.chain(self.roles.values().map(|role| &role.held));
        held.filter(|held| held.attached.iter().any(|one| one == arn)).count()
    }

    /// Has those who hold the policy of that ARN judged by what it says now.
    fn renew(&mut self, account: &AccountId, arn: &str) {
        let has = |held: &Held| held.attached.iter().any(|one| one == arn);
        let users = self.users.values().filter(|user| has(&user.held));
        let roles = self.roles.values().filter(|role| has(&role.held));
        let users: Vec<_> = users.map(|user| user.record()).collect();
        let roles: Vec<_> = roles.map(|role| role.record()).collect();
        users.into_iter().for_each(|user| self.put_user(user));
        roles.into_iter().for_each(|role| self.put_role(account, role));
    }

    /// Whoever holds a policy has no say over it, so those that are gone say nothing.
    fn compiled(&self, held: &Held) -> Arc<[Arc<Policy>]> {
        let own = held.inline.values();
        let own = own.filter_map(|text| parsed(text, DocumentKind::Identity)).map(Arc::new);
        let attached = held.attached.iter().filter_map(|arn| self.policy(arn));
        own.chain(attached.map(|managed| managed.policy.clone())).collect()
    }
}

impl State {
    /// The account's book; an empty one where there is no such account.
    pub(crate) fn book(&self, account: &AccountId) -> Arc<Book> {
        self.accounts.get(account).cloned().unwrap_or_default()
    }

    /// That there is such an account.
    pub(crate) fn known(&self, account: &AccountId) -> Result<(), AccountsError> {
        let known = self.accounts.contains_key(account);
        known.then_some(()).ok_or_else(|| AccountsError::NoAccount(account.clone()))
    }

    /// The store's keys of all that an account has.
    pub(crate) fn entries_of(&self, account: &AccountId) -> Vec<String> {
        let book = self.book(account);
        let of = |kind, name: &String| entry(account, kind, name);
        let users = book.users.keys().map(|name| of("user", name));
        let roles = book.roles.keys().map(|name| of("role", name));
        let policies = book.policies.keys().map(|name| of("policy", name));
        let keys = self.keys.values().filter(|key| key.account == *account);
        let keys = keys.map(|key| format!("{KEYS}{}", key.access_key_id));
        users.chain(roles).chain(policies).chain(keys).collect()
    }

    /// The same without an account.
    pub(crate) fn without(&self, account: &AccountId) -> Self {
        let mut state = self.clone();
        state.accounts.remove(account);
        state.keys.retain(|_, key| key.account != *account);
        state.gone.insert(account.clone());
        state
    }

    /// The same with a change.
    pub(crate) fn edited(&self, account: &AccountId, edits: &[Edit]) -> Self {
        let mut state = self.clone();
        let mut book = Book::clone(&state.book(account));
        for edit in edits {
            match edit.clone() {
                Edit::User(_, Some(record)) => book.put_user(record),
                Edit::User(name, None) => drop(book.users.remove(&name)),
                Edit::Role(_, Some(record)) => book.put_role(account, record),
                Edit::Role(name, None) => drop(book.roles.remove(&name)),
                Edit::Policy(_, Some(record)) => {
                    let arn = arn(account, "policy", &record.entity);
                    book.put_policy(account, record);
                    book.renew(account, &arn);
                }
                Edit::Policy(name, None) => drop(book.policies.remove(&name)),
                Edit::Key(credential) => {
                    let id = credential.access_key_id.as_str().into();
                    state.keys.insert(id, Arc::new(credential));
                }
                Edit::NoKey(id) => drop(state.keys.remove(id.as_str())),
            }
        }
        state.accounts.insert(account.clone(), Arc::new(book));
        state
    }

    /// The keys of a user; of the account itself where none is named.
    pub(crate) fn keys_of(&self, account: &AccountId, user: Option<&str>) -> Vec<Arc<Credential>> {
        let of = |c: &&Arc<Credential>| {
            c.account == *account && c.user.as_deref().map(key) == user.map(key)
        };
        let mut keys: Vec<_> = self.keys.values().filter(of).cloned().collect();
        keys.sort_by(|a, b| (a.created, &a.access_key_id).cmp(&(b.created, &b.access_key_id)));
        keys
    }
}

/// Names that differ in case only are the same.
pub(crate) fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

impl Entity {
    pub(crate) fn key(&self) -> String {
        key(&self.name)
    }
}
