//! Asynchronous invocations: taken with 202, run in their turn, and what becomes of those that fail.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::sign::encode;
use crate::harness::{Client, Function, Request, Response, Server, tools, wait_for};

/// Says what it was given, and fails where that says so.
const TELLS: &str = "exports.handler = async (event) => {
    console.log(`got ${JSON.stringify(event)}`);
    if (event.fail) throw new Error(event.fail);
    return { told: event };
};";

pub fn post(client: &Client, function: &str, payload: impl Into<Vec<u8>>) -> Request {
    let target = format!("/2015-03-31/functions/{function}/invocations");
    let mut request = client.request("POST", &target, payload);
    request.set("x-amz-invocation-type", "Event");
    client.keys.sign(&mut request);
    request
}

/// What a function was given so far, one a line of its log.
pub fn given(client: &Client, function: &str) -> Vec<Value> {
    let lines = client.log_lines(function);
    let told = lines.iter().filter_map(|line| line.split_once("got ")?.1.trim().parse().ok());
    told.collect()
}

#[test]
fn an_event_is_taken_and_then_runs() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("tells", TELLS));
    let taken = client.send(&post(&client, "tells", r#"{"n":1}"#)).expect(202);
    assert_eq!((taken.text().as_str(), taken.get("x-amz-executed-version")), ("", None));
    assert!(taken.get("x-amzn-requestid").is_some_and(|id| id.len() == 36), "{taken}");
    let target = "/2014-11-13/functions/tells/invoke-async/";
    let status = client.call("POST", target, r#"{"n":2}"#).expect(202);
    assert_eq!(status.json(), json!({"Status": 202}));
    let mut all = wait_for("both", || Some(given(&client, "tells")).filter(|all| all.len() == 2));
    all.sort_by_key(|event| event["n"].as_i64());
    assert_eq!(all, [json!({"n": 1}), json!({"n": 2})]);
}

#[test]
fn what_cannot_be_taken_is_refused_as_by_aws() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("tells", TELLS));
    let no = |request| client.send(&request);
    let name = "InvalidRequestContentException";
    no(post(&client, "tells", "{")).expect_error(400, name, "Could not parse request body");
    no(post(&client, "nobody", "{}")).expect_error(404, "ResourceNotFoundException", "nobody");
    let long = vec![b'1'; 1_048_577];
    let (name, text) = ("RequestEntityTooLargeException", "Request must be smaller than 1048576");
    no(post(&client, "tells", long.clone())).expect_error(413, name, text);
    no(post(&client, "tells", &long[1..])).expect(202);
    let target = "/2014-11-13/functions/tells/invoke-async/";
    let text = "Request must be smaller than 262144";
    client.call("POST", target, vec![b'1'; 262_145]).expect_error(413, name, text);
    client.call("POST", target, "{").expect_error(400, "InvalidRequestContentException", "");
    let other = "/2014-11-13/functions/nobody/invoke-async/";
    client.call("POST", other, "{}").expect_error(404, "ResourceNotFoundException", "nobody");
}

/// Asks another service than Lambda.
fn ask(client: &Client, service: &str, kind: &str, target: &str, body: &str) -> Response {
    let mut request = client.request("POST", "/", body).header("content-type", kind);
    if !target.is_empty() {
        request.set("x-amz-target", target);
    }
    client.keys.service(service).sign(&mut request);
    client.send(&request).expect(200)
}

/// A role that functions may have, and that may send anything anywhere.
pub fn role(client: &Client) -> &'static str {
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]});
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Action": ["sqs:SendMessage", "lambda:InvokeFunction"], "Resource": "*"}]});
    let (trust, policy) = (encode(&trust.to_string()), encode(&policy.to_string()));
    for form in [
        format!("Action=CreateRole&RoleName=sends&AssumeRolePolicyDocument={trust}"),
        format!("Action=PutRolePolicy&RoleName=sends&PolicyName=p&PolicyDocument={policy}"),
    ] {
        let form = format!("{form}&Version=2010-05-08");
        ask(client, "iam", "application/x-www-form-urlencoded", "", &form);
    }
    "arn:aws:iam::123456789012:role/sends"
}

