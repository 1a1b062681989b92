//! Packing a folder again and again: what has not changed meanwhile is not compressed again.

use std::collections::HashMap;
use std::fs::Metadata;
use std::io::Cursor;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use zip::ZipArchive;

use crate::PackageError;
use crate::make::{self, Writer};

/// A file that was changed so lately may be changed again without looking different: clocks of file
/// systems tick a few hundred times a second.
const FRESH: Duration = Duration::from_millis(100);

/// Packs one folder as [`crate::zip_dir`] does, and remembers what came of it.
#[derive(Debug, Default)]
pub struct Packer {
    last: Option<ZipArchive<Cursor<Vec<u8>>>>,
    stamps: HashMap<String, Stamp>,
}

/// What tells whether a file is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    number: u64,
    size: u64,
    mode: u32,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(file: &Metadata) -> Self {
        Self {
            device: file.dev(),
            number: file.ino(),
            size: file.size(),
            mode: file.mode(),
            modified: (file.mtime(), file.mtime_nsec()),
            changed: (file.ctime(), file.ctime_nsec()),
        }
    }
}

impl Packer {
    /// The same bytes as [`crate::zip_dir`] gives.
    ///
    /// # Errors
    /// As there.
    pub fn zip_dir(&mut self, root: &Path, left_out: &[&str]) -> Result<Vec<u8>, PackageError> {
        self.zip_dir_at(SystemTime::now(), root, left_out)
    }

    fn zip_dir_at(
        &mut self,
        now: SystemTime,
        root: &Path,
        left_out: &[&str],
    ) -> Result<Vec<u8>, PackageError> {
        let mut stamps = HashMap::new();
        let (last, before) = (&mut self.last, &self.stamps);
        let zip = make::zip_with(root, left_out, |writer, path, name, kind| {
            let stamp = Stamp::of(kind);
            if !is_fresh(kind, now) {
                stamps.insert(name.to_owned(), stamp);
            }
            let same = before.get(name) == Some(&stamp);
            if let Some(last) = last.as_mut().filter(|_| same)
                && copied(writer, last, name)?
            {
                return Ok(());
            }
            make::read_and_add(writer, path, name, kind)
        })?;
        self.last = Some(ZipArchive::new(Cursor::new(zip.clone()))?);
        self.stamps = stamps;
        Ok(zip)
    }
}

/// Whether the archive has that file, which is copied then, compressed as it is.
fn copied(
    writer: &mut Writer,
    last: &mut ZipArchive<Cursor<Vec<u8>>>,
    name: &str,
) -> Result<bool, PackageError> {
    let Some(index) = last.index_for_name(name) else { return Ok(false) };
    writer.raw_copy_file(last.by_index_raw(index)?)?;
    Ok(true)
}

fn is_fresh(file: &Metadata, now: SystemTime) -> bool {
    let seconds = Duration::from_secs(file.ctime().try_into().unwrap_or(0));
    let nanos = Duration::from_nanos(file.ctime_nsec().try_into().unwrap_or(0));
    let age = now.duration_since(SystemTime::UNIX_EPOCH + seconds + nanos);
    age.unwrap_or_default() < FRESH
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_bytes_are_those_of_a_first_time() {
        let home = tempfile::tempdir().expect("a folder");
        let path = |name: &str| home.path().join(name);
        fs::create_dir(path("lib")).expect("made");
        for name in ["index.js", "lib/a.js", "lib/b.js", "bootstrap"] {
            fs::write(path(name), name.repeat(1_000)).expect("written");
        }
        let mut packer = Packer::default();
        let later = SystemTime::now() + 2 * FRESH;
        let mut pack = |now| {
            let again = packer.zip_dir_at(now, home.path(), &[]).expect("packed");
            let first = crate::zip_dir(home.path(), &[]).expect("packed");
            assert!(again == first, "other bytes");
            packer.stamps.len()
        };
        assert_eq!(pack(SystemTime::now()), 0, "all of it is new");
        assert_eq!((pack(later), pack(later)), (4, 4));
        fs::write(path("lib/a.js"), "other").expect("written");
        fs::remove_file(path("lib/b.js")).expect("removed");
        fs::write(path("lib/c.js"), "new").expect("written");
        let may_run = fs::Permissions::from_mode(0o755);
        fs::set_permissions(path("bootstrap"), may_run).expect("changed");
        assert_eq!((pack(later), pack(later)), (4, 4));
    }

    #[test]
    fn what_has_not_changed_is_not_read_again() {
        let home = tempfile::tempdir().expect("a folder");
        fs::write(home.path().join("index.js"), "1").expect("written");
        let mut packer = Packer::default();
        let later = SystemTime::now() + 2 * FRESH;
        let first = packer.zip_dir_at(later, home.path(), &[]).expect("packed");
        // As if it had been another: it is believed that it is not.
        let other = crate::files(&[("index.js", b"2")]).expect("packed");
        packer.last = Some(ZipArchive::new(Cursor::new(other.clone())).expect("a zip"));
        let again = packer.zip_dir_at(later, home.path(), &[]).expect("packed");
        assert!(again != first, "it was read");
    }
}
