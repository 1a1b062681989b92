//! Guests that are restored from a snapshot without code: what a function finds in one, and that
//! no two of them have anything in common that should be theirs alone.

use std::collections::BTreeSet;
use std::fs;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::harness::{Client, Function, Server, tools, wait_for};
use crate::walls::{has_microvms, microvm};

/// How often one snapshot is restored, for each runtime.
const RESTORES: usize = 100;

/// A server whose functions get guests, with so much memory for its stock.
fn start(stock_mb: &str) -> Option<Server> {
    let log = "info,fika_worker::stock=debug";
    let wall = microvm();
    has_microvms(wall)
        .then(|| Server::start_with(&["--wall", wall, "--stock-memory", stock_mb, "--log", log]))
}

fn count(server: &Server, said: &str) -> usize {
    server.log().matches(said).count()
}

const MADE: &str = "prepared: snapshot";
const RESTORED: &str = "a guest is restored";

fn wait_for_said(server: &Server, said: &str, times: usize) {
    wait_for(&format!("{times} times {said:?}"), || (count(server, said) >= times).then_some(()));
}

/// Has the next call go to a new sandbox.
fn renew(client: &Client, name: &str, serial: usize) {
    let body = json!({ "Environment": { "Variables": { "SERIAL": serial.to_string() } } });
    client.send(&client.update_configuration_request(name, &body)).expect(200);
    assert_eq!(client.settled(name)["LastUpdateStatus"], "Successful");
}

const SERIAL: &str = "exports.handler = async () => [process.env.SERIAL, process.env.FIKA_PARKED];";

fn slow(function: Function) -> Function {
    function.with("Timeout", 60)
}

#[test]
fn the_second_cold_start_is_restored_and_so_is_the_first_of_the_next_server() {
    let Some(mut server) = start("0") else { return };
    let client = server.client();
    client.deploy(&slow(Function::node("f", SERIAL)));
    client.invoke("f", "{}").ok();
    assert_eq!(count(&server, RESTORED), 0, "there was nothing to restore");
    wait_for_said(&server, MADE, 1);
    for serial in 1..=2 {
        renew(&client, "f", serial);
        assert_eq!(client.invoke("f", "{}").ok(), json!([serial.to_string(), null]));
        assert_eq!(count(&server, RESTORED), serial);
    }
    // Another size is another machine.
    client.deploy(&slow(Function::node("large", SERIAL)).with("MemorySize", 192));
    client.invoke("large", "{}").ok();
    assert_eq!(count(&server, RESTORED), 2);
    let traces = server.kill();
    server.restart();
    traces.assert_swept();
    let client = server.client();
    client.invoke("f", "{}").ok();
    assert_eq!(count(&server, RESTORED), 3);
    assert!(server.stop().success(), "and nothing is left");
}

/// What is written over stands for a disk that went bad.
#[test]
fn a_snapshot_that_is_of_no_use_is_made_anew() {
    let Some(mut server) = start("0") else { return };
    let client = server.client();
    client.deploy(&slow(Function::python("f", "def handler(event, context): return 1")));
    client.invoke("f", "{}").ok();
    wait_for_said(&server, MADE, 1);
    assert!(server.stop().success());
    let snapshots = fs::read_dir(server.data().join("microvm/snapshots")).expect("snapshots");
    for snapshot in snapshots {
        let snapshot = snapshot.expect("one").path();
        // What QEMU and Firecracker call what is not the memory.
        let parts = ["machine", "state"].map(|name| snapshot.join(name));
        let part = parts.into_iter().find(|part| part.exists()).expect("a state");
        fs::remove_file(&part).expect("it was there");
        fs::write(part, "nonsense").expect("written");
    }
    server.restart();
    let client = server.client();
    assert_eq!(client.invoke("f", "{}").ok(), 1);
    assert_eq!(count(&server, RESTORED), 0);
    assert_eq!(count(&server, "a guest is booted instead of restored"), 1);
    wait_for_said(&server, MADE, 2);
    renew(&client, "f", 1);
    assert_eq!(client.invoke("f", "{}").ok(), 1);
    assert_eq!(count(&server, RESTORED), 1);
}

