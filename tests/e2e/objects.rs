//! Buckets and objects, through the clients that people use.

use std::process::Command;

use crate::harness::{Server, tools};

fn walk(theme: &str) {
    let server = Server::start();
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    python.arg("-B").arg(tools::script("python/objects.py")).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn buckets_and_objects_come_and_go() {
    walk("crud");
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
