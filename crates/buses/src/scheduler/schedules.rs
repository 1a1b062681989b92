//! Schedules.

use fika_aws::shape::AwsError;
use fika_service::Caller;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fires::{group_or_default, schedule_arn};
use super::{DEFAULT, Query};
use crate::bridge::pass_role;
use crate::input::{self, Checked, required, service_of};
use crate::record::{Schedule, Settings};
use crate::room::Inner;
use crate::table::Name;
use crate::time::{Dialect, Expression, zone};
use crate::timers::Timer;

/// How many schedules an account has at most.
const MOST: usize = 100_000;
/// What can be a target, by the service in its ARN.
const SERVICES: [&str; 4] = ["lambda", "sqs", "sns", "events"];
const NAMES: &str = "[0-9a-zA-Z-_.]+";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ScheduleInput {
    group_name: Option<String>,
    client_token: Option<String>,
    #[serde(flatten)]
    settings: serde_json::Map<String, Value>,
}

impl ScheduleInput {
    fn settings(self) -> Checked<Settings> {
        let mut members = self.settings;
        members.retain(|_, value| !value.is_null());
        for (member, path) in [
            ("ScheduleExpression", "scheduleExpression"),
            ("Target", "target"),
            ("FlexibleTimeWindow", "flexibleTimeWindow"),
        ] {
            required(members.get(member), path)?;
        }
        if let Some(Value::Object(target)) = members.get_mut("Target") {
            target.retain(|_, value| !value.is_null());
            for (member, path) in [("Arn", "target.arn"), ("RoleArn", "target.roleArn")] {
                required(target.get(member), path)?;
            }
        }
        serde_json::from_value(Value::Object(members)).map_err(|why| {
            AwsError::validation(format!(
                "fika's schedules send to functions, queues, topics and buses, and know no other parameters: {why}"
            ))
        })
    }
}

fn check(settings: &Settings) -> Checked {
    let text = &settings.schedule_expression;
    input::length(text, "scheduleExpression", 1, 256)?;
    if Expression::parse(text, Dialect::Scheduler).is_none() {
        return Err(AwsError::validation(format!("Invalid Schedule Expression {text}.")));
    }
    if let Some(name) = &settings.schedule_expression_timezone {
        input::length(name, "scheduleExpressionTimezone", 1, 50)?;
        if zone(name).is_none() {
            return Err(AwsError::validation("The time zone provided is invalid."));
        }
    }
    settings
        .description
        .as_deref()
        .map_or(Ok(()), |text| input::length(text, "description", 0, 512))?;
    input::one_of(settings.state.as_deref(), "state", &["ENABLED", "DISABLED"])?;
    let after = settings.action_after_completion.as_deref();
    input::one_of(after, "actionAfterCompletion", &["NONE", "DELETE"])?;
    if settings.kms_key_arn.is_some() {
        return Err(AwsError::validation("fika has no KMS keys."));
    }
    check_dates(settings)?;
    check_window(settings)?;
    check_target(settings)
}

fn check_dates(settings: &Settings) -> Checked {
    let dates = [settings.start_date, settings.end_date];
    if dates.iter().flatten().any(|date| !(0.0..=253_402_300_799.0).contains(date)) {
        return Err(AwsError::validation("StartDate and EndDate are dates of years up to 9999."));
    }
    match dates {
        [Some(start), Some(end)] if end <= start => {
            Err(AwsError::validation("The EndDate you specify must be later than the StartDate."))
        }
        _ => Ok(()),
    }
}

fn check_window(settings: &Settings) -> Checked {
    let window = &settings.flexible_time_window;
    input::one_of(Some(&window.mode), "flexibleTimeWindow.mode", &["OFF", "FLEXIBLE"])?;
    let most = window.maximum_window_in_minutes;
    input::between(most, "flexibleTimeWindow.maximumWindowInMinutes", 1, 1_440)?;
    match (window.mode.as_str(), most) {
        ("OFF", Some(_)) => Err(AwsError::validation(
            "MaximumWindowInMinutes must not be set when FlexibleTimeWindow.Mode is OFF.",
        )),
        ("FLEXIBLE", None) => Err(AwsError::validation(
            "MaximumWindowInMinutes must be set when FlexibleTimeWindow.Mode is FLEXIBLE.",
        )),
        _ => Ok(()),
    }
}

