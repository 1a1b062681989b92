//! The kinds of sources, and what each of them takes.

use fika_aws::generated::lambda::{
    AmazonManagedKafkaEventSourceConfig, CreateEventSourceMappingInput, DestinationConfig,
    EventSourcePosition, OnFailure, SelfManagedKafkaEventSourceConfig,
};
use fika_aws::shape::AwsError;
use fika_eventpattern::Pattern;
use uuid::Uuid;

use crate::refuse;

/// The most messages a batch of a FIFO queue has, and one of any queue without a window.
const SMALL_BATCH: i32 = 10;
/// The most filters of one mapping.
const FILTERS: usize = 5;

/// Where events come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Sqs { fifo: bool },
    Kinesis,
    DynamoDb,
    ManagedKafka,
    SelfManagedKafka,
    Mq,
    DocumentDb,
}

type Input = CreateEventSourceMappingInput;

impl Source {
    /// The kind of source; none where nothing says it, or two things do.
    pub(crate) fn of(input: &Input) -> Option<Self> {
        match (&input.event_source_arn, &input.self_managed_event_source) {
            (None, Some(_)) => Some(Self::SelfManagedKafka),
            (Some(arn), None) => Self::of_arn(arn),
            _ => None,
        }
    }

    fn of_arn(arn: &str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':').skip(2);
        let (service, resource) = (parts.next()?, parts.nth(2)?);
        Some(match (service, resource.split(['/', ':']).next()?) {
            ("sqs", name) if name == resource && !name.is_empty() => {
                Self::Sqs { fifo: name.ends_with(".fifo") }
            }
            ("kinesis", "stream") => Self::Kinesis,
            ("dynamodb", "table") if resource.contains("/stream/") => Self::DynamoDb,
            ("kafka", "cluster" | "vpc-connection") => Self::ManagedKafka,
            ("mq", "broker") => Self::Mq,
            ("rds", "cluster") => Self::DocumentDb,
            _ => return None,
        })
    }

    /// Whether it is a queue.
    pub(crate) fn is_queue(self) -> bool {
        matches!(self, Self::Sqs { .. })
    }

    /// Whether it has shards that are read in order.
    pub(crate) fn is_stream(self) -> bool {
        matches!(self, Self::Kinesis | Self::DynamoDb)
    }

    fn is_kafka(self) -> bool {
        matches!(self, Self::ManagedKafka | Self::SelfManagedKafka)
    }

    /// Fills in what was left out, as AWS shows it.
    pub(crate) fn fill(self, id: Uuid, it: &mut Input) {
        let small = if self.is_queue() { SMALL_BATCH } else { 100 };
        it.enabled.get_or_insert(true);
        it.batch_size.get_or_insert(small);
        if self.is_queue() || self.is_stream() {
            it.maximum_batching_window_in_seconds.get_or_insert(0);
            it.function_response_types.get_or_insert_default();
        }
        if self.is_stream() {
            it.parallelization_factor.get_or_insert(1);
            it.maximum_record_age_in_seconds.get_or_insert(-1);
            it.maximum_retry_attempts.get_or_insert(-1);
            it.bisect_batch_on_function_error.get_or_insert(false);
            it.tumbling_window_in_seconds.get_or_insert(0);
            let to: &mut DestinationConfig = it.destination_config.get_or_insert_default();
            to.on_failure.get_or_insert(OnFailure { destination: None });
        }
        if self.is_kafka() {
            it.starting_position.get_or_insert(EventSourcePosition::TrimHorizon);
        }
        let group = || Some(id.to_string());
        if self == Self::ManagedKafka {
            let kafka: &mut AmazonManagedKafkaEventSourceConfig =
                it.amazon_managed_kafka_event_source_config.get_or_insert_default();
            kafka.consumer_group_id = kafka.consumer_group_id.take().or_else(group);
        }
        if self == Self::SelfManagedKafka {
            let kafka: &mut SelfManagedKafkaEventSourceConfig =
                it.self_managed_kafka_event_source_config.get_or_insert_default();
            kafka.consumer_group_id = kafka.consumer_group_id.take().or_else(group);
        }
    }

    /// Whether it takes all that is asked for.
    ///
    /// # Errors
    /// As on AWS.
    pub(crate) fn check(self, it: &Input) -> Result<(), AwsError> {
        self.check_members(it)?;
        self.check_start(it)?;
        if self.is_queue() {
            self.check_batch(it)?;
        }
        if self == Self::SelfManagedKafka && it.source_access_configurations.is_none() {
            return Err(missing("sourceAccessConfigurations"));
        }
        if self.is_kafka() && it.topics.is_none() {
            return Err(missing("topics"));
        }
        if self == Self::Mq && it.queues.is_none() {
            return Err(missing("queues"));
        }
        check_filters(it)
    }

    fn check_members(self, it: &Input) -> Result<(), AwsError> {
        let (queue, stream, kafka) = (self.is_queue(), self.is_stream(), self.is_kafka());
        let to = it.destination_config.as_ref();
        let success = to.is_some_and(|to| to.on_success.is_some());
        let members = [
            ("DestinationConfig", to.is_some(), (stream || kafka) && !success),
            ("ParallelizationFactor", it.parallelization_factor.is_some(), stream),
            ("MaximumRecordAgeInSeconds", it.maximum_record_age_in_seconds.is_some(), stream),
            ("MaximumRetryAttempts", it.maximum_retry_attempts.is_some(), stream),
            ("BisectBatchOnFunctionError", it.bisect_batch_on_function_error.is_some(), stream),
            ("TumblingWindowInSeconds", it.tumbling_window_in_seconds.is_some(), stream),
            ("ScalingConfig", it.scaling_config.is_some(), queue),
            ("Topics", it.topics.is_some(), kafka),
            ("Queues", it.queues.is_some(), self == Self::Mq),
            ("StartingPosition", it.starting_position.is_some(), !queue && self != Self::Mq),
            (
                "AmazonManagedKafkaEventSourceConfig",
                it.amazon_managed_kafka_event_source_config.is_some(),
                self == Self::ManagedKafka,
            ),
            (
                "SelfManagedKafkaEventSourceConfig",
                it.self_managed_kafka_event_source_config.is_some(),
                self == Self::SelfManagedKafka,
            ),
            (
                "DocumentDBEventSourceConfig",
                it.document_db_event_source_config.is_some(),
                self == Self::DocumentDb,
            ),
        ];
        match members.iter().find(|(_, given, taken)| *given && !taken) {
            Some((name, ..)) => Err(refuse::invalid(format!(
                "Unsupported {name} parameter for given event source mapping type."
            ))),
            None => Ok(()),
        }
    }

    fn check_start(self, it: &Input) -> Result<(), AwsError> {
        let at = it.starting_position == Some(EventSourcePosition::AtTimestamp);
        if (self.is_stream() || self == Self::DocumentDb) && it.starting_position.is_none() {
            return Err(refuse::invalid(
                "1 validation error detected: Value null at 'startingPosition' failed to satisfy \
                 constraint: Member must not be null.",
            ));
        }
        if at && self == Self::DynamoDb {
            let arn = it.event_source_arn.as_deref().unwrap_or_default();
            return Err(refuse::invalid(format!(
                "Unsupported starting position for arn type: {arn}"
            )));
        }
        if at != it.starting_position_timestamp.is_some() {
            return Err(refuse::invalid(
                "StartingPositionTimestamp goes with the StartingPosition AT_TIMESTAMP, and only \
                 with that.",
            ));
        }
        Ok(())
    }

    fn check_batch(self, it: &Input) -> Result<(), AwsError> {
        let size = it.batch_size.unwrap_or(SMALL_BATCH);
        let window = it.maximum_batching_window_in_seconds.unwrap_or(0);
        let fifo = self == Self::Sqs { fifo: true };
        if fifo && size > SMALL_BATCH {
            let rule = format!("Member must have value less than or equal to {SMALL_BATCH}");
            return Err(AwsError::broken_constraint(&size.to_string(), "batchSize", &rule));
        }
        if fifo && window > 0 {
            return Err(refuse::invalid("Batching window is not supported for FIFO queues."));
        }
        if size > SMALL_BATCH && window == 0 {
            return Err(refuse::invalid(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is \
                 greater than 10",
            ));
        }
        Ok(())
    }
}

