#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use fika_model::{AccountId, Region};
use tempfile::TempDir;

use super::*;

fn scope(account: &str) -> fika_model::Scope {
    fika_model::Scope {
        account: AccountId::new(account).unwrap(),
        region: Region::new("eu-north-1").unwrap(),
    }
}

fn hello() -> LogKey {
    LogKey::new(&scope("000000000001"), "/aws/lambda/hello")
}

fn opened(bounds: Bounds) -> (TempDir, LogStore) {
    let dir = tempfile::tempdir().unwrap();
    let logs = LogStore::open_with(dir.path().into(), bounds).unwrap();
    (dir, logs)
}

fn append(logs: &LogStore, key: &LogKey, messages: impl IntoIterator<Item = String>) {
    let events = messages.into_iter().enumerate();
    let events = events.map(|(i, m)| LogEvent { timestamp_ms: i as i64, message: m.into() });
    logs.append(key, &"stream".into(), events.collect());
}

fn all(logs: &LogStore, key: &LogKey, limit: usize) -> Vec<String> {
    let (mut from, mut messages) = (Cursor::START, Vec::new());
    loop {
        // Through its text, as a client would hold it.
        from = from.to_string().parse().unwrap();
        let page = logs.read(key, from, limit, TimeRange::default(), &|_| true).unwrap();
        assert!(page.events.len() <= limit);
        messages.extend(page.events.into_iter().map(|event| event.message));
        from = page.next;
        if page.at_end {
            return messages;
        }
    }
}

fn numbered(range: std::ops::Range<usize>) -> impl Iterator<Item = String> {
    range.map(|i| format!("line {i} \"quoted\"\n"))
}

#[test]
fn events_come_back_in_order_and_apart() {
    let (_dir, logs) = opened(Bounds::default());
    let other = LogKey::new(&scope("000000000002"), "/aws/lambda/hello");
    append(&logs, &hello(), numbered(0..100));
    append(&logs, &hello(), numbered(100..200));
    append(&logs, &other, ["other".into()]);
    logs.flush();
    for limit in [1, 7, 1_000] {
        assert_eq!(all(&logs, &hello(), limit), numbered(0..200).collect::<Vec<_>>());
    }
    assert_eq!(all(&logs, &other, 10), ["other"]);
    let nothing = LogKey::new(&scope("000000000003"), "/aws/lambda/hello");
    assert_eq!(all(&logs, &nothing, 10), [""; 0]);
}

#[test]
fn an_event_keeps_its_stream_time_and_bytes() {
    let (_dir, logs) = opened(Bounds::default());
    let message = Bytes::from_static(b"tab\t \xff \0 end\n");
    logs.append(
        &hello(),
        &"2026/11/23/[$LATEST]abc".into(),
        vec![LogEvent { timestamp_ms: -5, message }],
    );
    logs.flush();
    let page = logs.read(&hello(), Cursor::START, 10, TimeRange::default(), &|_| true).unwrap();
    let [event] = page.events.as_slice() else { panic!("{page:?}") };
    assert_eq!(event.stream, "2026/11/23/[$LATEST]abc");
    assert_eq!((event.timestamp_ms, event.message.as_str()), (-5, "tab\t \u{fffd} \0 end\n"));
    assert!(event.ingestion_ms > 1_600_000_000_000);
}

#[test]
fn a_range_of_time_is_half_open() {
    let (_dir, logs) = opened(Bounds::default());
    append(&logs, &hello(), numbered(0..10));
    logs.flush();
    let range = TimeRange { from_ms: Some(3), until_ms: Some(5) };
    let page = logs.read(&hello(), Cursor::START, 100, range, &|_| true).unwrap();
    let times: Vec<_> = page.events.iter().map(|event| event.timestamp_ms).collect();
    assert_eq!(times, [3, 4]);
}

#[test]
fn following_survives_a_restart() {
    let (dir, logs) = opened(Bounds::default());
    append(&logs, &hello(), numbered(0..5));
    logs.flush();
    let end = logs.end(&hello()).unwrap();
    // Dropped without a flush: what waits is still written.
    append(&logs, &hello(), numbered(5..8));
    drop(logs);
    let logs = LogStore::open(dir.path(), DISK_BYTES).unwrap();
    append(&logs, &hello(), numbered(8..10));
    logs.flush();
    let page = logs.read(&hello(), end, 100, TimeRange::default(), &|_| true).unwrap();
    let messages: Vec<_> = page.events.into_iter().map(|event| event.message).collect();
    assert_eq!(messages, numbered(5..10).collect::<Vec<_>>());
}

