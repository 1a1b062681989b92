//! Versions, tags, SnapStart and the credentials of roles, through boto3.

use std::process::Command;

use crate::harness::{Server, tools};

fn walk(script: &str, theme: &str) {
    let server = Server::start();
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    python.arg("-B").arg(tools::script(script)).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn versions_are_published_and_stay_as_they_are() {
    walk("python/versions.py", "life");
}

#[test]
fn tags_are_kept_and_wishes_among_them_read() {
    walk("python/versions.py", "tags");
}

#[test]
fn snap_start_is_taken_where_it_can_be_had() {
    walk("python/versions.py", "snapstart");
}

#[test]
fn a_role_has_credentials_that_do_little() {
    walk("python/sessions.py", "all");
}

#[test]
fn an_sdk_inside_a_function_speaks_to_fika_unconfigured() {
    walk("python/inside.py", "all");
}
