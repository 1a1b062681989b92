#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::*;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

fn opened() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    (dir, store)
}

fn value(store: &Store, key: &'static str) -> Option<Bytes> {
    store.get(key.as_bytes()).unwrap().map(|entry| entry.value)
}

#[test]
fn a_batch_is_whole_or_not_at_all() {
    let (_dir, store) = opened();
    runtime().block_on(async {
        let first = store.commit(Batch::new().if_absent("a").put("a", "1")).await.unwrap();
        let refused = Batch::new().if_at("a", first).if_absent("a").put("b", "2").delete("a");
        let error = store.commit(refused).await.unwrap_err();
        assert!(matches!(error, CommitError::Conflict { found: Some(at), .. } if at == first));
        assert_eq!((value(&store, "a"), value(&store, "b")), (Some("1".into()), None));
        let second = store.commit(Batch::new().if_at("a", first).delete("a").put("b", "2"));
        assert!(second.await.unwrap() > first);
        assert_eq!((value(&store, "a"), value(&store, "b")), (None, Some("2".into())));
    });
}

#[test]
fn revisions_rise_across_restarts_and_deletions() {
    let (dir, store) = opened();
    let first = runtime().block_on(store.commit(Batch::new().put("a", "1"))).unwrap();
    let gone = runtime().block_on(store.commit(Batch::new().delete("a"))).unwrap();
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    let again = runtime().block_on(store.commit(Batch::new().put("a", "1"))).unwrap();
    assert!(first < gone && gone < again);
}

#[test]
fn commits_that_wait_share_a_transaction() {
    let (_dir, store) = opened();
    let rounds = 2_000;
    runtime().block_on(async {
        let mut set = tokio::task::JoinSet::new();
        for i in 0..rounds {
            let store = store.clone();
            set.spawn(async move { store.commit(Batch::new().put(format!("k{i}"), "v")).await });
        }
        while let Some(done) = set.join_next().await {
            done.unwrap().unwrap();
        }
    });
    let Stats { transactions, batches } = store.stats();
    assert_eq!(batches, rounds);
    assert!(transactions <= rounds / 10, "{transactions} transactions for {batches} batches");
    assert_eq!(store.scan(b"k").unwrap().len() as u64, rounds);
}

#[test]
fn a_watch_tells_its_prefix_in_order() {
    let (_dir, store) = opened();
    runtime().block_on(async {
        store.commit(Batch::new().put("f/0", "before")).await.unwrap();
        let mut watch = store.watch("f/");
        let first = store.commit(Batch::new().put("f/1", "x").put("g", "y").delete("f/0"));
        let first = first.await.unwrap();
        let second = store.commit(Batch::new().put("f/2", "z")).await.unwrap();
        let change = |key: &'static str, value: Option<&'static str>| Change {
            key: key.into(),
            value: value.map(Into::into),
        };
        for expected in [
            (first, change("f/1", Some("x"))),
            (first, change("f/0", None)),
            (second, change("f/2", Some("z"))),
        ] {
            assert_eq!(watch.next().await, Ok(Some(expected)));
        }
        drop(store);
        assert_eq!(watch.next().await, Ok(None));
    });
}

#[test]
fn a_slow_watcher_is_told_that_it_missed_changes() {
    let (_dir, store) = opened();
    runtime().block_on(async {
        let mut watch = store.watch("");
        for _ in 0..=WATCH_BACKLOG {
            store.commit(Batch::new().put("k", "v")).await.unwrap();
        }
        assert_eq!(watch.next().await, Err(Lagged));
        assert!(matches!(watch.next().await, Ok(Some(_))));
    });
}

#[test]
fn a_full_disk_refuses_whole_and_recovers() {
    let dir = tempfile::tempdir().unwrap();
    let small = |c: &Connection| c.pragma_update(None, "max_page_count", 64);
    let store = Store::open_with(dir.path(), small).unwrap();
    runtime().block_on(async {
        let large = Batch::new().put("a", "1").put("b", vec![7; 1 << 20]);
        assert!(matches!(store.commit(large).await, Err(CommitError::Full)));
        assert_eq!(value(&store, "a"), None);
        store.commit(Batch::new().put("a", "small")).await.unwrap();
        assert_eq!(value(&store, "a"), Some("small".into()));
    });
}

#[test]
fn a_directory_has_one_server() {
    let (dir, store) = opened();
    let error = Store::open(dir.path()).unwrap_err();
    assert!(
        matches!(error, StoreError::Locked { pid: Some(pid), .. } if pid == std::process::id())
    );
    let clone = store.clone();
    drop(store);
    assert!(matches!(Store::open(dir.path()), Err(StoreError::Locked { .. })));
    drop(clone);
    Store::open(dir.path()).unwrap();
}

