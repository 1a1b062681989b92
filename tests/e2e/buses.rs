//! EventBridge and EventBridge Scheduler, through boto3 and the aws CLI.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::harness::{Server, tools};

/// A server whose schedules go by a clock that runs so many times as fast.
pub fn faster(times: u32) -> Server {
    let mut server = Server::start();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_millis();
    server.set_env("FIKA_SCHEDULES_CLOCK", &format!("{now}x{times}"));
    server.stop();
    server.restart();
    server
}

fn python(server: &Server, theme: &str) -> Command {
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, server);
    python.arg("-B").arg(tools::script("python/buses.py")).arg(theme);
    python
}

fn walk(server: &Server, theme: &str) {
    let said = tools::run(&mut python(server, theme));
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn patterns_are_tried() {
    walk(&Server::start(), "patterns");
}

#[test]
fn rules_send_events_to_queues() {
    walk(&Server::start(), "rules");
}

#[test]
fn rules_call_functions_that_let_them() {
    walk(&Server::start(), "functions");
}

#[test]
fn buses_hand_events_on() {
    walk(&Server::start(), "buses");
}

#[test]
fn a_rule_ticks() {
    walk(&faster(60), "ticks");
}

#[test]
fn schedules_are_kept() {
    walk(&faster(60), "schedules");
}

#[test]
fn schedules_send_to_each_kind_of_target() {
    walk(&faster(60), "targets");
}

/// Killed again and again while it ticks about every tenth of a second: no tick comes twice.
#[test]
fn no_tick_comes_twice() {
    let mut server = faster(600);
    walk(&server, "begin");
    for _ in 0..8 {
        server.kill();
        server.restart();
    }
    walk(&server, "end");
}

#[test]
fn another_account_is_kept_apart() {
    let mut server = Server::start();
    let other = server.another_account();
    let own = crate::harness::server::root_keys();
    // Here the other one is root, and the first the account that it was.
    for theme in ["stranger", "open_to_stranger"] {
        let mut python = python(&server, theme);
        python
            .env("AWS_ACCESS_KEY_ID", &own.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &own.secret);
        python.env("OTHER_KEY", &other.keys.access_key_id).env("OTHER_SECRET", &other.keys.secret);
        let said = tools::run(&mut python);
        assert!(said.ends_with("done\n"), "{said}");
    }
}

/// As a person types it.
#[test]
fn the_aws_cli_makes_a_rule() {
    let server = Server::start();
    let aws = |line: &[&str]| -> Value {
        let mut command = Command::new(tools::installed("venv/bin/aws"));
        tools::point_at(&mut command, &server).env("AWS_PAGER", "").args(line);
        serde_json::from_str(&tools::run(&mut command)).unwrap_or(Value::Null)
    };
    let pattern = r#"{"source": ["shop"]}"#;
    let made = aws(&["events", "put-rule", "--name", "r", "--event-pattern", pattern]);
    assert_eq!(made["RuleArn"], "arn:aws:events:us-east-1:123456789012:rule/r");
    let entries = r#"[{"Source": "shop", "DetailType": "d", "Detail": "{}"}]"#;
    assert_eq!(aws(&["events", "put-events", "--entries", entries])["FailedEntryCount"], 0);
    assert_eq!(aws(&["events", "list-rules"])["Rules"][0]["EventPattern"], pattern);
    assert_eq!(aws(&["scheduler", "list-schedule-groups"])["ScheduleGroups"][0]["Name"], "default");
}
