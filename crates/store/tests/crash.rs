//! kill -9 in the middle of commits: what was acknowledged is there, nothing is half there.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use fika_store::{Batch, Store};

const KILLS: usize = 60;
const TASKS: u64 = 8;
/// Where the process that will be killed writes; not set in the one that kills.
const DIR: &str = "FIKA_STORE_CRASH_DIR";

#[test]
fn every_acknowledged_commit_survives_kill_9() {
    if let Some(dir) = std::env::var_os(DIR) {
        commit_until_killed(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let mut acked = HashMap::new();
    for kill in 0..KILLS {
        // A different moment each time: in the midst of opening, early, late.
        run_and_kill(dir.path(), kill * kill % 97, &mut acked);
        check(dir.path(), &acked);
    }
    assert_eq!(acked.len() as u64, TASKS);
}

/// Each task writes `a/<task>/<n>` and `b/<task>/<n>` in one batch, and says so afterwards.
fn commit_until_killed(dir: &Path) -> ! {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let store = Store::open(dir).unwrap();
        let tasks = (0..TASKS).map(|task| {
            let store = store.clone();
            let done = store.scan(format!("a/{task}/").as_bytes()).unwrap().len();
            tokio::spawn(async move {
                for n in done.. {
                    let batch = Batch::new()
                        .if_absent(format!("a/{task}/{n:06}"))
                        .put(format!("a/{task}/{n:06}"), vec![b'x'; n % 5_000])
                        .put(format!("b/{task}/{n:06}"), vec![b'y'; n % 5_000]);
                    store.commit(batch).await.unwrap();
                    // One write, so that a line is whole or not there.
                    std::io::stderr().write_all(format!("{task} {n}\n").as_bytes()).unwrap();
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        unreachable!("the tasks go on until they are killed")
    })
}

fn run_and_kill(dir: &Path, after: usize, acked: &mut HashMap<u64, u64>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "every_acknowledged_commit_survives_kill_9", "--nocapture"])
        .env(DIR, dir)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut note = |line: String| {
        let (task, n) = line.split_once(' ').unwrap();
        let n = n.parse().unwrap_or_else(|_| panic!("the child says: {line}"));
        let last = acked.entry(task.parse().unwrap()).or_insert(n);
        *last = n.max(*last);
    };
    lines.by_ref().take(after).for_each(|line| note(line.unwrap()));
    child.kill().unwrap();
    child.wait().unwrap();
    lines.for_each(|line| note(line.unwrap()));
}

fn check(dir: &Path, acked: &HashMap<u64, u64>) {
    let store = Store::open(dir).unwrap();
    for task in 0..TASKS {
        let (a, b) = (
            store.scan(format!("a/{task}/").as_bytes()),
            store.scan(format!("b/{task}/").as_bytes()),
        );
        let (a, b) = (a.unwrap(), b.unwrap());
        assert_eq!(a.len(), b.len(), "a batch is half there");
        for (n, (a, b)) in a.iter().zip(&b).enumerate() {
            assert_eq!(a.key, format!("a/{task}/{n:06}"), "a gap");
            assert_eq!((a.value.len(), a.revision), (b.value.len(), b.revision));
        }
        let last = acked.get(&task).map_or(0, |n| n + 1);
        assert!(a.len() as u64 >= last, "task {task}: {last} acknowledged, {} there", a.len());
    }
}
