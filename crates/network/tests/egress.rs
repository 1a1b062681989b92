//! What sandboxes reach, between namespaces, with real servers.

#![allow(clippy::unwrap_used)]

mod world;

use std::io::{BufRead, BufReader};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{Command, Stdio};

use fika_network::{Addresses, NetworkOptions, Networks, namespace};
use world::{
    MACHINE, METADATA, PRIVATE, PUBLIC, RESOLVERS, World, ask, assert_refused, call, world,
};

#[tokio::test]
async fn a_sandbox_reaches_nothing_before_it_has_a_policy() {
    let Some(world) = world() else { return };
    let networks = world.networks("open");
    let lease = networks.lease().await.unwrap().unwrap();
    for address in [PUBLIC, PRIVATE, METADATA].concat() {
        assert_refused(call(&lease, address), address);
    }
    for address in MACHINE {
        assert_refused(call(&lease, address), address);
    }
    for resolver in RESOLVERS {
        ask(&lease, resolver).expect_err(resolver);
    }
}

#[tokio::test]
async fn open_is_the_internet_and_resolvers_and_nothing_else() {
    let Some(world) = world() else { return };
    let networks = world.networks("open");
    let lease = networks.lease().await.unwrap().unwrap();
    lease.set_policy(None).await.unwrap();
    // Servers see the machine, not the sandbox.
    assert_eq!(call(&lease, PUBLIC[0]).unwrap(), MACHINE[0]);
    assert_eq!(call(&lease, PUBLIC[1]).unwrap(), MACHINE[1]);
    for resolver in RESOLVERS {
        ask(&lease, resolver).expect(resolver);
        assert_refused(call(&lease, resolver), "what else a resolver serves");
    }
    for address in [PRIVATE, METADATA].concat().into_iter().chain(MACHINE) {
        assert_refused(call(&lease, address), address);
    }
}

#[tokio::test]
async fn none_is_nothing_even_where_others_may_call_out() {
    let Some(world) = world() else { return };
    let networks = world.networks("open");
    let lease = networks.lease().await.unwrap().unwrap();
    lease.set_policy(Some(&"none".parse().unwrap())).await.unwrap();
    for address in [PUBLIC, PRIVATE].concat() {
        assert_refused(call(&lease, address), address);
    }
    ask(&lease, RESOLVERS[0]).expect_err("no names either");
}

#[tokio::test]
async fn allowed_ranges_are_reached_and_the_rest_is_not() {
    let Some(world) = world() else { return };
    let networks = world.networks("allow=10.9.0.0/16,fd09::/16");
    let lease = networks.lease().await.unwrap().unwrap();
    lease.set_policy(None).await.unwrap();
    for address in PRIVATE {
        call(&lease, address).expect(address);
    }
    for resolver in RESOLVERS {
        ask(&lease, resolver).expect(resolver);
    }
    for address in [PUBLIC, METADATA].concat().into_iter().chain(MACHINE) {
        assert_refused(call(&lease, address), address);
    }
}

#[tokio::test]
async fn even_everything_is_neither_the_machine_nor_metadata() {
    let Some(world) = world() else { return };
    let networks = world.networks("allow=0.0.0.0/0,::/0");
    let (lease, other) = (networks.lease().await.unwrap(), networks.lease().await.unwrap());
    let (lease, other) = (lease.unwrap(), other.unwrap());
    lease.set_policy(None).await.unwrap();
    other.set_policy(None).await.unwrap();
    for address in [PUBLIC, PRIVATE].concat() {
        call(&lease, address).expect(address);
    }
    for address in METADATA.into_iter().chain(MACHINE) {
        assert_refused(call(&lease, address), address);
    }
    let others = other.addresses();
    assert_refused(call(&lease, &others.v4.to_string()), "another sandbox");
    assert_refused(call(&lease, &others.v6.to_string()), "another sandbox");
}

