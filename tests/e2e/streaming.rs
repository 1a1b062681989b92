//! Answers that leave while the function still writes them.
//!
//! That nobody holds them back is shown by functions that write a piece only once their client has
//! acknowledged the one before. To be told they connect to the test, for which they run without a wall;
//! what is not about that runs behind one.

pub mod acks;
mod clients;
mod events;
mod guests;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Function, Server, tools};
use events::{Event, begin, invoke};

/// Writes a piece, and waits for a byte from the test before it writes the next.
const WAITS: &str = r#"
const net = require('net');
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const test = net.connect(event.port, '127.0.0.1');
  stream.setContentType('text/plain');
  for (let n = 0; n < event.pieces; n += 1) {
    stream.write(`piece ${n};`);
    await new Promise((resolve) => test.once('data', resolve));
  }
  test.destroy();
  stream.end();
});
"#;

/// The same by a custom runtime.
const WAITS_IN_C: &str = include_str!("streaming/custom.c");

fn acknowledge(function: &Function) {
    let server = Server::start_with(&["--wall", "none"]);
    let client = server.client();
    client.deploy(function);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let payload = json!({ "port": port, "pieces": 3 });
    let (head, mut events) = begin(&client, &function.name, &payload);
    assert_eq!(head.get("content-type"), Some("application/vnd.amazon.eventstream"), "{head}");
    assert_eq!(head.get("x-amz-executed-version"), Some("$LATEST"), "{head}");
    assert_eq!(head.get("transfer-encoding"), Some("chunked"), "{:?}", events.next());
    let mut ears = listener.accept().expect("the function").0;
    for n in 0..3 {
        let piece = format!("piece {n};");
        let mut got = String::new();
        while got.len() < piece.len() {
            match events.next() {
                Event::Chunk(data) => got.push_str(&String::from_utf8(data).expect("text")),
                other => panic!("{other:?} instead of {piece}"),
            }
        }
        assert_eq!(got, piece);
        ears.write_all(b"!").expect("the function listens");
    }
    assert_eq!(events.next(), Event::Complete(json!({})));
}

#[test]
fn each_piece_leaves_as_it_is_written() {
    acknowledge(&Function::node("waits", WAITS));
}

#[test]
fn a_custom_runtime_streams_as_well() {
    let program = tools::compile(WAITS_IN_C, &["-static"]);
    acknowledge(&Function::provided("custom", &program));
}

/// What goes wrong, by what it is asked.
const FAILS: &str = r#"
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.how === 'at once') throw new TypeError('nothing was written');
  await new Promise((resolve) => stream.write('some', resolve));
  if (event.how === 'late') throw new RangeError('then it failed');
  if (event.how === 'uncaught') setImmediate(() => { throw new RangeError('nobody caught it'); });
  if (event.how === 'exit') setTimeout(() => process.exit(3), 20);
  if (event.how === 'never') return;
  if (event.how === 'pipeline') {
    const broken = require('stream').Readable.from((async function* () {
      yield ' more'; throw new Error('its source broke');
    })());
    await require('stream/promises').pipeline(broken, stream);
  }
  if (event.how !== 'well') await new Promise((resolve) => setTimeout(resolve, 60000));
  stream.end('.');
});
"#;

