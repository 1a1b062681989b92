//! What must be so of any template, before it is expanded.

use serde_json::Value;

use crate::Context;
use crate::error::{Result, resource, template as wrong};
use crate::intrinsics::Parameters;
use crate::tree::{Dict, Node};

/// How deep a template may be.
const DEEPEST: usize = 100;

/// How many resources and events it may have. CloudFormation takes 500 resources, and each event makes one at
/// least.
const MOST: usize = 1000;

/// The longest value of a parameter that CloudFormation takes, in bytes.
const LONGEST: usize = 4096;

fn deeper(value: &Value, than: usize) -> bool {
    let Some(than) = than.checked_sub(1) else { return true };
    match value {
        Value::Array(items) => items.iter().any(|item| deeper(item, than)),
        Value::Object(map) => map.values().any(|value| deeper(value, than)),
        _ => false,
    }
}

/// Checks what must be so of any template.
pub(crate) fn template(given: Value) -> Result<Dict> {
    if deeper(&given, DEEPEST) {
        return Err(wrong("It is nested too deeply."));
    }
    let document = Node::plain(given);
    let Node::Dict(document) = document else {
        return Err(wrong("'Resources' section is required"));
    };
    let resources = document.dict("Resources").filter(|all| !all.is_empty());
    let resources = resources.ok_or_else(|| wrong("'Resources' section is required"))?;
    if resources.values().any(|one| one.as_dict().is_none()) {
        return Err(wrong(
            "All 'Resources' must be Objects. If you're using YAML, this may be an indentation issue.",
        ));
    }
    let mut count = resources.len();
    for (id, one) in resources.iter().filter_map(|(id, one)| Some((id, one.as_dict()?))) {
        if one.truthy("Condition").is_some_and(|condition| condition.as_str().is_none()) {
            return Err(wrong("Every Condition member must be a string."));
        }
        if serverless(one).is_some_and(|kind| !matches!(kind, "Connector" | "GraphQLApi"))
            && one.get("Properties").is_some_and(|properties| properties.as_dict().is_none())
        {
            return Err(resource(id, "Attribute 'Properties' should be a map."));
        }
        let events = one.dict("Properties").and_then(|properties| properties.dict("Events"));
        count += events.map_or(0, Dict::len);
    }
    if count > MOST {
        return Err(wrong(format!("It has more than {MOST} resources and events.")));
    }
    Ok(document)
}

/// The end of a Serverless resource's type.
pub(crate) fn serverless(one: &Dict) -> Option<&str> {
    one.text("Type")?.strip_prefix("AWS::Serverless::")
}

/// The parameters' values, with those of two pseudo parameters.
pub(crate) fn parameters(
    document: &Dict,
    context: &Context<'_>,
    legacy: bool,
) -> Result<Parameters> {
    let mut values = Dict::new();
    for (name, value) in context.parameters {
        let value = Node::plain(value.clone());
        values.insert(name.as_str(), if legacy { value.into_legacy() } else { value });
    }
    for (name, definition) in document.dict("Parameters").into_iter().flat_map(Dict::iter) {
        if let Some(default) = definition.get("Default") {
            values.or_insert(&**name, default.clone());
        }
    }
    values.or_insert("AWS::Region", context.region);
    values.or_insert("AWS::Partition", context.partition);
    if let Some((name, _)) = values.iter().find(|(_, value)| value.weight() > LONGEST + 4) {
        return Err(wrong(format!("The value of parameter '{}' is too long.", name.text)));
    }
    Ok(Parameters(values))
}

/// Whether a resource's id and properties are such.
pub(crate) fn check_id(id: &str) -> Result<()> {
    if crate::names::is_logical_id(id) {
        return Ok(());
    }
    Err(resource(id, "Logical ids must be alphanumeric."))
}
