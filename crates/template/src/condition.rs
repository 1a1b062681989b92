//! Conditions: which of them hold.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::budget::{Budget, MADE};
use crate::facts::Facts;
use crate::graph::{self, Graph};
use crate::resolve::{Nothing, Resolver, Unresolved, scalar};
use crate::{DEPTH, Invalid, Pseudo, listed, rule};

/// Evaluates all conditions of a section.
pub(crate) fn evaluate(
    section: &Map<String, Value>,
    mappings: &Map<String, Value>,
    parameters: &Map<String, Value>,
    pseudo: &Pseudo,
) -> Result<BTreeMap<String, bool>, Invalid> {
    let budget = Budget::new(MADE);
    let mut conditions = BTreeMap::new();
    for name in order(section)? {
        let facts = Facts { mappings, parameters, pseudo, conditions: &conditions };
        let by = Resolver { facts, known: &Nothing, budget: &budget, levels: DEPTH };
        let holds = holds(by, &section[name], false)?;
        conditions.insert(name.to_owned(), holds);
    }
    Ok(conditions)
}

/// Each after those that it asks.
pub(crate) fn order(section: &Map<String, Value>) -> Result<Vec<&str>, Invalid> {
    let mut graph = Graph::new();
    for (name, condition) in section {
        let mut asked = BTreeSet::new();
        names(condition, &mut asked);
        if let Some(missing) = asked.iter().find(|name| !section.contains_key(**name)) {
            return Err(Invalid::error(format_args!(
                "unresolved condition dependency {missing} in Condition"
            )));
        }
        graph.insert(name, asked);
    }
    graph::order(&graph).map_err(|circle| {
        Invalid::format(format_args!(
            "Circular dependency between conditions: [{}]",
            listed(circle)
        ))
    })
}

/// The conditions that one asks.
fn names<'a>(value: &'a Value, into: &mut BTreeSet<&'a str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| names(item, into)),
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("Condition", Value::String(name)) => {
                        into.insert(name);
                    }
                    ("Fn::If", Value::Array(items)) => {
                        into.extend(items.first().and_then(Value::as_str));
                        items.iter().for_each(|item| names(item, into));
                    }
                    _ => names(member, into),
                }
            }
        }
        _ => {}
    }
}

/// Whether an expression holds; that of a rule has functions of its own.
pub(crate) fn holds(by: Resolver<'_>, expression: &Value, in_rule: bool) -> Result<bool, Invalid> {
    let by = Resolver { levels: by.levels.checked_sub(1).ok_or_else(crate::read::too_deep)?, ..by };
    let call = expression.as_object().filter(|members| members.len() == 1);
    let Some((name, given)) = call.and_then(|members| members.iter().next()) else {
        return Err(no_condition());
    };
    let list = given.as_array().map(Vec::as_slice);
    match name.as_str() {
        "Condition" => by.facts.holds(
            given
                .as_str()
                .ok_or_else(|| Invalid::format("Every Condition member must be a string."))?,
        ),
        "Fn::And" => Ok(all(by, name, list, in_rule)?.into_iter().all(|holds| holds)),
        "Fn::Or" => Ok(all(by, name, list, in_rule)?.into_iter().any(|holds| holds)),
        "Fn::Not" => match list {
            Some([one]) => Ok(!holds(by, one, in_rule)?),
            _ => Err(Invalid::error(
                "every Fn::Not object requires a list with exactly 1 boolean parameter.",
            )),
        },
        "Fn::Equals" => match list {
            Some([one, other]) => Ok(operand(by, one)? == operand(by, other)?),
            _ => Err(Invalid::error(
                "every Fn::Equals object requires a list of 2 string parameters.",
            )),
        },
        _ if in_rule => {
            rule::holds_only_here(by, name, list).unwrap_or_else(|| Err(no_condition()))
        }
        _ => Err(no_condition()),
    }
}

fn no_condition() -> Invalid {
    Invalid::format("Conditions can only be boolean operations on parameters and other conditions")
}

fn all(
    by: Resolver<'_>,
    name: &str,
    list: Option<&[Value]>,
    in_rule: bool,
) -> Result<Vec<bool>, Invalid> {
    let list = list.filter(|list| (2..=10).contains(&list.len())).ok_or_else(|| {
        Invalid::error(format_args!(
            "every {name} object requires a list of at least 2 and at most 10 boolean parameters."
        ))
    })?;
    list.iter().map(|one| holds(by, one, in_rule)).collect()
}

/// What is compared.
pub(crate) fn operand(by: Resolver<'_>, value: &Value) -> Result<Value, Invalid> {
    Ok(by.value(value).map_err(settled)?.map_or(Value::Null, comparable))
}

/// `true` and `"true"` are the same.
pub(crate) fn comparable(value: Value) -> Value {
    match value {
        Value::Number(_) | Value::Bool(_) => scalar(value).into(),
        other => other,
    }
}

/// Where resources can not be named, what is not known never will be.
pub(crate) fn settled(why: Unresolved) -> Invalid {
    match why {
        Unresolved::Invalid(why) => why,
        Unresolved::Unknown { logical, .. } => Invalid::format(format_args!(
            "Unresolved dependencies [{logical}]. Cannot reference resources in the Conditions block of the template"
        )),
        other => Invalid(other.to_string()),
    }
}