#[test]
fn what_goes_wrong_is_told_behind_what_was_written() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("fails", FAILS).with("Timeout", 2));
    for (how, written, kind) in [
        ("well", "some.", None),
        ("at once", "", Some("TypeError")),
        ("late", "some", Some("RangeError")),
        ("well", "some.", None),
        ("pipeline", "some more", Some("Error")),
        ("never", "some", Some("string")),
        ("uncaught", "some", Some("RangeError")),
        ("exit", "some", Some("Runtime.ExitError")),
        ("timeout", "some", Some("Sandbox.Timedout")),
        ("well", "some.", None),
    ] {
        let (data, end) = invoke(&client, "fails", &json!({ "how": how }));
        assert_eq!(String::from_utf8_lossy(&data), written, "{how}: {end}");
        let code = kind.map(|_| "Unhandled");
        assert_eq!(end["ErrorCode"].as_str(), code, "{how}: {end}");
        let details = end["ErrorDetails"].as_str().map(|text| {
            let details: Value = serde_json::from_str(text).expect("JSON");
            details["errorType"].as_str().expect("a type").to_owned()
        });
        // Node ends as it likes when nothing is left to do: its client may say so first, or not.
        if how != "never" {
            assert_eq!(details.as_deref(), kind, "{how}: {end}");
        }
    }
    let log = client.log_with_reports("fails", 10);
    assert!(log.iter().any(|line| line.contains("Status: timeout")), "{log:?}");
    assert!(log.iter().any(|line| line.contains("Task timed out after 2.00 seconds")), "{log:?}");
}

#[test]
fn who_streams_and_who_asks_for_it_need_not_be_the_same() {
    let server = Server::start();
    let client = server.client();
    let source = "exports.handler = awslambda.streamifyResponse(async (event, stream) => {
        stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, cookies: ['a=b'] });
        stream.write('x'); stream.end({ y: 1 });
    });";
    client.deploy(&Function::node("streams", source));
    let whole = client.invoke("streams", "{}");
    assert_eq!((whole.response.status, whole.function_error()), (200, None), "{}", whole.response);
    let head = "{\"statusCode\":201,\"cookies\":[\"a=b\"]}\0\0\0\0\0\0\0\0x{\"y\":1}";
    assert_eq!(whole.response.text(), head);
    assert_eq!(invoke(&client, "streams", &json!({})).0, head.as_bytes());

    let source = "exports.handler = async (event) => { if (event.fail) throw new Error('no'); return event; };";
    client.deploy(&Function::node("answers", source));
    let (data, end) = invoke(&client, "answers", &json!({ "a": 1 }));
    assert_eq!((&*data, end), (&b"{\"a\":1}"[..], json!({})));
    let (data, end) = invoke(&client, "answers", &json!({ "fail": true }));
    assert_eq!((&*data, &end["ErrorCode"]), (&b""[..], &json!("Unhandled")), "{end}");

    client.deploy(&Function::node("fails", FAILS));
    let failed = client.invoke("fails", r#"{"how":"late"}"#);
    assert_eq!(failed.failed(), ("RangeError".into(), "then it failed".into()));
}

#[test]
fn what_cannot_begin_is_refused_as_invoke_is() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("streams", FAILS));
    let target =
        |name: &str| format!("/2021-11-15/functions/{name}/response-streaming-invocations");
    let with = |name: &str, kind: &str, body: &str| {
        let mut request = client.request("POST", &target(name), body);
        request.set("x-amz-invocation-type", kind);
        client.keys.sign(&mut request);
        client.send(&request)
    };
    with("streams", "DryRun", "{}").expect(204);
    let kinds = "[RequestResponse, DryRun]";
    with("streams", "Event", "{}").expect_error(400, "ValidationException", kinds);
    with("nobody", "RequestResponse", "{}").expect_error(
        404,
        "ResourceNotFoundException",
        "nobody",
    );
    let content = "InvalidRequestContentException";
    with("streams", "RequestResponse", "{").expect_error(400, content, "parse");
    client
        .call(
            "PUT",
            "/2017-10-31/functions/streams/concurrency",
            r#"{"ReservedConcurrentExecutions":0}"#,
        )
        .expect(200);
    let throttled = with("streams", "RequestResponse", "{}");
    throttled.expect_error(429, "TooManyRequestsException", "Rate Exceeded");
}

/// So many bytes, taking its time where it is told to.
const POURS: &str = r#"
const net = require('net');
const { once } = require('events');
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const test = event.port ? net.connect(event.port, '127.0.0.1') : { write() {}, destroy() {} };
  const piece = Buffer.alloc(65536, 'x');
  for (let left = event.bytes; left > 0; left -= piece.length) {
    if (!stream.write(piece.subarray(0, Math.min(left, piece.length)))) await once(stream, 'drain');
    test.write('.');
  }
  test.destroy();
  console.log('poured');
  stream.end();
});
"#;
const MB: usize = 1 << 20;

