//! `AWS::IAM::RolePolicy`, `AWS::IAM::UserPolicy`: a policy of one role's or one user's own.

use serde_json::Value;

use super::holder::{Holder, document};
use crate::kind::{Ask, Doing, Failure, Kind, Made, Property, Was};

/// Of a role.
pub static ROLE: Kind = Kind {
    name: "AWS::IAM::RolePolicy",
    properties: &[
        Property::may("PolicyDocument"),
        Property::must_fixed("PolicyName"),
        Property::must_fixed("RoleName"),
    ],
    open: false,
    attributes: &[],
    create,
    update,
    delete,
};

/// Of a user.
pub static USER: Kind = Kind {
    name: "AWS::IAM::UserPolicy",
    properties: &[
        Property::may("PolicyDocument"),
        Property::must_fixed("PolicyName"),
        Property::must_fixed("UserName"),
    ],
    open: false,
    attributes: &[],
    create,
    update,
    delete,
};

fn create(ask: Ask) -> Doing<Made> {
    Box::pin(async move {
        put(&ask).await?;
        let id = format!("{}|{}", ask.required("PolicyName")?, holder(&ask)?.name);
        Ok(Made::new(id))
    })
}

fn update(ask: Ask, was: Was) -> Doing<Made> {
    Box::pin(async move {
        put(&ask).await?;
        Ok(was.made)
    })
}

fn delete(ask: Ask, was: Was) -> Doing<()> {
    Box::pin(async move {
        let ask = Ask { properties: was.properties, ..ask };
        holder(&ask)?.remove(&ask, ask.required("PolicyName")?).await
    })
}

async fn put(ask: &Ask) -> Result<(), Failure> {
    let text = match ask.value("PolicyDocument") {
        Value::Null => return Err(Failure::new("PolicyDocument must be given")),
        policy => document(policy),
    };
    holder(ask)?.put(ask, ask.required("PolicyName")?, &text).await
}

fn holder(ask: &Ask) -> Result<Holder<'_>, Failure> {
    Ok(if ask.kind == ROLE.name {
        Holder { word: "Role", name: ask.required("RoleName")? }
    } else {
        Holder { word: "User", name: ask.required("UserName")? }
    })
}
