//! Event source mappings.

use fika_aws::generated::lambda::{
    CreateEventSourceMappingInput, DeleteEventSourceMappingInput, GetEventSourceMappingInput,
    ListEventSourceMappingsInput, UpdateEventSourceMappingInput,
};
use fika_aws::shape::AwsError;
use serde_json::{Value, json};

use super::fixture::*;

const ARN: &str = "arn:aws:lambda:eu-north-1:000000000001:function:hello";
const QUEUE: &str = "arn:aws:sqs:eu-north-1:000000000001:q";
const STREAM: &str = "arn:aws:kinesis:eu-north-1:000000000001:stream/s";
const TABLE: &str = "arn:aws:dynamodb:eu-north-1:000000000001:table/t/stream/l";

async fn fixture() -> Fixture {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    fixture
}

/// CreateEventSourceMapping of `hello` unless the body names another.
async fn create(fixture: &Fixture, body: Value) -> Result<Value, AwsError> {
    let mut input: CreateEventSourceMappingInput = read(&body);
    input.function_name.get_or_insert("hello".into());
    let created = fixture.control.create_event_source_mapping(&scope(), input).await?;
    Ok(serde_json::to_value(created).unwrap())
}

async fn update(fixture: &Fixture, id: &Value, body: Value) -> Result<Value, AwsError> {
    let mut input: UpdateEventSourceMappingInput = read(&body);
    input.uuid = id.as_str().map(Into::into);
    let updated = fixture.control.update_event_source_mapping(&scope(), input).await?;
    Ok(serde_json::to_value(updated).unwrap())
}

fn get(fixture: &Fixture, id: &Value) -> Result<Value, AwsError> {
    let input = GetEventSourceMappingInput { uuid: id.as_str().map(Into::into) };
    let got = fixture.control.get_event_source_mapping(&scope(), &input)?;
    Ok(serde_json::to_value(got).unwrap())
}

fn list(fixture: &Fixture, query: Value) -> (Vec<Value>, Option<String>) {
    let text = |name: &str| query[name].as_str().map(Into::into);
    let input = ListEventSourceMappingsInput {
        event_source_arn: text("EventSourceArn"),
        function_name: text("FunctionName"),
        marker: text("Marker"),
        max_items: query["MaxItems"].as_i64().map(|n| i32::try_from(n).unwrap()),
    };
    let page = fixture.control.list_event_source_mappings(&scope(), input).unwrap();
    let all = page.event_source_mappings.unwrap();
    (all.into_iter().map(|one| json!(one.uuid)).collect(), page.next_marker)
}

/// Without what differs from one to the next.
fn plain(mut shown: Value) -> Value {
    let fields = shown.as_object_mut().unwrap();
    for name in ["UUID", "LastModified", "EventSourceMappingArn"] {
        assert!(fields.remove(name).is_some(), "{name}");
    }
    shown
}

