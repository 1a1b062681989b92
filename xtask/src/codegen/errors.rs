//! `errors.rs`: a constructor for each error of the service.

use std::fmt::Write as _;

use super::model::{Location, Model, Shape};
use super::names::{constructor, snake};
use crate::Result;

pub fn generate(model: &Model) -> Result<String> {
    let mut out = String::from(
        "//! A constructor for each error of the service.\n\n\
         use crate::shape::{AwsError, Fault};\n\nimpl AwsError {\n",
    );
    for (name, shape) in model.shapes.iter().filter(|(_, shape)| shape.exception) {
        one(&mut out, name, shape)?;
    }
    out.push_str("}\n");
    Ok(out)
}

fn one(out: &mut String, name: &str, shape: &Shape) -> Result<()> {
    let error = shape.error.as_ref().ok_or_else(|| format!("{name} has no status"))?;
    let status = error.http_status_code;
    let fault = if shape.fault { "Server" } else { "Client" };
    let message = shape.members.iter().find(|(name, _)| name.eq_ignore_ascii_case("message"));
    let (message, _) = message.ok_or_else(|| format!("{name} has no message"))?;
    let extras: Vec<_> =
        shape.members.iter().filter(|(name, _)| name != "Type" && name != message).collect();
    writeln!(out, "/// `{name}`, {status}.\n#[must_use]")?;
    write!(out, "pub fn {}(message: impl Into<String>", constructor(name))?;
    for (name, _) in &extras {
        write!(out, ", {}: Option<&str>", snake(name))?;
    }
    writeln!(out, ") -> Self {{")?;
    write!(out, "Self::modelled({name:?}, {status}, Fault::{fault}, {message:?}, message.into())")?;
    for (name, member) in &extras {
        let field = snake(name);
        match (member.location, &member.location_name) {
            (Some(Location::Header), Some(at)) => {
                write!(out, ".header({:?}, {field})", at.to_ascii_lowercase())?;
            }
            (None, _) => write!(out, ".member({name:?}, {field})")?,
            _ => return Err(format!("an error's {name} travels where no error can").into()),
        }
    }
    Ok(writeln!(out, "\n}}\n")?)
}
