//! `constraints.rs`: the bounds of every member that a request can carry.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::model::{Kind, Member, Shape};
use super::names::{constant, in_path, snake};
use super::served::{CHECKED_BY_SERVICE, NOT_NULL_MEMBERS, WITHOUT_LOOK_AROUND};
use super::shapes::Plan;
use crate::Result;

pub fn generate(plan: &Plan<'_>) -> Result<String> {
    let mut checks = Checks { plan, body: String::new(), used: BTreeSet::new() };
    for name in &plan.taken {
        let shape = plan.shape(name)?;
        if shape.kind == Kind::Structure && (checked(plan, name)? || is_input(plan, name)) {
            checks.structure(name, shape)?;
        }
    }
    let mut limits = String::new();
    for name in &checks.used {
        limit(&mut limits, plan, name, plan.shape(name)?)?;
    }
    let pattern = if limits.contains(": Pattern") { "Pattern, " } else { "" };
    Ok(format!(
        "//! The bounds of every member a request can carry.\n\n\
         use super::*;\n\
         use crate::shape::{{Check, Constraint, {pattern}Rule, Violations}};\n{limits}{}",
        checks.body
    ))
}

fn is_input(plan: &Plan<'_>, name: &str) -> bool {
    plan.operations.iter().any(|operation| operation.input == name)
}

/// Whether the shape itself has rules, its members' apart.
fn ruled(name: &str, shape: &Shape) -> bool {
    let listed = !shape.values.is_empty() && !CHECKED_BY_SERVICE.contains(&name);
    shape.min.is_some() || shape.max.is_some() || shape.pattern.is_some() || listed
}

/// Whether anything in the shape can be wrong.
fn checked(plan: &Plan<'_>, name: &str) -> Result<bool> {
    let shape = plan.shape(name)?;
    if ruled(name, shape) || !shape.required.is_empty() || !shape.values.is_empty() {
        return Ok(true);
    }
    let inner = [&shape.member, &shape.key, &shape.value].into_iter().flatten();
    let members = shape.members.iter().map(|(_, member)| &member.shape);
    for name in inner.map(|reference| &reference.shape).chain(members) {
        if checked(plan, name)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A shape's constraint, in the order AWS prints the rules of a list's members.
fn limit(out: &mut String, plan: &Plan<'_>, name: &str, shape: &Shape) -> Result<()> {
    let title = constant(name);
    let rules = rules(plan, name, shape)?;
    if let Some(pattern) = &shape.pattern {
        let engine = engine(name, pattern)?;
        writeln!(
            out,
            "\nstatic {title}_PATTERN: Pattern = Pattern::new({pattern:?}, {engine:?});"
        )?;
    }
    let new = if shape.sensitive { "sensitive" } else { "new" };
    writeln!(out, "\nstatic {title}: Constraint = Constraint::{new}(&[{rules}]);")?;
    Ok(())
}

fn rules(plan: &Plan<'_>, name: &str, shape: &Shape) -> Result<String> {
    let mut rules = Vec::new();
    let bounds = match shape.kind {
        Kind::Integer | Kind::Long => ["Most", "Least"],
        Kind::Double => ["MostDecimal", "LeastDecimal"],
        _ => ["Longest", "Shortest"],
    };
    for (bound, rule) in [&shape.max, &shape.min].into_iter().zip(bounds) {
        if let Some(bound) = bound {
            let number =
                if shape.kind == Kind::Double { format!("{bound}_f64") } else { bound.to_string() };
            rules.push(format!("Rule::{rule}({number})"));
        }
    }
    if shape.pattern.is_some() {
        rules.push(format!("Rule::Pattern(&{}_PATTERN)", constant(name)));
    }
    if !shape.values.is_empty() {
        rules.push(format!("Rule::OneOf({}::VALUES)", plan.name(name)));
    }
    Ok(rules.join(", "))
}

/// The pattern as a linear-time engine takes it. Java's `\d` and `\s` are ASCII.
pub fn engine(name: &str, pattern: &str) -> Result<String> {
    let replaced = WITHOUT_LOOK_AROUND.iter().find(|(shape, _)| *shape == name);
    let pattern = replaced.map_or(pattern, |(_, same)| same);
    if ["(?=", "(?!", "(?<"].iter().any(|around| pattern.contains(around)) {
        return Err(format!(
            "{name}: the pattern {pattern} looks around; add one that does not to served.rs"
        )
        .into());
    }
    let pattern = format!("^(?:{})$", ascii_classes(pattern));
    regex::Regex::new(&pattern).map_err(|why| format!("{name}: {why}"))?;
    Ok(pattern)
}

/// A class may stand inside another, so each escape becomes a class of its own.
fn ascii_classes(pattern: &str) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('d') => out += "[0-9]",
            Some('D') => out += "[^0-9]",
            Some('s') => out += r"[ \t\n\x0B\f\r]",
            Some('S') => out += r"[^ \t\n\x0B\f\r]",
            Some('w') => out += "[0-9A-Za-z_]",
            Some('W') => out += "[^0-9A-Za-z_]",
            Some(other) => out.extend(['\\', other]),
            None => break,
        }
    }
    out
}

