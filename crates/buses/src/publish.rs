//! From an event to what its rules send.

use std::time::Duration;

use fika_events::{Attribute, Event, Retries, Sender};
use fika_model::{RequestId, Scope};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::bridge::{DEFAULT, rule_arn};
use crate::record::{RetryPolicy, Rule, Target};
use crate::room::Inner;
use crate::table::Name;
use crate::transform::{self, By};

/// How often an event is handed on from bus to bus: buses may send to each other in a circle.
const MOST_HOPS: u32 = 5;
/// The attribute that counts them.
pub(crate) const HOPS: &str = "fika-hops";

/// An event as a bus has it.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    /// All of it.
    pub(crate) event: Value,
    /// `X-Amzn-Trace-Id`.
    pub(crate) trace_id: Option<String>,
    /// How many buses it has come by.
    pub(crate) hops: u32,
}

/// What an event says of itself.
pub(crate) struct Said<'a> {
    pub(crate) id: RequestId,
    pub(crate) kind: &'a str,
    pub(crate) source: &'a str,
    /// Milliseconds since 1970.
    pub(crate) time: i64,
    pub(crate) resources: Vec<String>,
    pub(crate) detail: Value,
}

/// An event with its envelope.
pub(crate) fn envelope(scope: &Scope, said: Said<'_>) -> Value {
    json!({
        "version": "0",
        "id": said.id.to_string(),
        "detail-type": said.kind,
        "source": said.source,
        "account": scope.account.as_str(),
        "time": time(said.time),
        "region": scope.region.as_str(),
        "resources": said.resources,
        "detail": said.detail,
    })
}

/// As in `2024-01-01T00:00:00Z`: events say no parts of seconds.
pub(crate) fn time(ms: i64) -> String {
    Timestamp::from_second(ms.div_euclid(1000)).unwrap_or_default().to_string()
}

impl Inner {
    /// What each rule of a bus sends because of an event, made when it is asked for: it may be many
    /// times the event.
    pub(crate) fn sent<'a>(
        &'a self,
        scope: &Scope,
        bus: &str,
        published: &'a Published,
    ) -> impl Iterator<Item = Vec<Event>> + Send + use<'a> {
        let rules = self.rules.list(scope, bus).into_iter();
        rules.map(|(name, rule)| match rule.wants(&published.event) {
            true => self.by_rule(&name, &rule, published),
            false => Vec::new(),
        })
    }

    /// What a rule sends because of an event.
    pub(crate) fn by_rule(&self, name: &Name, rule: &Rule, published: &Published) -> Vec<Event> {
        let arn = rule_arn(name);
        let ingested = time(self.clock.now());
        let by = By { arn: &arn, name: &name.name, ingested: &ingested };
        let targets = rule.targets.iter();
        targets.filter_map(|target| to_target(name, target, published, by)).collect()
    }
}

fn to_target(rule: &Name, target: &Target, published: &Published, by: By<'_>) -> Option<Event> {
    let to_bus = target.arn.split(':').nth(2) == Some("events");
    if to_bus && published.hops >= MOST_HOPS {
        tracing::warn!(rule = by.arn, "an event has come by too many buses: it is not handed on");
        return None;
    }
    // A bus is sent the whole event, whatever is made of it for others.
    let payload = match to_bus {
        true => published.event.to_string(),
        false => transform::input(target, &published.event, by).or_else(|| {
            let target = &target.arn;
            tracing::warn!(
                rule = by.arn,
                target,
                "a transformer makes too much of an event: it is not sent"
            );
            None
        })?,
    };
    let hops = || (HOPS.to_owned(), text("Number", &(published.hops + 1).to_string()));
    let sender = match &target.role_arn {
        Some(role) => Sender::Role { service: "events.amazonaws.com".into(), role: role.clone() },
        None => Sender::Service { name: "events.amazonaws.com".into(), source: by.arn.into() },
    };
    let group = target.sqs_parameters.as_ref().and_then(|queue| queue.message_group_id.clone());
    let id = RequestId::random();
    Some(Event {
        id,
        scope: rule.scope.clone(),
        sender,
        target: target.arn.clone(),
        payload: payload.into(),
        trace_id: published.trace_id.clone(),
        client_context: None,
        tenant: None,
        attributes: to_bus.then(hops).into_iter().collect(),
        deduplication: group.is_some().then(|| id.to_string()),
        group,
        retries: Some(retries(target.retry_policy.as_ref())),
        dead_letters: target.dead_letter_config.as_ref().and_then(|config| config.arn.clone()),
    })
}

/// How long something is tried: 24 hours and 185 times, unless something else was asked for.
pub(crate) fn retries(policy: Option<&RetryPolicy>) -> Retries {
    let age = policy.and_then(|policy| policy.maximum_event_age_in_seconds).unwrap_or(86_400);
    let most = policy.and_then(|policy| policy.maximum_retry_attempts).unwrap_or(185);
    Retries {
        most: u32::try_from(most).unwrap_or(0),
        age: Duration::from_secs(u64::try_from(age).unwrap_or(0)),
    }
}

pub(crate) fn text(data_type: &str, value: &str) -> Attribute {
    Attribute { data_type: data_type.into(), value: value.into() }
}

/// The name of the bus of an ARN, and whose it is.
pub(crate) fn bus_of(arn: &str) -> Option<(Scope, String)> {
    let (region, rest) = arn.strip_prefix("arn:aws:events:")?.split_once(':')?;
    let (account, name) = rest.split_once(":event-bus/")?;
    let account = fika_model::AccountId::new(account).ok()?;
    let region = fika_model::Region::new(region).ok()?;
    Some((Scope { account, region }, name.to_owned()))
}

/// Whether there is such a bus.
pub(crate) fn is_bus(inner: &Inner, scope: &Scope, name: &str) -> bool {
    name == DEFAULT || inner.buses.get(&Name::new(scope, "", name)).is_some()
}
