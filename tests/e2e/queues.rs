//! SQS through the official clients: standard and FIFO queues, dead letters, waiting, two accounts, and what a
//! killed server had accepted.

use std::fs;
use std::process::Command;

use crate::harness::{Server, tools};

fn python(server: &Server, theme: &str) {
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, server);
    python.arg("-B").arg(tools::script("python/queues.py")).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

fn walk(theme: &str) {
    python(&Server::start_bare(&[]), theme);
}

#[test]
fn standard() {
    walk("standard");
}

#[test]
fn fifo() {
    walk("fifo");
}

#[test]
fn dead_letters() {
    walk("dead_letters");
}

#[test]
fn waiting() {
    walk("waiting");
}

#[test]
fn errors_are_those_of_aws() {
    walk("errors");
}

#[test]
fn the_older_protocol() {
    walk("query");
}

#[test]
fn permissions() {
    walk("permissions");
}

#[test]
fn what_was_accepted_survives_a_kill() {
    let mut server = Server::start_bare(&[]);
    python(&server, "before");
    server.kill();
    server.restart();
    python(&server, "after");
}

#[test]
fn a_move_of_dead_letters_goes_on_after_a_kill() {
    let mut server = Server::start_bare(&[]);
    for theme in ["move_begin", "move_cancel", "move_end"] {
        python(&server, theme);
        server.kill();
        server.restart();
    }
}

#[test]
fn another_account_sees_nothing() {
    let mut server = Server::start_bare(&[]);
    let keys = server.another_account().keys;
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    python.env("THEIR_KEY", &keys.access_key_id).env("THEIR_SECRET", &keys.secret);
    python.arg("-B").arg(tools::script("python/queues.py")).arg("accounts");
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn the_aws_cli_walks_it() {
    let server = Server::start_bare(&[]);
    let aws = |args: &[&str]| {
        let mut aws = Command::new(tools::installed("venv/bin/aws"));
        tools::point_at(&mut aws, &server);
        // Version 1 of the CLI has an endpoint of its own for this service, before the environment's.
        aws.args(["--endpoint-url", &server.endpoint(), "--output", "text", "sqs"]);
        tools::run(aws.args(args))
    };
    let url = aws(&["create-queue", "--queue-name", "orders"]);
    let url = url.trim();
    assert_eq!(url, format!("{}/123456789012/orders", server.endpoint()));
    aws(&["send-message", "--queue-url", url, "--message-body", "hello"]);
    let receive = ["receive-message", "--queue-url", url, "--query", "Messages[0].Body"];
    assert_eq!(aws(&receive).trim(), "hello");
    assert_eq!(aws(&["list-queues", "--query", "QueueUrls"]).trim(), url);
    aws(&["delete-queue", "--queue-url", url]);
}

#[test]
fn the_javascript_sdk_walks_it() {
    let server = Server::start_bare(&[]);
    let home = tools::installed("node/node_modules");
    let script = home.with_file_name("queues.mjs");
    fs::copy(tools::script("node/queues.mjs"), &script).expect("the script");
    let mut node = Command::new("node");
    tools::point_at(&mut node, &server);
    let said = tools::run(node.arg(script));
    assert!(said.ends_with("done\n"), "{said}");
}
