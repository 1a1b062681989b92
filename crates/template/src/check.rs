//! What templates may not have.

use indexmap::IndexSet;
use serde_json::{Map, Value};

use crate::graph::{self, Graph};
use crate::reference::{self, Branches, Reference};
use crate::{Invalid, Scope, Template, condition, listed, pseudo};

/// How many mappings a template may have, and how many keys each.
const MAPPINGS: usize = 200;
/// The longest logical id, characters.
const NAME: usize = 255;

/// A section of at most so many members.
pub(crate) fn at_most(
    section: &Map<String, Value>,
    what: &str,
    most: usize,
) -> Result<(), Invalid> {
    match section.len() {
        count if count > most => Err(Invalid::format(format_args!(
            "Number of {what}, {count}, is greater than maximum allowed, {most}"
        ))),
        _ => Ok(()),
    }
}

/// A logical id.
pub(crate) fn alphanumeric(what: &str, name: &str) -> Result<(), Invalid> {
    if name.len() > NAME {
        return Err(Invalid::format(format_args!(
            "{what} name {name} is longer than {NAME} characters."
        )));
    }
    match !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()) {
        true => Ok(()),
        false => Err(Invalid::format(format_args!("{what} name {name} is non alphanumeric."))),
    }
}

/// The name of the condition that a resource or an output has.
pub(crate) fn condition(parts: &Map<String, Value>) -> Result<Option<String>, Invalid> {
    match parts.get("Condition") {
        None => Ok(None),
        Some(Value::String(name)) => Ok(Some(name.clone())),
        Some(_) => Err(Invalid::format("Every Condition member must be a string.")),
    }
}

/// Nothing is null.
pub(crate) fn no_nulls(value: &Value) -> Result<(), Invalid> {
    match null(value) {
        None => Ok(()),
        Some(mut steps) => {
            steps.reverse();
            Err(Invalid(format!(
                "[/{}] 'null' values are not allowed in templates",
                steps.join("/")
            )))
        }
    }
}

/// Where the first null is: the innermost step first.
fn null(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            let mut steps = null(item)?;
            steps.push(index.to_string());
            Some(steps)
        }),
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let mut steps = null(member)?;
            steps.push(name.clone());
            Some(steps)
        }),
        _ => None,
    }
}

/// Mappings are two levels deep, and hold strings and lists.
pub(crate) fn mappings(
    section: Option<&Map<String, Value>>,
) -> Result<Map<String, Value>, Invalid> {
    let Some(section) = section else { return Ok(Map::new()) };
    at_most(section, "mappings", MAPPINGS)?;
    for (name, mapping) in section {
        alphanumeric("Mappings", name)?;
        let keys = mapping.as_object().ok_or_else(|| {
            Invalid::format(format_args!("Every Mappings member {name} must be a map"))
        })?;
        at_most(keys, "mapping attributes", MAPPINGS)?;
        for (key, attributes) in keys {
            let attributes = attributes.as_object().ok_or_else(|| {
                Invalid::format(format_args!("Every Mappings attribute {name}.{key} must be a map"))
            })?;
            let plain = attributes.values().all(|value| match value {
                Value::Array(items) => {
                    !items.iter().any(|item| item.is_object() || item.is_array())
                }
                other => !other.is_object(),
            });
            if !plain {
                return Err(Invalid::format(
                    "Every Mappings attribute must be a String or a List.",
                ));
            }
        }
    }
    Ok(section.clone())
}

/// Conditions ask only what there is, and no circle.
pub(crate) fn conditions(
    section: Option<&Map<String, Value>>,
) -> Result<Map<String, Value>, Invalid> {
    let Some(section) = section else { return Ok(Map::new()) };
    condition::order(section)?;
    Ok(section.clone())
}

/// All references are to something.
pub(crate) fn references(template: &Template) -> Result<(), Invalid> {
    let mut missing = Missing { template, of: IndexSet::new() };
    for condition in template.conditions.values() {
        reference::each(condition, Branches::All, &mut |reference| {
            missing.in_conditions(reference)
        })?;
    }
    if !missing.of.is_empty() {
        return Err(Invalid::format(format_args!(
            "Unresolved dependencies [{}]. Cannot reference resources in the Conditions block of the template",
            missing.names()
        )));
    }
    for resource in template.resources.values() {
        missing.condition(resource.condition.as_deref(), "Resources")?;
        resource.each(Branches::All, &mut |reference| missing.reference(reference))?;
        resource.depends_on.iter().for_each(|name| missing.resource(name));
    }
    missing.refused("Resources")?;
    for output in template.outputs.values() {
        missing.condition(output.condition.as_deref(), "Outputs")?;
        output.each(Branches::All, &mut |reference| missing.reference(reference))?;
    }
    missing.refused("Outputs")
}

