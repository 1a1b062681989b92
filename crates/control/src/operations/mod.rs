//! The operations of the API. Inputs have passed the model's constraints (`validate`) before.

mod aliases;
mod asynchronous;
mod code_signing;
mod concurrency;
mod create;
mod delete;
mod event_invoke;
mod event_source_mapping;
mod function_url;
mod layer_policy;
mod layers;
mod list;
mod page;
mod part;
mod permissions;
mod provisioned;
mod publish;
mod read;
mod recursion;
mod resource_policy;
mod runtime_management;
mod tags;
mod update;

use std::path::PathBuf;
use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_model::{Scope, limits};

use crate::answer::Shown;
use crate::control::Control;
use crate::record::Build;
use crate::reference::{self, Caller, Which};
use crate::refuse;
use crate::registry::{Claim, Function, Snapshot};
use crate::runnable::UnknownRuntime;

pub use asynchronous::Asynchronous;
pub use function_url::Url;
pub use layers::LayerAnswer;
pub use read::FunctionAnswer;

use part::{Part, has};

/// The state of a function that a caller names, and the function as it then was.
struct Found {
    snapshot: Arc<Snapshot>,
    shown: Shown,
}

impl Control {
    /// The state of a function that a caller names.
    fn find(
        &self,
        scope: &Scope,
        action: &'static str,
        name: Option<&str>,
        qualifier: Option<&str>,
    ) -> Result<Found, AwsError> {
        let caller = Caller { scope, action };
        let reference = caller.reference(name)?;
        let qualifier = caller.qualifier(&reference, qualifier)?;
        let found = self.inner.registry.get(scope, &reference.name).and_then(|function| {
            let snapshot = function.snapshot.load_full();
            let shown = Shown::of(&function.arn, &snapshot, snapshot.which(qualifier)?)?;
            let shown = match qualifier {
                Some(qualifier) => shown.called(qualifier),
                None => shown,
            };
            Some(Found { snapshot, shown })
        });
        let found = found.map(|found| Found { shown: self.optimized(found.shown), ..found });
        found.ok_or_else(|| refuse::not_found(&reference::arn(scope, &reference.name, qualifier)))
    }

    /// The same, with what only those know who prepare.
    fn optimized(&self, shown: Shown) -> Shown {
        let optimized = self.inner.preparation.is_optimized(shown.uid);
        shown.optimized(optimized)
    }

    /// The function a caller names, for what only whole functions have.
    fn find_whole(
        &self,
        scope: &Scope,
        action: &'static str,
        name: Option<&str>,
    ) -> Result<Arc<Function>, AwsError> {
        let caller = Caller { scope, action };
        let reference = caller.reference(name)?;
        let qualifier = caller.qualifier(&reference, None)?;
        let function =
            self.inner.registry.get(scope, &reference.name).ok_or_else(|| {
                refuse::not_found(&reference::arn(scope, &reference.name, qualifier))
            })?;
        match Which::of(qualifier) {
            Some(Which::Latest) => Ok(function),
            _ => Err(refuse::function_only()),
        }
    }

    /// Where the signing profiles are that the operator trusts.
    fn signers(&self) -> Option<PathBuf> {
        self.inner.options.signers.clone()
    }

    /// Whether so many more bytes of code would fit the account now: a refusal before they are taken
    /// in costs less. What counts is [`Control::claim`].
    fn room_for_code(&self, scope: &Scope, more: u64, less: u64) -> Result<(), AwsError> {
        let (_, used) = self.inner.registry.usage(scope);
        let limit = self.inner.options.code_storage_bytes;
        if used.saturating_sub(less).saturating_add(more) <= limit {
            return Ok(());
        }
        Err(refuse::code_storage_full(used, limit))
    }

    /// Takes room for so many more bytes of code, so that changes at the same time cannot have it
    /// as well.
    pub(crate) fn claim(&self, scope: &Scope, more: u64) -> Result<Claim, AwsError> {
        let limit = self.inner.options.code_storage_bytes;
        let claim = self.inner.registry.claim(scope, more, limit);
        claim.map_err(|used| refuse::code_storage_full(used, limit))
    }
}

/// Whether a function takes a change of its latest state now, from a caller who has seen that
/// revision.
fn ready(function: &Function, before: &Snapshot, revision: Option<&str>) -> Result<(), AwsError> {
    if before.record.in_progress() {
        return Err(refuse::update_in_progress(&function.arn));
    }
    match revision {
        Some(seen) if seen != before.record.revision_id.to_string() => {
            Err(refuse::wrong_revision())
        }
        _ => Ok(()),
    }
}

/// Whether the code and the layers fit together.
fn small_enough(build: &Build) -> Result<(), AwsError> {
    let (bytes, most) = (build.unpacked_bytes(), limits::UNZIPPED_BYTES);
    if build.settings.layers.is_empty() || bytes <= most {
        return Ok(());
    }
    Err(refuse::invalid(format!(
        "Function code combined with layers exceeds the maximum allowed size of {most} bytes. \
         The actual size is {bytes} bytes."
    )))
}

/// Settings are checked when they are set, so this does not happen.
fn unknown_runtime(_: UnknownRuntime) -> AwsError {
    refuse::internal("a runtime was set that fika does not know")
}
