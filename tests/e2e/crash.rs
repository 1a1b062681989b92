//! The storm: clients change functions while the server is killed with -9, over and over. What was
//! acknowledged must be there afterwards, and nothing that nobody asked for.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::harness::{Client, Connection, Function, Request, Server, Zip, wait_for};

const KILLS: u32 = 200;
const CLIENTS: u64 = 4;
const FUNCTIONS_EACH: u64 = 3;

/// What can be seen of a function that tells one change from another; `None`: it is not there.
type Seen = Option<(String, String)>;

/// One client's functions, and how each of them may be found: one way, or two when the server died
/// before it answered.
#[derive(Default)]
struct Ledger {
    may_be: BTreeMap<String, Vec<Seen>>,
    acknowledged: u64,
    unanswered: u64,
}

/// A small generator. A failure names its seed; the moments of the kills are the machine's.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn code(serial: u64) -> (Vec<u8>, String) {
    let zip = Zip::new().program("bootstrap", format!("#!/bin/sh\n# {serial}\n")).finish();
    let sha = BASE64.encode(Sha256::digest(&zip));
    (zip, sha)
}

/// One change of one function: what to send, and how the function is seen once it is done.
fn change(
    client: &Client,
    name: &str,
    now: &Seen,
    dice: &mut Dice,
    serial: u64,
) -> (Request, Seen) {
    let description = format!("change {serial}");
    let Some((old_description, old_sha)) = now.clone() else {
        let (zip, sha) = code(serial);
        let function = Function::new(name, "provided.al2023", "any", zip)
            .with("Description", description.as_str());
        return (client.create_request(&function), Some((description, sha)));
    };
    match dice.roll(5) {
        0 => (client.delete_request(name), None),
        1 | 2 => {
            let (zip, sha) = code(serial);
            let body = json!({ "ZipFile": BASE64.encode(zip) }).to_string();
            let target = format!("/2015-03-31/functions/{name}/code");
            (client.signed("PUT", &target, body), Some((old_description, sha)))
        }
        _ => {
            let body = json!({ "Description": description });
            let request = client.update_configuration_request(name, &body);
            (request, Some((description, old_sha)))
        }
    }
}

impl Ledger {
    fn new(client: u64) -> Self {
        let names = (0..FUNCTIONS_EACH).map(|n| (format!("storm-{client}-{n}"), vec![None]));
        Self { may_be: names.collect(), ..Self::default() }
    }

    /// Changes functions until the server does not answer.
    fn storm(&mut self, client: &Client, dice: &mut Dice, stopped: &AtomicBool) {
        while !stopped.load(Ordering::Relaxed) {
            if self.step(client, dice).is_break() {
                return;
            }
        }
    }

    fn step(&mut self, client: &Client, dice: &mut Dice) -> ControlFlow<()> {
        let index = dice.roll(FUNCTIONS_EACH) as usize;
        let (name, may_be) = self.may_be.iter_mut().nth(index).expect("a function");
        let serial = dice.0;
        let (request, then) = change(client, name, &may_be[0], dice, serial);
        // Nothing was asked of a server that is already gone.
        let Ok(mut connection) = Connection::open(client.address) else {
            return ControlFlow::Break(());
        };
        match connection.round_trip(&request) {
            Ok(response) if response.status < 300 => {
                *may_be = vec![then];
                self.acknowledged += 1;
            }
            // The change before is still under way: refused, so nothing was changed.
            Ok(response) if response.status == 409 => {}
            Ok(response) => panic!("{} {}: {response}", request.method, request.target),
            Err(_) => {
                may_be.push(then);
                self.unanswered += 1;
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    /// Compares with what the server knows after a restart.
    fn check(&mut self, found: &BTreeMap<String, (String, String)>) {
        for (name, may_be) in &mut self.may_be {
            let seen = found.get(name).cloned();
            assert!(may_be.contains(&seen), "{name} is {seen:?}, and may be {may_be:?}");
            *may_be = vec![seen];
        }
    }
}

fn found(client: &Client) -> BTreeMap<String, (String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let row = |f: &serde_json::Value| {
        (text(&f["FunctionName"]), (text(&f["Description"]), text(&f["CodeSha256"])))
    };
    client.list().iter().map(row).collect()
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the moment of the kill is to be random")]
fn no_acknowledged_change_is_lost() {
    let seed = u64::from(std::process::id());
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ seed);
    let mut server = Server::start();
    let mut ledgers: Vec<Ledger> = (0..CLIENTS).map(Ledger::new).collect();
    let mut start_ups = Vec::new();
    for round in 0..KILLS {
        let client = server.client();
        let stopped = AtomicBool::new(false);
        let moment = Duration::from_micros(dice.roll(80_000));
        std::thread::scope(|scope| {
            for (ledger, turn) in ledgers.iter_mut().zip(1..) {
                let mut dice = Dice(dice.0.rotate_left(turn * 7) | 1);
                let (client, stopped) = (&client, &stopped);
                scope.spawn(move || ledger.storm(client, &mut dice, stopped));
            }
            std::thread::sleep(moment);
            server.kill();
            stopped.store(true, Ordering::Relaxed);
        });
        server.restart();
        start_ups.push(server.start_up);
        let found = found(&server.client());
        let known: usize = found.keys().filter(|name| name.starts_with("storm-")).count();
        assert_eq!(known, found.len(), "round {round}, seed {seed}: a function nobody made");
        for ledger in &mut ledgers {
            ledger.check(&found);
        }
    }
    start_ups.sort();
    let sum = |count: fn(&Ledger) -> u64| ledgers.iter().map(count).sum::<u64>();
    let (acknowledged, unanswered) = (sum(|l| l.acknowledged), sum(|l| l.unanswered));
    println!(
        "{KILLS} kills; {acknowledged} changes acknowledged, none lost; {unanswered} unanswered; \
         start-up {:?} in the middle, {:?} at most",
        start_ups[start_ups.len() / 2],
        start_ups[start_ups.len() - 1],
    );
    assert!(acknowledged > u64::from(KILLS), "too calm a storm: {acknowledged} changes");
    assert!(unanswered > u64::from(KILLS) / 4, "no kill came in the middle of anything");
    blobs_are_those_in_use(&server);
    let client = server.client();
    client.deploy(&Function::node("after", "exports.handler = async () => 'the storm';"));
    assert_eq!(client.invoke("after", "{}").ok(), "the storm");
}

/// No code is kept that no function has, once the start has swept.
fn blobs_are_those_in_use(server: &Server) {
    let functions = server.client().list().len();
    wait_for(&format!("the blobs of {functions} functions, and no more"), || {
        let blobs = walk(&server.data().join("blobs")).len();
        (functions.min(1)..=functions).contains(&blobs).then_some(())
    });
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            files.extend(walk(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}
