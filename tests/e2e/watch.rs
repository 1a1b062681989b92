//! What is seen of functions from outside: CloudWatch Logs and CloudWatch, through boto3.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use crate::harness::{Function, Server, tools};

fn walk(theme: &str) {
    let server = Server::start();
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    python.env("FIKA", env!("CARGO_BIN_EXE_fika"));
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

#[test]
fn events_queues_and_urls_have_metrics() {
    walk("counted");
}

#[test]
fn records_for_destinations_that_went_are_kept() {
    walk("refusing");
}

/// What an address answers to a plain GET.
fn get(url: &str) -> String {
    let (authority, path) = url.trim_start_matches("http://").split_once('/').expect(url);
    let mut stream = TcpStream::connect(authority).expect("a listener");
    write!(stream, "GET /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n")
        .expect("taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    answer
}

#[test]
fn prometheus_reads_where_it_is_told_to() {
    let server = Server::start_with(&["--metrics", "127.0.0.1:0"]);
    let client = server.client();
    client.deploy(&Function::node("hello", "exports.handler = async () => 'hi';"));
    for _ in 0..3 {
        client.invoke("hello", "{}").ok();
    }
    let log = server.log();
    let url = log.split_whitespace().find(|word| word.ends_with("/metrics")).expect(&log);
    let page = get(url);
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    for part in [
        "fika_invocations_total{account=\"123456789012\",region=\"us-east-1\",function=\"hello\"} 3\n",
        "fika_errors_total{account=\"123456789012\",region=\"us-east-1\",function=\"hello\"} 0\n",
        "fika_duration_seconds_count{",
        "fika_sandboxes{state=\"idle\"} 1\n",
        "fika_log_dropped_events_total 0\n",
        "fika_journal_commits_total 0\n",
        "# TYPE fika_queue_oldest_seconds gauge\n",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(get(&url.replace("/metrics", "/other")).starts_with("HTTP/1.1 404 "));
    // Not at the doors.
    assert!(!get(&format!("{}/metrics", server.endpoint())).contains("fika_invocations_total"));
}
