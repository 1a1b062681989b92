//! What must be so of a function's properties together.

use crate::error::{Result, not_served, resource};
use crate::expansion::Expansion;
use crate::made::{Given, Made};
use crate::shape;
use crate::tree::{Dict, Node};

/// What must be so of properties together.
pub(super) fn all(function: &Given) -> Result<()> {
    let id = &function.id;
    if function.get("CapacityProviderConfig").is_some() {
        return Err(not_served(id, "CapacityProviderConfig"));
    }
    for (one, needed) in [
        ("FunctionScalingConfig", "CapacityProviderConfig"),
        ("VersionDeletionPolicy", "AutoPublishAlias"),
    ] {
        if function.get(one).is_some() && function.get(needed).is_none() {
            return Err(resource(id, format!("'{one}' requires '{needed}'.")));
        }
    }
    if let Some(queue) = function.truthy("DeadLetterQueue") {
        check_dead_letters(id, queue)?;
    }
    check_tenancy(function)
}

fn check_dead_letters(id: &str, queue: &Node) -> Result<()> {
    let part = |name: &str| queue.get(name).filter(|value| value.is_truthy());
    let (Some(kind), Some(_)) = (part("Type"), part("TargetArn")) else {
        let message = "'DeadLetterQueue' requires Type and TargetArn properties to be specified.";
        return Err(resource(id, message));
    };
    match kind.as_str() {
        Some("SQS" | "SNS") => Ok(()),
        Some(_) => Err(resource(id, "'DeadLetterQueue' requires Type of ['SQS', 'SNS']")),
        None => Err(shape::wrong_type(id, "DeadLetterQueue.Type", "string")),
    }
}

fn check_tenancy(function: &Given) -> Result<()> {
    if function.truthy("TenancyConfig").is_none() {
        return Ok(());
    }
    let end = "not supported for functions enabled with tenancy configuration.";
    for (name, what) in [
        ("ProvisionedConcurrencyConfig", "Provisioned concurrency"),
        ("FunctionUrlConfig", "Function URL"),
        ("SnapStart", "SnapStart"),
    ] {
        if function.truthy(name).is_some() {
            return Err(resource(&function.id, format!("{what} is {end}")));
        }
    }
    let events = function.get("Events").and_then(Node::as_dict);
    for event in events.into_iter().flat_map(Dict::values) {
        let kind = event.get("Type").and_then(Node::as_str).unwrap_or("None");
        if !matches!(kind, "Api" | "HttpApi") {
            return Err(resource(
                &function.id,
                format!(
                    "Event source '{kind}' is {end} Only Api and HttpApi event sources are supported."
                ),
            ));
        }
    }
    Ok(())
}

pub(super) fn package(lambda: &Made) -> Result<()> {
    let has = |name: &str| lambda.properties.truthy(name).is_some();
    let is_image = lambda.properties.text("PackageType") == Some("Image");
    let wrong = |message: &str| Err(resource(&lambda.id, message));
    if is_image && (has("Handler") || has("Runtime") || has("Layers")) {
        return wrong(
            "Runtime, Handler, Layers cannot be present when PackageType is of type `Image`",
        );
    }
    let runs = has("Runtime") && has("Handler");
    if !is_image && !runs {
        return wrong("Runtime and Handler needs to be present when PackageType is of type `Zip`");
    }
    if !is_image && has("ImageConfig") {
        return wrong(
            "ImageUri or ImageConfig cannot be present when PackageType is of type `Zip`",
        );
    }
    Ok(())
}

/// fika shifts no traffic by alarms and hooks; a preference that is off is none.
pub(super) fn deployment(expansion: &Expansion<'_>, function: &mut Given) -> Result<()> {
    let Some(mut preference) = function.truthy("DeploymentPreference").cloned() else {
        return Ok(());
    };
    let Some(enabled) = preference.as_dict_mut().and_then(|all| all.get_mut("Enabled")) else {
        return Err(not_served(&function.id, "DeploymentPreference"));
    };
    let enabled = expansion.parameters.resolve(enabled)?;
    if enabled == Node::Bool(false) || &enabled == "false" || &enabled == "False" {
        return Ok(());
    }
    Err(not_served(&function.id, "DeploymentPreference"))
}
