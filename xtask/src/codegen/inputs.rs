//! `inputs.rs`: one structure for each served operation, read from a request.

use std::fmt::Write as _;

use super::model::{Kind, Location, Member};
use super::names::snake;
use super::shapes::{Plan, Served, imports, structure};
use crate::Result;

pub fn generate(plan: &Plan<'_>) -> Result<String> {
    let mut body = String::new();
    for operation in &plan.operations {
        structure(&mut body, plan, operation.input)?;
        implementation(&mut body, plan, operation)?;
    }
    checker(&mut body, plan)?;
    Ok(format!(
        "//! What each served operation takes.\n\n{}use super::*;\nuse crate::rest::{{Input, Request}};\n\
         use crate::shape::{{AwsError, FromJson, Json, Malformed}};\n{body}",
        imports(&body)
    ))
}

fn checker(out: &mut String, plan: &Plan<'_>) -> Result<()> {
    out.push_str(
        "\n/// Reads and checks what an operation takes, as serving it begins; none for operations\n\
         /// that are not served. For those who test with requests of every kind.\n\
         #[must_use]\n\
         pub fn check(operation: Operation, request: &Request<'_>) -> Option<Result<(), AwsError>> {\n\
         fn one<I: Input>(request: &Request<'_>) -> Result<(), AwsError> {\n\
         I::from_request(request)?.validate()\n}\n\
         Some(match operation {\n",
    );
    for operation in &plan.operations {
        let (name, input) = (operation.name, plan.name(operation.input));
        writeln!(out, "Operation::{name} => one::<{input}>(request),")?;
    }
    out.push_str("_ => return None,\n})\n}\n");
    Ok(())
}

fn implementation(out: &mut String, plan: &Plan<'_>, operation: &Served<'_>) -> Result<()> {
    let shape = plan.shape(operation.input)?;
    let title = plan.name(operation.input);
    let output =
        operation.output.map_or_else(|| "crate::rest::Empty".into(), |output| plan.name(output));
    writeln!(out, "\nimpl Input for {title} {{")?;
    writeln!(out, "const OPERATION: Operation = Operation::{};", operation.name)?;
    writeln!(out, "type Output = {output};\n")?;
    let from_body = shape.in_body().next().is_some();
    let unused = if shape.members.is_empty() { "_" } else { "" };
    writeln!(out, "fn from_request({unused}request: &Request<'_>) -> Result<Self, Malformed> {{")?;
    let mut fields = Vec::new();
    for (name, member) in &shape.members {
        if let Some(value) = from_parts(plan, shape.payload.as_deref(), name, member)? {
            fields.push(format!("{}: {value}", snake(name)));
        }
    }
    if from_body && fields.is_empty() {
        writeln!(out, "request.json()\n}}\n}}")?;
    } else if from_body {
        writeln!(out, "Ok(Self {{ {}, ..request.json()? }})\n}}\n}}", fields.join(", "))?;
    } else {
        writeln!(out, "Ok(Self {{ {} }})\n}}\n}}", fields.join(", "))?;
    }
    Ok(())
}

/// The expression that reads a member from elsewhere than the JSON body.
fn from_parts(
    plan: &Plan<'_>,
    payload: Option<&str>,
    name: &str,
    member: &Member,
) -> Result<Option<String>> {
    let kind = plan.shape(&member.shape)?.kind;
    let at = member.location_name.as_deref().unwrap_or(name);
    let many = if kind == Kind::List { "_list" } else { "" };
    if member.location.is_some() && matches!(kind, Kind::Timestamp | Kind::Map) {
        return Err(format!("{name}: codegen reads no {kind:?} outside the body yet").into());
    }
    Ok(Some(match member.location {
        Some(Location::Uri) => format!("request.path({at:?})?"),
        Some(Location::Query) => format!("request.query{many}({at:?})?"),
        Some(Location::Header) => format!("request.header({:?})?", at.to_ascii_lowercase()),
        Some(Location::StatusCode) => return Err(format!("{name}: a status in an input").into()),
        None if payload == Some(name) && kind == Kind::Blob => "request.payload()".into(),
        None if payload == Some(name) => "request.json_payload()?".into(),
        None => return Ok(None),
    }))
}
