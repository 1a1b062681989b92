//! `enums.rs`: texts of which the model lists the values.

use std::fmt::Write as _;

use super::names::variant;
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
        for value in &shape.values {
            writeln!(out, "        {} = {value:?},", variant(value))?;
        }
        writeln!(out, "    }}\n}}")?;
    }
    Ok(out)
}
