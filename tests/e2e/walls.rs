//! Walls: which one a function gets, which one it is refused, and what runs without any.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::server::another_role;
use crate::harness::{Client, Function, Server, tools, wait_for};

const NODE: &str = "
const fs = require('fs');
exports.handler = async (event) => {
  if (event.do === 'hang') return new Promise(() => setInterval(() => {}, 1e6));
  if (event.do === 'crash') process.exit(7);
  if (event.do === 'eat') for (const a = []; ; ) a.push(Buffer.alloc(1 << 20, 1));
  fs.writeFileSync(require('os').tmpdir() + '/file', 'x');
  return ['node', event, process.cwd() === process.env.LAMBDA_TASK_ROOT];
};";

const PYTHON: &str = "
import os, ssl, sys, tempfile, threading
held = []
def handler(event, context):
    if event.get('do') == 'hang': threading.Event().wait()
    if event.get('do') == 'crash': os._exit(7)
    while event.get('do') == 'eat': held.append(bytearray(1 << 20))
    with tempfile.NamedTemporaryFile() as file: file.write(b'x')
    return ['python', event, os.getcwd() == os.environ['LAMBDA_TASK_ROOT']]
";

/// Creates, invokes, times out, crashes, and invokes again.
fn walk(client: &Client, function: Function, runtime: &str, timeout_s: u32) {
    let name = function.name.clone();
    client.deploy(&function.with("Timeout", timeout_s));
    let well = || assert_eq!(client.invoke(&name, "{}").ok(), json!([runtime, {}, true]));
    well();
    well();
    let (kind, message) = client.invoke(&name, r#"{"do":"hang"}"#).failed();
    assert_eq!(kind, "Sandbox.Timedout", "{runtime}: {message}");
    well();
    let (kind, message) = client.invoke(&name, r#"{"do":"crash"}"#).failed();
    assert_eq!(kind, "Runtime.ExitError", "{runtime}: {message}");
    assert!(message.ends_with("exit status 7"), "{runtime}: {message}");
    well();
}

fn walk_without_a_wall(server: &Server) {
    let client = server.client();
    walk(&client, Function::node("node", NODE), "node", 5);
    let (kind, _) = client.invoke("node", r#"{"do":"eat"}"#).failed();
    assert_eq!(kind, "Runtime.ExitError");
    walk(&client, Function::python("python", PYTHON), "python", 5);
    let source = tools::repository().join("examples/hello-provided-static/bootstrap.c");
    let source = fs::read_to_string(source).expect("the example");
    let program = tools::compile(&source, &["-static"]);
    client.deploy(&Function::provided("static", &program));
    assert!(!client.invoke("static", r#"{"name":"fika"}"#).ok().is_null());
    wait_for("the word on the wall", || {
        server.log().contains("wall: none (PLAIN PROCESSES").then_some(())
    });
}

#[test]
fn plain_processes_where_they_are_asked_for() {
    walk_without_a_wall(&Server::start_with(&["--wall", "none"]));
}

#[test]
fn plain_processes_of_an_ordinary_user() {
    let Some(server) = Server::start_as_nobody(&["--wall", "none"]) else { return };
    walk_without_a_wall(&server);
}

/// The wall that functions with a kernel of their own get: QEMU's, or Firecracker's where the suite
/// is run for it (`make test-firecracker`).
pub fn microvm() -> &'static str {
    match std::env::var("FIKA_TEST_VMM").as_deref() {
        Ok("firecracker") => "firecracker",
        _ => "qemu",
    }
}

/// Whether microVMs can run here; where not, it says why.
pub fn has_microvms(wall: &str) -> bool {
    let vmm = if wall == "qemu" { "qemu-system-x86_64" } else { wall };
    let vmm = Command::new(vmm).arg("--version").stdout(Stdio::null()).status();
    if !vmm.is_ok_and(|status| status.success()) {
        eprintln!("skipped: there is no {wall}");
        return false;
    }
    let mut add = Command::new(env!("CARGO_BIN_EXE_fika"));
    add.args(["runtime", "kernel", "add"]).env("FIKA_RUNTIMES_DIR", tools::runtimes());
    let added = add.output().expect("fika runs");
    if !added.status.success() {
        eprintln!("skipped: no kernel: {}", String::from_utf8_lossy(&added.stderr));
    }
    added.status.success()
}

/// A server whose functions all get guests, none of them ahead of time, and that says what it does.
fn with_guests() -> Option<Server> {
    let wall = microvm();
    if !has_microvms(wall) {
        return None;
    }
    let asked = ["--wall", wall, "--require-wall", "microvm", "--stock-memory", "0"];
    let log = ["--log", "info,fika_worker::keeper=debug"];
    let server = Server::start_with(&[&asked[..], &log].concat());
    assert!(server.log().contains(&format!("wall: {wall} (as asked for: ")));
    Some(server)
}

/// What a server says of a sandbox that idles, whether that shows from outside or not.
const FROZEN: &str = "the sandbox is frozen";

/// All that can become of a function, in guests, twice over: the second time leaves no more than
/// the first. By software emulation, unless the suite is run for KVM, so everything takes its time.
fn walk_in_guests(function: impl Fn() -> Function, timeout_s: u32) {
    let Some(mut server) = with_guests() else { return };
    let client = server.client();
    let Function { name, .. } = function();
    let mut left = Vec::new();
    for _ in 0..2 {
        walk(&client, function(), &name, timeout_s);
        let said = server.log().matches(FROZEN).count();
        let (kind, message) = client.invoke(&name, r#"{"do":"eat"}"#).failed();
        assert_eq!(kind, "Runtime.ExitError", "{name}: {message}");
        assert!(message.ends_with("signal: killed"), "{name}: {message}");
        assert_eq!(client.invoke(&name, "{}").ok(), json!([name, {}, true]));
        wait_for("it to be frozen", || (server.log().matches(FROZEN).count() > said).then_some(()));
        assert_eq!(client.invoke(&name, "{}").ok(), json!([name, {}, true]));
        client.delete(&name).expect(204);
        wait_for("the end of its guests", || (server.processes().len() == 1).then_some(()));
        left.push(Left::of(&server));
    }
    wait_for(&format!("no more to be left than {left:?}"), || {
        Left::of(&server).is_within(&left[0]).then_some(())
    });
    client.deploy(&function());
    assert_eq!(client.invoke(&name, "{}").ok(), json!([name, {}, true]));
    assert!(server.stop().success(), "and nothing is left");
}

/// What guests may leave behind in a server that runs: open files of each kind, and files.
#[derive(Debug)]
struct Left {
    sockets: usize,
    descriptors: usize,
    files: usize,
}

impl Left {
    fn of(server: &Server) -> Self {
        let open = fs::read_dir(format!("/proc/{}/fd", server.processes()[0].pid));
        let open: Vec<_> = open.expect("its descriptors").flatten().collect();
        let targets = open.iter().filter_map(|one| fs::read_link(one.path()).ok());
        let sockets = targets.filter(|to| to.to_string_lossy().starts_with("socket:")).count();
        let files = files(&server.data().join("microvm"));
        Self { sockets, descriptors: open.len(), files }
    }

    fn is_within(&self, other: &Self) -> bool {
        self.sockets <= other.sockets
            && self.descriptors <= other.descriptors
            && self.files <= other.files
    }
}

/// How many files there are in a folder.
fn files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path()),
            _ => 1,
        })
        .sum()
}

#[test]
fn a_kernel_of_its_own_for_every_node_function() {
    walk_in_guests(|| Function::node("node", NODE), 12);
}

#[test]
fn a_kernel_of_its_own_for_every_python_function() {
    walk_in_guests(|| Function::python("python", PYTHON), 12);
}

#[test]
fn a_kernel_of_its_own_for_every_static_program() {
    let program = tools::compile(include_str!("misbehaves.c"), &["-static", "-D_GNU_SOURCE"]);
    walk_in_guests(|| Function::provided("static", &program), 8);
}

#[test]
fn less_than_a_kernel_of_its_own_is_refused_where_it_is_required() {
    let Some(server) = with_guests() else { return };
    let reason = refused(&server.client(), &asking("jailed", "fika:wall", "jail"));
    assert!(reason.contains("must run behind a microvm"), "{reason}");
}

#[test]
fn nothing_of_a_plain_process_outlives_its_server() {
    let mut server = Server::start_with(&["--wall", "none"]);
    let source = "exports.handler = async () => {
        const child = require('child_process').spawn('sleep', ['1000'], { detached: true });
        child.unref();
        return child.pid;
    };";
    server.client().deploy(&Function::node("runaway", source));
    let child = server.client().invoke("runaway", "{}").ok();
    let child = child.as_i64().expect("a process");
    assert!(server.processes().iter().any(|process| i64::from(process.pid) == child));
    server.kill();
    server.restart();
    server.client().invoke("runaway", "{}").ok();
}

