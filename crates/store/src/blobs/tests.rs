#![allow(clippy::unwrap_used)]

use super::*;
use crate::NotADigest;

fn opened() -> (tempfile::TempDir, Blobs) {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path().join("blobs")).unwrap();
    (dir, blobs)
}

#[test]
fn a_blob_reads_back_under_its_digest() {
    let (_dir, blobs) = opened();
    let digest = blobs.put(b"abc").unwrap().digest();
    let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(digest.to_string(), hex);
    assert_eq!(hex.parse(), Ok(digest));
    assert_eq!(blobs.read(&digest).unwrap(), b"abc");
    assert!(matches!(blobs.read(&Digest::of(b"x")), Err(BlobError::Missing(_))));
}

#[test]
fn texts_that_are_no_digest_are_refused() {
    let upper = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
    for text in ["", "ba", upper, &"0".repeat(63), &"0".repeat(65), &"g".repeat(64)] {
        assert_eq!(text.parse::<Digest>(), Err(NotADigest), "{text}");
    }
}

#[test]
fn a_blob_that_is_there_is_not_written_again() {
    use std::os::unix::fs::MetadataExt;
    let (_dir, blobs) = opened();
    let inode = |digest| blobs.path(&digest).metadata().unwrap().ino();
    let first = inode(blobs.put(b"abc").unwrap().digest());
    assert_eq!(inode(blobs.put(b"abc").unwrap().digest()), first);
}

#[test]
fn a_damaged_blob_is_noticed() {
    let (_dir, blobs) = opened();
    let digest = blobs.put(b"abc").unwrap().digest();
    fs::write(blobs.path(&digest), b"abd").unwrap();
    assert!(matches!(blobs.read(&digest), Err(BlobError::Damaged(_))));
}

#[test]
fn a_sweep_keeps_what_is_live_or_pinned() {
    let (_dir, blobs) = opened();
    let live = blobs.put(b"live").unwrap().digest();
    let pinned = blobs.put(b"pinned").unwrap();
    let dead = blobs.put(b"dead").unwrap().digest();
    assert_eq!(blobs.sweep(|digest| *digest == live).unwrap(), 1);
    assert!(matches!(blobs.read(&dead), Err(BlobError::Missing(_))));
    let digest = pinned.digest();
    let again = blobs.pin(digest);
    drop(pinned);
    assert!(!blobs.remove(&digest, |_| false).unwrap());
    drop(again);
    assert!(blobs.remove(&digest, |_| false).unwrap());
    assert_eq!(blobs.read(&live).unwrap(), b"live");
}

#[test]
fn what_a_crash_left_is_removed_at_open() {
    let (dir, blobs) = opened();
    let digest = blobs.put(b"abc").unwrap().digest();
    let half = dir.path().join("blobs/tmp/7");
    fs::write(&half, b"half").unwrap();
    drop(blobs);
    let blobs = Blobs::open(dir.path().join("blobs")).unwrap();
    assert!(!half.exists());
    assert_eq!(blobs.read(&digest).unwrap(), b"abc");
}

#[test]
fn putting_and_sweeping_at_once_never_loses_a_pinned_blob() {
    let (_dir, blobs) = opened();
    std::thread::scope(|scope| {
        for thread in 0..3u8 {
            let blobs = &blobs;
            scope.spawn(move || {
                for round in 0..40u8 {
                    // Two threads share each blob.
                    let bytes = [thread / 2, round];
                    let pin = blobs.put(&bytes).unwrap();
                    assert_eq!(blobs.read(&pin.digest()).unwrap(), bytes);
                }
            });
        }
        for _ in 0..100 {
            blobs.sweep(|_| false).unwrap();
        }
    });
    blobs.sweep(|_| false).unwrap();
    assert_eq!(blobs.list().unwrap(), []);
}
