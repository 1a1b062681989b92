//! `AWS::LanguageExtensions`: what a template says with loops, and with functions where names and strings are.
//!
//! Loops are unrolled, and names and policies resolved, here; `Fn::Length`, `Fn::ToJsonString`, and `Fn::FindInMap` with a default
//! are functions like any other ([`resolve`](crate::resolve)).

mod names;
mod unroll;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::budget::{Budget, MADE};
use crate::facts::Facts;
use crate::read::shallow;
use crate::resolve::{Nothing, Resolver};
use crate::template::{object, section};
use crate::{DEPTH, Invalid, Pseudo, condition};

const TRANSFORM: &str = "AWS::LanguageExtensions";
/// The sections that it is for.
const SECTIONS: [&str; 3] = ["Conditions", "Resources", "Outputs"];

/// Applies the transform, whether the template names it or not. Its name is taken out of the section `Transform`.
///
/// # Errors
/// [`Invalid`] for loops, names and policies that are none, or that depend on what is not known before there are
/// resources.
pub fn extend(
    mut template: Value,
    parameters: &Map<String, Value>,
    pseudo: &Pseudo,
) -> Result<Value, Invalid> {
    shallow(&template, DEPTH)?;
    let mappings = section(object(&template)?, "Mappings")?.cloned().unwrap_or_default();
    let budget = Budget::new(MADE);
    let none = BTreeMap::new();
    let facts = Facts { mappings: &mappings, parameters, pseudo, conditions: &none };
    let by = Resolver { facts, known: &Nothing, budget: &budget, levels: DEPTH };
    for name in SECTIONS {
        if let Some(section) = template.get_mut(name) {
            *section = unroll::unrolled(by, section)?;
            shallow(section, DEPTH)?;
        }
    }
    if let Some(conditions) = template.get_mut("Conditions") {
        names::resolve(by, conditions)?;
    }
    let section = section(object(&template)?, "Conditions")?.cloned().unwrap_or_default();
    let conditions = condition::evaluate(&section, &mappings, parameters, pseudo)?;
    let by = Resolver { facts: Facts { conditions: &conditions, ..facts }, ..by };
    for name in ["Resources", "Outputs"] {
        let Some(section) = template.get_mut(name) else { continue };
        names::resolve(by, section)?;
        attributes(by, section)?;
    }
    forget(&mut template);
    Ok(template)
}

const POLICIES: [&str; 2] = ["DeletionPolicy", "UpdateReplacePolicy"];

/// Resolves policies, and names of conditions, that are functions.
fn attributes(by: Resolver<'_>, section: &mut Value) -> Result<(), Invalid> {
    for (logical, member) in section.as_object_mut().into_iter().flatten() {
        let Some(member) = member.as_object_mut() else { continue };
        for policy in POLICIES {
            attribute(by, member, policy, || unsupported(policy, logical))?;
        }
        attribute(by, member, "Condition", || unsupported("Condition", logical))?;
        let condition = member.get("Condition").and_then(Value::as_str);
        if let Some(name) = condition.filter(|name| !by.facts.conditions.contains_key(*name)) {
            return Err(failed(format_args!("Key {name} is missing in the map.")));
        }
    }
    Ok(())
}

fn attribute(
    by: Resolver<'_>,
    member: &mut Map<String, Value>,
    name: &str,
    wrong: impl Fn() -> Invalid,
) -> Result<(), Invalid> {
    let Some(value) = member.get_mut(name).filter(|value| value.is_object()) else {
        return Ok(());
    };
    match by.value(value).map_err(|_| wrong())? {
        Some(made @ Value::String(_)) => *value = made,
        Some(_) => return Err(wrong()),
        None => {
            member.shift_remove(name);
        }
    }
    Ok(())
}

fn unsupported(what: &str, logical: &str) -> Invalid {
    failed(format_args!("Unsupported expression for {what} in resource {logical}"))
}

fn failed(why: impl std::fmt::Display) -> Invalid {
    Invalid(format!("Transform {TRANSFORM} failed with: {why}"))
}

/// It was applied.
fn forget(template: &mut Value) {
    let Some(sections) = template.as_object_mut() else { return };
    match sections.get_mut("Transform") {
        Some(Value::Array(names)) if names.iter().any(|name| name != TRANSFORM) => {
            names.retain(|name| name != TRANSFORM);
        }
        Some(Value::Array(_)) => {
            sections.shift_remove("Transform");
        }
        Some(name) if name == TRANSFORM => {
            sections.shift_remove("Transform");
        }
        _ => {}
    }
}
