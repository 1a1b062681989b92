//! A microVM's life, in guests whose instructions QEMU translates, or run by the monitor that
//! `FIKA_TEST_VMM` names. One is booted and made a snapshot, and every scene is played in one
//! restored from it.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

mod common;
mod guests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use common::{House, Running, as_root_and_user};
use fika_model::SandboxId;
use fika_sandbox::{Bind, Connection, Event, Exit, MicroVms, Snapshot, WallError};
use rustix::process::{Signal, kill_process};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const FINE: Event = Event::Exited { how: Exit::Code(0), out_of_memory: false };
const KILLED: Event = Event::Exited { how: Exit::Signal(9), out_of_memory: true };

/// A house with microVMs and a snapshot of one that has no code yet.
struct Stage {
    house: House,
    vms: MicroVms,
    snapshot: Snapshot,
}

impl Stage {
    async fn set() -> Option<Self> {
        let house = House::new();
        let vms = guests::microvms(&house)?;
        let begun = Instant::now();
        let sandbox = vms.create(house.spec(1)).await.unwrap();
        let booted = begun.elapsed();
        let snapshot = vms.snapshot(sandbox, "base", BTreeMap::new()).await.unwrap();
        assert_eq!(vms.find_snapshot("base").as_ref(), Some(&snapshot));
        eprintln!("boot to hello {booted:?}, and a snapshot {:?}", begun.elapsed() - booted);
        assert_eq!(house.traces(), Vec::<String>::new());
        Some(Self { house, vms, snapshot })
    }

    async fn restore(&self, id: u64) -> Running {
        let name = format!("guest-{id}");
        let restored = self.vms.restore(&self.snapshot, SandboxId(id), &name).await;
        let mut sandbox = restored.unwrap();
        let log = sandbox.take_logs().watch().unwrap();
        Running { sandbox, log }
    }

    async fn start(&self, id: u64, verbs: &[&str]) -> Running {
        let mut running = self.restore(id).await;
        running.sandbox.bind(self.house.bind()).await.unwrap();
        running.sandbox.start(self.house.start(verbs)).await.unwrap();
        running
    }

    async fn run(&self, verbs: &[&str]) -> (String, Event) {
        let mut running = self.start(1, verbs).await;
        let ended = running.finish().await;
        running.sandbox.destroy(Duration::ZERO).await;
        assert_eq!(self.house.traces(), Vec::<String>::new());
        ended
    }

    async fn clear(self) {
        self.vms.close().await;
        assert_eq!(self.house.traces(), Vec::<String>::new());
    }
}

#[test]
fn a_function_runs_in_a_machine_of_its_own() {
    as_root_and_user("a_function_runs_in_a_machine_of_its_own", async {
        let house = House::new();
        let Some(vms) = guests::microvms(&house) else { return };
        let mut running =
            guests::start(&vms, &house, house.spec(1), &["ids", "cwd", "ls=/var/task"]).await;
        let (text, event) = running.finish().await;
        assert_eq!((text.as_str(), event), ("993 990 1 1\n/var/task\nprobe\n", FINE));
        running.sandbox.destroy(Duration::from_secs(1)).await;
        vms.close().await;
        assert_eq!(house.traces(), Vec::<String>::new());
    });
}

#[test]
fn a_function_ends_in_a_restored_guest_as_in_a_jail() {
    as_root_and_user("a_function_ends_in_a_restored_guest_as_in_a_jail", async {
        let Some(stage) = Stage::set().await else { return };
        let begun = Instant::now();
        let running = stage.start(1, &["say=ready", "wait"]).await;
        running.read_until("ready").await;
        eprintln!("restore to a running function {:?}", begun.elapsed());
        running.sandbox.destroy(Duration::ZERO).await;
        for (verb, how) in
            [("exit=7", Exit::Code(7)), ("kill=9", Exit::Signal(9)), ("kill=11", Exit::Signal(11))]
        {
            let (text, event) = stage.run(&["say=hello", "warn=there", verb]).await;
            assert_eq!(text, "hello\nthere\n", "{verb}");
            assert_eq!(event, Event::Exited { how, out_of_memory: false }, "{verb}");
        }
        let (text, event) = stage.run(&["flood=10", "exit=0"]).await;
        assert_eq!((text.len(), event), (10 << 20, FINE));
        stage.clear().await;
    });
}

#[tokio::test]
async fn memory_is_bounded_and_tmp_apart_from_it() {
    let Some(stage) = Stage::set().await else { return };
    for (verbs, expected, ended) in [
        (&["eat=32", "exit=0"][..], "ate 32\n", FINE),
        (&["eat=1000"], "", KILLED),
        (&["fill=1000", "exit=0"], "wrote 256 ENOSPC\n", FINE),
        (&["fill=200", "eat=1000"], "wrote 200 ok\n", KILLED),
    ] {
        let mut running = stage.restore(1).await;
        let small = Bind { memory_mb: 64, ephemeral_mb: 256, ..stage.house.bind() };
        running.sandbox.bind(small).await.unwrap();
        running.sandbox.start(stage.house.start(verbs)).await.unwrap();
        let (text, event) = running.finish().await;
        assert_eq!((text.as_str(), event), (expected, ended), "{verbs:?}");
        running.sandbox.destroy(Duration::ZERO).await;
    }
    let mut running = stage.restore(1).await;
    let large = Bind { memory_mb: 1024, ..stage.house.bind() };
    assert!(matches!(running.sandbox.bind(large).await, Err(WallError::NotBound(_))));
    drop(running);
    stage.clear().await;
}

