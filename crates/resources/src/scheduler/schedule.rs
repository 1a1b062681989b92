//! `AWS::Scheduler::Schedule`.

use http::Method;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::{call, token};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::{encoded, gone};

/// Schedules.
pub static KIND: Kind = Kind {
    name: "AWS::Scheduler::Schedule",
    properties: &[
        Property::may("ActionAfterCompletion"),
        Property::may("Description"),
        Property::may("EndDate"),
        Property::must("FlexibleTimeWindow"),
        Property::fixed("GroupName"),
        Property::may("KmsKeyArn"),
        Property::fixed("Name"),
        Property::must("ScheduleExpression"),
        Property::may("ScheduleExpressionTimezone"),
        Property::may("StartDate"),
        Property::may("State"),
        Property::must("Target"),
    ],
    open: false,
    attributes: &["Arn"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let name = ask.name("Name", 64);
    let mut input = settings(&ask)?;
    input.insert("ClientToken".into(), token(&ask));
    // With the same token and settings it answers as before.
    let path = format!("/schedules/{name}");
    let answer = call(&ask, Method::POST, &path, &input.into()).await?;
    Ok(Made::new(name).with("Arn", answer["ScheduleArn"].clone()))
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let path = format!("/schedules/{}", was.made.id);
    // What is not said becomes what it is by default.
    call(&ask, Method::PUT, &path, &settings(&ask)?.into()).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let group = was.properties.get("GroupName").and_then(Value::as_str).unwrap_or("default");
    let query = encoded([("groupName", group)].into_iter());
    let path = format!("/schedules/{}?{query}", was.made.id);
    gone(call(&ask, Method::DELETE, &path, &Value::Null).await)
}

/// What both making and changing one take. Keys encrypt nothing here, and are left out.
fn settings(ask: &Ask) -> Result<Map<String, Value>, Failure> {
    let mut input = ask.only(&[
        "ActionAfterCompletion",
        "Description",
        "FlexibleTimeWindow",
        "GroupName",
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "State",
        "Target",
    ]);
    for name in ["StartDate", "EndDate"] {
        if let Some(text) = ask.text(name) {
            let seconds = seconds(text);
            let wrong =
                || Failure::new(format!("Value '{text}' at '{name}' is no date of ISO 8601"));
            input.insert(name.into(), seconds.ok_or_else(wrong)?.into());
        }
    }
    Ok(input)
}

/// Seconds since 1970. A date that says nothing of where it is meant is UTC.
fn seconds(text: &str) -> Option<i64> {
    let moment = text.parse::<Timestamp>().ok();
    let moment = moment.or_else(|| {
        let date: DateTime = text.parse().ok()?;
        date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    });
    moment.map(Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::Fake;

    #[test]
    fn dates_are_seconds() {
        assert_eq!(seconds("2026-11-24T11:00:00Z"), Some(1_795_518_000));
        assert_eq!(seconds("2026-11-24T11:00:00.000Z"), Some(1_795_518_000));
        assert_eq!(seconds("2026-11-24T12:00:00+01:00"), Some(1_795_518_000));
        assert_eq!(seconds("2026-11-24T11:00:00"), Some(1_795_518_000));
        assert_eq!(seconds("soon"), None);
    }

    #[tokio::test]
    async fn a_schedule_is_made_with_a_token() {
        let fake =
            Fake::new(&[("scheduler POST /schedules/s", 200, json!({"ScheduleArn": "arn:s"}))]);
        let properties = json!({
            "Name": "s", "ScheduleExpression": "rate(1 day)", "KmsKeyArn": "k",
            "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": {"Arn": "a", "RoleArn": "r"},
        });
        let made = create(fake.ask(KIND.name, properties)).await.expect("a schedule");
        assert_eq!(made, Made::new("s").with("Arn", "arn:s"));
        let input = fake.input(0);
        assert!(input.get("KmsKeyArn").is_none() && input["ClientToken"].is_string());
    }
}
