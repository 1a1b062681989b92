//! `enums.rs`: texts of which the model lists the values.

use std::fmt::Write as _;

use super::names::variant;
use super::served::PRINTED_AS;
use super::shapes::Plan;
use crate::Result;

pub fn generate(plan: &Plan<'_>) -> Result<String> {
    let mut out = String::from(
        "//! Texts of which the service lists the values.\n\nuse crate::shape::text_enum;\n",
    );
    for name in &plan.reached {
        let shape = plan.shape(name)?;
        if shape.values.is_empty() {
            continue;
        }
        writeln!(out, "\ntext_enum! {{\n    /// `{name}` of the service model.")?;
        writeln!(out, "    pub enum {} {{", plan.name(name))?;
        for value in in_order(name, &shape.values)? {
            writeln!(out, "        {} = {value:?},", variant(value))?;
        }
        writeln!(out, "    }}\n}}")?;
    }
    Ok(out)
}

/// The values in the order AWS prints them.
pub fn in_order<'v>(name: &str, values: &'v [String]) -> Result<Vec<&'v str>> {
    let model: Vec<&str> = values.iter().map(String::as_str).collect();
    let Some((_, printed)) = PRINTED_AS.iter().find(|(shape, _)| *shape == name) else {
        return Ok(model);
    };
    let place = |value: &&str| printed.iter().position(|one| one == value);
    if printed.len() != model.len() || model.iter().any(|value| place(value).is_none()) {
        return Err(format!("{name}: the model's values are others than those in served.rs").into());
    }
    let mut sorted = model;
    sorted.sort_by_key(place);
    Ok(sorted)
}
