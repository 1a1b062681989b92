//! Rules.

use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_eventpattern::Pattern;
use fika_service::Caller;
use serde::Deserialize;
use serde_json::{Value, json};

use super::buses::{limit, no_rule};
use super::{DEFAULT, Paging, rule_arn};
use crate::input::{self, Checked, Tag, required};
use crate::record::{Once, Rule};
use crate::room::Inner;
use crate::table::Name;
use crate::time::{Dialect, Expression};
use crate::timers::Timer;

/// How many rules a bus has at most.
const MOST: usize = 300;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RuleInput {
    name: Option<String>,
    event_bus_name: Option<String>,
    event_pattern: Option<String>,
    schedule_expression: Option<String>,
    state: Option<String>,
    description: Option<String>,
    role_arn: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ByTarget {
    target_arn: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

impl RuleInput {
    fn check(&self) -> Checked {
        let states = ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"];
        input::one_of(self.state.as_deref(), "state", &states)?;
        for (value, path, most) in [
            (&self.event_pattern, "eventPattern", 4_096),
            (&self.schedule_expression, "scheduleExpression", 256),
            (&self.description, "description", 512),
            (&self.role_arn, "roleArn", 1_600),
        ] {
            value.as_deref().map_or(Ok(()), |text| input::length(text, path, 0, most))?;
        }
        Ok(())
    }

    /// Refuses what says when in no way, or in none that there is.
    fn check_when(&self, bus: &str) -> Checked {
        let filled = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
        if !filled(&self.event_pattern) && !filled(&self.schedule_expression) {
            return Err(AwsError::validation(
                "Parameter(s) EventPattern or ScheduleExpression must be specified.",
            ));
        }
        if let Some(text) = self.schedule_expression.as_deref().filter(|text| !text.is_empty()) {
            if bus != DEFAULT {
                return Err(AwsError::validation(
                    "ScheduleExpression is supported only on the default event bus.",
                ));
            }
            if Expression::parse(text, Dialect::Rule).is_none() {
                return Err(AwsError::validation("Parameter ScheduleExpression is not valid."));
            }
        }
        match self.event_pattern.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => pattern(text).map(drop),
            None => Ok(()),
        }
    }
}

/// Reads a pattern.
pub(super) fn pattern(text: &str) -> Checked<Pattern> {
    Pattern::parse(text).map_err(|why| {
        let text = format!("Event pattern is not valid. Reason: {why}");
        AwsError::new("InvalidEventPatternException", 400, text)
    })
}

impl Inner {
    pub(super) async fn put_rule(&self, caller: &Caller, asked: RuleInput) -> Checked<Value> {
        let name = required(asked.name.clone(), "name")?;
        input::bridge_name(&name, "name", 64)?;
        asked.check()?;
        let _turn = self.turn.lock().await;
        let rule =
            self.rule_name(caller, &name, asked.event_bus_name.as_deref(), "events:PutRule")?;
        asked.check_when(&rule.parent)?;
        if let Some(role) = &asked.role_arn {
            pass_role(caller, role, "events.amazonaws.com")?;
        }
        let old = self.rules.get(&rule);
        if old.is_none() && self.rules.list(&rule.scope, &rule.parent).len() >= MOST {
            return Err(limit());
        }
        let mut new = old.map(|old| Rule::clone(&old)).unwrap_or_default();
        if !asked.tags.is_empty() {
            new.tags = input::tagged(&new.tags, asked.tags)?;
        }
        new.pattern = asked.event_pattern.filter(|text| !text.is_empty());
        new.schedule = asked.schedule_expression.filter(|text| !text.is_empty());
        new.state = asked.state.unwrap_or_else(|| "ENABLED".into());
        (new.description, new.role) = (asked.description, asked.role_arn);
        new.since = self.clock.now();
        new.read = Once::default();
        let arn = rule_arn(&rule);
        self.keep(&self.rules, rule.clone(), Some(new)).await?;
        self.changed.tell(Timer::Rule(rule));
        Ok(json!({"RuleArn": arn}))
    }

    pub(super) async fn delete_rule(&self, caller: &Caller, asked: RuleInput) -> Checked<Value> {
        let name = required(asked.name, "name")?;
        let _turn = self.turn.lock().await;
        let named = asked.event_bus_name.as_deref();
        let rule = self.rule_name(caller, &name, named, "events:DeleteRule")?;
        let Some(old) = self.rules.get(&rule) else { return Ok(Value::Null) };
        if !old.targets.is_empty() {
            return Err(AwsError::validation("Rule can't be deleted since it has targets."));
        }
        let key = rule.key(self.rules.prefix);
        self.keep(&self.rules, rule.clone(), None).await?;
        self.ticks.forget(&key).await;
        self.changed.tell(Timer::Rule(rule));
        Ok(Value::Null)
    }

    pub(super) async fn turn_rule(
        &self,
        caller: &Caller,
        asked: RuleInput,
        state: &str,
    ) -> Checked<Value> {
        let name = required(asked.name, "name")?;
        let action = if state == "ENABLED" { "events:EnableRule" } else { "events:DisableRule" };
        let _turn = self.turn.lock().await;
        let named = asked.event_bus_name.as_deref();
        let rule = self.rule_name(caller, &name, named, action)?;
        let mut new = Rule::clone(&*self.rule(&rule)?);
        if new.state != state {
            new.state = state.into();
            new.since = self.clock.now();
        }
        self.keep(&self.rules, rule.clone(), Some(new)).await?;
        self.changed.tell(Timer::Rule(rule));
        Ok(Value::Null)
    }

    pub(super) fn describe_rule(&self, caller: &Caller, asked: &RuleInput) -> Checked<Value> {
        let name = required(asked.name.as_deref(), "name")?;
        let named = asked.event_bus_name.as_deref();
        let rule = self.rule_name(caller, name, named, "events:DescribeRule")?;
        let mut shown = shown(&rule, &*self.rule(&rule)?);
        shown["CreatedBy"] = rule.scope.account.as_str().into();
        Ok(shown)
    }

    pub(super) fn list_rules(&self, caller: &Caller, asked: &Paging) -> Checked<Value> {
        asked.check()?;
        let (scope, bus) = self.bus(caller, asked.event_bus_name.as_deref(), "events:ListRules")?;
        let prefix = asked.name_prefix.as_deref().unwrap_or_default();
        let rules = self.rules.list(&scope, &bus).into_iter();
        let rules = rules.filter(|(name, _)| name.name.starts_with(prefix));
        let all = rules.map(|(name, rule)| (name.name.clone(), shown(&name, &rule))).collect();
        Ok(paged("Rules", all, asked))
    }

    pub(super) fn list_rules_by_target(&self, caller: &Caller, asked: &ByTarget) -> Checked<Value> {
        asked.paging.check()?;
        let target = required(asked.target_arn.as_deref(), "targetArn")?;
        let named = asked.paging.event_bus_name.as_deref();
        let (scope, bus) = self.bus(caller, named, "events:ListRuleNamesByTarget")?;
        let rules = self.rules.list(&scope, &bus).into_iter();
        let to = |rule: &Rule| rule.targets.iter().any(|own| own.arn == target);
        let rules = rules.filter(|(_, rule)| to(rule));
        let all = rules.map(|(name, _)| (name.name.clone(), name.name.into())).collect();
        Ok(paged("RuleNames", all, &asked.paging))
    }

    /// The name of a rule that a request is about.
    pub(super) fn rule_name(
        &self,
        caller: &Caller,
        name: &str,
        bus: Option<&str>,
        action: &str,
    ) -> Checked<Name> {
        input::bridge_name(name, "name", 64)?;
        let named = bus.unwrap_or(DEFAULT);
        let (scope, parent) = crate::publish::bus_of(named)
            .unwrap_or_else(|| (caller.scope.clone(), named.to_owned()));
        input::bridge_name(&parent, "eventBusName", 256)?;
        let rule = Name::new(&scope, &parent, name);
        caller.allow(action, &rule_arn(&rule), None, &[])?;
        if !crate::publish::is_bus(self, &scope, &parent) {
            return Err(super::missing(format!("Event bus {parent} does not exist.")));
        }
        Ok(rule)
    }

    pub(super) fn rule(&self, name: &Name) -> Checked<Arc<Rule>> {
        self.rules.get(name).ok_or_else(|| no_rule(name))
    }
}

/// Whether the caller may have a service act as that role.
pub(crate) fn pass_role(caller: &Caller, role: &str, service: &str) -> Checked {
    caller.allow("iam:PassRole", role, None, &[("iam:PassedToService", service)])
}

pub(super) fn paged(member: &str, all: Vec<(String, Value)>, asked: &Paging) -> Value {
    let (page, next) = input::page(all, asked.next_token.as_deref(), asked.limit);
    let mut output = json!({member: page});
    next.into_iter().for_each(|token| output["NextToken"] = token.into());
    output
}

fn shown(name: &Name, rule: &Rule) -> Value {
    let mut output = json!({
        "Name": name.name, "Arn": rule_arn(name), "State": rule.state, "EventBusName": name.parent,
    });
    for (member, value) in [
        ("EventPattern", &rule.pattern),
        ("ScheduleExpression", &rule.schedule),
        ("Description", &rule.description),
        ("RoleArn", &rule.role),
    ] {
        value.iter().for_each(|text| output[member] = text.as_str().into());
    }
    output
}