fn check_filters(it: &Input) -> Result<(), AwsError> {
    let filters: Vec<_> =
        it.filter_criteria.iter().flat_map(|all| &all.filters).flatten().collect();
    if filters.len() > FILTERS {
        return Err(refuse::invalid(format!("A mapping takes at most {FILTERS} filters.")));
    }
    let valid =
        |text: &Option<String>| text.as_deref().is_some_and(|it| Pattern::parse(it).is_ok());
    if filters.iter().all(|filter| valid(&filter.pattern)) {
        return Ok(());
    }
    Err(refuse::invalid("Invalid filter pattern definition."))
}

fn missing(member: &str) -> AwsError {
    refuse::invalid(format!("Required '{member}' parameter is missing."))
}

#[cfg(test)]
mod tests {
    use fika_aws::generated::lambda::{Filter, FilterCriteria};

    use super::*;

    #[test]
    fn filters_are_what_those_who_ask_them_can_read() {
        let with = |pattern: &str| {
            let filters = vec![Filter { pattern: Some(pattern.into()) }];
            check_filters(&Input {
                filter_criteria: Some(FilterCriteria { filters: Some(filters) }),
                ..Input::default()
            })
        };
        for valid in [
            r#"{"eventName": ["INSERT", null, 1, true]}"#,
            r#"{"body": {"a": [{"numeric": [">", 100]}, {"exists": false}]}}"#,
            r#"{"$or": [{"a": ["x"]}, {"b": {"c": [{"prefix": "y"}]}}]}"#,
        ] {
            assert!(with(valid).is_ok(), "{valid}");
        }
        let deep = format!("{}[1]{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
        for invalid in [
            "",
            "[]",
            "{}",
            r#"{"eventSource": "aws:sqs"}"#,
            r#"{"a": [["x"]]}"#,
            r#"{"a": [{"like": "x"}]}"#,
            r#"{"a": [{"prefix": "x", "suffix": "y"}]}"#,
            // What has the right shape, but cannot be asked.
            r#"{"a": [{"numeric": ["x"]}]}"#,
            r#"{"a": [{"exists": "yes"}]}"#,
            r#"{"a": [{"wildcard": "a**b"}]}"#,
            &deep,
        ] {
            assert!(with(invalid).is_err(), "{invalid:.80}");
        }
    }
}
