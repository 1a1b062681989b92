//! Tags of buses and rules.

use fika_aws::shape::AwsError;
use fika_service::Caller;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{DEFAULT, bus_arn, missing, rule_arn};
use crate::input::{self, Checked, Tag, required};
use crate::publish::{bus_of, is_bus};
use crate::record::{Rule, Tags};
use crate::room::Inner;
use crate::table::Name;

#[derive(Debug, Deserialize)]
pub(super) struct TagsInput {
    #[serde(rename = "ResourceARN")]
    arn: Option<String>,
    #[serde(rename = "Tags", default)]
    tags: Vec<Tag>,
    #[serde(rename = "TagKeys", default)]
    keys: Vec<String>,
}

enum Tagged {
    Bus(Name),
    Rule(Name),
}

impl Inner {
    pub(super) async fn tag_bridge(&self, caller: &Caller, asked: TagsInput) -> Checked<Value> {
        let _turn = self.turn.lock().await;
        let what = self.tagged(caller, &asked, "events:TagResource")?;
        let tags = input::tagged(&self.tags_of(&what), asked.tags)?;
        self.retag(what, tags).await
    }

    pub(super) async fn untag_bridge(&self, caller: &Caller, asked: TagsInput) -> Checked<Value> {
        let _turn = self.turn.lock().await;
        let what = self.tagged(caller, &asked, "events:UntagResource")?;
        let mut tags = self.tags_of(&what);
        tags.retain(|key, _| !asked.keys.contains(key));
        self.retag(what, tags).await
    }

    pub(super) fn bridge_tags(&self, caller: &Caller, asked: &TagsInput) -> Checked<Value> {
        let what = self.tagged(caller, asked, "events:ListTagsForResource")?;
        Ok(json!({"Tags": input::tags(&self.tags_of(&what))}))
    }

    fn tagged(&self, caller: &Caller, asked: &TagsInput, action: &str) -> Checked<Tagged> {
        let arn = required(asked.arn.as_deref(), "resourceARN")?;
        input::length(arn, "resourceARN", 1, 1_600)?;
        if let Some((scope, name)) = bus_of(arn) {
            caller.allow(action, &bus_arn(&scope, &name), None, &[])?;
            if !is_bus(self, &scope, &name) {
                return Err(missing(format!("Event bus {name} does not exist.")));
            }
            return Ok(Tagged::Bus(Name::new(&scope, "", &name)));
        }
        let wrong = || {
            AwsError::validation(format!(
                "Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
            ))
        };
        let rule = rule_of(arn).ok_or_else(wrong)?;
        caller.allow(action, &rule_arn(&rule), None, &[])?;
        self.rule(&rule)?;
        Ok(Tagged::Rule(rule))
    }

    fn tags_of(&self, what: &Tagged) -> Tags {
        match what {
            Tagged::Bus(name) => self.buses.get(name).map(|bus| bus.tags.clone()),
            Tagged::Rule(name) => self.rules.get(name).map(|rule| rule.tags.clone()),
        }
        .unwrap_or_default()
    }

    async fn retag(&self, what: Tagged, tags: Tags) -> Checked<Value> {
        match what {
            Tagged::Bus(name) => {
                let bus = self.bus_or_default(&name.scope, &name.name);
                self.keep(&self.buses, name, Some(crate::record::Bus { tags, ..bus })).await?;
            }
            Tagged::Rule(name) => {
                let rule = Rule::clone(&*self.rule(&name)?);
                self.keep(&self.rules, name, Some(Rule { tags, ..rule })).await?;
            }
        }
        Ok(Value::Null)
    }
}

/// The rule of an ARN.
fn rule_of(arn: &str) -> Option<Name> {
    let (scope, path) = bus_of(&arn.replacen(":rule/", ":event-bus/", 1))?;
    let (bus, name) = path.rsplit_once('/').unwrap_or((DEFAULT, &path));
    Some(Name::new(&scope, bus, name))
}
