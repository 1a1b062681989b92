//! Versions, tags, SnapStart and the credentials of roles, through boto3.

use std::process::Command;

use crate::harness::{Server, tools};
use crate::walls::{has_microvms, microvm};

pub fn walk(script: &str, theme: &str) {
    walk_on(&Server::start(), script, theme);
}

fn walk_on(server: &Server, script: &str, theme: &str) {
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, server);
    python.arg("-B").arg(tools::script(script)).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn versions_are_published_and_stay_as_they_are() {
    walk("python/versions.py", "life");
}

#[test]
fn aliases_share_out_calls_by_weight() {
    walk("python/aliases.py", "all");
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

/// The same in guests, by software emulation.
#[test]
fn an_sdk_inside_a_kernel_of_its_own_speaks_to_fika_unconfigured() {
    let wall = microvm();
    if has_microvms(wall) {
        walk_on(&Server::start_with(&["--wall", wall]), "python/inside.py", "all");
    }
}
