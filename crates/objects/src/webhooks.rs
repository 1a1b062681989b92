//! Webhooks: where a foreign S3 posts what happened in its buckets. Each is of one account and tells one
//! target of that account, by the account's own right: only its root makes one.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use fika_events::Undelivered;
use fika_journal::JournalError;
use fika_model::{AccountId, FunctionArn, FunctionRef, Region, Scope};
use fika_service::Caller;
use fika_store::{Batch, Store, StoreError};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use thiserror::Error;

use crate::files::random_name;
use crate::keys;
use crate::load::visit;
use crate::notify::foreign::{self, Unreadable};
use crate::notify::trial::function;
use crate::objects::{Objects, now_ms};
use crate::sums::digest;

/// How many an account may have.
const MOST: usize = 100;

/// A webhook, as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its id, which is in its path.
    pub id: String,
    /// Whose it is, and the region of what records come without one.
    pub scope: Scope,
    /// The ARN of the function, queue or topic that is told.
    pub target: String,
    /// Milliseconds since 1970.
    pub created_ms: i64,
    /// The SHA-256 of its token.
    token: String,
}

/// Why a webhook is not made or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoWebhook {
    /// Its target would not take anything.
    #[error("{0}")]
    Target(String),
    /// Its account has enough.
    #[error("an account may have {MOST} webhooks: delete one first")]
    TooMany,
    /// There is none of that id.
    #[error("there is no such webhook: look with `fika webhook list`")]
    Missing,
    /// The disk failed, or its target does, for now.
    #[error("try again: {0}")]
    Later(String),
}

/// Why what was posted is not told.
#[derive(Debug, Error)]
pub enum NotTold {
    /// It cannot be understood.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The journal does not take it.
    #[error("nothing is accepted now: {0}")]
    Refused(#[from] JournalError),
}

/// All of them, by id.
#[derive(Debug, Default)]
pub(crate) struct Webhooks {
    all: RwLock<BTreeMap<String, Arc<Webhook>>>,
    /// Held by whoever makes or deletes one.
    turn: tokio::sync::Mutex<()>,
}

impl Webhooks {
    /// What the store has.
    pub(crate) fn load(store: &Store) -> Result<Self, StoreError> {
        let mut all = BTreeMap::new();
        visit(store, keys::WEBHOOKS, |[id], webhook: Webhook| {
            all.insert(id.into(), Arc::new(webhook));
        })?;
        Ok(Self { all: RwLock::new(all), ..Self::default() })
    }

    fn of(&self, account: &AccountId) -> Vec<Arc<Webhook>> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.values().filter(|webhook| webhook.scope.account == *account).cloned().collect()
    }
}

/// What is on disk is shown, whether or not who asked for it waits.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, NoWebhook>> + Send + 'static,
) -> Result<T, NoWebhook> {
    tokio::spawn(work).await.unwrap_or_else(|died| Err(later(died)))
}

impl Objects {
    /// Makes one for a target of the caller, whose root it is, and its token, which nobody can tell again.
    /// A queue or a topic is sent an `s3:TestEvent`, as when a bucket is set up.
    ///
    /// # Errors
    /// [`NoWebhook`].
    pub async fn make_webhook(
        &self,
        caller: &Caller,
        target: &str,
    ) -> Result<(Arc<Webhook>, String), NoWebhook> {
        let (objects, caller, target) = (self.clone(), caller.clone(), target.to_owned());
        to_its_end(async move { objects.new_webhook(&caller, &target).await }).await
    }

    async fn new_webhook(
        &self,
        caller: &Caller,
        target: &str,
    ) -> Result<(Arc<Webhook>, String), NoWebhook> {
        let (scope, target) = read(&caller.scope, target)?;
        let (id, token) = (random()?, format!("{}{}", random()?, random()?));
        self.would_take(caller, &target, &id).await?;
        let webhooks = &self.inner.webhooks;
        let _turn = webhooks.turn.lock().await;
        if webhooks.of(&caller.scope.account).len() >= MOST {
            return Err(NoWebhook::TooMany);
        }
        let webhook = Webhook { id, scope, target, created_ms: now_ms(), token: digest(&token) };
        let value = serde_json::to_vec(&webhook).map_err(later)?;
        self.inner
            .store
            .commit(Batch::new().put(keys::webhook(&webhook.id), value))
            .await
            .map_err(later)?;
        let webhook = Arc::new(webhook);
        let mut all = webhooks.all.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(webhook.id.clone(), webhook.clone());
        Ok((webhook, token))
    }

    async fn would_take(&self, caller: &Caller, target: &str, id: &str) -> Result<(), NoWebhook> {
        if let Some(function) = function(target) {
            let functions = self.inner.events.functions();
            let there = functions.is_some_and(|all| all.policy(&function).is_some());
            let missing = || NoWebhook::Target(format!("Function not found: {target}"));
            return there.then_some(()).ok_or_else(missing);
        }
        let tried = self.test(caller, &format!("webhook/{id}"), target, id).await;
        tried.map_err(|why| match why {
            Undelivered::Refused { message, .. } => NoWebhook::Target(message),
            Undelivered::Later(why) => NoWebhook::Later(why),
        })
    }

