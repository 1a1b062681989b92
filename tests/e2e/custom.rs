//! Resources that functions make, conditions that are waited for, and stacks in stacks.

use std::process::Command;

use serde_json::json;

use crate::harness::{Request, Server, tools};

fn walk(server: &Server, theme: &str) -> String {
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, server);
    python.arg("-B").arg(tools::script("python/custom.py")).arg(theme);
    let said = tools::run(&mut python);
    said.strip_suffix("done\n").unwrap_or_else(|| panic!("{said}")).to_owned()
}

/// Begins something; at which path its answer is awaited, and for which request.
fn begin(server: &Server, theme: &str) -> (String, String) {
    let said = walk(server, theme);
    let (address, request) = said.trim().split_once(' ').expect("an address and a request");
    let path = &address[address.find("/_fika").expect("a path")..];
    (path.to_owned(), request.to_owned())
}

fn put(server: &Server, path: &str, body: impl Into<Vec<u8>>) -> u16 {
    server.client().send(&Request::new("PUT", path, body.into())).status
}

fn signal(server: &Server, path: &str, id: &str, data: &str) {
    let signal = json!({"Status": "SUCCESS", "UniqueId": id, "Data": data, "Reason": "up"});
    assert_eq!(put(server, path, signal.to_string()), 200);
}

#[test]
fn functions_make_resources_of_their_own() {
    walk(&Server::start(), "made");
}

#[test]
fn what_is_answered_in_confidence_is_told_by_no_failure() {
    let server = Server::start();
    walk(&server, "hidden");
    assert!(!server.log().contains("hunter2"), "{}", server.log());
}

#[test]
fn who_does_not_answer_is_waited_for_no_longer_than_that() {
    walk(&Server::start(), "ends");
}

#[test]
fn who_cannot_be_loaded_is_not_waited_for() {
    walk(&Server::start(), "lost");
}

#[test]
fn an_answer_counts_whatever_happened_to_the_server() {
    let mut server = Server::start();
    let (path, request) = begin(&server, "lasts");
    server.kill();
    server.restart();
    assert_eq!(put(&server, &path, vec![b'x'; 70_000]), 413);
    assert_eq!(put(&server, &path[..path.len() - 1], "{}"), 403);
    let answer =
        json!({"Status": "SUCCESS", "PhysicalResourceId": "by hand", "RequestId": request});
    assert_eq!(put(&server, &path, answer.to_string()), 200);
    server.kill();
    server.restart();
    walk(&server, "lasted");
}

#[test]
fn conditions_wait_for_signals() {
    let mut server = Server::start();
    let (path, _) = begin(&server, "waits");
    signal(&server, &path, "a", "1");
    signal(&server, &path, "a", "2");
    server.kill();
    server.restart();
    signal(&server, &path, "b", "3");
    walk(&server, "waited");
}

#[test]
fn stacks_are_in_stacks() {
    walk(&Server::start(), "nested");
}

#[test]
fn a_stack_within_outlives_the_server_and_ends_with_its_parent() {
    let mut server = Server::start();
    let (path, _) = begin(&server, "deep");
    server.kill();
    server.restart();
    signal(&server, &path, "a", "1");
    signal(&server, &path, "b", "2");
    walk(&server, "deepened");
}