#[tokio::test]
async fn a_reset_a_freeze_and_a_grace_are_as_in_a_jail() {
    let Some(stage) = Stage::set().await else { return };
    let mut running = stage.start(1, &["touch=/tmp/kept", "orphan", "say=ready", "wait"]).await;
    running.read_until("ready").await;
    let other = Bind { code: stage.house.path("code/other"), ..stage.house.bind() };
    assert!(matches!(running.sandbox.bind(other).await, Err(WallError::NotBound(_))));
    running.sandbox.reset().await.unwrap();
    running.sandbox.start(stage.house.start(&["ls=/tmp", "chatter"])).await.unwrap();
    assert!(running.read_until("chatter\n").await.contains("kept\n"));
    running.sandbox.freeze().unwrap();
    let mut buffer = vec![0; 1 << 20];
    // What was under way comes, and then nothing.
    let quiet = async {
        while tokio::time::timeout(Duration::from_secs(1), running.log.read(&mut buffer))
            .await
            .is_ok()
        {}
    };
    tokio::time::timeout(Duration::from_secs(30), quiet).await.expect("it is frozen");
    running.sandbox.thaw().unwrap();
    running.read_until("chatter\n").await;
    running.sandbox.destroy(Duration::from_millis(100)).await;
    stage.clear().await;
}

/// Takes the next connection, sends all back that comes on it, and says how much that was.
async fn echo(running: &mut Running) -> usize {
    let door = running.sandbox.take_runtime_api();
    let connection = door.accept().await.unwrap();
    let (mut from, mut to) = tokio::io::split(connection);
    let (mut piece, mut echoed) = (vec![0; 100_000], 0);
    loop {
        match from.read(&mut piece).await.unwrap() {
            0 => break,
            read => {
                to.write_all(&piece[..read]).await.unwrap();
                echoed += read;
            }
        }
    }
    to.shutdown().await.unwrap();
    echoed
}

#[test]
fn payloads_pass_both_ways_whole() {
    as_root_and_user("payloads_pass_both_ways_whole", async {
        let Some(stage) = Stage::set().await else { return };
        let mut running = stage.start(1, &["pump=6", "exit=0"]).await;
        assert_eq!(echo(&mut running).await, 6 << 20);
        let (text, event) = running.finish().await;
        assert_eq!((text, event), (format!("pumped {} wrong 0\n", 6 << 20), FINE));
        running.sandbox.destroy(Duration::ZERO).await;
        stage.clear().await;
    });
}

#[tokio::test]
async fn a_function_goes_on_where_its_snapshot_was_taken() {
    let Some(stage) = Stage::set().await else { return };
    // One with code can only come of one that was booted.
    let (house, vms) = (&stage.house, &stage.vms);
    let again = stage.restore(1).await.sandbox;
    let refused = vms.snapshot(again, "again", BTreeMap::new()).await;
    assert!(matches!(refused, Err(WallError::NoSnapshot(_))), "{refused:?}");
    let mut running =
        guests::start(vms, house, house.spec(2), &["say=once", "ask=next?", "unique", "exit=0"])
            .await;
    running.read_until("once\n").await;
    let mut waits = connection(&mut running).await;
    let mut question = [0; 5];
    waits.read_exact(&mut question).await.unwrap();
    assert_eq!(&question, b"next?");
    let waiting = BTreeMap::from([(waits.channel().unwrap(), "next".to_string())]);
    let snapshot = vms.snapshot(running.sandbox, "started", waiting).await.unwrap();
    let mut seen = BTreeSet::new();
    for id in 3..13 {
        let hostname = format!("guest-{id}");
        let begun = Instant::now();
        let mut sandbox = vms.restore(&snapshot, SandboxId(id), &hostname).await.unwrap();
        let log = sandbox.take_logs().watch().unwrap();
        let mut resumed = sandbox.take_resumed();
        let mut one = resumed.pop().expect("the connection");
        assert!(resumed.is_empty() && one.waits_for.as_deref() == Some("next") && !one.endpoint);
        one.connection.write_all(b"answer").await.unwrap();
        let mut running = Running { sandbox, log };
        let mut text = running.read_until("answer\n").await;
        eprintln!("restore to an answer {:?}", begun.elapsed());
        let (rest, event) = running.finish().await;
        assert_eq!(event, FINE);
        text.push_str(&rest);
        let words: Vec<&str> = text.split_whitespace().skip(1).collect();
        assert_eq!(words[2], hostname);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        assert!(now.abs_diff(words[1].parse().unwrap()) < 60, "{text}");
        assert!(seen.insert(words[0].to_string()), "random numbers twice: {text}");
        running.sandbox.destroy(Duration::ZERO).await;
    }
    vms.forget("started").await;
    assert_eq!(vms.find_snapshot("started"), None);
    stage.clear().await;
}

