//! Several unpacked packages laid over each other, as the layers of a function are.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::PackageError;
use crate::unpack::{Tree, make_directory};

/// Lays trees that [`crate::unpack`] made over each other as the directory `dest`, in their order:
/// where two have the same path, the later one's stands there. Files are shared with the trees
/// (hard links) where the file system can.
///
/// As with `unpack`, `dest` is there whole or not at all, and one that is there stays.
///
/// # Errors
/// [`PackageError::Io`]; nothing is left behind then.
pub fn merge(trees: &[&Path], dest: &Path) -> Result<(), PackageError> {
    let draft = Tree::new(dest)?;
    for tree in trees {
        lay(tree, draft.root()).map_err(PackageError::io(*tree))?;
    }
    draft.appear(dest)
}

/// Nothing is written through a symlink: what is no directory makes room for one.
fn lay(from: &Path, over: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, to) = (entry.file_type()?, over.join(entry.file_name()));
        let there = fs::symlink_metadata(&to).ok();
        if kind.is_dir() {
            if !there.as_ref().is_some_and(fs::Metadata::is_dir) {
                there.map_or(Ok(()), |_| fs::remove_file(&to))?;
                make_directory(&to)?;
            }
            lay(&entry.path(), &to)?;
            continue;
        }
        match there {
            Some(directory) if directory.is_dir() => fs::remove_dir_all(&to)?,
            Some(_) => fs::remove_file(&to)?,
            None => {}
        }
        if kind.is_symlink() {
            symlink(fs::read_link(entry.path())?, &to)?;
        } else {
            fs::hard_link(entry.path(), &to).or_else(|_| fs::copy(entry.path(), &to).map(drop))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn later_trees_win_and_share_their_files() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        for (tree, file, text) in [
            ("a", "lib/only", "a"),
            ("a", "lib/both", "a"),
            ("a", "file", "a"),
            ("a", "dir/below", "a"),
            ("b", "lib/both", "b"),
            ("b", "file/below", "b"),
            ("b", "dir", "b"),
            ("b", "way/in", "b"),
        ] {
            let file = path(tree).join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        // A way out of the tree is replaced, never gone.
        symlink("/tmp", path("a/way")).unwrap();
        symlink("both", path("b/lib/link")).unwrap();
        merge(&[&path("a"), &path("b")], &path("merged")).unwrap();
        for (file, text) in [
            ("lib/only", "a"),
            ("lib/both", "b"),
            ("lib/link", "b"),
            ("file/below", "b"),
            ("dir", "b"),
            ("way/in", "b"),
        ] {
            assert_eq!(fs::read_to_string(path("merged").join(file)).unwrap(), text, "{file}");
        }
        assert!(!fs::symlink_metadata(path("merged/way")).unwrap().is_symlink());
        let inode = |name: &str| fs::metadata(path(name)).unwrap().ino();
        assert_eq!(inode("merged/lib/only"), inode("a/lib/only"));
        merge(&[&path("b")], &path("merged")).unwrap();
        assert!(path("merged/lib/only").exists(), "one that is there stays");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 3);
    }
}
