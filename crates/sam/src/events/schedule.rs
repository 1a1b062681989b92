//! `Schedule`: a rule that runs at times.

use super::{Event, rule, state};
use crate::error::Result;
use crate::function::Target;
use crate::made::Made;
use crate::shape::Shape::{Bool, Map, Text};
use crate::shape::{Property, may, must};

pub(super) const PROPERTIES: &[Property] = &[
    must("Schedule", Text),
    may("RuleName", Text),
    may("Input", Text),
    may("Enabled", Bool),
    may("State", Text),
    may("Name", Text),
    may("Description", Text),
    may("DeadLetterConfig", Map),
    may("RetryPolicy", Map),
];

pub(super) fn expand(event: &Event, target: &Target) -> Result<Vec<Made>> {
    let mut made = Made::new(event.given.id.as_str(), "AWS::Events::Rule", &target.attributes);
    made.set("ScheduleExpression", event.given.any("Schedule"));
    made.set("State", state(event)?);
    made.take(&["Name", "Description"], &event.given.properties);
    rule::with_target(made, event, target)
}
