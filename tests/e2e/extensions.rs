//! Extensions, telemetry, logs in JSON and tenants, with real programs in real sandboxes.

use std::collections::BTreeSet;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::harness::{Client, Function, Server, Zip, tools, wait_for};
use crate::walls::{has_microvms, microvm};

/// Publishes a layer with the extension, and says its version's ARN.
fn layer(client: &Client) -> String {
    let script = fs::read(tools::script("python/extension.py")).expect("the script");
    let zip = Zip::new().program("extensions/ext", script).finish();
    let body = json!({ "Content": { "ZipFile": BASE64.encode(zip) } });
    let published = client.call("POST", "/2018-10-31/layers/ext/versions", body.to_string());
    published.expect(201).json()["LayerVersionArn"].as_str().expect("an ARN").to_owned()
}

/// Deploys a function with the extension, in that mode.
fn deploy(client: &Client, name: &str, mode: &str) {
    let function = Function::python(name, HELLO).with("Layers", json!([layer(client)]));
    let environment = json!({ "Variables": { "EXTENSION_MODE": mode } });
    client.deploy(&function.with("Environment", environment));
}

const HELLO: &str = "def handler(event, context):\n    print('hello', event)\n    return event";

/// What the extension said.
fn said(client: &Client, name: &str) -> Vec<String> {
    let lines = client.log_lines(name);
    let said = lines.iter().filter_map(|line| line.strip_prefix("[ext] "));
    said.map(|line| line.trim_end().to_owned()).collect()
}

fn told(client: &Client, name: &str, what: &str) -> Value {
    let begin = format!("told {what} ");
    wait_for(&begin, || {
        let all = said(client, name);
        let text = all.iter().find_map(|line| line.strip_prefix(&begin))?.to_owned();
        serde_json::from_str(&text).ok()
    })
}

