//! Streams out of microVMs: of a guest that was booted, and of one that SnapStart has restored.

use serde_json::json;

use super::acks::{Acks, waits};
use super::events::{Event, Events, begin};
use crate::harness::{Client, Server, wait_for};
use crate::walls::{has_microvms, microvm};

fn start() -> Option<Server> {
    let wall = microvm();
    let args = ["--wall", wall, "--require-wall", "microvm", "--stock-memory", "0"];
    has_microvms(wall).then(|| Server::start_with(&args))
}

/// What a streamed answer carries, to be read.
struct Carried {
    events: Events,
    is_over: bool,
}

impl std::io::Read for Carried {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.is_over {
            return Ok(0);
        }
        match self.events.next() {
            Event::Chunk(data) => {
                into[..data.len()].copy_from_slice(&data);
                Ok(data.len())
            }
            Event::Complete(end) => {
                assert_eq!(end, json!({}));
                self.is_over = true;
                Ok(0)
            }
        }
    }
}

fn read(client: &Client, acks: &Acks, name: &str) {
    let (_, events) = begin(client, name, &json!({}));
    acks.read(&mut Carried { events, is_over: false });
}

#[test]
fn each_piece_of_a_microvm_leaves_as_it_is_written() {
    let Some(server) = start() else { return };
    let client = server.client();
    client.deploy(&waits());
    read(&client, &Acks::of(&server), "waits");
}

#[test]
fn a_restored_function_of_a_microvm_streams_as_well() {
    let Some(server) = start() else { return };
    let client = server.client();
    client.deploy(&waits().with("SnapStart", json!({ "ApplyOn": "PublishedVersions" })));
    client.call("POST", "/2015-03-31/functions/waits/versions", "{}").expect(201);
    let target = "/2015-03-31/functions/waits/configuration?Qualifier=1";
    wait_for("its snapshot", || {
        let version = client.call("GET", target, "").expect(200).json();
        assert_ne!(version["State"], "Failed", "{version}");
        (version["SnapStart"]["OptimizationStatus"] == "On").then_some(())
    });
    read(&client, &Acks::of(&server), "waits:1");
    let log = client.log_with_reports("waits", 1);
    assert!(log.iter().any(|line| line.starts_with("RESTORE_REPORT")), "{log:?}");
}
