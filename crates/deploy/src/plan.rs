//! A template as the machine needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_model::Scope as Place;
use fika_resources::{INERT, Kind, OnChange, Property, coerce, find};
use fika_template::{
    DeletionPolicy, Known, Pseudo, Scope, Template, Unresolved, parameters, resolve,
};
use serde_json::{Map, Value, json};

use crate::error;
use crate::machine::{Planned, Rules, Target};
use crate::record::{Output, Resource, Wish};
use crate::room::Stacks;
use crate::status::Policy;
use crate::transform;

/// Of an output that is a list or an object.
const NO_TEXT: &str =
    "Template format error: The Value field of every Outputs member must evaluate to a String.";

/// A template with all that it is resolved by.
pub(crate) struct Plan {
    pub template: Template,
    /// The template once all transforms were applied.
    pub processed: Value,
    pub parameters: Map<String, Value>,
    pub pseudo: Pseudo,
    planned: BTreeMap<String, Planned>,
    tags: BTreeMap<String, String>,
    stacks: Stacks,
    place: Place,
    /// What dynamic references stand for.
    pub dynamic: BTreeMap<String, Value>,
}

impl Plan {
    /// Reads and checks what a stack is to be. Nothing is asked of any service.
    ///
    /// # Errors
    /// `ValidationError`, in CloudFormation's words.
    pub fn of(
        stacks: &Stacks,
        place: &Place,
        (id, name): (&str, &str),
        wish: &Wish,
    ) -> Result<Self, AwsError> {
        let pseudo = Pseudo {
            account: place.account.to_string(),
            region: place.region.to_string(),
            partition: "aws".into(),
            url_suffix: "amazonaws.com".into(),
            stack_id: id.into(),
            stack_name: name.into(),
            notification_arns: wish.notifications.clone(),
        };
        let read = fika_template::read(&wish.template).map_err(error::template)?;
        let declared = Template::parameters(&read).map_err(error::template)?;
        let values =
            parameters(&declared, &wish.parameters, &wish.stored).map_err(error::template)?;
        let now = u64::try_from(wish.said / 1_000).unwrap_or_default();
        let processed = transform::apply(read, &values, &pseudo, now)?;
        let template = Template::of(&processed).map_err(error::template)?;
        // A transform may add parameters of its own, with defaults.
        let values = parameters(&template.parameters, &wish.parameters, &wish.stored)
            .map_err(error::template)?;
        let planned = planned(&template, &values, &pseudo, stacks.inner.options.allow_inert)?;
        Ok(Self {
            template,
            processed,
            parameters: values,
            pseudo,
            planned,
            tags: wish.tags.clone(),
            stacks: stacks.clone(),
            place: place.clone(),
            dynamic: BTreeMap::new(),
        })
    }

    /// Properties as their type means them, with the tags of the stack beside their own.
    pub fn meant(&self, name: &str, properties: &mut Map<String, Value>) {
        let kind = kind(name);
        coerce(kind, properties);
        if !self.tags.is_empty() && takes_tags(kind) {
            let own = properties.remove("Tags").unwrap_or_default();
            properties.insert("Tags".into(), tagged(own, &self.tags));
        }
    }

    /// The exports of other stacks that it reads.
    pub fn imports(&self) -> Result<BTreeSet<String>, AwsError> {
        let scope = Scope::new(&self.template, &self.parameters, &self.pseudo);
        let scope = scope.map_err(error::template)?;
        self.template.imports(&scope).map_err(error::template)
    }

    fn scope(&self) -> Result<Scope<'_>, String> {
        Scope::new(&self.template, &self.parameters, &self.pseudo).map_err(|why| why.to_string())
    }

    fn known<'a>(&'a self, stand: &'a BTreeMap<String, Arc<Resource>>) -> Standing<'a> {
        Standing { plan: self, stand }
    }

    /// A property of a resource with what is known; none while that is not enough.
    pub fn property(
        &self,
        value: &Value,
        stand: &BTreeMap<String, Arc<Resource>>,
    ) -> Result<Option<Value>, String> {
        self.part(&self.scope()?, value, stand)
    }

    fn part(
        &self,
        scope: &Scope<'_>,
        value: &Value,
        stand: &BTreeMap<String, Arc<Resource>>,
    ) -> Result<Option<Value>, String> {
        match resolve(value, scope, &self.known(stand)) {
            Ok(value) => Ok(Some(value)),
            Err(Unresolved::Unknown { .. } | Unresolved::Import(_) | Unresolved::Dynamic(_)) => {
                Ok(None)
            }
            Err(Unresolved::Invalid(why)) => Err(why.to_string()),
        }
    }

    /// Whether what can be known before anything stands can be at all.
    ///
    /// # Errors
    /// Why a property or an output can never be, in CloudFormation's words.
    pub fn can_be(&self) -> Result<(), String> {
        let (scope, nothing) = (self.scope()?, BTreeMap::new());
        for logical in self.planned.keys() {
            let resource = self.template.resources.get(logical);
            for value in resource.iter().flat_map(|resource| resource.properties.values()) {
                self.part(&scope, value, &nothing)?;
            }
        }
        for output in self.template.outputs.values() {
            if scope.holds(output.condition.as_deref()) {
                let value = self.part(&scope, &output.value, &nothing)?;
                if value.is_some_and(|value| text(&value).is_none()) {
                    return Err(NO_TEXT.into());
                }
            }
        }
        Ok(())
    }

    fn value(
        &self,
        value: &Value,
        stand: &BTreeMap<String, Arc<Resource>>,
    ) -> Result<Value, String> {
        resolve(value, &self.scope()?, &self.known(stand)).map_err(why)
    }
}

