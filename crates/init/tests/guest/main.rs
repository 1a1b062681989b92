//! A guest on a kernel of its own, in QEMU, in software. Skips, and says so, where a machine has no
//! QEMU, no C compiler that links statically, or no prepared kernel (in `FIKA_KERNEL_DIR`, or where
//! the tests of `fika-kernel` leave one).
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod host;
mod machine;

use std::collections::HashSet;

use fika_init::message::{Bind, Process, Refresh};
use fika_init::mux::door;
use fika_init::{Exit, FromInit, ToInit};

use host::Host;
use machine::Machine;

const MIB: u64 = 1 << 20;

/// Boots a guest and makes it a function's.
fn guest() -> Option<(Machine, Host)> {
    let (machine, mut host) = match Machine::boot() {
        Ok(booted) => booted,
        Err(why) => {
            eprintln!("skipped: {why}");
            return None;
        }
    };
    let hello = FromInit::Hello { version: fika_init::place::VERSION };
    assert_eq!(host.word(), hello, "{}", machine.console());
    refreshed(&mut host, 1);
    host.say(&ToInit::Bind(Bind {
        code: "a".into(),
        layers: None,
        tmp_bytes: 64 * MIB,
        memory_bytes: 64 * MIB,
        watch_memory: true,
    }));
    assert_eq!(host.word(), FromInit::Bound);
    Some((machine, host))
}

fn refresh(seed: u8) -> ToInit {
    ToInit::Refresh(Refresh {
        unix_time_ns: 1_900_000_000_000_000_000,
        entropy: vec![seed; 64],
        hostname: format!("guest-{seed}"),
        network: None,
    })
}

fn refreshed(host: &mut Host, seed: u8) {
    host.say(&refresh(seed));
    assert_eq!(host.word(), FromInit::Refreshed);
}

fn start(host: &mut Host, arguments: &[&str]) {
    let argv = std::iter::once("/function").chain(arguments.iter().copied());
    host.say(&ToInit::Start(Process {
        argv: argv.map(String::from).collect(),
        env: vec![],
        cwd: "/var/task".into(),
        cgroups: 0,
    }));
    assert_eq!(host.word(), FromInit::Started);
}

/// The next word that is no [`FromInit::Peak`].
fn exited(host: &mut Host) -> (Exit, bool) {
    match host.word() {
        FromInit::Exited { how, out_of_memory } => (how, out_of_memory),
        other => panic!("{other:?}"),
    }
}

fn runs_well(host: &mut Host, arguments: &[&str]) {
    start(host, arguments);
    let log = |host: &Host| String::from_utf8_lossy(&host.log).into_owned();
    assert_eq!(exited(host), (Exit::Code(0), false), "{}", log(host));
}

fn empty(host: &mut Host) {
    host.say(&ToInit::Empty);
    assert_eq!(host.word(), FromInit::Emptied);
    host.log.clear();
    host.until("every connection is gone", |host| host.connections.is_empty());
}

#[test]
fn a_guest_is_a_sandbox() {
    let Some((mut machine, mut host)) = guest() else { return };
    a_function_sees_its_guest_and_nothing_else(&mut host);
    what_is_logged_comes_before_what_is_sent(&mut host);
    many_bytes_go_both_ways(&mut host);
    a_log_nobody_reads_stops_its_writer_alone(&mut host);
    half_open_connections_hold_up_nothing(&mut host);
    too_much_memory_ends_the_function(&mut host);
    a_refreshed_guest_has_new_random_numbers(&mut host);
    a_quiet_guest_says_nothing_and_carries_on_with_another_host(&mut host);
    host.say(&ToInit::Shutdown { grace_ms: 0 });
    machine.ends();
}

#[test]
fn a_guest_ends_with_its_host() {
    let Some((mut machine, mut host)) = guest() else { return };
    start(&mut host, &["hog", "4096"]);
    drop(host);
    machine.ends();
}

#[test]
fn a_guest_whose_host_breaks_the_rules_ends() {
    let Some((mut machine, mut host)) = guest() else { return };
    host.send_raw(&[9; 8]);
    machine.ends();
    let console = machine.console();
    assert!(console.contains("fika-init: the reserved byte of a frame is 9"), "{console}");
}

