//! The API of EventBridge: aws-json 1.1.
//!
//! - `buses`, `permissions`, `rules`, `targets`, `tags`: what is made, changed and listed
//! - `put`: events, and trying patterns; `receive`: what other rooms send to buses

mod buses;
mod permissions;
mod put;
mod receive;
mod rules;
mod tags;
mod targets;

pub(crate) use rules::pass_role;

use fika_aws::shape::AwsError;
use fika_aws::sigv4::Service;
use fika_model::{AccountId, Scope};
use fika_policy::{DocumentKind, Policy};
use fika_service::{Answering, AwsService, Call, Caller, json, to_the_end};
use http::request::Parts;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Buses;
use crate::input::{self, Checked};
use crate::publish::{bus_of, is_bus};
use crate::room::Inner;
use crate::table::Name;

/// The bus that every account has.
pub(crate) const DEFAULT: &str = "default";
const PREFIX: &str = "AWSEvents.";
const VERSION: &str = "1.1";
/// A megabyte of events, and what JSON makes of it at worst.
const BODY_BYTES: usize = 8 << 20;

/// What EventBridge has and fika has not.
const REFUSED: [&str; 33] = [
    "ActivateEventSource",
    "CancelReplay",
    "CreateApiDestination",
    "CreateArchive",
    "CreateConnection",
    "CreateEndpoint",
    "CreatePartnerEventSource",
    "DeactivateEventSource",
    "DeauthorizeConnection",
    "DeleteApiDestination",
    "DeleteArchive",
    "DeleteConnection",
    "DeleteEndpoint",
    "DeletePartnerEventSource",
    "DescribeApiDestination",
    "DescribeArchive",
    "DescribeConnection",
    "DescribeEndpoint",
    "DescribeEventSource",
    "DescribePartnerEventSource",
    "DescribeReplay",
    "ListApiDestinations",
    "ListArchives",
    "ListConnections",
    "ListEndpoints",
    "ListEventSources",
    "ListPartnerEventSourceAccounts",
    "ListPartnerEventSources",
    "ListReplays",
    "PutPartnerEvents",
    "StartReplay",
    "UpdateArchive",
    "UpdateConnection",
];

/// The door of EventBridge.
#[derive(Debug, Clone)]
pub struct EventBridge(pub(crate) Buses);

impl AwsService for EventBridge {
    fn names(&self) -> &'static [Service] {
        const NAMES: [Service; 1] = [Service::standard("events")];
        &NAMES
    }

    fn body_bytes(&self) -> usize {
        BODY_BYTES
    }

    fn is_meant(&self, parts: &Parts) -> bool {
        json::operation(parts, PREFIX).is_some()
    }

    fn answer<'a>(&'a self, call: Call<'a>) -> Answering<'a> {
        to_the_end(self, call, |own, call| {
            Box::pin(async move {
                let answer = match json::operation(call.parts, PREFIX) {
                    Some(operation) => own.0.inner.bridge(operation, call).await,
                    None => Err(unknown()),
                };
                answer.map_or_else(
                    |error| own.refuse(call.parts, error),
                    |output| json::answer(VERSION, &output),
                )
            })
        })
    }

    fn left_of(&self, account: &AccountId) -> Option<&'static str> {
        let inner = &self.0.inner;
        let kinds =
            [("rules", inner.rules.has_any(account)), ("buses", inner.buses.has_any(account))];
        kinds.into_iter().find_map(|(what, some)| some.then_some(what))
    }

    fn refuse(&self, _parts: &Parts, error: AwsError) -> Response<bytes::Bytes> {
        // The service says 400 where it refuses, whatever other services say.
        let mut reply = json::refuse(VERSION, &error);
        if error.name() == "AccessDeniedException" {
            *reply.status_mut() = StatusCode::BAD_REQUEST;
        }
        reply
    }
}

fn unknown() -> AwsError {
    AwsError::new("UnknownOperationException", 400, "")
}

fn missing(message: String) -> AwsError {
    AwsError::new("ResourceNotFoundException", 400, message)
}

fn read<T: DeserializeOwned>(call: Call<'_>) -> Checked<T> {
    json::read(call.body)
}

