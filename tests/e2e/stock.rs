//! The warm stock: what a function sees that was given a prepared sandbox, who shares what, and
//! what is left of it.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::harness::leaks::Process;
use crate::harness::server::another_role;
use crate::harness::{Client, Function, Server, tools, wait_for};

/// How cold starts have fared, as the server says at its end.
#[track_caller]
fn assert_starts(mut server: Server, hits: u32, misses: u32, exhausted: u32) {
    assert!(server.stop().success());
    let said = format!("{hits} hit the stock, {misses} missed, {exhausted} found it exhausted");
    assert!(server.log().contains(&said), "not {said:?}, but:\n{}", server.log());
}

/// A server that says what it prepares.
fn start() -> Server {
    Server::start_with(&["--log", "info,fika_worker::stock=debug"])
}

/// Waits until so many have been prepared since its start: `parked` ones, or mere walls.
fn wait_for_prepared(server: &Server, what: &str, count: usize) {
    let said = format!("prepared: {what}");
    wait_for(&format!("{count} times {said:?}"), || {
        (server.log().matches(&said).count() >= count).then_some(())
    });
}

/// Has the next call go to a new sandbox, and waits for the end of the old one.
fn renew(client: &Client, name: &str, variables: &Value) {
    let body = json!({ "Environment": { "Variables": variables } });
    client.send(&client.update_configuration_request(name, &body)).expect(200);
    assert_eq!(client.settled(name)["LastUpdateStatus"], "Successful");
}

const NODE_SEES: &str = "const start = [process.argv, process.execArgv, process.cwd(), process.title, require.main.paths, module.paths,
        require('module').globalPaths, process.release.name, new Date(0).toString(), (1234.5).toLocaleString()];
    exports.handler = async () => [process.env, start, require('fs').readdirSync('/tmp'), Object.keys(globalThis),
        require('child_process').execSync('env; pwd; id').toString().split('\\n').sort()];";
const PYTHON_SEES: &str = "import os, subprocess, sys, time
def handler(event, context):
    return [dict(os.environ), [sys.argv, sys.path, os.getcwd(), time.tzname, sys.flags.utf8_mode, sys.stdout.encoding],
        os.listdir('/tmp'), sys.executable, sorted(subprocess.check_output('env; pwd; id', shell=True).decode().split('\\n'))]
";

/// What no two sandboxes have in common is replaced by its length, if it is there.
fn without_its_own(seen: &Value) -> Value {
    let own = [
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "_X_AMZN_TRACE_ID",
    ];
    let name_of = |text: &str| text.split_once('=').map(|(name, _)| name.to_owned());
    let is_own = |text: &str| name_of(text).is_some_and(|name| own.contains(&&*name));
    match seen {
        Value::String(text) if is_own(text) => json!(name_of(text)),
        Value::Array(all) => all.iter().map(without_its_own).collect(),
        Value::Object(all) => {
            let plain = |name: &str, value: &Value| match own.contains(&name) {
                true => json!("its own"),
                false => without_its_own(value),
            };
            Value::Object(all.iter().map(|(k, v)| (k.clone(), plain(k, v))).collect())
        }
        plain => plain.clone(),
    }
}

/// One start without a stock to take from, then one with it: a function sees the same.
fn sees_the_same(function: &Function) {
    let server = start();
    let client = server.client();
    client.deploy(function);
    let variables = json!({ "MINE": "ü=\n", "TZ": "Asia/Kolkata" });
    renew(&client, &function.name, &variables);
    let without = client.invoke(&function.name, "{}");
    wait_for_prepared(&server, "parked", 1);
    renew(&client, &function.name, &variables);
    let with = client.invoke(&function.name, "{}");
    let [without, with] = [without, with].map(|invoked| (invoked.log(), invoked.ok()));
    for (log, _) in [&without, &with] {
        assert!(log.contains("Init Duration: "), "{log}");
    }
    assert_ne!(without.1, with.1, "one sandbox answered twice");
    assert_eq!(without_its_own(&without.1), without_its_own(&with.1));
    assert_eq!(with.1[0]["MINE"], "ü=\n");
    assert!(!with.1.to_string().contains("FIKA"), "{}", with.1);
    assert_starts(server, 1, 1, 0);
}

#[test]
fn a_node_function_out_of_stock_sees_what_any_other_does() {
    sees_the_same(&Function::node("sees", NODE_SEES));
}

#[test]
fn a_python_function_out_of_stock_sees_what_any_other_does() {
    sees_the_same(&Function::python("sees", PYTHON_SEES));
}

#[test]
fn a_program_out_of_stock_is_started_as_any_other() {
    let source = include_str!("../../bench/functions/bootstrap.c");
    let program = tools::compile(source, &["-static", "-D_GNU_SOURCE"]);
    let server = start();
    let client = server.client();
    client.deploy(&Function::provided("program", &program));
    let first = client.invoke("program", "{}").ok();
    wait_for_prepared(&server, "wall", 1);
    renew(&client, "program", &json!({ "SERIAL": "2" }));
    assert_ne!(client.invoke("program", "{}").ok(), first, "one sandbox answered twice");
    assert_starts(server, 1, 1, 0);
}

#[test]
fn what_a_runtime_reads_at_its_start_is_read() {
    let server = start();
    let client = server.client();
    let source = "exports.handler = async () => require('http').maxHeaderSize;";
    client.deploy(&Function::node("plain", source));
    let plain = client.invoke("plain", "{}").ok();
    wait_for_prepared(&server, "parked", 1);
    client.deploy(&Function::node("options", source));
    for size in [20_000, 30_000] {
        let options = format!("--max-http-header-size={size}");
        renew(&client, "options", &json!({ "NODE_OPTIONS": options }));
        assert_eq!(client.invoke("options", "{}").ok(), size);
        wait_for_prepared(&server, "wall", 1);
    }
    renew(&client, "plain", &json!({ "NODE_ENV": "production" }));
    assert_eq!(client.invoke("plain", "{}").ok(), plain);
    assert_starts(server, 2, 2, 0);
}