#[test]
fn a_group_is_bounded_and_its_reader_skips_what_is_gone() {
    let bounds = Bounds { segment_bytes: 2_000, segments: 2, ..Bounds::default() };
    let (dir, logs) = opened(bounds);
    for i in 0..40 {
        append(&logs, &hello(), numbered(i * 10..i * 10 + 10));
        logs.flush();
    }
    let files = segment::numbers(&dir.path().join(hello().path())).unwrap();
    assert_eq!(files.len(), 2);
    assert!(files[1] > 10);
    let kept = all(&logs, &hello(), 3);
    assert!(kept.len() >= 10);
    assert_eq!(kept, numbered(400 - kept.len()..400).collect::<Vec<_>>());
}

fn from_stream(logs: &LogStore, at: (Cursor, Direction), limit: usize) -> StreamPage {
    logs.read_stream(&hello(), "stream", at, limit, TimeRange::default()).unwrap()
}

#[test]
fn a_stream_is_read_both_ways_across_segments() {
    let bounds = Bounds { segment_bytes: 2_000, segments: 100, ..Bounds::default() };
    let (_dir, logs) = opened(bounds);
    for i in 0..40 {
        append(&logs, &hello(), numbered(i * 5..i * 5 + 5));
        let other = LogEvent { timestamp_ms: 7, message: "other".into() };
        logs.append(&hello(), &"another".into(), vec![other]);
        logs.flush();
    }
    let expected: Vec<_> = numbered(0..200).collect();
    let messages = |page: &StreamPage| -> Vec<String> {
        page.events.iter().map(|event| event.message.clone()).collect()
    };
    for limit in [1, 7, 64, 1_000] {
        let (mut all, mut at) = (Vec::new(), Cursor::START);
        loop {
            let page = from_stream(&logs, (at, Direction::Forward), limit);
            assert!(page.events.len() <= limit);
            if page.events.is_empty() {
                assert_eq!(page.behind, at);
                break;
            }
            all.extend(messages(&page));
            at = page.behind;
        }
        assert_eq!(all, expected);
        let (mut all, mut at) = (Vec::new(), logs.end(&hello()).unwrap());
        loop {
            let page = from_stream(&logs, (at, Direction::Backward), limit);
            assert!(page.events.len() <= limit);
            if page.events.is_empty() {
                assert_eq!(page.before, at);
                break;
            }
            all.splice(0..0, messages(&page));
            at = page.before;
        }
        assert_eq!(all, expected);
    }
}

#[test]
fn streams_are_those_written_to_and_those_made() {
    let (_dir, logs) = opened(Bounds { segment_bytes: 500, segments: 9, ..Bounds::default() });
    assert!(logs.create_group(&hello(), BTreeMap::new()).unwrap());
    assert!(!logs.create_group(&hello(), BTreeMap::new()).unwrap());
    let make = |group: &mut LogGroup| {
        group.streams.insert("empty".into(), 5);
        Ok::<(), ()>(())
    };
    assert_eq!(logs.change_group(&hello(), make).unwrap(), Some(Ok(())));
    for i in 0..4 {
        append(&logs, &hello(), numbered(i * 10..i * 10 + 10));
        logs.flush();
        // Known from memory, from the last segment read on, and from indices on disk.
        let streams = logs.streams(&hello()).unwrap();
        let (first, last, _) = streams["stream"].events_ms.unwrap();
        assert_eq!((first, last), (0, 9));
        assert_eq!((streams["empty"].created_ms, streams["empty"].events_ms), (5, None));
    }
}

#[test]
fn a_deleted_group_is_gone_and_can_come_again() {
    let (dir, logs) = opened(Bounds::default());
    append(&logs, &hello(), numbered(0..3));
    logs.flush();
    assert_eq!(logs.group_names(&scope("000000000001")).unwrap(), ["/aws/lambda/hello"]);
    assert_eq!(logs.streams(&hello()).unwrap().len(), 1);
    assert!(logs.delete_group(&hello()).unwrap());
    assert!(!logs.delete_group(&hello()).unwrap());
    assert_eq!(logs.group(&hello()).unwrap(), None);
    assert!(logs.streams(&hello()).unwrap().is_empty());
    append(&logs, &hello(), numbered(5..6));
    drop(logs);
    let logs = LogStore::open(dir.path(), DISK_BYTES).unwrap();
    assert_eq!(all(&logs, &hello(), 10), numbered(5..6).collect::<Vec<_>>());
    assert_eq!(from_stream(&logs, (Cursor::START, Direction::Forward), 9).events.len(), 1);
}

