//! Stored configurations: event invoke configs, function URLs, runtime management.

use fika_aws::generated::lambda::{
    CreateAliasInput, CreateFunctionUrlConfigInput, DeleteAliasInput,
    DeleteFunctionEventInvokeConfigInput, DeleteFunctionUrlConfigInput, FunctionEventInvokeConfig,
    GetFunctionEventInvokeConfigInput, GetFunctionUrlConfigInput, GetFunctionUrlConfigOutput,
    GetRuntimeManagementConfigInput, ListFunctionEventInvokeConfigsInput,
    ListFunctionUrlConfigsInput, PutFunctionEventInvokeConfigInput,
    PutRuntimeManagementConfigInput, UpdateFunctionEventInvokeConfigInput,
    UpdateFunctionUrlConfigInput,
};
use fika_aws::shape::AwsError;
use serde_json::{Value, json};

use super::fixture::*;

const ARN: &str = "arn:aws:lambda:eu-north-1:000000000001:function:hello";

/// `hello` with version 1 and the alias `live` of it.
async fn fixture() -> Fixture {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    fixture.publish("hello", json!({})).await.unwrap();
    fixture.settled("hello:1").await;
    let mut alias: CreateAliasInput = read(&json!({ "Name": "live", "FunctionVersion": "1" }));
    alias.function_name = Some("hello".into());
    fixture.control.create_alias(&scope(), alias).await.unwrap();
    fixture
}

async fn put(
    fixture: &Fixture,
    name: &str,
    body: Value,
) -> Result<FunctionEventInvokeConfig, AwsError> {
    let mut input: PutFunctionEventInvokeConfigInput = read(&body);
    input.function_name = Some(name.into());
    fixture.control.put_function_event_invoke_config(&scope(), input).await
}

fn get(fixture: &Fixture, name: &str) -> Result<FunctionEventInvokeConfig, AwsError> {
    let input =
        GetFunctionEventInvokeConfigInput { function_name: Some(name.into()), qualifier: None };
    fixture.control.get_function_event_invoke_config(&scope(), input)
}

fn shown(config: &FunctionEventInvokeConfig) -> Value {
    let mut shown = serde_json::to_value(config).unwrap();
    assert!(shown["LastModified"].as_f64().unwrap() > 1.7e9, "{shown}");
    shown.as_object_mut().unwrap().remove("LastModified");
    shown
}

#[tokio::test]
async fn events_are_configured_by_qualifier_across_a_restart() {
    let fixture = fixture().await;
    put(&fixture, "hello", json!({ "MaximumRetryAttempts": 0 })).await.unwrap();
    let live = put(&fixture, "hello:live", json!({ "MaximumEventAgeInSeconds": 60 })).await;
    let live = live.unwrap();
    put(&fixture, "hello:1", json!({ "MaximumRetryAttempts": 1 })).await.unwrap();
    let expected = json!({
        "FunctionArn": format!("{ARN}:live"),
        "MaximumEventAgeInSeconds": 60,
        "DestinationConfig": { "OnSuccess": {}, "OnFailure": {} },
    });
    assert_eq!(shown(&live), expected);

    let fixture = fixture.reopen(Verdict::Ready).await;
    assert_eq!(get(&fixture, "hello:live").unwrap(), live);
    let page = |marker| {
        let input = ListFunctionEventInvokeConfigsInput {
            function_name: Some("hello".into()),
            max_items: Some(2),
            marker,
        };
        let page = fixture.control.list_function_event_invoke_configs(&scope(), input).unwrap();
        let configs = page.function_event_invoke_configs.unwrap();
        let arns: Vec<_> = configs.into_iter().map(|c| c.function_arn.unwrap()).collect();
        (arns, page.next_marker)
    };
    let (first, marker) = page(None);
    assert_eq!(first, [format!("{ARN}:$LATEST"), format!("{ARN}:1")]);
    assert_eq!(page(marker), (vec![format!("{ARN}:live")], None));
}

