//! Stacks through boto3, one theme a walk.

use std::process::Command;

use crate::harness::{Server, tools};

fn walk(server: &Server, theme: &str) {
    walk_as(server, theme, |_| {});
}

fn walk_as(server: &Server, theme: &str, with: impl FnOnce(&mut Command)) {
    let mut python = Command::new(tools::installed("venv/bin/python"));
    with(tools::point_at(&mut python, server));
    python.arg("-B").arg(tools::script("python/stacks.py")).arg(theme);
    let said = tools::run(&mut python);
    print!("{said}");
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn what_is_wrong_is_refused_before_anything_is_made() {
    walk(&Server::start(), "refusals");
}

#[test]
fn a_failure_leaves_all_or_nothing() {
    walk(&Server::start(), "failures");
}

#[test]
fn a_rollback_or_a_deletion_that_fails_itself_has_a_way_out() {
    walk(&Server::start(), "stuck");
}

#[test]
fn a_stack_can_be_given_up_in_the_middle() {
    walk(&Server::start(), "middle");
}

#[test]
fn exports_stay_as_long_as_they_are_read() {
    walk(&Server::start(), "exports");
}

#[test]
fn what_is_to_be_kept_is_kept() {
    walk(&Server::start(), "kept");
}

#[test]
fn change_sets_show_and_do_what_would_change() {
    walk(&Server::start(), "sets");
}

#[test]
fn parameters_secrets_and_tags_reach_resources() {
    let server = Server::start();
    walk(&server, "parameters");
    assert!(!server.log().contains("hunter2"), "{}", server.log());
}

#[test]
fn policies_say_who_may_do_what_with_stacks() {
    walk(&Server::start(), "permissions");
}

#[test]
fn secrets_of_the_parameter_store_are_not_told() {
    walk(&Server::start(), "secrets");
}

#[test]
fn a_template_that_names_itself_ends() {
    walk(&Server::start(), "bombs");
}

#[test]
fn deleted_stacks_are_forgotten_in_the_end() {
    walk(&Server::start(), "bounds");
}

#[test]
fn unknown_types_are_records_on_request() {
    walk(&Server::start_with(&["--allow-inert"]), "inert");
}

#[test]
fn large_stacks_are_made() {
    walk(&Server::start(), "many");
}

#[test]
fn stacks_of_one_account_are_nothing_to_another() {
    let mut server = Server::start();
    walk(&server, "seed");
    let keys = server.another_account().keys;
    walk_as(&server, "strangers", |python| {
        python.env("AWS_ACCESS_KEY_ID", keys.access_key_id);
        python.env("AWS_SECRET_ACCESS_KEY", keys.secret);
    });
}
