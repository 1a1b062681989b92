//! Limits under fire: each is driven past its bound over many connections at once. None is
//! exceeded by one, refusals say why and when to come again, and what the limit allows gets done.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::http::Response;
use crate::harness::{Client, Connection, Function, Invoked, Server, wait_for};

/// One answer, and when its request was sent and it came.
struct Shot {
    sent: Instant,
    came: Instant,
    response: Response,
}

/// Sends requests over that many connections at once until `enough` says so.
fn fire(
    client: &Client,
    connections: usize,
    request: impl Fn(&Client) -> crate::harness::Request + Sync,
    enough: impl Fn(&Shot) -> bool + Sync,
) -> Vec<Shot> {
    let shoot = || {
        let mut connection = Connection::open(client.address).expect("a connection");
        let mut shots = Vec::new();
        loop {
            let request = request(client);
            let sent = Instant::now();
            let response = connection.round_trip(&request).expect("an answer");
            shots.push(Shot { sent, came: Instant::now(), response });
            if enough(&shots[shots.len() - 1]) {
                return shots;
            }
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(shoot)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    })
}

/// Until so many went well, over all connections.
fn until_done(count: usize) -> impl Fn(&Shot) -> bool + Sync {
    let done = AtomicUsize::new(0);
    move |shot| {
        done.fetch_add(usize::from(shot.response.status == 200), Ordering::Relaxed);
        done.load(Ordering::Relaxed) >= count
    }
}

/// For so long.
fn for_a_while(time: Duration) -> impl Fn(&Shot) -> bool + Sync {
    let end = Instant::now() + time;
    move |_| Instant::now() >= end
}

fn went_well(shots: &[Shot]) -> Vec<&Shot> {
    shots.iter().filter(|shot| shot.response.status == 200).collect()
}

/// Every refusal is a throttle with that reason, and says when to come again.
#[track_caller]
fn assert_refused(shots: &[Shot], text: &str, reason: &str) {
    let mut refused = 0;
    for Shot { response, .. } in shots.iter().filter(|shot| shot.response.status != 200) {
        response.expect_error(429, "TooManyRequestsException", text);
        assert_eq!(response.json()["Reason"], reason, "{response}");
        let retry: u32 = response.get("retry-after").expect("a hint").parse().expect("seconds");
        assert!(retry >= 1);
        refused += 1;
    }
    assert!(refused > 0, "the limit was never met");
}

/// The most calls that were inside functions at once, by their own clocks.
fn most_at_once(shots: &[Shot]) -> usize {
    let times: Vec<(f64, f64)> = went_well(shots)
        .iter()
        .map(|shot| Invoked { response: shot.response.clone() }.ok())
        .map(|at| (at["from"].as_f64().expect("a time"), at["to"].as_f64().expect("a time")))
        .collect();
    let at_once = |moment: f64| times.iter().filter(|(a, b)| *a <= moment && moment < *b).count();
    times.iter().map(|(from, _)| at_once(*from)).max().unwrap_or(0)
}

/// The most that went well within one second, as far as can be said from here: those that were both
/// sent and answered in it.
fn most_in_a_second(shots: &[Shot]) -> usize {
    let done = went_well(shots);
    let within = |from: Instant| {
        let end = from + Duration::from_secs(1);
        done.iter().filter(|shot| shot.sent >= from && shot.came < end).count()
    };
    done.iter().map(|shot| within(shot.sent)).max().unwrap_or(0)
}

/// From the first request to the last answer.
fn lasted(shots: &[Shot]) -> Duration {
    let begun = shots.iter().map(|shot| shot.sent).min().expect("shots");
    shots.iter().map(|shot| shot.came).max().expect("shots") - begun
}

/// The clock that all sandboxes of a jail share.
const TELLS_WHEN: &str = "
    const now = () => Number(process.hrtime.bigint());
    exports.handler = async (event) => {
        const from = now();
        await new Promise(resolve => setTimeout(resolve, event.ms));
        return { from, to: now() };
    }";

/// One that is not out of time on a machine that is busy with refusing its other callers.
fn patient(name: &str, source: &str) -> Function {
    Function::node(name, source).with("Timeout", 60)
}

