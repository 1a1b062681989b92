//! The targets of a rule.

use serde_json::{Map, Value, json};

use super::events;
use crate::kind::{Ask, Failure};
use crate::services::gone;

/// How many a rule has at most.
const MOST: usize = 5;

/// Which rule.
pub(super) struct Rule<'a> {
    pub(super) name: &'a str,
    pub(super) bus: &'a str,
}

impl Rule<'_> {
    /// Gives it the targets that it is to have, and takes those away that it had by `was`.
    pub(super) async fn aim(&self, ask: &Ask, was: &Map<String, Value>) -> Result<(), Failure> {
        let (had, has) = (targets(was), targets(&ask.properties));
        let lost: Vec<&str> = ids(had).filter(|id| !ids(has).any(|own| own == *id)).collect();
        // An event that comes meanwhile goes to both rather than to none.
        let crowded = has.len() + lost.len() > MOST;
        if crowded {
            self.lose(ask, &lost).await?;
        }
        if !has.is_empty() && (ask.again || had != has) {
            let input = json!({"Rule": self.name, "EventBusName": self.bus, "Targets": has});
            let answer = events(ask, "PutTargets", &input).await?;
            refused(&answer)?;
        }
        if !crowded {
            self.lose(ask, &lost).await?;
        }
        Ok(())
    }

    /// Takes all targets away that there are.
    pub(super) async fn clear(&self, ask: &Ask) -> Result<(), Failure> {
        let input = json!({"Rule": self.name, "EventBusName": self.bus});
        let listed = match events(ask, "ListTargetsByRule", &input).await {
            Err(refusal) if refusal.is_missing() => return Ok(()),
            answer => answer?,
        };
        let all = listed["Targets"].as_array().map(Vec::as_slice).unwrap_or_default();
        let all: Vec<&str> = ids(all).collect();
        self.lose(ask, &all).await
    }

    async fn lose(&self, ask: &Ask, ids: &[&str]) -> Result<(), Failure> {
        if ids.is_empty() {
            return Ok(());
        }
        let input = json!({"Rule": self.name, "EventBusName": self.bus, "Ids": ids});
        gone(events(ask, "RemoveTargets", &input).await)
    }
}

fn targets(properties: &Map<String, Value>) -> &[Value] {
    let targets = properties.get("Targets").and_then(Value::as_array);
    targets.map(Vec::as_slice).unwrap_or_default()
}

fn ids(targets: &[Value]) -> impl Iterator<Item = &str> {
    targets.iter().filter_map(|target| target.get("Id")?.as_str())
}

fn refused(answer: &Value) -> Result<(), Failure> {
    let failed = answer["FailedEntries"].as_array().and_then(|all| all.first());
    failed.map_or(Ok(()), |entry| {
        let text = entry["ErrorMessage"].as_str().unwrap_or("a target was refused");
        Err(Failure::new(text))
    })
}