/// The reason why a function cannot run.
fn refused(client: &Client, function: &Function) -> String {
    client.create(function).expect(201);
    let settled = client.settled(&function.name);
    assert_eq!(settled["State"], "Failed", "{settled}");
    settled["StateReason"].as_str().unwrap_or_default().into()
}

fn asking(name: &str, tag: &str, value: &str) -> Function {
    let mut tags = json!({});
    tags[tag] = Value::from(value);
    Function::node(name, "exports.handler = async () => 'in';").with("Tags", tags)
}

#[test]
fn without_a_wall_nobody_else_and_nothing_that_needs_one_runs() {
    let mut server = Server::start_with(&["--wall", "none"]);
    let client = server.client();
    client.deploy(&Function::node("mine", "exports.handler = async () => 'mine';"));
    let reason = refused(&client, &asking("walled", "fika:wall", "jail"));
    assert!(reason.contains("fika:wall=jail"), "{reason}");
    let reason = refused(&client, &asking("quiet", "fika:egress", "none"));
    assert!(reason.contains("fika:egress=none"), "{reason}");
    let other = server.another_account();
    // Now the other account is root, and the first is the second one.
    let reason = refused(&server.client(), &Function::node("late", "exports.handler = 1;"));
    assert!(reason.contains("123456789012 must have a wall"), "{reason}");
    let response = server.client().invoke("mine", "{}").response;
    assert!(
        response.status == 500 && response.message().contains("must have a wall"),
        "{response}"
    );
    let theirs = Function::node("mine", "exports.handler = async () => 'theirs';");
    other.deploy(&theirs.with("Role", another_role()));
    assert_eq!(other.invoke("mine", "{}").ok(), "theirs");
}

