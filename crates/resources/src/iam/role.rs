//! `AWS::IAM::Role`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::VERSION;
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::properties::text;
use crate::services::{Answered, between};

/// Roles.
pub static KIND: Kind = Kind {
    name: "AWS::IAM::Role",
    properties: &[
        Property::must("AssumeRolePolicyDocument"),
        Property::may("Description"),
        Property::may("ManagedPolicyArns"),
        Property::may("MaxSessionDuration"),
        Property::fixed("Path"),
        Property::may("PermissionsBoundary"),
        Property::may("Policies"),
        Property::fixed("RoleName"),
        Property::may("Tags"),
    ],
    open: false,
    attributes: &["Arn", "RoleId"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let name = ask.name("RoleName", 64);
    let trust = ask.value("AssumeRolePolicyDocument").to_string();
    let duration = text(ask.value("MaxSessionDuration"));
    let mut parameters = vec![("RoleName", name.as_str()), ("AssumeRolePolicyDocument", &trust)];
    parameters.extend(ask.text("Path").map(|path| ("Path", path)));
    parameters.extend(ask.text("Description").map(|text| ("Description", text)));
    parameters.extend(ask.text("PermissionsBoundary").map(|arn| ("PermissionsBoundary", arn)));
    parameters.extend(duration.as_deref().map(|text| ("MaxSessionDuration", text)));
    let tags = member_tags(&ask.tags());
    parameters.extend(tags.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let answer = match iam(&ask, "CreateRole", &parameters).await {
        Err(refusal) if ask.again && refusal.exists() => {
            iam(&ask, "GetRole", &[("RoleName", &name)]).await?
        }
        answer => answer?,
    };
    let made = Made::new(name.clone())
        .with("Arn", between(&answer, "Arn").unwrap_or_default())
        .with("RoleId", between(&answer, "RoleId").unwrap_or_default());
    match attach(&ask, &name, &Map::new()).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let name = was.made.id.clone();
    let trust = ask.value("AssumeRolePolicyDocument").to_string();
    iam(&ask, "UpdateAssumeRolePolicy", &[("RoleName", &name), ("PolicyDocument", &trust)]).await?;
    let duration = text(ask.value("MaxSessionDuration")).unwrap_or_else(|| "3600".into());
    let description = ask.text("Description").unwrap_or_default();
    let parameters = [
        ("RoleName", name.as_str()),
        ("Description", description),
        ("MaxSessionDuration", &duration),
    ];
    iam(&ask, "UpdateRole", &parameters).await?;
    attach(&ask, &name, &was.properties).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let name = was.made.id;
    let nothing = Ask { properties: Map::new(), ..ask.clone() };
    match attach(&nothing, &name, &was.properties).await {
        Ok(()) => {}
        Err(failure) if failure.reason.contains("NoSuchEntity") => {}
        Err(failure) => return Err(failure),
    }
    match iam(&ask, "DeleteRole", &[("RoleName", &name)]).await {
        Err(refusal) if !refusal.is_missing() => Err(refusal.into()),
        _ => Ok(()),
    }
}

/// Gives a role the policies it is to have, and takes those away that it had by `was`.
async fn attach(ask: &Ask, role: &str, was: &Map<String, Value>) -> Result<(), Failure> {
    let (had, has) = (managed(was), managed(&ask.properties));
    for arn in has.difference(&had) {
        iam(ask, "AttachRolePolicy", &[("RoleName", role), ("PolicyArn", arn)]).await?;
    }
    for arn in had.difference(&has) {
        iam(ask, "DetachRolePolicy", &[("RoleName", role), ("PolicyArn", arn)]).await?;
    }
    let (had, has) = (inline(was), inline(&ask.properties));
    for (name, document) in &has {
        let parameters =
            [("RoleName", role), ("PolicyName", name), ("PolicyDocument", document.as_str())];
        iam(ask, "PutRolePolicy", &parameters).await?;
    }
    for name in had.keys().filter(|name| !has.contains_key(*name)) {
        iam(ask, "DeleteRolePolicy", &[("RoleName", role), ("PolicyName", name)]).await?;
    }
    Ok(())
}

fn managed(properties: &Map<String, Value>) -> BTreeSet<&str> {
    let arns = properties.get("ManagedPolicyArns").and_then(Value::as_array);
    arns.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn inline(properties: &Map<String, Value>) -> BTreeMap<&str, String> {
    let policies = properties.get("Policies").and_then(Value::as_array);
    let one =
        |policy: &'_ Value| -> Option<String> { Some(policy.get("PolicyDocument")?.to_string()) };
    policies
        .into_iter()
        .flatten()
        .filter_map(|policy| Some((policy.get("PolicyName")?.as_str()?, one(policy)?)))
        .collect()
}

/// Tags as the query protocol lists them.
fn member_tags(tags: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let pairs = tags.iter().zip(1..).flat_map(|((key, value), n)| {
        [
            (format!("Tags.member.{n}.Key"), key.clone()),
            (format!("Tags.member.{n}.Value"), value.clone()),
        ]
    });
    pairs.collect()
}

async fn iam(ask: &Ask, action: &str, parameters: &[(&str, &str)]) -> Answered<String> {
    ask.services.query("iam", VERSION, action, parameters).await
}
