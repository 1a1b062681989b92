//! What callers read.

use fika_aws::generated::lambda::ListFunctionsInput;
use serde_json::{Value, json};

use super::fixture::*;

/// The members whose values are new each time, checked and taken out.
fn steady(configuration: &fika_aws::generated::lambda::FunctionConfiguration) -> Value {
    let mut answer = serde_json::to_value(configuration).unwrap();
    let members = answer.as_object_mut().unwrap();
    let revision = members.remove("RevisionId").unwrap();
    assert_eq!(revision.as_str().unwrap().len(), 36);
    let modified = members.remove("LastModified").unwrap();
    assert!(modified.as_str().unwrap().ends_with("+0000"));
    answer
}

#[tokio::test]
async fn a_new_function_has_lambdas_defaults() {
    let fixture = Fixture::new(Verdict::Wait);
    let created = fixture.create(json!({})).await.unwrap();
    let zip = zip("exports.handler = 1");
    let sha256 = crate::code::sha256_base64(&fika_model::CodeRef {
        sha256: fika_store::Digest::of(&zip).to_string(),
        size: 0,
    });
    let mut expected = json!({
        "FunctionName": "hello",
        "FunctionArn": "arn:aws:lambda:eu-north-1:000000000001:function:hello",
        "Runtime": "nodejs22.x",
        "Role": ROLE,
        "Handler": "index.handler",
        "CodeSize": zip.len(),
        "CodeSha256": sha256,
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "Version": "$LATEST",
        "TracingConfig": { "Mode": "PassThrough" },
        "State": "Pending",
        "StateReason": "The function is being created.",
        "StateReasonCode": "Creating",
        "PackageType": "Zip",
        "Architectures": [crate::unsupported::ARCHITECTURE.as_str()],
        "EphemeralStorage": { "Size": 512 },
        "SnapStart": { "ApplyOn": "None", "OptimizationStatus": "Off" },
        "RuntimeVersionConfig": {
            "RuntimeVersionArn": format!(
                "arn:aws:lambda:eu-north-1::runtime:{}", fika_store::Digest::of(b"nodejs22.x")
            ),
        },
        "LoggingConfig": { "LogFormat": "Text", "LogGroup": "/aws/lambda/hello" },
    });
    assert_eq!(steady(&created), expected);
    fixture.tell(Verdict::Ready);
    let members = expected.as_object_mut().unwrap();
    members.retain(|name, _| !name.starts_with("StateReason"));
    members.insert("State".into(), json!("Active"));
    members.insert("LastUpdateStatus".into(), json!("Successful"));
    assert_eq!(steady(&fixture.settled("hello").await), expected);
}

#[tokio::test]
async fn what_is_given_comes_back() {
    let fixture = Fixture::new(Verdict::Ready);
    let given = json!({
        "Description": "says hello",
        "Timeout": 30,
        "MemorySize": 1769,
        "EphemeralStorage": { "Size": 1024 },
        "Environment": { "Variables": { "A": "1" } },
        "TracingConfig": { "Mode": "Active" },
    });
    let mut creation = given.clone();
    creation["Tags"] = json!({ "team": "a" });
    creation["LoggingConfig"] = json!({ "LogGroup": "shared" });
    fixture.create(creation).await.unwrap();
    let answer = steady(&fixture.settled("hello").await);
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(&answer[name], value, "{name}");
    }
    assert_eq!(answer["LoggingConfig"], json!({ "LogFormat": "Text", "LogGroup": "shared" }));
    let function = fixture.function("hello").unwrap();
    assert_eq!(function.output.tags, Some(variables(&[("team", "a")])));
    let code = function.output.code.unwrap();
    assert_eq!(code.repository_type.as_deref(), Some("S3"));
    assert_eq!(function.code.size, zip("exports.handler = 1").len() as u64);
    let version = fixture.resolve("hello").unwrap();
    assert_eq!((version.memory_mb, version.ephemeral_mb), (1769, 1024));
    assert_eq!((version.timeout.as_secs(), version.log_group.as_str()), (30, "shared"));
    assert_eq!(version.environment, variables(&[("A", "1")]));
}

