//! A server that is killed leaves nothing that the next start does not remove.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use common::{House, Running, as_root_and_user};
use fika_sandbox::{Jail, JailOptions};

/// Where the server that is killed has its house.
const HOUSE: &str = "FIKA_TEST_HOUSE";

#[test]
fn after_a_killed_server_the_next_start_finds_nothing() {
    as_root_and_user("after_a_killed_server_the_next_start_finds_nothing", async {
        let house = House::new();
        let mut server = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "server_that_is_killed", "--ignored", "--nocapture"])
            .env(HOUSE, house.path(""))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        // The harness may have begun a line of its own.
        while !lines.next().unwrap().unwrap().ends_with("up") {}
        assert_eq!(house.jailers().len(), 3);
        server.kill().unwrap();
        server.wait().unwrap();
        let jail = house.jail();
        assert_eq!(house.traces(), Vec::<String>::new());
        let again = Running::start(&house, &jail, 1, &["say=fine", "wait"]).await;
        again.read_until("fine\n").await;
        jail.close().await;
    });
}

#[tokio::test]
#[ignore = "is the server of the test above"]
async fn server_that_is_killed() {
    let Some(place) = std::env::var_os(HOUSE).map(PathBuf::from) else { return };
    let house = House::new();
    let jail = Jail::new(JailOptions {
        state_dir: place.join("state"),
        code_dir: place.join("code"),
        ..house.options()
    })
    .unwrap();
    let mut running = Vec::new();
    for id in 1..=3 {
        let start = fika_sandbox::Start { code: Some(place.join("code/tree")), ..house.start(&[]) };
        let argv = ["/var/task/probe", "orphan", "say=ready", "wait"].map(String::from).into();
        let start = fika_sandbox::Start { argv, ..start };
        running.push(Running::start_in(&jail, house.spec(id), start).await);
        running.last().unwrap().read_until("ready").await;
    }
    println!("up");
    std::future::pending::<()>().await;
}