fn check_target(settings: &Settings) -> Checked {
    let target = &settings.target;
    input::length(&target.arn, "target.arn", 1, 1_600)?;
    input::length(&target.role_arn, "target.roleArn", 1, 1_600)?;
    if let Some(text) = &target.input
        && text.len() > 262_144
    {
        return Err(AwsError::validation("The target's Input is longer than 256 KiB."));
    }
    input::retry_policy(target.retry_policy.as_ref(), "target")?;
    input::dead_letters(target.dead_letter_config.as_ref())?;
    let invalid = |text: &str| Err(AwsError::validation(text));
    if target.arn.starts_with("arn:aws:scheduler:::aws-sdk:") {
        return invalid(
            "fika has no universal targets: its schedules send to functions, queues, topics and buses.",
        );
    }
    let Some(service) = service_of(&target.arn) else {
        return invalid("Provided Arn is not in correct format.");
    };
    if !SERVICES.contains(&service) || (service == "events" && !target.arn.contains(":event-bus/"))
    {
        return invalid("fika's schedules send to functions, queues, topics and buses.");
    }
    if (service == "events") != target.event_bridge_parameters.is_some() {
        return invalid(
            "EventBridgeParameters go with a target that is an event bus, and only with that.",
        );
    }
    if let Some(said) = &target.event_bridge_parameters {
        input::length(&said.detail_type, "target.eventBridgeParameters.detailType", 1, 128)?;
        input::length(&said.source, "target.eventBridgeParameters.source", 1, 256)?;
        if said.source.starts_with("aws.") {
            return invalid("The source of an event does not begin with aws.");
        }
        let detail = target.input.as_deref().map(serde_json::from_str::<Value>);
        if !matches!(detail, Some(Ok(Value::Object(_)))) {
            return invalid(
                "The Input of a target that is an event bus is the detail of an event: a JSON object.",
            );
        }
    }
    let group = target.sqs_parameters.as_ref().and_then(|queue| queue.message_group_id.as_deref());
    if service == "sqs" && target.arn.ends_with(".fifo") && group.is_none() {
        return invalid("MessageGroupId must be specified for a target that is a FIFO queue.");
    }
    Ok(())
}

impl Inner {
    pub(super) async fn create_schedule(
        &self,
        caller: &Caller,
        name: &str,
        asked: ScheduleInput,
    ) -> Checked<Value> {
        let name = schedule_name(caller, asked.group_name.clone(), name)?;
        caller.allow("scheduler:CreateSchedule", &schedule_arn(&name), None, &[])?;
        let token = input::client_token(asked.client_token.clone())?;
        let settings = self.settings(caller, asked)?;
        let _turn = self.turn.lock().await;
        self.group(&name)?;
        if let Some(old) = self.schedules.get(&name) {
            // Asked for again, by who did not hear the answer.
            if token.is_some() && old.token == token && old.settings == settings {
                return Ok(json!({"ScheduleArn": schedule_arn(&name)}));
            }
            let text = format!("Schedule {} already exists.", name.name);
            return Err(AwsError::new("ConflictException", 409, text));
        }
        if self.schedules.count(&name.scope) >= MOST {
            let text = "The account has as many schedules as it may.";
            return Err(AwsError::new("ServiceQuotaExceededException", 402, text));
        }
        let now = self.clock.now();
        self.put_schedule(name, Schedule { settings, created: now, modified: now, token }).await
    }

    pub(super) async fn update_schedule(
        &self,
        caller: &Caller,
        name: &str,
        asked: ScheduleInput,
    ) -> Checked<Value> {
        let name = schedule_name(caller, asked.group_name.clone(), name)?;
        caller.allow("scheduler:UpdateSchedule", &schedule_arn(&name), None, &[])?;
        let settings = self.settings(caller, asked)?;
        let _turn = self.turn.lock().await;
        let old = self.schedules.get(&name).ok_or_else(|| no_schedule(&name))?;
        let (modified, token) = (self.clock.now(), old.token.clone());
        self.put_schedule(name, Schedule { settings, created: old.created, modified, token }).await
    }

    async fn put_schedule(&self, name: Name, schedule: Schedule) -> Checked<Value> {
        let arn = schedule_arn(&name);
        self.keep(&self.schedules, name.clone(), Some(schedule)).await?;
        self.changed.tell(Timer::Schedule(name));
        Ok(json!({"ScheduleArn": arn}))
    }

    /// What was asked for, once it is found to be good, and its role to be one that the service may act as.
    fn settings(&self, caller: &Caller, asked: ScheduleInput) -> Checked<Settings> {
        let settings = asked.settings()?;
        check(&settings)?;
        let role = &settings.target.role_arn;
        pass_role(caller, role, "scheduler.amazonaws.com")?;
        let account = &caller.scope.account;
        if self.iam.acting_as(account, role, "scheduler.amazonaws.com", "scheduler").is_none() {
            return Err(AwsError::validation(
                "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
            ));
        }
        Ok(settings)
    }

