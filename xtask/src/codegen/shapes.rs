//! What is to be generated, and `structures.rs`: the structures that inputs and outputs share.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::model::{Kind, Location, Member, Model, Operation, Shape};
use super::names::snake;
use crate::Result;

/// Names the generated files use for something else.
const TAKEN: &[&str] = &[
    "Bytes",
    "Check",
    "Constraint",
    "Input",
    "Json",
    "Malformed",
    "Operation",
    "Output",
    "Pattern",
    "Reply",
    "Request",
    "Rule",
    "String",
    "Violations",
];

/// The served operations and every shape they reach.
pub struct Plan<'m> {
    pub model: &'m Model,
    pub operations: Vec<Served<'m>>,
    /// Shapes reached from any input or output.
    pub reached: BTreeSet<&'m str>,
    /// Shapes reached from an input: these are checked.
    pub taken: BTreeSet<&'m str>,
    /// Shapes that are the input or output of one operation, and their Rust names.
    renamed: BTreeMap<&'m str, String>,
}

/// One served operation.
pub struct Served<'m> {
    pub name: &'m str,
    pub input: &'m str,
    pub output: Option<&'m str>,
}

impl<'m> Plan<'m> {
    pub fn of(model: &'m Model, served: &[&str]) -> Result<Self> {
        let mut operations = Vec::new();
        for name in served {
            let (name, operation) = model
                .operations
                .get_key_value(*name)
                .ok_or_else(|| format!("the model has no operation {name}: see served.rs"))?;
            let input = operation.input.as_ref().ok_or_else(|| format!("{name} has no input"))?;
            let output = operation.output.as_ref().map(|output| output.shape.as_str());
            // Who serves one writes its answer, event by event.
            let output = output.filter(|output| !is_streamed(model, output));
            operations.push(Served { name, input: &input.shape, output });
        }
        operations.sort_by_key(|operation| operation.name);
        let mut plan = Self {
            model,
            renamed: renamed(model, &operations),
            reached: BTreeSet::new(),
            taken: BTreeSet::new(),
            operations,
        };
        for operation in &plan.operations {
            reach(model, operation.input, &mut plan.taken)?;
            if let Some(output) = operation.output {
                reach(model, output, &mut plan.reached)?;
            }
        }
        plan.reached.extend(plan.taken.iter().copied());
        Ok(plan)
    }

    pub fn shape(&self, name: &str) -> Result<&'m Shape> {
        self.model.shape(name)
    }

    /// The Rust name of a structure or an enum.
    pub fn name(&self, shape: &str) -> String {
        let taken = TAKEN.contains(&shape);
        let plain = || if taken { format!("{shape}Shape") } else { shape.to_owned() };
        self.renamed.get(shape).cloned().unwrap_or_else(plain)
    }

    /// Structures that are not one operation's own input or output.
    fn shared(&self) -> impl Iterator<Item = &'m str> + '_ {
        self.reached.iter().copied().filter(|name| {
            self.model.shapes[*name].kind == Kind::Structure && !self.renamed.contains_key(name)
        })
    }

    /// The Rust type of a shape.
    pub fn type_of(&self, name: &str) -> Result<String> {
        let shape = self.shape(name)?;
        Ok(match shape.kind {
            Kind::Structure => self.name(name),
            Kind::String if !shape.values.is_empty() => self.name(name),
            Kind::String => "String".into(),
            Kind::Integer => "i32".into(),
            Kind::Long => "i64".into(),
            Kind::Double | Kind::Timestamp => "f64".into(),
            Kind::Boolean => "bool".into(),
            Kind::Blob => "Bytes".into(),
            Kind::List => format!("Vec<{}>", self.type_of(shape.member()?)?),
            Kind::Map => format!("BTreeMap<String, {}>", self.type_of(shape.value()?)?),
        })
    }
}

impl Shape {
    pub fn member(&self) -> Result<&str> {
        Ok(&self.member.as_ref().ok_or("a list without a member")?.shape)
    }

    pub fn key(&self) -> Result<&str> {
        Ok(&self.key.as_ref().ok_or("a map without a key")?.shape)
    }

    pub fn value(&self) -> Result<&str> {
        Ok(&self.value.as_ref().ok_or("a map without a value")?.shape)
    }

