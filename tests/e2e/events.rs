//! Asynchronous invocations: taken with 202, run in their turn, and what becomes of those that fail.

use serde_json::{Value, json};

use crate::harness::{Client, Function, Request, Server, wait_for};

/// Says what it was given, and fails where that says so.
const TELLS: &str = "exports.handler = async (event) => {
    console.log(`got ${JSON.stringify(event)}`);
    if (event.fail) throw new Error(event.fail);
    return { told: event };
};";

fn post(client: &Client, function: &str, payload: impl Into<Vec<u8>>) -> Request {
    let target = format!("/2015-03-31/functions/{function}/invocations");
    let mut request = client.request("POST", &target, payload);
    request.set("x-amz-invocation-type", "Event");
    client.keys.sign(&mut request);
    request
}

/// What a function was given so far, one a line of its log.
fn given(client: &Client, function: &str) -> Vec<Value> {
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