#[tokio::test]
async fn an_update_keeps_what_a_put_forgets() {
    let fixture = fixture().await;
    let both = json!({ "MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60 });
    put(&fixture, "hello", both).await.unwrap();
    let mut input: UpdateFunctionEventInvokeConfigInput =
        read(&json!({ "MaximumRetryAttempts": 0 }));
    input.function_name = Some("hello".into());
    let control = &fixture.control;
    let updated = control.update_function_event_invoke_config(&scope(), input.clone()).await;
    let updated = updated.unwrap();
    assert_eq!(updated.maximum_event_age_in_seconds, Some(60));
    assert_eq!(updated.maximum_retry_attempts, Some(0));
    let put = put(&fixture, "hello", json!({ "MaximumRetryAttempts": 1 })).await.unwrap();
    assert_eq!(put.maximum_event_age_in_seconds, None);

    input.qualifier = Some("live".into());
    let none = control.update_function_event_invoke_config(&scope(), input).await.unwrap_err();
    assert_eq!(
        none.message(),
        format!("The function {ARN}:live doesn't have an EventInvokeConfig")
    );
    let input = DeleteFunctionEventInvokeConfigInput {
        function_name: Some("hello".into()),
        qualifier: None,
    };
    control.delete_function_event_invoke_config(&scope(), input.clone()).await.unwrap();
    let gone = control.delete_function_event_invoke_config(&scope(), input).await.unwrap_err();
    let text = format!("The function {ARN}:$LATEST doesn't have an EventInvokeConfig");
    assert_eq!((gone.status(), gone.message()), (404, text.as_str()));
}

#[tokio::test]
async fn destinations_are_checked() {
    let fixture = fixture().await;
    fixture.active("other").await;
    let to =
        |side: &str, arn: &str| json!({ "DestinationConfig": { side: { "Destination": arn } } });
    let queue = "arn:aws:sqs:eu-north-1:000000000001:q";
    let other = ARN.replace("hello", "other");
    for (side, arn) in [
        ("OnSuccess", queue),
        ("OnFailure", "arn:aws:s3:::bucket"),
        ("OnSuccess", &other),
        ("OnFailure", ""),
    ] {
        put(&fixture, "hello", to(side, arn)).await.unwrap();
    }
    let iam = ARN.replace(":lambda:", ":iam:");
    let invalid = |success: &str, failure: &str| {
        format!(
            "The provided destination config DestinationConfig(onSuccess={success}, onFailure={failure}) is invalid."
        )
    };
    let missing = ARN.replace("hello", "missing");
    for (name, body, text) in [
        ("missing", json!({ "MaximumRetryAttempts": 1 }), "The function doesn't exist.".into()),
        ("hello:no", json!({ "MaximumRetryAttempts": 1 }), "The function doesn't exist.".into()),
        (
            "missing",
            json!({}),
            "You must specify at least one of error handling or destination setting.".into(),
        ),
        (
            "hello",
            to("OnSuccess", ARN),
            "You can't specify the function as a destination for itself.".into(),
        ),
        ("hello", to("OnSuccess", &missing), format!("The destination ARN {missing} is invalid.")),
        ("hello", to("OnSuccess", &iam), invalid(&format!("OnSuccess(destination={iam})"), "null")),
        (
            "hello",
            to("OnSuccess", "arn:aws:s3:::b"),
            invalid("OnSuccess(destination=arn:aws:s3:::b)", "null"),
        ),
    ] {
        let error = put(&fixture, name, body).await.unwrap_err();
        assert_eq!(error.message(), text);
    }
}

async fn create_url(fixture: &Fixture, name: &str, body: Value) -> Result<Value, AwsError> {
    let mut input: CreateFunctionUrlConfigInput = read(&body);
    input.function_name = Some(name.into());
    let created = fixture.control.create_function_url_config(&scope(), input).await?;
    Ok(serde_json::to_value(created).unwrap())
}

fn get_url(fixture: &Fixture, name: &str) -> Result<GetFunctionUrlConfigOutput, AwsError> {
    let input = GetFunctionUrlConfigInput { function_name: Some(name.into()), qualifier: None };
    fixture.control.get_function_url_config(&scope(), input)
}

#[tokio::test]
async fn an_address_stays_until_it_is_deleted() {
    let fixture = fixture().await;
    let created = create_url(&fixture, "hello", json!({ "AuthType": "NONE" })).await.unwrap();
    let address = created["FunctionUrl"].as_str().unwrap().to_owned();
    let id = address.strip_prefix("http://").unwrap();
    let id = id.strip_suffix(".lambda-url.eu-north-1.localhost/").unwrap();
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    assert_eq!((&created["FunctionArn"], created.get("InvokeMode")), (&json!(ARN), None));
    let cors = json!({ "AllowMethods": ["GET", "*"], "AllowOrigins": ["https://a.example"] });
    let live = create_url(&fixture, "hello:live", json!({ "AuthType": "AWS_IAM", "Cors": cors }));
    let live = live.await.unwrap();
    assert_eq!((&live["FunctionArn"], &live["Cors"]), (&json!(format!("{ARN}:live")), &cors));
    assert_ne!(live["FunctionUrl"], created["FunctionUrl"]);

    let again = create_url(&fixture, "hello", json!({ "AuthType": "NONE" })).await.unwrap_err();
    assert_eq!(
        (again.status(), again.message()),
        (
            409,
            format!("Failed to create function url config for [functionArn = {ARN}]. Error message:  FunctionUrlConfig exists for this Lambda function").as_str()
        )
    );

    let fixture = fixture.reopen(Verdict::Ready).await;
    let mut input: UpdateFunctionUrlConfigInput = read(&json!({ "InvokeMode": "RESPONSE_STREAM" }));
    input.function_name = Some("hello".into());
    let updated = fixture.control.update_function_url_config(&scope(), input).await.unwrap();
    assert_eq!(updated.function_url.as_ref(), Some(&address));
    let got = get_url(&fixture, "hello").unwrap();
    assert_eq!(got.invoke_mode.unwrap().as_str(), "RESPONSE_STREAM");
    assert_eq!(got.auth_type.unwrap().as_str(), "NONE");

    let input =
        DeleteFunctionUrlConfigInput { function_name: Some("hello".into()), qualifier: None };
    fixture.control.delete_function_url_config(&scope(), input).await.unwrap();
    let gone = get_url(&fixture, "hello").unwrap_err();
    assert_eq!(gone.message(), "The resource you requested does not exist.");
    let list = |fixture: &Fixture| {
        let input = ListFunctionUrlConfigsInput {
            function_name: Some("hello".into()),
            ..Default::default()
        };
        let page = fixture.control.list_function_url_configs(&scope(), input).unwrap();
        page.function_url_configs.unwrap().len()
    };
    assert_eq!(list(&fixture), 1);
    let alias = DeleteAliasInput { function_name: Some("hello".into()), name: Some("live".into()) };
    fixture.control.delete_alias(&scope(), alias).await.unwrap();
    assert_eq!(list(&fixture), 0, "an address of an alias that is gone");
}

#[tokio::test]
async fn addresses_are_refused_where_they_cannot_be() {
    let fixture = fixture().await;
    for (name, cors) in [
        ("hello", json!({ "AllowMethods": ["TRACE"] })),
        ("hello", json!({ "AllowHeaders": ["a b"] })),
        ("hello", json!({ "ExposeHeaders": [""] })),
        ("hello", json!({ "AllowOrigins": ["https://a\r\nx: y"] })),
    ] {
        let body = json!({ "AuthType": "NONE", "Cors": cors });
        let error = create_url(&fixture, name, body).await.unwrap_err();
        assert_eq!(error.name(), "InvalidParameterValueException", "{cors}");
    }
    for name in ["missing", "hello:missing"] {
        let error = create_url(&fixture, name, json!({ "AuthType": "NONE" })).await.unwrap_err();
        assert_eq!((error.status(), error.message()), (404, "Function does not exist"));
    }
    assert!(get_url(&fixture, "hello").is_err());
}

#[tokio::test]
async fn runtime_updates_are_kept_by_version() {
    let fixture = fixture().await;
    let put = async |name: &str, body: Value| {
        let mut input: PutRuntimeManagementConfigInput = read(&body);
        input.function_name = Some(name.into());
        fixture.control.put_runtime_management_config(&scope(), input).await
    };
    let get = |name: &str| {
        let input =
            GetRuntimeManagementConfigInput { function_name: Some(name.into()), qualifier: None };
        let got = fixture.control.get_runtime_management_config(&scope(), input)?;
        Ok::<_, AwsError>(serde_json::to_value(got).unwrap())
    };
    let auto = json!({ "UpdateRuntimeOn": "Auto", "FunctionArn": ARN });
    assert_eq!(get("hello").unwrap(), auto);
    let runtime = "arn:aws:lambda:eu-north-1::runtime:0123";
    let manual = json!({ "UpdateRuntimeOn": "Manual", "RuntimeVersionArn": runtime });
    put("hello:1", manual.clone()).await.unwrap();
    put("hello", json!({ "UpdateRuntimeOn": "FunctionUpdate" })).await.unwrap();
    assert_eq!(get("hello:1").unwrap()["RuntimeVersionArn"], runtime);
    assert_eq!(get("hello").unwrap()["UpdateRuntimeOn"], "FunctionUpdate");
    put("hello", json!({ "UpdateRuntimeOn": "Auto" })).await.unwrap();
    assert_eq!(get("hello").unwrap(), auto);
    for (name, body, status) in [
        ("hello", json!({ "UpdateRuntimeOn": "Manual" }), 400),
        ("hello", json!({ "UpdateRuntimeOn": "Auto", "RuntimeVersionArn": runtime }), 400),
        ("hello:live", manual.clone(), 404),
        ("hello:7", manual.clone(), 404),
        ("missing", manual, 404),
    ] {
        assert_eq!(put(name, body).await.unwrap_err().status(), status, "{name}");
    }
}
