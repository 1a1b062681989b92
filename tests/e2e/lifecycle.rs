//! Sandboxes over time: how many there are, what survives in them, and how they end.

use std::collections::HashSet;
use std::thread;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::harness::leaks::Process;
use crate::harness::server::{ACCOUNT, another_role};
use crate::harness::{Client, Function, Invoked, Server, Zip, tools, wait_for};

/// Says which sandbox it is, after as many milliseconds as the event says.
const WHO: &str = "const me = Math.random();
console.log('up');
exports.handler = async (event) => {
  if (event.ms) { console.log('running'); await new Promise((done) => setTimeout(done, event.ms)); }
  return me;
};";

fn together(client: &Client, name: &str, payload: &str, count: usize) -> Vec<Invoked> {
    thread::scope(|scope| {
        let calls: Vec<_> =
            (0..count).map(|_| scope.spawn(|| client.invoke(name, payload))).collect();
        calls.into_iter().map(|call| call.join().expect("a call")).collect()
    })
}

fn different(answers: impl IntoIterator<Item = Value>) -> usize {
    answers.into_iter().map(|answer| answer.to_string()).collect::<HashSet<_>>().len()
}

/// Waits until the function's log holds as many lines with `part`.
fn said(client: &Client, name: &str, part: &str, times: usize) {
    wait_for(&format!("{name} to say {part:?}"), || {
        let count = client.log_lines(name).iter().filter(|line| line.contains(part)).count();
        (count >= times).then_some(())
    });
}

#[test]
fn calls_in_turn_share_a_sandbox() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("who", WHO));
    assert_eq!(different((0..10).map(|_| client.invoke("who", "{}").ok())), 1);
}

#[test]
fn calls_at_once_have_one_each() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("who", WHO).with("Timeout", 60));
    let answers = together(&client, "who", r#"{"ms":4000}"#, 5);
    assert_eq!(different(answers.iter().map(Invoked::ok)), 5);
}

#[test]
fn two_functions_never_share() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("one", WHO));
    client.deploy(&Function::node("two", WHO));
    let answers = ["one", "two", "one", "two"].map(|name| client.invoke(name, "{}").ok());
    assert_eq!(different(answers), 2);
}

