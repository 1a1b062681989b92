//! Event buses.

use fika_aws::shape::AwsError;
use fika_service::Caller;
use fika_store::Batch;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{DEFAULT, Paging, bus_arn, missing};
use crate::input::{self, Checked, Tag, required};
use crate::record::{Bus, DeadLetterConfig};
use crate::room::Inner;
use crate::table::Name;

/// How many buses an account has at most.
const MOST: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BusInput {
    name: Option<String>,
    event_source_name: Option<String>,
    description: Option<String>,
    kms_key_identifier: Option<String>,
    dead_letter_config: Option<DeadLetterConfig>,
    #[serde(default)]
    tags: Vec<Tag>,
}

impl BusInput {
    fn check(&self) -> Checked {
        if self.event_source_name.is_some() || self.kms_key_identifier.is_some() {
            return Err(AwsError::validation("fika has no partner event sources and no KMS keys."));
        }
        if let Some(text) = &self.description {
            input::length(text, "description", 0, 512)?;
        }
        input::dead_letters(self.dead_letter_config.as_ref())
    }

    fn onto(&self, bus: &mut Bus) {
        bus.description.clone_from(&self.description);
        bus.dead_letters = self.dead_letter_config.as_ref().and_then(|config| config.arn.clone());
    }
}

impl Inner {
    pub(super) async fn create_bus(&self, caller: &Caller, asked: BusInput) -> Checked<Value> {
        let name = required(asked.name.as_deref(), "name")?;
        input::bridge_name(name, "name", 256)?;
        asked.check()?;
        let arn = bus_arn(&caller.scope, name);
        caller.allow("events:CreateEventBus", &arn, None, &[])?;
        let _turn = self.turn.lock().await;
        let key = Name::new(&caller.scope, "", name);
        if name == DEFAULT || self.buses.get(&key).is_some() {
            return Err(AwsError::new(
                "ResourceAlreadyExistsException",
                400,
                format!("Event bus {name} already exists."),
            ));
        }
        if self.buses.list(&caller.scope, "").len() >= MOST {
            return Err(limit());
        }
        let tags = input::tagged(&Default::default(), asked.tags.clone())?;
        let now = self.clock.now();
        let mut bus = Bus { tags, created: now, modified: now, ..Bus::default() };
        asked.onto(&mut bus);
        self.keep(&self.buses, key, Some(bus)).await?;
        Ok(shown(&asked, &[("EventBusArn", arn.into())]))
    }

    pub(super) async fn update_bus(&self, caller: &Caller, asked: BusInput) -> Checked<Value> {
        asked.check()?;
        let _turn = self.turn.lock().await;
        let (scope, name) = self.bus(caller, asked.name.as_deref(), "events:UpdateEventBus")?;
        let mut bus = self.bus_or_default(&scope, &name);
        bus.modified = self.clock.now();
        asked.onto(&mut bus);
        self.keep(&self.buses, Name::new(&scope, "", &name), Some(bus)).await?;
        let arn = bus_arn(&scope, &name);
        Ok(shown(&asked, &[("Arn", arn.into()), ("Name", name.into())]))
    }

    pub(super) async fn delete_bus(&self, caller: &Caller, asked: BusInput) -> Checked<Value> {
        let name = required(asked.name, "name")?;
        if name == DEFAULT {
            return Err(AwsError::validation("Cannot delete event bus default."));
        }
        let _turn = self.turn.lock().await;
        let (scope, name) = self.bus(caller, Some(&name), "events:DeleteEventBus")?;
        // Its rules go with it.
        let rules = self.rules.list(&scope, &name);
        let bus = Name::new(&scope, "", &name);
        let batch = Batch::new().delete(bus.key(self.buses.prefix));
        let batch =
            rules.iter().fold(batch, |batch, (rule, _)| batch.delete(rule.key(self.rules.prefix)));
        self.commit(batch).await?;
        rules.into_iter().for_each(|(rule, _)| self.rules.set(rule, None));
        self.buses.set(bus, None);
        Ok(Value::Null)
    }

    pub(super) fn describe_bus(&self, caller: &Caller, asked: &BusInput) -> Checked<Value> {
        let (scope, name) = self.bus(caller, asked.name.as_deref(), "events:DescribeEventBus")?;
        let bus = self.bus_or_default(&scope, &name);
        Ok(described(&bus_arn(&scope, &name), &name, &bus))
    }

    pub(super) fn list_buses(&self, caller: &Caller, asked: &Paging) -> Checked<Value> {
        asked.check()?;
        caller.allow("events:ListEventBuses", "*", None, &[])?;
        let mut all: Vec<(String, Bus)> = self
            .buses
            .list(&caller.scope, "")
            .into_iter()
            .map(|(name, bus)| (name.name, Bus::clone(&bus)))
            .filter(|(name, _)| name != DEFAULT)
            .collect();
        all.push((DEFAULT.into(), self.bus_or_default(&caller.scope, DEFAULT)));
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        let prefix = asked.name_prefix.as_deref().unwrap_or_default();
        let all = all.into_iter().filter(|(name, _)| name.starts_with(prefix));
        let all = all.map(|(name, bus)| {
            let shown = described(&bus_arn(&caller.scope, &name), &name, &bus);
            (name, shown)
        });
        let (page, next) = input::page(all.collect(), asked.next_token.as_deref(), asked.limit);
        let mut output = json!({"EventBuses": page});
        next.into_iter().for_each(|token| output["NextToken"] = token.into());
        Ok(output)
    }

    /// A bus that there is.
    pub(super) fn bus_or_default(&self, scope: &fika_model::Scope, name: &str) -> Bus {
        self.buses.get(&Name::new(scope, "", name)).map(|bus| Bus::clone(&bus)).unwrap_or_default()
    }
}

fn shown(asked: &BusInput, members: &[(&str, Value)]) -> Value {
    let mut output = json!({});
    members.iter().for_each(|(name, value)| output[*name] = value.clone());
    if let Some(text) = &asked.description {
        output["Description"] = text.as_str().into();
    }
    if let Some(config) = &asked.dead_letter_config {
        output["DeadLetterConfig"] = json!(config);
    }
    output
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds of dates")]
fn described(arn: &str, name: &str, bus: &Bus) -> Value {
    let mut output = json!({"Name": name, "Arn": arn});
    if bus.created > 0 {
        output["CreationTime"] = (bus.created as f64 / 1e3).into();
        output["LastModifiedTime"] = (bus.modified as f64 / 1e3).into();
    }
    for (member, value) in [("Description", &bus.description), ("Policy", &bus.policy)] {
        value.iter().for_each(|text| output[member] = text.as_str().into());
    }
    if let Some(arn) = &bus.dead_letters {
        output["DeadLetterConfig"] = json!({"Arn": arn});
    }
    output
}

pub(super) fn limit() -> AwsError {
    AwsError::new(
        "LimitExceededException",
        400,
        "The requested resource exceeds the maximum number allowed.",
    )
}

/// A bus that is named in an error.
pub(super) fn no_rule(rule: &Name) -> AwsError {
    missing(format!("Rule {} does not exist on EventBus {}.", rule.name, rule.parent))
}