#[tokio::test]
async fn a_function_is_allowed_no_more_than_the_operator_allows() {
    let Some(world) = world() else { return };
    let networks = world.networks("open");
    let lease = networks.lease().await.unwrap().unwrap();
    let everything = "allow=open,0.0.0.0/0,::/0".parse().unwrap();
    lease.set_policy(Some(&everything)).await.unwrap();
    for (public, private) in PUBLIC.iter().zip(PRIVATE) {
        call(&lease, public).expect(public);
        assert_refused(call(&lease, private), private);
    }
    let narrow = "allow=198.51.100.0/24".parse().unwrap();
    lease.set_policy(Some(&narrow)).await.unwrap();
    call(&lease, PUBLIC[0]).expect("what both allow");
    assert_refused(call(&lease, PUBLIC[1]), "what the function does not");
}

#[tokio::test]
async fn nobody_calls_into_a_sandbox() {
    let Some(world) = world() else { return };
    let networks = world.networks("open");
    let lease = networks.lease().await.unwrap().unwrap();
    lease.set_policy(None).await.unwrap();
    let listen = || std::net::TcpListener::bind(("::", world::HTTP));
    let _listening = namespace::visit(lease.namespace(), listen).unwrap();
    for address in [lease.addresses().v4.to_string(), lease.addresses().v6.to_string()] {
        world::call_from(&world.machine, &address).expect_err("the machine calls");
        // As a neighbour would who takes the machine for a router.
        let via = if address.contains(':') { "2001:db8:2::2" } else { "192.0.2.2" };
        visit_ip(world.internet.as_fd(), &format!("route add {address} via {via}"));
        world::call_from(&world.internet, &address).expect_err("a neighbour calls");
    }
}

#[tokio::test]
async fn a_sandbox_cannot_say_it_is_another() {
    let Some(world) = world() else { return };
    let networks = world.networks("open");
    let (lease, other) = (networks.lease().await.unwrap(), networks.lease().await.unwrap());
    let (lease, other) = (lease.unwrap(), other.unwrap());
    lease.set_policy(None).await.unwrap();
    other.set_policy(None).await.unwrap();
    // The most that somebody with rights over the namespace could do.
    let Addresses { v4, v6 } = other.addresses();
    visit_ip(lease.namespace(), &format!("addr add {v4}/32 dev lo"));
    visit_ip(lease.namespace(), &format!("addr add {v6}/128 dev lo nodad"));
    for (from, to) in [(v4.to_string(), PUBLIC[0]), (v6.to_string(), PUBLIC[1])] {
        visit_ip(lease.namespace(), &format!("route add {to} dev eth0 src {from}"));
        call(&lease, to).expect_err("an answer for another's address");
        visit_ip(lease.namespace(), &format!("route del {to}"));
        call(&lease, to).expect("an answer for its own");
    }
}

#[tokio::test]
async fn nothing_is_left_when_the_server_ends() {
    let Some(world) = world() else { return };
    let before = settings(&world);
    let networks = world.networks("open");
    let lease = networks.lease().await.unwrap().unwrap();
    assert!(world.run("nft", &["list", "tables"]).contains("fika_0badcafe"));
    assert!(world.run("ip", &["link"]).contains("fk0badcafe"));
    assert_ne!(settings(&world), before);
    networks.close().await;
    assert_eq!(traces(&world), "");
    assert_eq!(settings(&world), before);
    networks.lease().await.expect_err("a network of a closed server");
    call(&lease, PUBLIC[0]).expect_err("a call through a closed server");
}

#[tokio::test]
async fn two_servers_do_not_disturb_each_other() {
    let Some(world) = world() else { return };
    let first = world.networks("open");
    let options = NetworkOptions { instance: "0badcaff".into(), ..world::options("open") };
    let second = world.on_machine(|| Networks::open(options));
    let (a, b) = (first.lease().await.unwrap().unwrap(), second.lease().await.unwrap().unwrap());
    a.set_policy(None).await.unwrap();
    b.set_policy(None).await.unwrap();
    call(&a, &b.addresses().v4.to_string()).expect_err("a sandbox of another server");
    first.close().await;
    for address in PUBLIC {
        call(&b, address).expect(address);
    }
}

/// What a server leaves that is killed.
fn killed() -> Option<World> {
    let world = world()?;
    let mut child = world.on_machine(|| {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "a_server_that_is_killed", "--ignored", "--nocapture"]);
        child.stdout(Stdio::piped()).spawn().unwrap()
    });
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains(UP)), "the server came up");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(world.run("nft", &["list", "tables"]).contains("fika_0badcafe"), "rules were left");
    Some(world)
}