    pub(super) fn get_schedule(
        &self,
        caller: &Caller,
        name: &str,
        query: &Query<'_>,
    ) -> Checked<Value> {
        let name = schedule_name(caller, query.get("groupName"), name)?;
        caller.allow("scheduler:GetSchedule", &schedule_arn(&name), None, &[])?;
        self.group(&name)?;
        let schedule = self.schedules.get(&name).ok_or_else(|| no_schedule(&name))?;
        let mut shown = json!(schedule.settings);
        let defaults = [
            ("State", "ENABLED"),
            ("ScheduleExpressionTimezone", "UTC"),
            ("ActionAfterCompletion", "NONE"),
        ];
        for (member, value) in defaults {
            if shown.get(member).is_none() {
                shown[member] = value.into();
            }
        }
        let retries = crate::publish::retries(schedule.settings.target.retry_policy.as_ref());
        shown["Target"]["RetryPolicy"] = json!({
            "MaximumEventAgeInSeconds": retries.age.as_secs(), "MaximumRetryAttempts": retries.most,
        });
        about(&mut shown, &name, &schedule);
        Ok(shown)
    }

    pub(super) async fn delete_schedule(
        &self,
        caller: &Caller,
        name: &str,
        query: &Query<'_>,
    ) -> Checked<Value> {
        let name = schedule_name(caller, query.get("groupName"), name)?;
        caller.allow("scheduler:DeleteSchedule", &schedule_arn(&name), None, &[])?;
        let _turn = self.turn.lock().await;
        if self.schedules.get(&name).is_none() {
            return Err(no_schedule(&name));
        }
        let key = name.key(self.schedules.prefix);
        self.keep(&self.schedules, name.clone(), None).await?;
        self.ticks.forget(&key).await;
        self.changed.tell(Timer::Schedule(name));
        Ok(json!({}))
    }

    pub(super) fn list_schedules(&self, caller: &Caller, query: &Query<'_>) -> Checked<Value> {
        caller.allow("scheduler:ListSchedules", "*", None, &[])?;
        let (group, state) = (query.get("ScheduleGroup"), query.get("State"));
        let prefix = query.get("NamePrefix").unwrap_or_default();
        if let Some(group) = &group {
            self.group(&Name::new(&caller.scope, group, ""))?;
        }
        let all = self.schedules.of_scope(&caller.scope).into_iter().filter(|(name, schedule)| {
            let own = schedule.settings.state.as_deref().unwrap_or("ENABLED");
            name.name.starts_with(&prefix)
                && group.as_ref().is_none_or(|group| *group == name.parent)
                && state.as_ref().is_none_or(|state| state == own)
        });
        let all = all.map(|(name, schedule)| {
            let mut shown = json!({
                "State": schedule.settings.state.as_deref().unwrap_or("ENABLED"),
                "Target": {"Arn": schedule.settings.target.arn},
            });
            about(&mut shown, &name, &schedule);
            (format!("{}/{}", name.parent, name.name), shown)
        });
        let token = query.get("NextToken");
        let (page, next) = input::page(all.collect(), token.as_deref(), query.limit()?);
        let mut output = json!({"Schedules": page});
        next.into_iter().for_each(|token| output["NextToken"] = token.into());
        Ok(output)
    }

    /// Whether the group of a schedule is there.
    pub(super) fn group(&self, name: &Name) -> Checked {
        let group = &name.parent;
        if group == DEFAULT || self.groups.get(&Name::new(&name.scope, "", group)).is_some() {
            return Ok(());
        }
        Err(missing(format!("Schedule group {group} does not exist.")))
    }
}

fn schedule_name(caller: &Caller, group: Option<String>, name: &str) -> Checked<Name> {
    let group = group_or_default(group);
    input::name(name, "name", 64, NAMES)?;
    input::name(&group, "groupName", 64, NAMES)?;
    Ok(Name::new(&caller.scope, &group, name))
}

fn no_schedule(name: &Name) -> AwsError {
    missing(format!("Schedule {} does not exist.", name.name))
}

pub(super) fn missing(message: String) -> AwsError {
    AwsError::new("ResourceNotFoundException", 404, message)
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds of dates")]
fn about(shown: &mut Value, name: &Name, schedule: &Schedule) {
    shown["Arn"] = schedule_arn(name).into();
    shown["Name"] = name.name.as_str().into();
    shown["GroupName"] = name.parent.as_str().into();
    shown["CreationDate"] = (schedule.created as f64 / 1e3).into();
    shown["LastModificationDate"] = (schedule.modified as f64 / 1e3).into();
}