/// The checks of structures while they are written, and the shapes they name.
struct Checks<'p, 'm> {
    plan: &'p Plan<'m>,
    body: String,
    used: BTreeSet<String>,
}

impl Checks<'_, '_> {
    fn structure(&mut self, name: &str, shape: &Shape) -> Result<()> {
        let mut calls = String::new();
        for (member_name, member) in &shape.members {
            if shape.required.contains(member_name) {
                let (path, field) = (in_path(member_name), snake(member_name));
                writeln!(calls, "found.required({path:?}, self.{field}.is_some());")?;
            }
            calls += &self.call(member_name, member)?;
        }
        let found = if calls.is_empty() { "_found" } else { "found" };
        writeln!(self.body, "\nimpl Check for {} {{", self.plan.name(name))?;
        writeln!(self.body, "fn check(&self, {found}: &mut Violations) {{\n{calls}}}\n}}")?;
        Ok(())
    }

    /// The call that checks one member, or nothing when nothing in it can be wrong.
    fn call(&mut self, name: &str, member: &Member) -> Result<String> {
        let shape = self.plan.shape(&member.shape)?;
        let (path, field) = (in_path(name), snake(name));
        if !checked(self.plan, &member.shape)? {
            return Ok(String::new());
        }
        if CHECKED_BY_SERVICE.contains(&member.shape.as_str()) {
            let values = format!("{}::VALUES", self.plan.name(&member.shape));
            return Ok(format!("found.by_service({path:?}, &self.{field}, {values});\n"));
        }
        let (method, constraints) = match shape.kind {
            Kind::Structure => ("structure", vec![]),
            Kind::List if self.plan.shape(shape.member()?)?.kind == Kind::Structure => {
                ("structures", vec![self.constraint(&member.shape)?])
            }
            Kind::List => {
                ("list", vec![self.constraint(&member.shape)?, self.members(&member.shape, shape)?])
            }
            Kind::Map => (
                "map",
                vec![
                    self.constraint(&member.shape)?,
                    self.constraint(shape.key()?)?,
                    self.constraint(shape.value()?)?,
                ],
            ),
            _ => ("value", vec![self.constraint(&member.shape)?]),
        };
        let constraints: String = constraints.iter().map(|c| format!(", &{c}")).collect();
        Ok(format!("found.{method}({path:?}, &self.{field}{constraints});\n"))
    }

    fn constraint(&mut self, name: &str) -> Result<String> {
        let shape = self.plan.shape(name)?;
        if !ruled(name, shape) && !shape.sensitive {
            return Ok("Constraint::NONE".into());
        }
        self.used.insert(name.to_owned());
        Ok(constant(name))
    }

    fn members(&mut self, list: &str, shape: &Shape) -> Result<String> {
        let constraint = self.constraint(shape.member()?)?;
        let not_null = NOT_NULL_MEMBERS.contains(&list);
        Ok(if not_null { constraint + ".not_null()" } else { constraint })
    }
}