#[tokio::test]
async fn each_source_has_its_defaults() {
    let fixture = fixture().await;
    let queue = create(&fixture, json!({ "EventSourceArn": QUEUE })).await.unwrap();
    let expected = json!({
        "BatchSize": 10,
        "EventSourceArn": QUEUE,
        "FunctionArn": ARN,
        "FunctionResponseTypes": [],
        "MaximumBatchingWindowInSeconds": 0,
        "State": "Creating",
        "StateTransitionReason": "USER_INITIATED",
    });
    assert_eq!(plain(queue), expected);
    let body = json!({
        "EventSourceArn": TABLE,
        "StartingPosition": "LATEST",
        "FilterCriteria": { "Filters": [] },
    });
    let expected = json!({
        "BatchSize": 100,
        "BisectBatchOnFunctionError": false,
        "DestinationConfig": { "OnFailure": {} },
        "EventSourceArn": TABLE,
        "FunctionArn": ARN,
        "FunctionResponseTypes": [],
        "LastProcessingResult": "No records processed",
        "MaximumBatchingWindowInSeconds": 0,
        "MaximumRecordAgeInSeconds": -1,
        "MaximumRetryAttempts": -1,
        "ParallelizationFactor": 1,
        "StartingPosition": "LATEST",
        "State": "Creating",
        "StateTransitionReason": "User action",
        "TumblingWindowInSeconds": 0,
    });
    assert_eq!(plain(create(&fixture, body).await.unwrap()), expected);
    let body = json!({
        "SelfManagedEventSource": { "Endpoints": { "KAFKA_BOOTSTRAP_SERVERS": ["kafka:1000"] } },
        "SourceAccessConfigurations": [{ "Type": "BASIC_AUTH", "URI": "arn:aws:secretsmanager:x" }],
        "Topics": ["topic"],
    });
    let kafka = create(&fixture, body).await.unwrap();
    assert_eq!(kafka["SelfManagedKafkaEventSourceConfig"]["ConsumerGroupId"], kafka["UUID"]);
    assert_eq!(
        (&kafka["StartingPosition"], &kafka["BatchSize"]),
        (&json!("TRIM_HORIZON"), &json!(100))
    );
}

#[tokio::test]
async fn a_mapping_goes_its_way_and_survives_restarts() {
    let fixture = fixture().await;
    let body = json!({ "EventSourceArn": QUEUE, "Enabled": false, "Tags": { "a": "b" } });
    let created = create(&fixture, body).await.unwrap();
    assert_eq!(created["State"], "Disabled");
    let id = &created["UUID"];
    let body = json!({ "Enabled": true, "BatchSize": 5 });
    assert_eq!(update(&fixture, id, body).await.unwrap()["State"], "Enabling");

    let fixture = fixture.reopen(Verdict::Ready).await;
    let got = get(&fixture, id).unwrap();
    assert_eq!((&got["State"], &got["BatchSize"]), (&json!("Enabled"), &json!(5)));
    assert_eq!(update(&fixture, id, json!({})).await.unwrap()["State"], "Updating");
    let off = json!({ "Enabled": false });
    assert_eq!(update(&fixture, id, off).await.unwrap()["State"], "Disabling");
    fixture.delete("hello").await.unwrap();
    assert_eq!(get(&fixture, id).unwrap()["State"], "Disabled", "it outlives its function");

    let input = DeleteEventSourceMappingInput { uuid: id.as_str().map(Into::into) };
    let control = &fixture.control;
    let gone = control.delete_event_source_mapping(&scope(), input.clone()).await.unwrap();
    assert_eq!(gone.state.as_deref(), Some("Deleting"));
    let error = control.delete_event_source_mapping(&scope(), input).await.unwrap_err();
    let text = "The resource you requested does not exist.";
    assert_eq!((error.status(), error.message()), (404, text));
    let fixture = fixture.reopen(Verdict::Ready).await;
    assert_eq!(get(&fixture, id).unwrap_err().message(), text);
    assert_eq!(get(&fixture, &json!("no id")).unwrap_err().message(), text);
}

#[tokio::test]
async fn lists_are_narrowed_and_cut_into_pages() {
    let fixture = fixture().await;
    for n in 0..5 {
        create(&fixture, json!({ "EventSourceArn": format!("{QUEUE}{n}") })).await.unwrap();
    }
    let latest = json!({ "EventSourceArn": QUEUE, "FunctionName": "hello:$LATEST" });
    create(&fixture, latest).await.unwrap();
    let (all, none) = list(&fixture, json!({}));
    assert_eq!((all.len(), none), (6, None));
    assert_eq!(list(&fixture, json!({ "FunctionName": "hello" })).0.len(), 5);
    assert_eq!(list(&fixture, json!({ "FunctionName": "missing" })).0.len(), 0);
    let one = json!({ "EventSourceArn": format!("{QUEUE}3") });
    assert_eq!(list(&fixture, one).0.len(), 1);

    let (first, marker) = list(&fixture, json!({ "MaxItems": 4 }));
    let fixture = fixture.reopen(Verdict::Ready).await;
    let (rest, end) = list(&fixture, json!({ "MaxItems": 4, "Marker": marker.unwrap() }));
    assert_eq!(([first, rest].concat(), end), (all, None));
}