#[tokio::test]
async fn levels_come_with_json_and_go_with_it() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.create(json!({ "LoggingConfig": { "LogFormat": "JSON" } })).await.unwrap();
    let shown = async |given: Value| {
        if !given.is_null() {
            fixture.configure("hello", json!({ "LoggingConfig": given })).await.unwrap();
        }
        let mut shown = steady(&fixture.settled("hello").await)["LoggingConfig"].take();
        shown.as_object_mut().unwrap().remove("LogGroup");
        shown
    };
    let json = |application, system| {
        json!({
            "LogFormat": "JSON", "ApplicationLogLevel": application, "SystemLogLevel": system,
        })
    };
    assert_eq!(shown(Value::Null).await, json("INFO", "INFO"));
    let given = json!({ "ApplicationLogLevel": "FATAL", "SystemLogLevel": "DEBUG" });
    assert_eq!(shown(given).await, json("FATAL", "DEBUG"));
    assert_eq!(shown(json!({ "SystemLogLevel": "WARN" })).await, json("FATAL", "WARN"));
    assert_eq!(shown(json!({ "LogFormat": "Text" })).await, json!({ "LogFormat": "Text" }));
    assert_eq!(shown(json!({ "LogFormat": "JSON" })).await, json("INFO", "INFO"));
}

#[tokio::test]
async fn tenant_isolation_is_chosen_once() {
    let fixture = Fixture::new(Verdict::Ready);
    let tenancy = json!({ "TenantIsolationMode": "PER_TENANT" });
    fixture.create(json!({ "TenancyConfig": tenancy })).await.unwrap();
    assert_eq!(steady(&fixture.settled("hello").await)["TenancyConfig"], tenancy);
    fixture.configure("hello", json!({ "Timeout": 9 })).await.unwrap();
    assert_eq!(steady(&fixture.settled("hello").await)["TenancyConfig"], tenancy);
    assert!(fixture.resolve("hello").unwrap().per_tenant);
}