#[tokio::test]
async fn the_next_start_removes_what_a_killed_server_left() {
    let Some(world) = killed() else { return };
    let networks = world.networks("open");
    let lease = networks.lease().await.unwrap().unwrap();
    lease.set_policy(None).await.unwrap();
    call(&lease, PUBLIC[0]).unwrap();
    networks.close().await;
    assert_eq!(traces(&world), "");
}

#[tokio::test]
async fn the_next_start_of_another_server_removes_rules_without_a_link_and_no_others() {
    let Some(world) = killed() else { return };
    let open = |instance: &str| {
        let options = NetworkOptions { instance: instance.into(), ..world::options("open") };
        world.on_machine(|| Networks::open(options))
    };
    // The kernel takes the links of a dead process away in its own time.
    while world.run("ip", &["link"]).contains("fk0badcafe") {}
    let first = open("0badcaf1");
    first.lease().await.unwrap().unwrap();
    let second = open("0badcaf2");
    let lease = second.lease().await.unwrap().unwrap();
    let tables = world.run("nft", &["list", "tables"]);
    let is_there = |instance: &str| tables.contains(&format!("fika_{instance}"));
    let there = ["0badcafe", "0badcaf1", "0badcaf2"].map(is_there);
    assert_eq!(there, [false, true, true], "{tables}");
    lease.set_policy(None).await.unwrap();
    for address in MACHINE {
        assert_refused(call(&lease, address), address);
    }
    call(&lease, PUBLIC[0]).unwrap();
}

#[tokio::test]
async fn a_next_start_without_networks_removes_it_too() {
    let Some(world) = killed() else { return };
    drop(world.networks("none"));
    assert_eq!(traces(&world), "");
}

const UP: &str = "the server is up";

/// The server of the test above. By itself it would do what is asked of it to this machine.
#[tokio::test]
#[ignore = "started by another test, to be killed"]
#[allow(clippy::print_stdout, reason = "it is heard by the test")]
async fn a_server_that_is_killed() {
    let networks = Networks::open(world::options("open"));
    let lease = networks.lease().await.unwrap().unwrap();
    lease.set_policy(None).await.unwrap();
    println!("{UP}");
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_guest_behind_a_tap_is_held_to_the_same_rules() {
    let Some(world) = world() else { return };
    let networks = world.networks("open");
    let lease = networks.lease_tap().await.unwrap().unwrap();
    let own = lease.addresses().v4.to_string();
    let ask = |own: &str, others: &[&str]| {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/world/guest.py");
        let mut guest = Command::new("python3");
        guest.arg(script).arg(own).args(others);
        let output = namespace::visit(lease.namespace(), || guest.output()).unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ask(&own, &[RESOLVERS[0]]), "refused");
    lease.set_policy(None).await.unwrap();
    let addresses = [RESOLVERS[0], PRIVATE[0], METADATA[0], MACHINE[0], MACHINE[2]];
    assert_eq!(ask(&own, &addresses), "yes refused refused refused refused");
    assert_eq!(ask("100.64.99.99", &[RESOLVERS[0]]), "silence", "as somebody else");
}

/// What servers put on the machine.
fn traces(world: &World) -> String {
    let seen = [world.run("nft", &["list", "ruleset"]), world.run("ip", &["link"])].concat();
    seen.lines().filter(|line| line.contains("fika") || line.contains("fk0bad")).collect()
}

fn settings(world: &World) -> String {
    let files = [
        "ipv4/ip_forward",
        "ipv4/conf/eth0/forwarding",
        "ipv6/conf/all/forwarding",
        "ipv6/conf/eth0/force_forwarding",
        "ipv6/conf/eth0/accept_ra",
    ];
    let paths: Vec<String> = files.iter().map(|file| format!("/proc/sys/net/{file}")).collect();
    world.run(
        "grep",
        &[&["-s", ""], &paths.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat(),
    )
}

fn visit_ip(namespace: BorrowedFd<'_>, command: &str) {
    namespace::visit(namespace, || world::ip(command)).unwrap();
}