#[tokio::test]
async fn what_a_source_does_not_take_is_refused() {
    let fixture = fixture().await;
    let unsupported =
        |name: &str| format!("Unsupported {name} parameter for given event source mapping type.");
    let start = "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.";
    let filter = |pattern: &str| json!({ "EventSourceArn": QUEUE, "FilterCriteria": { "Filters": [{ "Pattern": pattern }] } });
    for (body, text) in [
        (json!({}), "Unrecognized event source.".into()),
        (json!({ "EventSourceArn": "arn:aws:s3:::bucket" }), "Unrecognized event source.".into()),
        (
            json!({ "EventSourceArn": QUEUE, "FunctionName": "missing" }),
            "Function does not exist".into(),
        ),
        (
            json!({ "EventSourceArn": QUEUE, "FunctionName": "missing", "DestinationConfig": { "OnSuccess": { "Destination": QUEUE } } }),
            unsupported("DestinationConfig"),
        ),
        (json!({ "EventSourceArn": STREAM }), start.into()),
        (
            json!({ "EventSourceArn": TABLE, "StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": 1 }),
            format!("Unsupported starting position for arn type: {TABLE}"),
        ),
        (
            json!({ "EventSourceArn": QUEUE, "BatchSize": 11 }),
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10".into(),
        ),
        (json!({ "EventSourceArn": QUEUE, "Topics": ["t"] }), unsupported("Topics")),
        (filter("simple string"), "Invalid filter pattern definition.".into()),
        (
            json!({ "SelfManagedEventSource": { "Endpoints": { "KAFKA_BOOTSTRAP_SERVERS": ["k:1"] } }, "Topics": ["t"] }),
            "Required 'sourceAccessConfigurations' parameter is missing.".into(),
        ),
    ] {
        let error = create(&fixture, body.clone()).await.unwrap_err();
        assert_eq!((error.status(), error.message()), (400, text.as_str()), "{body}");
    }
    assert_eq!(list(&fixture, json!({})).0.len(), 0);
}

#[tokio::test]
async fn a_source_is_mapped_to_a_function_once() {
    let fixture = fixture().await;
    let body = json!({ "EventSourceArn": QUEUE });
    let all = at_once(&fixture, &body).await;
    let made: Vec<&Value> = all.iter().filter_map(|one| one.as_ref().ok()).collect();
    assert_eq!(made.len(), 1);
    let id = made[0]["UUID"].as_str().unwrap();
    let text = format!(
        "An event source mapping with SQS arn (\" {QUEUE} \") and function (\" hello \") already exists. Please update or delete the existing mapping with UUID {id}"
    );
    for refused in all.iter().filter_map(|one| one.as_ref().err()) {
        assert_eq!((refused.status(), refused.message()), (409, text.as_str()));
    }
    let stream = json!({ "EventSourceArn": STREAM, "StartingPosition": "LATEST" });
    create(&fixture, stream.clone()).await.unwrap();
    let error = create(&fixture, stream).await.unwrap_err();
    assert!(error.message().starts_with(&format!("The event source arn (\" {STREAM} \") and function (\" hello \") provided mapping already exists.")));
}

/// The same mapping, eight times at the same moment.
async fn at_once(fixture: &Fixture, body: &Value) -> Vec<Result<Value, AwsError>> {
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let (control, mut input) =
            (fixture.control.clone(), read::<CreateEventSourceMappingInput>(body));
        input.function_name = Some("hello".into());
        tasks.push(tokio::spawn(async move {
            let created = control.create_event_source_mapping(&scope(), input).await?;
            Ok(serde_json::to_value(created).unwrap())
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await.unwrap());
    }
    all
}