#[test]
fn two_hundred_megabytes_pass_in_little_memory_and_no_more_pass() {
    let server = Server::start_with(&["--stream-rate", "0"]);
    let client = server.client();
    client.deploy(&Function::node("pours", POURS).with("Timeout", 120));
    let before = memory(&server);
    let poured = |bytes: usize| {
        let (_, mut events) = begin(&client, "pours", &json!({ "bytes": bytes }));
        let mut got = 0;
        loop {
            match events.next() {
                Event::Chunk(data) => got += data.len(),
                Event::Complete(end) => return (got, end),
            }
        }
    };
    assert_eq!(poured(200 * MB), (200 * MB, json!({})));
    let grown = memory(&server).saturating_sub(before);
    assert!(grown < 48 * MB as u64, "the server grew by {} MB", grown >> 20);
    let (got, end) = poured(201 * MB);
    assert!(got <= 200 * MB, "{got}");
    let details = end["ErrorDetails"].as_str().expect("an error");
    assert!(details.contains("Function.ResponseSizeTooLarge"), "{end}");
    assert_eq!(poured(1).0, 1, "and it goes on");
}

/// The most memory the server itself ever had, bytes.
fn memory(server: &Server) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", server.id())).expect("a process");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("its peak");
    let kb: u64 = line.split_whitespace().nth(1).expect("a number").parse().expect("a number");
    kb << 10
}

#[test]
fn a_function_waits_for_a_reader_that_is_slow() {
    let server = Server::start_with(&["--wall", "none", "--stream-rate", "0"]);
    let client = server.client();
    client.deploy(&Function::node("pours", POURS).with("Timeout", 120));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (_, mut events) = begin(&client, "pours", &json!({ "bytes": 100 * MB, "port": port }));
    let mut ears = listener.accept().expect("the function").0;
    let (told, ended) = told(&mut ears);
    assert!(!ended && told < 40 * MB, "nobody has read yet, and {} MB were taken", told >> 20);
    let mut got = 0;
    while let Event::Chunk(data) = events.next() {
        got += data.len();
    }
    assert_eq!(got, 100 * MB);
}

/// How much the function has said is taken, until it says nothing for a while; and whether it said all.
fn told(ears: &mut TcpStream) -> (usize, bool) {
    ears.set_read_timeout(Some(std::time::Duration::from_secs(3))).expect("a timeout");
    let (mut all, mut some) = (0, [0; 4096]);
    loop {
        match ears.read(&mut some) {
            Ok(0) => return (all, true),
            Ok(read) => all += read * 65_536,
            Err(_) => return (all, false),
        }
    }
}

#[test]
fn a_caller_that_leaves_does_not_end_the_function() {
    let server = Server::start_with(&["--stream-rate", "0"]);
    let client = server.client();
    client.deploy(&Function::node("pours", POURS).with("Timeout", 120));
    let (_, mut events) = begin(&client, "pours", &json!({ "bytes": 64 * MB }));
    assert!(matches!(events.next(), Event::Chunk(_)));
    drop(events);
    let log = client.log_with_reports("pours", 1);
    assert!(log.iter().any(|line| line.contains("poured")), "{log:?}");
    assert!(!log.iter().any(|line| line.contains("Status: ")), "{log:?}");
}

#[test]
fn the_official_clients_read_it() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("fails", FAILS));
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    let said = tools::run(python.arg("-B").arg(tools::script("streaming/read.py")));
    assert!(said.ends_with("done\n"), "{said}");
    let home = tools::installed("node/node_modules");
    let script = home.with_file_name("read.mjs");
    std::fs::copy(tools::script("streaming/read.mjs"), &script).expect("the script");
    let mut node = Command::new("node");
    let said = tools::run(tools::point_at(&mut node, &server).arg(script));
    assert!(said.ends_with("done\n"), "{said}");
}
