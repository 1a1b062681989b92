//! Archives made to harm, built byte by byte: each is refused whole, and nothing is left behind.
#![allow(clippy::unwrap_used)]

mod archive;

use std::fs;

use archive::{Entry, zip};
use fika_package::{MAX_DEPTH, inspect, unpack};

const UNUSABLE: &str =
    "Could not unzip uploaded file. Please check your file, then try to upload again.";
const TOO_LARGE: &str = "Unzipped size must be smaller than 262144000 bytes";
const EMPTY: &str = "Uploaded file must be a non-empty zip";

/// Refused by `inspect` and by `unpack`, with that message, and without a trace.
fn refused(what: &str, zip: &[u8], message: &str, detail: &str) {
    let home = tempfile::tempdir().unwrap();
    let parent = home.path().join("code");
    fs::create_dir(&parent).unwrap();
    let errors = [inspect(zip).map(drop), unpack(zip, &parent.join("sha")).map(drop)];
    for error in errors.map(|result| result.expect_err(what)) {
        assert_eq!(error.to_string(), message, "{what}: {}", error.detail());
        assert!(error.detail().contains(detail), "{what}: {}", error.detail());
        assert_eq!(error.code(), "InvalidParameterValueException");
    }
    assert_eq!(fs::read_dir(&parent).unwrap().count(), 0, "{what} left something behind");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "{what} climbed out");
}

#[test]
fn what_is_no_zip() {
    let good = zip(&[Entry::file("index.js", b"1")]);
    for (what, bytes, message) in [
        ("nothing", &b""[..], EMPTY),
        ("text", b"exports.handler = async () => 1", UNUSABLE),
        ("a zip of nothing", &zip(&[]), EMPTY),
        ("half a zip", &good[..good.len() / 2], UNUSABLE),
        ("a zip without its end", &good[..good.len() - 4], UNUSABLE),
        ("a gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00", UNUSABLE),
    ] {
        refused(what, bytes, message, "");
    }
}

#[test]
fn names_that_leave_the_tree() {
    let deep = "d/".repeat(MAX_DEPTH + 1) + "x";
    let long = "x".repeat(256);
    for (name, detail) in [
        ("../x", "climbs"),
        ("../../../../../../tmp/x", "climbs"),
        ("a/../../x", "climbs"),
        ("a/..", "climbs"),
        ("..", "climbs"),
        ("/etc/passwd", "absolute"),
        ("//x", "absolute"),
        ("..\\x", "backslash"),
        ("c:\\windows\\x", "backslash"),
        ("a\0b", "NUL"),
        (".", "no name"),
        ("", "no name"),
        (&deep, "too deep"),
        (&long, "255 bytes"),
    ] {
        refused(name, &zip(&[Entry::file(name, b"x")]), UNUSABLE, detail);
    }
}

#[test]
fn symlinks_that_leave_the_tree() {
    for target in ["/etc/passwd", "..", "../x", "a/../../x", "x/..", "", "a\\b", "a\0b"] {
        let bytes = zip(&[Entry::file("index.js", b"1"), Entry::link("l", target)]);
        refused(target, &bytes, UNUSABLE, "leaves the package");
    }
    // Each of these stays inside by its text; together they would not.
    let chain = [Entry::link("a/b/up", "../.."), Entry::link("out", "a/b/up/../x")];
    refused("a chain", &zip(&chain), UNUSABLE, "leaves the package");
    let endless = "x".repeat(100_000);
    refused("a long target", &zip(&[Entry::link("l", &endless)]), UNUSABLE, "leaves the package");
}

#[test]
fn writing_through_a_symlink() {
    for entries in [
        [Entry::link("d", "e"), Entry::file("d/x", b"x")],
        [Entry::file("d/x", b"x"), Entry::link("d", "e")],
        [Entry::link("d", "e"), Entry::directory("d/")],
    ] {
        refused("below a link", &zip(&entries), UNUSABLE, "two entries want to be");
    }
}

