//! Functions that call themselves, as an SDK inside them would: it sends on the trace header that
//! it finds in the function's environment.

use std::process::Command;

use serde_json::Value;

use crate::harness::{Client, Function, Server, tools};

const TELLS: &str = "exports.handler = async () => process.env._X_AMZN_TRACE_ID";

/// One call of a chain: what the function then has as its trace header.
fn call(client: &Client, name: &str, trace: &str) -> Result<String, (u16, String)> {
    let target = format!("/2015-03-31/functions/{name}/invocations");
    let mut request = client.request("POST", &target, "{}");
    if !trace.is_empty() {
        request.set("x-amzn-trace-id", trace);
    }
    client.keys.sign(&mut request);
    let answer = client.send(&request);
    match answer.json() {
        Value::String(trace) if answer.status == 200 => {
            assert_eq!(answer.get("x-amzn-trace-id"), Some(&*trace), "{answer}");
            Ok(trace)
        }
        _ => Err((answer.status, answer.error().to_owned())),
    }
}

#[test]
fn a_loop_is_cut_after_sixteen_calls_unless_it_may_go_on() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("ping", TELLS));
    client.deploy(&Function::node("pong", TELLS));
    let mut trace = String::new();
    for _ in 0..16 {
        trace = call(&client, "ping", &trace).expect("a call");
        trace = call(&client, "pong", &trace).expect("a call");
    }
    let cut = (400, "RecursiveInvocationException".to_owned());
    assert_eq!(call(&client, "ping", &trace), Err(cut.clone()));
    assert_eq!(call(&client, "pong", &trace), Err(cut.clone()));
    // Another chain is another matter, and so is a function that may.
    call(&client, "ping", "").expect("a call");
    let config = "/2024-08-31/functions/ping/recursion-config";
    client.call("PUT", config, r#"{"RecursiveLoop":"Allow"}"#).expect(200);
    for _ in 0..3 {
        trace = call(&client, "ping", &trace).expect("a call");
    }
    assert_eq!(call(&client, "pong", &trace), Err(cut));
}

/// Through a queue, a topic, a bucket and a destination, with AWS's SDK for Python in the function.
#[test]
fn a_loop_through_another_service_is_cut_and_what_was_sent_is_kept() {
    let server = Server::start();
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    python.arg("-B").arg(tools::script("python/loops.py"));
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}
