//! Notifications as their owner writes them.

use fika_model::Scope;
use s3s::dto::{
    Event, EventBridgeConfiguration, FilterRule, FilterRuleName,
    GetBucketNotificationConfigurationOutput, LambdaFunctionConfiguration,
    NotificationConfiguration, NotificationConfigurationFilter, QueueConfiguration, S3KeyFilter,
    TopicConfiguration,
};
use s3s::{S3Error, S3Result, s3_error};

use super::{Configuration, Rule};
use crate::files::random_name;

/// What a bucket may tell of. Those that fika never tells of are taken, as S3 takes them.
const EVENTS: [&str; 28] = [
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
    "s3:ObjectAcl:Put",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Post",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ReducedRedundancyLostObject",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:LifecycleTransition",
    "s3:IntelligentTiering",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:TestEvent",
];
/// How many rules a bucket may have.
const MOST: usize = 100;

type Filter = Option<NotificationConfigurationFilter>;

/// Reads what is asked for.
///
/// # Errors
/// `InvalidArgument`, in S3's words.
pub(crate) fn read(wanted: NotificationConfiguration, scope: &Scope) -> S3Result<Configuration> {
    let functions = wanted.lambda_function_configurations.unwrap_or_default();
    let queues = wanted.queue_configurations.unwrap_or_default();
    let topics = wanted.topic_configurations.unwrap_or_default();
    let mut rules = Vec::new();
    for one in functions {
        rules.push(rule(one.id, one.lambda_function_arn, "lambda", one.events, one.filter, scope)?);
    }
    for one in queues {
        rules.push(rule(one.id, one.queue_arn, "sqs", one.events, one.filter, scope)?);
    }
    for one in topics {
        rules.push(rule(one.id, one.topic_arn, "sns", one.events, one.filter, scope)?);
    }
    let event_bridge = wanted.event_bridge_configuration.is_some();
    let read = Configuration { rules, event_bridge };
    if read.rules.len() > MOST {
        return Err(invalid("A bucket may have 100 notification configurations at most."));
    }
    if read.overlaps() {
        let text = "Configurations overlap. Configurations on the same bucket cannot share a \
                    common event type.";
        return Err(invalid(text));
    }
    Ok(read)
}

fn rule(
    id: Option<String>,
    target: String,
    service: &str,
    events: Vec<Event>,
    filter: Filter,
    scope: &Scope,
) -> S3Result<Rule> {
    let mut pieces = target.splitn(6, ':');
    let is_it = pieces.next() == Some("arn")
        && pieces.next() == Some("aws")
        && pieces.next() == Some(service)
        && pieces.next() == Some(scope.region.as_str())
        && pieces.next().is_some_and(|account| account.len() == 12)
        && pieces.next().is_some_and(|name| !name.is_empty());
    if !is_it {
        return Err(invalid("The ARN could not be parsed, or is of another service or region."));
    }
    let events: Vec<_> = events.iter().map(|event| event.as_ref().to_owned()).collect();
    if events.is_empty() || !events.iter().all(|event| EVENTS.contains(&event.as_str())) {
        return Err(invalid("The event is not supported for notifications"));
    }
    let (prefix, suffix) = read_filter(filter)?;
    let id = match id.filter(|id| !id.is_empty()) {
        Some(id) if id.len() <= 255 => id,
        Some(_) => return Err(invalid("The id may be 255 characters long at most.")),
        None => random_name().map_err(S3Error::internal_error)?,
    };
    Ok(Rule { id, target, events, prefix, suffix })
}

fn read_filter(filter: Filter) -> S3Result<(Option<String>, Option<String>)> {
    let rules = filter.and_then(|filter| filter.key).and_then(|key| key.filter_rules);
    let (mut prefix, mut suffix) = (None, None);
    for rule in rules.unwrap_or_default() {
        let name = rule.name.map(|name| name.as_str().to_ascii_lowercase()).unwrap_or_default();
        let place = match name.as_str() {
            "prefix" => &mut prefix,
            "suffix" => &mut suffix,
            _ => return Err(invalid("filter rule name must be either prefix or suffix")),
        };
        let value = rule.value.unwrap_or_default();
        if value.len() > 1024 {
            return Err(invalid("Size of filter rule value cannot exceed 1024 bytes"));
        }
        if place.replace(value).is_some() {
            return Err(invalid("Cannot specify more than one prefix or suffix rule in a filter."));
        }
    }
    Ok((prefix, suffix))
}

pub(super) fn invalid(text: &str) -> S3Error {
    s3_error!(InvalidArgument, "{text}")
}

/// What was asked for, as it is shown.
pub(crate) fn shown(all: &Configuration) -> GetBucketNotificationConfigurationOutput {
    let of = |service: &str| {
        let start = format!("arn:aws:{service}:");
        all.rules.iter().filter(move |rule| rule.target.starts_with(&start)).cloned()
    };
    let events = |rule: &Rule| rule.events.iter().cloned().map(Event::from).collect();
    let functions: Vec<_> = of("lambda")
        .map(|rule| LambdaFunctionConfiguration {
            events: events(&rule),
            filter: filter(&rule),
            id: Some(rule.id),
            lambda_function_arn: rule.target,
        })
        .collect();
    let queues: Vec<_> = of("sqs")
        .map(|rule| QueueConfiguration {
            events: events(&rule),
            filter: filter(&rule),
            id: Some(rule.id),
            queue_arn: rule.target,
        })
        .collect();
    let topics: Vec<_> = of("sns")
        .map(|rule| TopicConfiguration {
            events: events(&rule),
            filter: filter(&rule),
            id: Some(rule.id),
            topic_arn: rule.target,
        })
        .collect();
    GetBucketNotificationConfigurationOutput {
        event_bridge_configuration: all.event_bridge.then(EventBridgeConfiguration::default),
        lambda_function_configurations: Some(functions).filter(|all| !all.is_empty()),
        queue_configurations: Some(queues).filter(|all| !all.is_empty()),
        topic_configurations: Some(topics).filter(|all| !all.is_empty()),
    }
}

fn filter(rule: &Rule) -> Filter {
    let one = |name, value: &Option<String>| {
        let name = Some(FilterRuleName::from_static(name));
        value.clone().map(|value| FilterRule { name, value: Some(value) })
    };
    let rules = [one("Prefix", &rule.prefix), one("Suffix", &rule.suffix)];
    let rules: Vec<_> = rules.into_iter().flatten().collect();
    let key = S3KeyFilter { filter_rules: Some(rules) };
    let any = key.filter_rules.as_ref().is_some_and(|rules| !rules.is_empty());
    any.then_some(NotificationConfigurationFilter { key: Some(key) })
}