async fn connection(running: &mut Running) -> Connection {
    let door = running.sandbox.take_runtime_api();
    door.accept().await.unwrap()
}

#[test]
fn a_monitor_has_no_right_and_sees_nothing_of_the_machine() {
    as_root_and_user("a_monitor_has_no_right_and_sees_nothing_of_the_machine", async {
        let Some(stage) = Stage::set().await else { return };
        let running = stage.start(1, &["wait"]).await;
        let [monitor] = guests::monitors(&stage.house)[..] else { panic!("not one monitor") };
        let process = format!("/proc/{}", monitor.as_raw_nonzero());
        let status = fs::read_to_string(format!("{process}/status")).unwrap();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":\t"));
            line.unwrap_or_else(|| panic!("no {name}")).to_string()
        };
        for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
            assert_eq!(u64::from_str_radix(&field(name), 16), Ok(0), "{name}");
        }
        assert_eq!((field("NoNewPrivs"), field("Seccomp")), ("1".into(), "2".into()));
        if common::is_root() {
            assert!(field("Uid").split('\t').all(|uid| uid.parse::<u32>().unwrap() >= 0x7000_0000));
            assert_eq!(field("Groups").trim(), "");
        }
        for kind in ["mnt", "pid", "net", "ipc", "uts", "cgroup"] {
            let of = |process: &str| fs::read_link(format!("{process}/ns/{kind}")).unwrap();
            assert_ne!(of(&process), of("/proc/self"), "{kind}");
        }
        let root = fs::read_dir(format!("{process}/root")).unwrap().flatten();
        let root: BTreeSet<_> =
            root.map(|entry| entry.file_name().into_string().unwrap()).collect();
        let known = ["bin", "dev", "etc", "gnu", "lib", "lib64", "nix", "proc", "usr", "workshop"];
        assert!(root.iter().all(|name| known.contains(&name.as_str())), "{root:?}");
        let etc = fs::read_dir(format!("{process}/root/etc")).unwrap();
        assert!(etc.count() <= 1);
        let writable = fs::read_to_string(format!("{process}/mounts")).unwrap();
        let writable = writable.lines().filter(|line| line.contains(" rw,"));
        let writable: Vec<_> = writable.filter(|line| !line.starts_with("proc ")).collect();
        let shut = |line: &str| line.contains(" /dev/") || line.contains(" /workshop ");
        assert!(writable.iter().all(|line| shut(line)), "{writable:#?}");
        running.sandbox.destroy(Duration::ZERO).await;
        stage.clear().await;
    });
}

#[tokio::test]
async fn a_guest_whose_monitor_dies_is_lost_and_leaves_nothing() {
    let Some(stage) = Stage::set().await else { return };
    let mut running = stage.start(1, &["say=ready", "wait"]).await;
    running.read_until("ready").await;
    for monitor in guests::monitors(&stage.house) {
        kill_process(monitor, Signal::KILL).unwrap();
    }
    assert_eq!(running.event().await, Event::Lost);
    assert!(matches!(running.sandbox.reset().await, Err(WallError::Lost)));
    stage.clear().await;
}

/// Where the server that is killed has its house.
const HOUSE: &str = "FIKA_TEST_HOUSE";

#[test]
fn after_a_killed_server_no_machine_is_left() {
    as_root_and_user("after_a_killed_server_no_machine_is_left", async {
        let house = House::new();
        let Some(vms) = guests::microvms(&house) else { return };
        drop(vms);
        let mut server = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "server_that_is_killed", "--ignored", "--nocapture"])
            .env(HOUSE, house.path(""))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        while !lines.next().unwrap().unwrap().ends_with("up") {}
        let monitors = guests::monitors(&house);
        assert_eq!(monitors.len(), 2);
        server.kill().unwrap();
        server.wait().unwrap();
        let vms = guests::microvms(&house).unwrap();
        assert_eq!(house.traces(), Vec::<String>::new());
        for monitor in monitors {
            assert!(!Path::new(&format!("/proc/{}", monitor.as_raw_nonzero())).exists());
        }
        assert!(vms.find_snapshot("base").is_some());
        vms.close().await;
    });
}

#[tokio::test]
#[ignore = "is the server of the test above"]
async fn server_that_is_killed() {
    let Some(place) = std::env::var_os(HOUSE).map(PathBuf::from) else { return };
    let house = House::new();
    let vms = guests::microvms_in(&place).unwrap();
    let sandbox = vms.create(house.spec(1)).await.unwrap();
    let snapshot = vms.snapshot(sandbox, "base", BTreeMap::new()).await.unwrap();
    let mut kept = Vec::new();
    for id in 2..=3 {
        kept.push(vms.restore(&snapshot, SandboxId(id), "guest").await.unwrap());
    }
    println!("up");
    std::future::pending::<()>().await;
}
