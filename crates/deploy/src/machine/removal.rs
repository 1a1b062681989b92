//! What is to go: what needs another goes before it.

use std::collections::BTreeMap;

use crate::record::{Doing, Phase, Resource, Standing, Touch};
use crate::state::{At, State};
use crate::status::{Policy, ResourceStatus as R};

/// What of a resource is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Now,
    Before,
}

impl Which {
    fn of(self, resource: &Resource) -> Option<&Standing> {
        match self {
            Self::Now => resource.now.as_ref(),
            Self::Before => resource.before.as_ref(),
        }
    }
}

/// Begins to take away whatever nothing that still stands needs.
pub(super) fn begin(state: &mut State, at: &mut At<'_>) -> Vec<String> {
    loop {
        let candidates = candidates(state);
        let spared = candidates.iter().find(|(logical, which)| {
            let resource = &state.resources[*logical];
            which.of(resource).is_some_and(|standing| spares(state, logical, standing, **which))
        });
        let Some((logical, which)) = spared.map(|(logical, which)| (logical.clone(), *which))
        else {
            return start(state, candidates, at);
        };
        leave(state, &logical, which, at);
    }
}

fn start(state: &mut State, mut left: BTreeMap<String, Which>, at: &mut At<'_>) -> Vec<String> {
    left.retain(|logical, which| {
        let stuck = state.head.work.as_ref().is_some_and(|work| work.stuck.contains(logical));
        let needed = which.of(&state.resources[logical]).is_some_and(|own| {
            let mut all = state.resources.values().flat_map(|other| other.standing());
            all.any(|standing| standing.needs.contains(&own.token))
        });
        !stuck && !needed && state.resources[logical].doing.is_none()
    });
    for (logical, which) in &left {
        let Some(resource) = state.resource_mut(logical) else { continue };
        match which {
            Which::Now => {
                resource.doing = Some(Doing::Delete);
                state.mark(logical, R::DeleteInProgress, None, at);
            }
            Which::Before => {
                resource.doing = Some(Doing::DeleteBefore);
                let before = resource.before.as_ref();
                let (kind, physical) = before
                    .map(|before| (before.kind.clone(), before.made.id.clone()))
                    .unwrap_or_default();
                state.say(logical, &kind, physical, R::DeleteInProgress, None, at);
            }
        }
    }
    left.into_keys().collect()
}

/// What this phase takes away.
fn candidates(state: &State) -> BTreeMap<String, Which> {
    let Some(work) = &state.head.work else { return BTreeMap::new() };
    let which = |resource: &Resource| {
        let now = resource.now.is_some().then_some(Which::Now);
        let before = resource.replaced().map(|_| Which::Before);
        match work.phase {
            Phase::CreateBack | Phase::Delete => before.or(now),
            Phase::UpdateCleanup => match resource.touch {
                Touch::Replaced => before,
                Touch::None => now,
                _ => None,
            },
            Phase::UpdateBackCleanup => match resource.touch {
                Touch::Replaced => before,
                Touch::Created => now,
                _ => None,
            },
            Phase::Create | Phase::Update | Phase::UpdateBack => None,
        }
    };
    let all = state.resources.iter();
    all.filter_map(|(logical, resource)| Some((logical.clone(), which(resource)?))).collect()
}

/// Whether its policy, or somebody, says that it stays.
fn spares(state: &State, logical: &str, standing: &Standing, which: Which) -> bool {
    let Some(work) = &state.head.work else { return false };
    match work.phase {
        Phase::Delete if work.skip.contains(logical) => true,
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
        Which::Before => {
            let before = state.resource_mut(logical).and_then(|resource| resource.before.take());
            if let Some(before) = before {
                state.say(logical, &before.kind, before.made.id, R::DeleteSkipped, None, at);
            }
        }
    }
}
