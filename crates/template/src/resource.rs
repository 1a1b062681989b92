//! The section `Resources`.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::check;
use crate::reference::{self, Branches, Reference, Visit};
use crate::{Invalid, pseudo};

/// One resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its type: `AWS::Lambda::Function`, `Custom::Thing`.
    pub kind: String,
    /// Not resolved.
    pub properties: Map<String, Value>,
    /// Logical ids.
    pub depends_on: Vec<String>,
    /// It is made only if this holds.
    pub condition: Option<String>,
    /// What becomes of it when it is no longer wanted; none where the template says nothing.
    pub deletion_policy: Option<DeletionPolicy>,
    /// What becomes of it when another one replaces it.
    pub update_replace_policy: Option<DeletionPolicy>,
    /// An object, not resolved.
    pub metadata: Option<Value>,
    /// An object, not resolved.
    pub update_policy: Option<Value>,
    /// An object, not resolved.
    pub creation_policy: Option<Value>,
}

/// What becomes of a resource that is not wanted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeletionPolicy {
    /// It is deleted.
    #[default]
    Delete,
    /// It is kept.
    Retain,
    /// It is kept, unless the operation that made it is rolled back.
    RetainExceptOnCreate,
    /// A snapshot is made of it, and then it is deleted.
    Snapshot,
}

impl DeletionPolicy {
    /// As templates write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Retain => "Retain",
            Self::RetainExceptOnCreate => "RetainExceptOnCreate",
            Self::Snapshot => "Snapshot",
        }
    }

    const ALL: [Self; 4] = [Self::Delete, Self::Retain, Self::RetainExceptOnCreate, Self::Snapshot];
}

const ATTRIBUTES: [&str; 10] = [
    "Type",
    "Properties",
    "DependsOn",
    "Condition",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Metadata",
    "UpdatePolicy",
    "CreationPolicy",
    "Description",
];
/// How many a template may have.
const RESOURCES: usize = 500;

impl Resource {
    pub(crate) fn all(
        section: Option<&Map<String, Value>>,
    ) -> Result<IndexMap<String, Self>, Invalid> {
        let section = section
            .filter(|section| !section.is_empty())
            .ok_or_else(|| Invalid::format("At least one Resources member must be defined."))?;
        check::at_most(section, "resources", RESOURCES)?;
        section
            .iter()
            .map(|(name, value)| {
                // A loop, where nothing unrolled it, is refused for this first.
                if !value.is_object() {
                    return Err(Invalid::format(format_args!(
                        "[/Resources/{name}] resource definition is malformed"
                    )));
                }
                check::alphanumeric("Resource", name)?;
                Ok((name.clone(), Self::of(name, value)?))
            })
            .collect()
    }

    fn of(logical: &str, value: &Value) -> Result<Self, Invalid> {
        let at = |what: &str| Invalid::format(format_args!("[/Resources/{logical}] {what}"));
        let parts = value.as_object().ok_or_else(|| at("resource definition is malformed"))?;
        if let Some(strange) = parts.keys().find(|name| !ATTRIBUTES.contains(&name.as_str())) {
            return Err(Invalid(format!("Invalid template resource property '{strange}'")));
        }
        let Some(Value::String(kind)) = parts.get("Type") else {
            return Err(at("Every Resources object must contain a Type member."));
        };
        if kind.is_empty() {
            return Err(at("Every Resources object must contain a Type member."));
        }
        let object = |name: &str| match parts.get(name) {
            None => Ok(None),
            Some(value @ Value::Object(_)) => Ok(Some(value.clone())),
            Some(_) => Err(at(&format!("Every {name} member must be an object."))),
        };
        let properties = match object("Properties")? {
            Some(Value::Object(members)) => members,
            _ => Map::new(),
        };
        Ok(Self {
            kind: kind.clone(),
            properties,
            depends_on: depends_on(parts.get("DependsOn"))?,
            condition: check::condition(parts)?,
            deletion_policy: policy(parts, "DeletionPolicy", logical)?,
            update_replace_policy: policy(parts, "UpdateReplacePolicy", logical)?,
            metadata: object("Metadata")?,
            update_policy: object("UpdatePolicy")?,
            creation_policy: object("CreationPolicy")?,
        })
    }

    /// Tells of everything that it names.
    pub(crate) fn each<'a>(
        &'a self,
        branches: Branches<'_>,
        visit: Visit<'_, 'a>,
    ) -> Result<(), Invalid> {
        if let Some((name, _)) = crate::function::called(&self.properties) {
            return Err(Invalid::error(format_args!(
                "Properties of a resource can not be a function: {name}"
            )));
        }
        for value in self.properties.values() {
            reference::each(value, branches, visit)?;
        }
        let more = [&self.metadata, &self.update_policy, &self.creation_policy];
        more.into_iter().flatten().try_for_each(|value| reference::each(value, branches, visit))
    }

    /// The names that it depends on; parameters are among them.
    pub(crate) fn needs<'a>(
        &'a self,
        branches: Branches<'_>,
        needs: &mut BTreeSet<&'a str>,
    ) -> Result<(), Invalid> {
        needs.extend(self.depends_on.iter().map(String::as_str));
        self.each(branches, &mut |reference| {
            match reference {
                Reference::Name(name) if pseudo::is_pseudo(name) => {}
                Reference::Name(name)
                | Reference::Attribute(name, _)
                | Reference::Inside(name, _) => {
                    needs.insert(name);
                }
                Reference::Condition(_) | Reference::Import(_) => {}
            }
            Ok(())
        })
    }
}

fn depends_on(value: Option<&Value>) -> Result<Vec<String>, Invalid> {
    let wrong = || Invalid::format("Every DependsOn value must be a string.");
    match value {
        None => Ok(Vec::new()),
        Some(Value::String(name)) => Ok(vec![name.clone()]),
        Some(Value::Array(names)) => {
            names.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        Some(_) => Err(Invalid::format("DependsOn must be a string or list of strings.")),
    }
}

fn policy(
    parts: &Map<String, Value>,
    attribute: &str,
    logical: &str,
) -> Result<Option<DeletionPolicy>, Invalid> {
    let Some(value) = parts.get(attribute) else { return Ok(None) };
    let Value::String(name) = value else {
        return Err(Invalid::format(format_args!("Every {attribute} member must be a string.")));
    };
    let known = DeletionPolicy::ALL.into_iter().find(|policy| policy.name() == name);
    // Nothing is left to be kept on a rollback by what replaces.
    let known = known.filter(|known| {
        attribute == "DeletionPolicy" || *known != DeletionPolicy::RetainExceptOnCreate
    });
    known.map(Some).ok_or_else(|| {
        Invalid::format(format_args!("Unrecognized {attribute} {name} for resource {logical}"))
    })
}
