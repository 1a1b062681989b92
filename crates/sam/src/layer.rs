//! `AWS::Serverless::LayerVersion`: a version whose logical id has a digest, so that each change makes another.

use crate::error::{Result, resource};
use crate::expansion::Expansion;
use crate::intrinsics::is_function;
use crate::kinds::LAYER;
use crate::made::{Given, Made};
use crate::read::check_id;
use crate::tree::{Dict, Node};
use crate::{function, names, shape};

const KIND: &str = "AWS::Serverless::LayerVersion";

pub(crate) fn expand(expansion: &Expansion<'_>, id: &str, given: &Dict) -> Result<Vec<Made>> {
    check_id(id)?;
    let mut layer = Given::new(id, given);
    shape::check(id, KIND, &layer.properties, LAYER)?;
    for name in ["LayerName", "LicenseInfo", "Description", "RetentionPolicy"] {
        resolve(expansion, &mut layer, name)?;
    }
    let retention = retention(&layer)?;
    let mut attributes = layer.passed_on.clone();
    attributes.or_insert("DeletionPolicy", "Retain");
    if let Some(retention) = retention {
        attributes.insert("DeletionPolicy", retention);
    }
    let new_id = names::with_node(id, &hashed(&layer));
    let mut made = Made::new(new_id, "AWS::Lambda::LayerVersion", &attributes);
    made.depends_on = layer.depends_on.clone();
    let name = layer.truthy("LayerName").cloned();
    made.set("LayerName", name.unwrap_or_else(|| id.into()));
    made.set("Content", function::code::of_uri(&layer.any("ContentUri"), &made.id, "ContentUri")?);
    check_architectures(&layer, &made.id)?;
    let as_given = ["Description", "CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo"];
    made.take(&as_given, &layer.properties);
    Ok(vec![made])
}

fn resolve(expansion: &Expansion<'_>, layer: &mut Given, name: &str) -> Result<()> {
    if layer.truthy(name).is_none() {
        return Ok(());
    }
    expansion.parameters.inline(&mut layer.properties, name)?;
    if shape::Shape::TextOrMap.fits(&layer.any(name)) {
        return Ok(());
    }
    let message = format!("Could not resolve parameter for '{name}' or parameter is not a String.");
    Err(resource(&layer.id, message))
}

/// What the digest is of: the resource without what says how it is removed.
fn hashed(layer: &Given) -> Node {
    let mut properties = Dict::new();
    for (name, value) in layer.properties.iter().filter(|(_, value)| !value.is_null()) {
        properties.insert(name.clone(), value.clone());
    }
    let mut one = Dict::new();
    one.insert("Type", KIND);
    if layer.depends_on.is_truthy() {
        one.insert("DependsOn", layer.depends_on.clone());
    }
    one.update(&layer.kept);
    for name in ["DeletionPolicy", "UpdateReplacePolicy", "Metadata"] {
        one.remove(name);
    }
    one.insert("Properties", properties);
    let mut all = Dict::new();
    all.insert(layer.id.as_str(), one);
    Node::Dict(all)
}

fn retention(layer: &Given) -> Result<Option<&'static str>> {
    const OPTIONS: &str = "following options: ['Retain', 'Delete']";
    let value = layer.any("RetentionPolicy");
    let wrong = |message: String| Err(resource(&layer.id, message));
    if is_function(&value) {
        return wrong(format!(
            "'RetentionPolicy' does not accept intrinsic functions, please use one of the {OPTIONS}"
        ));
    }
    match value {
        Node::Null => Ok(None),
        Node::Text(text) if text.eq_ignore_ascii_case("Retain") => Ok(Some("Retain")),
        Node::Text(text) if text.eq_ignore_ascii_case("Delete") => Ok(Some("Delete")),
        Node::Text(_) => wrong(format!("'RetentionPolicy' must be one of the {OPTIONS}.")),
        _ => wrong(format!("Invalid 'RetentionPolicy' type, please use one of the {OPTIONS}")),
    }
}

fn check_architectures(layer: &Given, id: &str) -> Result<()> {
    let named = layer.any("CompatibleArchitectures");
    let known = |one: &Node| is_function(one) || one == "x86_64" || one == "arm64";
    if is_function(&named) || named.as_list().is_none_or(|all| all.iter().all(known)) {
        return Ok(());
    }
    Err(resource(id, "CompatibleArchitectures needs to be a list of 'x86_64' or 'arm64'"))
}