impl Inner {
    async fn bridge(&self, operation: &str, call: Call<'_>) -> Checked<Value> {
        let caller = call.caller;
        match operation {
            "CreateEventBus" => self.create_bus(caller, read(call)?).await,
            "UpdateEventBus" => self.update_bus(caller, read(call)?).await,
            "DeleteEventBus" => self.delete_bus(caller, read(call)?).await,
            "DescribeEventBus" => self.describe_bus(caller, &read(call)?),
            "ListEventBuses" => self.list_buses(caller, &read(call)?),
            "PutPermission" => self.put_permission(caller, read(call)?).await,
            "RemovePermission" => self.remove_permission(caller, read(call)?).await,
            "PutRule" => self.put_rule(caller, read(call)?).await,
            "DeleteRule" => self.delete_rule(caller, read(call)?).await,
            "DescribeRule" => self.describe_rule(caller, &read(call)?),
            "ListRules" => self.list_rules(caller, &read(call)?),
            "EnableRule" => self.turn_rule(caller, read(call)?, "ENABLED").await,
            "DisableRule" => self.turn_rule(caller, read(call)?, "DISABLED").await,
            "ListRuleNamesByTarget" => self.list_rules_by_target(caller, &read(call)?),
            "PutTargets" => self.put_targets(caller, read(call)?).await,
            "RemoveTargets" => self.remove_targets(caller, read(call)?).await,
            "ListTargetsByRule" => self.list_targets(caller, &read(call)?),
            "TagResource" => self.tag_bridge(caller, read(call)?).await,
            "UntagResource" => self.untag_bridge(caller, read(call)?).await,
            "ListTagsForResource" => self.bridge_tags(caller, &read(call)?),
            "TestEventPattern" => put::test_pattern(caller, &read(call)?),
            "PutEvents" => self.put_events(caller, read(call)?, call.trace_id()).await,
            other if REFUSED.contains(&other) || other.starts_with("Update") => Err(AwsError::new(
                "OperationDisabledException",
                400,
                format!(
                    "fika has no archives, replays, API destinations, connections, endpoints and partner sources, so no {other}."
                ),
            )),
            _ => Err(unknown()),
        }
    }

    /// The bus that a request names, by name or by ARN, where there is one and the caller may do this with it.
    fn bus(&self, caller: &Caller, named: Option<&str>, action: &str) -> Checked<(Scope, String)> {
        let named = named.unwrap_or(DEFAULT);
        input::length(named, "eventBusName", 1, 1_600)?;
        let (scope, name) =
            bus_of(named).unwrap_or_else(|| (caller.scope.clone(), named.to_owned()));
        input::bridge_name(&name, "eventBusName", 256)?;
        caller.allow(action, &bus_arn(&scope, &name), None, &[])?;
        if !is_bus(self, &scope, &name) {
            return Err(missing(format!("Event bus {name} does not exist.")));
        }
        Ok((scope, name))
    }

    /// The policy of a bus.
    pub(crate) fn bus_policy(&self, scope: &Scope, name: &str) -> Option<Policy> {
        let bus = self.buses.get(&Name::new(scope, "", name))?;
        Policy::parse(bus.policy.as_deref()?, DocumentKind::Resource).ok()
    }
}

/// The ARN of a bus.
pub(crate) fn bus_arn(Scope { account, region }: &Scope, name: &str) -> String {
    format!("arn:aws:events:{region}:{account}:event-bus/{name}")
}

/// The ARN of a rule: it says the bus only where that is not the default one.
pub(crate) fn rule_arn(rule: &Name) -> String {
    let Name { scope: Scope { account, region }, parent, name } = rule;
    match parent.as_str() {
        DEFAULT => format!("arn:aws:events:{region}:{account}:rule/{name}"),
        bus => format!("arn:aws:events:{region}:{account}:rule/{bus}/{name}"),
    }
}

/// Which page of a list is asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Paging {
    name_prefix: Option<String>,
    event_bus_name: Option<String>,
    next_token: Option<String>,
    limit: Option<i64>,
}

impl Paging {
    fn check(&self) -> Checked {
        input::between(self.limit, "limit", 1, 100)?;
        if let Some(token) = &self.next_token {
            input::length(token, "nextToken", 1, 2_048)?;
        }
        Ok(())
    }
}
