//! Sandboxes without walls: ordinary processes that end as those behind walls do, and leave no more.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;

use std::fs;
use std::time::Duration;

use common::{House, Running, as_root_and_user, run};
use fika_sandbox::{Event, Exit, Jail, Start};
use rustix::process::{Pid, Signal, kill_process};

fn jail(house: &House) -> Jail {
    Jail::without_walls(house.options()).unwrap()
}

/// The only init of this house.
fn init_of(house: &House) -> Pid {
    let program = house.path("state/init").canonicalize().unwrap();
    let is_init = |pid: &Pid| {
        let line = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap();
        line.starts_with(program.as_os_str().as_encoded_bytes())
    };
    house.living().into_iter().find(is_init).unwrap()
}

/// Whether this kernel has Landlock.
fn landlock() -> bool {
    // SAFETY: asked for its version (flag 1), landlock_create_ruleset(2) reads no memory of ours.
    unsafe { libc::syscall(444, std::ptr::null::<u8>(), 0, 1) > 0 }
}

#[test]
fn how_a_plain_process_ends_is_told() {
    as_root_and_user("how_a_plain_process_ends_is_told", async {
        let house = House::new();
        let jail = jail(&house);
        for (verb, how) in [("exit=7", Exit::Code(7)), ("kill=11", Exit::Signal(11))] {
            let (text, event) = run(&house, &jail, &["say=hello", "cwd", verb]).await;
            let code = house.path("code/tree").canonicalize().unwrap();
            assert_eq!(text, format!("hello\n{}\n", code.display()), "{verb}");
            assert_eq!(event, Event::Exited { how, out_of_memory: false }, "{verb}");
        }
        jail.close().await;
        assert_eq!(house.living(), []);
    });
}

#[test]
fn memory_is_watched_without_a_wall_too() {
    as_root_and_user("memory_is_watched_without_a_wall_too", async {
        let house = House::new();
        let jail = jail(&house);
        let (text, event) = run(&house, &jail, &["eat=32", "eat=1000"]).await;
        assert_eq!(text, "ate 32\n");
        assert_eq!(event, Event::Exited { how: Exit::Signal(9), out_of_memory: true });
        jail.close().await;
    });
}

#[test]
fn a_reset_finds_what_ran_away() {
    as_root_and_user("a_reset_finds_what_ran_away", async {
        let house = House::with_cgroups(false);
        let jail = jail(&house);
        let verbs = ["orphan", "orphan", "say=ready", "wait"];
        let mut running = Running::start(&house, &jail, 1, &verbs).await;
        running.read_until("ready").await;
        assert_eq!(house.living().len(), 4, "init, and three of the function");
        running.sandbox.reset().await.unwrap();
        assert_eq!(house.living().len(), 1, "init");
        running.sandbox.start(house.start(&["orphan", "exit=3"])).await.unwrap();
        assert_eq!(
            running.finish().await.1,
            Event::Exited { how: Exit::Code(3), out_of_memory: false }
        );
        running.sandbox.destroy(Duration::ZERO).await;
        assert_eq!(house.living(), []);
        jail.close().await;
    });
}

#[test]
fn temporary_files_go_with_their_sandbox() {
    as_root_and_user("temporary_files_go_with_their_sandbox", async {
        let house = House::new();
        let jail = jail(&house);
        let tmp = house.path("state").canonicalize().unwrap().join("tmp");
        let own = tmp.join("sb-1");
        let verb = format!("touch={}", own.join("kept").display());
        let mut running = Running::start(&house, &jail, 1, &[&verb, "env", "exit=0"]).await;
        let (text, _) = running.finish().await;
        let (tmpdir, rest) = text.split_once("\nFIKA_LAYERS=").expect("both variables");
        assert_eq!(tmpdir, format!("ok\nTMPDIR={}", own.display()));
        assert!(rest.ends_with("/opt\n"), "never the machine's own: {rest}");
        assert!(own.join("kept").exists());
        running.sandbox.destroy(Duration::ZERO).await;
        assert_eq!(fs::read_dir(tmp).unwrap().count(), 0);
        jail.close().await;
    });
}

/// What is given up without a namespace is given up here too.
#[test]
fn files_and_processes_of_others_are_out_of_reach() {
    as_root_and_user("files_and_processes_of_others_are_out_of_reach", async {
        if !landlock() {
            return eprintln!("skipped: this kernel has no Landlock");
        }
        let house = House::new();
        let jail = jail(&house);
        fs::write(house.path("secret"), "secret").unwrap();
        let secret = house.path("secret").canonicalize().unwrap();
        let verbs = [
            format!("cat={}", secret.display()),
            format!("touch={}", secret.display()),
            format!("cat=/proc/{}/environ", std::process::id()),
            "touch=/tmp/mine".into(),
            "try=stdout".into(),
            "try=unshare".into(),
            "exit=0".into(),
        ];
        let verbs: Vec<&str> = verbs.iter().map(String::as_str).collect();
        let (text, _) = run(&house, &jail, &verbs).await;
        let words: Vec<_> = text.lines().filter_map(|line| line.split(' ').next_back()).collect();
        assert_eq!(words, ["EACCES", "EACCES", "EACCES", "EACCES", "ok", "ENOSYS"], "{text}");
        jail.close().await;
    });
}

/// An init that does not end what came of it in time is not simply killed: all would live on.
#[test]
fn an_init_that_hangs_leaves_nobody() {
    as_root_and_user("an_init_that_hangs_leaves_nobody", async {
        let house = House::with_cgroups(false);
        let jail = jail(&house);
        let mut running = Running::start(&house, &jail, 1, &["orphan", "orphan", "exit=0"]).await;
        running.finish().await;
        kill_process(init_of(&house), Signal::STOP).unwrap();
        running.sandbox.destroy(Duration::ZERO).await;
        assert_eq!(house.living(), []);
        jail.close().await;
    });
}

/// Whatever init dies of, its cgroup still knows who was there.
#[test]
fn an_init_that_is_killed_leaves_nobody() {
    as_root_and_user("an_init_that_is_killed_leaves_nobody", async {
        let house = House::new();
        let jail = jail(&house);
        if jail.facts().cgroups.is_none() {
            return eprintln!("skipped: no cgroups here");
        }
        let mut running = Running::start(&house, &jail, 1, &["orphan", "say=ready", "wait"]).await;
        running.read_until("ready").await;
        kill_process(init_of(&house), Signal::KILL).unwrap();
        assert_eq!(running.event().await, Event::Lost);
        running.sandbox.destroy(Duration::ZERO).await;
        jail.close().await;
        assert_eq!(house.living(), []);
    });
}

#[tokio::test]
async fn a_program_that_is_not_there_is_refused() {
    let house = House::new();
    let jail = jail(&house);
    let mut sandbox = jail.create(house.spec(1)).await.unwrap();
    let early = sandbox.start(house.start(&["exit=0"])).await;
    assert!(early.unwrap_err().to_string().contains("no code yet"));
    sandbox.bind(house.bind()).await.unwrap();
    let start = Start { argv: vec!["/var/task/nothing".into()], cwd: "/".into(), env: vec![] };
    let refused = sandbox.start(start).await.unwrap_err().to_string();
    assert!(refused.contains("No such file"), "{refused}");
    sandbox.destroy(Duration::ZERO).await;
    jail.close().await;
}
