//! `CloudWatchLogs`: a subscription to a log group.

use super::{Event, permission};
use crate::expansion::Expansion;
use crate::function::Target;
use crate::made::Made;
use crate::names;
use crate::shape::Shape::Text;
use crate::shape::{Property, must};
use crate::tree::{dict, list};

pub(super) const PROPERTIES: &[Property] =
    &[must("LogGroupName", Text), must("FilterPattern", Text)];

pub(super) fn expand(expansion: &Expansion<'_>, event: &Event, target: &Target) -> Vec<Made> {
    let group = event.given.any("LogGroupName");
    let arn = names::arn(expansion.partition, "logs", "log-group:${__LogGroupName__}:*");
    let source = names::substitute_with(arn, dict! { "__LogGroupName__" => group });
    let permission = permission(event, "", target, "logs.amazonaws.com", source);
    let mut filter =
        Made::new(event.given.id.as_str(), "AWS::Logs::SubscriptionFilter", &target.attributes);
    filter.depends_on = list![permission.id.as_str()];
    filter.take(&["LogGroupName", "FilterPattern"], &event.given.properties);
    filter.set("DestinationArn", target.arn.clone());
    vec![permission, filter]
}
