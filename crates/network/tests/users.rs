//! What sandboxes of an ordinary user's server reach, by pasta, between namespaces, with real
//! servers. Needs root, to make a machine on which there is an ordinary user.

#![allow(clippy::unwrap_used)]

mod world;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::process::Command;
use std::time::Duration;

use fika_network::{Lease, Mode, NetworkOptions, Networks};
use world::users::{able_world, as_a_user, start, user};
use world::{MACHINE, METADATA, PRIVATE, PUBLIC, RESOLVERS};

const KEEPER: &str = env!("CARGO_BIN_EXE_fika-netkeeper");
const REFUSED: &str = "ECONNREFUSED";

#[test]
fn open_is_the_internet_and_resolvers_and_nothing_else() {
    as_a_user("open_is_the_internet_and_resolvers_and_nothing_else", async || {
        let networks = networks("open");
        assert_eq!(networks.mode().await, Mode::Pasta);
        let lease = networks.lease().await.unwrap().unwrap();
        let before = [PUBLIC, PRIVATE, METADATA].concat();
        assert_eq!(call(&lease, &before), [REFUSED; 6], "before there is a policy");
        lease.set_policy(None).await.unwrap();
        assert_eq!(call(&lease, &PUBLIC), MACHINE[..2], "servers see the machine");
        let refused: Vec<_> = [PRIVATE, METADATA].concat().into_iter().chain(MACHINE).collect();
        assert_eq!(call(&lease, &refused), [REFUSED; 8]);
        assert_eq!(call(&lease, &RESOLVERS), [REFUSED; 2], "what else a resolver serves");
        let questions = RESOLVERS.map(|address| format!("dns={address}"));
        assert_eq!(call(&lease, &questions), ["who?"; 2]);
    });
}

#[test]
fn policies_hold_for_each_and_the_operators_for_all() {
    as_a_user("policies_hold_for_each_and_the_operators_for_all", async || {
        let networks = networks("allow=open,10.9.0.0/16");
        let (a, b) = (networks.lease().await.unwrap(), networks.lease().await.unwrap());
        let (a, b) = (a.unwrap(), b.unwrap());
        a.set_policy(Some(&"none".parse().unwrap())).await.unwrap();
        assert_eq!(call(&a, &[PUBLIC[0], PUBLIC[1], PRIVATE[0]]), [REFUSED; 3]);
        b.set_policy(Some(&"allow=0.0.0.0/0,::/0".parse().unwrap())).await.unwrap();
        assert_eq!(call(&b, &[PUBLIC[0], PRIVATE[0]]), [MACHINE[0]; 2]);
        let refused: Vec<String> = [PRIVATE[1], METADATA[0], METADATA[1], "127.0.0.1", "::1"]
            .into_iter()
            .chain(MACHINE)
            .map(str::to_owned)
            .chain([a.addresses().v4.to_string(), a.addresses().v6.to_string()])
            .collect();
        assert_eq!(call(&b, &refused), [REFUSED; 11]);
    });
}

#[test]
fn addresses_that_the_machine_is_given_later_are_refused_too() {
    let Some(world) = able_world() else { return };
    let addresses = ["198.51.100.77", "2001:db8::77"];
    let mut user = start(&world, "a_user_who_waits_for_addresses");
    let mut lines = BufReader::new(user.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().ends_with("now")), "the server came up");
    for address in addresses {
        world.on_machine(|| world::ip(&format!("addr add {address} dev lo nodad"))).unwrap();
    }
    let seen: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(user.wait().unwrap().success(), "{seen:?}");
}

/// Calls what nobody has, until it is refused because the machine has it.
#[tokio::test]
#[ignore = "started by another test, as an ordinary user"]
#[allow(clippy::print_stdout, reason = "it is heard by the test")]
async fn a_user_who_waits_for_addresses() {
    let networks = networks("open");
    let lease = networks.lease().await.unwrap().unwrap();
    lease.set_policy(None).await.unwrap();
    println!("now");
    for address in ["198.51.100.77", "2001:db8::77"] {
        while call(&lease, &[address]) != [REFUSED] {}
    }
}

