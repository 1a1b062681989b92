//! `AWS::Events::Rule`.

use serde_json::{Map, Value, json};

use super::targets::Rule;
use super::{document, events, retag};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Rules.
pub static KIND: Kind = Kind {
    name: "AWS::Events::Rule",
    properties: &[
        Property::may("Description"),
        Property::fixed("EventBusName"),
        Property::may("EventPattern"),
        Property::fixed("Name"),
        Property::may("RoleArn"),
        Property::may("ScheduleExpression"),
        Property::may("State"),
        Property::may("Tags"),
        Property::may("Targets"),
    ],
    open: false,
    attributes: &["Arn"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let (name, bus) = (ask.name("Name", 64), bus(&ask.properties));
    // Whoever puts a rule that there is changes that one: it must not become this stack's.
    if ask.text("Name").is_some() && !ask.again {
        let input = json!({"Name": name, "EventBusName": bus});
        if events(&ask, "DescribeRule", &input).await.is_ok() {
            return Err(Failure::new(format!("{name} already exists")));
        }
    }
    let mut input = settings(&ask, &name);
    input.insert("Tags".into(), ask.tag_list());
    let answer = events(&ask, "PutRule", &input.into()).await?;
    let made = made(bus, &name, answer["RuleArn"].as_str().unwrap_or_default());
    let rule = Rule { name: &name, bus };
    match rule.aim(&ask, &Map::new()).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let name = name_of(&was.made).to_owned();
    let changed = KIND.changed(&was.properties, &ask.properties);
    // Being put sets a rule's rate back.
    if ask.again || changed.keys().any(|name| !matches!(*name, "Targets" | "Tags")) {
        events(&ask, "PutRule", &settings(&ask, &name).into()).await?;
    }
    Rule { name: &name, bus: bus(&ask.properties) }.aim(&ask, &was.properties).await?;
    let arn = was.made.attributes.get("Arn").and_then(Value::as_str).unwrap_or_default();
    retag(&ask, &was, arn).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let (name, bus) = (name_of(&was.made), bus(&was.properties));
    Rule { name, bus }.clear(&ask).await?;
    gone(events(&ask, "DeleteRule", &json!({"Name": name, "EventBusName": bus})).await)
}

fn settings(ask: &Ask, name: &str) -> Map<String, Value> {
    let mut input = ask.only(&["Description", "RoleArn", "ScheduleExpression", "State"]);
    input.insert("Name".into(), name.into());
    input.insert("EventBusName".into(), bus(&ask.properties).into());
    input.insert("EventPattern".into(), document(ask.value("EventPattern")));
    input.retain(|_, value| !value.is_null());
    input
}

fn bus(properties: &Map<String, Value>) -> &str {
    properties.get("EventBusName").and_then(Value::as_str).unwrap_or("default")
}

/// A rule of the default bus is known by its name, any other by its bus's too.
fn made(bus: &str, name: &str, arn: &str) -> Made {
    let bus = bus.rsplit('/').next().unwrap_or(bus);
    let id = if bus == "default" { name.to_owned() } else { format!("{bus}|{name}") };
    Made::new(id).with("Arn", arn)
}

fn name_of(made: &Made) -> &str {
    made.id.rsplit('|').next().unwrap_or(&made.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, was};

    const ARN: &str = "arn:aws:events:us-east-1:123456789012:rule/b/r";

    #[tokio::test]
    async fn a_rule_of_another_bus_is_known_with_it() {
        let fake = Fake::new(&[
            ("events AWSEvents.DescribeRule", 400, json!({"__type": "ResourceNotFoundException"})),
            ("events AWSEvents.PutRule", 200, json!({"RuleArn": ARN})),
            ("events AWSEvents.PutTargets", 200, json!({"FailedEntryCount": 0})),
        ]);
        let properties = json!({
            "Name": "r", "EventBusName": "b", "EventPattern": {"source": ["x"]},
            "Targets": [{"Id": "t", "Arn": "arn:f"}],
        });
        let made = create(fake.ask(KIND.name, properties)).await.expect("a rule");
        assert_eq!(made, Made::new("b|r").with("Arn", ARN));
        let asked = fake.asked();
        assert!(asked[1].contains(r#""EventPattern":"{\"source\":[\"x\"]}""#), "{}", asked[1]);
        assert_eq!(asked.len(), 3);
    }

    #[tokio::test]
    async fn targets_change_without_the_rule_being_put() {
        let fake = Fake::new(&[
            ("events AWSEvents.PutTargets", 200, json!({})),
            ("events AWSEvents.RemoveTargets", 200, json!({})),
        ]);
        let with = |id: &str| json!({"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": id, "Arn": "arn:f"}]});
        update(fake.ask(KIND.name, with("b")), was("r", with("a"))).await.expect("changed");
        let asked = fake.asked();
        assert!(asked[0].contains("PutTargets") && asked[1].contains(r#""Ids":["a"]"#));
        assert_eq!(asked.len(), 2);
    }

    #[tokio::test]
    async fn a_refused_target_leaves_the_rule_for_deletion() {
        let fake = Fake::new(&[
            ("events AWSEvents.PutRule", 200, json!({"RuleArn": ARN})),
            (
                "events AWSEvents.PutTargets",
                400,
                json!({"__type": "ValidationException", "message": "no"}),
            ),
        ]);
        let properties = json!({"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "t"}]});
        let failure = create(fake.ask(KIND.name, properties)).await.expect_err("no");
        assert!(failure.made.expect("it stands").id.starts_with("shop-Thing-"));
    }
}