#[test]
fn retention_hides_what_is_too_old_at_once() {
    let (_dir, logs) = opened(Bounds::default());
    append(&logs, &hello(), numbered(0..3));
    let young = LogEvent { timestamp_ms: now_ms(), message: "young".into() };
    logs.append(&hello(), &"stream".into(), vec![young]);
    logs.flush();
    let keep = |group: &mut LogGroup| {
        group.retention_days = Some(1);
        Ok::<(), ()>(())
    };
    logs.change_group(&hello(), keep).unwrap();
    assert_eq!(all(&logs, &hello(), 10), ["young"]);
    assert_eq!(from_stream(&logs, (Cursor::START, Direction::Forward), 9).events.len(), 1);
}

#[test]
fn all_groups_together_are_bounded_and_the_oldest_goes() {
    let bounds =
        Bounds { segment_bytes: 2_000, segments: 1_000, disk_bytes: 40_000, ..Bounds::default() };
    let (dir, logs) = opened(bounds);
    let other = LogKey::new(&scope("000000000002"), "/aws/lambda/other");
    append(&logs, &other, ["the oldest".into()]);
    logs.flush();
    let size = || -> u64 {
        [&hello(), &other].into_iter().map(|key| logs.stored_bytes(key).unwrap()).sum()
    };
    // Until the sweeper has been there: it is rung for when much was written.
    let mut written = 0;
    while !all(&logs, &other, 10).is_empty() || size() > 60_000 {
        append(&logs, &hello(), numbered(written..written + 100));
        logs.flush();
        written += 100;
    }
    let kept = all(&logs, &hello(), 1_000);
    assert_eq!(kept, numbered(written - kept.len()..written).collect::<Vec<_>>());
    // Places go on where they were.
    append(&logs, &other, ["again".into()]);
    logs.flush();
    let number = segment::numbers(&dir.path().join(other.path())).unwrap();
    assert_eq!(number, [2]);
    assert_eq!(logs.facts().dropped_events, 0);
}

#[test]
fn half_a_line_is_skipped() {
    let (dir, logs) = opened(Bounds::default());
    append(&logs, &hello(), numbered(0..1));
    drop(logs);
    let file = segment::path(&dir.path().join(hello().path()), 1);
    let mut text = std::fs::read(&file).unwrap();
    text.extend_from_slice(b"{\"t\":1,\"i\":2,\"s\":\"x");
    std::fs::write(&file, text).unwrap();
    let logs = LogStore::open(dir.path(), DISK_BYTES).unwrap();
    assert_eq!(all(&logs, &hello(), 10).len(), 1);
    append(&logs, &hello(), numbered(1..2));
    logs.flush();
    assert_eq!(all(&logs, &hello(), 10), numbered(0..2).collect::<Vec<_>>());
}

#[test]
fn too_much_is_dropped_counted_and_told() {
    let bounds = Bounds { queue_bytes: 10_000, ..Bounds::default() };
    let (_dir, logs) = opened(bounds);
    let sent = 50_000;
    for i in 0..sent / 10 {
        append(&logs, &hello(), numbered(i * 10..i * 10 + 10));
    }
    logs.flush();
    // A loss is told of no later than the round after.
    logs.flush();
    let lines = all(&logs, &hello(), 1_000);
    let (told, kept): (Vec<_>, Vec<_>) = lines.iter().partition(|l| l.starts_with("fika: "));
    assert!(!told.is_empty());
    let lost = |l: &&String| l.split(' ').nth(1).unwrap().parse::<usize>().unwrap();
    assert_eq!(kept.len() + told.iter().map(lost).sum::<usize>(), sent);
}

#[test]
fn texts_that_are_no_cursor_are_refused() {
    for text in ["", "-", "1", "1-", "x-1", "1-2-3", "-1-1"] {
        assert_eq!(text.parse::<Cursor>(), Err(NotACursor), "{text}");
    }
}
