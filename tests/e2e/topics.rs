//! Topics through boto3, one theme a walk.

use std::process::Command;

use crate::harness::{Server, tools};

fn walk(theme: &str) {
    let server = Server::start();
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    python.arg("-B").arg(tools::script("python/topics.py")).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn life_of_a_topic() {
    walk("life");
}

#[test]
fn what_is_published_comes_to_queues_that_want_it() {
    walk("queues");
}

#[test]
fn what_is_published_comes_to_functions_that_want_it() {
    walk("functions");
}

#[test]
fn fifo_topics_deliver_once_to_fifo_queues() {
    walk("fifo");
}

#[test]
fn errors_of_topics_are_those_of_aws() {
    walk("errors");
}
