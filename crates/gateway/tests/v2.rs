//! Payload format 2.0: what AWS's documentation shows, and what must hold of anything.
#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use fika_gateway::payload::{Place, Prelude, Received, v2};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version};
use proptest::prelude::*;
use serde_json::{Value, json};

const PLACE: Place<'_> = Place {
    account_id: "123456789012",
    api_id: "<urlid>",
    domain_name: "<url-id>.lambda-url.us-west-2.on.aws",
    domain_prefix: "<url-id>",
    request_id: "id",
    route_key: "$default",
    stage: "$default",
    at: jiff::Timestamp::constant(1_584_039_838, 0),
};

fn headers(all: &[(&str, &str)]) -> HeaderMap {
    let one = |(name, value): &(&str, &str)| {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        (name, HeaderValue::from_bytes(value.as_bytes()).unwrap())
    };
    let mut map = HeaderMap::new();
    for (name, value) in all.iter().map(one) {
        map.append(name, value);
    }
    map
}

fn event(query: &str, headers: &HeaderMap, body: &[u8], more: v2::More<'_>) -> Value {
    let body = Bytes::copy_from_slice(body);
    let received = Received {
        method: &Method::POST,
        path: "/my/path",
        query,
        version: Version::HTTP_11,
        headers,
        body: &body,
        source_ip: "123.123.123.123",
    };
    serde_json::from_slice(&v2::event(&received, &PLACE, more)).unwrap()
}

#[test]
fn an_event_is_as_documented() {
    let golden: Value = serde_json::from_str(include_str!("golden/v2-documented.json")).unwrap();
    let given = [
        ("Header1", "value1"),
        ("Header2", "value1"),
        ("Header2", "value2"),
        ("Cookie", "cookie1; cookie2"),
        ("Content-Type", "text/plain"),
        ("User-Agent", "agent"),
    ];
    let authorizer = &golden["requestContext"]["authorizer"];
    let more = v2::More { authorizer: Some(authorizer), ..v2::More::default() };
    let query = "parameter1=value1&parameter1=value2&parameter2=value";
    assert_eq!(event(query, &headers(&given), b"Hello from client!", more), golden);
}

#[test]
fn what_is_not_there_is_left_out() {
    let event = event("", &HeaderMap::new(), b"", v2::More::default());
    for name in ["cookies", "queryStringParameters", "body", "pathParameters", "stageVariables"] {
        assert_eq!(event.get(name), None, "{name}");
    }
    assert_eq!(event["rawQueryString"], "");
    assert_eq!(event["requestContext"].get("authorizer"), None);
}

#[test]
fn only_text_of_a_textual_type_is_text() {
    for (kind, text) in [
        ("text/html; charset=utf-8", true),
        ("application/json", true),
        ("Application/JSON;charset=utf-8", true),
        ("application/problem+json", true),
        ("image/svg+xml", false),
        ("application/javascript", true),
        ("application/x-www-form-urlencoded", false),
        ("application/octet-stream", false),
        ("", false),
    ] {
        let given = headers(&[("content-type", kind)]);
        let event = event("", &given, b"{}", v2::More::default());
        let (body, base64) = (if text { "{}" } else { "e30=" }, !text);
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!(body), &json!(base64)),
            "{kind}"
        );
    }
    let given = headers(&[("content-type", "text/plain")]);
    assert_eq!(event("", &given, &[0xff], v2::More::default())["isBase64Encoded"], true);
}

#[test]
fn queries_are_decoded_and_joined() {
    let more = v2::More::default();
    let event = event("a=1&b&a=2&c=%C3%A5+x&=y&%41=z&c=%", &HeaderMap::new(), b"", more);
    let wanted = json!({"a": "1,2", "b": "", "c": "å x,%", "": "y", "A": "z"});
    assert_eq!(event["queryStringParameters"], wanted);
}

fn answered(payload: &Value) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let answer = v2::answer(payload.to_string().into()).unwrap();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = answer.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
    (answer.status.as_u16(), headers.collect(), answer.body.to_vec())
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

#[test]
fn an_answer_that_names_no_status_is_the_body() {
    let plain = pairs(&[("content-type", "application/json")]);
    for payload in [
        json!("Hello, world!"),
        json!({"message": "Hello, world!"}),
        json!({"body": 1, "headers": 2}),
        json!({"statusCode": null}),
        json!(null),
        json!([1, {"statusCode": 404}]),
    ] {
        let body = payload.to_string().into_bytes();
        assert_eq!(answered(&payload), (200, plain.clone(), body));
    }
}

#[test]
fn an_answer_that_names_its_status_is_as_it_says() {
    let payload = json!({
        "statusCode": 201,
        "headers": {"Content-Type": "application/json", "My-Custom-Header": "Custom Value"},
        "body": "{\"message\":\"Hello, world!\"}",
        "cookies": ["Cookie_1=Value1; Expires=21 Oct 2021 07:48 GMT", "Cookie_2=Value2; Max-Age=78000"],
        "isBase64Encoded": false,
    });
    let headers = pairs(&[
        ("content-type", "application/json"),
        ("my-custom-header", "Custom Value"),
        ("set-cookie", "Cookie_1=Value1; Expires=21 Oct 2021 07:48 GMT"),
        ("set-cookie", "Cookie_2=Value2; Max-Age=78000"),
    ]);
    let body = br#"{"message":"Hello, world!"}"#.to_vec();
    assert_eq!(answered(&payload), (201, headers, body));
}