#[test]
fn guests_are_kept_in_stock_and_replaced() {
    let Some(mut server) = start("1000") else { return };
    let client = server.client();
    let source = include_str!("../../bench/functions/bootstrap.c");
    let program = tools::compile(source, &["-static", "-D_GNU_SOURCE"]);
    client.deploy(&slow(Function::provided("program", &program)));
    client.deploy(&slow(Function::node("node", SERIAL)));
    for (name, prepared) in [("program", "prepared: wall"), ("node", "prepared: parked")] {
        client.invoke(name, "{}").ok();
        wait_for_said(&server, prepared, 2);
        for serial in 1..=2 {
            renew(&client, name, serial);
            client.invoke(name, "{}").ok();
            wait_for_said(&server, prepared, 2 + serial);
        }
    }
    assert!(server.stop().success(), "and nothing is left");
    let said = "4 hit the stock, 2 missed, 0 found it exhausted";
    assert!(server.log().contains(said), "{}", server.log());
}

const NODE: &str = "
const crypto = require('crypto'), fs = require('fs');
const draw = () => [crypto.randomUUID(), crypto.randomBytes(16).toString('hex'), String(Math.random()),
  String(crypto.randomInt(2 ** 47)), Buffer.from(crypto.webcrypto.getRandomValues(new Uint8Array(16))).toString('hex'),
  fs.mkdtempSync('/tmp/x')];
const first = draw();
exports.handler = async () => {
  const later = await new Promise((done) => crypto.randomBytes(16, (_, bytes) => done(bytes.toString('hex'))));
  const away = Math.abs(performance.timeOrigin + performance.now() - Date.now());
  return { drawn: [...first, ...draw(), later], now: Date.now() / 1000, away };
};";
const PYTHON: &str = "
import os, random, secrets, ssl, tempfile, time, uuid
def draw():
    return [secrets.token_hex(), str(uuid.uuid4()), str(uuid.uuid1()), str(random.random()), tempfile.mkdtemp(),
        ssl.RAND_bytes(16).hex(), os.urandom(16).hex()]
first = draw()
def handler(event, context):
    return {'drawn': first + draw(), 'now': time.time(), 'away': 0}
";

/// Calls a function in as many new sandboxes; all that they draw is theirs alone.
fn draws_its_own(client: &Client, name: &str) {
    let mut seen = BTreeSet::new();
    for serial in 0..RESTORES {
        renew(client, name, serial);
        let said = client.invoke(name, "{}").ok();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64();
        let number = |value: &Value| value.as_f64().expect("a number");
        assert!((number(&said["now"]) - now).abs() < 60.0, "{name} {serial}: {said} at {now}");
        assert!(number(&said["away"]) < 1_000.0, "{name} {serial}: {said}");
        for drawn in said["drawn"].as_array().expect("what it drew") {
            let drawn = drawn.as_str().expect("text").to_owned();
            assert!(seen.insert(drawn.clone()), "{name} {serial}: {drawn} was drawn before");
        }
    }
}

#[test]
fn what_is_drawn_in_guests_of_one_snapshot_is_never_drawn_twice() {
    let Some(mut server) = start("500") else { return };
    let functions = [Function::node("node", NODE), Function::python("python", PYTHON)];
    let client = server.client();
    for function in functions.map(slow) {
        client.deploy(&function);
        client.invoke(&function.name, "{}").ok();
    }
    wait_for_said(&server, MADE, 2);
    thread::scope(|scope| {
        for name in ["node", "python"] {
            let client = server.client();
            scope.spawn(move || draws_its_own(&client, name));
        }
    });
    assert_eq!(count(&server, MADE), 2);
    assert!(count(&server, RESTORED) >= 2 * RESTORES);
    server.signal(Signal::TERM);
    assert!(server.ended().success());
}
