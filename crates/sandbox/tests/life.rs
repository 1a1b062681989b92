//! A sandbox's life: started, ended, reset, destroyed, lost.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use common::{House, Running, as_root_and_user, run};
use fika_sandbox::{Bind, Event, Exit, Jail, Start, WallError};
use rustix::process::{Pid, Signal, kill_process};

fn exited(how: Exit) -> Event {
    Event::Exited { how, out_of_memory: false }
}

#[test]
fn how_a_process_ends_is_told() {
    as_root_and_user("how_a_process_ends_is_told", async {
        let cases = [
            ("exit=0", Exit::Code(0)),
            ("exit=7", Exit::Code(7)),
            ("kill=9", Exit::Signal(9)),
            ("kill=11", Exit::Signal(11)),
            ("kill=15", Exit::Signal(15)),
        ];
        let house = House::new();
        let jail = house.jail();
        for (verb, how) in cases {
            let (text, event) = run(&house, &jail, &["say=hello", "warn=there", verb]).await;
            assert_eq!(text, "hello\nthere\n", "{verb}");
            assert_eq!(event, exited(how), "{verb}");
        }
        jail.close().await;
    });
}

#[test]
fn a_reset_kills_all_and_keeps_tmp() {
    as_root_and_user("a_reset_kills_all_and_keeps_tmp", async {
        let house = House::new();
        let jail = house.jail();
        let verbs = ["touch=/tmp/kept", "orphan", "say=ready", "wait"];
        let mut running = Running::start(&house, &jail, 1, &verbs).await;
        running.read_until("ready").await;
        running.sandbox.reset().await.unwrap();
        let start = house.start(&["ls=/tmp", "ls=/proc", "exit=3"]);
        running.sandbox.start(start).await.unwrap();
        let (text, event) = running.finish().await;
        assert!(text.contains("kept\n"), "{text}");
        let pids = text.lines().filter(|line| line.parse::<u32>().is_ok()).count();
        assert_eq!(pids, 1, "{text}");
        assert_eq!(event, exited(Exit::Code(3)));
        running.sandbox.destroy(Duration::ZERO).await;
        jail.close().await;
    });
}

#[test]
fn what_cannot_be_started_is_told_and_does_no_harm() {
    as_root_and_user("what_cannot_be_started_is_told_and_does_no_harm", async {
        let house = House::new();
        let jail = house.jail();
        let mut sandbox = jail.create(house.spec(1)).await.unwrap();
        let log = sandbox.take_logs().watch().unwrap();
        for code in ["image", "code/.."] {
            let outside = Bind { code: house.path(code), ..house.bind() };
            assert!(matches!(sandbox.bind(outside).await, Err(WallError::Code(_))));
        }
        sandbox.bind(house.bind()).await.unwrap();
        let nobody = Start { argv: vec!["/var/task/nobody".into()], ..house.start(&[]) };
        let Err(WallError::Refused(why)) = sandbox.start(nobody).await else { panic!() };
        assert!(why.contains("/var/task/nobody") && why.contains("No such file"), "{why}");
        sandbox.start(house.start(&["say=fine", "wait"])).await.unwrap();
        let mut running = Running { sandbox, log };
        running.read_until("fine\n").await;
        let twice = running.sandbox.start(house.start(&["wait"])).await;
        assert!(matches!(twice, Err(WallError::Refused(_))));
        running.sandbox.reset().await.unwrap();
        let other = Bind { code: house.path("code/other"), ..house.bind() };
        assert!(matches!(running.sandbox.bind(other).await, Err(WallError::NotBound(_))));
        running.sandbox.bind(house.bind()).await.unwrap();
        running.sandbox.start(house.start(&["say=the same code", "wait"])).await.unwrap();
        running.read_until("the same code\n").await;
        running.sandbox.destroy(Duration::ZERO).await;
        jail.close().await;
    });
}

#[test]
fn nothing_is_left_of_a_sandbox() {
    as_root_and_user("nothing_is_left_of_a_sandbox", async {
        let house = House::new();
        let jail = house.jail();
        // Asked to end, one goes and one does not; one is dropped; one is told by the jail.
        for verb in ["say=", "stubborn"] {
            let running =
                Running::start(&house, &jail, 1, &["orphan", verb, "say=ready", "wait"]).await;
            running.read_until("ready").await;
            running.sandbox.destroy(Duration::from_millis(50)).await;
            assert_eq!(house.traces(), Vec::<String>::new(), "{verb}");
        }
        drop(Running::start(&house, &jail, 2, &["wait"]).await);
        let mut kept = Running::start(&house, &jail, 3, &["wait"]).await;
        jail.close().await;
        assert_eq!(house.traces(), Vec::<String>::new());
        assert_eq!(kept.event().await, Event::Lost);
        assert!(matches!(kept.sandbox.reset().await, Err(WallError::Lost)));
    });
}

