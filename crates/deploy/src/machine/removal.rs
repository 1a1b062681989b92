//! What is to go: what needs another goes before it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::record::{Doing, Phase, Resource, Standing, Touch};
use crate::state::{At, State};
use crate::status::{Policy, ResourceStatus as R};

/// What of a resource is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Now,
    Before,
    Old,
}

impl Which {
    fn of(self, resource: &Resource) -> Option<&Standing> {
        match self {
            Self::Now => resource.now.as_ref(),
            Self::Before => resource.before.as_ref(),
            Self::Old => resource.old.first(),
        }
    }
}

/// Begins to take away whatever nothing that still stands needs.
pub(super) fn begin(state: &mut State, at: &mut At<'_>) -> Vec<String> {
    loop {
        let candidates = candidates(state);
        let spared = candidates.iter().find(|(logical, which)| {
            which
                .of(&state.resources[logical])
                .is_some_and(|standing| spares(state, logical, standing, *which))
        });
        let Some((logical, which)) = spared.cloned() else { return start(state, candidates, at) };
        leave(state, &logical, which, at);
    }
}

fn start(state: &mut State, candidates: Vec<(String, Which)>, at: &mut At<'_>) -> Vec<String> {
    let needed = needed(state);
    // What of a resource is needed still holds up nothing else of it.
    let mut going = BTreeMap::new();
    for (logical, which) in candidates {
        let stuck = state.head.work.as_ref().is_some_and(|work| work.stuck.contains(&logical));
        let own = which.of(&state.resources[&logical]);
        let needed = own.is_some_and(|own| needed.contains(own.token.as_str()));
        if !stuck && !needed && state.resources[&logical].doing.is_none() {
            going.entry(logical).or_insert(which);
        }
    }
    for (logical, which) in &going {
        let Some(resource) = state.resource_mut(logical) else { continue };
        match which {
            Which::Now => {
                resource.doing = Some(Doing::Delete);
                state.mark(logical, R::DeleteInProgress, None, at);
            }
            Which::Before | Which::Old => {
                resource.doing = Some(match which {
                    Which::Old => Doing::DeleteOld,
                    _ => Doing::DeleteBefore,
                });
                let (kind, physical) = which
                    .of(resource)
                    .map(|other| (other.kind.clone(), other.made.id.clone()))
                    .unwrap_or_default();
                state.say(logical, &kind, physical, R::DeleteInProgress, None, at);
            }
        }
    }
    going.into_keys().collect()
}

/// The tokens of all that something else needs.
fn needed(state: &State) -> BTreeSet<String> {
    let all = state.resources.values().flat_map(|resource| resource.standing());
    all.flat_map(|standing| &standing.needs).cloned().collect()
}

/// What this phase takes away: of each resource the oldest first.
fn candidates(state: &State) -> Vec<(String, Which)> {
    let Some(work) = &state.head.work else { return Vec::new() };
    let which = |resource: &Resource| {
        let old = (!resource.old.is_empty()).then_some(Which::Old);
        let before = resource.replaced().map(|_| Which::Before);
        let now = resource.now.is_some().then_some(Which::Now);
        let (before, now) = match (work.phase, resource.touch) {
            (Phase::CreateBack | Phase::Delete, _) => (before, now),
            (Phase::UpdateCleanup | Phase::UpdateBackCleanup, Touch::Replaced) => (before, None),
            (Phase::UpdateCleanup, Touch::None) | (Phase::UpdateBackCleanup, Touch::Created) => {
                (None, now)
            }
            _ => (None, None),
        };
        [old, before, now].into_iter().flatten()
    };
    let of = |(logical, resource): (&String, &Arc<Resource>)| {
        let logical = logical.clone();
        which(resource).map(move |which| (logical.clone(), which))
    };
    state.resources.iter().flat_map(of).collect()
}

/// Whether its policy, or somebody, says that it stays.
fn spares(state: &State, logical: &str, standing: &Standing, which: Which) -> bool {
    let Some(work) = &state.head.work else { return false };
    match work.phase {
        Phase::Delete if work.skip.contains(logical) => true,
        _ if which == Which::Old => standing.replacement == Policy::Retain,
        Phase::UpdateCleanup if which == Which::Before => standing.replacement == Policy::Retain,
        Phase::CreateBack | Phase::UpdateBackCleanup => standing.deletion == Policy::Retain,
        _ => matches!(standing.deletion, Policy::Retain | Policy::RetainExceptOnCreate),
    }
}

/// It stays, and is the stack's no more.
fn leave(state: &mut State, logical: &str, which: Which, at: &mut At<'_>) {
    match which {
        Which::Now => {
            state.mark(logical, R::DeleteSkipped, None, at);
            if let Some(resource) = state.resource_mut(logical) {
                resource.now = None;
            }
        }
        Which::Before | Which::Old => {
            let before = state.resource_mut(logical).and_then(|resource| match which {
                Which::Old => Some(resource.old.remove(0)),
                _ => resource.before.take(),
            });
            if let Some(before) = before {
                state.say(logical, &before.kind, before.made.id, R::DeleteSkipped, None, at);
            }
        }
    }
}
