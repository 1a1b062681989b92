//! What belongs to a function and is no part of any of its versions: aliases, policies, limits.
//!
//! It lives in the function's record, so that it is committed with it and goes with it. Changing
//! it starts nothing anew and leaves the function's own revision as it is.

mod event_invoke;
mod function_url;
mod resource_policy;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use fika_aws::shape::AwsError;
use serde::{Deserialize, Serialize};

use crate::aliases::Aliases;
use crate::change::Unchanged;
use crate::concurrency::Concurrency;
use crate::control::Control;
use crate::lifecycle::Next;
use crate::registry::{Function, Snapshot};

pub(crate) use event_invoke::EventInvoke;
pub(crate) use function_url::{FunctionUrl, random_id};
pub(crate) use resource_policy::ResourcePolicy;

/// All of it. As the store keeps it: add members with a default, and leave those out that say
/// nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Attached {
    /// Whether loops of this function are cut; none for the default, which is to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) recursive_loop: Option<String>,
    /// Names of its versions.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub(crate) aliases: Aliases,
    /// How events are treated, by qualifier.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) event_invokes: BTreeMap<String, EventInvoke>,
    /// Addresses, by alias; `$LATEST` for the function's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) urls: BTreeMap<String, FunctionUrl>,
    /// When the runtime of a version is updated, by qualifier; none for Lambda's default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) runtime_updates: BTreeMap<String, RuntimeUpdates>,
    /// Who else may do what with it, by version or alias; `$LATEST` for the function's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) policies: BTreeMap<String, ResourcePolicy>,
    /// The ARN of its code signing config.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code_signing: Option<String>,
    /// What it has of its account's concurrency.
    #[serde(default, skip_serializing_if = "Concurrency::is_none")]
    pub(crate) concurrency: Concurrency,
}

/// When the runtime of a version is updated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RuntimeUpdates {
    /// `Auto`, `Manual` or `FunctionUpdate`.
    pub(crate) on: String,
    /// The runtime version to stay with, where that is `Manual`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version_arn: Option<String>,
}

/// Nothing, which all functions share that have nothing attached.
pub(crate) fn none() -> Arc<Attached> {
    static NONE: LazyLock<Arc<Attached>> = LazyLock::new(Arc::default);
    Arc::clone(&NONE)
}

impl Attached {
    /// Whether it says nothing, so that the store need not keep it.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Forgets what is kept by a qualifier, of a version or an alias that is deleted. Members
    /// that are by qualifier and go with it have their line here.
    pub(crate) fn forget(&mut self, qualifier: &str) {
        self.aliases.remove(qualifier);
        self.event_invokes.remove(qualifier);
        self.urls.remove(qualifier);
        self.runtime_updates.remove(qualifier);
        self.policies.remove(qualifier);
        self.concurrency.provisioned.remove(qualifier);
    }

    /// The aliases that lead to a published version, by name.
    pub(crate) fn leading_to(&self, number: u64) -> Vec<&str> {
        let leading = self.aliases.iter().filter(|(_, alias)| alias.leads_to(number));
        leading.map(|(name, _)| name.as_str()).collect()
    }
}

/// A moment of milliseconds since 1970 as the API's timestamps have it.
pub(crate) fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

impl Control {
    /// Changes what is attached to a function, in its turn. `edit` sees the function as it then
    /// is; what it returns is the answer, once the change is on disk. Where nothing was changed,
    /// nothing is written.
    ///
    /// # Errors
    /// Those of `edit`, and of the store.
    pub(crate) async fn attach<T: Send + 'static>(
        &self,
        function: Arc<Function>,
        edit: impl FnOnce(&mut Attached, &Snapshot) -> Result<T, AwsError> + Send + 'static,
    ) -> Result<T, AwsError> {
        let this = self.clone();
        self.to_the_end(async move {
            let mut answer = None;
            let decide = |before: &Snapshot| {
                let mut attached = (*before.record.attached).clone();
                answer = Some(edit(&mut attached, before).map_err(Unchanged::Refused)?);
                if attached == *before.record.attached {
                    return Err(Unchanged::Same);
                }
                let revision_id = before.record.revision_id;
                let mut next = Next::same(before);
                next.record.revision_id = revision_id;
                next.record.attached = Arc::new(attached);
                Ok(next)
            };
            let changed = this.change(&function, decide).await;
            match (changed, answer) {
                (Ok(_) | Err(Unchanged::Same), Some(answer)) => Ok(answer),
                (Err(why), _) => Err(why.answer(&function)),
                (Ok(_), None) => Err(crate::refuse::internal("a change had no answer")),
            }
        })
        .await
    }
}
