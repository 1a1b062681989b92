//! What `build` promises of its output, and what it refuses.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use common::Seen;
use fika_disk::{DiskError, build};
use tempfile::TempDir;

/// A directory with an empty `tree` in it.
struct Bench {
    dir: TempDir,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("tree")).unwrap();
        Self { dir }
    }

    fn tree(&self) -> PathBuf {
        self.dir.path().join("tree")
    }

    fn image(&self) -> PathBuf {
        self.dir.path().join("image")
    }

    fn built(&self) -> Vec<u8> {
        build(&self.tree(), &self.image()).unwrap();
        fs::read(self.image()).unwrap()
    }

    /// The error; the image that was there stays, and nothing comes beside it.
    fn refused(&self) -> DiskError {
        fs::write(self.image(), "an older image").unwrap();
        let error = build(&self.tree(), &self.image()).unwrap_err();
        assert_eq!(fs::read(self.image()).unwrap(), b"an older image");
        assert_eq!(self.beside(), ["image", "tree"]);
        error
    }

    fn beside(&self) -> Vec<String> {
        let names = fs::read_dir(self.dir.path()).unwrap().map(|it| it.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn fill(tree: &Path, names: impl Iterator<Item = usize>) {
    for n in names {
        let path = tree.join(format!("file-{n}"));
        fs::write(&path, "x".repeat(n * 97)).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    }
    symlink("file-1", tree.join("link")).unwrap();
    fs::create_dir(tree.join("dir")).unwrap();
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let (one, other) = (Bench::new(), Bench::new());
    fill(&one.tree(), 0..200);
    fill(&other.tree(), (0..200).rev());
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::open(other.tree().join("file-7")).unwrap().set_modified(then).unwrap();
    let bytes = one.built();
    assert!(bytes == one.built(), "built twice");
    assert!(bytes == other.built(), "made in another order, at another time");
    assert_eq!(one.beside(), ["image", "tree"]);
}

#[test]
fn another_tree_gives_other_bytes() {
    let bench = Bench::new();
    fill(&bench.tree(), 0..3);
    let before = bench.built();
    fs::set_permissions(bench.tree().join("file-2"), Permissions::from_mode(0o750)).unwrap();
    assert!(before != bench.built());
}

#[test]
fn everybody_may_read_the_image() {
    let bench = Bench::new();
    bench.built();
    assert_eq!(fs::metadata(bench.image()).unwrap().permissions().mode() & 0o777, 0o644);
}

#[test]
fn setuid_and_setgid_are_dropped_and_the_rest_of_the_mode_stays() {
    let bench = Bench::new();
    let path = bench.tree().join("su");
    fs::write(&path, "x").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o6755)).unwrap();
    let mut expected = common::contents(&bench.tree());
    bench.built();
    expected.insert("su".into(), Seen::File { permissions: 0o755, content: b"x".to_vec() });
    common::check(&bench.image(), &expected);
}

#[test]
fn hard_links_become_files() {
    let bench = Bench::new();
    fs::write(bench.tree().join("a"), "x".repeat(5000)).unwrap();
    fs::hard_link(bench.tree().join("a"), bench.tree().join("b")).unwrap();
    bench.built();
    common::check(&bench.image(), &common::contents(&bench.tree()));
}

#[test]
fn symlinks_are_never_followed() {
    let bench = Bench::new();
    symlink("/etc", bench.tree().join("etc")).unwrap();
    symlink("/dev/zero", bench.tree().join("zero")).unwrap();
    symlink("loop", bench.tree().join("loop")).unwrap();
    let facts = build(&bench.tree(), &bench.image()).unwrap();
    assert_eq!((facts.inodes, facts.bytes), (4, 4096));
}

#[test]
fn a_fifo_is_refused() {
    let bench = Bench::new();
    let path = bench.tree().join("fifo");
    let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR);
    rustix::fs::mknodat(rustix::fs::CWD, &path, kind, mode, 0).unwrap();
    let error = bench.refused();
    assert!(matches!(&error, DiskError::NotStorable { path: of, .. } if *of == path), "{error}");
    assert!(error.to_string().contains("is a FIFO"), "{error}");
}

#[test]
fn a_socket_is_refused() {
    let bench = Bench::new();
    let _listener = UnixListener::bind(bench.tree().join("socket")).unwrap();
    assert!(bench.refused().to_string().contains("is a socket"));
}

#[test]
fn a_file_of_four_gib_is_refused() {
    let bench = Bench::new();
    File::create(bench.tree().join("big")).unwrap().set_len(1 << 32).unwrap();
    let error = bench.refused();
    assert!(matches!(error, DiskError::FileTooBig { bytes: 4_294_967_296, .. }), "{error}");
}

#[test]
fn a_tree_that_is_a_file_or_is_not_there_is_refused() {
    let bench = Bench::new();
    fs::remove_dir(bench.tree()).unwrap();
    assert!(matches!(build(&bench.tree(), &bench.image()), Err(DiskError::Read { .. })));
    fs::write(bench.tree(), "x").unwrap();
    let error = bench.refused();
    assert!(matches!(&error, DiskError::Read { path, .. } if *path == bench.tree()), "{error}");
}

#[test]
fn an_image_in_no_directory_is_refused() {
    let bench = Bench::new();
    let image = bench.dir.path().join("absent/image");
    assert!(matches!(build(&bench.tree(), &image), Err(DiskError::Write { .. })));
}
