//! A sandbox's life: started, ended, reset, destroyed, lost.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::{House, Running, run};
use fika_sandbox::{Event, Exit};

fn exited(how: Exit) -> Event {
    Event::Exited { how, out_of_memory: false }
}

#[tokio::test]
async fn how_a_process_ends_is_told() {
    let (house, cases) = (
        House::new(),
        [
            ("exit=0", Exit::Code(0)),
            ("exit=7", Exit::Code(7)),
            ("kill=9", Exit::Signal(9)),
            ("kill=11", Exit::Signal(11)),
            ("kill=15", Exit::Signal(15)),
        ],
    );
    let jail = house.jail();
    for (verb, how) in cases {
        let (text, event) = run(&house, &jail, &["say=hello", "warn=there", verb]).await;
        assert_eq!(text, "hello\nthere\n", "{verb}");
        assert_eq!(event, exited(how), "{verb}");
    }
    jail.close().await;
}

#[tokio::test]
async fn a_reset_kills_all_and_keeps_tmp() {
    let house = House::new();
    let jail = house.jail();
    let verbs = ["touch=/tmp/kept", "orphan", "say=ready", "wait"];
    let mut running = Running::start(&house, &jail, 1, &verbs).await;
    running.read_until("ready").await;
    running.sandbox.reset().await.unwrap();
    let start = house.start_again(&["ls=/tmp", "ls=/proc", "exit=3"]);
    running.sandbox.start(start).await.unwrap();
    let (text, event) = running.finish().await;
    assert!(text.contains("kept\n"), "{text}");
    let pids = text.lines().filter(|line| line.parse::<u32>().is_ok()).count();
    assert_eq!(pids, 1, "{text}");
    assert_eq!(event, exited(Exit::Code(3)));
    running.sandbox.destroy(Duration::ZERO).await;
    jail.close().await;
}