const TELLS_WHO: &str = "
    const me = require('crypto').randomUUID();
    exports.handler = async (event) => {
        await new Promise(resolve => setTimeout(resolve, event.ms || 0));
        return { me, how: process.env.AWS_LAMBDA_INITIALIZATION_TYPE };
    }";

fn put(client: &Client, target: &str, body: &Value) -> Response {
    client.call("PUT", target, body.to_string())
}

fn reserve(client: &Client, name: &str, amount: u32) {
    let target = format!("/2017-10-31/functions/{name}/concurrency");
    put(client, &target, &json!({ "ReservedConcurrentExecutions": amount })).expect(200);
}

#[test]
fn no_more_run_at_once_than_the_account_may() {
    let server = Server::start_with(&[
        "--wall",
        "jail",
        "--account-concurrency",
        "3",
        "--requests-per-second",
        "100000",
    ]);
    let client = server.client();
    client.deploy(&patient("f", TELLS_WHEN));
    let shots = fire(&client, 12, |c| c.invoke_request("f", r#"{"ms":60}"#), until_done(60));
    assert_refused(&shots, "Rate Exceeded.", "ConcurrentInvocationLimitExceeded");
    assert_eq!(most_at_once(&shots), 3, "all of the limit, and no more");
}

#[test]
fn no_more_run_at_once_than_a_function_has_reserved() {
    let server = Server::start_with(&[
        "--wall",
        "jail",
        "--account-concurrency",
        "110",
        "--requests-per-second",
        "1000000",
    ]);
    let client = server.client();
    client.deploy(&patient("f", TELLS_WHEN));
    client.deploy(&patient("other", TELLS_WHEN));
    reserve(&client, "f", 2);
    let shots = fire(&client, 12, |c| c.invoke_request("f", r#"{"ms":60}"#), until_done(40));
    let reason = "ReservedFunctionConcurrentInvocationLimitExceeded";
    assert_refused(&shots, "Rate Exceeded.", reason);
    assert_eq!(most_at_once(&shots), 2, "all of the limit, and no more");

    reserve(&client, "f", 0);
    let stopped = client.invoke("f", "{}").response;
    stopped.expect_error(429, "TooManyRequestsException", "Rate Exceeded.");
    assert_eq!(stopped.json()["Reason"], reason);
    client.invoke("other", r#"{"ms":1}"#).ok();
}

#[test]
fn no_second_has_more_requests_than_the_account_may_send() {
    let server = Server::start_with(&["--requests-per-second", "30"]);
    let client = server.client();
    client.deploy(&patient("f", TELLS_WHO));
    client.invoke("f", "{}").ok();
    let request = |c: &Client| c.invoke_request("f", "{}");
    let shots = fire(&client, 8, request, for_a_while(Duration::from_secs(5)));
    assert_refused(&shots, "Rate Exceeded.", "FunctionInvocationRateLimitExceeded");
    assert!(most_in_a_second(&shots) <= 30, "{}", most_in_a_second(&shots));
    assert_goodput(&shots, 30);
}

/// What went well is within a tenth of what the limit allows in whole seconds.
#[track_caller]
fn assert_goodput(shots: &[Shot], a_second: u64) {
    let (done, whole) = (went_well(shots).len() as u64, lasted(shots).as_secs());
    assert!(done * 10 >= whole * a_second * 9, "{done} in {whole} s, at {a_second} a second");
}

#[test]
fn control_plane_calls_are_bounded_and_invocations_are_not_counted_among_them() {
    let server = Server::start_with(&["--api-rate", "15", "--api-burst", "1"]);
    let client = server.client();
    client.create(&patient("f", TELLS_WHO)).expect(201);
    // Looking whether it is active would be calls that count.
    wait_for("f to answer", || (client.invoke("f", "{}").response.status == 200).then_some(()));
    let request = |c: &Client| c.signed("GET", "/2015-03-31/functions/", "");
    let begun = Instant::now();
    let shots = fire(&client, 8, request, for_a_while(Duration::from_secs(4)));
    let done = went_well(&shots).len();
    assert_refused(&shots, "Rate exceeded", "CallerRateLimitExceeded");
    // A bucket: a second's worth at once, and then as it refills.
    let most = 15.0 * (begun.elapsed().as_secs_f64() + 1.0);
    assert!(done as f64 <= most, "{done} of {most}");
    assert_goodput(&shots, 15);
    client.invoke("f", "{}").ok();
    client.call("GET", "/2015-03-31/functions/f", "").expect(200);
}

#[test]
fn a_function_adds_no_more_sandboxes_than_it_may() {
    let server = Server::start_with(&["--growth", "3", "--capacity-wait", "60"]);
    let client = server.client();
    client.deploy(&patient("f", TELLS_WHO));
    let begun = Instant::now();
    let request = |c: &Client| c.invoke_request("f", r#"{"ms":200}"#);
    let shots = fire(&client, 10, request, until_done(40));
    let lasted = begun.elapsed().as_secs_f64();
    let who = |shot: &Shot| shot.response.json()["me"].as_str().map(str::to_owned);
    assert!(shots.iter().all(|shot| shot.response.status == 200), "who waits is served");
    let sandboxes: BTreeSet<_> = shots.iter().filter_map(who).collect();
    assert!(sandboxes.len() >= 3, "{}", sandboxes.len());
    assert!(sandboxes.len() as f64 <= 3.0 + 0.3 * lasted, "{} in {lasted} s", sandboxes.len());
}

fn provisioned(qualifier: &str) -> String {
    format!("/2019-09-30/functions/f/provisioned-concurrency?Qualifier={qualifier}")
}

/// The config once it is no longer in progress.
fn settled(client: &Client, qualifier: &str) -> Value {
    wait_for("provisioned concurrency", || {
        let config = client.call("GET", &provisioned(qualifier), "").expect(200).json();
        (config["Status"] != "IN_PROGRESS").then_some(config)
    })
}

fn publish(client: &Client) {
    client.call("POST", "/2015-03-31/functions/f/versions", "{}").expect(201);
}

#[test]
fn provisioned_sandboxes_are_there_before_anybody_asks_and_after_a_restart() {
    let mut server = Server::start();
    let client = server.client();
    client.deploy(&patient("f", TELLS_WHO));
    publish(&client);
    client.settled("f:1");
    let asked = json!({ "ProvisionedConcurrentExecutions": 2 });
    let answer = put(&client, &provisioned("1"), &asked).expect(202).json();
    assert_eq!(
        (&answer["Status"], &answer["AllocatedProvisionedConcurrentExecutions"]),
        (&json!("IN_PROGRESS"), &json!(0))
    );
    for _ in 0..2 {
        let client = server.client();
        let config = settled(&client, "1");
        assert_eq!(config["Status"], "READY", "{config}");
        assert_eq!(config["AvailableProvisionedConcurrentExecutions"], 2);
        let latest = client.invoke("f", "{}").ok();
        assert_eq!(latest["how"], "on-demand");
        let done = AtomicUsize::new(0);
        let once = |_: &Shot| done.fetch_add(1, Ordering::Relaxed) < 100;
        let request = |c: &Client| c.invoke_request("f:1", r#"{"ms":1500}"#);
        let shots = fire(&client, 3, request, once);
        let hows: Vec<_> = shots.iter().map(|shot| shot.response.json()["how"].clone()).collect();
        let ahead = hows.iter().filter(|how| **how == "provisioned-concurrency").count();
        assert_eq!((ahead, hows.len()), (2, 3), "what is beyond spills over: {hows:?}");
        server.kill();
        server.restart();
    }
    let client = server.client();
    settled(&client, "1");
    client.call("DELETE", &provisioned("1"), "").expect(204);
    let gone = client.call("GET", &provisioned("1"), "");
    gone.expect_error(404, "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned");
}

#[test]
fn provisioned_sandboxes_that_cannot_be_initialised_are_said_to_have_failed() {
    let server = Server::start();
    let client = server.client();
    let source = "if (process.env.AWS_LAMBDA_INITIALIZATION_TYPE === 'provisioned-concurrency') throw new Error('no');
        exports.handler = async () => 1;";
    client.deploy(&Function::node("f", source));
    publish(&client);
    client.settled("f:1");
    put(&client, &provisioned("1"), &json!({ "ProvisionedConcurrentExecutions": 1 })).expect(202);
    let config = settled(&client, "1");
    assert_eq!(
        (&config["Status"], &config["StatusReason"]),
        (&json!("FAILED"), &json!("FUNCTION_ERROR_INIT_FAILURE"))
    );
    assert_eq!(client.invoke("f:1", "{}").ok(), 1, "who calls is served all the same");
}
