//! The tree an archive asks for.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::Cursor;

use zip::ZipArchive;

use crate::{MAX_ENTRIES, PackageError, name};

pub(crate) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

// The file types of a Unix mode, stat(2).
const TYPE: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;
const REGULAR: u32 = 0o100_000;
const SYMLINK: u32 = 0o120_000;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Node {
    /// A directory, named by an entry or implied by one below it.
    Directory,
    /// A file: its entry's index, and whether it may be executed.
    File { index: usize, executable: bool },
    /// A symlink: its entry's index; the target is the entry's content.
    Link { index: usize },
}

/// Every path of the tree, parents before their children.
pub(crate) type Plan = BTreeMap<String, Node>;

/// Reads the archive's directory into a plan.
///
/// # Errors
/// [`PackageError::Unusable`] for anything this crate does not unpack, [`PackageError::Empty`] if
/// there is no entry.
pub(crate) fn plan(archive: &mut Archive<'_>) -> Result<Plan, PackageError> {
    if archive.is_empty() {
        return Err(PackageError::Empty);
    }
    if archive.has_duplicate_names() {
        return Err(PackageError::unusable("two entries have the same name"));
    }
    if archive.len() > MAX_ENTRIES {
        return Err(too_many());
    }
    if archive.has_overlapping_entries()? {
        return Err(PackageError::unusable("two entries share bytes of the archive"));
    }
    let mut plan = Plan::new();
    for index in 0..archive.len() {
        let (path, node) = entry(archive, index)?;
        add(&mut plan, &path, node)?;
    }
    Ok(plan)
}

fn entry(archive: &mut Archive<'_>, index: usize) -> Result<(String, Node), PackageError> {
    let entry = archive.by_index_data(index)?;
    // Names in UTF-8 without the flag that says so are common, so the bytes decide.
    let text = match std::str::from_utf8(entry.name_raw()) {
        Ok(text) => text.to_owned(),
        Err(_) => entry.name()?.into_owned(),
    };
    let refuse = |why: &str| PackageError::unusable(format!("entry {text:?}: {why}"));
    let path = name::clean(&text).map_err(refuse)?;
    if entry.encrypted() {
        return Err(refuse("it is encrypted"));
    }
    let mode = entry.unix_mode().unwrap_or(REGULAR | 0o644);
    let node = match mode & TYPE {
        _ if text.ends_with('/') => Node::Directory,
        DIRECTORY => Node::Directory,
        SYMLINK => Node::Link { index },
        // Some packers leave the type out.
        0 | REGULAR => Node::File { index, executable: mode & 0o111 != 0 },
        _ => return Err(refuse("it is a device, a pipe or a socket")),
    };
    if path.is_empty() && node != Node::Directory {
        return Err(refuse("it has no name"));
    }
    Ok((path, node))
}

/// Adds a node and the directories above it; two nodes at one place agree only as directories.
fn add(plan: &mut Plan, path: &str, node: Node) -> Result<(), PackageError> {
    for (slash, _) in path.match_indices('/') {
        place(plan, &path[..slash], Node::Directory)?;
    }
    if path.is_empty() { Ok(()) } else { place(plan, path, node) }
}

fn place(plan: &mut Plan, path: &str, node: Node) -> Result<(), PackageError> {
    if plan.get(path) == Some(&Node::Directory) && node == Node::Directory {
        return Ok(());
    }
    match plan.entry(path.to_owned()) {
        Entry::Vacant(vacant) => vacant.insert(node),
        Entry::Occupied(_) => {
            return Err(PackageError::unusable(format!("two entries want to be {path:?}")));
        }
    };
    if plan.len() > MAX_ENTRIES { Err(too_many()) } else { Ok(()) }
}

fn too_many() -> PackageError {
    PackageError::unusable(format!("more than {MAX_ENTRIES} files and directories"))
}
