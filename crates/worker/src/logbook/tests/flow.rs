//! In which order lines stand when a function writes from a thread of its own, and what a flood
//! of them does.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use fika_model::RequestId;

use crate::slot::{Begin, Slot};
use crate::testing::{Bare, bare, invocation, lines, version};

/// A slot whose runtime initialises, its log being read.
fn reading() -> Bare {
    let bare = bare(version(Duration::from_secs(60)));
    assert_eq!(bare.slot.starting(), Begin::First);
    let slot = Arc::clone(&bare.slot);
    tokio::spawn(async move { slot.logbook.pump().await });
    bare
}

/// The runtime asks for work, gets it, has `write` write, and answers.
async fn run(slot: &Arc<Slot>, tail: bool, write: impl FnOnce(RequestId)) -> crate::Outcome {
    let given = invocation("{}", tail);
    let id = given.request_id;
    let answer = slot.accept(given).expect("free");
    slot.next().await.expect("work");
    tokio::task::block_in_place(|| write(id));
    slot.answer(&id.to_string(), Bytes::from_static(b"done"), false).expect("in order");
    answer.await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_before_the_answer_stands_before_end() {
    const LINES: usize = 500;
    let Bare { slot, mut output, .. } = reading();
    let mut ids = Vec::new();
    for _ in 0..40 {
        run(&slot, false, |id| {
            ids.push(id);
            for n in 0..LINES {
                writeln!(output, "{id} {n}").expect("room");
            }
        })
        .await;
    }
    slot.logbook.close();
    let mut log = lines(&slot.version).into_iter();
    for id in ids {
        let version = "$LATEST";
        assert_eq!(log.next(), Some(format!("START RequestId: {id} Version: {version}\n")));
        for n in 0..LINES {
            assert_eq!(log.next(), Some(format!("{id} {n}\n")));
        }
        assert_eq!(log.next(), Some(format!("END RequestId: {id}\n")));
        let report = log.next().expect("a report");
        assert!(report.starts_with(&format!("REPORT RequestId: {id}\tDuration: ")), "{report}");
    }
    assert_eq!(log.next(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_between_two_invocations_is_in_the_log_and_in_no_tail() {
    let Bare { slot, mut output, .. } = reading();
    output.write_all(b"init\n").expect("room");
    let first = run(&slot, true, |_| output.write_all(b"first\n").expect("room")).await;
    output.write_all(b"between\n").expect("room");
    // The reader takes it before the next invocation comes.
    while !lines(&slot.version).contains(&"between\n".into()) {
        tokio::task::yield_now().await;
    }
    let second = run(&slot, true, |_| output.write_all(b"sec\xff\xfeond\n").expect("room")).await;
    let own: Vec<String> = lines(&slot.version)
        .into_iter()
        .filter(|line| !["START", "END", "REPORT"].iter().any(|word| line.starts_with(word)))
        .collect();
    assert_eq!(own, ["init\n", "first\n", "between\n", "sec\u{fffd}\u{fffd}ond\n"]);
    for (outcome, word) in [(first, &b"first\n"[..]), (second, b"sec\xff\xfeond\n")] {
        let tail = outcome.log_tail.expect("a tail");
        let inner = tail.split_inclusive(|b| *b == b'\n').nth(1);
        assert_eq!(inner, Some(word));
        assert_eq!(tail.split(|b| *b == b'\n').count(), 5, "START, it, END, REPORT, nothing");
    }
}

/// The most memory this process has ever held, in KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("this process");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number")
}

/// Short lines: kept all at once they would take more than twice their bytes.
#[tokio::test]
async fn a_flood_neither_fills_the_memory_nor_keeps_the_lane() {
    const FLOOD_BYTES: usize = 100 * 1024 * 1024;
    let Bare { slot, mut output, .. } = reading();
    let before = peak_kib();
    let done = Arc::new(AtomicBool::new(false));
    let writer = {
        let done = Arc::clone(&done);
        let chunk = "a line of forty bytes, with its newline.\n".repeat(1_000);
        std::thread::spawn(move || {
            for _ in 0..FLOOD_BYTES / chunk.len() {
                output.write_all(chunk.as_bytes()).expect("a reader");
            }
            done.store(true, Ordering::Release);
        })
    };
    let turns = AtomicU64::new(0);
    while !done.load(Ordering::Acquire) {
        turns.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
    }
    writer.join().expect("a writer");
    slot.logbook.close();
    let turns = turns.into_inner();
    assert!(turns as usize >= FLOOD_BYTES / super::TURN_BYTES, "others had {turns} turns only");
    let grown = peak_kib() - before;
    assert!(grown < 100 * 1024, "{grown} KiB more than before");
    assert!(lines(&slot.version).last().is_some(), "something of it is kept");
}
