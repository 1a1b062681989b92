//! `AWS::Logs::LogGroup`.

use serde_json::{Value, json};

use super::logs;
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Log groups.
pub static KIND: Kind = Kind {
    name: "AWS::Logs::LogGroup",
    properties: &[
        Property::may("BearerTokenAuthenticationEnabled"),
        Property::may("DataProtectionPolicy"),
        Property::may("DeletionProtectionEnabled"),
        Property::may("FieldIndexPolicies"),
        Property::may("KmsKeyId"),
        Property::may("LogGroupClass"),
        Property::fixed("LogGroupName"),
        Property::may("ResourcePolicyDocument"),
        Property::may("RetentionInDays"),
        Property::may("Tags"),
    ],
    open: false,
    attributes: &["Arn"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    supported(&ask)?;
    let name = ask.name("LogGroupName", 512);
    let mut input = json!({"logGroupName": name});
    if !ask.tags().is_empty() {
        input["tags"] = json!(ask.tags());
    }
    match logs(&ask, "CreateLogGroup", &input).await {
        Err(refusal) if ask.again && refusal.exists() => {}
        answer => drop(answer?),
    }
    let made = Made::new(name.clone()).with("Arn", format!("{}:*", arn(&ask, &name)));
    match keep(&ask, &name, &Value::Null).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    supported(&ask)?;
    let name = &was.made.id;
    keep(&ask, name, was.properties.get("RetentionInDays").unwrap_or(&Value::Null)).await?;
    let had = Ask { properties: was.properties.clone(), ..ask.clone() }.tags();
    let has = ask.tags();
    let arn = arn(&ask, name);
    let less: Vec<_> = had.keys().filter(|key| !has.contains_key(*key)).collect();
    if !less.is_empty() {
        let input = json!({"resourceArn": arn, "tagKeys": less});
        logs(&ask, "UntagResource", &input).await?;
    }
    if !has.is_empty() && (had != has || ask.again) {
        logs(&ask, "TagResource", &json!({"resourceArn": arn, "tags": has})).await?;
    }
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    gone(logs(&ask, "DeleteLogGroup", &json!({"logGroupName": was.made.id})).await)
}

/// How long events are kept: for ever where nothing is said.
async fn keep(ask: &Ask, name: &str, had: &Value) -> Result<(), Failure> {
    match ask.value("RetentionInDays") {
        days if days == had && !ask.again => {}
        Value::Null => {
            logs(ask, "DeleteRetentionPolicy", &json!({"logGroupName": name})).await?;
        }
        days => {
            let input = json!({"logGroupName": name, "retentionInDays": days});
            logs(ask, "PutRetentionPolicy", &input).await?;
        }
    }
    Ok(())
}

/// Left out, these would show what is to be hidden, or lose what is to be kept.
fn supported(ask: &Ask) -> Result<(), Failure> {
    let refused =
        |name: &str, why: &str| Err(Failure::new(format!("{name} is not supported: {why}.")));
    let hides = ask.value("DataProtectionPolicy");
    if hides.as_object().is_some_and(|policy| !policy.is_empty()) {
        return refused("DataProtectionPolicy", "fika masks nothing in logs");
    }
    let protected = ask.value("DeletionProtectionEnabled");
    if *protected == true || protected == "true" {
        return refused("DeletionProtectionEnabled", "who may delete a log group can");
    }
    Ok(())
}

fn arn(ask: &Ask, name: &str) -> String {
    let scope = &ask.stack.scope;
    format!("arn:aws:logs:{}:{}:log-group:{name}", scope.region, scope.account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, was};

    #[tokio::test]
    async fn what_is_named_no_more_is_undone() {
        let fake = Fake::new(&[("logs ", 200, json!({}))]);
        let had = json!({"RetentionInDays": 7, "Tags": [{"Key": "a", "Value": "b"}]});
        update(fake.ask(KIND.name, json!({})), was("g", had)).await.expect("changed");
        let asked = fake.asked();
        assert!(asked[0].contains("DeleteRetentionPolicy"));
        assert!(asked[1].contains("UntagResource"));
        assert_eq!(asked.len(), 2);
    }

    #[tokio::test]
    async fn what_is_to_be_masked_is_refused() {
        let fake = Fake::new(&[]);
        let properties = json!({"DataProtectionPolicy": {"Name": "p"}});
        let failure = create(fake.ask(KIND.name, properties)).await.expect_err("refused");
        assert!(failure.reason.contains("masks nothing"));
    }
}
