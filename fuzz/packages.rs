//! What is done with a fuzzer's bytes where they are a function's code.

use std::path::Path;

/// What is unpacked in earnest is at most this large, bytes: a fuzzer is to try many.
const LARGE: u64 = 1 << 16;

/// A zip from anybody. What is found good can be unpacked, is as large as was said, and is all
/// within its directory; what is not leaves nothing behind.
pub fn zip(bytes: &[u8]) {
    let inspected = fika_package::inspect(bytes);
    if inspected.as_ref().is_ok_and(|good| good.contents.unpacked_bytes > LARGE) {
        return;
    }
    let outside = tempfile::tempdir().expect("a directory");
    let dest = outside.path().join("code");
    match (&inspected, fika_package::unpack(bytes, &dest)) {
        (Ok(good), Ok(unpacked)) => assert_eq!(good.contents, unpacked),
        (Err(_), Err(_)) => assert!(!dest.exists(), "half a package stays"),
        (inspected, unpacked) => panic!("one says {inspected:?}, the other {unpacked:?}"),
    }
    let left: Vec<_> = names(outside.path()).into_iter().filter(|name| name != "code").collect();
    assert!(left.is_empty(), "beside its directory: {left:?}");
}

fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).expect("readable");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into()).collect()
}
