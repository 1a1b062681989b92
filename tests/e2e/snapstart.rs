//! SnapStart: versions whose guests are restored from a snapshot that was made after their init.
//!
//! By software emulation, unless the suite is run for KVM, so everything takes its time.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::harness::{Server, tools, wait_for};
use crate::walls::{has_microvms, microvm};

/// A server whose functions run in guests.
fn guests() -> Option<Server> {
    start(&[])
}

fn start(more: &[&str]) -> Option<Server> {
    let wall = microvm();
    let args = [&["--wall", wall, "--require-wall", "microvm"], more].concat();
    has_microvms(wall).then(|| Server::start_with(&args))
}

/// Runs one theme of the walk, and gives what it says last.
fn walk(server: &Server, theme: &str) -> String {
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, server);
    python.arg("-B").arg(tools::script("python/snapstart.py")).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
    said
}

#[test]
fn a_version_is_restored_as_it_was_after_its_init() {
    let Some(server) = guests() else { return };
    walk(&server, "life");
    // Behind the answer to its deletion.
    wait_for("its end with its version", || snapshots(&server).is_empty().then_some(()));
}

#[test]
fn a_version_that_fails_before_or_after_its_snapshot_says_so() {
    let Some(server) = guests() else { return };
    walk(&server, "failures");
}

/// Where the snapshots of versions are.
fn snapshots(server: &Server) -> Vec<PathBuf> {
    let entries = fs::read_dir(server.data().join("microvm/snapshots")).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mine = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("version-") || name.starts_with(".new-version-")
    };
    paths.filter(mine).collect()
}

#[test]
fn a_snapshot_outlives_the_server_and_is_made_again_when_it_is_lost() {
    let Some(mut server) = guests() else { return };
    // Killed while it is made, the next start makes it.
    walk(&server, "publish");
    server.kill();
    server.restart();
    walk(&server, "wait");
    server.stop();
    server.restart();
    walk(&server, "restored");
    let [snapshot] = &snapshots(&server)[..] else { panic!("one snapshot") };
    server.stop();
    fs::remove_dir_all(snapshot).expect("a snapshot that goes");
    // One that is nobody's goes by itself.
    let nobodys = snapshot.with_file_name("version-of-nobody");
    fs::create_dir(&nobodys).expect("a folder");
    server.restart();
    assert!(!nobodys.exists());
    walk(&server, "lost");
}

#[test]
fn a_jail_starts_a_version_as_any_other() {
    walk(&Server::start_with(&["--wall", "jail"]), "jail");
}

/// Each a restore of its own, two at a time.
#[test]
fn a_hundred_restores_of_node_have_nothing_random_in_common() {
    let Some(server) = lonely() else { return };
    walk(&server, "hundred-node");
}

/// As above.
#[test]
fn a_hundred_restores_of_python_have_nothing_random_in_common() {
    let Some(server) = lonely() else { return };
    walk(&server, "hundred-python");
}

/// A server with nothing in stock: memory is for those that are restored.
fn lonely() -> Option<Server> {
    start(&["--stock-memory", "0"])
}
