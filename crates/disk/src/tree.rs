//! The tree as it was found.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::DiskError;

/// All that is in a tree, level by level: the root first, and the children of one directory beside
/// each other, by name. What is looked up together lies together in the image.
pub(crate) struct Tree {
    root: PathBuf,
    pub(crate) nodes: Vec<Node>,
}

pub(crate) struct Node {
    /// Empty for the root.
    pub(crate) name: OsString,
    /// The root is its own parent, as erofs has it too.
    pub(crate) parent: usize,
    /// Permission bits only: setuid, setgid and sticky mean nothing where all belongs to root.
    pub(crate) permissions: u16,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    Directory { children: Range<usize> },
    File(Stamp),
    Symlink { target: Vec<u8> },
}

/// What tells one state of one file from another.
#[derive(PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) bytes: u64,
    file: (u64, u64),
    modified: (i64, i64),
}

impl Stamp {
    fn of(facts: &Metadata) -> Self {
        Self {
            bytes: facts.size(),
            file: (facts.dev(), facts.ino()),
            modified: (facts.mtime(), facts.mtime_nsec()),
        }
    }
}

impl Tree {
    /// Walks `root`. Symlinks are never followed, except that `root` may be one.
    pub(crate) fn walk(root: &Path) -> Result<Self, DiskError> {
        let facts = fs::metadata(root).map_err(DiskError::read(root))?;
        let top = Node::new(root, OsString::new(), 0, &facts)?;
        let mut tree = Self { root: root.to_owned(), nodes: vec![top] };
        if !matches!(tree.nodes[0].kind, Kind::Directory { .. }) {
            return Err(DiskError::read(root)(io::ErrorKind::NotADirectory.into()));
        }
        // A queue, not recursion: a deep tree may not cost stack.
        let mut next = 0;
        while next < tree.nodes.len() {
            tree.list(next)?;
            next += 1;
        }
        Ok(tree)
    }

    /// Appends the children of node `n`, if it is a directory.
    fn list(&mut self, n: usize) -> Result<(), DiskError> {
        let Kind::Directory { .. } = self.nodes[n].kind else { return Ok(()) };
        let dir = self.path(n);
        let first = self.nodes.len();
        for entry in fs::read_dir(&dir).map_err(DiskError::read(&dir))? {
            let entry = entry.map_err(DiskError::read(&dir))?;
            let path = entry.path();
            let facts = entry.metadata().map_err(DiskError::read(&path))?;
            self.nodes.push(Node::new(&path, entry.file_name(), n, &facts)?);
        }
        self.nodes[first..].sort_unstable_by(|a, b| a.name.cmp(&b.name));
        self.nodes[n].kind = Kind::Directory { children: first..self.nodes.len() };
        Ok(())
    }

    pub(crate) fn path(&self, mut n: usize) -> PathBuf {
        let mut names: Vec<&OsStr> = Vec::new();
        while n != 0 {
            names.push(&self.nodes[n].name);
            n = self.nodes[n].parent;
        }
        let mut path = self.root.clone();
        path.extend(names.iter().rev());
        path
    }

    /// Opens file `n` if it still is what was walked.
    pub(crate) fn open(&self, n: usize, walked: &Stamp) -> Result<(File, PathBuf), DiskError> {
        let path = self.path(n);
        // If something else took its place: follow no symlink, and do not wait for a FIFO.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags.bits().cast_signed());
        let file = options.open(&path).map_err(DiskError::read(&path))?;
        let facts = file.metadata().map_err(DiskError::read(&path))?;
        if Stamp::of(&facts) != *walked {
            return Err(DiskError::Changed { path });
        }
        Ok((file, path))
    }
}

impl Node {
    fn new(
        path: &Path,
        name: OsString,
        parent: usize,
        facts: &Metadata,
    ) -> Result<Self, DiskError> {
        let permissions = (facts.mode() & 0o777) as u16;
        Ok(Self { name, parent, permissions, kind: Kind::of(path, facts)? })
    }
}

impl Kind {
    fn of(path: &Path, facts: &Metadata) -> Result<Self, DiskError> {
        let kind = facts.file_type();
        if kind.is_dir() {
            Ok(Self::Directory { children: 0..0 })
        } else if kind.is_symlink() {
            let target = fs::read_link(path).map_err(DiskError::read(path))?;
            Ok(Self::Symlink { target: target.into_os_string().into_vec() })
        } else if kind.is_file() && u32::try_from(facts.size()).is_err() {
            Err(DiskError::FileTooBig { path: path.to_owned(), bytes: facts.size() })
        } else if kind.is_file() {
            Ok(Self::File(Stamp::of(facts)))
        } else {
            Err(DiskError::NotStorable { path: path.to_owned(), kind: article(facts) })
        }
    }
}

fn article(facts: &Metadata) -> &'static str {
    let kind = facts.file_type();
    if kind.is_fifo() {
        "a FIFO"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A tree with one file, and what opening it says after `change` was made to it.
    fn opened_after(change: impl FnOnce(&Path)) -> Result<(File, PathBuf), DiskError> {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("file");
        fs::write(&path, "x").expect("a file");
        let tree = Tree::walk(dir.path()).expect("a tree");
        change(&path);
        let Kind::File(stamp) = &tree.nodes[1].kind else { panic!("not a file") };
        tree.open(1, stamp)
    }

    #[test]
    fn what_is_as_it_was_walked_is_opened() {
        assert!(opened_after(|_| {}).is_ok());
    }

    #[test]
    fn what_grew_or_was_replaced_is_not() {
        let grown = opened_after(|path| fs::write(path, "xx").expect("written"));
        assert!(matches!(grown, Err(DiskError::Changed { .. })));
        let replaced = opened_after(|path| {
            fs::write(path.with_file_name("other"), "y").expect("written");
            fs::rename(path.with_file_name("other"), path).expect("renamed");
        });
        assert!(matches!(replaced, Err(DiskError::Changed { .. })));
    }

    #[test]
    fn a_symlink_in_its_place_is_not_followed() {
        let linked = opened_after(|path| {
            fs::remove_file(path).expect("removed");
            symlink("/etc/passwd", path).expect("a link");
        });
        assert!(matches!(linked, Err(DiskError::Read { .. })));
    }

    #[test]
    fn a_device_is_refused() {
        let path = Path::new("/dev/null");
        let kind = Kind::of(path, &fs::symlink_metadata(path).expect("it is everywhere"));
        assert!(matches!(kind, Err(DiskError::NotStorable { kind: "a device", .. })));
    }

    #[test]
    fn the_largest_file_is_taken() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = File::create(dir.path().join("big")).expect("a file");
        file.set_len(u64::from(u32::MAX)).expect("a sparse file");
        assert!(Tree::walk(dir.path()).is_ok());
    }
}
