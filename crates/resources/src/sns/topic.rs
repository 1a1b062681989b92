//! `AWS::SNS::Topic`.

use serde_json::{Map, Value};

use super::{attribute, set, sns};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::{between, gone};

/// Topics.
pub static KIND: Kind = Kind {
    name: "AWS::SNS::Topic",
    properties: &[
        Property::may("ArchivePolicy"),
        Property::may("ContentBasedDeduplication"),
        Property::may("DataProtectionPolicy"),
        Property::may("DeliveryStatusLogging"),
        Property::may("DisplayName"),
        Property::may("FifoThroughputScope"),
        Property::fixed("FifoTopic"),
        Property::may("KmsMasterKeyId"),
        Property::may("SignatureVersion"),
        Property::may("Subscription"),
        Property::may("Tags"),
        Property::fixed("TopicName"),
        Property::may("TracingConfig"),
    ],
    open: false,
    attributes: &["TopicArn", "TopicName"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// Those that fika acts by, and what they are where nothing is said.
const ATTRIBUTES: [(&str, &str); 2] = [("ContentBasedDeduplication", "false"), ("DisplayName", "")];

async fn create(ask: Ask) -> Result<Made, Failure> {
    check(&ask)?;
    let fifo = ask.value("FifoTopic") == true;
    let name = match ask.text("TopicName") {
        Some(name) => name.to_owned(),
        None if fifo => format!("{}.fifo", ask.generated(251)),
        None => ask.generated(256),
    };
    let scope = &ask.stack.scope;
    let arn = format!("arn:aws:sns:{}:{}:{name}", scope.region, scope.account);
    // Whoever makes a topic that there is gets that one: it must not become this stack's.
    if ask.text("TopicName").is_some() && !ask.again {
        let there = sns(&ask, "GetTopicAttributes", &[("TopicArn", &arn)]).await;
        if there.is_ok() {
            return Err(Failure::new(format!("{arn} already exists")));
        }
    }
    let parameters = parameters(&ask, &name, fifo);
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (&**name, &**value)).collect();
    sns(&ask, "CreateTopic", &parameters).await?;
    let made = Made::new(arn.clone()).with("TopicArn", arn).with("TopicName", name);
    match subscribe(&ask, &made.id, &Map::new()).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    check(&ask)?;
    let arn = &was.made.id;
    for (name, default) in ATTRIBUTES {
        let (old, new) = (was.properties.get(name), ask.properties.get(name));
        // What neither says a topic may not even have.
        let is_said = old.is_some() || new.is_some();
        if old != new || (ask.again && is_said) {
            let value = new.map_or_else(|| default.to_owned(), attribute);
            set(&ask, arn, name, &value).await?;
        }
    }
    subscribe(&ask, arn, &was.properties).await?;
    retag(&ask, &was).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    gone(sns(&ask, "DeleteTopic", &[("TopicArn", &was.made.id)]).await)
}

fn check(ask: &Ask) -> Result<(), Failure> {
    let asked = |name: &&&str| !ask.value(name).is_null();
    match ["ArchivePolicy", "DataProtectionPolicy"].iter().find(asked) {
        Some(name) => Err(Failure::new(format!("fika's topics have no {name}."))),
        None => Ok(()),
    }
}

fn parameters(ask: &Ask, name: &str, fifo: bool) -> Vec<(String, String)> {
    let mut all = vec![("Name".to_owned(), name.to_owned())];
    let fifo = fifo.then(|| ("FifoTopic", "true".to_owned()));
    let given = ATTRIBUTES.iter().map(|(name, _)| (*name, attribute(ask.value(name))));
    let given = fifo.into_iter().chain(given).filter(|(_, value)| !value.is_empty());
    for ((name, value), n) in given.zip(1..) {
        all.push((format!("Attributes.entry.{n}.key"), name.into()));
        all.push((format!("Attributes.entry.{n}.value"), value));
    }
    all.extend(tags(ask));
    all
}

fn tags(ask: &Ask) -> impl Iterator<Item = (String, String)> {
    ask.tags().into_iter().zip(1..).flat_map(|((key, value), n)| {
        [(format!("Tags.member.{n}.Key"), key), (format!("Tags.member.{n}.Value"), value)]
    })
}

/// Subscribes those of its own list, and takes those away that were in it.
async fn subscribe(ask: &Ask, topic: &str, was: &Map<String, Value>) -> Result<(), Failure> {
    let (had, has) = (subscriptions(was), subscriptions(&ask.properties));
    for (protocol, endpoint) in has.iter().filter(|one| ask.again || !had.contains(one)) {
        let parameters = [("TopicArn", topic), ("Protocol", protocol), ("Endpoint", endpoint)];
        sns(ask, "Subscribe", &parameters).await?;
    }
    let lost: Vec<_> = had.into_iter().filter(|one| !has.contains(one)).collect();
    if lost.is_empty() {
        return Ok(());
    }
    for (arn, own) in listed(ask, topic).await? {
        if lost
            .iter()
            .any(|(protocol, endpoint)| own == (protocol.to_string(), endpoint.to_string()))
        {
            gone(sns(ask, "Unsubscribe", &[("SubscriptionArn", &arn)]).await)?;
        }
    }
    Ok(())
}

fn subscriptions(properties: &Map<String, Value>) -> Vec<(&str, &str)> {
    let all = properties.get("Subscription").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|one| Some((one.get("Protocol")?.as_str()?, one.get("Endpoint")?.as_str()?)))
        .collect()
}