    /// Members that travel in the JSON body.
    pub fn in_body(&self) -> impl Iterator<Item = &(String, Member)> {
        let payload = self.payload.as_deref();
        self.members.iter().filter(move |(name, member)| {
            member.location.is_none() && payload != Some(name.as_str())
        })
    }
}

/// An operation's own shape is called after the operation: `InvocationRequest` → `InvokeInput`.
fn renamed<'m>(model: &'m Model, operations: &[Served<'m>]) -> BTreeMap<&'m str, String> {
    let uses = |shape: &str| {
        let of = |o: &Operation| {
            [&o.input, &o.output].into_iter().flatten().filter(|r| r.shape == shape).count()
        };
        model.operations.values().map(of).sum::<usize>()
    };
    let mut names = BTreeMap::new();
    for operation in operations {
        names.insert(operation.input, format!("{}Input", operation.name));
        if let Some(output) = operation.output
            && output.ends_with("Response")
            && uses(output) == 1
        {
            names.insert(output, format!("{}Output", operation.name));
        }
    }
    names
}

/// Whether an output's payload is an event stream.
fn is_streamed(model: &Model, output: &str) -> bool {
    let Some(shape) = model.shapes.get(output) else { return false };
    let payload = shape.members.iter().find(|(name, _)| Some(name) == shape.payload.as_ref());
    payload.and_then(|(_, member)| model.shapes.get(&member.shape)).is_some_and(|s| s.eventstream)
}

fn reach<'m>(model: &'m Model, name: &str, found: &mut BTreeSet<&'m str>) -> Result<()> {
    let (name, shape) =
        model.shapes.get_key_value(name).ok_or_else(|| format!("the model has no shape {name}"))?;
    if shape.eventstream {
        return Err(format!("{name} is an event stream: codegen writes none").into());
    }
    if !found.insert(name) {
        return Ok(());
    }
    let inner = [&shape.member, &shape.key, &shape.value].into_iter().flatten();
    let members = shape.members.iter().map(|(_, member)| member.shape.as_str());
    for name in inner.map(|reference| reference.shape.as_str()).chain(members) {
        reach(model, name, found)?;
    }
    Ok(())
}

pub fn generate(plan: &Plan<'_>) -> Result<String> {
    let mut body = String::new();
    for name in plan.shared() {
        structure(&mut body, plan, name)?;
    }
    Ok(format!(
        "//! Structures that inputs and outputs hold.\n\n{}use super::*;\n\
         use crate::shape::{{FromJson, Json, Malformed}};\n{body}",
        imports(&body)
    ))
}

/// The `use` lines of outside types that a file's text needs.
pub fn imports(body: &str) -> String {
    let mut lines = String::new();
    for (word, line) in [
        ("BTreeMap<", "use std::collections::BTreeMap;\n"),
        ("fmt::", "use std::fmt;\n"),
        ("Bytes", "\nuse bytes::Bytes;\n"),
        ("Serialize", "use serde::Serialize;\n"),
    ] {
        if body.contains(word) {
            lines += line;
        }
    }
    lines + "\n"
}

/// A structure, its reading from JSON where it has members there, and a `Debug` without secrets.
pub fn structure(out: &mut String, plan: &Plan<'_>, name: &str) -> Result<()> {
    let shape = plan.shape(name)?;
    let title = plan.name(name);
    let secret = secrets(plan, shape)?;
    let debug = if secret.is_empty() { "Debug, " } else { "" };
    writeln!(out, "\n/// `{name}` of the service model.")?;
    writeln!(out, "#[derive({debug}Clone, Default, PartialEq, Serialize)]")?;
    writeln!(out, "pub struct {title} {{")?;
    for (member_name, member) in &shape.members {
        field(out, plan, shape, member_name, member)?;
    }
    writeln!(out, "}}")?;
    if !secret.is_empty() {
        redacted(out, &title, shape, &secret)?;
    }
    if shape.members.is_empty() || shape.in_body().next().is_some() {
        reader(out, &title, shape)?;
    }
    Ok(())
}