#[test]
fn nothing_is_left_of_a_server_that_is_killed() {
    let Some(world) = able_world() else { return };
    for whom in ["server", "fika-netkeeper", "pasta"] {
        let mut user = start(&world, "a_user_who_is_killed");
        let mut lines = BufReader::new(user.stdout.take().unwrap()).lines();
        let pid =
            lines.find_map(|line| line.unwrap().split_once("pid ").map(|(_, n)| n.to_owned()));
        let pid: i32 = pid.unwrap().trim().parse().unwrap();
        // pasta forks once to be what it is, and what it was may take a moment to end.
        let family =
            std::iter::repeat_with(|| descendants(pid)).find(|family| family.len() == 3).unwrap();
        let names = || family.iter().map(|&(pid, ref name)| (pid, name.as_str()));
        let victim = names().find(|(_, name)| *name == whom).map_or(pid, |(pid, _)| pid);
        let ends: Vec<_> = names().map(|(pid, _)| world::watch(pid)).collect();
        world::kill(victim);
        ends.into_iter().for_each(world::gone);
        if victim == pid {
            user.wait().unwrap();
        } else {
            // Another keeper takes the place of the one that ended.
            let again = lines.next().unwrap().unwrap();
            assert!(again.ends_with("again"), "{again}");
            world::kill(pid);
            user.wait().unwrap();
        }
    }
}

/// Has a network until killed; when its keeper is, another.
#[tokio::test]
#[ignore = "started by another test, as an ordinary user"]
#[allow(clippy::print_stdout, reason = "it is heard by the test")]
async fn a_user_who_is_killed() {
    let networks = networks("open");
    let lease = networks.lease().await.unwrap().unwrap();
    lease.set_policy(None).await.unwrap();
    println!("pid {}", std::process::id());
    while lease.set_policy(None).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let next = networks.lease().await.unwrap().unwrap();
    next.set_policy(None).await.unwrap();
    assert_eq!(call(&next, &PUBLIC), MACHINE[..2]);
    println!("again");
    std::future::pending::<()>().await;
}

#[test]
fn nothing_runs_where_nothing_may_be_reached_and_nothing_after_the_end() {
    as_a_user("nothing_runs_where_nothing_may_be_reached_and_nothing_after_the_end", async || {
        let own = std::process::id() as i32;
        let none = networks("none");
        assert!(none.lease().await.unwrap().is_none());
        // The rules of a killed server are looked for, once.
        while !descendants(own).is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let networks = networks("open");
        let lease = networks.lease().await.unwrap().unwrap();
        lease.set_policy(None).await.unwrap();
        assert_eq!(descendants(own).len(), 3);
        networks.close().await;
        assert_eq!(descendants(own), []);
        assert_ne!(call(&lease, &PUBLIC[..1]), MACHINE[..1]);
        networks.lease().await.expect_err("a network of a closed server");
    });
}

#[test]
fn where_pasta_cannot_run_there_is_loopback_and_a_reason() {
    let Some(world) = able_world() else { return };
    let closed = "mount -t tmpfs tmpfs /mnt && mknod -m 600 /mnt/tun c 10 200 && \
        mount --bind /mnt/tun /dev/net/tun";
    let ended = world.on_machine(|| user(closed, "a_user_without_a_device").status().unwrap());
    assert!(ended.success());
}

#[tokio::test]
#[ignore = "started by another test, as an ordinary user"]
async fn a_user_without_a_device() {
    let networks = networks("open");
    let Mode::Loopback { why } = networks.mode().await else { panic!("there is a way out") };
    assert!(why.contains("/dev/net/tun"), "{why}");
    assert!(networks.lease().await.unwrap().is_none());
}

fn networks(egress: &str) -> Networks {
    Networks::open(NetworkOptions { keeper: Some(KEEPER.into()), ..world::options(egress) })
}

/// What a program in a sandbox's network sees when it calls.
fn call(lease: &Lease, what: &[impl AsRef<str>]) -> Vec<String> {
    let path = |fd: BorrowedFd<'_>| format!("/proc/{}/fd/{}", std::process::id(), fd.as_raw_fd());
    let mut call = Command::new("nsenter");
    call.arg(format!("--user={}", path(lease.user().unwrap())));
    call.arg(format!("--net={}", path(lease.namespace())));
    call.args(["--preserve-credentials", "python3"]);
    call.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/world/call.py"));
    let output = call.args(what.iter().map(AsRef::as_ref)).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The processes that come of one, by number and name.
fn descendants(of: i32) -> Vec<(i32, String)> {
    let stat = |pid: i32| fs::read_to_string(format!("/proc/{pid}/stat")).ok();
    let parse = |text: String| {
        let (head, tail) = text.rsplit_once(')')?;
        let (pid, name) = head.split_once(" (")?;
        let parent = tail.split_whitespace().nth(1)?.parse::<i32>().ok()?;
        Some((pid.parse::<i32>().ok()?, name.to_owned(), parent))
    };
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let all: Vec<_> = pids.filter_map(|pid| parse(stat(pid)?)).collect();
    let mut found = vec![of];
    let mut at = 0;
    while at < found.len() {
        let parent = found[at];
        found.extend(all.iter().filter(|one| one.2 == parent).map(|one| one.0));
        at += 1;
    }
    let named = all.into_iter().filter(|one| one.0 != of && found.contains(&one.0));
    named.map(|(pid, name, _)| (pid, name)).collect()
}
