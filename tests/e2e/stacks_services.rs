//! What stacks make of services: deployed by the aws CLI, used, changed, rolled back and deleted.

use std::process::Command;

use crate::harness::{Server, tools};

fn walk(script: &str, theme: &str) {
    let server = Server::start();
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    python.arg("-B").arg(tools::script(&format!("python/{script}.py"))).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn http_apis_follow_their_template() {
    walk("stacks_apis", "http");
}

#[test]
fn http_apis_are_made_in_one_go_or_from_a_document() {
    walk("stacks_apis", "quick");
}

#[test]
fn rest_apis_follow_their_template() {
    walk("stacks_apis", "rest");
}

#[test]
fn rest_apis_are_made_from_a_document() {
    walk("stacks_apis", "document");
}

#[test]
fn what_there_is_not_is_refused_with_a_reason() {
    walk("stacks_apis", "domains");
}

#[test]
fn buckets_follow_their_template() {
    walk("stacks_events", "buckets");
}

#[test]
fn topics_follow_their_template() {
    walk("stacks_events", "topics");
}

#[test]
fn rules_and_buses_follow_their_template() {
    walk("stacks_events", "rules");
}

#[test]
fn schedules_follow_their_template() {
    walk("stacks_events", "schedules");
}
