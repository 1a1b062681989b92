//! Good packages: what is in them comes out, readable by everybody, whole or not at all.
#![allow(clippy::unwrap_used)]

#[path = "archive/mod.rs"]
mod archive;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use archive::{Entry, zip};
use fika_package::{Contents, PackageError, inspect, single_file, unpack, zip_dir};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

fn leftovers(parent: &Path) -> usize {
    fs::read_dir(parent).unwrap().filter(|e| e.as_ref().unwrap().file_name() != "code").count()
}

#[test]
fn modes_links_and_directories_come_out() {
    let home = tempfile::tempdir().unwrap();
    let dest = home.path().join("code");
    let bytes = zip(&[
        Entry { mode: 0o100_600, ..Entry::file("index.js", b"exports") },
        Entry { mode: 0o104_711, ..Entry::file("bin/bootstrap", b"#!/bin/sh") },
        Entry { mode: 0, ..Entry::file("./made on/dos.txt", b"") },
        Entry { mode: 0o040_700, ..Entry::directory("empty/") },
        Entry::link("bin/link", "../index.js"),
    ]);
    let contents = unpack(&bytes, &dest).unwrap();
    assert_eq!(contents, Contents { files: 4, directories: 3, unpacked_bytes: 16 });
    assert_eq!(contents, inspect(&bytes).unwrap().contents);
    assert_eq!(fs::read(dest.join("bin/link")).unwrap(), b"exports");
    for (path, expected) in [
        ("", 0o755),
        ("index.js", 0o644),
        ("bin", 0o755),
        ("bin/bootstrap", 0o755),
        ("made on/dos.txt", 0o644),
        ("empty", 0o755),
    ] {
        assert_eq!(mode(&dest.join(path)), expected, "{path}");
    }
    assert_eq!(leftovers(home.path()), 0);
}

#[test]
fn a_name_in_utf8_needs_no_flag() {
    let home = tempfile::tempdir().unwrap();
    let dest = home.path().join("code");
    unpack(&zip(&[Entry::file("größe.js", b"")]), &dest).unwrap();
    assert!(dest.join("größe.js").is_file());
}

#[test]
fn deflated_bytes_are_counted_as_they_come() {
    let packed = archive::deflated_zeros(1_000_000);
    let entry = Entry {
        size: 1_000_000,
        crc: archive::crc_of_zeros(1_000_000),
        ..Entry::deflated("zeros", &packed)
    };
    let inspection = inspect(&zip(&[entry])).unwrap();
    assert_eq!(inspection.contents.unpacked_bytes, 1_000_000);
    assert!(inspection.code_size < 7_000);
}

#[test]
fn code_that_is_there_stays() {
    let home = tempfile::tempdir().unwrap();
    let dest = home.path().join("code");
    let bytes = single_file("index.js", b"1").unwrap();
    unpack(&bytes, &dest).unwrap();
    fs::write(dest.join("index.js"), b"first").unwrap();
    unpack(&bytes, &dest).unwrap();
    assert_eq!(fs::read(dest.join("index.js")).unwrap(), b"first");
    assert_eq!(leftovers(home.path()), 0);
}

#[test]
fn many_at_once_agree() {
    let home = tempfile::tempdir().unwrap();
    let dest = home.path().join("code");
    let bytes = single_file("index.js", b"1").unwrap();
    std::thread::scope(|scope| {
        for thread in (0..8).map(|_| scope.spawn(|| unpack(&bytes, &dest))).collect::<Vec<_>>() {
            thread.join().unwrap().unwrap();
        }
    });
    assert_eq!(fs::read(dest.join("index.js")).unwrap(), b"1");
    assert_eq!(leftovers(home.path()), 0);
}

#[test]
fn a_place_that_cannot_be_written_is_our_fault() {
    let error = unpack(&single_file("x", b"").unwrap(), Path::new("/nowhere/code")).unwrap_err();
    assert!(matches!(error, PackageError::Io { .. }), "{error:?}");
    assert_eq!(error.code(), "ServiceException");
}

#[test]
fn the_hash_is_of_the_zip() {
    let inspection = inspect(&zip(&[Entry::file("a", b"a")])).unwrap();
    // From Python's hashlib over the same bytes.
    let hex = "170bba57b5cab42a6902d5185bd52b673152d563c962da01422a600ea3f9044e";
    assert_eq!(inspection.sha256_hex, hex);
    assert_eq!(inspection.sha256_base64, "Fwu6V7XKtCppAtUYW9UrZzFS1WPJYtoBQipgDqP5BE4=");
    assert_eq!(inspection.code_size, 101);
}

#[test]
fn a_folder_comes_back_and_packs_the_same() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("folder");
    fs::create_dir_all(folder.join("lib/empty")).unwrap();
    fs::write(folder.join("index.mjs"), b"export const handler = 1").unwrap();
    fs::write(folder.join("bootstrap"), b"#!").unwrap();
    fs::set_permissions(folder.join("bootstrap"), fs::Permissions::from_mode(0o700)).unwrap();
    symlink("../index.mjs", folder.join("lib/index.mjs")).unwrap();

    let first = zip_dir(&folder, &[]).unwrap();
    let dest = home.path().join("code");
    unpack(&first, &dest).unwrap();
    assert_eq!(mode(&dest.join("bootstrap")), 0o755);
    assert_eq!(mode(&dest.join("index.mjs")), 0o644);
    assert!(dest.join("lib/empty").is_dir());
    assert_eq!(fs::read_link(dest.join("lib/index.mjs")).unwrap(), Path::new("../index.mjs"));
    // Other dates, another folder, the same bytes.
    assert_eq!(zip_dir(&dest, &[]).unwrap(), first);
}

#[test]
fn a_folder_that_cannot_be_packed() {
    let home = tempfile::tempdir().unwrap();
    symlink("/etc", home.path().join("etc")).unwrap();
    let error = zip_dir(home.path(), &[]).unwrap_err();
    assert!(error.detail().contains("leaves the folder"), "{}", error.detail());
    assert!(matches!(zip_dir(&home.path().join("missing"), &[]), Err(PackageError::Io { .. })));
    for name in ["../x", "/x", "", "."] {
        assert!(single_file(name, b"").is_err(), "{name:?}");
    }
}
