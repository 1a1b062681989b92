//! Random histories against a map in memory, with restarts at random; and a last segment that is cut anywhere.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use fika_journal::{Batch, EntryId, Journal, JournalError, JournalOptions, Live};
use proptest::prelude::*;

/// The smallest segments that there are: 4 KiB, so that they come and go.
const SMALL: JournalOptions = JournalOptions { disk_bytes: 2 << 20 };

type Model = BTreeMap<EntryId, (&'static str, Vec<u8>, Vec<u8>)>;

#[derive(Debug, Clone)]
enum Step {
    /// Entries that are put, amended and removed; the latter two by their place among those there.
    Commit {
        puts: Vec<(bool, u8, u16)>,
        amends: Vec<usize>,
        removes: Vec<usize>,
    },
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let put = (any::<bool>(), any::<u8>(), prop_oneof![9 => 0u16..300, 1 => 3000u16..9000]);
    let puts = prop::collection::vec(put, 0..4);
    let some = || prop::collection::vec(any::<prop::sample::Index>(), 0..4);
    let commit = (puts, some(), some()).prop_map(|(puts, amends, removes)| Step::Commit {
        puts,
        amends: amends.iter().map(|index| index.index(64)).collect(),
        removes: removes.iter().map(|index| index.index(64)).collect(),
    });
    prop::collection::vec(prop_oneof![30 => commit, 1 => Just(Step::Reopen)], 1..200)
}

fn topic(first: bool) -> &'static str {
    if first { "event" } else { "queue/123456789012/us-east-1/orders" }
}

async fn commit(
    journal: &Journal,
    model: &mut Model,
    puts: &[(bool, u8, u16)],
    (amends, removes): (&[usize], &[usize]),
) {
    let mut batch = Batch::new();
    let mut after = model.clone();
    let ids: Vec<EntryId> = model.keys().copied().collect();
    for (n, id) in amends.iter().filter_map(|n| ids.get(*n)).enumerate() {
        let head = vec![n as u8; n * 40];
        batch = batch.amend(*id, head.clone());
        after.get_mut(id).unwrap().1 = head;
    }
    for id in removes.iter().filter_map(|n| ids.get(*n)) {
        batch = batch.remove(*id);
        after.remove(id);
    }
    for (first, seed, size) in puts {
        let body = vec![*seed; usize::from(*size)];
        batch = batch.put(topic(*first).into(), vec![*seed], body);
    }
    let new = journal.commit(batch).await.unwrap();
    assert_eq!(new.len(), puts.len());
    for (id, (first, seed, size)) in new.into_iter().zip(puts) {
        assert!(model.keys().all(|other| *other < id), "numbers grow");
        after.insert(id, (topic(*first), vec![*seed], vec![*seed; usize::from(*size)]));
    }
    *model = after;
}

async fn compare(journal: &Journal, model: &Model) {
    let facts = journal.facts();
    assert_eq!(facts.entries, model.len() as u64);
    let bytes: usize = model.values().map(|(_, head, body)| head.len() + body.len()).sum();
    assert_eq!(facts.live_bytes, bytes as u64);
    for (id, (.., body)) in model {
        assert_eq!(journal.body(*id).await.unwrap().as_deref(), Some(&body[..]));
    }
}

fn compare_live(live: &[Live], model: &Model) {
    let found: Vec<_> = live.iter().map(|e| (e.id, &*e.topic, &e.head[..], e.size)).collect();
    let meant: Vec<_> =
        model.iter().map(|(id, (t, h, b))| (*id, *t, &h[..], b.len() as u32)).collect();
    assert_eq!(found, meant);
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn a_journal_is_a_map_that_survives(steps in steps()) {
        run(async {
            let dir = tempfile::tempdir().unwrap();
            let mut model = Model::new();
            let (mut journal, _) = Journal::open(dir.path(), SMALL).unwrap();
            for step in &steps {
                match step {
                    Step::Commit { puts, amends, removes } => {
                        commit(&journal, &mut model, puts, (amends, removes)).await;
                    }
                    Step::Reopen => {
                        drop(journal);
                        let (again, live) = Journal::open(dir.path(), SMALL).unwrap();
                        compare_live(&live, &model);
                        journal = again;
                        compare(&journal, &model).await;
                    }
                }
            }
            compare(&journal, &model).await;
            drop(journal);
            let (journal, live) = Journal::open(dir.path(), SMALL).unwrap();
            compare_live(&live, &model);
            compare(&journal, &model).await;
        });
    }
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(dir).unwrap().map(|f| f.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "segment"));
    paths.sort();
    paths
}

