//! Which transforms a template names.

use serde_json::Value;

use crate::read::shallow;
use crate::{DEPTH, Invalid};

/// The transforms that a template names, in their order: those of its section `Transform`, and then those that are inside of
/// it (`Fn::Transform`), each once.
///
/// # Errors
/// [`Invalid`] for one that has no name.
pub fn transforms(template: &Value) -> Result<Vec<String>, Invalid> {
    shallow(template, DEPTH)?;
    let sections = template.as_object().ok_or_else(|| Invalid::format("unsupported structure."))?;
    let mut names = Vec::new();
    match sections.get("Transform") {
        None => {}
        Some(Value::Array(all)) => all.iter().try_for_each(|one| note(one, &mut names))?,
        Some(one) => note(one, &mut names)?,
    }
    inside(template, &mut names)?;
    Ok(names)
}

/// A name, or an object with a name and parameters.
fn note(one: &Value, names: &mut Vec<String>) -> Result<(), Invalid> {
    let name = one.as_str().or_else(|| one.get("Name")?.as_str()).ok_or_else(|| {
        Invalid::format("Every Transform member must be a string, or an object with a Name.")
    })?;
    if !names.iter().any(|noted| noted == name) {
        names.push(name.to_owned());
    }
    Ok(())
}

fn inside(value: &Value, names: &mut Vec<String>) -> Result<(), Invalid> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| inside(item, names)),
        Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            if name == "Fn::Transform" {
                note(member, names)?;
            }
            inside(member, names)
        }),
        _ => Ok(()),
    }
}