/// Why something cannot be resolved, in CloudFormation's words.
fn why(unresolved: Unresolved) -> String {
    match unresolved {
        Unresolved::Unknown { logical, attribute: Some(attribute) } => format!(
            "Template error: resource {logical} does not support attribute type {attribute} in \
             Fn::GetAtt"
        ),
        other => other.to_string(),
    }
}

/// Whether the tags of a stack are among the properties of a type's resources, and change with them.
pub(crate) fn takes_tags(kind: &Kind) -> bool {
    let takes =
        |property: &Property| property.name == "Tags" && property.on_change == OnChange::InPlace;
    kind.properties.iter().any(takes)
}

/// Tags of a resource with those of its stack, which give way to its own; a list or a map, as its own are.
fn tagged(own: Value, tags: &BTreeMap<String, String>) -> Value {
    match own {
        Value::Object(mut map) => {
            for (key, value) in tags {
                map.entry(key).or_insert_with(|| value.clone().into());
            }
            Value::Object(map)
        }
        Value::Array(mut list) => {
            let has = |list: &[Value], key: &str| list.iter().any(|tag| tag["Key"] == key);
            for (key, value) in tags {
                if !has(&list, key) {
                    list.push(json!({"Key": key, "Value": value}));
                }
            }
            Value::Array(list)
        }
        _ => tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect(),
    }
}

/// The resources whose conditions hold.
fn planned(
    template: &Template,
    values: &Map<String, Value>,
    pseudo: &Pseudo,
    allow_inert: bool,
) -> Result<BTreeMap<String, Planned>, AwsError> {
    let scope = Scope::new(template, values, pseudo).map_err(error::template)?;
    let unknown: Vec<String> = template
        .resources
        .iter()
        .filter(|(_, resource)| !allow_inert && find(&resource.kind).is_none())
        .map(|(logical, resource)| format!("{} ({logical})", resource.kind))
        .collect();
    if !unknown.is_empty() {
        let text = format!(
            "Template format error: Unrecognized resource types: [{}]. `fika serve --allow-inert` \
             makes records of them that do nothing.",
            unknown.join(", ")
        );
        return Err(error::invalid(text));
    }
    for (logical, name) in template.attributes(&scope).map_err(error::template)? {
        let kind = template.resources.get(&logical).map(|resource| kind(&resource.kind));
        if kind.is_some_and(|kind| !kind.has_attribute(&name)) {
            let text = format!(
                "Template error: resource {logical} does not support attribute type {name} in \
                 Fn::GetAtt"
            );
            return Err(error::invalid(text));
        }
    }
    let depends = template.dependencies(&scope).map_err(error::template)?;
    let planned = depends.into_iter().filter_map(|(logical, depends)| {
        let resource = template.resources.get(&logical)?;
        let planned = Planned {
            kind: resource.kind.clone(),
            depends,
            deletion: policy(resource.deletion_policy),
            replacement: policy(resource.update_replace_policy),
        };
        Some((logical, planned))
    });
    Ok(planned.collect())
}

fn policy(policy: Option<DeletionPolicy>) -> Policy {
    match policy {
        None | Some(DeletionPolicy::Delete) => Policy::Delete,
        Some(DeletionPolicy::Retain) => Policy::Retain,
        Some(DeletionPolicy::RetainExceptOnCreate) => Policy::RetainExceptOnCreate,
        Some(DeletionPolicy::Snapshot) => Policy::Snapshot,
    }
}

/// The type of that name; a record where nobody knows it.
pub(crate) fn kind(name: &str) -> &'static Kind {
    find(name).unwrap_or(&INERT)
}

