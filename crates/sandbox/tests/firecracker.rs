//! The Firecracker driver: its process behind its wall, its files, and every call of its API.
//!
//! Against a fake of the API that is as strict as the real one and runs no guest (`fakes/firecracker`),
//! so this runs anywhere. `make test-firecracker` has real guests run by the real one.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;
mod guests;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::{House, Running, as_root_and_user};
use fika_model::error::chain;
use fika_model::{SandboxId, WallKind};
use fika_sandbox::microvm::firecracker::Firecracker;
use fika_sandbox::{Bind, Event, Exit, Kvm, MicroVms, Sandbox, WallError};
use rustix::process::{Signal, kill_process};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const FINE: Event = Event::Exited { how: Exit::Code(0), out_of_memory: false };

/// MicroVMs of the fake, which is to do this wrong.
fn faked(house: &House, wrong: &str) -> Result<MicroVms, WallError> {
    guests::faked(house, wrong, None)
}

/// Nothing is left of any guest: no process, no mount, no cgroup, no directory.
fn assert_clean(house: &House) {
    assert_eq!(house.traces(), Vec::<String>::new());
    assert_eq!(workshops(house), Vec::<PathBuf>::new());
}

fn workshops(house: &House) -> Vec<PathBuf> {
    let place = fs::read_dir(house.path("state/workshops")).unwrap();
    place.flatten().map(|entry| entry.path()).collect()
}

async fn watched(mut sandbox: Sandbox) -> Running {
    let log = sandbox.take_logs().watch().unwrap();
    Running { sandbox, log }
}

#[test]
fn a_machine_is_made_bound_and_gone() {
    as_root_and_user("a_machine_is_made_bound_and_gone", async {
        let house = House::new();
        let vms = faked(&house, "").unwrap();
        assert_eq!((vms.kind(), vms.version()), (WallKind::Firecracker, "Firecracker v1.17.0"));
        let mut running = watched(vms.create(house.spec(1)).await.unwrap()).await;
        running.sandbox.bind(house.bind()).await.unwrap();
        running.sandbox.start(house.start(&["say=hello"])).await.unwrap();
        assert_eq!(running.finish().await, ("sandbox.test: hello\n".into(), FINE));
        running.sandbox.reset().await.unwrap();
        running.sandbox.start(house.start(&["wait"])).await.unwrap();
        running.sandbox.destroy(Duration::from_secs(1)).await;
        assert_clean(&house);
        vms.close().await;
    });
}

#[test]
fn a_restored_machine_goes_on_over_a_stream_of_its_own() {
    as_root_and_user("a_restored_machine_goes_on_over_a_stream_of_its_own", async {
        let house = House::new();
        let vms = faked(&house, "").unwrap();
        let empty = vms.create(house.spec(1)).await.unwrap();
        let empty = vms.snapshot(empty, "empty", BTreeMap::new()).await.unwrap();
        let mut first = watched(vms.create(house.spec(2)).await.unwrap()).await;
        first.sandbox.bind(house.bind()).await.unwrap();
        first.sandbox.start(house.start(&["ask=next?"])).await.unwrap();
        let mut asked = first.sandbox.take_runtime_api().accept().await.unwrap();
        let mut question = [0; 5];
        asked.read_exact(&mut question).await.unwrap();
        assert_eq!(&question, b"next?");
        let waits = BTreeMap::from([(asked.channel().unwrap(), "next".to_string())]);
        let bound = vms.snapshot(first.sandbox, "bound", waits).await.unwrap();
        assert_clean(&house);
        let mut both = Vec::new();
        for id in 3..5 {
            let name = format!("guest-{id}");
            let mut running =
                watched(vms.restore(&bound, SandboxId(id), &name).await.unwrap()).await;
            let mut resumed = running.sandbox.take_resumed();
            let mut next = resumed.pop().unwrap();
            assert_eq!((next.waits_for.as_deref(), resumed.len()), (Some("next"), 0));
            next.connection.write_all(name.as_bytes()).await.unwrap();
            assert_eq!(running.finish().await, (format!("{name}: {name}\n"), FINE));
            both.push(running.sandbox);
        }
        for sandbox in both {
            sandbox.destroy(Duration::ZERO).await;
        }
        // One without code is given some, and cannot be written down again.
        let mut running = watched(vms.restore(&empty, SandboxId(9), "late").await.unwrap()).await;
        running.sandbox.bind(house.bind()).await.unwrap();
        running.sandbox.start(house.start(&["say=bound"])).await.unwrap();
        assert_eq!(running.finish().await, ("late: bound\n".into(), FINE));
        let again = vms.snapshot(running.sandbox, "again", BTreeMap::new()).await;
        assert!(matches!(again, Err(WallError::NoSnapshot(_))), "{again:?}");
        assert_clean(&house);
        vms.close().await;
    });
}

#[tokio::test]
async fn a_snapshot_is_sparse_and_nobody_writes_to_it() {
    let house = House::new();
    let vms = faked(&house, "").unwrap();
    let sandbox = vms.create(house.spec(1)).await.unwrap();
    vms.snapshot(sandbox, "empty", BTreeMap::new()).await.unwrap();
    for name in ["memory", "state"] {
        let file = fs::metadata(house.path(&format!("state/snapshots/empty/{name}"))).unwrap();
        assert_eq!((file.mode() & 0o777, file.nlink()), (0o444, 1), "{name}");
        assert!(file.blocks() * 512 < 1 << 20, "{name}");
        assert_eq!(file.uid(), rustix::process::geteuid().as_raw(), "{name}");
    }
    vms.close().await;
}