#[test]
fn a_reset_keeps_tmp_and_nothing_else() {
    let server = Server::start();
    let client = server.client();
    let source = "const fs = require('fs'); const me = Math.random();
exports.handler = async (event) => {
  if (event.hang) { fs.writeFileSync('/tmp/note', String(me)); await new Promise(() => setInterval(() => {}, 1e6)); }
  if (event.ms) await new Promise((done) => setTimeout(done, event.ms));
  return { me: String(me), note: fs.existsSync('/tmp/note') ? fs.readFileSync('/tmp/note', 'utf8') : null };
};";
    client.deploy(&Function::node("keeps", source).with("Timeout", 2));
    let before = client.invoke("keeps", "{}").ok();
    assert_eq!(before["note"], Value::Null);
    let (kind, message) = client.invoke("keeps", r#"{"hang":true}"#).failed();
    assert_eq!(kind, "Sandbox.Timedout");
    assert!(message.ends_with("Error: Task timed out after 2.00 seconds"), "{message}");
    // It is told before the reset is over: a call until then may get a sandbox of its own, and so may have the one that
    // hung. So as many are asked at once as it takes to ask them all.
    let mut count = 1;
    let after = wait_for("the sandbox that was reset to answer", || {
        count = 8.min(count + 1);
        let answers = together(&client, "keeps", r#"{"ms":500}"#, count);
        let well = answers.iter().filter(|answer| answer.function_error().is_none());
        well.map(Invoked::ok).find(|answer| answer["note"] != Value::Null)
    });
    assert_ne!(after["me"], after["note"], "the process was not");
}

#[test]
fn memory_is_a_limit_of_the_function_not_of_the_machine() {
    let mut server = Server::start();
    let client = server.client();
    let source = "exports.handler = async (event) => {
  const hoard = []; for (let i = 0; i < event.mb; i++) hoard.push(Buffer.alloc(1 << 20, 1));
  return hoard.length;
};";
    client.deploy(&Function::node("eater", source).with("Timeout", 30));
    assert_eq!(client.invoke("eater", r#"{"mb":20}"#).ok(), 20);
    let (kind, message) = client.invoke("eater", r#"{"mb":4000}"#).failed();
    assert_eq!(kind, "Runtime.ExitError");
    assert!(message.ends_with("Error: Runtime exited with error: signal: killed"), "{message}");
    let log = client.log_with_reports("eater", 2);
    let report = log.last().expect("a report");
    let used = report.split("Max Memory Used: ").nth(1).and_then(|rest| rest.split(' ').next());
    let used: u32 = used.and_then(|mb| mb.parse().ok()).expect(report);
    assert!((120..=136).contains(&used), "{report}");
    assert_eq!(client.invoke("eater", r#"{"mb":20}"#).ok(), 20);
    server.assert_up();
}

#[test]
fn new_code_answers_once_it_is_there() {
    let server = Server::start_with(&["--stock-memory", "0"]);
    let client = server.client();
    let source = |answer: u32| format!("exports.handler = async () => {answer};");
    client.deploy(&Function::node("changing", &source(0)));
    for answer in 1..6 {
        assert_eq!(client.invoke("changing", "{}").ok(), answer - 1);
        client.update_code("changing", &Zip::of("index.js", source(answer))).expect(200);
        assert_eq!(client.settled("changing")["LastUpdateStatus"], "Successful");
        assert_eq!(client.invoke("changing", "{}").ok(), answer);
    }
    client.delete("changing").expect(204);
    let gone = client.invoke("changing", "{}").response;
    gone.expect_error(404, "ResourceNotFoundException", "Function not found: ");
    wait_for("its sandboxes to end", || {
        (!server.processes().iter().any(|p| p.name.contains("node"))).then_some(())
    });
}

#[test]
fn idle_sandboxes_are_not_kept_for_ever() {
    let server = Server::start_with(&["--keep-alive", "1", "--stock-memory", "0"]);
    let client = server.client();
    client.deploy(&Function::node("who", WHO));
    // The server may have other processes that come and go: those of its network.
    let before: Vec<_> = server.processes().iter().map(|process| process.pid).collect();
    let first = client.invoke("who", "{}").ok();
    let mut sandbox = server.processes();
    sandbox.retain(|process| !before.contains(&process.pid));
    let gone = |one: &Process| !server.processes().iter().any(|process| process.pid == one.pid);
    wait_for("the sandbox to be retired", || sandbox.iter().all(gone).then_some(()));
    assert_ne!(client.invoke("who", "{}").ok(), first);
}

#[test]
fn memory_of_the_machine_is_never_promised_twice() {
    let server = Server::start_with(&["--memory", "300", "--capacity-wait", "1"]);
    let client = server.client();
    client.deploy(&Function::node("who", WHO).with("Timeout", 60));
    client.deploy(&Function::node("big", WHO).with("MemorySize", 512));
    thread::scope(|scope| {
        let long = || client.invoke("who", r#"{"ms":8000}"#);
        let running = [scope.spawn(long), scope.spawn(long)];
        said(&client, "who", "running", 2);
        let third = client.invoke("who", "{}").response;
        third.expect_error(429, "TooManyRequestsException", "Rate Exceeded.");
        assert_eq!(third.json()["Reason"], "ConcurrentInvocationLimitExceeded");
        assert!(third.get("retry-after").is_some_and(|s| s.parse::<u32>().is_ok()), "{third}");
        assert_eq!(different(running.map(|call| call.join().expect("a call").ok())), 2);
    });
    let never = client.invoke("big", "{}").response;
    assert!(never.status >= 400 && never.message().contains("512 MB"), "{never}");
    client.invoke("who", "{}").ok();
}

#[test]
fn a_call_waits_for_memory_and_gets_it() {
    let server = Server::start_with(&["--memory", "300", "--capacity-wait", "60"]);
    let client = server.client();
    client.deploy(&Function::node("who", WHO).with("Timeout", 60));
    let answers = together(&client, "who", r#"{"ms":500}"#, 6);
    assert!(different(answers.iter().map(Invoked::ok)) <= 2);
    client.deploy(&Function::node("other", WHO));
    client.invoke("other", "{}").ok();
}

#[test]
fn the_accounts_limit_answers_429() {
    let server = Server::start_with(&["--account-concurrency", "1"]);
    let client = server.client();
    client.deploy(&Function::node("who", WHO).with("Timeout", 60));
    thread::scope(|scope| {
        let running = scope.spawn(|| client.invoke("who", r#"{"ms":3000}"#));
        said(&client, "who", "running", 1);
        let second = client.invoke("who", "{}").response;
        second.expect_error(429, "TooManyRequestsException", "Rate Exceeded.");
        assert_eq!(second.json()["Reason"], "ConcurrentInvocationLimitExceeded");
        running.join().expect("a call").ok();
    });
    client.invoke("who", "{}").ok();
}

#[test]
fn ctrl_c_lets_what_runs_end() {
    let mut server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("who", WHO).with("Timeout", 60));
    client.invoke("who", "{}").ok();
    let traces = thread::scope(|scope| {
        let running = scope.spawn(|| client.invoke("who", r#"{"ms":3000}"#));
        said(&client, "who", "running", 1);
        let traces = server.traces();
        server.signal(Signal::INT);
        wait_for("new calls to be refused", || {
            let answer = client.try_send(&client.invoke_request("who", "{}"));
            answer.map_or(true, |response| response.status >= 500).then_some(())
        });
        running.join().expect("a call").ok();
        traces
    });
    let status = server.ended();
    assert!(status.success(), "{status}; its log:\n{}", server.log());
    traces.assert_clean(server.data());
}

#[test]
fn after_kill_9_the_next_start_leaves_nothing_of_the_last() {
    let mut server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("who", WHO).with("Timeout", 60));
    client.invoke("who", "{}").ok();
    let lost = client.invoke_request("who", r#"{"ms":60000}"#);
    let traces = thread::scope(|scope| {
        let running = scope.spawn(|| client.try_send(&lost));
        said(&client, "who", "running", 1);
        let traces = server.kill();
        assert!(running.join().expect("a call").is_err(), "it was to be lost");
        traces
    });
    server.restart();
    traces.assert_swept();
    server.client().invoke("who", "{}").ok();
    assert!(server.stop().success());
    traces.assert_clean(server.data());
}

#[test]
fn another_account_sees_nothing_of_the_first() {
    let mut server = Server::start();
    server.client().deploy(&Function::node("who", WHO));
    let other = server.another_account();
    assert!(other.list().is_empty());
    let arn = format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:who");
    assert_eq!(other.invoke(&arn, "{}").response.status, 403);
    let mine = Function::node("who", "exports.handler = async () => 'mine';");
    other.deploy(&mine.with("Role", another_role()));
    assert_eq!(other.invoke("who", "{}").ok(), "mine");
    server.client().invoke("who", "{}").ok();
}

#[test]
fn deploy_and_invoke_by_the_command_line() {
    let server = Server::start();
    let folder = tools::repository().join("examples/hello-node");
    let folder = folder.to_string_lossy();
    let said = tools::run(&mut server.fika(&["deploy", &folder]));
    assert!(said.contains("arn:aws:lambda:us-east-1:123456789012:function:hello-node"), "{said}");
    let revision = server.client().configuration("hello-node")["RevisionId"].clone();
    tools::run(&mut server.fika(&["deploy", &folder]));
    assert_eq!(server.client().configuration("hello-node")["RevisionId"], revision, "idempotent");
    let payload = json!({ "name": "fika" }).to_string();
    let answer = tools::run(&mut server.fika(&["invoke", "hello-node", "--payload", &payload]));
    assert!(serde_json::from_str::<Value>(&answer).is_ok() && answer.contains("fika"), "{answer}");
    let missing = tools::output(&mut server.fika(&["invoke", "nobody"]));
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn an_ordinary_user_has_the_same_server() {
    let Some(mut server) = Server::start_as_nobody(&[]) else { return };
    let client = server.client();
    client.deploy(&Function::node("who", WHO).with("Timeout", 10));
    assert_eq!(different((0..3).map(|_| client.invoke("who", "{}").ok())), 1);
    let source = "exports.handler = async () => { const a = []; for (;;) a.push(Buffer.alloc(1 << 20, 1)); };";
    client.deploy(&Function::node("eater", source).with("Timeout", 30));
    assert_eq!(client.invoke("eater", "{}").failed().0, "Runtime.ExitError");
    client.invoke("who", "{}").ok();
    assert!(server.stop().success());
}