#[test]
fn libraries_of_a_function_are_found() {
    let server = start();
    let client = server.client();
    client.deploy(&Function::python("plain", "def handler(event, context):\n    return 1\n"));
    client.invoke("plain", "{}").ok();
    wait_for_prepared(&server, "parked", 1);
    let source = "import ctypes\ndef handler(event, context):\n    return ctypes.CDLL('libmine.so').answer()\n";
    let zip = crate::harness::Zip::new().file("index.py", source).file(
        "lib/libmine.so",
        tools::compile("int answer(void) { return 42; }", &["-shared", "-fPIC"]),
    );
    let runtime = tools::python_runtime();
    client.deploy(&Function::new("mine", runtime, "index.handler", zip.finish()));
    assert_eq!(client.invoke("mine", "{}").ok(), 42);
    assert_starts(server, 1, 1, 0);
}

/// Two functions of two accounts take from one stock. Each call leaves its mark; none is ever found.
#[test]
fn no_two_functions_ever_share_a_sandbox() {
    let mut server = start();
    let other = server.another_account();
    let client = server.client();
    let source = "const fs = require('fs');
        exports.handler = async () => {
            const found = [fs.readdirSync('/tmp'), globalThis.mark || null, process.env.OWN];
            globalThis.mark = process.env.OWN; fs.writeFileSync('/tmp/' + process.env.OWN, 'x');
            return [...found, fs.readFileSync(__filename, 'utf8').slice(0, 7)];
        };";
    let mut starts = 0;
    for round in 0..4 {
        for (client, name) in [(&client, "one"), (&other, "two")] {
            let own = format!("{name}-{round}");
            if round == 0 {
                let function = Function::node("f", &format!("/*{name}*/{source}"));
                let theirs = name == "two";
                client.deploy(&if theirs {
                    function.with("Role", another_role())
                } else {
                    function
                });
            }
            renew(client, "f", &json!({ "OWN": own }));
            let seen = client.invoke("f", "{}").ok();
            let alone = json!([[], null, own, format!("/*{name}*/")]);
            assert_eq!(seen, alone, "somebody was here before");
            starts += 1;
            wait_for_prepared(&server, "parked", starts);
        }
    }
    assert_starts(server, 7, 1, 0);
}

#[test]
fn a_prepared_sandbox_that_dies_is_replaced() {
    let server = start();
    let client = server.client();
    client.deploy(&Function::node("f", "exports.handler = async () => 1;"));
    client.invoke("f", "{}").ok();
    wait_for_prepared(&server, "parked", 2);
    let ours = ["fika", "jailer", "init"];
    let mut runtimes = server.processes();
    runtimes.retain(|process| !ours.contains(&&*process.name));
    // The first is the function's own.
    for prepared in &runtimes[1..] {
        let pid = Pid::from_raw(prepared.pid).expect("a process");
        kill_process(pid, Signal::KILL).expect("a signal");
    }
    wait_for_prepared(&server, "parked", 3);
    renew(&client, "f", &json!({ "SERIAL": "2" }));
    assert_eq!(client.invoke("f", "{}").ok(), 1);
    assert_starts(server, 1, 1, 0);
}

/// Whether the kernel lets it run.
fn is_frozen(process: &Process) -> bool {
    let read = |path: String| std::fs::read_to_string(path).unwrap_or_default();
    let stopped = read(format!("/proc/{}/stat", process.pid)).contains(") T ");
    let groups = read(format!("/proc/{}/cgroup", process.pid));
    let unified = groups.lines().find_map(|line| line.strip_prefix("0::"));
    let file = |group| format!("/sys/fs/cgroup{group}/cgroup.freeze");
    stopped || unified.is_some_and(|group| read(file(group)).trim() == "1")
}

fn wait_until_frozen(server: &Server) {
    wait_for("an idle sandbox to be frozen", || {
        server.processes().iter().any(is_frozen).then_some(())
    });
}

#[test]
fn a_sandbox_sleeps_between_its_invocations() {
    let server = start();
    let client = server.client();
    let source = "let ticks = 0; setInterval(() => { ticks += 1; }, 5);
        exports.handler = async () => [ticks, process.pid];";
    client.deploy(&Function::node("f", source));
    client.invoke("f", "{}").ok();
    wait_until_frozen(&server);
    for _ in 0..2 {
        let before = client.invoke("f", "{}").ok();
        wait_until_frozen(&server);
        let after = client.invoke("f", "{}").ok();
        assert_eq!(before[1], after[1], "it is the same process");
    }
    assert!(client.invoke("f", "{}").log().contains("REPORT"));
}

#[test]
fn nothing_is_left_of_prepared_and_frozen_sandboxes() {
    let mut server = start();
    let client = server.client();
    client.deploy(&Function::node("f", "exports.handler = async () => 1;"));
    client.invoke("f", "{}").ok();
    wait_for_prepared(&server, "parked", 2);
    wait_until_frozen(&server);
    let traces = server.kill();
    server.restart();
    traces.assert_swept();
    let client = server.client();
    client.invoke("f", "{}").ok();
    wait_for_prepared(&server, "parked", 4);
    wait_until_frozen(&server);
    assert!(server.stop().success(), "and nothing is left of that either");
}
