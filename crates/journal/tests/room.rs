//! How much of the disk is taken, and what happens when there is no more.
#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::path::Path;
use std::process::Command;

use fika_journal::{Batch, EntryId, Journal, JournalError, JournalOptions};

const LIMIT: u64 = 2 << 20;

fn open(dir: &Path) -> Journal {
    Journal::open(dir, JournalOptions { disk_bytes: LIMIT }).unwrap().0
}

fn put(bytes: usize) -> Batch {
    Batch::new().put("event".into(), "head", vec![7; bytes])
}

async fn fill(journal: &Journal, bytes: usize) -> (VecDeque<EntryId>, JournalError) {
    let mut ids = VecDeque::new();
    loop {
        match journal.commit(put(bytes)).await {
            Ok(new) => ids.extend(new),
            Err(error) => return (ids, error),
        }
        assert!(ids.len() < 100_000, "the disk is endless");
    }
}

#[tokio::test]
async fn what_ended_gives_its_bytes_back() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    // One that stays, first: it alone must not keep all that was written after it.
    let stays = journal.commit(put(1000)).await.unwrap()[0];
    for _ in 0..300 {
        let id = journal.commit(put(20_000)).await.unwrap()[0];
        journal.commit(Batch::new().remove(id)).await.unwrap();
    }
    assert!(journal.facts().disk_bytes < LIMIT / 4, "{:?}", journal.facts());
    assert_eq!(journal.body(stays).await.unwrap().unwrap().len(), 1000);
}

#[tokio::test]
async fn a_full_journal_refuses_what_is_new_and_lets_what_waits_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let (mut ids, error) = fill(&journal, 4000).await;
    assert_eq!(error, JournalError::Full);
    assert!(ids.len() as u64 > LIMIT / 4000 * 9 / 10, "{} were taken", ids.len());
    journal.commit(Batch::new().amend(ids[0], "tried")).await.unwrap();
    let first = ids.pop_front().unwrap();
    let moved = journal.commit(put(4000).remove(first)).await.unwrap();
    assert_eq!(moved.len(), 1, "an event becomes a message");
    // Every second goes: their bytes lie between those that stay.
    for id in ids.iter().step_by(2) {
        journal.commit(Batch::new().remove(*id)).await.unwrap();
    }
    let (more, _) = fill(&journal, 4000).await;
    assert!(more.len() * 3 > ids.len(), "{} of {}", more.len(), ids.len());
    assert!(journal.facts().disk_bytes <= LIMIT + LIMIT / 64, "{:?}", journal.facts());
    drop(journal);
    let facts = open(dir.path()).facts();
    assert_eq!(facts.entries as usize, 1 + ids.len() / 2 + more.len());
}

#[tokio::test]
async fn an_account_fills_its_half_and_others_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let of = |account: &str, bytes| {
        Batch::new().put(format!("event/{account}").into(), "head", vec![7; bytes])
    };
    let mut journal = open(dir.path());
    let mut ids = Vec::new();
    let error = loop {
        match journal.commit(of("111122223333", 8000)).await {
            Ok(new) => ids.extend(new),
            Err(error) => break error,
        }
    };
    assert_eq!(error, JournalError::Share);
    let half = (ids.len() * 8000) as u64;
    assert!((LIMIT / 2 - LIMIT / 20..=LIMIT / 2).contains(&half), "{half}");
    let queue = || Batch::new().put("queue/111122223333/us-east-1/q".into(), "", "");
    // What is left is less than two small ones.
    let last = journal.commit(queue()).await.unwrap_or(ids.split_off(ids.len() - 1))[0];
    assert_eq!(journal.commit(queue()).await, Err(JournalError::Share));
    let two = queue().put("queue/111122223333/us-east-1/q".into(), "", "");
    journal.commit(two.remove(last)).await.expect("what comes of a message goes to two queues");
    journal.commit(of("123456789012", 8000)).await.expect("others have room");
    // The same after a restart, and until something is worked off.
    drop(journal);
    journal = open(dir.path());
    assert_eq!(journal.commit(of("111122223333", 8000)).await, Err(JournalError::Share));
    journal.commit(Batch::new().remove(ids[0]).remove(ids[1])).await.unwrap();
    journal.commit(of("111122223333", 8000)).await.expect("room again");
}

#[tokio::test]
async fn what_grows_by_being_worked_off_has_a_bound_too() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let (mut ids, _) = fill(&journal, 1000).await;
    let refused = loop {
        // As an event's record does, with the answer that the event had.
        let first = ids.pop_front().unwrap();
        if let Err(error) = journal.commit(put(20_000).remove(first)).await {
            ids.push_front(first);
            break error;
        }
    };
    assert_eq!(refused, JournalError::Full);
    assert!(journal.facts().disk_bytes <= LIMIT / 4 * 5, "{:?}", journal.facts());
    // What does not grow goes on all the same.
    let first = ids.pop_front().unwrap();
    journal.commit(put(900).remove(first)).await.unwrap();
    journal.commit(Batch::new().amend(ids[0], "4")).await.unwrap();
    journal.commit(Batch::new().remove(ids[0])).await.unwrap();
}

/// On a disk of its own, of 1 MiB. Run by the test below.
#[test]
#[ignore = "needs a disk to fill: run by the next test"]
fn on_a_full_disk() {
    let dir = std::env::var("JOURNAL_DIR").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let journal = open(Path::new(&dir));
        let (mut ids, error) = fill(&journal, 1000).await;
        assert!(matches!(error, JournalError::Disk(_)), "{error:?}");
        // The segments are small: of each last page half is empty.
        assert!(ids.len() > 400, "{} were taken", ids.len());
        let there = journal.facts().entries;
        assert_eq!(there as usize, ids.len(), "what was refused is not there");
        // Together with what can not be taken.
        let first = ids.pop_front().unwrap();
        let (new, old) =
            tokio::join!(journal.commit(put(1000)), journal.commit(Batch::new().remove(first)));
        assert!(matches!(new, Err(JournalError::Disk(_))), "{new:?}");
        assert_eq!(old, Ok(Vec::new()));
        while ids.len() > 100 {
            let first = ids.pop_front().unwrap();
            journal.commit(Batch::new().remove(first)).await.unwrap();
        }
        ids.extend(journal.commit(put(1000)).await.expect("there is room again"));
        let facts = journal.facts();
        drop(journal);
        let (journal, live) =
            Journal::open(Path::new(&dir), JournalOptions { disk_bytes: LIMIT }).unwrap();
        assert_eq!(live.iter().map(|entry| entry.id).collect::<VecDeque<_>>(), ids);
        assert_eq!(journal.facts().entries, facts.entries);
    });
}

#[test]
fn a_full_disk_refuses_before_and_never_after() {
    let dir = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=1m small \"$JOURNAL_DIR\" && exec \"$0\" --exact on_a_full_disk --ignored";
    let child = Command::new("unshare")
        .args(["-rm", "sh", "-c", script])
        .arg(std::env::current_exe().unwrap())
        .env("JOURNAL_DIR", dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said} {child:?}");
}
