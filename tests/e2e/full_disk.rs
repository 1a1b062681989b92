//! A disk that is full: nothing is accepted that cannot be kept, and all goes on once there is room.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::events::{given, post};
use crate::harness::{Function, Server, wait_for};

/// A small file system in memory, until it is dropped.
struct Small(PathBuf);

impl Small {
    /// None where that is not allowed.
    fn mount(on: &Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=32m,mode=0700", "tmpfs"]).arg(on);
        let done = mount.output().is_ok_and(|done| done.status.success());
        done.then(|| Self(on.into()))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Whoever has files open there keeps them.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn what_a_full_disk_cannot_keep_is_refused_before_it_is_accepted() {
    let mut server = Server::start();
    server.stop();
    let journal = server.data().join("journal");
    let Some(small) = Small::mount(&journal) else {
        println!("skipped: no small file system can be mounted here (that takes root)");
        return;
    };
    server.restart();
    let client = server.client();
    let tells = "exports.handler = async (event) => console.log(`got ${JSON.stringify(event)}`);";
    client.deploy(&Function::node("tells", tells));
    client.send(&post(&client, "tells", r#"{"n":1}"#)).expect(202);
    let filler = small.0.join("filler");
    // Written until there is no room: that it fails is the point.
    let full = fs::write(&filler, vec![0_u8; 64 << 20]).expect_err("it is small");
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    // More than what may be left of a page that is there already.
    let large = json!({"n": 2, "pad": "x".repeat(100_000)}).to_string();
    for _ in 0..5 {
        let refused = client.send(&post(&client, "tells", large.as_str()));
        refused.expect_error(503, "ServiceUnavailableException", "cannot be written");
    }
    fs::remove_file(&filler).expect("it is gone");
    client.send(&post(&client, "tells", r#"{"n":3}"#)).expect(202);
    let both = |given: &Vec<Value>| given.len() >= 2;
    let mut given = wait_for("both", || Some(given(&client, "tells")).filter(both));
    given.sort_by_key(|event| event["n"].as_i64());
    assert_eq!(given, [json!({"n": 1}), json!({"n": 3})]);
    // The server keeps what it has open; nothing but its own is to be found left behind.
    drop(small);
    assert_eq!(server.stop().code(), Some(0));
}
