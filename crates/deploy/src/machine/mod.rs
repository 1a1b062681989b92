//! A stack as a state machine: what is to be done next, and what follows from what was done. No clock, no task
//! and no service: those are the runner's.
//!
//! - [`advance`]: begins what can be begun, and turns to the next phase once nothing is under way
//! - [`done`]: takes what became of a step
//! - `forward`: towards what the template says; `back`: to what was before; `removal`: what is to go
//!
//! Whatever is under way is part of the record (`Resource::doing`), so a start after a crash finds it there.

mod back;
mod done;
mod forward;
mod removal;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fika_resources::OnChange;
use serde_json::{Map, Value};

pub(crate) use self::back::settle;
pub(crate) use self::done::{Outcome, done};

use crate::record::{OnFailure, Output, Phase, Resource, Touch};
use crate::state::{At, State};
use crate::status::{Policy, ResourceStatus, StackStatus};

/// What a template says, as far as a stack needs it.
pub(crate) trait Target: Send + Sync {
    /// The resources there are to be.
    fn resources(&self) -> &BTreeMap<String, Planned>;

    /// The properties of one, with what stands of those it needs.
    ///
    /// # Errors
    /// Why there are none, in CloudFormation's words.
    fn properties(
        &self,
        logical: &str,
        stand: &BTreeMap<String, Arc<Resource>>,
    ) -> Result<Map<String, Value>, String>;

    /// What the stack shows once all stands, and which exports of others it read.
    ///
    /// # Errors
    /// Why it cannot.
    fn outputs(
        &self,
        stand: &BTreeMap<String, Arc<Resource>>,
    ) -> Result<(Vec<Output>, BTreeSet<String>), String>;
}

/// A resource that is to be.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub kind: String,
    pub depends: BTreeSet<String>,
    pub deletion: Policy,
    pub replacement: Policy,
}

/// What types say of changes.
pub(crate) trait Rules: Send + Sync {
    /// What a change of properties needs; none where they are the same.
    fn change(
        &self,
        kind: &str,
        from: &Map<String, Value>,
        to: &Map<String, Value>,
    ) -> Option<OnChange>;
}

/// What a stack is moved by.
#[derive(Clone, Copy)]
pub(crate) struct Guides<'g> {
    /// None where the template of the work cannot be read, and once it is not needed.
    pub target: Option<&'g dyn Target>,
    pub rules: &'g dyn Rules,
}

/// What is begun.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Next {
    /// Resources whose `doing` is to be done now.
    pub begun: Vec<String>,
    /// Nothing goes on any more.
    pub over: bool,
}

/// Begins whatever can be begun. Where nothing is under way and nothing can be begun, the phase is over, and the next
/// begins.
pub(crate) fn advance(state: &mut State, guides: Guides<'_>, at: &mut At<'_>) -> Next {
    late(state, at);
    loop {
        let Some(work) = &state.head.work else { return Next { over: true, ..Next::default() } };
        let begun = if work.then_delete && work.phase != Phase::Delete {
            Vec::new()
        } else {
            match work.phase {
                Phase::Create | Phase::Update => forward::begin(state, guides, at),
                Phase::UpdateBack => back::begin(state, at),
                Phase::CreateBack
                | Phase::UpdateCleanup
                | Phase::UpdateBackCleanup
                | Phase::Delete => removal::begin(state, at),
            }
        };
        if !begun.is_empty() || state.resources.values().any(|resource| resource.doing.is_some()) {
            return Next { begun, over: false };
        }
        if turn(state, guides, at) {
            return Next { begun: Vec::new(), over: true };
        }
    }
}

/// Gives up a stack that takes longer to make than it may.
fn late(state: &mut State, at: &At<'_>) {
    let Some(work) = &state.head.work else { return };
    let is_late = work.deadline.is_some_and(|deadline| at.now >= deadline);
    if is_late && work.phase == Phase::Create && work.failed.is_none() {
        let text = "Stack creation time exceeded the specified timeout. ";
        if let Some(work) = &mut state.head_mut().work {
            work.failed = Some(text.into());
        }
    }
}

/// Whether what is under way and only waits is to end: it goes back, or the stack is to go.
pub(crate) fn gives_up(state: &State) -> bool {
    state.head.work.as_ref().is_some_and(|work| match work.phase {
        Phase::Delete => false,
        _ if work.then_delete => true,
        Phase::Create | Phase::Update => {
            work.failed.is_some() && work.on_failure != OnFailure::Nothing
        }
        _ => false,
    })
}

/// Goes back at once from where a failure was left.
pub(crate) fn roll_back(state: &mut State, at: &mut At<'_>) {
    let Some(work) = &mut state.head_mut().work else { return };
    work.on_failure = OnFailure::Rollback;
    match work.phase {
        Phase::Create => {
            enter(state, Phase::CreateBack, StackStatus::RollbackInProgress, user(), at);
        }
        _ => {
            back::swap(state, at);
            enter(state, Phase::UpdateBack, StackStatus::UpdateRollback, user(), at);
        }
    }
}

fn user() -> Option<String> {
    Some("User Initiated".into())
}