/// All subscriptions of a topic: their ARNs, protocols and endpoints.
async fn listed(ask: &Ask, topic: &str) -> Result<Vec<(String, (String, String))>, Failure> {
    let (mut all, mut next) = (Vec::new(), String::new());
    loop {
        let parameters = [("TopicArn", topic), ("NextToken", &*next)];
        let first = if next.is_empty() { 1 } else { 2 };
        let page = sns(ask, "ListSubscriptionsByTopic", &parameters[..first]).await?;
        let members = page.split("<member>").skip(1).filter_map(|member| {
            let of = |name: &str| between(member, name);
            Some((of("SubscriptionArn")?, (of("Protocol")?, of("Endpoint")?)))
        });
        all.extend(members);
        match between(&page, "NextToken") {
            Some(token) if !token.is_empty() => next = token,
            _ => return Ok(all),
        }
    }
}

async fn retag(ask: &Ask, was: &Was) -> Result<(), Failure> {
    let had = Ask { properties: was.properties.clone(), ..ask.clone() }.tags();
    let has = ask.tags();
    let gone = had.keys().filter(|key| !has.contains_key(*key));
    let gone: Vec<_> =
        gone.zip(1..).map(|(key, n)| (format!("TagKeys.member.{n}"), key.clone())).collect();
    for (action, tags) in [("UntagResource", gone), ("TagResource", tags(ask).collect())] {
        if tags.is_empty() || (had == has && !ask.again) {
            continue;
        }
        let mut parameters = vec![("ResourceArn", was.made.id.as_str())];
        parameters.extend(tags.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        sns(ask, action, &parameters).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{Fake, was};

    #[tokio::test]
    async fn a_topic_that_is_there_is_not_taken_over() {
        let fake = Fake::new(&[("sns POST", 200, json!(""))]);
        let failure = create(fake.ask(KIND.name, json!({"TopicName": "t"}))).await.expect_err("no");
        assert_eq!(failure, Failure::new("arn:aws:sns:us-east-1:123456789012:t already exists"));
        assert_eq!(fake.asked().len(), 1);
    }

    #[tokio::test]
    async fn a_fifo_topic_gets_a_name_of_its_kind() {
        let fake = Fake::new(&[("sns POST", 200, json!(""))]);
        let properties = json!({"FifoTopic": true, "ContentBasedDeduplication": true});
        let made = create(fake.ask(KIND.name, properties)).await.expect("a topic");
        assert!(made.id.ends_with(".fifo") && made.id.contains(":shop-Thing-"));
        assert!(fake.asked()[0].contains("entry.1.key=FifoTopic&Attributes.entry.1.value=true"));
    }

    #[tokio::test]
    async fn subscriptions_of_its_own_follow_the_list() {
        let members = "<member><SubscriptionArn>arn:s1</SubscriptionArn><Protocol>sqs</Protocol>\
                       <Endpoint>q1</Endpoint></member><member><SubscriptionArn>arn:s9\
                       </SubscriptionArn><Protocol>sqs</Protocol><Endpoint>other</Endpoint></member>";
        let fake = Fake::new(&[
            ("sns POST", 200, json!("")),
            ("sns POST", 200, json!(members)),
            ("sns POST", 200, json!("")),
        ]);
        let list = |name: &str| json!({"Subscription": [{"Protocol": "sqs", "Endpoint": name}]});
        update(fake.ask(KIND.name, list("q2")), was("arn:t", list("q1"))).await.expect("changed");
        let asked = fake.asked();
        assert!(asked[0].contains("Action=Subscribe&") && asked[0].contains("Endpoint=q2"));
        assert!(asked[2].contains("Action=Unsubscribe&") && asked[2].contains("arn%3As1"));
        assert_eq!(asked.len(), 3);
    }
}
