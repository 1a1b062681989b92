//! `AutoPublishAlias`: a version for each change of the code, and an alias that points to it.

use crate::error::{Result, resource};
use crate::expansion::Expansion;
use crate::intrinsics::referred;
use crate::made::{Given, Made};
use crate::names;
use crate::tree::{Dict, Node, list};

/// The version and the alias, whose name is `alias`.
pub(super) fn of(
    expansion: &Expansion<'_>,
    function: &mut Given,
    lambda: &mut Made,
    alias: &str,
) -> Result<[Made; 2]> {
    let digest = digest(expansion, function, lambda)?;
    let version = version(expansion, function, lambda, &digest)?;
    let alias = self::alias(function, lambda, &version, alias)?;
    Ok([version, alias])
}

/// The code's digest if it is told; the function's description tells it then, too.
fn digest(expansion: &Expansion<'_>, function: &mut Given, lambda: &mut Made) -> Result<String> {
    if function.truthy("AutoPublishCodeSha256").is_none() {
        return Ok(String::new());
    }
    let told =
        expansion.parameters.resolve_in(&mut function.properties, "AutoPublishCodeSha256")?;
    let Some(told) = told.as_str() else {
        return Err(resource(&function.id, "AutoPublishCodeSha256 must be a string"));
    };
    let description = expansion.parameters.resolve_in(&mut function.properties, "Description")?;
    let description: Node = match description {
        Node::Text(text) if !text.is_empty() => format!("{} {told}", text.text).into(),
        other if other.is_truthy() => {
            let both = list![other, told];
            crate::tree::dict! { "Fn::Join" => list![" ", both] }
        }
        _ => told.into(),
    };
    lambda.set("Description", description);
    Ok(told.to_owned())
}

fn version(
    expansion: &Expansion<'_>,
    function: &Given,
    lambda: &mut Made,
    digest: &str,
) -> Result<Made> {
    let code = expansion.parameters.resolve_in(&mut lambda.properties, "Code")?;
    let prefix = format!("{}Version", function.id);
    let id = if digest.is_empty() {
        names::with_node(&prefix, &Node::Dict(hashed(expansion, function, lambda, code)))
    } else {
        names::with_digest(&prefix, digest)
    };
    let mut attributes = function.passed_on.clone();
    let policy = function.get("VersionDeletionPolicy").cloned();
    attributes.or_insert("DeletionPolicy", policy.unwrap_or_else(|| "Retain".into()));
    let mut version = Made::new(id, "AWS::Lambda::Version", &attributes);
    version.set("FunctionName", lambda.reference());
    version.set("Description", function.any("VersionDescription"));
    Ok(version)
}

/// What makes another version when it changes.
fn hashed(expansion: &Expansion<'_>, function: &Given, lambda: &Made, code: Node) -> Dict {
    if function.truthy("AutoPublishAliasAllProperties").is_some() {
        return all_properties(expansion, lambda);
    }
    let Node::Dict(mut hashed) = code else { return Dict::new() };
    if let Some(Node::Dict(environment)) = lambda.properties.truthy("Environment") {
        hashed.update(environment);
    }
    if let Some(size) = lambda.properties.truthy("MemorySize") {
        hashed.insert("MemorySize", size.clone());
    }
    let snaps = lambda.properties.truthy("SnapStart");
    let when = snaps.and_then(|snaps| snaps.get("ApplyOn"));
    if let (Some(snaps), Some(when)) = (snaps, when)
        && when != "None"
    {
        hashed.insert("SnapStart", snaps.clone());
    }
    hashed
}

/// All of the function, and of those layers that make new versions when they change.
fn all_properties(expansion: &Expansion<'_>, lambda: &Made) -> Dict {
    let mut hashed = lambda.properties.clone();
    let layers = lambda.properties.get("Layers").and_then(Node::as_list);
    for id in layers.into_iter().flatten().filter_map(referred) {
        let layer = expansion.output.dict("Resources").and_then(|all| all.dict(id));
        let properties = layer.and_then(|layer| layer.dict("Properties"));
        if let Some(properties) = properties
            && properties.truthy("PublishLambdaVersion").is_some()
        {
            hashed.insert(id, properties.clone());
        }
    }
    hashed
}

fn alias(function: &Given, lambda: &Made, version: &Made, name: &str) -> Result<Made> {
    if name.is_empty() {
        return Err(resource(&function.id, "Alias name is required to create an alias"));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !name.bytes().all(allowed) || name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(resource(
            &function.id,
            format!(
                "AutoPublishAlias name ('{name}') must contain only alphanumeric characters, hyphens, or \
                 underscores matching (?!^[0-9]+$)([a-zA-Z0-9-_]+) pattern."
            ),
        ));
    }
    let id = format!("{}Alias{}", lambda.id, name.replace('-', "D").replace('_', "U"));
    let mut alias = Made::new(id, "AWS::Lambda::Alias", &function.passed_on);
    alias.set("Name", name);
    alias.set("FunctionName", lambda.reference());
    alias.set("FunctionVersion", names::attribute(&version.id, "Version"));
    let provisioned = function.truthy("ProvisionedConcurrencyConfig").cloned();
    alias.set("ProvisionedConcurrencyConfig", provisioned.unwrap_or_default());
    Ok(alias)
}
