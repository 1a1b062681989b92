//! Every operation, called with everything that can be wrong with a request: always AWS's 4xx and
//! its text, never a 500, never a change of state.
//!
//! - [`model`]: what the generator leaves of the service model
//! - [`values`]: values that keep all rules, and values that break one
//! - [`words`]: what AWS says of them

mod model;
mod values;
mod words;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

use crate::harness::sign::encode;
use crate::harness::{Client, Connection, Function, Request, Server};
use model::{Member, Model, Operation};

/// The longest value that goes into a path or a query; a head has a bound of its own.
const LONGEST_IN_HEAD: usize = 2_000;

/// What a request must be answered by.
struct Case {
    /// Members by name, wherever they travel.
    members: Map<String, Value>,
    /// The body, where it is not the members'.
    body: Option<Vec<u8>>,
    error: &'static str,
    /// None where AWS's text is not known.
    message: Option<String>,
}

#[test]
fn bad_input_is_refused_in_aws_words_and_changes_nothing() {
    let model = Model::read();
    let server = Server::start();
    let client = server.client();
    let resources = resources(&client);
    let before = state(&client, &resources);
    let mut wire = Connection::open(server.address).expect("a connection");
    let (mut sent, mut wrong) = (0, Vec::new());
    for (name, operation) in model.operations.iter().filter(|(_, o)| o.coverage == "served") {
        for case in cases(&model, name, operation) {
            let request = request(&client, &model, operation, &case);
            let answer = wire.round_trip(&request).unwrap_or_else(|e| panic!("{name}: {e}"));
            sent += 1;
            let said = answer.message();
            let fits = case.message.as_ref().is_none_or(|message| *message == said);
            if (answer.status, answer.error()) != (400, case.error) || !fits {
                let expected = case.message.unwrap_or_default();
                wrong.push(format!(
                    "{name} {} {:.300}\n   expected {} {expected:.600}\n   got {} {} {said:.600}",
                    request.target,
                    String::from_utf8_lossy(&request.body),
                    case.error,
                    answer.status,
                    answer.error(),
                ));
            }
        }
    }
    println!("{sent} bad requests");
    assert!(wrong.is_empty(), "{} of {sent}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(sent > 1_000, "only {sent} requests");
    assert_eq!(state(&client, &resources), before);
}

#[test]
fn what_is_not_served_says_so() {
    let model = Model::read();
    let server = Server::start();
    let client = server.client();
    for (name, operation) in &model.operations {
        let target = operation.path.replace(['{', '}'], "");
        let answer = client.call(&operation.method, &target, "{}");
        match operation.coverage.as_str() {
            "refused" => {
                answer.expect_error(400, "InvalidParameterValueException", "is not supported");
            }
            "later" => answer.expect_error(501, "NotImplementedException", name),
            _ => assert!(![500, 501].contains(&answer.status), "{name}: {answer}"),
        }
    }
}

/// Everything that can be wrong with one operation's input.
fn cases(model: &Model, name: &str, operation: &Operation) -> Vec<Case> {
    let Some(input) = &operation.input else { return vec![] };
    let shape = model.shape(input);
    let Value::Object(good) = values::good(model, input) else { panic!("{input} is no structure") };
    let mut cases = Vec::new();
    let mut all_wrong = good.clone();
    for member in &shape.members {
        if member.required && member.place == "body" {
            let mut members = good.clone();
            members.remove(&member.name);
            cases.extend(broken(model, input, members));
        }
        for value in sendable(model, member) {
            let mut members = good.clone();
            all_wrong.insert(member.name.clone(), value.clone());
            members.insert(member.name.clone(), value);
            cases.extend(broken(model, input, members));
        }
        cases.extend(mistyped(model, member, &good));
    }
    cases.extend(broken(model, input, all_wrong.clone()));
    if shape.members.iter().any(|member| member.place == "body") {
        // Members nobody knows are passed over, and what else is wrong is still told.
        let mut unknown = all_wrong;
        unknown.insert("Unknown".into(), json!({ "a": [1, { "b": null }] }));
        cases.extend(broken(model, input, unknown));
        for body in ["{", "nul", "[]", "\"x\"", "{\"a\":}", "{} {}", "\u{feff}{}"] {
            cases.push(malformed(&good, body.as_bytes()));
        }
        cases.push(malformed(&good, b"{\"a\": \"\xff\"}"));
    } else if name == "Invoke" {
        let body = Some(b"{".to_vec());
        let error = "InvalidRequestContentException";
        cases.push(Case { members: good, body, error, message: None });
    }
    cases
}

/// The bad values of a member that can be sent where it travels.
fn sendable(model: &Model, member: &Member) -> Vec<Value> {
    let mut found = values::bad(model, &member.shape);
    if member.place != "body" {
        found.retain(|value| {
            let text = in_head(value);
            // An empty label is another path, an empty header none, and a list cannot be empty.
            let empty = text.is_empty() || text == "[]";
            let fit = member.place != "header" || text.bytes().all(|b| b.is_ascii_graphic());
            !empty && fit && text.len() < LONGEST_IN_HEAD
        });
    }
    found
}

/// A request that breaks constraints; none when the members break none.
fn broken(model: &Model, input: &str, members: Map<String, Value>) -> Option<Case> {
    let found = words::violations(model, input, &Value::Object(members.clone()), "");
    let message = Some(words::message(&found));
    (!found.is_empty()).then_some(Case {
        members,
        body: None,
        error: "ValidationException",
        message,
    })
}

fn mistyped(model: &Model, member: &Member, good: &Map<String, Value>) -> Vec<Case> {
    let shape = model.shape(&member.shape);
    let error = "SerializationException";
    let with = |value: Value| {
        let mut members = good.clone();
        members.insert(member.name.clone(), value);
        members
    };
    match member.place.as_str() {
        "body" => values::mistyped(shape)
            .into_iter()
            .map(|(value, message)| Case { members: with(value), body: None, error, message })
            .collect(),
        "query" | "path" if shape.is_number() => {
            vec![Case { members: with("x".into()), body: None, error, message: None }]
        }
        _ => vec![],
    }
}

fn malformed(good: &Map<String, Value>, body: &[u8]) -> Case {
    let (members, body) = (good.clone(), Some(body.to_vec()));
    Case { members, body, error: "SerializationException", message: None }
}

/// The request on the wire.
fn request(client: &Client, model: &Model, operation: &Operation, case: &Case) -> Request {
    let shape = model.shape(operation.input.as_deref().expect("an input"));
    let mut target = operation.path.clone();
    let (mut body, mut headers, mut payload) = (case.members.clone(), Vec::new(), Vec::new());
    for member in shape.members.iter().filter(|member| member.place != "body") {
        let Some(value) = body.remove(&member.name) else { continue };
        match member.place.as_str() {
            "path" => {
                let label = format!("{{{}}}", member.wire);
                target = target.replace(&label, &encode(&in_head(&value)));
            }
            "query" => {
                let items = value.as_array().cloned().unwrap_or_else(|| vec![value]);
                for item in items {
                    let join = if target.contains('?') { '&' } else { '?' };
                    target += &format!("{join}{}={}", member.wire, encode(&in_head(&item)));
                }
            }
            "header" => headers.push((member.wire.clone(), in_head(&value))),
            "payload" => payload = b"{}".to_vec(),
            _ => {}
        }
    }
    let has_body = shape.members.iter().any(|member| member.place == "body");
    let own = if has_body { Value::Object(body).to_string().into_bytes() } else { payload };
    let body = case.body.clone().unwrap_or(own);
    let mut request = client.request(&operation.method, &target, body);
    for (name, value) in headers {
        request.set(&name, &value);
    }
    client.keys.sign(&mut request);
    request
}

/// A value as text, for a path, a query or a header.
fn in_head(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Makes one of everything, called `hello`, and answers where each can be read.
fn resources(client: &Client) -> Vec<String> {
    client.deploy(&Function::node("hello", "exports.handler = async () => 1"));
    let f = "/2015-03-31/functions";
    let zip = BASE64.encode(&Function::node("hello", "1").zip);
    let layer = json!({ "Content": { "ZipFile": zip } });
    let retries = json!({ "MaximumRetryAttempts": 1 });
    let mapping = json!({
        "FunctionName": "hello",
        "EventSourceArn": "arn:aws:kinesis:us-east-1:123456789012:stream/hello",
        "StartingPosition": "LATEST",
    });
    let permission = json!({
        "StatementId": "hello",
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
    });
    let profile = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/hello/0123456789";
    let signing = json!({ "AllowedPublishers": { "SigningProfileVersionArns": [profile] } });
    let events = "/2019-09-25/functions/hello/event-invoke-config";
    let reserved = json!({ "ReservedConcurrentExecutions": 5 });
    for (method, target, body) in [
        ("POST", format!("{f}/hello/versions"), json!({})),
        ("POST", format!("{f}/hello/aliases"), json!({ "Name": "hello", "FunctionVersion": "1" })),
        ("POST", format!("{f}/hello/policy"), permission),
        ("PUT", events.into(), retries),
        ("POST", "/2021-10-31/functions/hello/url".into(), json!({ "AuthType": "NONE" })),
        ("PUT", "/2017-10-31/functions/hello/concurrency".into(), reserved),
        ("POST", "/2015-03-31/event-source-mappings".into(), mapping),
        ("POST", "/2018-10-31/layers/hello/versions".into(), layer),
        ("POST", "/2020-04-22/code-signing-configs".into(), signing),
    ] {
        let answer = client.call(method, &target, body.to_string());
        assert!(answer.status < 300, "{target}: {answer}");
    }
    client.settled("hello:1");
    [
        &format!("{f}?FunctionVersion=ALL"),
        &format!("{f}/hello"),
        &format!("{f}/hello/aliases"),
        &format!("{f}/hello/policy"),
        &format!("{events}/list"),
        "/2021-10-31/functions/hello/urls",
        "/2024-08-31/functions/hello/recursion-config",
        "/2021-07-20/functions/hello/runtime-management-config",
        "/2019-09-30/functions/hello/provisioned-concurrency?List=ALL",
        "/2015-03-31/event-source-mappings",
        "/2018-10-31/layers",
        "/2018-10-31/layers/hello/versions",
        "/2020-04-22/code-signing-configs",
        "/2016-08-19/account-settings",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// All that is kept, as the API shows it.
fn state(client: &Client, resources: &[String]) -> Vec<Value> {
    let read = |target: &String| {
        let mut shown = client.call("GET", target, "").expect(200).json();
        // Where the code can be read is signed anew each time.
        if let Some(code) = shown.pointer_mut("/Code/Location") {
            *code = Value::Null;
        }
        shown
    };
    resources.iter().map(read).collect()
}
