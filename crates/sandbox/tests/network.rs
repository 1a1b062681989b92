//! What a function in a jail can call, between namespaces, with real servers. Needs root.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "../../network/tests/world/mod.rs"]
mod world;

use std::fs;
use std::time::Duration;

use common::{House, Running};
use fika_network::Mode;
use fika_sandbox::{Bind, Jail};
use world::{MACHINE, METADATA, PRIVATE, PUBLIC, World, world};

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

/// Runs a test on a machine of its own, with a jail that is connected.
fn on_a_machine(test: impl AsyncFnOnce(House, Jail) + Send) {
    let Some(world) = world() else { return };
    on_machine(&world, test);
}

fn on_machine(world: &World, test: impl AsyncFnOnce(House, Jail) + Send) {
    // All threads of this event loop begin on this one, and so on the machine.
    world.on_machine(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let house = House::new();
            let mut jail = house.jail();
            let networks = jail.connect("open".parse().unwrap()).unwrap();
            assert_eq!(networks.mode().await, Mode::Veth);
            test(house, jail).await;
        });
    });
}