#[test]
fn a_microvm_is_never_replaced_by_less() {
    let server = Server::start_with(&["--wall", "jail", "--require-wall", "999999999999=microvm"]);
    let client = server.client();
    let reason = refused(&client, &asking("strong", "fika:wall", "microvm"));
    assert!(reason.contains("fika:wall=microvm"), "{reason}");
    client.deploy(&asking("jailed", "fika:wall", "jail"));
    assert_eq!(client.invoke("jailed", "{}").ok(), "in");
    drop(server);
    let mine = format!("{}=microvm", crate::harness::server::ACCOUNT);
    let server = Server::start_with(&["--wall", "jail", "--require-wall", &mine]);
    let reason = refused(&server.client(), &Function::node("weak", "exports.handler = 1;"));
    assert!(reason.contains("must run behind a microvm"), "{reason}");
}

/// What a server that does not start says: its exit code, and the first line.
fn start_refused(args: &[&str]) -> (Option<i32>, String) {
    let data = tempfile::tempdir_in(tools::scratch()).expect("a data directory");
    let mut fika = Command::new(env!("CARGO_BIN_EXE_fika"));
    fika.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data.path()).args(args);
    let said = fika.stdin(Stdio::null()).output().expect("the fika binary");
    let text = String::from_utf8(said.stderr).expect("text");
    (said.status.code(), text.lines().next().unwrap_or_default().into())
}

#[test]
fn a_server_that_cannot_keep_what_is_asked_does_not_start() {
    for (args, fix) in [
        (&["--wall", "jail", "--require-wall", "microvm"][..], "start without --require-wall"),
        (&["--wall", "none", "--require-wall", "jail"], "start without --require-wall jail"),
        (&["--wall", "none", "--egress", "none"], "start with --wall jail"),
        // A data directory that is new has no guest kernel.
        (&["--wall", "firecracker"], "run `fika runtime kernel add` first"),
    ] {
        let (code, first) = start_refused(args);
        assert_eq!(code, Some(78), "{args:?}: {first}");
        assert!(first.starts_with(&format!("fika: {fix}")), "{args:?}: {first}");
    }
}