#[tokio::test]
async fn what_is_only_kept_comes_back_too() {
    let mut fixture = Fixture::new(Verdict::Ready);
    let target = json!({ "TargetArn": "arn:aws:sqs:eu-north-1:000000000001:dead" });
    let key = "arn:aws:kms:eu-north-1:000000000001:key/k";
    let vpc = json!({ "SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"] });
    let given = json!({ "VpcConfig": vpc, "DeadLetterConfig": target, "KMSKeyArn": key });
    fixture.create(given).await.unwrap();
    fixture.settled("hello").await;
    fixture = fixture.reopen(Verdict::Ready).await;
    let answer = steady(&fixture.configuration("hello").unwrap());
    let id = answer["VpcConfig"]["VpcId"].clone();
    assert_eq!(id.as_str().unwrap().len(), "vpc-0123456789abcdef0".len());
    let shown = |subnets: Value, groups: Value, id: Value| {
        json!({
            "SubnetIds": subnets,
            "SecurityGroupIds": groups,
            "VpcId": id,
            "Ipv6AllowedForDualStack": false,
        })
    };
    assert_eq!(answer["VpcConfig"], shown(json!(["subnet-1"]), json!(["sg-1"]), id.clone()));
    assert_eq!((&answer["DeadLetterConfig"], &answer["KMSKeyArn"]), (&target, &json!(key)));
    // One of the lists alone changes that one.
    let groups = json!({ "VpcConfig": { "SecurityGroupIds": ["sg-2"] } });
    let answer = steady(&fixture.configure("hello", groups).await.unwrap());
    assert_eq!(answer["VpcConfig"], shown(json!(["subnet-1"]), json!(["sg-2"]), id));
    assert_eq!((&answer["DeadLetterConfig"], &answer["KMSKeyArn"]), (&target, &json!(key)));
    fixture.settled("hello").await;
    let none = json!({
        "VpcConfig": { "SubnetIds": [], "SecurityGroupIds": [] },
        "DeadLetterConfig": { "TargetArn": "" },
        "KMSKeyArn": "",
    });
    let answer = steady(&fixture.configure("hello", none).await.unwrap());
    assert_eq!(answer["VpcConfig"], shown(json!([]), json!([]), json!("")));
    assert_eq!((&answer["DeadLetterConfig"], &answer["KMSKeyArn"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn an_update_changes_only_what_it_gives() {
    let fixture = Fixture::new(Verdict::Ready);
    let environment = json!({ "Variables": { "A": "1" } });
    fixture.create(json!({ "Environment": environment, "Timeout": 9 })).await.unwrap();
    let mut before = steady(&fixture.settled("hello").await);
    fixture.configure("hello", json!({ "Description": "new", "Handler": "a.b" })).await.unwrap();
    before["Description"] = "new".into();
    before["Handler"] = "a.b".into();
    assert_eq!(steady(&fixture.settled("hello").await), before);
    fixture.configure("hello", json!({ "Environment": { "Variables": {} } })).await.unwrap();
    before["Environment"] = json!({ "Variables": {} });
    assert_eq!(steady(&fixture.settled("hello").await), before);
}

fn list(fixture: &Fixture, input: Value) -> (Vec<String>, Option<String>) {
    let input = ListFunctionsInput {
        marker: input["Marker"].as_str().map(Into::into),
        max_items: input["MaxItems"].as_i64().map(|n| n as i32),
        function_version: input["FunctionVersion"].as_str().map(Into::into),
        ..Default::default()
    };
    let page = fixture.control.list_functions(&scope(), &input).unwrap();
    let functions = page.functions.unwrap().into_iter();
    (functions.map(|function| function.function_arn.unwrap()).collect(), page.next_marker)
}

#[tokio::test]
async fn a_list_is_sorted_paged_and_its_markers_last() {
    let mut fixture = Fixture::new(Verdict::Ready);
    assert_eq!(list(&fixture, json!({})), (vec![], None));
    let mut expected = Vec::new();
    for i in (0..60).rev() {
        fixture.create(json!({ "FunctionName": format!("f{i:02}") })).await.unwrap();
        expected.insert(0, format!("arn:aws:lambda:eu-north-1:000000000001:function:f{i:02}"));
    }
    let (page, marker) = list(&fixture, json!({ "MaxItems": 10_000 }));
    assert_eq!((page.len(), page.as_slice()), (50, &expected[..50]));
    fixture = fixture.reopen(Verdict::Ready).await;
    assert_eq!(list(&fixture, json!({ "Marker": marker })), (expected[50..].to_vec(), None));
    let (mut seen, mut marker) = (Vec::new(), Value::Null);
    loop {
        let (page, next) = list(&fixture, json!({ "MaxItems": 7, "Marker": marker }));
        seen.extend(page);
        let Some(next) = next else { break };
        marker = next.into();
        // What comes and goes meanwhile does not disturb the rest.
        fixture.delete("f00").await.ok();
    }
    assert_eq!(seen, expected);
    let (page, _) = list(&fixture, json!({ "MaxItems": 1, "FunctionVersion": "ALL" }));
    assert_eq!(page, [format!("{}:$LATEST", expected[1])]);
}

#[tokio::test]
async fn a_list_tells_no_states() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("hello").await;
    let page = fixture.control.list_functions(&scope(), &ListFunctionsInput::default()).unwrap();
    let answer = serde_json::to_value(&page).unwrap();
    let function = answer["Functions"][0].as_object().unwrap();
    for absent in ["State", "LastUpdateStatus", "RuntimeVersionConfig"] {
        assert!(!function.contains_key(absent), "{absent}");
    }
}

#[tokio::test]
async fn account_settings_count_functions_and_code() {
    let fixture = Fixture::new(Verdict::Ready);
    fixture.active("a").await;
    fixture.active("b").await;
    let answer = serde_json::to_value(fixture.control.get_account_settings(&scope())).unwrap();
    let size = 2 * zip("exports.handler = 1").len();
    assert_eq!(
        answer,
        json!({
            "AccountLimit": {
                "TotalCodeSize": 100_000,
                "CodeSizeUnzipped": 262_144_000,
                "CodeSizeZipped": 52_428_800,
                "ConcurrentExecutions": 1000,
                "UnreservedConcurrentExecutions": 1000,
            },
            "AccountUsage": { "TotalCodeSize": size, "FunctionCount": 2 },
        })
    );
    let elsewhere = fixture.control.get_account_settings(&scope_of("000000000001", "eu-west-1"));
    assert_eq!(elsewhere.account_usage.unwrap().function_count, Some(0));
}
