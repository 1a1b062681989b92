//! What follows from what was done.

use fika_resources::Made;

use super::forward::failed;
use crate::record::{Doing, Phase, Resource, Standing, Touch, Wanted};
use crate::state::{At, State};
use crate::status::ResourceStatus as R;

/// What became of a step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// It stands.
    Made(Made),
    /// It is gone.
    Gone,
    /// It could not be done; what stands nevertheless.
    Failed(String, Option<Made>),
}

/// Takes what became of what was being done to a resource.
pub(crate) fn done(state: &mut State, logical: &str, outcome: Outcome, at: &mut At<'_>) {
    let Some(doing) = state.resource_mut(logical).and_then(|resource| resource.doing.take()) else {
        return;
    };
    match doing {
        Doing::Create(wanted) => created(state, logical, wanted, outcome, at),
        Doing::Update(wanted) => updated(state, logical, wanted, outcome, at),
        Doing::Revert => reverted(state, logical, outcome, at),
        Doing::Delete => deleted(state, logical, outcome, at),
        Doing::DeleteBefore | Doing::DeleteOld => {
            other_is_gone(state, logical, &doing, outcome, at)
        }
    }
}

impl Resource {
    fn made(&self, made: Made, wanted: Wanted) -> Standing {
        Standing {
            kind: self.kind.clone(),
            token: self.token.clone(),
            made,
            properties: wanted.properties,
            depends: wanted.depends,
            needs: wanted.needs,
            deletion: wanted.deletion,
            replacement: wanted.replacement,
            unsure: false,
        }
    }
}

fn created(state: &mut State, logical: &str, wanted: Wanted, outcome: Outcome, at: &mut At<'_>) {
    let Some(resource) = state.resource_mut(logical) else { return };
    let is_new = resource.before.is_none();
    resource.touch = if is_new { Touch::Created } else { Touch::Replaced };
    match outcome {
        Outcome::Made(made) => {
            resource.now = Some(resource.made(made, wanted));
            let status = if is_new { R::CreateComplete } else { R::UpdateComplete };
            state.mark(logical, status, None, at);
        }
        Outcome::Gone => {}
        Outcome::Failed(reason, made) => {
            let half = made.map(|made| resource.made(made, wanted));
            resource.now = half.map(|half| Standing { unsure: true, ..half });
            let status = if is_new { R::CreateFailed } else { R::UpdateFailed };
            state.mark(logical, status, Some(reason), at);
            failed(state, logical, is_new);
        }
    }
}

fn updated(state: &mut State, logical: &str, wanted: Wanted, outcome: Outcome, at: &mut At<'_>) {
    let Some(resource) = state.resource_mut(logical) else { return };
    resource.touch = Touch::Updated;
    match outcome {
        Outcome::Made(made) => {
            let was = resource.before.as_ref().map(|before| &before.made.id);
            // Some resources say only now that another one stands in their place.
            if was.is_some_and(|was| *was != made.id) {
                resource.touch = Touch::Replaced;
                resource.token = (at.fresh)();
            }
            resource.now = Some(resource.made(made, wanted));
            state.mark(logical, R::UpdateComplete, None, at);
        }
        Outcome::Gone => {}
        Outcome::Failed(reason, _) => {
            // Some of it may have been done: to change it back, all of it counts as done.
            if let Some(standing) = &mut resource.now {
                (standing.properties, standing.unsure) = (wanted.properties, true);
                standing.needs.extend(wanted.needs);
            }
            state.mark(logical, R::UpdateFailed, Some(reason), at);
            failed(state, logical, false);
        }
    }
}

fn reverted(state: &mut State, logical: &str, outcome: Outcome, at: &mut At<'_>) {
    let Some(resource) = state.resource_mut(logical) else { return };
    match outcome {
        Outcome::Made(made) => {
            let before = resource.before.take();
            resource.now = before.map(|before| Standing { made, unsure: false, ..before });
            resource.touch = Touch::Reverted;
            state.mark(logical, R::UpdateComplete, None, at);
        }
        Outcome::Gone => {}
        Outcome::Failed(reason, _) => {
            state.mark(logical, R::UpdateFailed, Some(reason), at);
            stick(state, logical);
        }
    }
}

fn deleted(state: &mut State, logical: &str, outcome: Outcome, at: &mut At<'_>) {
    let Outcome::Failed(reason, _) = outcome else {
        state.mark(logical, R::DeleteComplete, None, at);
        if let Some(resource) = state.resource_mut(logical) {
            resource.now = None;
        }
        return;
    };
    state.mark(logical, R::DeleteFailed, Some(reason), at);
    if is_cleanup(state) {
        // As on AWS it is left, and is the stack's no more.
        if let Some(resource) = state.resource_mut(logical) {
            resource.now = None;
        }
    } else {
        stick(state, logical);
    }
}

fn other_is_gone(
    state: &mut State,
    logical: &str,
    doing: &Doing,
    outcome: Outcome,
    at: &mut At<'_>,
) {
    let is_old = *doing == Doing::DeleteOld;
    let other = state.resources.get(logical).and_then(|own| match is_old {
        true => own.old.first().cloned(),
        false => own.before.clone(),
    });
    let Some(before) = other else { return };
    let (status, reason) = match outcome {
        Outcome::Failed(reason, _) => (R::DeleteFailed, Some(reason)),
        _ => (R::DeleteComplete, None),
    };
    state.say(logical, &before.kind, before.made.id, status, reason, at);
    if status == R::DeleteComplete || is_cleanup(state) {
        if let Some(resource) = state.resource_mut(logical) {
            if is_old {
                resource.old.remove(0);
            } else {
                resource.before = None;
            }
        }
    } else {
        stick(state, logical);
    }
}

fn is_cleanup(state: &State) -> bool {
    let phase = state.head.work.as_ref().map(|work| work.phase);
    matches!(phase, Some(Phase::UpdateCleanup | Phase::UpdateBackCleanup))
}

fn stick(state: &mut State, logical: &str) {
    if let Some(work) = &mut state.head_mut().work {
        work.stuck.insert(logical.into());
    }
}
