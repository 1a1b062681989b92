//! Groups of schedules.

use fika_aws::shape::AwsError;
use fika_model::Scope;
use fika_service::Caller;
use fika_store::Batch;
use serde::Deserialize;
use serde_json::{Value, json};

use super::schedules::missing;
use super::{DEFAULT, Query};
use crate::input::{self, Checked, Tag};
use crate::record::{Group, Tags};
use crate::room::Inner;
use crate::table::Name;
use crate::timers::Timer;

/// How many groups an account has at most.
const MOST: usize = 500;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagsInput {
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupInput {
    #[serde(default)]
    tags: Vec<Tag>,
    client_token: Option<String>,
}

fn arn(Scope { account, region }: &Scope, group: &str) -> String {
    format!("arn:aws:scheduler:{region}:{account}:schedule-group/{group}")
}

fn no_group(name: &str) -> AwsError {
    missing(format!("Schedule group {name} does not exist."))
}

impl Inner {
    pub(super) async fn create_group(
        &self,
        caller: &Caller,
        name: &str,
        asked: GroupInput,
    ) -> Checked<Value> {
        input::name(name, "name", 64, "[0-9a-zA-Z-_.]+")?;
        let arn = arn(&caller.scope, name);
        caller.allow("scheduler:CreateScheduleGroup", &arn, None, &[])?;
        let token = input::client_token(asked.client_token)?;
        let tags = input::tagged(&Tags::new(), asked.tags)?;
        let _turn = self.turn.lock().await;
        let key = Name::new(&caller.scope, "", name);
        let old = self.groups.get(&key);
        if token.is_some() && old.as_ref().is_some_and(|old| old.token == token && old.tags == tags)
        {
            return Ok(json!({"ScheduleGroupArn": arn}));
        }
        if name == DEFAULT || old.is_some() {
            let text = format!("Schedule group {name} already exists.");
            return Err(AwsError::new("ConflictException", 409, text));
        }
        if self.groups.list(&caller.scope, "").len() >= MOST {
            let text = "The account has as many schedule groups as it may.";
            return Err(AwsError::new("ServiceQuotaExceededException", 402, text));
        }
        let now = self.clock.now();
        let group = Group { tags, created: now, modified: now, token };
        self.keep(&self.groups, key, Some(group)).await?;
        Ok(json!({"ScheduleGroupArn": arn}))
    }

    pub(super) fn get_group(&self, caller: &Caller, name: &str) -> Checked<Value> {
        caller.allow("scheduler:GetScheduleGroup", &arn(&caller.scope, name), None, &[])?;
        let group = self.group_or_default(&caller.scope, name)?;
        Ok(shown(&caller.scope, name, &group))
    }

    /// The group, with all its schedules.
    pub(super) async fn delete_group(&self, caller: &Caller, name: &str) -> Checked<Value> {
        caller.allow("scheduler:DeleteScheduleGroup", &arn(&caller.scope, name), None, &[])?;
        if name == DEFAULT {
            return Err(AwsError::validation("The default schedule group cannot be deleted."));
        }
        let _turn = self.turn.lock().await;
        let key = Name::new(&caller.scope, "", name);
        if self.groups.get(&key).is_none() {
            return Err(no_group(name));
        }
        let schedules = self.schedules.list(&caller.scope, name);
        let prefix = self.schedules.prefix;
        let batch = Batch::new().delete(key.key(self.groups.prefix));
        let batch = schedules.iter().fold(batch, |batch, (name, _)| batch.delete(name.key(prefix)));
        self.commit(batch).await?;
        self.groups.set(key, None);
        for (name, _) in schedules {
            let tick = name.key(prefix);
            self.schedules.set(name.clone(), None);
            self.ticks.forget(&tick).await;
            self.changed.tell(Timer::Schedule(name));
        }
        Ok(json!({}))
    }

    pub(super) fn list_groups(&self, caller: &Caller, query: &Query<'_>) -> Checked<Value> {
        caller.allow("scheduler:ListScheduleGroups", "*", None, &[])?;
        let prefix = query.get("NamePrefix").unwrap_or_default();
        let mut all: Vec<(String, Group)> = self
            .groups
            .list(&caller.scope, "")
            .into_iter()
            .map(|(name, group)| (name.name, Group::clone(&group)))
            .filter(|(name, _)| name != DEFAULT)
            .collect();
        all.push((DEFAULT.into(), self.group_or_default(&caller.scope, DEFAULT)?));
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        let all = all.into_iter().filter(|(name, _)| name.starts_with(&prefix));
        let all = all.map(|(name, group)| {
            let shown = shown(&caller.scope, &name, &group);
            (name, shown)
        });
        let token = query.get("NextToken");
        let (page, next) = input::page(all.collect(), token.as_deref(), query.limit()?);
        let mut output = json!({"ScheduleGroups": page});
        next.into_iter().for_each(|token| output["NextToken"] = token.into());
        Ok(output)
    }

    pub(super) async fn tag_group(
        &self,
        caller: &Caller,
        arn: &str,
        asked: TagsInput,
    ) -> Checked<Value> {
        let _turn = self.turn.lock().await;
        let (name, group) = self.tagged_group(caller, arn, "scheduler:TagResource")?;
        let tags = input::tagged(&group.tags, asked.tags)?;
        self.retag_group(name, Group { tags, ..group }).await
    }

    pub(super) async fn untag_group(
        &self,
        caller: &Caller,
        arn: &str,
        keys: &[String],
    ) -> Checked<Value> {
        let _turn = self.turn.lock().await;
        let (name, mut group) = self.tagged_group(caller, arn, "scheduler:UntagResource")?;
        group.tags.retain(|key, _| !keys.contains(key));
        self.retag_group(name, group).await
    }

    pub(super) fn group_tags(&self, caller: &Caller, arn: &str) -> Checked<Value> {
        let (_, group) = self.tagged_group(caller, arn, "scheduler:ListTagsForResource")?;
        Ok(json!({"Tags": input::tags(&group.tags)}))
    }

    async fn retag_group(&self, name: Name, group: Group) -> Checked<Value> {
        self.keep(&self.groups, name, Some(group)).await?;
        Ok(json!({}))
    }

    fn tagged_group(&self, caller: &Caller, text: &str, action: &str) -> Checked<(Name, Group)> {
        let wrong = || AwsError::validation("ResourceArn is no ARN of a schedule group.");
        let (head, name) = text.split_once(":schedule-group/").ok_or_else(wrong)?;
        input::name(name, "resourceArn", 64, "[0-9a-zA-Z-_.]+")?;
        caller.allow(action, text, None, &[])?;
        let Scope { account, region } = &caller.scope;
        if head != format!("arn:aws:scheduler:{region}:{account}") {
            return Err(no_group(name));
        }
        let group = self.group_or_default(&caller.scope, name)?;
        Ok((Name::new(&caller.scope, "", name), group))
    }

    fn group_or_default(&self, scope: &Scope, name: &str) -> Checked<Group> {
        let group = self.groups.get(&Name::new(scope, "", name)).map(|group| Group::clone(&group));
        let default = || (name == DEFAULT).then(Group::default);
        group.or_else(default).ok_or_else(|| no_group(name))
    }
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds of dates")]
fn shown(scope: &Scope, name: &str, group: &Group) -> Value {
    json!({
        "Arn": arn(scope, name),
        "Name": name,
        "State": "ACTIVE",
        "CreationDate": group.created as f64 / 1e3,
        "LastModificationDate": group.modified as f64 / 1e3,
    })
}
