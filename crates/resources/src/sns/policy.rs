//! `AWS::SNS::TopicPolicy`.

use serde_json::{Map, Value};

use super::{attribute, set};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Policies of topics.
pub static KIND: Kind = Kind {
    name: "AWS::SNS::TopicPolicy",
    properties: &[Property::must("PolicyDocument"), Property::must("Topics")],
    open: false,
    attributes: &["Id"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let id = ask.generated(255);
    let made = Made::new(id.clone()).with("Id", id);
    match put(&ask).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    put(&ask).await?;
    let stays = |topic: &&str| topics(&ask.properties).any(|own| own == *topic);
    for topic in topics(&was.properties).filter(|topic| !stays(topic)) {
        gone(set(&ask, topic, "Policy", "").await)?;
    }
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    for topic in topics(&was.properties) {
        gone(set(&ask, topic, "Policy", "").await)?;
    }
    Ok(())
}

async fn put(ask: &Ask) -> Result<(), Failure> {
    let policy = attribute(ask.value("PolicyDocument"));
    for topic in topics(&ask.properties) {
        set(ask, topic, "Policy", &policy).await?;
    }
    Ok(())
}

fn topics(properties: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let all = properties.get("Topics").and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str)
}
