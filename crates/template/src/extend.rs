//! `AWS::LanguageExtensions`: what a template says with loops, and with functions where strings are.
//!
//! Loops are unrolled, and policies resolved, here; `Fn::Length`, `Fn::ToJsonString`, and `Fn::FindInMap` with a default are
//! functions like any other ([`resolve`](crate::resolve)).

mod unroll;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::budget::{Budget, MADE};
use crate::facts::Facts;
use crate::read::shallow;
use crate::resolve::{Nothing, Resolver};
use crate::template::{section, sections};
use crate::{DEPTH, Invalid, Pseudo, condition};

const TRANSFORM: &str = "AWS::LanguageExtensions";

/// Applies the transform, whether the template names it or not. Its name is taken out of the section `Transform`.
///
/// # Errors
/// [`Invalid`] for loops and policies that are none, or that depend on what is not known before there are resources.
pub fn extend(
    template: Value,
    parameters: &Map<String, Value>,
    pseudo: &Pseudo,
) -> Result<Value, Invalid> {
    shallow(&template, DEPTH)?;
    let mappings = section(sections(&template)?, "Mappings")?.cloned().unwrap_or_default();
    let budget = Budget::new(MADE);
    let none = BTreeMap::new();
    let facts = Facts { mappings: &mappings, parameters, pseudo, conditions: &none };
    let by = Resolver { facts, known: &Nothing, budget: &budget, levels: DEPTH };
    let mut made = unroll::unrolled(by, &template)?;
    shallow(&made, DEPTH)?;
    let section = section(sections(&made)?, "Conditions")?.cloned().unwrap_or_default();
    if has_policies(&made) {
        let conditions = condition::evaluate(&section, &mappings, parameters, pseudo)?;
        let facts = Facts { conditions: &conditions, ..facts };
        policies(Resolver { facts, ..by }, &mut made)?;
    }
    forget(&mut made);
    Ok(made)
}

const POLICIES: [&str; 2] = ["DeletionPolicy", "UpdateReplacePolicy"];

/// Whether any policy is not a string.
fn has_policies(template: &Value) -> bool {
    let resources = template.get("Resources").and_then(Value::as_object);
    let mut all = resources.into_iter().flat_map(Map::values);
    all.any(|resource| {
        POLICIES.iter().any(|policy| resource.get(policy).is_some_and(Value::is_object))
    })
}

/// Resolves policies that are functions.
fn policies(by: Resolver<'_>, template: &mut Value) -> Result<(), Invalid> {
    let resources = template.get_mut("Resources").and_then(Value::as_object_mut);
    for resource in resources.into_iter().flat_map(Map::values_mut) {
        let Some(resource) = resource.as_object_mut() else { continue };
        for policy in POLICIES {
            let Some(value) = resource.get_mut(policy).filter(|value| value.is_object()) else {
                continue;
            };
            match by.value(value).map_err(|_| unsupported(policy))? {
                Some(made @ Value::String(_)) => *value = made,
                Some(_) => return Err(unsupported(policy)),
                None => {
                    resource.shift_remove(policy);
                }
            }
        }
    }
    Ok(())
}

fn unsupported(policy: &str) -> Invalid {
    failed(format_args!("Unsupported expression for {policy} in resource"))
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
