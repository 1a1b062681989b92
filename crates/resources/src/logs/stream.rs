//! `AWS::Logs::LogStream`.

use serde_json::json;

use super::logs;
use crate::kind::{Ask, Doing, Failure, Kind, Made, Property, Was};

/// Log streams.
pub static KIND: Kind = Kind {
    name: "AWS::Logs::LogStream",
    properties: &[Property::must_fixed("LogGroupName"), Property::fixed("LogStreamName")],
    open: false,
    attributes: &[],
    create: |ask| Box::pin(create(ask)),
    update: |_, was| Box::pin(async move { Ok(was.made) }),
    delete,
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let name = ask.name("LogStreamName", 512);
    let input = json!({"logGroupName": ask.required("LogGroupName")?, "logStreamName": name});
    match logs(&ask, "CreateLogStream", &input).await {
        Err(refusal) if ask.again && refusal.exists() => {}
        answer => drop(answer?),
    }
    Ok(Made::new(name))
}

/// fika's streams go with their group, or when what is in them is old.
fn delete(_: Ask, _: Was) -> Doing<()> {
    Box::pin(async { Ok(()) })
}
