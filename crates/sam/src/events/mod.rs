//! Events of functions: what has one run, as rules, permissions, subscriptions and mappings.
//!
//! `schedule`, `scheduler`, `rule` (EventBridge), `bucket` (S3), `topic` (SNS), `logs`, `mapping` (SQS, Kinesis, DynamoDB), `rest`
//! and `http` (APIs); `letters`: dead-letter queues of rules.

mod bucket;
mod http;
mod letters;
mod logs;
mod mapping;
mod rest;
mod rule;
mod schedule;
mod scheduler;
mod topic;

use crate::error::{Result, event, not_served};
use crate::expansion::Expansion;
use crate::function::Target;
use crate::made::{Given, Made};
use crate::policies::Role;
use crate::read::check_id;
use crate::shape::{self, Property};
use crate::tree::{Dict, Node, write};
use crate::{globals, names};

/// Events that AWS expands and fika has nothing to send them from.
const NOT_SERVED: &[&str] =
    &["AlexaSkill", "Cognito", "DocumentDB", "IoTRule", "MQ", "MSK", "SelfManagedKafka"];

/// One event.
pub(crate) struct Event {
    /// Its id among those of its function.
    pub id: String,
    pub kind: &'static str,
    /// Its properties, and the id of what is made of it.
    pub given: Given,
    /// Events are expanded in the order of their paths, or of their ids.
    pub order: String,
    /// The API or the bucket of this template that it is about.
    pub about: String,
}

type Properties = &'static [&'static [Property]];

fn known(kind: &str) -> Option<(&'static str, Properties)> {
    Some(match kind {
        "Api" => ("Api", &[rest::PROPERTIES]),
        "HttpApi" => ("HttpApi", &[http::PROPERTIES]),
        "SQS" => ("SQS", &[mapping::PROPERTIES, mapping::QUEUE]),
        "Kinesis" => ("Kinesis", &[mapping::PROPERTIES, mapping::STREAM]),
        "DynamoDB" => ("DynamoDB", &[mapping::PROPERTIES, mapping::STREAM]),
        "SNS" => ("SNS", &[topic::PROPERTIES]),
        "S3" => ("S3", &[bucket::PROPERTIES]),
        "Schedule" => ("Schedule", &[schedule::PROPERTIES]),
        "ScheduleV2" => ("ScheduleV2", &[scheduler::PROPERTIES]),
        "EventBridgeRule" => ("EventBridgeRule", &[rule::PROPERTIES]),
        "CloudWatchEvent" => ("CloudWatchEvent", &[rule::PROPERTIES]),
        "CloudWatchLogs" => ("CloudWatchLogs", &[logs::PROPERTIES]),
        _ => return None,
    })
}

/// The events of a function, each checked.
pub(crate) fn read(expansion: &Expansion<'_>, function: &Given) -> Result<Vec<Event>> {
    let all = function.get("Events").and_then(Node::as_dict);
    all.into_iter()
        .flat_map(Dict::iter)
        .map(|(id, one)| read_one(expansion, function, id, one))
        .collect()
}

fn read_one(expansion: &Expansion<'_>, function: &Given, id: &str, one: &Node) -> Result<Event> {
    let kind = one.get("Type").cloned().unwrap_or_default();
    if kind.as_str().is_some_and(|kind| NOT_SERVED.contains(&kind)) {
        let what = format!("events of type {}", globals::python_text(&kind));
        return Err(not_served(&function.id, what));
    }
    if one.as_dict().is_none() {
        let kind = write::type_name(one);
        return Err(event(id, format!("'{kind}' object has no attribute 'get'")));
    }
    let Some((kind, properties)) = kind.as_str().and_then(known) else {
        let kind = globals::python_text(&kind);
        return Err(event(
            id,
            format!(
                "Resource dict has missing or invalid value for key Type. Event Type is: {kind}."
            ),
        ));
    };
    let one = one.as_dict().cloned().unwrap_or_default();
    let full = format!("{}{id}", function.id);
    check_id(&full)?;
    if one.get("Properties").is_some_and(|properties| properties.as_dict().is_none()) {
        return Err(crate::error::resource(&full, "Properties of a resource must be an object."));
    }
    let given = Given::new(&full, &one);
    shape::check_all(&full, kind, &given.properties, properties)?;
    let order = given.properties.text("Path").unwrap_or(id).to_owned();
    let mut event = Event { id: id.to_owned(), kind, given, order, about: String::new() };
    event.about = match kind {
        "Api" => rest::link(expansion, &event)?,
        "HttpApi" => http::link(&event),
        "S3" => bucket::link(expansion, &event)?,
        _ => String::new(),
    };
    Ok(event)
}

/// What is made of one.
pub(crate) fn expand(
    expansion: &mut Expansion<'_>,
    event: Event,
    target: &Target,
    role: &mut Role,
) -> Result<Vec<Made>> {
    match event.kind {
        "Api" => rest::expand(expansion, event, target),
        "HttpApi" => http::expand(expansion, event, target),
        "SNS" => topic::expand(expansion, &event, target, role),
        "S3" => bucket::expand(expansion, &event, target),
        "Schedule" => schedule::expand(&event, target),
        "ScheduleV2" => scheduler::expand(&event, target),
        "EventBridgeRule" | "CloudWatchEvent" => rule::expand(&event, target),
        "CloudWatchLogs" => Ok(logs::expand(expansion, &event, target)),
        _ => Ok(vec![mapping::expand(event, target, role)?]),
    }
}

/// That a service may call the function, on account of a source where there is one.
fn permission(event: &Event, suffix: &str, target: &Target, principal: &str, source: Node) -> Made {
    let prefix = format!("{}Permission", event.given.id);
    let id = if names::is_alphanumeric(suffix) {
        format!("{prefix}{suffix}")
    } else {
        names::with_text(&prefix, suffix)
    };
    let mut made = Made::new(id, "AWS::Lambda::Permission", &target.attributes);
    made.set("Action", "lambda:InvokeFunction");
    made.set("FunctionName", target.name.clone());
    made.set("Principal", principal);
    made.set("SourceArn", source);
    made
}

/// The state of a rule: `State`, or `Enabled`, and not both.
fn state(event: &Event) -> Result<Node> {
    match (event.given.truthy("State"), event.given.get("Enabled")) {
        (Some(_), Some(_)) => {
            Err(self::event(&event.id, "State and Enabled Properties cannot both be specified."))
        }
        (Some(state), None) => Ok(state.clone()),
        (None, Some(enabled)) => {
            Ok(if enabled.is_truthy() { "ENABLED" } else { "DISABLED" }.into())
        }
        (None, None) => Ok(Node::Null),
    }
}