/// Ends a phase. Whether that was the last.
fn turn(state: &mut State, guides: Guides<'_>, at: &mut At<'_>) -> bool {
    let Some(work) = &state.head.work else { return true };
    let phase = work.phase;
    // What could not be taken away, and what waits for that.
    let stuck = match phase {
        Phase::CreateBack | Phase::Delete => {
            state.resources.values().any(|resource| resource.standing().next().is_some())
        }
        _ => !work.stuck.is_empty(),
    };
    if work.then_delete && phase != Phase::Delete {
        enter_delete(state);
        return false;
    }
    match phase {
        Phase::Create | Phase::Update => forward::end(state, guides, at),
        Phase::CreateBack if stuck => stop(state, StackStatus::RollbackFailed, at),
        Phase::CreateBack => finish(state, StackStatus::RollbackComplete, at),
        Phase::UpdateCleanup => finish(state, StackStatus::UpdateComplete, at),
        Phase::UpdateBack if stuck => stop(state, StackStatus::UpdateRollbackFailed, at),
        Phase::UpdateBack => {
            enter(state, Phase::UpdateBackCleanup, StackStatus::UpdateRollbackCleanup, None, at)
        }
        Phase::UpdateBackCleanup => finish(state, StackStatus::UpdateRollbackComplete, at),
        Phase::Delete if stuck => stop(state, StackStatus::DeleteFailed, at),
        Phase::Delete => {
            state.head_mut().deleted = Some(at.now);
            finish(state, StackStatus::DeleteComplete, at)
        }
    }
}

/// Goes on with another phase.
fn enter(
    state: &mut State,
    phase: Phase,
    status: StackStatus,
    reason: Option<String>,
    at: &mut At<'_>,
) -> bool {
    if let Some(work) = &mut state.head_mut().work {
        (work.phase, work.stuck) = (phase, BTreeSet::new());
    }
    state.become_(status, reason, at);
    false
}

/// Whoever asked for it has given the stack its state already.
fn enter_delete(state: &mut State) {
    if let Some(work) = &mut state.head_mut().work {
        work.then_delete = false;
    }
    if let Some(work) = &mut state.head_mut().work {
        (work.phase, work.stuck) = (Phase::Delete, BTreeSet::new());
    }
}

/// Ends the work well: what it did is what stands.
fn finish(state: &mut State, status: StackStatus, at: &mut At<'_>) -> bool {
    let deleted = matches!(status, StackStatus::DeleteComplete | StackStatus::RollbackComplete);
    let reason = state.head.reason.clone().filter(|_| status == StackStatus::RollbackComplete);
    if status == StackStatus::DeleteComplete {
        state.sets.clear();
    }
    let logicals: Vec<String> = state.resources.keys().cloned().collect();
    for logical in logicals {
        if let Some(resource) = state.resource_mut(&logical)
            && (resource.touch != Touch::None || resource.before.is_some())
        {
            // What could not go, as what was not changed back needs it, goes with a later update.
            resource.old.extend(resource.replaced().cloned());
            (resource.touch, resource.before) = (Touch::None, None);
        }
    }
    if !deleted {
        state.resources.retain(|_, resource| resource.now.is_some() || !resource.old.is_empty());
    }
    state.become_(status, reason, at);
    state.head_mut().end();
    true
}

/// Ends it where it is: somebody must say how to go on.
fn stop(state: &mut State, status: StackStatus, at: &mut At<'_>) -> bool {
    let stuck = state.head.work.iter().flat_map(|work| &work.stuck).cloned();
    let stuck = stuck.collect::<Vec<_>>().join(", ");
    let what = match status {
        StackStatus::UpdateRollbackFailed => "update",
        _ => "delete",
    };
    let reason = format!("The following resource(s) failed to {what}: [{stuck}]. ");
    state.become_(status, Some(reason), at);
    true
}

/// What becomes of a stack that cannot become what it is to be.
fn give_up(state: &mut State, at: &mut At<'_>) -> bool {
    let Some(work) = &state.head.work else { return true };
    let (phase, on_failure) = (work.phase, work.on_failure);
    let reason = work.failed.clone().map(|reason| failures(state).unwrap_or(reason));
    match (phase, on_failure) {
        (Phase::Create, OnFailure::Delete) => {
            enter(state, Phase::Delete, StackStatus::DeleteInProgress, reason, at)
        }
        (Phase::Create, OnFailure::Rollback) => {
            let reason = reason.map(|reason| format!("{reason}Rollback requested by user."));
            enter(state, Phase::CreateBack, StackStatus::RollbackInProgress, reason, at)
        }
        (Phase::Create, OnFailure::Nothing) => rest(state, StackStatus::CreateFailed, reason, at),
        (_, OnFailure::Nothing) => rest(state, StackStatus::UpdateFailed, reason, at),
        _ => {
            back::swap(state, at);
            enter(state, Phase::UpdateBack, StackStatus::UpdateRollback, reason, at)
        }
    }
}

/// Which resources could not be made or changed, as a stack's reason has them.
fn failures(state: &State) -> Option<String> {
    let of = |status: ResourceStatus, what: &str| {
        let all = state.resources.iter().filter(|(_, resource)| resource.status == status);
        let all: Vec<&str> = all.map(|(logical, _)| logical.as_str()).collect();
        let text = || format!("The following resource(s) failed to {what}: [{}]. ", all.join(", "));
        (!all.is_empty()).then(text)
    };
    let work = state.head.work.as_ref()?;
    // Somebody cancelled it, or it took too long: that others failed then follows from it.
    work.failed.as_ref().filter(|reason| reason.starts_with("The following resource(s)"))?;
    let created = of(ResourceStatus::CreateFailed, "create");
    let updated = of(ResourceStatus::UpdateFailed, "update");
    (created.is_some() || updated.is_some())
        .then(|| [created, updated].into_iter().flatten().collect())
}

/// Leaves all as it is.
fn rest(state: &mut State, status: StackStatus, reason: Option<String>, at: &mut At<'_>) -> bool {
    state.become_(status, reason, at);
    true
}
