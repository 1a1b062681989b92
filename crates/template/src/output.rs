//! The section `Outputs`.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::Invalid;
use crate::check;
use crate::reference::{self, Branches, Visit};

/// One output.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// What it is.
    pub description: Option<String>,
    /// Not resolved.
    pub value: Value,
    /// The name that it is exported by, not resolved.
    pub export: Option<Value>,
    /// It is made only if this holds.
    pub condition: Option<String>,
}

/// How many a template may have.
const OUTPUTS: usize = 200;
const ATTRIBUTES: [&str; 4] = ["Description", "Value", "Export", "Condition"];

impl Output {
    pub(crate) fn all(
        section: Option<&Map<String, Value>>,
    ) -> Result<IndexMap<String, Self>, Invalid> {
        let Some(section) = section else { return Ok(IndexMap::new()) };
        check::at_most(section, "outputs", OUTPUTS)?;
        section
            .iter()
            .map(|(name, value)| {
                check::alphanumeric("Output", name)?;
                Ok((name.clone(), Self::of(name, value)?))
            })
            .collect()
    }

    fn of(name: &str, value: &Value) -> Result<Self, Invalid> {
        let malformed = || Invalid::format(format_args!("Output {name} is malformed"));
        let parts = value.as_object().ok_or_else(malformed)?;
        if let Some(strange) = parts.keys().find(|name| !ATTRIBUTES.contains(&name.as_str())) {
            return Err(Invalid(format!("Invalid template output property '{strange}'")));
        }
        let value = parts
            .get("Value")
            .ok_or_else(|| Invalid::format("Every Outputs member must contain a Value object"))?;
        let description = match parts.get("Description") {
            None => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(_) => {
                return Err(Invalid::format("Every Description member must be a string."));
            }
        };
        let export = match parts.get("Export") {
            None => None,
            Some(Value::Object(export)) if export.len() == 1 => {
                Some(export.get("Name").ok_or_else(malformed)?.clone())
            }
            Some(_) => return Err(malformed()),
        };
        let condition = check::condition(parts)?;
        Ok(Self { description, value: value.clone(), export, condition })
    }

    /// Tells of everything that it names.
    pub(crate) fn each<'a>(
        &'a self,
        branches: Branches<'_>,
        visit: Visit<'_, 'a>,
    ) -> Result<(), Invalid> {
        reference::each(&self.value, branches, visit)?;
        self.export.iter().try_for_each(|export| reference::each(export, branches, visit))
    }
}
