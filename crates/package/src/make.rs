//! Making packages: the same files give the same bytes, whoever packs them and when.

use std::fs::{self, Metadata};
use std::io::{Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::{PackageError, name};

pub(crate) type Writer = ZipWriter<Cursor<Vec<u8>>>;

/// A zip of one file, executable as a `bootstrap` must be.
///
/// # Errors
/// [`PackageError::Unusable`] if `name` is no name for a file in a package.
pub fn single_file(name: &str, contents: &[u8]) -> Result<Vec<u8>, PackageError> {
    files(&[(name, contents)])
}

/// A zip of those files, each a name and what is in it, executable as a `bootstrap` must be.
///
/// # Errors
/// [`PackageError::Unusable`] if one of the names is none for a file in a package.
pub fn files(files: &[(&str, &[u8])]) -> Result<Vec<u8>, PackageError> {
    let mut writer = writer();
    for (name, contents) in files {
        add_file(&mut writer, &clean(name)?, contents, true)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// A zip of everything below the directory `root`, by sorted name, with executable bits and
/// symlinks kept, and one fixed date. Files and folders of the names in `left_out` are, wherever they are.
///
/// # Errors
/// [`PackageError::Io`] if something cannot be read, [`PackageError::Unusable`] if something
/// there cannot stand in a package: a device, or a symlink that leaves `root`.
pub fn zip_dir(root: &Path, left_out: &[&str]) -> Result<Vec<u8>, PackageError> {
    zip_with(root, left_out, read_and_add)
}

/// As [`zip_dir`], with `add` for each file: it is given the path, the name in the package, and what
/// the file is.
pub(crate) fn zip_with(
    root: &Path,
    left_out: &[&str],
    mut add: impl FnMut(&mut Writer, &Path, &str, &Metadata) -> Result<(), PackageError>,
) -> Result<Vec<u8>, PackageError> {
    let mut writer = writer();
    add_directory(&mut writer, root, "", left_out, &mut add)?;
    Ok(writer.finish()?.into_inner())
}

/// Compresses a file.
pub(crate) fn read_and_add(
    writer: &mut Writer,
    path: &Path,
    name: &str,
    kind: &Metadata,
) -> Result<(), PackageError> {
    let contents = fs::read(path).map_err(PackageError::io(path))?;
    add_file(writer, name, &contents, kind.permissions().mode() & 0o111 != 0)
}

fn writer() -> Writer {
    ZipWriter::new(Cursor::new(Vec::new()))
}

/// The fixed date is the zip format's first, 1980-01-01.
fn options(executable: bool) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(if executable { 0o755 } else { 0o644 })
}

fn add_directory(
    writer: &mut Writer,
    root: &Path,
    below: &str,
    left_out: &[&str],
    add: &mut impl FnMut(&mut Writer, &Path, &str, &Metadata) -> Result<(), PackageError>,
) -> Result<(), PackageError> {
    for (path, name) in children(&root.join(below), below)? {
        if left_out.iter().any(|out| path.file_name().is_some_and(|name| name == *out)) {
            continue;
        }
        let kind = fs::symlink_metadata(&path).map_err(PackageError::io(&path))?;
        if kind.is_dir() {
            writer.add_directory(name.as_str(), options(true))?;
            add_directory(writer, root, &name, left_out, add)?;
        } else if kind.is_symlink() {
            add_link(writer, &path, &name)?;
        } else if kind.is_file() {
            add(writer, &path, &name, &kind)?;
        } else {
            return Err(refuse(&path, "it is a device, a pipe or a socket"));
        }
    }
    Ok(())
}

/// The paths and package names in a directory, sorted.
fn children(directory: &Path, below: &str) -> Result<Vec<(PathBuf, String)>, PackageError> {
    let io = || PackageError::io(directory);
    let mut children = Vec::new();
    for entry in fs::read_dir(directory).map_err(io())? {
        let path = entry.map_err(io())?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| refuse(&path, "its name is not UTF-8"))?;
        let name = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        children.push((path, clean(&name)?));
    }
    children.sort_unstable_by(|a, b| a.1.cmp(&b.1));
    Ok(children)
}

fn add_file(
    writer: &mut Writer,
    name: &str,
    contents: &[u8],
    executable: bool,
) -> Result<(), PackageError> {
    writer.start_file(name, options(executable))?;
    // The writer writes to memory.
    writer.write_all(contents).map_err(PackageError::io(name))
}

fn add_link(writer: &mut Writer, path: &Path, name: &str) -> Result<(), PackageError> {
    let target = fs::read_link(path).map_err(PackageError::io(path))?;
    match target.to_str() {
        Some(target) if name::link_stays_inside(name, target) => {
            Ok(writer.add_symlink(name, target, options(true))?)
        }
        _ => Err(refuse(path, "the symlink leaves the folder; copy what it points to")),
    }
}

fn clean(name: &str) -> Result<String, PackageError> {
    match name::clean(name) {
        Ok(path) if path.is_empty() => Err(refuse(Path::new(name), "it has no name")),
        Ok(path) => Ok(path),
        Err(why) => Err(refuse(Path::new(name), why)),
    }
}

fn refuse(path: &Path, why: &str) -> PackageError {
    PackageError::unusable(format!("{}: {why}", path.display()))
}
