//! `outputs.rs`: what served operations answer, written as a response.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::model::{Kind, Location};
use super::names::snake;
use super::shapes::{Plan, imports, structure};
use crate::Result;

pub fn generate(plan: &Plan<'_>) -> Result<String> {
    let mut body = String::new();
    let names: BTreeSet<&str> = plan.operations.iter().filter_map(|o| o.output).collect();
    for name in names {
        if plan.name(name) != name {
            structure(&mut body, plan, name)?;
        }
        implementation(&mut body, plan, name)?;
    }
    Ok(format!(
        "//! What each served operation answers.\n\n{}use super::*;\n\
         use crate::rest::{{Output, Reply}};\nuse crate::shape::{{FromJson, Json, Malformed}};\n\
         {body}",
        imports(&format!("{body} Bytes"))
    ))
}

fn implementation(out: &mut String, plan: &Plan<'_>, name: &str) -> Result<()> {
    let shape = plan.shape(name)?;
    writeln!(out, "\nimpl Output for {} {{", plan.name(name))?;
    writeln!(out, "fn into_response(self, success: u16) -> http::Response<Bytes> {{")?;
    write!(out, "Reply::new(success)")?;
    for (member_name, member) in &shape.members {
        let field = snake(member_name);
        let at = member.location_name.as_deref().unwrap_or(member_name).to_ascii_lowercase();
        match member.location {
            Some(Location::StatusCode) => write!(out, ".status(self.{field})")?,
            Some(Location::Header) => write!(out, ".header({at:?}, self.{field}.as_ref())")?,
            Some(_) => return Err(format!("{name}: {member_name} cannot be answered").into()),
            None => {}
        }
    }
    match &shape.payload {
        Some(payload) => {
            let payload_shape = shape.members.iter().find(|(name, _)| name == payload);
            let kind = payload_shape.map(|(_, m)| plan.shape(&m.shape)).transpose()?;
            if kind.is_none_or(|shape| shape.kind != Kind::Blob) {
                return Err(format!("{name}: codegen writes a payload only as a blob").into());
            }
            write!(out, ".payload(self.{})", snake(payload))?;
        }
        None if shape.in_body().next().is_some() => write!(out, ".json(&self)")?,
        None => write!(out, ".empty()")?,
    }
    Ok(writeln!(out, "\n}}\n}}")?)
}
