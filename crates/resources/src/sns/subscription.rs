//! `AWS::SNS::Subscription`.

use serde_json::{Map, Value};

use super::{attribute, sns};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::{Answered, between, gone};

/// Subscriptions.
pub static KIND: Kind = Kind {
    name: "AWS::SNS::Subscription",
    properties: &[
        Property::may("DeliveryPolicy"),
        Property::fixed("Endpoint"),
        Property::may("FilterPolicy"),
        Property::may("FilterPolicyScope"),
        Property::must_fixed("Protocol"),
        Property::may("RawMessageDelivery"),
        Property::may("RedrivePolicy"),
        Property::may("Region"),
        Property::may("ReplayPolicy"),
        Property::may("SubscriptionRoleArn"),
        Property::must_fixed("TopicArn"),
    ],
    open: false,
    attributes: &["Arn"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// Those that fika acts by. The others are about endpoints that it does not deliver to.
const ATTRIBUTES: [&str; 4] =
    ["FilterPolicyScope", "FilterPolicy", "RawMessageDelivery", "RedrivePolicy"];

async fn create(ask: Ask) -> Result<Made, Failure> {
    check(&ask)?;
    let endpoint = ask.text("Endpoint").unwrap_or_default();
    let mut parameters = vec![
        ("TopicArn".to_owned(), ask.required("TopicArn")?.to_owned()),
        ("Protocol".into(), ask.required("Protocol")?.into()),
        ("Endpoint".into(), endpoint.into()),
        ("ReturnSubscriptionArn".into(), "true".into()),
    ];
    let given = ATTRIBUTES.iter().map(|name| (*name, attribute(ask.value(name))));
    for ((name, value), n) in given.filter(|(_, value)| !value.is_empty()).zip(1..) {
        parameters.push((format!("Attributes.entry.{n}.key"), name.into()));
        parameters.push((format!("Attributes.entry.{n}.value"), value));
    }
    let parameters: Vec<_> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // With the same attributes as before it answers as before.
    let answer = sns(&ask, "Subscribe", &parameters).await?;
    let arn = between(&answer, "SubscriptionArn").unwrap_or_default();
    Ok(Made::new(arn.clone()).with("Arn", arn))
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    check(&ask)?;
    // A filter is read together with its scope, and a new scope may not fit the filter there was.
    let mut late = None;
    for (name, value) in changed(&ask, &was.properties) {
        match set(&ask, &was.made.id, name, &value).await {
            Err(_) if name == "FilterPolicyScope" => late = Some(value),
            answer => drop(answer?),
        }
    }
    if let Some(scope) = late {
        set(&ask, &was.made.id, "FilterPolicyScope", &scope).await?;
    }
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    gone(sns(&ask, "Unsubscribe", &[("SubscriptionArn", &was.made.id)]).await)
}

fn changed(ask: &Ask, old: &Map<String, Value>) -> Vec<(&'static str, String)> {
    let differs = |name: &&&'static str| ask.again || old.get(**name) != ask.properties.get(**name);
    let names = ATTRIBUTES.iter().filter(differs);
    names.map(|name| (*name, attribute(ask.value(name)))).collect()
}

async fn set(ask: &Ask, arn: &str, name: &str, value: &str) -> Answered<String> {
    let parameters = [("SubscriptionArn", arn), ("AttributeName", name), ("AttributeValue", value)];
    sns(ask, "SetSubscriptionAttributes", &parameters).await
}

fn check(ask: &Ask) -> Result<(), Failure> {
    if !ask.value("ReplayPolicy").is_null() {
        return Err(Failure::new("fika's topics keep no archive: there is no ReplayPolicy."));
    }
    let own = ask.stack.scope.region.as_str();
    if ask.text("Region").is_some_and(|region| region != own) {
        return Err(Failure::new("fika subscribes to topics of the stack's own region."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{Fake, was};

    const REFUSED: &str = "<ErrorResponse><Error><Code>InvalidParameter</Code><Message>no</Message></Error></ErrorResponse>";

    #[tokio::test]
    async fn a_subscription_is_made_with_its_attributes() {
        let answer = "<SubscribeResult><SubscriptionArn>arn:s</SubscriptionArn></SubscribeResult>";
        let fake = Fake::new(&[("sns POST", 200, json!(answer))]);
        let properties = json!({
            "TopicArn": "arn:t", "Protocol": "sqs", "Endpoint": "arn:q", "RawMessageDelivery": true,
            "FilterPolicy": {"a": ["x"]}, "DeliveryPolicy": {},
        });
        let made = create(fake.ask(KIND.name, properties)).await.expect("a subscription");
        assert_eq!(made, Made::new("arn:s").with("Arn", "arn:s"));
        let asked = &fake.asked()[0];
        assert!(asked.contains("Attributes.entry.1.key=FilterPolicy&Attributes.entry.1.value=%7B"));
        assert!(asked.contains("entry.2.key=RawMessageDelivery&Attributes.entry.2.value=true"));
        assert!(!asked.contains("DeliveryPolicy"));
    }

    #[tokio::test]
    async fn a_scope_that_fits_only_the_new_filter_is_set_after_it() {
        let fake = Fake::new(&[
            ("sns POST", 400, json!(REFUSED)),
            ("sns POST", 200, json!("")),
            ("sns POST", 200, json!("")),
        ]);
        let was = was(
            "arn:s",
            json!({
                "TopicArn": "arn:t", "Protocol": "sqs", "FilterPolicyScope": "MessageBody",
                "FilterPolicy": {"a": {"b": ["x"]}},
            }),
        );
        let properties =
            json!({"TopicArn": "arn:t", "Protocol": "sqs", "FilterPolicy": {"a": ["x"]}});
        update(fake.ask(KIND.name, properties), was).await.expect("changed");
        let named =
            |n: usize, name: &str| fake.asked()[n].contains(&format!("AttributeName={name}&"));
        assert!(named(0, "FilterPolicyScope") && named(1, "FilterPolicy"));
        assert!(named(2, "FilterPolicyScope"));
    }

    #[tokio::test]
    async fn what_would_be_left_out_is_refused() {
        let fake = Fake::new(&[]);
        let properties = json!({"TopicArn": "arn:t", "Protocol": "sqs", "ReplayPolicy": {"x": 1}});
        assert!(create(fake.ask(KIND.name, properties)).await.is_err());
    }
}
