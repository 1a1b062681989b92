//! Events that are too long, or are no JSON.

use serde_json::json;

use crate::harness::{Client, Function, Server};

const ECHO: &str = "exports.handler = async (event) => event;";
const LENGTH: &str = "exports.handler = async (event) => event.length;";
/// What a synchronous request may hold.
const LIMIT: usize = 6_291_456;

fn start() -> (Server, Client) {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("echo", ECHO));
    (server, client)
}

#[test]
fn what_is_no_json_is_refused() {
    let (mut server, client) = start();
    let long = format!("{}1", "[".repeat(100_000));
    let table: &[&[u8]] = &[
        b"{",
        b"nonsense",
        b"{\"a\":1}}",
        b"{'a':1}",
        b"\"\xff\xfe\"",
        b"{\"a\":1,}",
        b"01",
        b"NaN",
        b" ",
        b"\"open",
        b"\"\x01\"",
        long.as_bytes(),
    ];
    for payload in table {
        let response = client.invoke("echo", *payload).response;
        let shown = String::from_utf8_lossy(&payload[..payload.len().min(40)]).into_owned();
        assert_eq!(
            (response.status, response.error()),
            (400, "InvalidRequestContentException"),
            "{shown}: {response}"
        );
        assert!(
            response.message().starts_with("Could not parse request body into json"),
            "{response}"
        );
        assert_eq!(client.invoke("echo", "1").ok(), 1, "after {shown}");
    }
    server.assert_up();
}

#[test]
fn every_kind_of_json_is_an_event() {
    let (_server, client) = start();
    for payload in [
        "1",
        "-1.5",
        "\"text\"",
        "null",
        "true",
        "[]",
        "{}",
        " {\"a\" : [1, {}]}\n",
        "\"\\u0000☕\"",
    ] {
        let wanted: serde_json::Value = serde_json::from_str(payload).expect("JSON");
        assert_eq!(client.invoke("echo", payload).ok(), wanted, "{payload}");
    }
    assert_eq!(client.invoke("echo", "").ok(), json!({}), "no event is an empty one");
}

#[test]
fn six_megabytes_and_not_a_byte_more() {
    let (mut server, client) = start();
    client.deploy(&Function::node("length", LENGTH).with("Timeout", 30));
    let of_size = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    assert_eq!(client.invoke("length", of_size(LIMIT)).ok(), LIMIT - 2);
    for size in [LIMIT + 1, 2 * LIMIT] {
        let response = client.invoke("length", of_size(size)).response;
        assert_eq!(
            (response.status, response.error()),
            (413, "RequestEntityTooLargeException"),
            "{response}"
        );
        let said = "Request must be smaller than 6291456 bytes for the InvokeFunction operation";
        assert_eq!(response.message(), said);
        assert_eq!(client.invoke("length", of_size(10)).ok(), 8);
    }
    server.assert_up();
}

#[test]
fn an_invocation_of_an_unknown_kind_is_refused() {
    let (_server, client) = start();
    let mut request = client
        .request("POST", "/2015-03-31/functions/echo/invocations", "{}")
        .header("x-amz-invocation-type", "Sometimes");
    client.keys.sign(&mut request);
    let response = client.send(&request);
    response.expect_error(
        400,
        "ValidationException",
        "'invocationType' failed to satisfy constraint",
    );
}