#[test]
fn a_body_may_be_binary() {
    let payload = json!({"statusCode": "200", "body": "AP8", "isBase64Encoded": true,
        "headers": {"content-type": "image/png"}});
    let headers = pairs(&[("content-type", "image/png")]);
    assert_eq!(answered(&payload), (200, headers, vec![0, 0xff]));
}

#[test]
fn headers_of_the_connection_are_not_the_functions() {
    let payload = json!({"statusCode": 204, "headers": {"Content-Length": 5, "Connection": "close",
        "Transfer-Encoding": "chunked", "x-null": null, "x-true": true}});
    let headers = pairs(&[
        ("x-amzn-remapped-content-length", "5"),
        ("x-amzn-remapped-connection", "close"),
        ("x-true", "true"),
        ("content-type", "application/json"),
    ]);
    assert_eq!(answered(&payload), (204, headers, vec![]));
}

#[test]
fn malformed_answers_are_no_answers() {
    for payload in [
        r#"{"statusCode": 99}"#,
        r#"{"statusCode": 100}"#,
        r#"{"statusCode": 600}"#,
        r#"{"statusCode": 200.5}"#,
        r#"{"statusCode": "ok"}"#,
        r#"{"statusCode": {}}"#,
        r#"{"statusCode": 200, "body": {}}"#,
        r#"{"statusCode": 200, "headers": []}"#,
        r#"{"statusCode": 200, "headers": {"a b": "c"}}"#,
        r#"{"statusCode": 200, "headers": {"a": "b\r\nc: d"}}"#,
        r#"{"statusCode": 200, "headers": {"a": ["b"]}}"#,
        r#"{"statusCode": 200, "cookies": ["a=b\nc"]}"#,
        r#"{"statusCode": 200, "cookies": "a=b"}"#,
        r#"{"statusCode": 200, "body": "?", "isBase64Encoded": true}"#,
        r#"{"statusCode": 200, "statusCode": 201}"#,
        r#"{"statusCode": 200"#,
        "hello",
        "",
        "\"\u{1}\"",
    ] {
        assert!(v2::answer(Bytes::copy_from_slice(payload.as_bytes())).is_err(), "{payload}");
    }
    assert!(v2::answer(Bytes::from_static(b"\"\xff\"")).is_err());
}

#[test]
fn a_stream_says_first_what_it_is() {
    let head =
        Prelude::read(br#"{"statusCode":418,"headers":{"x":"y"},"cookies":["a=b"]}"#).unwrap();
    assert_eq!(head.status, 418);
    let wanted = [("x", "y"), ("set-cookie", "a=b"), ("content-type", "application/octet-stream")];
    assert_eq!(head.headers, headers(&wanted));
    assert_eq!(Prelude::read(b"{}").unwrap(), Prelude::plain());
    assert!(Prelude::read(b"[]").is_err());
}

proptest! {
    #[test]
    fn every_body_comes_back(body in proptest::collection::vec(any::<u8>(), 1..200), kind in "(text/plain|image/png)") {
        let event = event("", &headers(&[("content-type", &kind)]), &body, v2::More::default());
        let text = event["body"].as_str().unwrap();
        let got = match event["isBase64Encoded"].as_bool().unwrap() {
            true => BASE64.decode(text).unwrap(),
            false => text.as_bytes().to_vec(),
        };
        prop_assert_eq!(got, body);
    }

    #[test]
    fn every_query_and_header_makes_an_event(query in "[ -~&=%+]{0,60}", value in proptest::collection::vec(0x20..=0xffu8, 0..40)) {
        let value: Vec<u8> = value.into_iter().filter(|byte| *byte != 0x7f).collect();
        let mut map = HeaderMap::new();
        map.insert("cookie", HeaderValue::from_bytes(&value).unwrap());
        map.insert("x", HeaderValue::from_bytes(&value).unwrap());
        let event = event(&query, &map, b"", v2::More::default());
        prop_assert!(event["headers"]["x"].is_string());
        prop_assert_eq!(&event["rawQueryString"], &json!(query));
    }

    #[test]
    fn no_answer_panics(payload in "\\{?[\"a-zA-Z{}:,0-9\\[\\] \\\\]{0,60}") {
        let _ = v2::answer(payload.into());
    }

    #[test]
    fn every_answer_is_as_it_was_given(status in 200u16..600, body in ".{0,80}", base64: bool) {
        let text = if base64 { BASE64.encode(&body) } else { body.clone() };
        let payload = json!({"statusCode": status, "body": text, "isBase64Encoded": base64});
        let answer = v2::answer(payload.to_string().into()).unwrap();
        prop_assert_eq!((answer.status.as_u16(), &answer.body[..]), (status, body.as_bytes()));
    }
}
