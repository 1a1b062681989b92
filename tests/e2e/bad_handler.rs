//! Functions that fail in every way there is. Each gets what Lambda gives; the next invocation of
//! it and of another function works.

use serde_json::{Value, json};

use crate::harness::{Client, Function, Invoked, Server, Zip, tools};

/// One way to fail: the handler's source, in which `event.bad` makes it fail, and the error's type
/// and a part of its message.
struct Case {
    what: &'static str,
    source: &'static str,
    kind: &'static str,
    message: &'static str,
}

const NODE: &[Case] = &[
    Case {
        what: "throws",
        source: "exports.handler = async (e) => { if (e.bad) throw new TypeError('no tea'); return 'ok'; };",
        kind: "TypeError",
        message: "no tea",
    },
    Case {
        what: "throws at once, outside of a promise",
        source: "exports.handler = (e, c, done) => { if (e.bad) throw new RangeError('too far'); done(null, 'ok'); };",
        kind: "RangeError",
        message: "too far",
    },
    Case {
        what: "calls back with an error",
        source: "exports.handler = (e, c, done) => done(e.bad ? new Error('called back') : null, 'ok');",
        kind: "Error",
        message: "called back",
    },
    Case {
        what: "throws what is no error",
        source: "exports.handler = async (e) => { if (e.bad) throw 'just text'; return 'ok'; };",
        kind: "string",
        message: "just text",
    },
    Case {
        what: "leaves a rejection unhandled",
        source: "exports.handler = (e, c, done) => { if (e.bad) Promise.reject(new Error('lost')); else done(null, 'ok'); };",
        kind: "Runtime.UnhandledPromiseRejection",
        message: "lost",
    },
    Case {
        what: "throws later",
        source: "exports.handler = (e, c, done) => { if (e.bad) setTimeout(() => { throw new Error('late'); }); else done(null, 'ok'); };",
        kind: "Error",
        message: "late",
    },
    Case {
        what: "never answers",
        source: "exports.handler = (e) => new Promise((done) => e.bad ? setInterval(() => {}, 1e6) : done('ok'));",
        kind: "Sandbox.Timedout",
        message: "Error: Task timed out after 2.00 seconds",
    },
    Case {
        what: "spins",
        source: "exports.handler = async (e) => { while (e.bad); return 'ok'; };",
        kind: "Sandbox.Timedout",
        message: "Error: Task timed out after 2.00 seconds",
    },
    Case {
        what: "exits",
        source: "exports.handler = async (e) => { if (e.bad) process.exit(0); return 'ok'; };",
        kind: "Runtime.ExitError",
        message: "Error: Runtime exited without providing a reason",
    },
    Case {
        what: "exits with a status",
        source: "exports.handler = async (e) => { if (e.bad) process.exit(127); return 'ok'; };",
        kind: "Runtime.ExitError",
        message: "Error: Runtime exited with error: exit status 127",
    },
    Case {
        what: "kills itself",
        source: "exports.handler = async (e) => { if (e.bad) process.kill(process.pid, 'SIGKILL'); return e.bad ? new Promise(() => setInterval(() => {}, 1e6)) : 'ok'; };",
        kind: "Runtime.ExitError",
        message: "Error: Runtime exited with error: signal: killed",
    },
    Case {
        what: "eats memory",
        source: "exports.handler = async (e) => { const a = []; while (e.bad) a.push(Buffer.alloc(1 << 20, 1)); return 'ok'; };",
        kind: "Runtime.ExitError",
        message: "Error: Runtime exited with error: signal: killed",
    },
    Case {
        what: "answers 7 MB",
        source: "exports.handler = async (e) => e.bad ? 'x'.repeat(7 << 20) : 'ok';",
        kind: "Function.ResponseSizeTooLarge",
        message: "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    },
    Case {
        what: "answers what is no JSON",
        source: "exports.handler = async (e) => { if (!e.bad) return 'ok'; const a = {}; a.a = a; return a; };",
        kind: "Error",
        message: "Unable to stringify response body",
    },
];

const PYTHON: &[Case] = &[
    Case {
        what: "raises",
        source: "def handler(event, context):\n    if event.get('bad'): raise KeyError('tea')\n    return 'ok'\n",
        kind: "KeyError",
        message: "'tea'",
    },
    Case {
        what: "exits",
        source: "import sys\ndef handler(event, context):\n    if event.get('bad'): sys.exit(1)\n    return 'ok'\n",
        kind: "Runtime.ExitError",
        message: "Error: Runtime exited with error: exit status 1",
    },
    Case {
        what: "leaves without a word",
        source: "import os\ndef handler(event, context):\n    if event.get('bad'): os._exit(0)\n    return 'ok'\n",
        kind: "Runtime.ExitError",
        message: "Error: Runtime exited without providing a reason",
    },
    Case {
        what: "crashes",
        source: "import os, signal\ndef handler(event, context):\n    if event.get('bad'): os.kill(os.getpid(), signal.SIGSEGV)\n    return 'ok'\n",
        kind: "Runtime.ExitError",
        message: "Error: Runtime exited with error: signal: segmentation fault",
    },
    Case {
        what: "never answers",
        source: "import threading\ndef handler(event, context):\n    if event.get('bad'): threading.Event().wait()\n    return 'ok'\n",
        kind: "Sandbox.Timedout",
        message: "Error: Task timed out after 2.00 seconds",
    },
    Case {
        what: "eats memory",
        source: "def handler(event, context):\n    hoard = []\n    while event.get('bad'): hoard.append(bytearray(b'x') * (1 << 20))\n    return 'ok'\n",
        kind: "Runtime.ExitError",
        message: "Error: Runtime exited with error: signal: killed",
    },
    Case {
        what: "answers what is no JSON",
        source: "def handler(event, context):\n    return {1, 2} if event.get('bad') else 'ok'\n",
        kind: "Runtime.MarshalError",
        message: "",
    },
];

/// Calls the function well, badly, and well again; and a bystander in between.
fn walk(client: &Client, case: &Case) -> Result<(), String> {
    let fine = |when: &str, name: &str, invoked: Invoked| match invoked.response.text().as_str() {
        "\"ok\"" => Ok(()),
        _ => Err(format!("{}: {name} {when}: {}", case.what, invoked.response)),
    };
    fine("before", "it", client.invoke("bad", "{}"))?;
    for _ in 0..2 {
        let failed = client.invoke("bad", r#"{"bad":true}"#);
        let body: Value = serde_json::from_slice(&failed.response.body).unwrap_or_default();
        let (kind, message) = (body["errorType"].as_str(), body["errorMessage"].as_str());
        let right = failed.response.status == 200
            && failed.function_error() == Some("Unhandled")
            && kind == Some(case.kind)
            && message.is_some_and(|message| message.contains(case.message));
        if !right {
            let (kind, message) = (case.kind, case.message);
            return Err(format!("{}: not {kind} {message:?}: {}", case.what, failed.response));
        }
    }
    fine("after", "it", client.invoke("bad", "{}"))?;
    fine("meanwhile", "another", client.invoke("bystander", "{}"))
}

fn table(cases: &[Case], function: fn(&str, &str) -> Function) {
    let mut server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("bystander", "exports.handler = async () => 'ok';"));
    let mut wrong = Vec::new();
    for case in cases {
        client.deploy(&function("bad", case.source).with("Timeout", 2));
        wrong.extend(walk(&client, case).err());
        client.delete("bad").expect(204);
        server.assert_up();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn node_functions_that_fail() {
    table(NODE, Function::node);
}

#[test]
fn python_functions_that_fail() {
    table(PYTHON, Function::python);
}

#[test]
fn functions_that_do_not_come_up() {
    let mut server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("bystander", "exports.handler = async () => 'ok';"));
    let node = |source| Function::node("bad", source);
    let python = |source| Function::python("bad", source);
    let table = [
        (
            node("exports.other = 1;"),
            "Runtime.HandlerNotFound",
            "index.handler is undefined or not exported",
        ),
        (
            node("").with("Handler", "nope.handler"),
            "Runtime.ImportModuleError",
            "Cannot find module 'nope'",
        ),
        (node("").with("Handler", "nope"), "Runtime.MalformedHandlerName", ""),
        (node("exports.handler = ("), "Runtime.UserCodeSyntaxError", "SyntaxError"),
        (node("require('nowhere');"), "Runtime.ImportModuleError", "Cannot find module 'nowhere'"),
        (node("throw new Error('at the door');"), "Error", "at the door"),
        (
            node("process.exit(3);"),
            "Runtime.ExitError",
            "Error: Runtime exited with error: exit status 3",
        ),
        (
            python("other = 1"),
            "Runtime.HandlerNotFound",
            "Handler 'handler' missing on module 'index'",
        ),
        (
            python("").with("Handler", "nope.handler"),
            "Runtime.ImportModuleError",
            "Unable to import module 'nope'",
        ),
        (python("").with("Handler", "nope"), "Runtime.MalformedHandlerName", "Bad handler 'nope'"),
        (python("def handler(:"), "Runtime.UserCodeSyntaxError", "Syntax error in module 'index'"),
        (python("raise ValueError('at the door')"), "ValueError", "at the door"),
        (Function::provided("bad", b"#!/bin/sh\nexit 9\n"), "Runtime.ExitError", "exit status 9"),
        (Function::provided("bad", b"\x7fELFnonsense"), "Runtime.InvalidEntrypoint", ""),
    ];
    let mut wrong = Vec::new();
    for (function, kind, part) in table {
        client.deploy(&function.clone().with("Timeout", 5));
        for _ in 0..2 {
            let response = client.invoke("bad", "{}").response;
            let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
            let message = body["errorMessage"].as_str().unwrap_or_default();
            let right = response.get("x-amz-function-error") == Some("Unhandled")
                && body["errorType"] == kind
                && message.contains(part);
            if !right {
                wrong.push(format!("{} wanted {kind} {part:?}: {response}", function.settings));
            }
        }
        client.delete("bad").expect(204);
        assert_eq!(client.invoke("bystander", "{}").ok(), "ok");
        server.assert_up();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_function_without_a_bootstrap_says_so() {
    let server = Server::start();
    let client = server.client();
    let zip = Zip::of("readme.txt", "nothing to run here");
    client.deploy(&Function::new("bad", "provided.al2023", "any", zip));
    let (kind, message) = client.invoke("bad", "{}").failed();
    assert_eq!(kind, "Runtime.InvalidEntrypoint", "{message}");
}

#[test]
fn five_thousand_children_are_too_many() {
    let mut server = Server::start();
    let client = server.client();
    let source = "import os, signal
def handler(event, context):
    born = 0
    for _ in range(event['children']):
        try:
            pid = os.fork()
        except OSError as error:
            return {'born': born, 'error': error.strerror}
        if pid == 0:
            signal.pause()
        born += 1
    return {'born': born}
";
    let function = Function::python("forks", source).with("Timeout", 60).with("MemorySize", 2048);
    client.deploy(&function);
    client.deploy(&Function::node("bystander", "exports.handler = async () => 'ok';"));
    let answer = client.invoke("forks", r#"{"children":5000}"#).ok();
    let born = answer["born"].as_u64().expect("a count");
    assert!((900..=1_024).contains(&born) && answer["error"].is_string(), "{answer}");
    assert_eq!(client.invoke("bystander", "{}").ok(), "ok");
    assert_eq!(client.invoke("forks", r#"{"children":0}"#).ok(), json!({ "born": 0 }));
    server.assert_up();
}

#[test]
fn a_full_tmp_is_full_and_nothing_more() {
    let mut server = Server::start();
    let client = server.client();
    let source = "const fs = require('fs');
exports.handler = async (event) => {
  if (!event.bad) { fs.rmSync('/tmp/big', { force: true }); return 'ok'; }
  const file = fs.openSync('/tmp/big', 'w');
  for (let mb = 0; ; mb++) {
    try { fs.writeSync(file, Buffer.alloc(1 << 20, 1)); } catch (error) { fs.closeSync(file); return { mb, code: error.code }; }
  }
};";
    client.deploy(&Function::node("fills", source).with("Timeout", 60));
    client.deploy(&Function::node("bystander", "exports.handler = async () => 'ok';"));
    for _ in 0..2 {
        let answer = client.invoke("fills", r#"{"bad":true}"#).ok();
        assert_eq!(answer["code"], "ENOSPC", "{answer}");
        assert!((400..=512).contains(&answer["mb"].as_u64().expect("a count")), "{answer}");
        assert_eq!(client.invoke("bystander", "{}").ok(), "ok");
        assert_eq!(client.invoke("fills", "{}").ok(), "ok");
    }
    server.assert_up();
}

#[test]
fn a_hundred_megabytes_of_log_hurt_nobody() {
    let mut server = Server::start();
    let client = server.client();
    let source = "const fs = require('fs');
const line = 'y'.repeat(1023) + '\\n';
exports.handler = async (event) => { for (let n = 0; n < event.lines; n++) fs.writeSync(1, line); return 'ok'; };";
    client.deploy(&Function::node("loud", source).with("Timeout", 120));
    client.deploy(&Function::node("bystander", "exports.handler = async () => 'ok';"));
    let invoked = client.invoke("loud", r#"{"lines":102400}"#);
    assert_eq!(invoked.ok(), "ok");
    assert!(invoked.log().len() <= 4_096 && invoked.log().contains("REPORT RequestId: "));
    assert_eq!(client.invoke("loud", r#"{"lines":1}"#).ok(), "ok");
    assert_eq!(client.invoke("bystander", "{}").ok(), "ok");
    server.assert_up();
    let kept = tools::run(std::process::Command::new("du").args(["-sm"]).arg(server.data()));
    let megabytes: u64 = kept.split_whitespace().next().expect("a size").parse().expect("a number");
    assert!(megabytes < 200, "{megabytes} MB kept");
}

/// A runtime that speaks the Runtime API by itself, against its rules when the event says so, and
/// answers with the statuses it was given.
const ROGUE: &str = r#"
import http.client, json, os
api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])

def ask(method, path, body=None):
    api.request(method, '/2018-06-01/runtime' + path, body)
    answer = api.getresponse()
    return answer.status, answer.getheader('Lambda-Runtime-Aws-Request-Id'), answer.read()

other = '8476a536-e9f4-11e8-9739-2dfe598c3fcd'
remembered = []
while True:
    _, request, event = ask('GET', '/invocation/next')
    what = json.loads(event).get('what')
    if what == 'other':
        remembered = [ask('POST', f'/invocation/{other}/response', b'{}')[0]]
    if what == 'unknown':
        remembered = [ask('GET', '/nonsense')[0], ask('POST', '/invocation/next', b'')[0]]
    ask('POST', f'/invocation/{request}/response', json.dumps(remembered).encode())
    if what == 'twice':
        remembered = [ask('POST', f'/invocation/{request}/response', b'"again"')[0]]
"#;

#[test]
fn answers_out_of_turn_are_refused() {
    let mut server = Server::start();
    let client = server.client();
    client.deploy(&Function::python("rogue", ROGUE));
    assert_eq!(client.invoke("rogue", r#"{"what":"other"}"#).ok(), json!([400]));
    assert_eq!(client.invoke("rogue", r#"{"what":"unknown"}"#).ok(), json!([404, 404]));
    client.invoke("rogue", r#"{"what":"twice"}"#).ok();
    let invoked = client.invoke("rogue", "{}");
    assert_eq!(invoked.ok(), json!([403]), "a second answer; {:?}", client.log_lines("rogue"));
    server.assert_up();
}
