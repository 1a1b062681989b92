//! The storm on the event side: clients send events while the server is killed with -9, over and over. What was
//! answered with 202 must have run, and end in one place.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::events::{body, configure, post, queue, received, role};
use crate::harness::{Client, Connection, Function, Server, wait_for};

const KILLS: u64 = 200;
const CLIENTS: usize = 4;
/// Events of a client between two kills.
const EACH: usize = 6;

/// Fails for odd numbers.
const ODD: &str = "exports.handler = async ({ n }) => {
    if (n % 2) throw new Error('odd');
    return n;
};";

/// Sends events until the server does not answer, or it has sent enough.
fn storm(client: &Client, next: &AtomicU64, taken: &Mutex<Vec<u64>>, stopped: &AtomicBool) {
    let Ok(mut connection) = Connection::open(client.address) else { return };
    for _ in 0..EACH {
        let n = next.fetch_add(1, Ordering::Relaxed);
        let request = post(client, "odd", json!({ "n": n }).to_string());
        match connection.round_trip(&request) {
            Ok(answer) if answer.status == 202 => taken.lock().expect("a list").push(n),
            Ok(answer) => panic!("{n}: {answer}"),
            Err(_) => return,
        }
        if stopped.load(Ordering::Relaxed) {
            return;
        }
    }
}

/// What a queue said of each event, by its number.
type Told = BTreeMap<u64, Vec<String>>;

/// Takes all that a queue has.
fn drain(client: &Client, name: &str, number: impl Fn(&Value) -> u64, into: &mut Told) {
    loop {
        let messages = received(client, name);
        if messages.is_empty() {
            return;
        }
        for message in messages {
            let error = &message["MessageAttributes"]["ErrorMessage"]["StringValue"];
            let told = error.as_str().unwrap_or("success").to_owned();
            into.entry(number(&body(&message))).or_default().push(told);
        }
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the moment of the kill is to be random")]
fn no_accepted_event_is_lost() {
    let mut server = Server::start();
    let client = server.client();
    let (role, dead, done) = (role(&client), queue(&client, "dead"), queue(&client, "done"));
    let function = Function::node("odd", ODD).with("Role", role).with("Timeout", 60);
    client.deploy(&function.with("DeadLetterConfig", json!({ "TargetArn": dead })));
    let to = json!({"OnSuccess": {"Destination": done}});
    configure(&client, "odd", &json!({"MaximumRetryAttempts": 0, "DestinationConfig": to}));
    let (next, taken) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let mut dice = u64::from(std::process::id()) | 1;
    for _ in 0..KILLS {
        let (client, stopped) = (server.client(), AtomicBool::new(false));
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let moment = Duration::from_micros((dice >> 33) % 60_000);
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| storm(&client, &next, &taken, &stopped));
            }
            std::thread::sleep(moment);
            server.kill();
            stopped.store(true, Ordering::Relaxed);
        });
        server.restart();
    }
    let client = server.client();
    let taken = taken.into_inner().expect("a list");
    let (mut succeeded, mut failed) = (Told::new(), Told::new());
    wait_for("all events to end", || {
        drain(
            &client,
            "done",
            |record| record["responsePayload"].as_u64().expect("n"),
            &mut succeeded,
        );
        drain(&client, "dead", |letter| letter["n"].as_u64().expect("n"), &mut failed);
        let ended = |n: &u64| succeeded.contains_key(n) || failed.contains_key(n);
        taken.iter().all(ended).then_some(())
    });
    let both: Vec<_> = succeeded.keys().filter(|n| failed.contains_key(n)).collect();
    assert!(both.is_empty(), "they ended in two places: {both:?}");
    assert!(succeeded.keys().all(|n| n % 2 == 0), "an odd one succeeded");
    let even: Vec<_> = failed.iter().filter(|(n, _)| **n % 2 == 0).collect();
    assert!(even.is_empty(), "even ones failed: {even:?}");
    let twice = succeeded.values().chain(failed.values()).filter(|told| told.len() > 1).count();
    println!(
        "{KILLS} kills; {} events accepted, {} succeeded, {} failed, none lost, {twice} of them told twice",
        taken.len(),
        succeeded.len(),
        failed.len()
    );
    assert!(taken.len() as u64 > KILLS, "too calm a storm: {} events", taken.len());
    let kept = client.call("GET", "/_fika/events?ended", "").expect(200).json();
    assert_eq!(kept, json!({"events": []}), "each ended in the place that is meant for it");
}
