//! `tests/e2e/bad_input/model.json`: the model without its prose, for the test that breaks every
//! constraint of every operation. The test words what AWS answers by itself, so that it checks
//! the generated checks.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::constraints::engine;
use super::coverage::Coverage;
use super::enums::in_order;
use super::model::{Location, Model, Shape};
use super::names::in_path;
use super::served::{CHECKED_BY_SERVICE, NOT_NULL_MEMBERS};
use crate::Result;

/// Where it is.
pub const FILE: &str = "tests/e2e/bad_input/model.json";

/// One line an operation or shape.
pub fn file(model: &Model, served: &[&str]) -> Result<String> {
    let mut pending = Vec::new();
    let mut operations = Vec::new();
    for (name, operation) in &model.operations {
        let input = operation.input.as_ref().map(|input| input.shape.clone());
        let coverage = match Coverage::of(name, served) {
            Coverage::Real | Coverage::Stored(_) => "served",
            Coverage::Refused(_) => "refused",
            Coverage::Later => "later",
        };
        let about = json!({
            "method": operation.http.method,
            "path": operation.http.request_uri,
            "input": input,
            "coverage": coverage,
        });
        operations.push((name.clone(), about));
        if coverage == "served" {
            pending.extend(input);
        }
    }
    let mut shapes = Vec::new();
    let mut seen = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if seen.insert(name.clone()) {
            let shape = model.shapes.get(&name).ok_or_else(|| format!("no shape {name}"))?;
            pending.extend(inner(shape));
            shapes.push((name.clone(), described(&name, shape)?));
        }
    }
    shapes.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(format!("{{\n{},\n{}\n}}\n", lines("operations", operations), lines("shapes", shapes)))
}

fn lines(title: &str, entries: Vec<(String, Value)>) -> String {
    let lines: Vec<_> = entries.iter().map(|(name, value)| format!("{name:?}: {value}")).collect();
    format!("{title:?}: {{\n{}\n}}", lines.join(",\n"))
}

fn inner(shape: &Shape) -> Vec<String> {
    let parts = [&shape.member, &shape.key, &shape.value].into_iter().flatten();
    let parts = parts.map(|reference| &reference.shape);
    parts.chain(shape.members.iter().map(|(_, member)| &member.shape)).cloned().collect()
}

/// What of a shape the test needs to know.
fn described(name: &str, shape: &Shape) -> Result<Value> {
    let mut out = Map::new();
    out.insert("type".into(), format!("{:?}", shape.kind).to_lowercase().into());
    let members: Vec<Value> = shape
        .members
        .iter()
        .map(|(member_name, member)| {
            json!({
                "name": member_name,
                "at": in_path(member_name),
                "shape": member.shape,
                "required": shape.required.contains(member_name),
                "in": match member.location {
                    Some(Location::Uri) => "path",
                    Some(Location::Query) => "query",
                    Some(Location::Header) => "header",
                    Some(Location::StatusCode) => "status",
                    None if shape.payload.as_deref() == Some(member_name) => "payload",
                    None => "body",
                },
                "wire": member.location_name.as_deref().unwrap_or(member_name),
            })
        })
        .collect();
    let parts = [("member", &shape.member), ("key", &shape.key), ("value", &shape.value)];
    for (part, reference) in parts {
        if let Some(reference) = reference {
            out.insert(part.into(), reference.shape.clone().into());
        }
    }
    if !members.is_empty() {
        out.insert("members".into(), members.into());
    }
    if !shape.values.is_empty() {
        out.insert("enum".into(), in_order(name, &shape.values)?.into());
    }
    for (bound, value) in [("min", &shape.min), ("max", &shape.max)] {
        if let Some(value) = value {
            out.insert(bound.into(), value.clone().into());
        }
    }
    if let Some(pattern) = &shape.pattern {
        out.insert("pattern".into(), pattern.clone().into());
        out.insert("engine".into(), engine(name, pattern)?.into());
    }
    for (fact, holds) in [
        ("sensitive", shape.sensitive),
        ("not_null", NOT_NULL_MEMBERS.contains(&name)),
        ("by_service", CHECKED_BY_SERVICE.contains(&name)),
    ] {
        if holds {
            out.insert(fact.into(), true.into());
        }
    }
    Ok(Value::Object(out))
}