/// What the types say of changes.
pub(crate) struct Kinds;

impl Rules for Kinds {
    fn change(
        &self,
        name: &str,
        from: &Map<String, Value>,
        to: &Map<String, Value>,
    ) -> Option<OnChange> {
        kind(name).change(from, to)
    }
}

impl Target for Plan {
    fn resources(&self) -> &BTreeMap<String, Planned> {
        &self.planned
    }

    fn properties(
        &self,
        logical: &str,
        stand: &BTreeMap<String, Arc<Resource>>,
    ) -> Result<Map<String, Value>, String> {
        let Some(resource) = self.template.resources.get(logical) else {
            return Err(format!("Resource {logical} is not in the template"));
        };
        match self.value(&Value::Object(resource.properties.clone()), stand)? {
            Value::Object(mut properties) => {
                self.meant(&resource.kind, &mut properties);
                Ok(properties)
            }
            _ => Ok(Map::new()),
        }
    }

    fn outputs(
        &self,
        stand: &BTreeMap<String, Arc<Resource>>,
    ) -> Result<(Vec<Output>, BTreeSet<String>), String> {
        let scope = self.scope()?;
        let mut outputs = Vec::new();
        for (key, output) in &self.template.outputs {
            if !scope.holds(output.condition.as_deref()) {
                continue;
            }
            let value = resolve(&output.value, &scope, &Shown(self.known(stand)));
            let value = text(&value.map_err(why)?).ok_or_else(|| format!("{NO_TEXT} "))?;
            let export = output.export.as_ref().map(|name| self.value(name, stand)).transpose()?;
            let export = export.as_ref().and_then(text);
            if let Some(name) = &export {
                self.may_export(name)?;
            }
            outputs.push(Output {
                key: key.clone(),
                value,
                description: output.description.clone(),
                export,
            });
        }
        self.may_change_exports(&outputs)?;
        let imports = self.template.imports(&scope).map_err(|why| why.to_string())?;
        Ok((outputs, imports))
    }
}

impl Plan {
    fn may_export(&self, name: &str) -> Result<(), String> {
        match self.stacks.export(&self.place, name) {
            Some((_, stack)) if stack != self.pseudo.stack_id => {
                Err(format!("Export with name {name} is already exported by stack {stack}. "))
            }
            _ => Ok(()),
        }
    }

    /// What others read must stay as it is.
    fn may_change_exports(&self, outputs: &[Output]) -> Result<(), String> {
        let Some(cell) = self.stacks.find(&self.place, &self.pseudo.stack_id) else {
            return Ok(());
        };
        for old in &cell.state().head.outputs {
            let Some(name) = &old.export else { continue };
            let stays = outputs
                .iter()
                .any(|new| new.export.as_ref() == Some(name) && new.value == old.value);
            let readers = self.stacks.importers(&self.place, name);
            if let Some(reader) = readers.first().filter(|_| !stays) {
                let what = match outputs.iter().any(|new| new.export.as_ref() == Some(name)) {
                    true => "updated",
                    false => "deleted",
                };
                return Err(format!(
                    "Export {name} cannot be {what} as it is in use by {reader}. "
                ));
            }
        }
        Ok(())
    }
}

/// A scalar as a text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// What stands already, as templates ask for it.
struct Standing<'a> {
    plan: &'a Plan,
    stand: &'a BTreeMap<String, Arc<Resource>>,
}

impl Known for Standing<'_> {
    fn reference(&self, logical: &str) -> Option<Value> {
        Some(self.stand.get(logical)?.now.as_ref()?.made.reference().into())
    }

    fn attribute(&self, logical: &str, name: &str) -> Option<Value> {
        self.stand.get(logical)?.now.as_ref()?.made.attributes.get(name).cloned()
    }

    fn import(&self, export: &str) -> Option<Value> {
        self.plan.stacks.export(&self.plan.place, export).map(|(value, _)| value.into())
    }

    fn dynamic(&self, reference: &str) -> Option<Value> {
        self.plan.dynamic.get(reference).cloned()
    }
}

/// The same for what everybody who may look at the stack is shown: no secrets.
struct Shown<'a>(Standing<'a>);

impl Known for Shown<'_> {
    fn reference(&self, logical: &str) -> Option<Value> {
        self.0.reference(logical)
    }

    fn attribute(&self, logical: &str, name: &str) -> Option<Value> {
        self.0.attribute(logical, name)
    }

    fn import(&self, export: &str) -> Option<Value> {
        self.0.import(export)
    }

    fn dynamic(&self, reference: &str) -> Option<Value> {
        self.0.dynamic(reference).filter(|_| !reference.starts_with("ssm-secure:"))
    }
}
