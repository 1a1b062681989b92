//! What a function can use up: its own share, and nothing of the machine's.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;

use std::time::Duration;

use common::{House, Running, as_root_and_user, run};
use fika_sandbox::{Bind, Event, Exit, WallSpec};

const KILLED: Event = Event::Exited { how: Exit::Signal(9), out_of_memory: true };
const FINE: Event = Event::Exited { how: Exit::Code(0), out_of_memory: false };

fn small(house: &House) -> WallSpec {
    WallSpec { memory_mb: 64, ephemeral_mb: 256, ..house.spec(1) }
}

fn small_bind(house: &House) -> Bind {
    Bind { memory_mb: 64, ephemeral_mb: 256, ..house.bind() }
}

#[test]
fn memory_is_bounded_and_tmp_apart_from_it() {
    as_root_and_user("memory_is_bounded_and_tmp_apart_from_it", async {
        let cases: [(&[&str], &str, Event); 6] = [
            (&["eat=32"], "ate 32\n", FINE),
            (&["eat=1000"], "", KILLED),
            (&["share=1000"], "", KILLED),
            (&["fill=1000"], "wrote 256 ENOSPC\n", FINE),
            (&["eat=32", "fill=1000"], "ate 32\nwrote 256 ENOSPC\n", FINE),
            (&["fill=200", "eat=1000"], "wrote 200 ok\n", KILLED),
        ];
        let house = House::new();
        let jail = house.jail();
        for (verbs, expected, ended) in cases {
            let mut running =
                Running::start_in(&jail, small(&house), small_bind(&house), house.start(verbs))
                    .await;
            let (text, event) = running.finish().await;
            assert_eq!((text.as_str(), event), (expected, ended), "{verbs:?}");
            running.sandbox.destroy(Duration::ZERO).await;
        }
        jail.close().await;
    });
}

/// Nobody but a cgroup counts what the kernel holds.
#[tokio::test]
async fn what_the_kernel_holds_for_a_function_is_its_memory() {
    let house = House::new();
    let jail = house.jail();
    if jail.facts().cgroups.is_none() {
        return eprintln!("skipped: no cgroups here");
    }
    for (verbs, expected, ended) in [
        (["stuff=24", "exit=0"], "stuffed 24 ok\n", FINE),
        (["pour=24", "exit=0"], "poured 24 ok\n", FINE),
        // Far less than memory and `/tmp` together.
        (["stuff=96", "wait"], "", KILLED),
        (["pour=96", "wait"], "", KILLED),
    ] {
        let mut running =
            Running::start_in(&jail, small(&house), small_bind(&house), house.start(&verbs)).await;
        let (text, event) = running.finish().await;
        assert!(text.starts_with(expected), "{verbs:?}: {text}");
        assert_eq!(event, ended, "{verbs:?}");
        running.sandbox.destroy(Duration::ZERO).await;
    }
    jail.close().await;
}

#[test]
fn a_function_that_ran_out_of_memory_starts_again() {
    as_root_and_user("a_function_that_ran_out_of_memory_starts_again", async {
        let house = House::new();
        let jail = house.jail();
        let start = house.start(&["touch=/tmp/kept", "eat=1000"]);
        let mut running = Running::start_in(&jail, small(&house), small_bind(&house), start).await;
        assert_eq!(running.finish().await.1, KILLED);
        running.sandbox.reset().await.unwrap();
        running.sandbox.start(house.start(&["ls=/tmp"])).await.unwrap();
        assert_eq!(running.finish().await, ("kept\n".into(), FINE));
        running.sandbox.start(house.start(&["kill=9"])).await.unwrap();
        let (_, event) = running.finish().await;
        assert_eq!(event, Event::Exited { how: Exit::Signal(9), out_of_memory: false });
        running.sandbox.destroy(Duration::ZERO).await;
        jail.close().await;
    });
}

#[test]
fn the_most_memory_held_is_told() {
    as_root_and_user("the_most_memory_held_is_told", async {
        let house = House::new();
        let jail = house.jail();
        let running = Running::start(&house, &jail, 1, &["eat=40", "wait"]).await;
        running.read_until("ate 40\n").await;
        let told = async {
            while running.sandbox.peak_memory_bytes() < 40 << 20 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), told).await.expect("the peak is told");
        assert!(running.sandbox.peak_memory_bytes() < 60 << 20);
        running.sandbox.destroy(Duration::ZERO).await;
        jail.close().await;
    });
}

#[test]
fn processes_are_bounded() {
    as_root_and_user("processes_are_bounded", async {
        let house = House::new();
        let jail = house.jail();
        let (text, event) = run(&house, &jail, &["bomb"]).await;
        let born = text.strip_prefix("bore ").and_then(|text| text.strip_suffix(" EAGAIN\n"));
        let born: u32 = born.unwrap_or_else(|| panic!("{text}")).parse().unwrap();
        assert!((900..1024).contains(&born), "{born}");
        assert_eq!(event, FINE);
        jail.close().await;
        assert_eq!(house.traces(), Vec::<String>::new());
    });
}
