//! Back to what was before an update, or from where one was left.

use std::sync::Arc;

use crate::record::{Doing, Resource, Touch};
use crate::state::{At, State};
use crate::status::ResourceStatus as R;

/// What was replaced stands again; what was to stand in its place is to go.
pub(super) fn swap(state: &mut State, at: &mut At<'_>) {
    let replaced = |touch: Touch| touch == Touch::Replaced;
    let logicals = state.resources.iter().filter(|(_, resource)| replaced(resource.touch));
    let logicals: Vec<String> = logicals.map(|(logical, _)| logical.clone()).collect();
    for logical in logicals {
        if let Some(resource) = state.resource_mut(&logical) {
            std::mem::swap(&mut resource.now, &mut resource.before);
            if let Some(standing) = &resource.now {
                (resource.kind, resource.token) = (standing.kind.clone(), standing.token.clone());
            }
        }
    }
    // What was never begun is as it was.
    let refused =
        |resource: &Resource| resource.status == R::UpdateFailed && resource.touch == Touch::None;
    let logicals = state.resources.iter().filter(|(_, resource)| refused(resource));
    let logicals: Vec<String> = logicals.map(|(logical, _)| logical.clone()).collect();
    for logical in logicals {
        state.mark(&logical, R::UpdateComplete, None, at);
    }
}

/// Takes a stack that failed and was left so for what the next update begins with: what was replaced goes with the end
/// of that one.
pub(crate) fn settle(state: &mut State) {
    for resource in state.resources.values_mut() {
        let resource = Arc::make_mut(resource);
        let before = resource.before.take();
        if resource.touch == Touch::Replaced {
            if resource.now.is_some() {
                resource.old.extend(before);
            } else if let Some(before) = before {
                // Nothing stands in its place.
                (resource.kind, resource.token) = (before.kind.clone(), before.token.clone());
                resource.now = Some(before);
            }
        }
        resource.touch = Touch::None;
    }
    state.resources.retain(|_, resource| resource.standing().next().is_some());
}

/// Begins to change back what was changed in place, each once all that it needed then is as it was.
pub(super) fn begin(state: &mut State, at: &mut At<'_>) -> Vec<String> {
    skip(state, at);
    let is_changed = |logical: &String| {
        state.resources.get(logical).is_some_and(|resource| resource.touch == Touch::Updated)
    };
    let stuck = |logical: &String| {
        state.head.work.as_ref().is_some_and(|work| work.stuck.contains(logical))
    };
    let ready = state.resources.iter().filter(|(logical, resource)| {
        let before = resource.before.as_ref();
        is_changed(logical)
            && !stuck(logical)
            && resource.doing.is_none()
            && before.is_some_and(|before| {
                // One that could not be changed back holds up nothing: what else can be undone is.
                !before.depends.iter().any(|on| is_changed(on) && !stuck(on))
            })
    });
    let ready: Vec<String> = ready.map(|(logical, _)| logical.clone()).collect();
    for logical in &ready {
        if let Some(resource) = state.resource_mut(logical) {
            resource.doing = Some(Doing::Revert);
        }
        state.mark(logical, R::UpdateInProgress, None, at);
    }
    ready
}

/// What somebody said is to be left as it is.
fn skip(state: &mut State, at: &mut At<'_>) {
    let skip = state.head.work.as_ref().map(|work| work.skip.clone()).unwrap_or_default();
    for logical in skip {
        let Some(resource) = state.resource_mut(&logical) else { continue };
        if resource.touch == Touch::Updated && resource.doing.is_none() {
            (resource.touch, resource.before) = (Touch::Reverted, None);
            state.mark(&logical, R::UpdateComplete, Some("Resource rollback skipped".into()), at);
        }
    }
}
