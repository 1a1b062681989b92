//! What a schedule sends, and when.

use fika_events::{Event, Sender};
use fika_model::{RequestId, Scope};
use serde_json::json;

use super::DEFAULT;
use crate::publish::{self, retries, text};
use crate::record::{Schedule, Settings};
use crate::table::Name;
use crate::time::{Dialect, Expression, Times, zone};

/// The ARN of a schedule.
pub(crate) fn schedule_arn(
    Name { scope: Scope { account, region }, parent, name }: &Name,
) -> String {
    format!("arn:aws:scheduler:{region}:{account}:schedule/{parent}/{name}")
}

/// The times of a schedule that is enabled.
pub(crate) fn times(schedule: &Schedule) -> Option<Times> {
    let Settings { schedule_expression, schedule_expression_timezone, state, .. } =
        &schedule.settings;
    if state.as_deref() == Some("DISABLED") {
        return None;
    }
    let start = schedule.settings.start_date.map(milliseconds);
    let expression = Expression::parse(schedule_expression, Dialect::Scheduler)?;
    // A schedule that is to happen once has no start and no end.
    let bounded = !matches!(expression, Expression::At(_));
    Some(Times {
        expression,
        zone: zone(schedule_expression_timezone.as_deref().unwrap_or("UTC"))?,
        base: start.unwrap_or(schedule.modified),
        at_base: true,
        start: start.filter(|_| bounded),
        end: schedule.settings.end_date.map(milliseconds).filter(|_| bounded),
    })
}

/// How late its ticks may be, and how wide their window is, milliseconds.
pub(crate) fn lateness(settings: &Settings) -> (i64, i64) {
    let age = settings.target.retry_policy.as_ref();
    let age = age.and_then(|policy| policy.maximum_event_age_in_seconds).unwrap_or(86_400);
    let window = settings.flexible_time_window.maximum_window_in_minutes.unwrap_or(0);
    (age * 1_000, window * 60_000)
}

#[allow(clippy::cast_possible_truncation, reason = "dates that are no dates were refused")]
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1e3) as i64
}

/// What it sends.
pub(crate) trait Fires {
    /// The event of its tick at that time.
    fn fires(&self, name: &Name, at: i64) -> Event;
}

impl Fires for Schedule {
    fn fires(&self, name: &Name, at: i64) -> Event {
        let target = &self.settings.target;
        let id = RequestId::random();
        let payload = match &target.input {
            Some(input) => filled(input, name, at, id),
            None => scheduled(name, at, id),
        };
        let bus = target
            .event_bridge_parameters
            .iter()
            .flat_map(|said| [("source", &said.source), ("detail-type", &said.detail_type)]);
        let arn = json!([schedule_arn(name)]).to_string();
        let mut attributes: Vec<_> =
            bus.map(|(name, value)| (name.to_owned(), text("String", value))).collect();
        if !attributes.is_empty() {
            attributes.push(("resources".into(), text("String", &arn)));
        }
        let group = target.sqs_parameters.as_ref().and_then(|queue| queue.message_group_id.clone());
        Event {
            id,
            scope: name.scope.clone(),
            sender: Sender::Role {
                service: "scheduler.amazonaws.com".into(),
                role: target.role_arn.clone(),
            },
            target: target.arn.clone(),
            payload: payload.into(),
            trace_id: None,
            client_context: None,
            tenant: None,
            attributes,
            deduplication: group.is_some().then(|| format!("{}-{at}", name.name)),
            group,
            retries: Some(retries(target.retry_policy.as_ref())),
            dead_letters: target.dead_letter_config.as_ref().and_then(|config| config.arn.clone()),
        }
    }
}

/// An input with its context attributes, but for the number of the attempt, which is known when there is one.
fn filled(input: &str, name: &Name, at: i64, id: RequestId) -> String {
    if !input.contains("<aws.scheduler.") {
        return input.to_owned();
    }
    input
        .replace("<aws.scheduler.schedule-arn>", &schedule_arn(name))
        .replace("<aws.scheduler.scheduled-time>", &publish::time(at))
        .replace("<aws.scheduler.execution-id>", &id.to_string())
}

/// What is sent where there is no input.
fn scheduled(name: &Name, at: i64, id: RequestId) -> String {
    json!({
        "version": "0",
        "id": id.to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": name.scope.account.as_str(),
        "time": publish::time(at),
        "region": name.scope.region.as_str(),
        "resources": [schedule_arn(name)],
        "detail": "{}",
    })
    .to_string()
}

/// The group of a request that names none.
pub(crate) fn group_or_default(group: Option<String>) -> String {
    group.filter(|group| !group.is_empty()).unwrap_or_else(|| DEFAULT.into())
}
