//! Event source mappings on queues: from a message to a function, and what becomes of it when that fails.

use std::process::Command;

use crate::harness::{Server, tools};

fn walk(theme: &str) {
    let server = Server::start();
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    python.arg("-B").arg(tools::script("python/sources.py")).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn a_message_becomes_an_event() {
    walk("event");
}

#[test]
fn what_failed_comes_again_and_ends_with_the_dead_letters() {
    walk("failures");
}

#[test]
fn groups_are_handed_over_in_order() {
    walk("fifo");
}

#[test]
fn filters_choose() {
    walk("filters");
}

#[test]
fn no_more_at_once_than_asked_for() {
    walk("concurrency");
}

#[test]
fn batches_wait_for_their_window() {
    walk("window");
}

#[test]
fn a_mapping_is_refused_what_its_role_or_queue_cannot_do() {
    walk("checks");
}

#[test]
fn an_answer_of_no_use_is_a_failure_of_all() {
    walk("malformed");
}
