//! Buckets and objects, through the clients that people use.

use std::fs;
use std::process::Command;

use crate::harness::{Server, tools};

fn walk(theme: &str) {
    walk_on(&Server::start(), theme);
}

fn walk_on(server: &Server, theme: &str) {
    walk_in("python/objects.py", server, theme, &[]);
}

fn walk_in(script: &str, server: &Server, theme: &str, env: &[(&str, &str)]) {
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, server).envs(env.iter().copied());
    python.arg("-B").arg(tools::script(script)).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn buckets_and_objects_come_and_go() {
    walk("crud");
}

#[test]
fn deploy_tools_find_what_they_set() {
    walk("settings");
}

#[test]
fn a_bucket_and_roles_of_cdk_bootstrap_serve_its_deployments() {
    walk_in("python/cdk.py", &Server::start(), "all", &[]);
}

#[test]
fn listings_have_pages() {
    walk("listings");
}

#[test]
fn large_objects_come_in_parts() {
    walk("parts");
}

#[test]
fn versions_are_kept() {
    walk("versions");
}

#[test]
fn signed_urls_and_public_objects() {
    walk("presigned");
}

#[test]
fn everybody_may_what_they_may() {
    walk("rights");
}

#[test]
fn changes_are_told_and_code_is_read() {
    walk("notify");
}

#[test]
fn other_accounts_see_and_change_nothing() {
    let server = Server::start();
    let wanted = r#"{"account_id":"999999999999"}"#;
    let key = server.client().call("POST", "/_fika/accounts", wanted).expect(201).json();
    let text = |name: &str| key[name].as_str().expect(name).to_owned();
    let (id, secret) = (text("access_key_id"), text("secret_access_key"));
    let env = [("OTHER_KEY", &*id), ("OTHER_SECRET", &*secret)];
    walk_in("python/strangers.py", &server, "strangers", &env);
}

#[test]
fn what_no_client_asks_is_refused_and_changes_nothing() {
    walk_in("python/strangers.py", &Server::start(), "hostile", &[]);
}

#[test]
fn a_bucket_tells_a_topic_which_tells_a_function() {
    walk_in("python/strangers.py", &Server::start(), "topic", &[]);
}

#[test]
fn what_was_answered_survives_a_kill_and_what_was_not_leaves_nothing() {
    let mut server = Server::start();
    walk_on(&server, "before");
    server.kill();
    let content = server.data().join("objects");
    let left = content.join("00").join("00112233445566778899aabbccddeeff");
    fs::write(&left, "half an object").expect("a file that no record names");
    server.restart();
    assert!(!left.exists());
    walk_on(&server, "after");
}

#[test]
fn an_image_that_is_uploaded_gets_a_thumbnail() {
    let server = Server::start();
    let images = tools::installed("images");
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server).env("PYTHONPATH", &images);
    python.arg("-B").arg(tools::script("python/thumbnails.py")).arg(images);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn through_the_javascript_sdk() {
    let server = Server::start();
    // Node looks for packages beside the script.
    let script = tools::installed("node/node_modules").with_file_name("objects.mjs");
    fs::copy(tools::script("node/objects.mjs"), &script).expect("the script");
    let mut node = Command::new("node");
    let said = tools::run(tools::point_at(&mut node, &server).arg(script));
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn through_the_aws_cli_as_a_person_types_it() {
    let server = Server::start();
    let folder = tempfile::tempdir_in(tools::scratch()).expect("a folder");
    let mut sh = Command::new("sh");
    tools::point_at(&mut sh, &server).env("AWS", tools::installed("venv/bin/aws"));
    sh.current_dir(folder.path()).arg("-eu").arg(tools::script("objects.sh"));
    let said = tools::run(&mut sh);
    assert!(said.ends_with("done\n"), "{said}");
}
