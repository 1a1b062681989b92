//! `AWS::IAM::User`.

use serde_json::Map;

use super::holder::{Holder, member_tags};
use super::{iam, no_groups};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::{between, gone};

/// Users.
pub static KIND: Kind = Kind {
    name: "AWS::IAM::User",
    properties: &[
        Property::may("Groups"),
        Property::may("LoginProfile"),
        Property::may("ManagedPolicyArns"),
        Property::fixed("Path"),
        Property::may("PermissionsBoundary"),
        Property::may("Policies"),
        Property::may("Tags"),
        Property::fixed("UserName"),
    ],
    open: false,
    attributes: &["Arn"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    supported(&ask)?;
    let name = ask.name("UserName", 64);
    let mut parameters = vec![("UserName", name.as_str())];
    parameters.extend(ask.text("Path").map(|path| ("Path", path)));
    let tags = member_tags(&ask.tags());
    parameters.extend(tags.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let answer = match iam(&ask, "CreateUser", &parameters).await {
        Err(refusal) if ask.again && refusal.exists() => {
            iam(&ask, "GetUser", &[("UserName", &name)]).await?
        }
        answer => answer?,
    };
    let made = Made::new(name.clone()).with("Arn", between(&answer, "Arn").unwrap_or_default());
    match user(&name).attach(&ask, &Map::new()).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    supported(&ask)?;
    let user = user(&was.made.id);
    user.attach(&ask, &was.properties).await?;
    user.retag(&ask, &was).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let name = was.made.id;
    user(&name).strip(&ask, &was.properties).await?;
    gone(iam(&ask, "DeleteUser", &[("UserName", &name)]).await)
}

fn user(name: &str) -> Holder<'_> {
    Holder { word: "User", name }
}

/// Left out, each of these would make a user who can do more or less than the template says.
fn supported(ask: &Ask) -> Result<(), Failure> {
    no_groups(ask)?;
    if !ask.value("LoginProfile").is_null() {
        return Err(Failure::new(
            "LoginProfile is not supported: users of fika's IAM have access keys, and no passwords.",
        ));
    }
    if !ask.value("PermissionsBoundary").is_null() {
        return Err(Failure::new(
            "PermissionsBoundary is not supported: fika has no permissions boundaries.",
        ));
    }
    Ok(())
}