#[test]
fn other_databases_are_refused() {
    let newer = |c: &Connection| c.pragma_update(None, "user_version", schema::FORMAT + 1).unwrap();
    let foreign = |c: &Connection| c.execute_batch("CREATE TABLE theirs (x)").unwrap();
    let (dir, store) = opened();
    drop(store);
    newer(&Connection::open(dir.path().join("fika.db")).unwrap());
    assert!(matches!(Store::open(dir.path()), Err(StoreError::Newer { found: 2, known: 1, .. })));
    let dir = tempfile::tempdir().unwrap();
    foreign(&Connection::open(dir.path().join("fika.db")).unwrap());
    assert!(matches!(Store::open(dir.path()), Err(StoreError::Foreign { .. })));
    std::fs::write(dir.path().join("fika.db"), vec![b'x'; 8192]).unwrap();
    assert!(matches!(Store::open(dir.path()), Err(StoreError::Foreign { .. })));
    let error = Store::open("/proc/fika").unwrap_err();
    assert!(matches!(error, StoreError::Io { .. } | StoreError::ReadOnly { .. }), "{error}");
}

#[test]
fn nobody_else_may_look_in() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("data");
    let store = Store::open(&dir).unwrap();
    runtime().block_on(store.commit(Batch::new().put("a", "1"))).unwrap();
    let mode = |name: &str| dir.join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("."), 0o700);
    for name in ["fika.db", "fika.db-wal", "lock"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}

/// What a test does to the store and its model alike.
#[derive(Debug, Clone)]
enum Step {
    /// Checks (key, whether it expects the truth), then changes.
    Commit(Vec<(u8, bool)>, Vec<(u8, Option<u8>)>),
    Scan(Vec<u8>),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = prop_oneof![Just(0u8), Just(1), Just(254), Just(255)];
    let checks = prop::collection::vec((key.clone(), prop::bool::weighted(0.8)), 0..3);
    let changes = prop::collection::vec((key.clone(), any::<Option<u8>>()), 0..4);
    let step = prop_oneof![
        8 => (checks, changes).prop_map(|(checks, changes)| Step::Commit(checks, changes)),
        2 => prop::collection::vec(key, 0..2).prop_map(Step::Scan),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..40)
}

/// The keys a test uses: one or two bytes, the highest among them.
fn name(key: u8) -> Vec<u8> {
    if key.is_multiple_of(2) { vec![key] } else { vec![key, key] }
}

type Model = BTreeMap<Vec<u8>, (u8, Revision)>;

fn batch(model: &Model, checks: &[(u8, bool)], changes: &[(u8, Option<u8>)]) -> (Batch, bool) {
    let mut batch = Batch::new();
    for (key, truth) in checks {
        let at = model.get(&name(*key)).map(|(_, revision)| *revision);
        batch = match (at, truth) {
            (None, true) => batch.if_absent(name(*key)),
            (Some(at), true) => batch.if_at(name(*key), at),
            (None, false) => batch.if_at(name(*key), Revision(1)),
            (Some(_), false) => batch.if_absent(name(*key)),
        };
    }
    for (key, value) in changes {
        batch = match value {
            Some(value) => batch.put(name(*key), vec![*value]),
            None => batch.delete(name(*key)),
        };
    }
    (batch, checks.iter().all(|(_, truth)| *truth))
}

fn apply(model: &mut Model, changes: &[(u8, Option<u8>)], at: Revision) {
    for (key, value) in changes {
        match value {
            Some(value) => model.insert(name(*key), (*value, at)),
            None => model.remove(&name(*key)),
        };
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_store_is_a_map_with_revisions(steps in steps()) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let mut model = Model::new();
        for step in steps {
            match step {
                Step::Commit(checks, changes) => {
                    let (batch, holds) = batch(&model, &checks, &changes);
                    let result = runtime().block_on(store.commit(batch));
                    prop_assert_eq!(result.is_ok(), holds);
                    if let Ok(at) = result {
                        apply(&mut model, &changes, at);
                    }
                }
                Step::Scan(prefix) => {
                    let found: Vec<_> = store.scan(&prefix).unwrap().into_iter()
                        .map(|e| (e.key.to_vec(), (e.value[0], e.revision))).collect();
                    let expected: Vec<_> = model.iter()
                        .filter(|(key, _)| key.starts_with(&prefix))
                        .map(|(key, value)| (key.clone(), *value)).collect();
                    prop_assert_eq!(found, expected);
                }
                Step::Reopen => {
                    drop(store);
                    store = Store::open(dir.path()).unwrap();
                }
            }
        }
    }
}