/// What is not there, in the order that it is found in.
struct Missing<'a> {
    template: &'a Template,
    of: IndexSet<String>,
}

impl Missing<'_> {
    fn note(&mut self, name: &str) {
        if !self.of.contains(name) {
            self.of.insert(name.to_owned());
        }
    }

    fn resource(&mut self, name: &str) {
        if !self.template.resources.contains_key(name) {
            self.note(name);
        }
    }

    fn parameter(&self, name: &str) -> bool {
        self.template.parameters.contains_key(name) || pseudo::is_pseudo(name)
    }

    fn reference(&mut self, reference: Reference<'_>) -> Result<(), Invalid> {
        let there = |name: &str| self.template.resources.contains_key(name);
        match reference {
            Reference::Name(name) if !self.parameter(name) => self.resource(name),
            Reference::Attribute(name, _) if !there(name) => {
                return Err(Invalid::error(format_args!(
                    "instance of Fn::GetAtt references undefined resource {name}"
                )));
            }
            Reference::Inside(name, attribute) if !there(name) => {
                return Err(Invalid::error(format_args!(
                    "instance of Fn::Sub references invalid resource attribute {name}.{attribute}"
                )));
            }
            Reference::Condition(name) if !self.template.conditions.contains_key(name) => {
                return Err(Invalid::error(format_args!(
                    "unresolved condition dependency {name} in Fn::If"
                )));
            }
            _ => {}
        }
        Ok(())
    }

    /// A resource whose condition does not hold.
    fn unmade(&mut self, reference: Reference<'_>, scope: &Scope<'_>) -> Result<(), Invalid> {
        if let Reference::Name(name) | Reference::Attribute(name, _) | Reference::Inside(name, _) =
            reference
        {
            self.note_unmade(name, scope);
        }
        Ok(())
    }

    fn note_unmade(&mut self, name: &str, scope: &Scope<'_>) {
        let resource = self.template.resources.get(name);
        if resource.is_some_and(|resource| !scope.holds(resource.condition.as_deref())) {
            self.note(name);
        }
    }

    fn in_conditions(&mut self, reference: Reference<'_>) -> Result<(), Invalid> {
        match reference {
            Reference::Name(name) if self.parameter(name) => {}
            Reference::Name(name) | Reference::Attribute(name, _) | Reference::Inside(name, _) => {
                self.note(name);
            }
            Reference::Condition(_) => {}
            Reference::Import(_) => {
                return Err(Invalid::error("Cannot use Fn::ImportValue in Conditions"));
            }
        }
        Ok(())
    }

    fn condition(&self, name: Option<&str>, block: &str) -> Result<(), Invalid> {
        match name.filter(|name| !self.template.conditions.contains_key(*name)) {
            None => Ok(()),
            Some(name) => Err(Invalid::format(format_args!(
                "Unresolved condition dependency {name} in the {block} block of the template"
            ))),
        }
    }

    fn refused(&self, block: &str) -> Result<(), Invalid> {
        match self.of.is_empty() {
            true => Ok(()),
            false => Err(Invalid::format(format_args!(
                "Unresolved resource dependencies [{}] in the {block} block of the template",
                self.names()
            ))),
        }
    }

    fn names(&self) -> String {
        listed(self.of.iter().map(String::as_str))
    }
}

/// What is made refers to nothing that is not made.
pub(crate) fn made(template: &Template, scope: &Scope<'_>) -> Result<(), Invalid> {
    let branches = Branches::Taken(&scope.conditions);
    let mut missing = Missing { template, of: IndexSet::new() };
    for resource in template.resources.values() {
        if scope.holds(resource.condition.as_deref()) {
            resource.each(branches, &mut |reference| missing.unmade(reference, scope))?;
            let others = resource.depends_on.iter();
            others.for_each(|name| missing.note_unmade(name, scope));
        }
    }
    missing.refused("Resources")?;
    for output in template.outputs.values() {
        if scope.holds(output.condition.as_deref()) {
            output.each(branches, &mut |reference| missing.unmade(reference, scope))?;
        }
    }
    missing.refused("Outputs")
}

/// No resource depends on itself, be it through others.
pub(crate) fn circles(graph: &Graph<'_>) -> Result<(), Invalid> {
    graph::order(graph).map(|_| ()).map_err(|circle| {
        Invalid(format!("Circular dependency between resources: [{}]", listed(circle)))
    })
}
