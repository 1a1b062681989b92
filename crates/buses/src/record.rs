//! Things as the store keeps them. Add members with a default.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use fika_eventpattern::Pattern;
use serde::{Deserialize, Serialize};

/// What a thing is marked with.
pub(crate) type Tags = BTreeMap<String, String>;

/// An event bus. The default one of an account is there without a record.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Bus {
    #[serde(default)]
    pub(crate) description: Option<String>,
    /// Who else may put events on it: a policy document.
    #[serde(default)]
    pub(crate) policy: Option<String>,
    /// Where events go that a rule's target did not take and that has no queue for them itself.
    #[serde(default)]
    pub(crate) dead_letters: Option<String>,
    #[serde(default)]
    pub(crate) tags: Tags,
    /// Milliseconds since 1970.
    pub(crate) created: i64,
    /// Milliseconds since 1970.
    pub(crate) modified: i64,
}

/// A rule.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Rule {
    #[serde(default)]
    pub(crate) pattern: Option<String>,
    #[serde(default)]
    pub(crate) schedule: Option<String>,
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) role: Option<String>,
    #[serde(default)]
    pub(crate) tags: Tags,
    #[serde(default)]
    pub(crate) targets: Vec<Target>,
    /// What its rate is counted from, milliseconds since 1970.
    pub(crate) since: i64,
    #[serde(skip)]
    pub(crate) read: Once,
}

/// A pattern that is read when it is first asked; not what a copy begins with, which may be changed.
#[derive(Debug, Default)]
pub(crate) struct Once(OnceLock<Option<Pattern>>);

impl Clone for Once {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Rule {
    /// Whether it wants an event.
    pub(crate) fn wants(&self, event: &serde_json::Value) -> bool {
        let read = || self.pattern.as_deref().and_then(|text| Pattern::parse(text).ok());
        let pattern = self.read.0.get_or_init(read).as_ref();
        self.is_on() && pattern.is_some_and(|pattern| pattern.matches(event))
    }

    pub(crate) fn is_on(&self) -> bool {
        self.state != "DISABLED"
    }
}

/// What a rule sends to, as the API has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Target {
    pub(crate) id: String,
    pub(crate) arn: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) role_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) input_path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) input_transformer: Option<InputTransformer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sqs_parameters: Option<SqsParameters>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dead_letter_config: Option<DeadLetterConfig>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retry_policy: Option<RetryPolicy>,
}

/// How an event is written anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct InputTransformer {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) input_paths_map: BTreeMap<String, String>,
    pub(crate) input_template: String,
}

/// What a queue is told beside the message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SqsParameters {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message_group_id: Option<String>,
}

/// Where events go that a target did not take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeadLetterConfig {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) arn: Option<String>,
}

/// How long an event is tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RetryPolicy {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) maximum_event_age_in_seconds: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) maximum_retry_attempts: Option<i64>,
}

/// A group of schedules. The one named `default` is there without a record.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Group {
    #[serde(default)]
    pub(crate) tags: Tags,
    /// Milliseconds since 1970.
    pub(crate) created: i64,
    /// Milliseconds since 1970.
    pub(crate) modified: i64,
    /// What its making is known by, so that whoever asks for it again has made one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
}

/// A schedule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Schedule {
    pub(crate) settings: Settings,
    /// Milliseconds since 1970.
    pub(crate) created: i64,
    /// Milliseconds since 1970.
    pub(crate) modified: i64,
    /// What its making is known by, so that whoever asks for it again has made one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
}

/// What a schedule is to do, as the API has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Settings {
    pub(crate) schedule_expression: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) schedule_expression_timezone: Option<String>,
    /// Seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) start_date: Option<f64>,
    /// Seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) end_date: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) action_after_completion: Option<String>,
    pub(crate) flexible_time_window: FlexibleTimeWindow,
    pub(crate) target: ScheduleTarget,
}

/// How long after its time a schedule may begin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct FlexibleTimeWindow {
    pub(crate) mode: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) maximum_window_in_minutes: Option<i64>,
}

/// What a schedule sends to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct ScheduleTarget {
    pub(crate) arn: String,
    pub(crate) role_arn: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dead_letter_config: Option<DeadLetterConfig>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retry_policy: Option<RetryPolicy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) event_bridge_parameters: Option<EventBridgeParameters>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sqs_parameters: Option<SqsParameters>,
}

/// What an event says of itself that a schedule puts on a bus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct EventBridgeParameters {
    pub(crate) detail_type: String,
    pub(crate) source: String,
}