fn a_function_sees_its_guest_and_nothing_else(host: &mut Host) {
    runs_well(host, &["facts"]);
    let log = String::from_utf8_lossy(&host.log).into_owned();
    for line in [
        "uid 993\n",
        "name guest-1\n",
        "time 19000000",
        "/var/task/code: the code\n",
        "/proc/kallsyms: none\n",
        "/proc/self/cgroup: 0::/\n",
        "/dev/vda: none\n",
        "/sys/kernel/notes: none\n",
        "/init: none\n",
    ] {
        assert!(log.contains(line), "{line} is not in:\n{log}");
    }
    empty(host);
}

fn what_is_logged_comes_before_what_is_sent(host: &mut Host) {
    let rounds = 50;
    start(host, &["order", &rounds.to_string()]);
    for round in 0..rounds {
        let channel = host.byte(door::RUNTIME_API);
        let lines = host.log.iter().filter(|&&byte| byte == b'\n').count();
        assert_eq!(lines, round + 1, "each byte comes behind its line");
        host.send(channel, b"!");
    }
    assert_eq!(exited(host), (Exit::Code(0), false));
    empty(host);
}

fn many_bytes_go_both_ways(host: &mut Host) {
    for (scene, door) in [("bulk", door::RUNTIME_API), ("endpoint", door::ENDPOINT)] {
        let bytes = 6 * MIB as usize;
        host.closes = false;
        start(host, &[scene, &bytes.to_string()]);
        let channel = host.accept(door);
        host.until("all has come", |host| host.connections[&channel].closed);
        assert_eq!(host.connections[&channel].data.len(), bytes);
        host.send(channel, &vec![7; bytes]);
        host.close(channel);
        host.closes = true;
        assert_eq!(exited(host), (Exit::Code(0), false));
        assert_eq!(host.log, format!("got {bytes}\n").as_bytes());
        empty(host);
    }
}

fn a_log_nobody_reads_stops_its_writer_alone(host: &mut Host) {
    host.reads_log = false;
    start(host, &["flood", "8388608"]);
    // Up to a quarter of the window may be credit that waits to be given.
    host.until("the log's window is full", |host| host.log.len() > 192 * 1024 - 4096);
    // Words go on, both ways.
    host.say(&ToInit::Freeze);
    host.say(&ToInit::Thaw);
    host.say(&ToInit::Start(Process { argv: vec![], env: vec![], cwd: "/".into(), cgroups: 0 }));
    assert!(matches!(host.word(), FromInit::Refused { .. }));
    assert!(host.log.len() <= 256 * 1024);
    host.reads_log = true;
    assert_eq!(exited(host), (Exit::Code(0), false));
    host.until("the whole log", |host| host.log.len() == 8_388_608);
    empty(host);
}

fn half_open_connections_hold_up_nothing(host: &mut Host) {
    start(host, &["half"]);
    host.until("it is done", |host| host.log.ends_with(b"half open\n"));
    host.until("all channels are taken", |host| host.connections.len() == 64);
    empty(host);
    runs_well(host, &["facts"]);
    empty(host);
}

fn too_much_memory_ends_the_function(host: &mut Host) {
    // Within memory and /tmp together, so the watch must find it; and beyond, where the kernel does.
    for bytes in [90 * MIB, 400 * MIB] {
        start(host, &["hog", &bytes.to_string()]);
        assert_eq!(exited(host), (Exit::Signal(9), true), "{bytes}");
        assert!(host.peak > 60 * MIB, "{}", host.peak);
        empty(host);
    }
}

fn a_refreshed_guest_has_new_random_numbers(host: &mut Host) {
    let mut seen = HashSet::new();
    for seed in 2..5 {
        refreshed(host, seed);
        runs_well(host, &["facts"]);
        let log = String::from_utf8_lossy(&host.log).into_owned();
        assert!(log.contains(&format!("name guest-{seed}\n")), "{log}");
        let random = log.lines().find(|line| line.starts_with("random ")).unwrap();
        assert!(seen.insert(random.to_string()), "{random} came twice");
        empty(host);
    }
}

fn a_quiet_guest_says_nothing_and_carries_on_with_another_host(host: &mut Host) {
    start(host, &["order", "2"]);
    let channel = host.byte(door::RUNTIME_API);
    host.say(&ToInit::Quiesce);
    assert_eq!(host.word(), FromInit::Quiet);
    // As a new host would after a restore: with what was saved, and the same stream.
    host.resume();
    refreshed(host, 9);
    host.send(channel, b"!");
    assert_eq!(host.byte(door::RUNTIME_API), channel);
    host.send(channel, b"!");
    assert_eq!(exited(host), (Exit::Code(0), false));
    empty(host);
}
