//! What a function can see and do behind the wall.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::{House, Running, as_root_and_user, is_root, run};
use fika_sandbox::{Exit, Start};
use tokio::time::timeout;

#[test]
fn what_a_function_tries_to_do() {
    as_root_and_user("what_a_function_tries_to_do", async {
        let own_users = is_root();
        let cases = [
            ("mount", "ENOSYS"),
            ("umount", "ENOSYS"),
            ("unshare", "ENOSYS"),
            ("clone", "ENOSYS"),
            ("clone3", "ENOSYS"),
            ("setns", "ENOSYS"),
            ("ptrace", "ENOSYS"),
            ("bpf", "ENOSYS"),
            ("keyctl", "ENOSYS"),
            ("io_uring", "ENOSYS"),
            ("userfaultfd", "ENOSYS"),
            ("perf", "ENOSYS"),
            ("raw", "ENOSYS"),
            ("packet", "ENOSYS"),
            ("vsock", "ENOSYS"),
            ("tiocsti", "ENOSYS"),
            ("chroot", "ENOSYS"),
            ("hostname", "ENOSYS"),
            // What outlives a function or is the whole machine's.
            ("shm", "ENOSYS"),
            ("sem", "ENOSYS"),
            ("msg", "ENOSYS"),
            ("aio", "ENOSYS"),
            ("sync", "ENOSYS"),
            ("syncfs", "ENOSYS"),
            // With init's limits a function could end all later ones.
            ("limits1", "ENOSYS"),
            ("limits", "ok"),
            ("mknod", "EPERM"),
            // Where all are one user the signal may be sent; process 1 does not take it.
            ("kill1", if own_users { "EPERM" } else { "ok" }),
            ("peek1", "ENOENT"),
            ("root1", "ENOENT"),
            ("fd1", "ENOENT"),
            ("core", "EACCES"),
            ("disk", "ENOENT"),
            ("thread", "ok"),
            ("stdout", "ok"),
            ("urandom", "ok"),
        ];
        let house = House::new();
        let jail = house.jail();
        let verbs: Vec<_> = cases.iter().map(|(what, _)| format!("try={what}")).collect();
        let verbs: Vec<_> = verbs.iter().map(String::as_str).collect();
        let (text, _) = run(&house, &jail, &verbs).await;
        let got: Vec<_> = cases.iter().map(|(what, _)| *what).zip(text.lines()).collect();
        assert_eq!(got, cases);
        jail.close().await;
    });
}

#[test]
fn what_a_function_sees_and_may_write() {
    as_root_and_user("what_a_function_sees_and_may_write", async {
        let cases: [(&str, &[&str]); 12] = [
            ("ls=/", &["dev", "etc", "proc", "tmp", "var"]),
            ("ls=/var/task", &["probe"]),
            ("ls=/tmp", &[]),
            (
                "ls=/dev",
                &["fd", "full", "null", "random", "stderr", "stdin", "stdout", "urandom", "zero"],
            ),
            ("ls=/proc/self/fd", &["0", "1", "2", "3"]),
            ("touch=/file", &["EROFS"]),
            ("touch=/etc/file", &["EROFS"]),
            ("touch=/var/task/file", &["EROFS"]),
            ("touch=/dev/file", &["EROFS"]),
            ("touch=/tmp/file", &["ok"]),
            ("interfaces", &["lo"]),
            ("cwd", &["/var/task"]),
        ];
        let house = House::new();
        let jail = house.jail();
        for (verb, expected) in cases {
            let (text, _) = run(&house, &jail, &[verb]).await;
            let mut lines: Vec<_> = text.lines().collect();
            lines.sort_unstable();
            assert_eq!(lines, expected, "{verb}");
        }
        jail.close().await;
    });
}

#[test]
fn a_function_sees_only_its_own_process() {
    as_root_and_user("a_function_sees_only_its_own_process", async {
        let house = House::new();
        let jail = house.jail();
        let (text, _) = run(&house, &jail, &["ls=/proc", "ids"]).await;
        let pids: Vec<_> = text.lines().filter(|line| line.parse::<u32>().is_ok()).collect();
        assert_eq!(pids.len(), 1, "{text}");
        assert!(text.ends_with("993 990 1 1\n"), "{text}");
        jail.close().await;
    });
}

#[test]
fn a_function_has_no_authority() {
    as_root_and_user("a_function_has_no_authority", async {
        let house = House::new();
        let jail = house.jail();
        let (text, _) =
            run(&house, &jail, &["cat=/proc/self/status", "cat=/proc/self/cgroup"]).await;
        for line in [
            "CapInh:\t0000000000000000",
            "CapPrm:\t0000000000000000",
            "CapEff:\t0000000000000000",
            "CapBnd:\t0000000000000000",
            "CapAmb:\t0000000000000000",
            "NoNewPrivs:\t1",
            "Seccomp:\t2",
            "Uid:\t993\t993\t993\t993",
            "Gid:\t990\t990\t990\t990",
            "SigBlk:\t0000000000000000",
        ] {
            assert!(text.lines().any(|got| got == line), "no {line} in {text}");
        }
        let cgroups: Vec<_> = text.lines().filter(|line| line.contains(":/")).collect();
        assert!(!cgroups.is_empty() && cgroups.iter().all(|line| line.ends_with(":/")), "{text}");
        jail.close().await;
    });
}

#[test]
fn the_environment_is_what_was_given() {
    as_root_and_user("the_environment_is_what_was_given", async {
        let house = House::new();
        let jail = house.jail();
        let env = vec![("B".to_string(), "two words".to_string()), ("A".into(), String::new())];
        let start = Start { env, ..house.start(&["env", "cat=/proc/sys/kernel/hostname"]) };
        let mut running = Running::start_in(&jail, house.spec(1), house.bind(), start).await;
        let (text, event) = running.finish().await;
        let mut lines: Vec<_> = text.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["A=", "B=two words", "sandbox.test"]);
        assert_eq!(event, fika_sandbox::Event::Exited { how: Exit::Code(0), out_of_memory: false });
        running.sandbox.destroy(Duration::ZERO).await;
        jail.close().await;
    });
}

#[test]
fn each_sandbox_reaches_its_own_runtime_api_alone() {
    as_root_and_user("each_sandbox_reaches_its_own_runtime_api_alone", async {
        let house = House::new();
        let jail = house.jail();
        let mut one = jail.create(house.spec(1)).await.unwrap();
        let mut other = jail.create(house.spec(2)).await.unwrap();
        let (api, others) = (one.take_runtime_api(), other.take_runtime_api());
        one.bind(house.bind()).await.unwrap();
        one.start(house.start(&["reach=127.0.0.1", "wait"])).await.unwrap();
        let running = Running { log: one.take_logs().watch().unwrap(), sandbox: one };
        assert_eq!(running.read_until("\n").await, "connect ok\n");
        assert!(api.accept().await.is_ok());
        let nobody = timeout(Duration::from_millis(50), others.accept()).await;
        assert!(nobody.is_err(), "somebody reached another's Runtime API");
        running.sandbox.destroy(Duration::ZERO).await;
        other.destroy(Duration::ZERO).await;
        jail.close().await;
    });
}

#[test]
fn the_host_cannot_be_reached() {
    as_root_and_user("the_host_cannot_be_reached", async {
        let house = House::new();
        let jail = house.jail();
        let (text, _) = run(&house, &jail, &["reach=192.0.2.1", "reach=10.0.0.1"]).await;
        assert_eq!(text, "connect ENETUNREACH\nconnect ENETUNREACH\n");
        jail.close().await;
    });
}
