//! `AWS::IAM::Role`.

use serde_json::Map;

use super::holder::{Holder, document, member_tags};
use super::iam;
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::properties::text;
use crate::services::{between, gone};

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
    let trust = document(ask.value("AssumeRolePolicyDocument"));
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
    match role(&name).attach(&ask, &Map::new()).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    if !ask.value("PermissionsBoundary").is_null() {
        return Err(Failure::new(
            "PermissionsBoundary is not supported: fika has no permissions boundaries.",
        ));
    }
    let name = was.made.id.clone();
    let trust = document(ask.value("AssumeRolePolicyDocument"));
    iam(&ask, "UpdateAssumeRolePolicy", &[("RoleName", &name), ("PolicyDocument", &trust)]).await?;
    let duration = text(ask.value("MaxSessionDuration")).unwrap_or_else(|| "3600".into());
    let description = ask.text("Description").unwrap_or_default();
    let parameters = [
        ("RoleName", name.as_str()),
        ("Description", description),
        ("MaxSessionDuration", &duration),
    ];
    iam(&ask, "UpdateRole", &parameters).await?;
    role(&name).attach(&ask, &was.properties).await?;
    role(&name).retag(&ask, &was).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let name = was.made.id;
    role(&name).strip(&ask, &was.properties).await?;
    gone(iam(&ask, "DeleteRole", &[("RoleName", &name)]).await)
}

fn role(name: &str) -> Holder<'_> {
    Holder { word: "Role", name }
}