#[test]
fn an_extension_hears_of_everything() {
    let server = Server::start();
    let client = server.client();
    deploy(&client, "f", "");
    let invoked = client.invoke("f", r#"{"a":1}"#);
    assert_eq!(invoked.ok(), json!({ "a": 1 }));
    let id = invoked.response.get("x-amzn-requestid").expect("an id").to_owned();

    let registered = wait_for("the registration", || {
        said(&client, "f")
            .iter()
            .find_map(|line| line.strip_prefix("registered ").map(String::from))
    });
    let registered: Value = serde_json::from_str(&registered).expect("JSON");
    assert_eq!(registered["functionName"], "f");
    assert_eq!(registered["handler"], "index.handler");
    assert_eq!(registered["accountId"], "123456789012");

    assert_eq!(told(&client, "f", "platform.initStart")["initializationType"], "on-demand");
    assert_eq!(told(&client, "f", "platform.initRuntimeDone")["status"], "success");
    assert!(told(&client, "f", "platform.initReport")["metrics"]["durationMs"].is_number());
    assert_eq!(told(&client, "f", "platform.extension")["events"], json!(["INVOKE", "SHUTDOWN"]));
    assert_eq!(told(&client, "f", "platform.telemetrySubscription")["state"], "Subscribed");
    assert_eq!(told(&client, "f", "platform.start")["requestId"], id.as_str());
    let done = told(&client, "f", "platform.runtimeDone");
    assert_eq!(done["status"], "success");
    assert_eq!(done["spans"][0]["name"], "responseLatency", "{done}");
    assert!(done["spans"][1]["durationMs"].is_number(), "{done}");
    assert_eq!(told(&client, "f", "function"), "hello {'a': 1}\n");
    let report = told(&client, "f", "platform.report");
    assert_eq!(report["requestId"], id.as_str());
    assert!(report["metrics"]["initDurationMs"].is_number(), "{report}");
    assert!(said(&client, "f").contains(&format!("event INVOKE {id}")));

    // The sandbox ends in its own time when the function goes; its log stays.
    client.delete("f").expect(204);
    wait_for("the end", || {
        said(&client, "f").contains(&"event SHUTDOWN spindown".to_owned()).then_some(())
    });
}

/// All of it comes through the one stream that a guest has: calls, output, and what is told.
#[test]
fn an_extension_hears_in_a_guest_too() {
    let wall = microvm();
    if !has_microvms(wall) {
        return;
    }
    let server = Server::start_with(&["--wall", wall, "--stock-memory", "0"]);
    let client = server.client();
    let layers = json!([layer(&client)]);
    client.deploy(&Function::python("f", HELLO).with("Layers", layers).with("Timeout", 120));
    let invoked = client.invoke("f", "1");
    assert_eq!(invoked.ok(), json!(1));
    let id = invoked.response.get("x-amzn-requestid").expect("an id").to_owned();
    assert_eq!(told(&client, "f", "platform.report")["requestId"], id.as_str());
    assert_eq!(told(&client, "f", "function"), "hello 1\n");
    assert!(said(&client, "f").contains(&format!("event INVOKE {id}")));
}

#[test]
fn an_extension_that_fails_fails_the_function() {
    let server = Server::start();
    let client = server.client();
    for (mode, kind) in [("crash", "Extension.Crash"), ("init-error", "Extension.InitError")] {
        deploy(&client, mode, mode);
        let (error_type, message) = client.invoke(mode, "{}").failed();
        assert_eq!(error_type, kind, "{message}");
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a call of its own would make another sandbox late")]
fn a_late_extension_costs_its_sandbox_and_not_the_answer() {
    let server = Server::start();
    let client = server.client();
    let stream = "def handler(event, context):\n    return context.log_stream_name";
    let function = Function::python("late", stream).with("Layers", json!([layer(&client)]));
    let environment = json!({ "Variables": { "EXTENSION_MODE": "late" } });
    client.deploy(&function.with("Environment", environment));
    let invoke = || client.invoke("late", "{}").ok().to_string();
    let mut streams = BTreeSet::from([invoke()]);
    wait_for("the timeout", || {
        let lines = client.log_lines("late");
        lines.iter().any(|line| line.contains("Task timed out after 3.00 seconds")).then_some(())
    });
    // At once, this takes a fresh sandbox: the first still has its two seconds to end its processes.
    streams.insert(invoke());
    // Later one of those that were reset takes it, and what it starts again may subscribe again.
    let taken_again = (0..6).any(|_| {
        sleep(Duration::from_secs(6));
        !streams.insert(invoke())
    });
    assert!(taken_again, "{streams:?}");
}

const TALKS: &str = "exports.handler = async (event, context) => {
  console.debug('not this');
  console.log('this', { a: 1 });
  console.error(new RangeError('bad'));
  return context.tenantId ?? null;
};";

#[test]
fn a_log_in_json_is_json() {
    let server = Server::start();
    let client = server.client();
    let logging = json!({ "LogFormat": "JSON", "SystemLogLevel": "DEBUG" });
    client.deploy(&Function::node("node", TALKS).with("LoggingConfig", logging.clone()));
    let python = "import logging\ndef handler(event, context):\n    logging.debug('not this')\n    \
                  logging.info('this', extra={'a': 1})\n    raise ValueError('bad')";
    client.deploy(&Function::python("python", python).with("LoggingConfig", logging));
    let invoked = client.invoke("node", "{}");
    invoked.ok();
    client.invoke("python", "{}").failed();
    let id = invoked.response.get("x-amzn-requestid").expect("an id").to_owned();
    let lines = |name: &str| -> Vec<Value> {
        wait_for("the report", || {
            let lines = client.log_lines(name);
            lines
                .iter()
                .any(|line| line.contains("platform.report"))
                .then(|| lines.iter().map(|line| serde_json::from_str(line).expect(line)).collect())
        })
    };
    let node = lines("node");
    let types: Vec<_> = node.iter().filter_map(|line| line["type"].as_str()).collect();
    assert_eq!(
        types,
        [
            "platform.initStart",
            "platform.initRuntimeDone",
            "platform.initReport",
            "platform.start",
            "platform.runtimeDone",
            "platform.report",
        ]
    );
    let own: Vec<_> = node.iter().filter(|line| line["level"].is_string()).collect();
    assert_eq!(own.len(), 2, "{own:?}");
    assert_eq!((&own[0]["level"], &own[0]["message"]), (&json!("INFO"), &json!("this { a: 1 }")));
    assert_eq!(own[0]["requestId"], id.as_str());
    assert_eq!(own[1]["message"]["errorType"], "RangeError");
    let python = lines("python");
    let own: Vec<_> = python.iter().filter(|line| line["level"].is_string()).collect();
    assert_eq!((&own[0]["message"], &own[0]["a"]), (&json!("this"), &json!(1)));
    let error = python.iter().find(|line| line["log_level"] == "ERROR").expect("the error");
    assert_eq!(error["errorType"], "ValueError");
}

#[test]
fn tenants_never_share_a_sandbox() {
    let server = Server::start();
    let client = server.client();
    let source = "let served = [];
exports.handler = async (event, context) => { served.push(context.tenantId); return served; };";
    let tenancy = json!({ "TenantIsolationMode": "PER_TENANT" });
    client.deploy(&Function::node("f", source).with("TenancyConfig", tenancy));
    let invoke = |tenant| client.invoke_for(tenant, "f");
    for tenant in ["blue", "green", "blue", "green", "blue"] {
        let served = invoke(Some(tenant)).expect(200).json();
        let all = served.as_array().expect("a list");
        assert!(all.iter().all(|one| one == tenant), "{tenant}: {served}");
    }
    let refused = invoke(None);
    assert_eq!(refused.status, 400, "{refused}");
    assert!(refused.to_string().contains("is enabled with tenancy configuration"), "{refused}");
    let refused = invoke(Some("no,tenant"));
    assert_eq!(refused.status, 400, "{refused}");
    client.deploy(&Function::node("plain", source));
    let refused = client.invoke_for(Some("blue"), "plain");
    assert_eq!(refused.status, 400, "{refused}");
    assert!(refused.to_string().contains("is not enabled with tenancy configuration"), "{refused}");
}
