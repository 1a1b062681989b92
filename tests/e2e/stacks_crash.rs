//! The storm on stacks: the server dies between any two things that a stack asks of services, again and again, until each
//! piece of work has ended. What a stack's record says stands then, and nothing else.

use std::collections::BTreeMap;
use std::process::Command;

use crate::harness::{Client, Server, tools, wait_for};

/// Times that all is done.
const ROUNDS: u64 = 3;
/// Moments until the server dies: fewer than any piece of work has, so that it dies in each; now and then more.
const SOON: u64 = 16;
const LATE: u64 = 80;

fn python(server: &Server, what: &[&str]) -> String {
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, server);
    python.arg("-B").arg(tools::script("python/stacks_crash.py"));
    tools::run(python.args(what))
}

/// Asks CloudFormation; none where the server is gone.
fn ask(client: &Client, form: &BTreeMap<String, String>) -> Option<String> {
    let pairs = form.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    let body = pairs.collect::<Vec<_>>().join("&");
    let mut request = client.request("POST", "/", body);
    request.set("content-type", "application/x-www-form-urlencoded");
    client.keys.service("cloudformation").sign(&mut request);
    let answer = client.try_send(&request).ok()?;
    let status = answer.status;
    let text = answer.text();
    assert!(status == 200 || text.contains("does not exist"), "{status}: {text}");
    Some(text)
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn status(client: &Client) -> Option<String> {
    let form = [("Action", "DescribeStacks"), ("StackName", "crash"), ("Version", "2010-05-15")];
    let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let text = ask(client, &form.into())?;
    let status = text.split("<StackStatus>").nth(1).and_then(|rest| rest.split('<').next());
    Some(status.unwrap_or("DELETE_COMPLETE").to_owned())
}

struct Storm {
    server: Server,
    dice: u64,
    deaths: BTreeMap<&'static str, u64>,
}

impl Storm {
    fn roll(&mut self, sides: u64) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.dice >> 33) % sides
    }

    /// Starts the server anew, to die after at most so many moments.
    fn restart(&mut self, most: u64) {
        let moment = 1 + self.roll(most);
        self.server.set_env("FIKA_STACKS_DIE_AT", &moment.to_string());
        self.server.restart();
    }

    /// Has something done to the stack, however often the server dies meanwhile; the state that it comes to.
    fn weather(&mut self, what: &'static str) -> String {
        let form = serde_json::from_str(&python(&self.server, &[what])).expect("a request");
        self.server.kill();
        self.restart(SOON);
        // It may die as soon as it has begun, before it answers.
        drop(ask(&self.server.client(), &form));
        loop {
            let client = self.server.client();
            let mut ended = None;
            wait_for("a death or an end", || {
                ended = status(&client);
                ended.as_ref().is_none_or(|status| !status.ends_with("_IN_PROGRESS")).then_some(())
            });
            if let Some(status) = ended {
                return status;
            }
            *self.deaths.entry(what).or_default() += 1;
            self.server.ended();
            let most = if self.roll(3) == 0 { LATE } else { SOON };
            self.restart(most);
        }
    }
}

#[test]
fn a_stack_is_what_its_record_says_however_often_the_server_dies() {
    let dice = 0x9E37_79B9 ^ u64::from(std::process::id());
    println!("dice {dice}");
    let mut storm = Storm { server: Server::start(), dice, deaths: BTreeMap::new() };
    let nothing = python(&storm.server, &["world"]);
    for _ in 0..ROUNDS {
        assert_eq!(storm.weather("fail-new"), "ROLLBACK_COMPLETE");
        assert_eq!(python(&storm.server, &["world"]), nothing, "after a rollback");
        assert_eq!(storm.weather("delete"), "DELETE_COMPLETE");
        assert_eq!(storm.weather("create"), "CREATE_COMPLETE");
        python(&storm.server, &["stands", "1"]);
        assert_eq!(storm.weather("update"), "UPDATE_COMPLETE");
        let before = python(&storm.server, &["stands", "2"]);
        assert_eq!(storm.weather("fail"), "UPDATE_ROLLBACK_COMPLETE");
        assert_eq!(python(&storm.server, &["stands", "2"]), before, "after a rollback");
        assert_eq!(storm.weather("delete"), "DELETE_COMPLETE");
        assert_eq!(python(&storm.server, &["world"]), nothing, "after a deletion");
    }
    println!("deaths: {:?}", storm.deaths);
    for what in ["fail-new", "create", "update", "fail", "delete"] {
        let deaths = storm.deaths.get(what).copied().unwrap_or_default();
        assert!(deaths >= ROUNDS, "too calm a storm: {deaths} deaths in {what}");
    }
}
