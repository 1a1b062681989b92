//! The section `Rules`: what parameters must be together.

use serde_json::{Map, Value};

use crate::Invalid;
use crate::condition::{self, holds, operand};
use crate::resolve::Resolver;

const PARTS: [&str; 2] = ["RuleCondition", "Assertions"];

/// Checks the section: each rule has assertions.
pub(crate) fn all(section: Option<&Map<String, Value>>) -> Result<Map<String, Value>, Invalid> {
    let Some(section) = section else { return Ok(Map::new()) };
    for (name, rule) in section {
        let malformed = || Invalid::format(format_args!("Rule {name} is malformed"));
        let parts = rule.as_object().ok_or_else(malformed)?;
        let assertions = parts.get("Assertions").and_then(Value::as_array);
        let told = |one: &Value| one.get("AssertDescription").is_none_or(Value::is_string);
        let whole = |one: &Value| one.get("Assert").is_some_and(Value::is_object) && told(one);
        let assertions = assertions.is_some_and(|all| !all.is_empty() && all.iter().all(whole));
        if !assertions || parts.keys().any(|name| !PARTS.contains(&name.as_str())) {
            return Err(malformed());
        }
    }
    Ok(section.clone())
}

/// Refuses parameters that a rule forbids, in the rule's own words where it has some.
pub(crate) fn check(by: Resolver<'_>, rules: &Map<String, Value>) -> Result<(), Invalid> {
    for (name, rule) in rules {
        if let Some(condition) = rule.get("RuleCondition")
            && !holds(by, condition, true)?
        {
            continue;
        }
        for assertion in rule.get("Assertions").and_then(Value::as_array).into_iter().flatten() {
            if !holds(by, &assertion["Assert"], true)? {
                let told = assertion.get("AssertDescription").and_then(Value::as_str);
                let otherwise = || format!("Template error: rule {name} is not satisfied");
                return Err(Invalid(told.map_or_else(otherwise, str::to_owned)));
            }
        }
    }
    Ok(())
}

/// The functions that only rules have; nothing for another one.
pub(crate) fn holds_only_here(
    by: Resolver<'_>,
    name: &str,
    list: Option<&[Value]>,
) -> Option<Result<bool, Invalid>> {
    let judge: fn(&[Value], &Value) -> bool = match name {
        "Fn::Contains" => |items, other| items.contains(other),
        "Fn::EachMemberEquals" => |items, other| items.iter().all(|item| item == other),
        "Fn::EachMemberIn" => |items, other| {
            let others = other.as_array().map_or(&[][..], Vec::as_slice);
            items.iter().all(|item| others.contains(item))
        },
        _ => return None,
    };
    Some(asked(by, name, list).map(|(items, other)| judge(&items, &other)))
}

/// A list, and what its items are compared with.
fn asked(
    by: Resolver<'_>,
    name: &str,
    list: Option<&[Value]>,
) -> Result<(Vec<Value>, Value), Invalid> {
    let wrong = || Invalid::error(format_args!("every {name} object requires two parameters."));
    let Some([items, other]) = list else { return Err(wrong()) };
    let items = by.list(items, wrong).map_err(condition::settled)?;
    let items = items.into_iter().map(condition::comparable).collect();
    let other = match operand(by, other)? {
        Value::Array(others) => others.into_iter().map(condition::comparable).collect(),
        other => other,
    };
    Ok((items, other))
}
