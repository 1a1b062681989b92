//! A server that is killed leaves nothing that the next start does not remove.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{House, Running, as_root_and_user};
use fika_model::Runtime;
use fika_sandbox::image::{ImageOptions, ImageStore};
use fika_sandbox::{Jail, JailOptions};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// Where the server that is killed has its house.
const HOUSE: &str = "FIKA_TEST_HOUSE";

/// How long a process that is told to end may take.
const PATIENCE: Timespec = Timespec { tv_sec: 30, tv_nsec: 0 };

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

#[test]
fn what_fetches_a_runtime_ends_with_its_server() {
    let place = tempfile::tempdir().unwrap();
    let npm = place.path().join("npm");
    // Says who it is, and downloads for ever.
    fs::write(&npm, "#!/bin/sh\necho npm $$ >&3\nexec sleep 1000\n").unwrap();
    fs::set_permissions(&npm, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::join_paths([place.path(), Path::new("/usr/bin"), Path::new("/bin")]);
    let mut server = Command::new("sh")
        .args(["-c", "exec \"$0\" \"$@\" 3>&1"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "server_that_fetches", "--ignored", "--nocapture"])
        .env(HOUSE, place.path())
        .env("PATH", path.unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let pid = lines.find_map(|line| Some(line.unwrap().split_once("npm ")?.1.parse().unwrap()));
    let npm = pidfd_open(Pid::from_raw(pid.unwrap()).unwrap(), PidfdFlags::empty()).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let ended = poll(&mut [PollFd::new(&npm, PollFlags::IN)], Some(&PATIENCE)).unwrap();
    let _gone = pidfd_send_signal(&npm, Signal::KILL);
    assert_eq!(ended, 1, "npm lives on");
}

#[tokio::test]
#[ignore = "is the server of the test above"]
async fn server_that_fetches() {
    let Some(place) = std::env::var_os(HOUSE).map(PathBuf::from) else { return };
    let store = ImageStore::open(place.join("images"), ImageOptions { fetch: true }).unwrap();
    let made = store.ensure(&Runtime::Node { major: 99 }, &|_| ()).await;
    panic!("npm ended: {made:?}");
}

#[tokio::test]
#[ignore = "is the server of the first test"]
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
        let bind = fika_sandbox::Bind { code: place.join("code/tree"), ..house.bind() };
        let argv = ["/var/task/probe", "orphan", "say=ready", "wait"].map(String::from).into();
        let start = fika_sandbox::Start { argv, ..house.start(&[]) };
        running.push(Running::start_in(&jail, house.spec(id), bind, start).await);
        running.last().unwrap().read_until("ready").await;
    }
    println!("up");
    std::future::pending::<()>().await;
}
