//! The slice through boto3, one script a theme.

use std::process::Command;

use crate::harness::{Server, tools};

fn walk(theme: &str) {
    let server = Server::start();
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    python.arg("-B").arg(tools::script("python/slice.py")).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn life_of_a_function() {
    walk("life");
}

#[test]
fn errors_are_those_of_aws() {
    walk("errors");
}

#[test]
fn revisions_guard_against_lost_updates() {
    walk("revisions");
}

#[test]
fn regions_are_name_spaces() {
    walk("regions");
}

#[test]
fn wrong_keys_are_refused() {
    walk("keys");
}
