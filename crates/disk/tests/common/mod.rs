//! What the tests share: what is in a tree, and what others see in an image.
#![allow(dead_code, reason = "each test program uses a part")]
#![allow(clippy::print_stderr, reason = "what a machine cannot check is said")]

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// All that is in a tree, by its path below the root.
pub type Contents = BTreeMap<PathBuf, Seen>;

/// One thing in a tree.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen {
    Directory { permissions: u32 },
    File { permissions: u32, content: Vec<u8> },
    Symlink { target: PathBuf },
}

/// Reads the whole tree below `root`, each name looked up one by one.
pub fn contents(root: &Path) -> Contents {
    let mut seen = Contents::new();
    let mut todo = vec![root.to_owned()];
    while let Some(path) = todo.pop() {
        let below = path.strip_prefix(root).expect("a path below the root").to_owned();
        let facts = fs::symlink_metadata(&path).expect("what the directory lists");
        let permissions = facts.permissions().mode() & 0o7777;
        let entry = if facts.is_dir() {
            todo.extend(fs::read_dir(&path).expect("a directory").map(|it| it.expect("it").path()));
            Seen::Directory { permissions }
        } else if facts.is_symlink() {
            Seen::Symlink { target: fs::read_link(&path).expect("a target") }
        } else {
            Seen::File { permissions, content: fs::read(&path).expect("a readable file") }
        };
        assert!(seen.insert(below, entry).is_none(), "{path:?} is listed twice");
    }
    seen
}

/// What the kernel and erofs-utils each find in an image is what is `expected`. What this machine
/// cannot ask is said: mounting needs root and erofs, the tools need to be installed.
pub fn check(image: &Path, expected: &Contents) {
    let kernel = Mount::new(image).map(|mount| mount.check(expected));
    let tools = extract(image).map(|dir| assert_same(&contents(dir.path()), expected));
    for skipped in [&kernel, &tools].into_iter().filter_map(|done| done.as_ref().err()) {
        eprintln!("not checked: {skipped}");
    }
}

fn assert_same(seen: &Contents, expected: &Contents) {
    // Files are large, and hardly ever all differ: name the first that does.
    let names = |of: &Contents| of.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(seen), names(expected));
    for (path, entry) in expected {
        assert!(seen[path] == *entry, "{path:?} is not what it was");
    }
}

/// An image mounted by this machine's kernel, until it is dropped.
pub struct Mount {
    dir: TempDir,
}

impl Mount {
    /// Or why this machine cannot.
    pub fn new(image: &Path) -> Result<Self, String> {
        if !rustix::process::geteuid().is_root() {
            return Err("mounting an image needs root".to_owned());
        }
        let known = fs::read_to_string("/proc/filesystems").expect("a list");
        if !known.contains("\terofs\n") || !Path::new("/dev/loop-control").exists() {
            return Err("this kernel has no erofs, or no loop devices".to_owned());
        }
        let dir = tempfile::tempdir().expect("a directory");
        let mut mount = Command::new("mount");
        let output =
            mount.args(["-t", "erofs", "-o", "ro,loop"]).arg(image).arg(dir.path()).output();
        let output = output.expect("mount runs");
        // A container may have the devices and not the right: that is no fault of the image.
        match failure(&output) {
            Some(said) if said.contains("permi") || said.contains("loop device") => Err(said),
            Some(said) => panic!("the kernel refuses the image: {said}"),
            None => Ok(Self { dir }),
        }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    fn check(&self, expected: &Contents) {
        assert_same(&contents(self.path()), expected);
        for (path, entry) in expected {
            let path = self.path().join(path);
            let facts = fs::symlink_metadata(&path).expect("it was read before");
            assert_eq!((facts.uid(), facts.gid()), (0, 0), "{path:?}");
            assert_eq!(facts.mtime().cast_unsigned(), fika_disk::TIME, "{path:?}");
            if matches!(entry, Seen::Directory { .. }) {
                check_directory(&path);
            }
        }
    }
}

/// A directory counts the directories in it, and what is not in it is not found.
fn check_directory(path: &Path) {
    let children: Vec<_> =
        fs::read_dir(path).expect("a directory").map(|it| it.expect("it")).collect();
    let below = children.iter().filter(|it| it.file_type().expect("a type").is_dir()).count();
    let links = fs::metadata(path).expect("a directory").nlink();
    assert_eq!(links, below as u64 + 2, "{path:?}");
    for absent in ["\u{1}", "-", "mmm", "zzzzzz", "\u{10ffff}"] {
        let there = children.iter().any(|it| it.file_name() == absent);
        let found = fs::symlink_metadata(path.join(absent)).map_err(|e| e.kind());
        assert!(there || found.is_err_and(|e| e == io::ErrorKind::NotFound), "{path:?} {absent:?}");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let output = Command::new("umount").arg(self.dir.path()).output().expect("umount runs");
        // A failed test has said what it has to say.
        assert!(std::thread::panicking() || output.status.success(), "still mounted");
    }
}

/// What erofs-utils take out of an image, or why they are not asked.
fn extract(image: &Path) -> Result<TempDir, String> {
    let dir = tempfile::tempdir().expect("a directory");
    let mut fsck = Command::new("fsck.erofs");
    let option = format!("--extract={}", dir.path().display());
    let output =
        match fsck.args([&option, "--no-preserve-owner", "--preserve-perms"]).arg(image).output() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Err("no fsck.erofs here".to_owned());
            }
            output => output.expect("fsck.erofs runs"),
        };
    assert_eq!(failure(&output), None);
    Ok(dir)
}

fn failure(output: &Output) -> Option<String> {
    let said =
        || String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned();
    (!output.status.success()).then(said)
}