    /// Those of an account.
    #[must_use]
    pub fn webhooks(&self, account: &AccountId) -> Vec<Arc<Webhook>> {
        self.inner.webhooks.of(account)
    }

    /// Deletes one of an account. What it has accepted is told all the same.
    ///
    /// # Errors
    /// [`NoWebhook`].
    pub async fn unmake_webhook(&self, account: &AccountId, id: &str) -> Result<(), NoWebhook> {
        let (objects, account, id) = (self.clone(), account.clone(), id.to_owned());
        to_its_end(async move { objects.remove_webhook(&account, &id).await }).await
    }

    async fn remove_webhook(&self, account: &AccountId, id: &str) -> Result<(), NoWebhook> {
        let webhooks = &self.inner.webhooks;
        let _turn = webhooks.turn.lock().await;
        if !webhooks.of(account).iter().any(|webhook| webhook.id == id) {
            return Err(NoWebhook::Missing);
        }
        self.inner.store.commit(Batch::new().delete(keys::webhook(id))).await.map_err(later)?;
        webhooks.all.write().unwrap_or_else(PoisonError::into_inner).remove(id);
        Ok(())
    }

    /// The webhook of that id, for who has its token. Who has not learns nothing, also not by how long it
    /// takes.
    #[must_use]
    pub fn webhook(&self, id: &str, token: &str) -> Option<Arc<Webhook>> {
        let all = self.inner.webhooks.all.read().unwrap_or_else(PoisonError::into_inner);
        let (found, given) = (all.get(id), digest(token));
        let kept = found.map_or("", |webhook| &webhook.token);
        let is_it = bool::from(kept.as_bytes().ct_eq(given.as_bytes()));
        found.filter(|_| is_it).cloned()
    }

    /// Accepts what a webhook was posted, and says how many events that is. They are durable when this returns.
    ///
    /// # Errors
    /// [`NotTold`]: nothing of it was accepted.
    pub async fn told(&self, webhook: &Webhook, body: &[u8]) -> Result<usize, NotTold> {
        let events = foreign::events(body, webhook.scope.region.as_str())?;
        let count = events.len();
        self.tell_foreign(&webhook.scope, &webhook.target, &events).await?;
        Ok(count)
    }
}

/// Reads what is to be told: an ARN, or the name of a function.
fn read(own: &Scope, target: &str) -> Result<(Scope, String), NoWebhook> {
    let not = || {
        NoWebhook::Target(format!(
            "{target} is no ARN of a function, a queue or a topic of this account."
        ))
    };
    if !target.starts_with("arn:") || target.starts_with("arn:aws:lambda:") {
        let FunctionRef { account, region, name, qualifier } =
            FunctionRef::parse(target).map_err(|_| not())?;
        let account = account.unwrap_or_else(|| own.account.clone());
        let scope = Scope { account, region: region.unwrap_or_else(|| own.region.clone()) };
        let arn = FunctionArn { scope: scope.clone(), name, qualifier }.to_string();
        return if scope.account == own.account { Ok((scope, arn)) } else { Err(not()) };
    }
    let pieces: Vec<&str> = target.split(':').collect();
    match pieces.as_slice() {
        ["arn", "aws", "sqs" | "sns", region, account, name]
            if *account == own.account.as_str() && !name.is_empty() && target.len() <= 512 =>
        {
            let region = Region::new(region).map_err(|_| not())?;
            Ok((Scope { account: own.account.clone(), region }, target.into()))
        }
        _ => Err(not()),
    }
}

fn random() -> Result<String, NoWebhook> {
    random_name().map_err(later)
}

fn later(error: impl std::fmt::Display) -> NoWebhook {
    NoWebhook::Later(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_of_the_account_itself() {
        let own = Scope {
            account: AccountId::new("123456789012").expect("twelve digits"),
            region: Region::new("us-east-1").expect("a region"),
        };
        for (target, expected) in [
            ("resize", Some("arn:aws:lambda:us-east-1:123456789012:function:resize")),
            ("resize:live", Some("arn:aws:lambda:us-east-1:123456789012:function:resize:live")),
            ("arn:aws:sqs:eu-west-1:123456789012:q", Some("arn:aws:sqs:eu-west-1:123456789012:q")),
            ("arn:aws:sns:us-east-1:123456789012:t", Some("arn:aws:sns:us-east-1:123456789012:t")),
            ("arn:aws:lambda:us-east-1:999999999999:function:resize", None),
            ("arn:aws:sqs:us-east-1:999999999999:q", None),
            ("arn:aws:s3:::bucket", None),
            ("arn:aws:sqs:us-east-1:123456789012:", None),
            ("arn:aws:sqs:Nowhere!:123456789012:q", None),
            ("", None),
        ] {
            let read = read(&own, target).map(|(_, arn)| arn).ok();
            assert_eq!(read.as_deref(), expected, "{target}");
        }
    }
}
