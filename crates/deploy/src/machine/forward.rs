//! Towards what the template says: each resource once all that it needs is as it should be.

use std::collections::BTreeSet;

use fika_resources::OnChange;

use super::{Guides, Planned, enter, finish, give_up};
use crate::record::{Doing, Phase, Resource, Touch, Wanted};
use crate::state::{At, State};
use crate::status::{ResourceStatus as R, StackStatus};

/// Begins whatever waits for nothing. A resource that is as it should be needs nothing done, and what waited for it can
/// begin at once.
pub(super) fn begin(state: &mut State, guides: Guides<'_>, at: &mut At<'_>) -> Vec<String> {
    let mut begun = Vec::new();
    let Some(target) = guides.target else { return begun };
    loop {
        if state.head.work.as_ref().is_none_or(|work| work.failed.is_some()) {
            return begun;
        }
        let is_ready = |(logical, planned): &(&String, &Planned)| {
            is_untouched(state, logical) && planned.depends.iter().all(|on| is_through(state, on))
        };
        let ready = target.resources().iter().find(is_ready);
        let Some((logical, planned)) = ready else { return begun };
        match target.properties(logical, &state.resources) {
            Ok(properties) => {
                let wanted = Wanted {
                    properties,
                    depends: planned.depends.clone(),
                    needs: tokens(state, planned),
                    deletion: planned.deletion,
                    replacement: planned.replacement,
                };
                if start(state, guides, (logical, &planned.kind), wanted, at) {
                    begun.push(logical.clone());
                }
            }
            Err(reason) => refuse(state, logical, &planned.kind, reason, at),
        }
    }
}

/// What stands of those that it needs.
fn tokens(state: &State, planned: &Planned) -> BTreeSet<String> {
    let stands = |on: &String| Some(state.resources.get(on)?.now.as_ref()?.token.clone());
    planned.depends.iter().filter_map(stands).collect()
}

fn is_untouched(state: &State, logical: &str) -> bool {
    let resource = state.resources.get(logical);
    resource.is_none_or(|resource| resource.touch == Touch::None && resource.doing.is_none())
}

fn is_through(state: &State, logical: &str) -> bool {
    let resource = state.resources.get(logical);
    resource.is_some_and(|resource| resource.touch != Touch::None && resource.doing.is_none())
}

/// Begins one; false where nothing has to be done.
fn start(
    state: &mut State,
    guides: Guides<'_>,
    (logical, kind): (&str, &str),
    wanted: Wanted,
    at: &mut At<'_>,
) -> bool {
    let standing = state.resources.get(logical).and_then(|resource| resource.now.as_ref());
    // What an earlier update left failed may not be what its record says.
    let unsure = standing.is_some_and(|standing| standing.unsure);
    let change = standing.map(|standing| match standing.kind == kind {
        true => guides
            .rules
            .change(kind, &standing.properties, &wanted.properties)
            .or(unsure.then_some(OnChange::InPlace)),
        false => Some(OnChange::Replace),
    });
    match change {
        None => {
            let token = (at.fresh)();
            let mut resource = new(kind, token, at);
            if let Some(had) = state.resource_mut(logical) {
                resource.old = std::mem::take(&mut had.old);
            }
            state.resources.insert(logical.into(), resource.into());
            set(state, logical, Doing::Create(wanted));
            state.mark(logical, R::CreateInProgress, None, at);
        }
        Some(None) => {
            keep(state, logical, wanted);
            return false;
        }
        Some(Some(OnChange::InPlace)) => {
            if let Some(resource) = state.resource_mut(logical) {
                resource.before.clone_from(&resource.now);
            }
            set(state, logical, Doing::Update(wanted));
            state.mark(logical, R::UpdateInProgress, None, at);
        }
        Some(Some(OnChange::Replace)) => {
            let text = "Requested update requires the creation of a new physical resource; hence \
                        creating one.";
            state.mark(logical, R::UpdateInProgress, Some(text.into()), at);
            let token = (at.fresh)();
            if let Some(resource) = state.resource_mut(logical) {
                resource.before = resource.now.take();
                (resource.token, resource.kind) = (token, kind.into());
            }
            set(state, logical, Doing::Create(wanted));
        }
    }
    true
}

fn new(kind: &str, token: String, at: &At<'_>) -> Resource {
    Resource {
        kind: kind.into(),
        status: R::CreateInProgress,
        reason: None,
        at: at.now,
        now: None,
        before: None,
        old: Vec::new(),
        touch: Touch::None,
        doing: None,
        token,
    }
}

fn set(state: &mut State, logical: &str, doing: Doing) {
    if let Some(resource) = state.resource_mut(logical) {
        resource.doing = Some(doing);
    }
}

/// A resource that is as it should be; what it needs, and what becomes of it in the end, may differ.
fn keep(state: &mut State, logical: &str, wanted: Wanted) {
    if let Some(resource) = state.resource_mut(logical) {
        resource.touch = Touch::Same;
        if let Some(standing) = &mut resource.now {
            (standing.depends, standing.needs) = (wanted.depends, wanted.needs);
            (standing.deletion, standing.replacement) = (wanted.deletion, wanted.replacement);
        }
    }
}

/// A resource that cannot even be begun.
fn refuse(state: &mut State, logical: &str, kind: &str, reason: String, at: &mut At<'_>) {
    let is_new = !state.resources.contains_key(logical);
    if is_new {
        let resource = new(kind, (at.fresh)(), at);
        state.resources.insert(logical.into(), resource.into());
    }
    let status = if is_new { R::CreateFailed } else { R::UpdateFailed };
    state.mark(logical, status, Some(reason), at);
    failed(state, logical, is_new);
}

/// Notes that the work failed by a resource.
pub(super) fn failed(state: &mut State, logical: &str, is_new: bool) {
    let what = if is_new { "create" } else { "update" };
    if let Some(work) = &mut state.head_mut().work {
        let text = || format!("The following resource(s) failed to {what}: [{logical}]. ");
        work.failed.get_or_insert_with(text);
    }
}

/// Ends the phase: all is as it should be, or cannot become so.
pub(super) fn end(state: &mut State, guides: Guides<'_>, at: &mut At<'_>) -> bool {
    let Some(work) = &state.head.work else { return true };
    let phase = work.phase;
    if work.failed.is_some() {
        return give_up(state, at);
    }
    let outputs = match guides.target {
        Some(target) => target.outputs(&state.resources),
        None => Err("The template of this stack cannot be read any more. ".into()),
    };
    match outputs {
        Ok((outputs, imports)) => {
            let head = state.head_mut();
            (head.outputs, head.imports) = (outputs, imports);
            if let Some(wish) = head.work.as_mut().and_then(|work| work.wish.take()) {
                head.wish = wish;
            }
            match phase {
                Phase::Create => finish(state, StackStatus::CreateComplete, at),
                _ => enter(state, Phase::UpdateCleanup, StackStatus::UpdateCleanup, None, at),
            }
        }
        Err(reason) => {
            if let Some(work) = &mut state.head_mut().work {
                work.failed = Some(reason);
            }
            give_up(state, at)
        }
    }
}
