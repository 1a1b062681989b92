//! `AWS::IAM::AccessKey`.

use super::iam;
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::{between, gone};

/// Access keys of users.
pub static KIND: Kind = Kind {
    name: "AWS::IAM::AccessKey",
    properties: &[
        Property::fixed("Serial"),
        Property::may("Status"),
        Property::must_fixed("UserName"),
    ],
    open: false,
    attributes: &["SecretAccessKey"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    // With the same token it is the same key, whose secret nobody else can tell.
    let parameters =
        [("UserName", ask.required("UserName")?), ("ClientRequestToken", ask.token.as_str())];
    let answer = iam(&ask, "CreateAccessKey", &parameters).await?;
    let of = |name: &str| between(&answer, name).unwrap_or_default();
    let made = Made::new(of("AccessKeyId")).with("SecretAccessKey", of("SecretAccessKey"));
    if ask.text("Status").is_none_or(|status| status == "Active") {
        return Ok(made);
    }
    match state(&ask, &made.id).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    state(&ask, &was.made.id).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let of = was.properties.get("UserName").and_then(|name| name.as_str()).unwrap_or_default();
    gone(iam(&ask, "DeleteAccessKey", &[("UserName", of), ("AccessKeyId", &was.made.id)]).await)
}

/// On, or off.
async fn state(ask: &Ask, id: &str) -> Result<(), Failure> {
    let status = ask.text("Status").unwrap_or("Active");
    let user = ask.required("UserName")?;
    let parameters = [("UserName", user), ("AccessKeyId", id), ("Status", status)];
    iam(ask, "UpdateAccessKey", &parameters).await?;
    Ok(())
}