#[tokio::test]
async fn what_firecracker_says_is_told_and_nothing_stays() {
    for (wrong, expected) in [
        ("refuses-vsock", "Firecracker refuses PUT /vsock: /vsock is refused, as it is to be"),
        (
            "refuses-actions",
            "Firecracker refuses PUT /actions: /actions is refused, as it is to be",
        ),
        ("dies", "cannot build the wall: Firecracker: Error: the guest cannot be started"),
    ] {
        let house = House::new();
        let vms = faked(&house, wrong).unwrap();
        let error = vms.create(house.spec(1)).await.map(drop).unwrap_err();
        assert!(chain(&error).ends_with(expected), "{}", chain(&error));
        assert_clean(&house);
        vms.close().await;
    }
}

#[tokio::test]
async fn a_snapshot_or_a_disk_that_is_refused_is_an_error() {
    let house = House::new();
    let vms = faked(&house, "refuses-snapshot").unwrap();
    let sandbox = vms.create(house.spec(1)).await.unwrap();
    let error = vms.snapshot(sandbox, "none", BTreeMap::new()).await.unwrap_err();
    assert!(chain(&error).contains("refuses PUT /snapshot/create"), "{}", chain(&error));
    assert_eq!(vms.find_snapshot("none"), None);
    assert_clean(&house);
    // A function that is larger than what the sandbox was made for.
    let mut sandbox = vms.create(house.spec(1)).await.unwrap();
    let large = Bind { memory_mb: 4096, ..house.bind() };
    assert!(matches!(sandbox.bind(large).await, Err(WallError::NotBound(_))));
    drop(sandbox);
    vms.close().await;
    assert_clean(&house);
}

#[tokio::test]
async fn one_that_is_killed_is_lost_and_leaves_nothing() {
    let house = House::new();
    let vms = faked(&house, "").unwrap();
    let mut running = watched(vms.create(house.spec(1)).await.unwrap()).await;
    running.sandbox.bind(house.bind()).await.unwrap();
    running.sandbox.start(house.start(&["wait"])).await.unwrap();
    let [monitor] = guests::monitors(&house)[..] else { panic!("not one monitor") };
    kill_process(monitor, Signal::KILL).unwrap();
    assert_eq!(running.event().await, Event::Lost);
    drop(running);
    vms.close().await;
    assert_clean(&house);
}

#[test]
fn a_monitor_finds_a_directory_that_is_shut_and_nothing_else() {
    as_root_and_user("a_monitor_finds_a_directory_that_is_shut_and_nothing_else", async {
        let house = House::new();
        let vms = faked(&house, "").unwrap();
        let sandbox = vms.create(house.spec(1)).await.unwrap();
        let [monitor] = guests::monitors(&house)[..] else { panic!("not one monitor") };
        let process = format!("/proc/{}", monitor.as_raw_nonzero());
        let mounts = fs::read_to_string(format!("{process}/mounts")).unwrap();
        let workshop = mounts.lines().find(|line| line.contains(" /workshop ")).unwrap();
        for flag in ["nosuid", "nodev", "noexec"] {
            assert!(workshop.contains(flag), "{workshop}");
        }
        let [workshop] = &workshops(&house)[..] else { panic!("not one workshop") };
        let mut names: Vec<_> = fs::read_dir(workshop)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["api", "code", "layers", "root", "vsock", "vsock_1024"]);
        let mode = fs::metadata(workshop).unwrap().mode() & 0o777;
        assert_eq!(mode, if common::is_root() { 0o750 } else { 0o500 });
        sandbox.destroy(Duration::ZERO).await;
        assert_clean(&house);
        vms.close().await;
    });
}

#[test]
fn one_that_is_too_old_is_none() {
    let house = House::new();
    let refused = faked(&house, "old").map(drop).unwrap_err();
    assert!(
        refused.to_string().contains("v1.7.0\" is no Firecracker of version 1.14"),
        "{refused}"
    );
    let missing = Firecracker::at(&house.path("nothing")).map(drop).unwrap_err();
    assert!(matches!(missing, WallError::Spawn(_)), "{missing}");
}

/// The one that is installed, on whatever KVM there is: as far as the start of a guest it says yes
/// to all that the fake does. Whether a guest then runs is for `make test-firecracker`.
#[tokio::test]
async fn the_real_one_takes_the_same_calls() {
    let firecracker = match Firecracker::find() {
        Ok(firecracker) if Path::new("/dev/kvm").exists() => firecracker,
        Ok(_) => return eprintln!("skipped: no /dev/kvm"),
        Err(error) => return eprintln!("skipped: {error}"),
    };
    let kernel = match guests::kernel() {
        Ok(kernel) => kernel,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let house = House::new();
    let vms = guests::of(&house.path(""), Box::new(firecracker), kernel, None);
    match vms.create(house.spec(1)).await {
        Ok(sandbox) => sandbox.destroy(Duration::ZERO).await,
        Err(error @ (WallError::Silent(_) | WallError::Build(_))) => {
            assert!(!Kvm::measure().is_usable(), "{}", chain(&error));
            eprintln!("no guest runs on this machine's KVM: {}", chain(&error));
        }
        Err(error) => assert!(chain(&error).contains("PUT /actions"), "{}", chain(&error)),
    }
    assert_clean(&house);
    vms.close().await;
}