fn field(
    out: &mut String,
    plan: &Plan<'_>,
    shape: &Shape,
    name: &str,
    member: &Member,
) -> Result<()> {
    let kind = plan.type_of(&member.shape)?;
    writeln!(out, "/// {}", describe(plan, shape, name, member)?)?;
    let payload = shape.payload.as_deref() == Some(name);
    if payload || member.location.is_some() {
        writeln!(out, "#[serde(skip)]")?;
    } else {
        let with = if kind == "Bytes" { ", serialize_with = \"crate::shape::blob\"" } else { "" };
        writeln!(
            out,
            "#[serde(rename = {name:?}, skip_serializing_if = \"Option::is_none\"{with})]"
        )?;
    }
    Ok(writeln!(out, "pub {}: Option<{kind}>,", snake(name))?)
}

/// A member in one line: its name, where it travels, its bounds, whether it must be there.
fn describe(plan: &Plan<'_>, parent: &Shape, name: &str, member: &Member) -> Result<String> {
    let shape = plan.shape(&member.shape)?;
    let at = member.location_name.as_deref().unwrap_or_default();
    let mut facts = Vec::new();
    match member.location {
        Some(Location::Uri) => facts.push("in the path".to_owned()),
        Some(Location::Query) => facts.push(format!("query parameter `{at}`")),
        Some(Location::Header) => facts.push(format!("header `{at}`")),
        Some(Location::StatusCode) => facts.push("the HTTP status".to_owned()),
        None if parent.payload.as_deref() == Some(name) => facts.push("the raw body".to_owned()),
        None => {}
    }
    let unit = match shape.kind {
        Kind::String => " characters",
        Kind::Blob => " bytes",
        Kind::List | Kind::Map => " entries",
        _ => "",
    };
    match (&shape.min, &shape.max) {
        (Some(min), Some(max)) => facts.push(format!("{min} to {max}{unit}")),
        (Some(min), None) => facts.push(format!("at least {min}{unit}")),
        (None, Some(max)) => facts.push(format!("at most {max}{unit}")),
        (None, None) => {}
    }
    if shape.kind == Kind::Timestamp {
        facts.push("seconds since 1970".to_owned());
    }
    if parent.required.iter().any(|required| required == name) {
        facts.push("required".to_owned());
    }
    let facts = if facts.is_empty() { String::new() } else { format!(": {}", facts.join(", ")) };
    Ok(format!("`{name}`{facts}."))
}

fn secrets<'m>(plan: &Plan<'_>, shape: &'m Shape) -> Result<Vec<&'m str>> {
    let mut found = Vec::new();
    for (name, member) in &shape.members {
        if plan.shape(&member.shape)?.sensitive {
            found.push(name.as_str());
        }
    }
    Ok(found)
}

fn redacted(out: &mut String, title: &str, shape: &Shape, secret: &[&str]) -> Result<()> {
    writeln!(out, "\nimpl fmt::Debug for {title} {{")?;
    writeln!(out, "fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{")?;
    write!(out, "f.debug_struct({title:?})")?;
    for (name, _) in &shape.members {
        let field = snake(name);
        if secret.contains(&name.as_str()) {
            let text = format!("self.{field}.as_ref().map(|_| \"(sensitive)\")");
            write!(out, ".field({field:?}, &{text})")?;
        } else {
            write!(out, ".field({field:?}, &self.{field})")?;
        }
    }
    Ok(writeln!(out, ".finish()\n}}\n}}")?)
}

fn reader(out: &mut String, title: &str, shape: &Shape) -> Result<()> {
    let members: Vec<&str> = shape.in_body().map(|(name, _)| name.as_str()).collect();
    writeln!(out, "\nimpl FromJson for {title} {{")?;
    writeln!(out, "fn from_json(json: Json<'_>) -> Result<Self, Malformed> {{")?;
    if members.is_empty() {
        return Ok(writeln!(out, "json.structure(|_, _| Ok(()))?;\nOk(Self {{}})\n}}\n}}")?);
    }
    writeln!(out, "let mut it = Self::default();\njson.structure(|name, value| {{")?;
    if let [name] = members.as_slice() {
        writeln!(out, "if name == {name:?} {{\nit.{} = value.optional()?;\n}}", snake(name))?;
    } else {
        writeln!(out, "match name {{")?;
        for name in members {
            writeln!(out, "{name:?} => it.{} = value.optional()?,", snake(name))?;
        }
        writeln!(out, "_ => {{}}\n}}")?;
    }
    Ok(writeln!(out, "Ok(())\n}})?;\nOk(it)\n}}\n}}")?)
}
