//! `AWS::Lambda::EventSourceMapping`.

use http::Method;
use serde_json::{Map, Value, json};

use super::call;
use super::tags::retag;
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::{Refusal, gone};

/// Event source mappings.
pub static KIND: Kind = Kind {
    name: "AWS::Lambda::EventSourceMapping",
    properties: &[
        Property::may("AmazonManagedKafkaEventSourceConfig"),
        Property::may("BatchSize"),
        Property::may("BisectBatchOnFunctionError"),
        Property::may("DestinationConfig"),
        Property::may("DocumentDBEventSourceConfig"),
        Property::may("Enabled"),
        Property::fixed("EventSourceArn"),
        Property::may("FilterCriteria"),
        Property::must("FunctionName"),
        Property::may("FunctionResponseTypes"),
        Property::may("KmsKeyArn"),
        Property::may("LoggingConfig"),
        Property::may("MaximumBatchingWindowInSeconds"),
        Property::may("MaximumRecordAgeInSeconds"),
        Property::may("MaximumRetryAttempts"),
        Property::may("MetricsConfig"),
        Property::may("ParallelizationFactor"),
        Property::may("ProvisionedPollerConfig"),
        Property::fixed("Queues"),
        Property::may("ScalingConfig"),
        Property::fixed("SelfManagedEventSource"),
        Property::may("SelfManagedKafkaEventSourceConfig"),
        Property::may("SourceAccessConfigurations"),
        Property::fixed("StartingPosition"),
        Property::fixed("StartingPositionTimestamp"),
        Property::may("Tags"),
        Property::fixed("Topics"),
        Property::may("TumblingWindowInSeconds"),
    ],
    open: false,
    attributes: &["EventSourceMappingArn", "Id"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// Where they are in Lambda's API.
const MAPPINGS: &str = "/2015-03-31/event-source-mappings";

async fn create(ask: Ask) -> Result<Made, Failure> {
    let mut input = input(&ask);
    input.remove("Tags");
    let tags = ask.tags();
    if !tags.is_empty() {
        input.insert("Tags".into(), json!(tags));
    }
    let id = match call(&ask, Method::POST, MAPPINGS, &input.into()).await {
        Err(refusal) if ask.again && refusal.exists() => {
            standing(&refusal).ok_or_else(|| Failure::from(refusal.clone()))?
        }
        answer => answer?["UUID"].as_str().unwrap_or_default().to_owned(),
    };
    let scope = &ask.stack.scope;
    let (region, account) = (&scope.region, &scope.account);
    let arn = format!("arn:aws:lambda:{region}:{account}:event-source-mapping:{id}");
    let made = Made::new(id.clone()).with("EventSourceMappingArn", arn).with("Id", id.clone());
    match settled(&ask, &id).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let id = &was.made.id;
    let (old, new) = (named(&was.properties), input(&ask));
    let again = |name: &str| ask.again && new.contains_key(name);
    let differs = |name: &&String| old.get(*name) != new.get(*name) || again(name);
    let differ = old.keys().chain(new.keys()).filter(differs);
    let changed: Map<String, Value> = differ
        .filter(|name| *name != "Tags")
        .map(|name| {
            let value = new.get(name).cloned();
            (name.clone(), value.unwrap_or_else(|| default(name, &new)))
        })
        .collect();
    if !changed.is_empty() {
        call(&ask, Method::PUT, &format!("{MAPPINGS}/{id}"), &changed.into()).await?;
        settled(&ask, id).await?;
    }
    let arn = was.made.attributes.get("EventSourceMappingArn").and_then(Value::as_str);
    retag(&ask, &was, arn.unwrap_or_default()).await?;
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let path = &format!("{MAPPINGS}/{}", was.made.id);
    gone(call(&ask, Method::DELETE, path, &Value::Null).await)?;
    let ask = &ask;
    ask.until(|| async move {
        match call(ask, Method::GET, path, &Value::Null).await {
            Err(refusal) if refusal.is_missing() => Ok(Some(())),
            answer => answer.map(|_| None).map_err(Failure::from),
        }
    })
    .await
}

/// Waits until a change has taken effect.
async fn settled(ask: &Ask, id: &str) -> Result<(), Failure> {
    let path = &format!("{MAPPINGS}/{id}");
    ask.until(|| async move {
        let mapping = call(ask, Method::GET, path, &Value::Null).await?;
        Ok(matches!(mapping["State"].as_str(), Some("Enabled" | "Disabled")).then_some(()))
    })
    .await
}

/// The mapping that the refusal of another says is there.
fn standing(refusal: &Refusal) -> Option<String> {
    Some(refusal.message.split_once("with UUID ")?.1.trim().trim_end_matches('.').to_owned())
}

fn input(ask: &Ask) -> Map<String, Value> {
    named(&ask.properties)
}

/// The API spells the key otherwise, and the addresses of a cluster too.
fn named(properties: &Map<String, Value>) -> Map<String, Value> {
    let pairs = properties.iter().map(|(name, value)| match name.as_str() {
        "KmsKeyArn" => ("KMSKeyArn".to_owned(), value.clone()),
        "SelfManagedEventSource" => (name.clone(), self_managed(value)),
        _ => (name.clone(), value.clone()),
    });
    pairs.collect()
}

fn self_managed(source: &Value) -> Value {
    let servers = source.get("Endpoints").and_then(|of| of.get("KafkaBootstrapServers"));
    match servers {
        Some(servers) => json!({"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": servers}}),
        None => source.clone(),
    }
}

/// What a property is that a template names no more.
fn default(name: &str, now: &Map<String, Value>) -> Value {
    let source = now.get("EventSourceArn").and_then(Value::as_str).unwrap_or_default();
    match name {
        "BatchSize" if source.contains(":sqs:") => json!(10),
        "BatchSize" => json!(100),
        "BisectBatchOnFunctionError" => json!(false),
        "Enabled" => json!(true),
        "FilterCriteria" => json!({"Filters": []}),
        "FunctionResponseTypes" | "SourceAccessConfigurations" => json!([]),
        "KMSKeyArn" => json!(""),
        "MaximumBatchingWindowInSeconds" | "TumblingWindowInSeconds" => json!(0),
        "MaximumRecordAgeInSeconds" | "MaximumRetryAttempts" => json!(-1),
        "MetricsConfig" => json!({"Metrics": []}),
        "ParallelizationFactor" => json!(1),
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, was};

    #[test]
    fn the_mapping_that_stands_is_named_by_the_refusal_of_another() {
        let message = "The event source arn (\" a \") and function (\" f \") provided mapping already exists. \
                       Please update or delete the existing mapping with UUID 1b7c";
        let refusal = Refusal {
            service: "lambda".into(),
            code: "ResourceConflictException".into(),
            status: 409,
            message: message.into(),
        };
        assert_eq!(standing(&refusal).as_deref(), Some("1b7c"));
    }

    #[tokio::test]
    async fn what_a_template_names_no_more_is_as_by_default() {
        let fake = Fake::new(&[
            ("lambda PUT", 202, json!({})),
            ("lambda GET", 200, json!({"State": "Enabled"})),
        ]);
        let source = "arn:aws:sqs:us-east-1:123456789012:q";
        let ask = fake.ask(KIND.name, json!({"EventSourceArn": source, "FunctionName": "f"}));
        let had = json!({
            "EventSourceArn": source,
            "FunctionName": "f",
            "BatchSize": 3,
            "ScalingConfig": {"MaximumConcurrency": 2},
        });
        update(ask, was("1b7c", had)).await.expect("changed");
        assert!(fake.asked()[0].starts_with(&format!("lambda PUT {MAPPINGS}/1b7c ")));
        assert_eq!(fake.input(0), json!({"BatchSize": 10, "ScalingConfig": {}}));
    }

    #[test]
    fn the_api_has_names_of_its_own() {
        let properties = json!({
            "KmsKeyArn": "k",
            "SelfManagedEventSource": {"Endpoints": {"KafkaBootstrapServers": ["h:1"]}},
        });
        let wanted = json!({
            "KMSKeyArn": "k",
            "SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["h:1"]}},
        });
        let Value::Object(properties) = properties else { panic!("an object") };
        assert_eq!(Value::Object(named(&properties)), wanted);
    }
}
