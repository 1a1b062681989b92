//! What functions are handed has the form that AWS documents: each source's event has the fields of `golden`, and the
//! types of the `aws_lambda_events` crate read it with nothing lost.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use aws_lambda_events::event::apigw::{
    ApiGatewayCustomAuthorizerRequest, ApiGatewayCustomAuthorizerRequestTypeRequest,
    ApiGatewayProxyRequest, ApiGatewayV2CustomAuthorizerV1Request,
    ApiGatewayV2CustomAuthorizerV2Request, ApiGatewayV2httpRequest,
};
use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use aws_lambda_events::event::lambda_function_urls::LambdaFunctionUrlRequest;
use aws_lambda_events::event::s3::S3Event;
use aws_lambda_events::event::sns::SnsEvent;
use aws_lambda_events::event::sqs::SqsEvent;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::buses;
use crate::harness::tools;

/// Reads an event as its type, and writes it again.
type Again = fn(&Value) -> serde_json::Result<Value>;

const SOURCES: [(&str, Again); 16] = [
    ("sqs", again::<SqsEvent>),
    ("sqs_fifo", again::<SqsEvent>),
    ("sns", again::<SnsEvent>),
    ("s3", again::<S3Event>),
    ("eventbridge", again::<EventBridgeEvent>),
    ("s3_eventbridge", again::<EventBridgeEvent>),
    ("rule", again::<EventBridgeEvent>),
    ("scheduler", again::<EventBridgeEvent>),
    ("http_api_2", again::<ApiGatewayV2httpRequest>),
    ("http_api_1", again::<ApiGatewayProxyRequest>),
    ("rest_api", again::<ApiGatewayProxyRequest>),
    ("url", again::<LambdaFunctionUrlRequest>),
    ("authorizer_2", again::<ApiGatewayV2CustomAuthorizerV2Request>),
    ("authorizer_1", again::<ApiGatewayV2CustomAuthorizerV1Request>),
    ("token_authorizer", again::<ApiGatewayCustomAuthorizerRequest>),
    ("request_authorizer", again::<ApiGatewayCustomAuthorizerRequestTypeRequest>),
];

/// What AWS sends and the crate's types have no member for, as its documentation's shorter examples have none.
const BEYOND: [&str; 22] = [
    "http_api_1.version",
    "http_api_1.requestContext.extendedRequestId",
    "rest_api.requestContext.extendedRequestId",
    "url.routeKey",
    "url.requestContext.routeKey",
    "url.requestContext.stage",
    "authorizer_1.multiValueHeaders",
    "authorizer_1.multiValueQueryStringParameters",
    "authorizer_1.requestContext.domainName",
    "authorizer_1.requestContext.domainPrefix",
    "authorizer_1.requestContext.extendedRequestId",
    "authorizer_1.requestContext.identity.userAgent",
    "authorizer_1.requestContext.protocol",
    "authorizer_1.requestContext.requestTime",
    "authorizer_1.requestContext.requestTimeEpoch",
    "request_authorizer.requestContext.domainName",
    "request_authorizer.requestContext.domainPrefix",
    "request_authorizer.requestContext.extendedRequestId",
    "request_authorizer.requestContext.identity.userAgent",
    "request_authorizer.requestContext.protocol",
    "request_authorizer.requestContext.requestTime",
    "request_authorizer.requestContext.requestTimeEpoch",
];

fn again<T: DeserializeOwned + Serialize>(event: &Value) -> serde_json::Result<Value> {
    serde_json::to_value(T::deserialize(event)?)
}

#[test]
fn every_source_hands_over_what_aws_documents() {
    let server = buses::faster(60);
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    let said = tools::run(python.arg("-B").arg(tools::script("python/contract.py")));
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for line in said.lines() {
        let told: Value = serde_json::from_str(line).expect(line);
        let (name, event) = (told["name"].as_str().expect("a name"), &told["event"]);
        let golden = tools::script(&format!("golden/{name}.json"));
        let golden: Value = serde_json::from_slice(&fs::read(golden).expect(name)).expect(name);
        compare(name, &golden, event, &mut wrong);
        let (_, again) = SOURCES.iter().find(|(own, _)| *own == name).expect(name);
        match again(event) {
            Ok(read) => lost(name, event, &read, &mut wrong),
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
        seen.insert(name.to_owned());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(seen.len(), SOURCES.len(), "{seen:?}");
}

/// Both have the same members, and those the same types.
fn compare(at: &str, golden: &Value, got: &Value, wrong: &mut Vec<String>) {
    match (golden, got) {
        (Value::Object(golden), Value::Object(got)) => {
            let names: BTreeSet<&String> = golden.keys().chain(got.keys()).collect();
            for name in names {
                let at = format!("{at}.{name}");
                match (golden.get(name), got.get(name)) {
                    (Some(golden), Some(got)) => compare(&at, golden, got, wrong),
                    (Some(_), None) => wrong.push(format!("{at} is missing")),
                    (None, _) => wrong.push(format!("{at} is not of AWS")),
                }
            }
        }
        (Value::Array(golden), Value::Array(got)) if golden.len() == got.len() => {
            for (n, (golden, got)) in golden.iter().zip(got).enumerate() {
                compare(&format!("{at}[{n}]"), golden, got, wrong);
            }
        }
        _ if kind(golden) == kind(got) => {}
        _ => wrong.push(format!("{at} is {got}, not as {golden}")),
    }
}

fn kind(value: &Value) -> String {
    match value {
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(_) => "an object".into(),
        Value::Number(number) => format!("a number, {}", number.is_f64()),
        Value::String(_) => "a text".into(),
        other => other.to_string(),
    }
}

/// What is in an event is in what was read of it. Names of headers have no case, null is nothing, and a parameter of one
/// value may be a list of it.
fn lost(at: &str, event: &Value, read: &Value, wrong: &mut Vec<String>) {
    match (event, read) {
        (Value::Null, _) => {}
        (Value::Object(event), Value::Object(read)) => {
            for (name, value) in event {
                let at = format!("{at}.{name}");
                lost(&at, value, member(read, name), wrong);
            }
        }
        (Value::Array(event), Value::Array(read)) if event.len() == read.len() => {
            event.iter().zip(read).for_each(|(event, read)| lost(at, event, read, wrong));
        }
        (one, Value::Array(read)) if read.as_slice() == std::slice::from_ref(one) => {}
        _ if event == read || BEYOND.contains(&at) => {}
        _ => wrong.push(format!("{at}: {event} was read as {read}")),
    }
}

fn member<'a>(of: &'a Map<String, Value>, name: &str) -> &'a Value {
    let found = of.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.map_or(&Value::Null, |(_, value)| value)
}
