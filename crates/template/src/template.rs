//! A template: its sections.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::parameter::Parameters;
use crate::read::shallow;
use crate::reference::{self, Branches, Reference};
use crate::resolve::{Nothing, Resolver};
use crate::{DEPTH, Invalid, Output, Resource, Scope, budget, check, listed};

/// A template whose sections were checked, each in the order that it is written in.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// What it is for.
    pub description: Option<String>,
    /// What whoever made it keeps in it; an object.
    pub metadata: Value,
    /// Its parameters.
    pub parameters: Parameters,
    /// Rules for them, not evaluated.
    pub rules: Map<String, Value>,
    /// By name, each an object of objects of strings and lists.
    pub mappings: Map<String, Value>,
    /// By name, not evaluated.
    pub conditions: Map<String, Value>,
    /// By logical id.
    pub resources: IndexMap<String, Resource>,
    /// By logical id.
    pub outputs: IndexMap<String, Output>,
}

const SECTIONS: [&str; 10] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
];
/// The longest description, bytes.
const DESCRIPTION_BYTES: usize = 1024;

impl Template {
    /// Checks a template, once its transforms were applied.
    ///
    /// # Errors
    /// [`Invalid`] for what its sections may not have, for references to what is not there, and for resources that
    /// depend on each other whatever the conditions are.
    pub fn of(value: &Value) -> Result<Self, Invalid> {
        shallow(value, DEPTH)?;
        let sections = sections(value)?;
        check::no_nulls(value)?;
        let template = Self {
            description: description(sections)?,
            metadata: Value::Object(section(sections, "Metadata")?.cloned().unwrap_or_default()),
            parameters: Self::parameters(value)?,
            rules: crate::rule::all(section(sections, "Rules")?)?,
            mappings: check::mappings(section(sections, "Mappings")?)?,
            conditions: check::conditions(section(sections, "Conditions")?)?,
            resources: Resource::all(section(sections, "Resources")?)?,
            outputs: Output::all(section(sections, "Outputs")?)?,
        };
        check::references(&template)?;
        check::circles(&template.graph(Branches::Never, |resource| resource.condition.is_none())?)?;
        Ok(template)
    }

    /// The parameters of a template whose transforms may still have to be applied: it may have sections that are one's
    /// own.
    ///
    /// # Errors
    /// [`Invalid`] for what is wrong with that section.
    pub fn parameters(value: &Value) -> Result<Parameters, Invalid> {
        shallow(value, DEPTH)?;
        crate::parameter::all(section(object(value)?, "Parameters")?)
    }

    /// Which resources each depends on: by `DependsOn`, `Ref`, `Fn::GetAtt` and `Fn::Sub`. Only those are there whose condition
    /// holds, and of each `Fn::If` only the branch that is taken counts.
    ///
    /// # Errors
    /// [`Invalid`] for what refers to, or depends on, a resource whose condition does not hold, outputs too, and for
    /// circles.
    pub fn dependencies(
        &self,
        scope: &Scope<'_>,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, Invalid> {
        let branches = Branches::Taken(&scope.conditions);
        check::made(self, scope)?;
        let graph = self.graph(branches, |resource| scope.holds(resource.condition.as_deref()))?;
        check::circles(&graph)?;
        let owned = |needs: BTreeSet<&str>| needs.into_iter().map(str::to_owned).collect();
        Ok(graph.into_iter().map(|(name, needs)| (name.to_owned(), owned(needs))).collect())
    }

    /// Which attributes of resources are asked for, by logical id; of what is made and taken only. Those whose names are made by
    /// functions are not among them.
    ///
    /// # Errors
    /// [`Invalid`] for functions that are given what they do not take.
    pub fn attributes(&self, scope: &Scope<'_>) -> Result<BTreeSet<(String, String)>, Invalid> {
        let mut found = BTreeSet::new();
        self.each(scope, &mut |reference| {
            found.extend(match reference {
                Reference::Inside(logical, name) => Some((logical.to_owned(), name.to_owned())),
                Reference::Attribute(logical, Value::String(name)) => {
                    Some((logical.to_owned(), name.clone()))
                }
                _ => None,
            });
            Ok(())
        })?;
        Ok(found)
    }

    /// What it imports, by the names of the exports; of what is made and taken only.
    ///
    /// # Errors
    /// [`Invalid`] for a name that depends on a resource.
    pub fn imports(&self, scope: &Scope<'_>) -> Result<BTreeSet<String>, Invalid> {
        let budget = budget::Budget::new(budget::MADE);
        let by = Resolver { facts: scope.facts(), known: &Nothing, budget: &budget, levels: DEPTH };
        let mut found = BTreeSet::new();
        self.each(scope, &mut |reference| {
            if let Reference::Import(name) = reference {
                found.insert(by.text(name, wrong_import).map_err(|_| wrong_import())?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Tells of everything that is named in what is made.
    fn each<'a>(
        &'a self,
        scope: &Scope<'_>,
        visit: reference::Visit<'_, 'a>,
    ) -> Result<(), Invalid> {
        let branches = Branches::Taken(&scope.conditions);
        for resource in self.resources.values() {
            if scope.holds(resource.condition.as_deref()) {
                resource.each(branches, visit)?;
            }
        }
        for output in self.outputs.values() {
            if scope.holds(output.condition.as_deref()) {
                output.each(branches, visit)?;
            }
        }
        Ok(())
    }

    /// Who depends on whom, of some of the resources.
    fn graph(
        &self,
        branches: Branches<'_>,
        some: impl Fn(&Resource) -> bool,
    ) -> Result<crate::graph::Graph<'_>, Invalid> {
        let some = self.resources.iter().filter(|(_, resource)| some(resource));
        let mut graph: crate::graph::Graph<'_> =
            some.map(|(name, _)| (name.as_str(), BTreeSet::new())).collect();
        let names: Vec<_> = graph.keys().copied().collect();
        for name in names {
            let mut needs = BTreeSet::new();
            self.resources[name].needs(branches, &mut needs)?;
            needs.retain(|need| graph.contains_key(need));
            graph.insert(name, needs);
        }
        Ok(graph)
    }
}

fn wrong_import() -> Invalid {
    Invalid::error(
        "the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs",
    )
}

/// The sections of a template.
pub(crate) fn sections(value: &Value) -> Result<&Map<String, Value>, Invalid> {
    let sections = object(value)?;
    let strange = sections.keys().map(String::as_str).filter(|name| !SECTIONS.contains(name));
    match listed(strange) {
        strange if strange.is_empty() => Ok(sections),
        strange => Err(Invalid(format!("Invalid template property or properties [{strange}]"))),
    }
}

pub(crate) fn object(value: &Value) -> Result<&Map<String, Value>, Invalid> {
    value.as_object().ok_or_else(|| Invalid::format("unsupported structure."))
}

/// One of them, which is an object.
pub(crate) fn section<'a>(
    sections: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, Invalid> {
    match sections.get(name) {
        None => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(_) => Err(Invalid::format(format_args!("{name} section must be an object."))),
    }
}

fn description(sections: &Map<String, Value>) -> Result<Option<String>, Invalid> {
    let version = sections.get("AWSTemplateFormatVersion");
    if version.is_some_and(|version| version != "2010-09-09") {
        return Err(Invalid::format("unsupported value for AWSTemplateFormatVersion."));
    }
    match sections.get("Description") {
        None => Ok(None),
        Some(Value::String(text)) if text.len() > DESCRIPTION_BYTES => Err(Invalid::format(
            format_args!("'Description' length is greater than {DESCRIPTION_BYTES}."),
        )),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Invalid::format("Every Description member must be a string.")),
    }
}
