//! A process that is killed while many clients commit: whatever it said is committed is there.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use fika_journal::{Batch, EntryId, Journal, JournalOptions};

const OPTIONS: JournalOptions = JournalOptions { disk_bytes: 4 << 20 };
const ROUNDS: u64 = 40;
const CLIENTS: u64 = 16;

/// Says a line: to the pipe at once, or not at all.
fn say(line: &str) {
    std::io::stderr().lock().write_all(line.as_bytes()).unwrap();
}

/// A client puts pairs, says so, and removes those of before, for ever.
async fn client(journal: Journal, number: u64) {
    let mut before: Option<(String, Vec<EntryId>)> = None;
    for n in 0u64.. {
        let tag = format!("{number}.{}.{n}", std::process::id());
        let pair = |batch: Batch| {
            let body = || tag.repeat(1 + (n % 40) as usize);
            batch.put("event".into(), tag.clone(), body()).put("event".into(), tag.clone(), body())
        };
        let mut batch = pair(Batch::new());
        if let Some((tag, ids)) = before.take().filter(|_| n % 3 > 0) {
            say(&format!("ends {tag}\n"));
            batch = ids.into_iter().fold(batch, Batch::remove);
        }
        let ids = journal.commit(batch).await.unwrap();
        say(&format!("has {tag}\n"));
        before = Some((tag, ids));
    }
}

#[test]
#[ignore = "runs for ever: killed by the next test"]
fn commits_for_ever() {
    let dir = std::env::var("JOURNAL_DIR").unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let (journal, live) = Journal::open(Path::new(&dir), OPTIONS).unwrap();
    runtime.block_on(async move {
        // So that it does not fill: what is left of before ends first.
        let old = live.iter().fold(Batch::new(), |batch, entry| batch.remove(entry.id));
        live.iter().for_each(|entry| say(&format!("ends {}\n", text(&entry.head))));
        journal.commit(old).await.unwrap();
        let clients: Vec<_> =
            (0..CLIENTS).map(|n| tokio::spawn(client(journal.clone(), n))).collect();
        for client in clients {
            client.await.unwrap();
        }
    });
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What a child said before it was killed, after so many lines: tags that are there, and whether they may
/// be gone again.
fn reap(dir: &Path, lines: usize, said: &mut HashMap<String, bool>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "commits_for_ever", "--ignored", "--nocapture"])
        .env("JOURNAL_DIR", dir)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut note = |line: String| match line.split_once(' ') {
        Some(("has", tag)) => drop(said.insert(tag.into(), false)),
        Some(("ends", tag)) => drop(said.insert(tag.into(), true)),
        _ => {}
    };
    output.by_ref().take(lines).for_each(|line| note(line.unwrap()));
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had said by then is still in the pipe.
    output.for_each(|line| note(line.unwrap()));
}

async fn check(dir: &Path, said: &HashMap<String, bool>) {
    let (journal, live) = Journal::open(dir, OPTIONS).unwrap();
    let mut found: HashMap<String, usize> = HashMap::new();
    for entry in &live {
        let body = text(&journal.body(entry.id).await.unwrap().unwrap());
        let tag = text(&entry.head);
        assert!(!body.is_empty() && body.replace(&tag, "").is_empty(), "{tag}: {body}");
        *found.entry(tag).or_default() += 1;
    }
    assert!(found.values().all(|count| *count == 2), "half a batch is there: {found:?}");
    for (tag, _) in said.iter().filter(|(_, may_be_gone)| !**may_be_gone) {
        assert!(found.contains_key(tag), "{tag} was committed, and is lost");
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill_at_any_time() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut seed = u64::from(std::process::id());
    for _ in 0..ROUNDS {
        let mut said = HashMap::new();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        reap(dir.path(), 1 + (seed >> 33) as usize % 3_000, &mut said);
        assert!(!said.is_empty());
        runtime.block_on(check(dir.path(), &said));
    }
}
