//! `AWS::IAM::ManagedPolicy`.

use serde_json::{Map, Value};

use super::holder::{Holder, document};
use super::policy::holders;
use super::{iam, no_groups};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::{between, gone};

/// Policies to be attached.
pub static KIND: Kind = Kind {
    name: "AWS::IAM::ManagedPolicy",
    properties: &[
        Property::fixed("Description"),
        Property::may("Groups"),
        Property::fixed("ManagedPolicyName"),
        Property::fixed("Path"),
        Property::must("PolicyDocument"),
        Property::may("Roles"),
        Property::may("Users"),
    ],
    open: false,
    attributes: &ATTRIBUTES,
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

const ATTRIBUTES: [&str; 8] = [
    "AttachmentCount",
    "CreateDate",
    "DefaultVersionId",
    "IsAttachable",
    "PermissionsBoundaryUsageCount",
    "PolicyArn",
    "PolicyId",
    "UpdateDate",
];

async fn create(ask: Ask) -> Result<Made, Failure> {
    no_groups(&ask)?;
    let name = ask.name("ManagedPolicyName", 128);
    let text = document(ask.value("PolicyDocument"));
    let mut parameters = vec![("PolicyName", name.as_str()), ("PolicyDocument", &text)];
    parameters.extend(ask.text("Path").map(|path| ("Path", path)));
    parameters.extend(ask.text("Description").map(|text| ("Description", text)));
    let arn = match iam(&ask, "CreatePolicy", &parameters).await {
        Err(refusal) if ask.again && refusal.exists() => {
            let scope = &ask.stack.scope;
            let path = ask.text("Path").unwrap_or("/");
            format!("arn:aws:iam::{}:policy{path}{name}", scope.account)
        }
        answer => between(&answer?, "Arn").unwrap_or_default(),
    };
    let rest = async {
        attach(&ask, &arn, &Map::new()).await?;
        made(&ask, &arn).await
    };
    rest.await.map_err(|failure| failure.leaving(Made::new(arn.clone())))
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    no_groups(&ask)?;
    let arn = was.made.id.as_str();
    if ask.again || was.properties.get("PolicyDocument") != ask.properties.get("PolicyDocument") {
        // A policy has few versions: what this one was goes.
        let text = document(ask.value("PolicyDocument"));
        let parameters =
            [("PolicyArn", arn), ("PolicyDocument", text.as_str()), ("SetAsDefault", "true")];
        forget(&ask, arn).await?;
        iam(&ask, "CreatePolicyVersion", &parameters).await?;
    }
    attach(&ask, arn, &was.properties).await?;
    made(&ask, arn).await
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let arn = was.made.id.as_str();
    for (word, name) in holders(&was.properties) {
        Holder { word, name }.detach(&ask, arn).await?;
    }
    forget(&ask, arn).await?;
    gone(iam(&ask, "DeletePolicy", &[("PolicyArn", arn)]).await)
}

async fn made(ask: &Ask, arn: &str) -> Result<Made, Failure> {
    let answer = iam(ask, "GetPolicy", &[("PolicyArn", arn)]).await?;
    let made = Made::new(arn).with("PolicyArn", arn);
    let others = ATTRIBUTES.into_iter().filter_map(|name| Some((name, between(&answer, name)?)));
    Ok(others.fold(made, |made, (name, value)| made.with(name, value)))
}

/// Has those have it who are named, and those no more who were by `was`.
async fn attach(ask: &Ask, arn: &str, was: &Map<String, Value>) -> Result<(), Failure> {
    let (had, has) = (holders(was), holders(&ask.properties));
    for (word, name) in has.iter().filter(|one| ask.again || !had.contains(*one)) {
        Holder { word, name }.give(ask, arn).await?;
    }
    for (word, name) in had.difference(&has) {
        Holder { word, name }.detach(ask, arn).await?;
    }
    Ok(())
}

/// Deletes the versions that do not count.
async fn forget(ask: &Ask, arn: &str) -> Result<(), Failure> {
    let answer = match iam(ask, "ListPolicyVersions", &[("PolicyArn", arn)]).await {
        Err(refusal) if refusal.is_missing() => return Ok(()),
        answer => answer?,
    };
    for version in answer.split("<member>").skip(1) {
        if between(version, "IsDefaultVersion").as_deref() == Some("false") {
            let id = between(version, "VersionId").unwrap_or_default();
            let parameters = [("PolicyArn", arn), ("VersionId", id.as_str())];
            gone(iam(ask, "DeletePolicyVersion", &parameters).await)?;
        }
    }
    Ok(())
}
