//! `AWS::Scheduler::ScheduleGroup`.

use http::Method;
use serde_json::{Value, json};

use super::{call, token};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::{encoded, gone};

/// Groups of schedules.
pub static KIND: Kind = Kind {
    name: "AWS::Scheduler::ScheduleGroup",
    properties: &[Property::fixed("Name"), Property::may("Tags")],
    open: false,
    attributes: &["Arn", "CreationDate", "LastModificationDate", "State"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let name = ask.name("Name", 64);
    let path = format!("/schedule-groups/{name}");
    let input = json!({"Tags": ask.tag_list(), "ClientToken": token(&ask)});
    call(&ask, Method::POST, &path, &input).await?;
    shown(&ask, &name).await.map_err(|failure| failure.leaving(Made::new(name)))
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let had = Ask { properties: was.properties.clone(), ..ask.clone() }.tags();
    let has = ask.tags();
    let arn = was.made.attributes.get("Arn").and_then(Value::as_str).unwrap_or_default();
    let path = format!("/tags/{}", arn.replace('/', "%2F"));
    let gone: Vec<_> = had.keys().filter(|key| !has.contains_key(*key)).collect();
    if !gone.is_empty() {
        let query = encoded(gone.iter().map(|key| ("TagKeys", key.as_str())));
        call(&ask, Method::DELETE, &format!("{path}?{query}"), &Value::Null).await?;
    }
    if (had != has || ask.again) && !has.is_empty() {
        call(&ask, Method::POST, &path, &json!({"Tags": ask.tag_list()})).await?;
    }
    shown(&ask, &was.made.id).await
}

/// Its schedules go with it.
async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let path = format!("/schedule-groups/{}", was.made.id);
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}

async fn shown(ask: &Ask, name: &str) -> Result<Made, Failure> {
    let path = format!("/schedule-groups/{name}");
    let group = call(ask, Method::GET, &path, &Value::Null).await?;
    let date = |name: &str| crate::properties::text(&group[name]).unwrap_or_default();
    let made = Made::new(name).with("Arn", group["Arn"].clone()).with("State", "ACTIVE");
    Ok(made
        .with("CreationDate", date("CreationDate"))
        .with("LastModificationDate", date("LastModificationDate")))
}
