//! What a function in a jail or in a guest can call, between namespaces, with real servers. Needs root.
#![allow(clippy::unwrap_used)]

mod common;
mod guests;
#[path = "../../network/tests/world/mod.rs"]
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use common::{House, Running};
use fika_model::SandboxId;
use fika_network::{Mode, Networks};
use fika_sandbox::{Bind, Jail, MicroVms, Sandbox};
use world::{MACHINE, METADATA, PRIVATE, PUBLIC, RESOLVERS, World, world};

#[test]
fn a_function_calls_out_as_far_as_its_policy_allows() {
    on_a_machine(async |house, jail| {
        let all = [PUBLIC, PRIVATE, METADATA].concat().into_iter().chain(MACHINE);
        let verbs: Vec<String> = all.map(|address| format!("call={address}")).collect();
        let verbs: Vec<&str> = verbs.iter().map(String::as_str).collect();
        for (policy, reached) in [("open", &MACHINE[..2]), ("none", &[])] {
            let bind = Bind { egress: Some(policy.parse().unwrap()), ..house.bind() };
            let mut running =
                Running::start_in(&jail, house.spec(1), bind, house.start(&verbs)).await;
            let (seen, _) = running.finish().await;
            running.sandbox.destroy(Duration::ZERO).await;
            let refused = verbs.len() - reached.len();
            let expected = reached.iter().copied().chain(vec!["ECONNREFUSED"; refused]);
            assert_eq!(seen.lines().collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{policy}");
        }
    });
}

#[test]
fn a_function_of_an_ordinary_users_server_does_too_by_pasta() {
    let name = "a_function_of_an_ordinary_users_server_does_too_by_pasta";
    world::users::as_a_user(name, async || {
        let house = House::new();
        let mut jail = house.jail();
        let networks = jail.connect("open".parse().unwrap()).unwrap();
        assert_eq!(networks.mode().await, Mode::Pasta);
        let all = [PUBLIC, PRIVATE, METADATA].concat().into_iter().chain(MACHINE);
        let verbs: Vec<String> = all.map(|address| format!("call={address}")).collect();
        let mut verbs: Vec<&str> = verbs.iter().map(String::as_str).collect();
        let refused = verbs.len() - 2;
        // What a function could take its rules off with.
        verbs.extend([
            "touch=/proc/sys/net/ipv4/ip_forward",
            "try=unshare",
            "try=setns",
            "try=raw",
        ]);
        verbs.push("interfaces");
        let (seen, _) = common::run(&house, &jail, &verbs).await;
        let expected = MACHINE[..2].iter().copied().chain(vec!["ECONNREFUSED"; refused]);
        let expected = expected.chain(["EACCES", "ENOSYS", "ENOSYS", "ENOSYS", "lo", "eth0"]);
        assert_eq!(seen.lines().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        jail.close().await;
    });
}

#[test]
fn a_function_has_no_right_over_its_network_and_sees_its_resolvers() {
    on_a_machine(async |house, jail| {
        fs::write(house.path("image/etc/resolv.conf"), "").unwrap();
        let verbs = [
            "cat=/etc/resolv.conf",
            "touch=/etc/resolv.conf",
            "touch=/proc/sys/net/ipv4/ip_forward",
            "interfaces",
        ];
        let (seen, _) = common::run(&house, &jail, &verbs).await;
        assert!(seen.starts_with("nameserver "), "{seen}");
        assert!(seen.ends_with("EACCES\nEACCES\nlo\neth0\n"), "{seen}");
    });
}

#[test]
fn a_jail_that_closes_leaves_no_network() {
    let Some(world) = world() else { return };
    on_machine(&world, async |house, jail| {
        let running = Running::start(&house, &jail, 1, &["wait"]).await;
        let at_work = world.run("ip", &["-o", "link"]);
        assert!(at_work.contains("fk"), "{at_work}");
        jail.close().await;
        drop(running);
    });
    assert!(!world.run("ip", &["-o", "link"]).contains("fk"));
    assert_eq!(world.run("nft", &["list", "tables"]), "");
}

#[test]
fn a_guest_calls_out_as_far_as_a_jail_does() {
    with_guests(async |house, vms| {
        let sandbox = vms.create(house.spec(1)).await.unwrap();
        let verbs = ["interfaces", "cat=/etc/resolv.conf", "touch=/etc/resolv.conf"];
        let (mut calls, expected) = calls();
        calls.extend(RESOLVERS.map(|address| format!("resolver={address}")));
        let verbs = verbs.into_iter().chain(calls.iter().map(String::as_str));
        let verbs: Vec<&str> = verbs.collect();
        let mut running = begin(&house, sandbox, "open", &verbs).await;
        let (seen, _) = running.finish().await;
        running.sandbox.destroy(Duration::ZERO).await;
        let named = "nameserver 10.8.0.53\nnameserver fd08::53\noptions timeout:2 attempts:2\n";
        let calls = expected.join("\n");
        assert_eq!(seen, format!("lo\neth0\n{named}EACCES\n{calls}\nwho?\nwho?\n"));
    });
}

#[test]
fn a_restored_guest_is_somebody_else_on_the_network() {
    with_guests(async |house, vms| {
        let booted = vms.create(house.spec(1)).await.unwrap();
        let snapshot = vms.snapshot(booted, "base", BTreeMap::new()).await.unwrap();
        let restore = async |id| vms.restore(&snapshot, SandboxId(id), "guest").await.unwrap();

        let verbs = ["addresses", "say=", "wait"];
        let one = begin(&house, restore(2).await, "open", &verbs).await;
        let first = one.read_until("\n\n").await;
        let first: Vec<&str> = first.split_whitespace().collect();
        let (calls, expected) = calls();
        let calls = calls.into_iter().chain(first.iter().map(|address| format!("call={address}")));
        let verbs: Vec<String> =
            ["addresses".into(), "say=".into()].into_iter().chain(calls).collect();
        let verbs: Vec<&str> = verbs.iter().map(String::as_str).collect();
        for (id, policy) in [(3, "open"), (4, "none")] {
            let mut two = begin(&house, restore(id).await, policy, &verbs).await;
            let (seen, _) = two.finish().await;
            two.sandbox.destroy(Duration::ZERO).await;
            let (own, seen) = seen.split_once("\n\n").unwrap();
            let own: Vec<&str> = own.lines().collect();
            assert!(own.len() == 2 && first.len() == 2, "{own:?} {first:?}");
            assert!(own.iter().all(|address| !first.contains(address)), "{own:?} {first:?}");
            let refused = vec!["ECONNREFUSED"; expected.len() + 2];
            let expected = match policy {
                "open" => [&expected[..], &refused[..2]].concat(),
                _ => refused,
            };
            assert_eq!(seen.lines().collect::<Vec<_>>(), expected, "{policy}");
        }
        one.sandbox.destroy(Duration::ZERO).await;
    });
}

/// Calls to all there is, and what comes of each under the policy `open`.
fn calls() -> (Vec<String>, Vec<&'static str>) {
    let refused = [PRIVATE, METADATA].concat().into_iter().chain(MACHINE);
    let all = PUBLIC.into_iter().chain(refused);
    let calls: Vec<String> = all.map(|address| format!("call={address}")).collect();
    let expected = [&MACHINE[..2], &vec!["ECONNREFUSED"; calls.len() - 2]].concat();
    (calls, expected)
}

/// Starts the program of the tests in a guest, under a policy.
async fn begin(house: &House, mut sandbox: Sandbox, policy: &str, verbs: &[&str]) -> Running {
    let log = sandbox.take_logs().watch().unwrap();
    let bind = Bind { egress: Some(policy.parse().unwrap()), ..house.bind() };
    sandbox.bind(bind).await.unwrap();
    sandbox.start(house.start(verbs)).await.unwrap();
    Running { sandbox, log }
}

/// Runs a test on a machine of its own whose guests have networks, of which nothing may be left.
fn with_guests(test: impl AsyncFnOnce(House, &MicroVms) + Send) {
    let Some(world) = world() else { return };
    let traces = |world: &World| {
        let seen = [world.run("ip", &["-o", "link"]), world.run("nft", &["list", "tables"])];
        seen.concat().lines().filter(|line| line.contains("fk") || line.contains("fika")).count()
    };
    on_a_loop(&world, async || {
        let house = House::new();
        fs::write(house.path("image/etc/resolv.conf"), "").unwrap();
        let networks = Arc::new(Networks::open(world::options("open")));
        assert_eq!(networks.mode().await, Mode::Veth);
        let Some(vms) = guests::networked(&house, &networks) else { return };
        assert!(traces(&world) > 0);
        test(house, &vms).await;
        vms.close().await;
        networks.close().await;
    });
    assert_eq!(traces(&world), 0);
}

/// A fake, which opens no device but looks for it where the real one would.
#[test]
fn a_firecracker_finds_the_tap_of_its_guest() {
    let Some(world) = world() else { return };
    on_a_loop(&world, async || {
        let house = House::new();
        let networks = Arc::new(Networks::open(world::options("open")));
        assert_eq!(networks.mode().await, Mode::Veth);
        let vms = guests::faked(&house, "", Some(networks.clone())).unwrap();
        let first = vms.create(house.spec(1)).await.unwrap();
        let snapshot = vms.snapshot(first, "empty", BTreeMap::new()).await.unwrap();
        let sandbox = vms.restore(&snapshot, SandboxId(2), "guest").await.unwrap();
        sandbox.destroy(Duration::ZERO).await;
        vms.close().await;
        networks.close().await;
    });
}

/// Runs a test on a machine of its own, with a jail that is connected.
fn on_a_machine(test: impl AsyncFnOnce(House, Jail) + Send) {
    let Some(world) = world() else { return };
    on_machine(&world, test);
}

fn on_machine(world: &World, test: impl AsyncFnOnce(House, Jail) + Send) {
    on_a_loop(world, async || {
        let house = House::new();
        let mut jail = house.jail();
        let networks = jail.connect("open".parse().unwrap()).unwrap();
        assert_eq!(networks.mode().await, Mode::Veth);
        test(house, jail).await;
    });
}

/// Runs a test on a machine: all threads of its event loop begin on one there.
fn on_a_loop(world: &World, test: impl AsyncFnOnce() + Send) {
    world.on_machine(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(test());
    });
}