/// Each batch puts two entries and removes the first of those that the one before it put.
async fn chain(journal: &Journal, batches: u8) -> Vec<(u64, Vec<EntryId>)> {
    let mut written = Vec::new();
    let mut before: Option<EntryId> = None;
    for n in 0..batches {
        let mut batch = Batch::new().put("event".into(), vec![n], vec![n; 20]).put(
            "event".into(),
            vec![n],
            Bytes::new(),
        );
        batch = before.into_iter().fold(batch, Batch::remove);
        let ids = journal.commit(batch).await.unwrap();
        before = Some(ids[0]);
        written.push((journal.facts().disk_bytes, ids));
    }
    written
}

#[test]
fn a_segment_cut_anywhere_has_all_batches_before_and_nothing_of_the_torn_one() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let (journal, _) =
            Journal::open(dir.path(), JournalOptions { disk_bytes: 1 << 30 }).unwrap();
        let written = chain(&journal, 9).await;
        drop(journal);
        let whole = std::fs::read(&segments(dir.path())[0]).unwrap();
        assert_eq!(whole.len() as u64, written.last().unwrap().0);
        for cut in 0..whole.len() {
            std::fs::write(&segments(dir.path())[0], &whole[..cut]).unwrap();
            let (journal, live) = Journal::open(dir.path(), SMALL).unwrap();
            let there = written.iter().take_while(|(end, _)| *end <= cut as u64).count();
            assert_eq!(live.len(), if there == 0 { 0 } else { there + 1 }, "cut at {cut}");
            // And it goes on from there, as if nothing had been.
            let id = journal.commit(Batch::new().put("event".into(), "h", "b")).await.unwrap()[0];
            drop(journal);
            let (journal, live) = Journal::open(dir.path(), SMALL).unwrap();
            assert_eq!(live.last().map(|entry| entry.id), Some(id), "cut at {cut}");
            drop(journal);
        }
    });
}

#[test]
fn a_bit_that_turned_in_an_older_segment_is_told_and_nothing_is_cut() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(dir.path(), SMALL).unwrap();
        chain(&journal, 200).await;
        drop(journal);
        let paths = segments(dir.path());
        assert!(paths.len() > 2, "there are several segments: {paths:?}");
        let mut bytes = std::fs::read(&paths[0]).unwrap();
        bytes[2000] ^= 4;
        std::fs::write(&paths[0], &bytes).unwrap();
        let error = Journal::open(dir.path(), SMALL).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("of the journal is damaged"), "{error}");
        assert_eq!(std::fs::read(&paths[0]).unwrap(), bytes);
    });
}

#[test]
fn what_is_gone_can_be_neither_amended_nor_removed_and_takes_its_batch_with_it() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(dir.path(), SMALL).unwrap();
        let id = journal.commit(Batch::new().put("event".into(), "h", "b")).await.unwrap()[0];
        let one = || Batch::new().remove(id).put("event".into(), "new", "");
        // Both may be in one group: only one of them may have it.
        let (a, b) = tokio::join!(journal.commit(one()), journal.commit(one()));
        assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|ok| **ok).count(), 1);
        assert_eq!(a.and(b), Err(JournalError::Gone(id)));
        assert_eq!(journal.commit(Batch::new().amend(id, "h")).await, Err(JournalError::Gone(id)));
        assert_eq!((journal.body(id).await.unwrap(), journal.facts().entries), (None, 1));
    });
}

#[test]
fn a_directory_has_one_journal_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(dir.path(), SMALL).unwrap();
    let error = Journal::open(dir.path(), SMALL).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("is in use by another server"), "{error}");
    drop(journal);
    assert!(Journal::open(dir.path(), SMALL).is_ok());
}

#[path = "../../../fuzz/journals.rs"]
mod journals;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    /// What `fuzz/` does with more.
    #[test]
    fn a_hostile_segment_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        journals::journal(&bytes);
    }
}

#[test]
fn the_corpus_is_read() {
    journals::journal(&std::fs::read("../../fuzz/corpus/journal/small").unwrap());
}
