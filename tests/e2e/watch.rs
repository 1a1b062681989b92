//! What is seen of functions from outside: CloudWatch Logs and CloudWatch, through boto3.

use std::process::Command;

use crate::harness::{Server, tools};

fn walk(theme: &str) {
    let server = Server::start();
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    python.arg("-B").arg(tools::script("python/watch.py")).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn log_groups_are_made_listed_and_deleted() {
    walk("groups");
}

#[test]
fn events_are_read_both_ways_filtered_and_put() {
    walk("events");
}

#[test]
fn a_live_tail_shows_what_comes() {
    walk("tail");
}

#[test]
fn metrics_are_told_in_every_protocol() {
    walk("metrics");
}