fn sqs(client: &Client, operation: &str, body: &Value) -> Value {
    let target = format!("AmazonSQS.{operation}");
    let answer = ask(client, "sqs", "application/x-amz-json-1.0", &target, &body.to_string());
    // Some say nothing.
    answer.text().parse().unwrap_or_default()
}

/// Makes a queue: its ARN.
pub fn queue(client: &Client, name: &str) -> String {
    sqs(client, "CreateQueue", &json!({ "QueueName": name }));
    format!("arn:aws:sqs:us-east-1:123456789012:{name}")
}

/// Takes what a queue has, at most ten messages.
pub fn received(client: &Client, name: &str) -> Vec<Value> {
    let url = sqs(client, "GetQueueUrl", &json!({ "QueueName": name }))["QueueUrl"].clone();
    let ask = json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]});
    let got = sqs(client, "ReceiveMessage", &ask);
    let messages = got["Messages"].as_array().cloned().unwrap_or_default();
    for message in &messages {
        let gone = json!({"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]});
        sqs(client, "DeleteMessage", &gone);
    }
    messages
}

pub fn body(message: &Value) -> Value {
    message["Body"].as_str().and_then(|body| body.parse().ok()).unwrap_or_default()
}

pub fn configure(client: &Client, function: &str, config: &Value) {
    let target = format!("/2019-09-25/functions/{function}/event-invoke-config");
    client.call("PUT", &target, config.to_string()).expect(200);
}

#[test]
fn results_go_to_destinations_and_failures_to_dead_letters() {
    let server = Server::start();
    let client = server.client();
    let (role, dead) = (role(&client), queue(&client, "dead"));
    let tells = Function::node("tells", TELLS)
        .with("Role", role)
        .with("DeadLetterConfig", json!({ "TargetArn": dead }));
    client.deploy(&tells);
    client.deploy(&Function::node("next", TELLS));
    let next = "arn:aws:lambda:us-east-1:123456789012:function:next";
    let to = json!({"OnSuccess": {"Destination": next}, "OnFailure": {"Destination": next}});
    configure(&client, "tells", &json!({"MaximumRetryAttempts": 0, "DestinationConfig": to}));
    let fine = client.send(&post(&client, "tells", r#"{"n":1}"#)).expect(202);
    let record = wait_for("a record", || given(&client, "next").pop());
    assert_eq!(record["requestContext"]["requestId"].as_str(), fine.get("x-amzn-requestid"));
    assert_eq!(record["requestContext"]["condition"], "Success");
    assert_eq!(record["responsePayload"], json!({"told": {"n": 1}}));
    let bad = client.send(&post(&client, "tells", r#"{"fail":"on purpose"}"#)).expect(202);
    let letter = wait_for("a letter", || received(&client, "dead").pop());
    assert_eq!(body(&letter), json!({"fail": "on purpose"}));
    let said = |name: &str| letter["MessageAttributes"][name]["StringValue"].as_str();
    assert_eq!(said("RequestID"), bad.get("x-amzn-requestid"));
    assert_eq!((said("ErrorCode"), said("ErrorMessage")), (Some("200"), Some("on purpose")));
    let all = wait_for("both", || Some(given(&client, "next")).filter(|all| all.len() == 2));
    let record = all.iter().find(|record| record["requestContext"]["condition"] != "Success");
    let record = record.expect("that of the failure");
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["responseContext"]["functionError"], "Unhandled");
    // Whose reserved concurrency is zero is not even tried.
    let off = "/2017-10-31/functions/tells/concurrency";
    client.call("PUT", off, r#"{"ReservedConcurrentExecutions":0}"#).expect(200);
    client.send(&post(&client, "tells", r#"{"n":2}"#)).expect(202);
    let letter = wait_for("a letter", || received(&client, "dead").pop());
    assert_eq!(body(&letter), json!({"n": 2}));
}

#[test]
fn what_ends_nowhere_is_listed_and_can_be_sent_again() {
    let mut server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("tells", TELLS));
    configure(&client, "tells", &json!({"MaximumRetryAttempts": 0}));
    client.send(&post(&client, "tells", r#"{"fail":"always"}"#)).expect(202);
    let fika = |line: &[&str]| -> Value {
        let mut fika = Command::new(env!("CARGO_BIN_EXE_fika"));
        let fika = tools::point_at(&mut fika, &server).arg("events").args(line);
        let said = tools::run(fika.args(["--output", "json"]));
        said.parse().expect("JSON")
    };
    let kept = || fika(&["list"])["events"].as_array().cloned().unwrap_or_default();
    let one = wait_for("one that failed", || kept().pop());
    assert_eq!(
        (&one["condition"], &one["message"]),
        (&"RetriesExhausted".into(), &"always".into())
    );
    let id = one["id"].as_str().expect("an id").to_owned();
    assert_eq!(fika(&["show", &id])["payload"], r#"{"fail":"always"}"#);
    assert_eq!(fika(&["replay", &id])["id"], id);
    wait_for("another run", || (given(&client, "tells").len() == 2).then_some(()));
    assert_eq!(wait_for("one that failed", || kept().pop())["id"], id);
    // Another account sees none of it.
    let stranger = server.another_account();
    let none = stranger.call("GET", "/_fika/events?ended", "").expect(200).json();
    assert_eq!(none, json!({"events": []}));
    stranger.call("POST", &format!("/_fika/events/{id}/replay"), "").expect(404);
}

#[test]
fn a_function_that_is_stuck_is_in_nobody_s_way() {
    let server = Server::start();
    let client = server.client();
    let slow = "exports.handler = (event) => {
        console.log(`got ${JSON.stringify(event)}`);
        return new Promise((done) => setTimeout(done, 500));
    };";
    client.deploy(&Function::node("slow", slow));
    client.deploy(&Function::node("quick", TELLS));
    let one = "/2017-10-31/functions/slow/concurrency";
    client.call("PUT", one, r#"{"ReservedConcurrentExecutions":1}"#).expect(200);
    for n in 0..300 {
        client.send(&post(&client, "slow", json!({ "n": n }).to_string())).expect(202);
    }
    client.send(&post(&client, "quick", "{}")).expect(202);
    wait_for("the quick one", || given(&client, "quick").pop());
    let before = given(&client, "slow").len();
    println!("of 300 slow events {before} had run when a quick one ran that came after them");
    assert!(before < 100, "{before} slow events were before it");
}

#[test]
fn poison_and_what_nobody_runs_any_more_end_where_they_are_seen() {
    let server = Server::start();
    let client = server.client();
    let poison = "exports.handler = async (event) => {
        console.log(`got ${JSON.stringify(event)}`);
        if (event.poison) process.exit(1);
    };";
    client.deploy(&Function::node("dies", poison));
    configure(&client, "dies", &json!({"MaximumRetryAttempts": 0}));
    client.send(&post(&client, "dies", r#"{"poison":true}"#)).expect(202);
    client.send(&post(&client, "dies", r#"{"n":1}"#)).expect(202);
    let slow = "exports.handler = () => new Promise((done) => setTimeout(done, 3000));";
    client.deploy(&Function::node("slow", slow));
    let one = "/2017-10-31/functions/slow/concurrency";
    client.call("PUT", one, r#"{"ReservedConcurrentExecutions":1}"#).expect(200);
    for n in 0..5 {
        client.send(&post(&client, "slow", json!({ "n": n }).to_string())).expect(202);
    }
    client.delete("slow").expect(204);
    let ended = |function: &str| {
        let all = client.call("GET", "/_fika/events?ended", "").expect(200).json();
        let all = all["events"].as_array().cloned().unwrap_or_default();
        let own = |one: &Value| one["target"].as_str().is_some_and(|arn| arn.ends_with(function));
        all.into_iter().filter(own).collect::<Vec<_>>()
    };
    let dead = wait_for("the poison's end", || ended(":dies").pop());
    assert_eq!(dead["condition"], "RetriesExhausted");
    wait_for("the event beside it", || {
        given(&client, "dies").contains(&json!({"n": 1})).then_some(())
    });
    // What ran already when its function went may have come to its end.
    let gone =
        wait_for("those without a function", || Some(ended(":slow")).filter(|all| all.len() >= 4));
    assert!(gone.iter().all(|one| one["condition"] == "Missing"), "{gone:?}");
}