#[test]
fn a_sandbox_whose_jailer_dies_is_lost_and_leaves_nothing() {
    as_root_and_user("a_sandbox_whose_jailer_dies_is_lost_and_leaves_nothing", async {
        let house = House::new();
        let jail = house.jail();
        let mut running = Running::start(&house, &jail, 1, &["say=ready", "wait"]).await;
        running.read_until("ready").await;
        for jailer in house.jailers() {
            kill_process(jailer, Signal::KILL).unwrap();
        }
        assert_eq!(running.event().await, Event::Lost);
        jail.close().await;
        assert_eq!(house.traces(), Vec::<String>::new());
    });
}

/// A jailer that says nonsense and stays.
const MAD_JAILER: &str = "#!/bin/sh\necho $$ > ${0%/*}/pid\necho nonsense >&0\nexec sleep 1000\n";

#[test]
fn nothing_is_left_of_a_sandbox_that_is_not_born() {
    as_root_and_user("nothing_is_left_of_a_sandbox_that_is_not_born", async {
        let house = House::new();
        let jail = house.jail();
        let jailer = house.path("state/jailer");
        fs::remove_file(&jailer).unwrap();
        fs::write(&jailer, MAD_JAILER).unwrap();
        fs::set_permissions(&jailer, fs::Permissions::from_mode(0o755)).unwrap();
        let born = jail.create(house.spec(1)).await;
        assert!(matches!(born, Err(WallError::Build(_))), "{born:?}");
        let pid = fs::read_to_string(house.path("state/pid")).unwrap();
        assert!(!Path::new("/proc").join(pid.trim()).exists(), "the jailer lives on");
        assert_eq!(house.traces(), Vec::<String>::new());
        jail.close().await;
    });
}

#[test]
fn an_init_that_is_stuck_ends_all_the_same() {
    as_root_and_user("an_init_that_is_stuck_ends_all_the_same", async {
        let house = House::new();
        let jail = house.jail();
        let running = Running::start(&house, &jail, 1, &["orphan", "say=ready", "wait"]).await;
        running.read_until("ready").await;
        for jailer in house.jailers() {
            let children = format!("/proc/{0}/task/{0}/children", jailer.as_raw_nonzero());
            for init in fs::read_to_string(children).unwrap().split_whitespace() {
                let init = Pid::from_raw(init.parse().unwrap()).unwrap();
                kill_process(init, Signal::STOP).unwrap();
            }
        }
        let end = running.sandbox.destroy(Duration::ZERO);
        tokio::time::timeout(Duration::from_secs(30), end).await.expect("an end");
        assert_eq!(house.traces(), Vec::<String>::new());
        jail.close().await;
    });
}

#[test]
fn a_frozen_function_does_nothing_until_it_is_thawed() {
    as_root_and_user("a_frozen_function_does_nothing_until_it_is_thawed", async {
        let house = House::new();
        let jail = house.jail();
        let running = Running::start(&house, &jail, 1, &["chatter"]).await;
        running.read_until("chatter\n").await;
        running.sandbox.freeze().unwrap();
        let quiet = async {
            let mut buffer = vec![0; 1 << 20];
            loop {
                while running.log.try_read(&mut buffer).unwrap().is_some() {}
                // Init answers all the same, and its answer takes a while.
                assert!(running.sandbox.start(house.start(&["wait"])).await.is_err());
                if running.log.try_read(&mut buffer).unwrap().is_none() {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), quiet).await.expect("it is frozen");
        running.sandbox.thaw().unwrap();
        running.read_until("chatter\n").await;
        running.sandbox.destroy(Duration::ZERO).await;
        jail.close().await;
    });
}

#[test]
fn much_output_comes_whole() {
    as_root_and_user("much_output_comes_whole", async {
        let house = House::new();
        let jail = house.jail();
        let (text, event) = run(&house, &jail, &["flood=10", "exit=0"]).await;
        assert_eq!(text.len(), 10 << 20);
        assert_eq!(event, exited(Exit::Code(0)));
        jail.close().await;
    });
}

#[test]
fn two_servers_cannot_share_a_state_directory() {
    let house = House::new();
    let _first = house.jail();
    assert!(matches!(Jail::new(house.options()), Err(WallError::InUse(_))));
}
