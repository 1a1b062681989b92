//! A folder or a file → the zip to send.

use std::borrow::Cow;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use fika_model::limits::ZIP_DIRECT_BYTES;
use fika_package::{PackageError, Packer};
use zip::ZipArchive;

use crate::failure::Failure;
use crate::guess::{self, Guess};

const ZIP_MAGIC: &[u8] = b"PK\x03\x04";
/// What is never part of a package: the history of the code, and the data of `fika dev`, among them
/// its keys.
const LEFT_OUT: [&str; 2] = [".git", ".fika"];
const ELF_MAGIC: &[u8] = b"\x7fELF";
/// As much of a source file as is read to judge it, bytes.
const JUDGED_BYTES: u64 = 1 << 20;

/// A package, ready to be sent.
#[derive(Debug)]
pub struct Bundle {
    /// The zip.
    pub zip: Vec<u8>,
    /// Its SHA-256, base64, as `CodeSha256` has it.
    pub sha256: String,
    /// The paths in it.
    pub files: Vec<String>,
    /// What it seems to be.
    pub guess: Option<Guess>,
}

impl Bundle {
    /// Packs what is at that path: a folder, a source file, a program; a zip stays as it is.
    /// The same files make the same zip, so that the server can be asked whether it has it.
    ///
    /// # Errors
    /// When it cannot be read, or makes no package that Lambda takes.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        Self::of_zip(pack(path)?, path)
    }

    /// The same for a folder that is packed again and again, and by ourselves: only the server has to
    /// check it.
    ///
    /// # Errors
    /// When it cannot be read, or makes no package.
    pub fn read_again(path: &Path, packer: &mut Packer) -> Result<Self, Failure> {
        if !path.is_dir() {
            return Self::read(path);
        }
        let zip = packer.zip_dir(path, &LEFT_OUT).map_err(|e| unfit(path, &e))?;
        let sha256 = fika_package::sha256_base64(&zip);
        Self::known(zip, sha256)
    }

    /// A package of one file.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn of_file(name: &str, contents: &[u8]) -> Result<Self, Failure> {
        let path = Path::new(name);
        let zip = fika_package::single_file(name, contents).map_err(|e| unfit(path, &e))?;
        Self::of_zip(zip, path)
    }

    fn of_zip(zip: Vec<u8>, path: &Path) -> Result<Self, Failure> {
        let sha256 = fika_package::inspect(&zip).map_err(|e| unfit(path, &e))?.sha256_base64;
        Self::known(zip, sha256)
    }

    fn known(zip: Vec<u8>, sha256: String) -> Result<Self, Failure> {
        if zip.len() > ZIP_DIRECT_BYTES {
            let why = format!("zipped it is {} bytes, and may be {ZIP_DIRECT_BYTES}", zip.len());
            return Err(Failure::no_input("leave out of the package what is not needed", why));
        }
        let mut archive = ZipArchive::new(Cursor::new(&zip))
            .map_err(|e| Failure::no_input("give a zip that opens", e))?;
        let files: Vec<String> = archive
            .file_names()
            .map(|name| name.map(Cow::into_owned))
            .collect::<Result<_, _>>()
            .map_err(|e| Failure::no_input("give a zip with readable names", e))?;
        let guess = judge(&files, &mut archive);
        Ok(Self { zip, sha256, files, guess })
    }

    /// Whether that path is in the package.
    pub fn has(&self, file: &str) -> bool {
        self.files.iter().any(|name| name == file)
    }
}

fn pack(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable =
        |e| Failure::no_input(format!("give a path that is there: {}", path.display()), e);
    if fs::metadata(path).map_err(unreadable)?.is_dir() {
        return fika_package::zip_dir(path, &LEFT_OUT).map_err(|e| unfit(path, &e));
    }
    let contents = fs::read(path).map_err(unreadable)?;
    if contents.starts_with(ZIP_MAGIC) {
        return Ok(contents);
    }
    let name = if contents.starts_with(ELF_MAGIC) {
        "bootstrap"
    } else {
        path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    };
    fika_package::single_file(name, &contents).map_err(|e| unfit(path, &e))
}

fn judge(files: &[String], archive: &mut ZipArchive<Cursor<&Vec<u8>>>) -> Option<Guess> {
    let top: Vec<String> = files.iter().filter(|name| !name.contains('/')).cloned().collect();
    guess::guess(&top, |name| {
        let mut text = String::new();
        archive.by_name(name).ok()?.take(JUDGED_BYTES).read_to_string(&mut text).ok()?;
        Some(text)
    })
}

fn unfit(path: &Path, why: &PackageError) -> Failure {
    Failure::no_input(format!("mend the package at {}", path.display()), why.detail())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guess::Family;

    fn bundle(files: &[(&str, &[u8])], of: &str) -> Result<Bundle, Failure> {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, contents) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, contents).expect("written");
        }
        Bundle::read(&dir.path().join(of))
    }

    #[test]
    fn a_folder_is_packed_whole_and_always_the_same() {
        let files: [(&str, &[u8]); 2] = [("f/index.js", b"1"), ("f/lib/a.js", b"2")];
        let (one, two) = (bundle(&files, "f").expect("one"), bundle(&files, "f").expect("two"));
        assert_eq!(one.sha256, two.sha256);
        assert!(one.has("index.js") && one.has("lib/a.js"));
        assert_eq!(one.guess.expect("a guess").handler, "index.handler");
        let other = bundle(&[("f/index.js", b"2"), ("f/lib/a.js", b"2")], "f").expect("other");
        assert_ne!(one.sha256, other.sha256);
    }

    #[test]
    fn a_file_is_packed_under_its_name() {
        let python = bundle(&[("app.py", b"def handler(e, c): pass")], "app.py").expect("packed");
        assert_eq!(python.files, ["app.py"]);
        assert_eq!(python.guess.expect("a guess").handler, "app.handler");
    }

    #[test]
    fn a_program_becomes_the_bootstrap() {
        let program = bundle(&[("server", b"\x7fELF...")], "server").expect("packed");
        assert_eq!(program.files, ["bootstrap"]);
        assert_eq!(program.guess.expect("a guess").family, Family::Provided);
    }

    #[test]
    fn a_zip_stays_as_it_is() {
        let zip = fika_package::single_file("index.mjs", b"x").expect("zipped");
        let sent = bundle(&[("code.zip", &zip)], "code.zip").expect("packed");
        assert_eq!(sent.zip, zip);
        assert_eq!(sent.guess.expect("a guess").handler, "index.handler");
    }

    #[test]
    fn what_makes_no_package_is_refused() {
        for (files, of) in
            [(&[][..], "missing"), (&[("bad.zip", &b"PK\x03\x04 and then nothing"[..])], "bad.zip")]
        {
            assert_eq!(bundle(files, of).expect_err(of).code(), 66);
        }
    }
}