#[test]
fn entries_that_are_not_files() {
    for (what, file_type) in [
        ("character device", 0o020_000),
        ("block device", 0o060_000),
        ("pipe", 0o010_000),
        ("socket", 0o140_000),
    ] {
        let entry = Entry { mode: file_type | 0o644, ..Entry::file("x", b"") };
        refused(what, &zip(&[entry]), UNUSABLE, "device");
    }
}

#[test]
fn two_entries_at_one_place() {
    let twice = zip(&[Entry::file("x", b"1"), Entry::file("x", b"2")]);
    refused("a name twice", &twice, UNUSABLE, "same name");
    let spelled = zip(&[Entry::file("x", b"1"), Entry::file("./x", b"2")]);
    refused("a name in two spellings", &spelled, UNUSABLE, "two entries want to be");
    let both = zip(&[Entry::file("x", b"1"), Entry::file("x/y", b"2")]);
    refused("a file that is a directory", &both, UNUSABLE, "two entries want to be");
}

#[test]
fn entries_that_cannot_be_read() {
    let x = || Entry::file("x", b"content");
    for (what, entry, detail) in [
        ("encrypted", Entry { flags: 1, ..x() }, "encrypted"),
        ("an unknown compression", Entry { method: 99, ..x() }, "\"x\""),
        ("bzip2", Entry { method: 12, ..x() }, "\"x\""),
        ("a wrong checksum", Entry { crc: 7, ..x() }, "hecksum"),
        ("what is not deflated", Entry { method: 8, ..x() }, "\"x\""),
        ("an entry beyond the end", Entry { offset: Some(9_999), ..x() }, ""),
        ("more than is there", Entry { packed_size: 1 << 30, ..x() }, ""),
    ] {
        refused(what, &zip(&[entry]), UNUSABLE, detail);
    }
}

#[test]
fn entries_that_share_bytes() {
    // The second entry's directory record points at the first one's bytes.
    let shared =
        zip(&[Entry::file("x", b"1"), Entry { offset: Some(0), ..Entry::file("x", b"1") }]);
    let mut renamed = shared.clone();
    // The names differ in the directory only, so that they do not count as twice the same.
    let last = renamed.windows(1).rposition(|b| b == b"x").unwrap();
    renamed[last] = b'y';
    refused("overlapping entries", &renamed, UNUSABLE, "share bytes");
}

#[test]
fn bombs() {
    // 300 MB of zeros, deflated to 1.9 MB; the lie says one byte.
    let zeros = archive::deflated_zeros(300_000_000);
    let honest = Entry { size: 300_000_000, ..Entry::deflated("zeros", &zeros) };
    let lying = Entry { size: 1, ..Entry::deflated("zeros", &zeros) };
    refused("an honest bomb", &zip(&[honest]), TOO_LARGE, "");
    refused("a lying bomb", &zip(&[lying]), UNUSABLE, "larger than its declared");
    // Three parts, each of them small enough.
    let part = archive::deflated_zeros(100_000_000);
    let crc = archive::crc_of_zeros(100_000_000);
    let parts = ["a", "b", "c"].map(|name| Entry {
        size: 100_000_000,
        crc,
        ..Entry::deflated(name, &part)
    });
    assert_eq!(inspect(&zip(&parts)).unwrap_err().to_string(), TOO_LARGE);
}

#[test]
fn more_entries_than_are_bearable() {
    // 1,100 entries, each 120 new directories deep.
    let path = |n: usize| format!("{n}/") + &"d/".repeat(120) + "x";
    let entries: Vec<_> = (0..1_100).map(|n| Entry::file(&path(n), b"")).collect();
    refused("implied directories", &zip(&entries), UNUSABLE, "more than 131072");
}

proptest::proptest! {
    /// Whatever the bytes are, it is an answer and not a panic.
    #[test]
    fn no_bytes_panic(
        mut bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
        at in proptest::collection::vec((0usize..400, proptest::num::u8::ANY), 0..6),
    ) {
        let _ = inspect(&bytes);
        let good = [Entry::file("a/b.js", b"content"), Entry::link("l", "a/b.js")];
        bytes = zip(&good);
        for (at, byte) in at {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        let _ = inspect(&bytes);
    }
}
