//! What a change set shows: what would be made, changed and taken away.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_resources::OnChange;
use serde_json::{Map, Value};

use crate::machine::{Planned, Target};
use crate::plan::{Plan, kind};
use crate::record::{Change, Resource, Standing};
use crate::state::State;

/// What an update to `plan` would change of a stack.
///
/// # Errors
/// Why a property can never be, in CloudFormation's words.
pub(crate) fn changes(plan: &Plan, state: &State) -> Result<Vec<Change>, String> {
    let mut changes = Vec::new();
    // What would be another one is not known yet to whoever refers to it.
    let mut stand = state.resources.clone();
    let planned = plan.resources();
    for logical in ordered(planned) {
        let plan_of = &planned[logical];
        let standing = state.resources.get(logical).and_then(|resource| resource.now.as_ref());
        let change = match standing {
            None => {
                stand.remove(logical);
                Some(added(logical, plan_of))
            }
            Some(standing) => modified(plan, &stand, logical, plan_of, standing)?,
        };
        if change.as_ref().is_some_and(|change| change.replacement.as_deref() == Some("True")) {
            stand.remove(logical);
        }
        changes.extend(change);
    }
    let gone = state.resources.iter().filter(|(logical, _)| !planned.contains_key(*logical));
    changes.extend(gone.filter_map(|(logical, resource)| {
        let standing = resource.now.as_ref()?;
        Some(Change {
            action: "Remove".into(),
            logical: logical.clone(),
            physical: Some(standing.made.id.clone()),
            kind: resource.kind.clone(),
            replacement: None,
            details: Vec::new(),
        })
    }));
    Ok(changes)
}

/// Each after all that it needs.
fn ordered(planned: &BTreeMap<String, Planned>) -> Vec<&String> {
    let mut waits: BTreeMap<&String, usize> = BTreeMap::new();
    let mut wanted: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
    for (logical, one) in planned {
        let on: Vec<&String> = one.depends.iter().filter(|on| planned.contains_key(*on)).collect();
        waits.insert(logical, on.len());
        on.into_iter().for_each(|on| wanted.entry(on).or_default().push(logical));
    }
    let ready = waits.iter().filter(|(_, waits)| **waits == 0);
    let mut order: Vec<&String> = ready.map(|(logical, _)| *logical).collect();
    let mut next = 0;
    while let Some(logical) = order.get(next) {
        next += 1;
        for waiting in wanted.remove(logical).unwrap_or_default() {
            if let Some(waits) = waits.get_mut(waiting) {
                *waits -= 1;
                if *waits == 0 {
                    order.push(waiting);
                }
            }
        }
    }
    order
}

fn added(logical: &str, planned: &Planned) -> Change {
    Change {
        action: "Add".into(),
        logical: logical.into(),
        physical: None,
        kind: planned.kind.clone(),
        replacement: None,
        details: Vec::new(),
    }
}

fn modified(
    plan: &Plan,
    stand: &BTreeMap<String, Arc<Resource>>,
    logical: &str,
    planned: &Planned,
    standing: &Standing,
) -> Result<Option<Change>, String> {
    let change = |replacement: &str, details| Change {
        action: "Modify".into(),
        physical: Some(standing.made.id.clone()),
        replacement: Some(replacement.into()),
        details,
        ..added(logical, planned)
    };
    if standing.kind != planned.kind {
        return Ok(Some(change("True", Vec::new())));
    }
    let Some(resource) = plan.template.resources.get(logical) else { return Ok(None) };
    let (mut known, mut unknown) = (Map::new(), Vec::new());
    for (name, value) in &resource.properties {
        match plan.property(value, stand)? {
            Some(Value::Null) => {}
            Some(value) => {
                known.insert(name.clone(), value);
            }
            None => unknown.push(name.as_str()),
        }
    }
    plan.meant(&planned.kind, &mut known);
    unknown.iter().for_each(|name| drop(known.remove(*name)));
    let mut from = standing.properties.clone();
    unknown.iter().for_each(|name| drop(from.remove(*name)));
    let kind = kind(&planned.kind);
    if standing.unsure {
        // Whether it is as its record says is known once it was tried again.
        return Ok(Some(change("False", Vec::new())));
    }
    let sure = kind.changed(&from, &known);
    let replaces = |name: &str| {
        let one = Map::from_iter([(name.to_owned(), Value::Null)]);
        kind.change(&Map::new(), &one) == Some(OnChange::Replace)
    };
    let replacement = if sure.values().any(|change| *change == OnChange::Replace) {
        "True"
    } else if unknown.iter().any(|name| replaces(name)) {
        "Conditional"
    } else {
        "False"
    };
    let details: Vec<(String, bool)> = sure
        .iter()
        .map(|(name, change)| ((*name).to_owned(), *change == OnChange::Replace))
        .chain(unknown.iter().map(|name| ((*name).to_owned(), replaces(name))))
        .collect();
    Ok((!details.is_empty()).then(|| change(replacement, details)))
}
