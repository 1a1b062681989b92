//! `AWS::IAM::Policy`: a policy of their own for roles and users.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::holder::{Holder, document, names};
use super::no_groups;
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};

/// Policies put on others.
pub static KIND: Kind = Kind {
    name: "AWS::IAM::Policy",
    properties: &[
        Property::may("Groups"),
        Property::must("PolicyDocument"),
        Property::must("PolicyName"),
        Property::may("Roles"),
        Property::may("Users"),
    ],
    open: false,
    attributes: &["Id"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let id = ask.generated(128);
    let made = Made::new(id.clone()).with("Id", id);
    no_groups(&ask)?;
    if holders(&ask.properties).is_empty() {
        let text = "At least one of [Groups,Roles,Users] must be non-empty.";
        return Err(Failure::new(text));
    }
    match put(&ask, &Map::new()).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    no_groups(&ask)?;
    put(&ask, &was.properties).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let policy = named(&was.properties);
    for (word, name) in holders(&was.properties) {
        Holder { word, name }.remove(&ask, policy).await?;
    }
    Ok(())
}

/// Puts it on those who are to have it, and takes it from those who had it by `was`.
async fn put(ask: &Ask, was: &Map<String, Value>) -> Result<(), Failure> {
    let (had, has) = (holders(was), holders(&ask.properties));
    let (before, now) = (named(was), named(&ask.properties));
    let text = document(ask.value("PolicyDocument"));
    for (word, name) in &has {
        Holder { word, name }.put(ask, now, &text).await?;
    }
    for (word, name) in &had {
        if before != now || !has.contains(&(*word, *name)) {
            Holder { word, name }.remove(ask, before).await?;
        }
    }
    Ok(())
}

fn named(properties: &Map<String, Value>) -> &str {
    properties.get("PolicyName").and_then(Value::as_str).unwrap_or_default()
}

/// Roles and users that these properties name.
pub(super) fn holders(properties: &Map<String, Value>) -> BTreeSet<(&'static str, &str)> {
    let roles = names(properties, "Roles").into_iter().map(|name| ("Role", name));
    roles.chain(names(properties, "Users").into_iter().map(|name| ("User", name))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{Fake, was};

    #[tokio::test]
    async fn those_who_are_named_no_more_lose_it() {
        let fake = Fake::new(&[("iam POST", 200, json!(""))]);
        let now = json!({"PolicyName": "p", "PolicyDocument": {}, "Roles": ["b"]});
        let had =
            json!({"PolicyName": "p", "PolicyDocument": {}, "Roles": ["a", "b"], "Users": ["c"]});
        update(fake.ask(KIND.name, now), was("x", had)).await.expect("changed");
        let asked = fake.asked();
        assert!(asked[0].contains("Action=PutRolePolicy") && asked[0].contains("RoleName=b"));
        assert!(asked[1].contains("Action=DeleteRolePolicy") && asked[1].contains("RoleName=a"));
        assert!(asked[2].contains("Action=DeleteUserPolicy") && asked[2].contains("UserName=c"));
        assert_eq!(asked.len(), 3);
    }

    #[tokio::test]
    async fn a_policy_of_a_group_is_refused_before_anything_is_done() {
        let fake = Fake::new(&[]);
        let properties =
            json!({"PolicyName": "p", "PolicyDocument": {}, "Roles": ["b"], "Groups": ["g"]});
        let failure = create(fake.ask(KIND.name, properties)).await.expect_err("groups");
        assert!(failure.reason.contains("no groups"));
        assert_eq!(failure.made, None);
    }
}
