//! The one pass over an archive.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use fika_model::limits::UNZIPPED_BYTES;

use crate::plan::{Archive, Node, Plan, plan};
use crate::{MAX_PATH, PackageError, name};

/// What came out of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Contents {
    /// Files and symlinks.
    pub files: usize,
    /// Directories, implied ones among them.
    pub directories: usize,
    /// Bytes of all files, inflated.
    pub unpacked_bytes: u64,
}

/// Where the contents go. Paths are relative and clean; a parent comes before its children, and
/// all symlinks come last.
pub(crate) trait Sink {
    fn directory(&mut self, path: &Path) -> Result<(), PackageError>;
    fn file(&mut self, path: &Path, executable: bool) -> Result<impl Write, PackageError>;
    fn link(&mut self, path: &Path, target: &str) -> Result<(), PackageError>;
}

/// Inflates the whole archive into `sink`, counting.
///
/// # Errors
/// [`PackageError`]; `sink` may have got a part by then.
pub(crate) fn walk(zip: &[u8], sink: &mut impl Sink) -> Result<Contents, PackageError> {
    if zip.is_empty() {
        return Err(PackageError::Empty);
    }
    let mut archive = Archive::new(Cursor::new(zip))?;
    let plan = plan(&mut archive)?;
    let mut contents = Contents::default();
    for (path, node) in &plan {
        match *node {
            Node::Directory => {
                contents.directories += 1;
                sink.directory(Path::new(path))?;
            }
            Node::File { index, executable } => {
                contents.files += 1;
                let to = sink.file(Path::new(path), executable)?;
                contents.unpacked_bytes += inflate(&mut archive, index, path, to, contents)?;
            }
            Node::Link { .. } => contents.files += 1,
        }
    }
    links(&mut archive, &plan, sink)?;
    Ok(contents)
}

/// Copies one entry, stopping at the first byte that is too much; returns its length.
fn inflate(
    archive: &mut Archive<'_>,
    index: usize,
    path: &str,
    mut to: impl Write,
    so_far: Contents,
) -> Result<u64, PackageError> {
    let broken = |e: &dyn std::fmt::Display| PackageError::unusable(format!("entry {path:?}: {e}"));
    let mut entry = archive.by_index(index).map_err(|e| broken(&e))?;
    let room = UNZIPPED_BYTES - so_far.unpacked_bytes;
    let mut buffer = [0; 32 * 1024];
    let mut length = 0;
    loop {
        let n = entry.read(&mut buffer).map_err(|e| broken(&e))?;
        if n == 0 {
            return Ok(length);
        }
        length += n as u64;
        if length > room {
            return Err(PackageError::TooLarge);
        }
        to.write_all(&buffer[..n]).map_err(PackageError::io(path))?;
    }
}

fn links(archive: &mut Archive<'_>, plan: &Plan, sink: &mut impl Sink) -> Result<(), PackageError> {
    for (path, node) in plan {
        let Node::Link { index } = *node else { continue };
        let mut target = String::new();
        let broken = |e: &dyn std::fmt::Display| {
            PackageError::unusable(format!("the target of symlink {path:?}: {e}"))
        };
        let entry = archive.by_index(index).map_err(|e| broken(&e))?;
        // One byte more than allowed shows that there was more.
        entry.take(MAX_PATH as u64 + 1).read_to_string(&mut target).map_err(|e| broken(&e))?;
        if !name::link_stays_inside(path, &target) {
            return Err(broken(&format_args!("{target:?} leaves the package")));
        }
        sink.link(Path::new(path), &target)?;
    }
    Ok(())
}
