//! HTTP APIs and REST APIs: made through boto3, called over HTTP.

use std::process::Command;

use crate::harness::{Server, tools};

fn walk(theme: &str) {
    let server = Server::start();
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    python.arg("-B").arg(tools::script("python/apis.py")).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn an_api_is_made_in_one_call() {
    walk("quick");
}

#[test]
fn routes_and_stages_are_chosen_and_deployed() {
    walk("routes");
}

#[test]
fn other_origins_are_answered_by_the_api() {
    walk("cors");
}

#[test]
fn functions_and_signatures_decide_who_may_call() {
    walk("authorizers");
}

#[test]
fn tokens_of_an_issuer_are_believed() {
    walk("tokens");
}

#[test]
fn stages_bound_and_note_what_is_called() {
    walk("stages");
}

#[test]
fn a_rest_api_hands_requests_to_functions() {
    walk("rest");
}

#[test]
fn an_api_is_made_of_a_document() {
    walk("openapi");
}

#[test]
fn what_is_wrong_is_refused() {
    walk("refusals");
}

/// What was answered is there after the server was killed.
#[test]
fn apis_outlive_their_server() {
    let mut server = Server::start();
    let run = |server: &Server, theme: &str| {
        let mut python = Command::new(tools::installed("venv/bin/python"));
        tools::point_at(&mut python, server);
        python.arg("-B").arg(tools::script("python/apis.py")).arg(theme);
        tools::run(&mut python)
    };
    let made = run(&server, "make");
    let id = made.split_whitespace().next().expect("an id").to_owned();
    server.kill();
    server.restart();
    assert!(run(&server, &format!("again:{id}")).ends_with("done\n"));
}
