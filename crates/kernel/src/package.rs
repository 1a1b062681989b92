//! A Debian package, unpacked as hostile: `ar` around `tar`, see deb(5).
//!
//! Only the kernel, its modules and the list of what is built in are written, each under a name
//! of one plain part, so that no path of the archive can lead elsewhere.

use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::modules::name_of;
use crate::{KernelError, bzimage, decode};

/// The most that may come out of one package, bytes. Debian's kernels have 35 to 120 MB.
const LARGEST: u64 = 1 << 30;
/// The largest file beside the kernel itself, bytes.
const LARGEST_PART: u64 = 32 << 20;
const AR_MAGIC: &[u8; 8] = b"!<arch>\n";

/// What packages were unpacked into: `vmlinuz`, and `modules/` with the files side by side.
pub(crate) struct Unpacked {
    pub(crate) kernel: PathBuf,
    pub(crate) modules: PathBuf,
}

/// Unpacks one package, or the several that a kernel and its modules come in, into a directory.
pub(crate) fn unpack(packages: &[PathBuf], into: &Path) -> Result<Unpacked, KernelError> {
    let unpacked = Unpacked { kernel: into.join("vmlinuz"), modules: into.join("modules") };
    fs::create_dir_all(&unpacked.modules).map_err(KernelError::io(&unpacked.modules))?;
    for path in packages {
        let file = File::open(path).map_err(KernelError::io(path))?;
        let broken =
            |e: io::Error| KernelError::unusable(path.display().to_string(), e.to_string());
        unpacked.take_from(BufReader::new(file)).map_err(broken)?;
    }
    if unpacked.kernel.exists() {
        Ok(unpacked)
    } else {
        let names: Vec<String> = packages.iter().map(|path| path.display().to_string()).collect();
        Err(KernelError::unusable(names.join(", "), "there is no /boot/vmlinuz-* in it"))
    }
}

impl Unpacked {
    fn take_from(&self, package: impl Read) -> io::Result<()> {
        let mut data = data(package)?;
        let mut head = Vec::new();
        data.by_ref().take(6).read_to_end(&mut head)?;
        let stream = decode::reader(head.as_slice().chain(data), &head)?.take(LARGEST);
        for entry in tar::Archive::new(stream).entries()? {
            let mut entry = entry?;
            let path = entry.path_bytes().into_owned();
            let wanted = std::str::from_utf8(&path).ok().and_then(|path| self.place(path));
            if let Some((place, limit)) = wanted.filter(|_| entry.header().entry_type().is_file()) {
                if entry.size() > limit {
                    return Err(io::Error::other(format!("{} is too large", place.display())));
                }
                write(&mut entry, &place)?;
            }
        }
        Ok(())
    }

    /// Where a file of the package goes, and how large it may be; nowhere, if nobody needs it.
    fn place(&self, path: &str) -> Option<(PathBuf, u64)> {
        let path = path.trim_start_matches("./").trim_start_matches('/');
        let path = path.strip_prefix("usr/").unwrap_or(path);
        if path.starts_with("boot/vmlinuz-") {
            return Some((self.kernel.clone(), bzimage::LARGEST as u64));
        }
        let below = path.strip_prefix("lib/modules/")?;
        let file = below.rsplit('/').next()?;
        let wanted = file == "modules.builtin" || name_of(file).is_some();
        wanted.then(|| (self.modules.join(file), LARGEST_PART))
    }
}

/// Writes a file that is not there yet: of two with one name, the first counts.
fn write(content: &mut impl Read, place: &Path) -> io::Result<()> {
    match File::create_new(place) {
        Ok(mut file) => io::copy(content, &mut file).map(drop),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(e),
    }
}

/// The member of the package that holds its files.
fn data<R: Read>(mut package: R) -> io::Result<io::Take<R>> {
    let mut magic = [0; AR_MAGIC.len()];
    package.read_exact(&mut magic)?;
    if magic != *AR_MAGIC {
        return Err(io::Error::other("it is no Debian package"));
    }
    loop {
        let mut header = [0; 60];
        package.read_exact(&mut header)?;
        let (name, size) = (text(&header[..16]), text(&header[48..58]));
        let size: u64 = size.parse().map_err(|_| io::Error::other("it has a broken part"))?;
        if name.starts_with("data.tar") {
            return Ok(package.take(size));
        }
        let padded = size.next_multiple_of(2);
        if io::copy(&mut package.by_ref().take(padded), &mut io::sink())? < padded {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
}

fn text(field: &[u8]) -> &str {
    std::str::from_utf8(field).unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{deb, header, package};

    fn unpacked(packages: &[Vec<u8>]) -> (tempfile::TempDir, Result<Unpacked, KernelError>) {
        let dir = tempfile::tempdir().expect("a directory");
        let files: Vec<PathBuf> =
            (0..packages.len()).map(|number| dir.path().join(format!("{number}.deb"))).collect();
        for (file, package) in files.iter().zip(packages) {
            fs::write(file, package).expect("room");
        }
        let result = unpack(&files, &dir.path().join("into"));
        (dir, result)
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).expect("a directory");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn only_what_is_wanted_is_written() {
        let package = deb(&[
            ("./boot/vmlinuz-6.12", b"kernel"),
            ("./boot/config-6.12", b"no"),
            ("./lib/modules/6.12/kernel/fs/erofs/erofs.ko.xz", b"module"),
            ("usr/lib/modules/6.12/modules.builtin", b"list"),
            ("./lib/modules/6.12/modules.order", b"no"),
            ("./etc/passwd", b"no"),
        ]);
        let (_dir, unpacked) = unpacked(&[package]);
        let unpacked = unpacked.expect("intact");
        assert_eq!(fs::read(&unpacked.kernel).expect("there"), b"kernel");
        assert_eq!(names(&unpacked.modules), ["erofs.ko.xz", "modules.builtin"]);
    }

    #[test]
    fn modules_may_come_in_a_package_of_their_own() {
        let image = deb(&[("./boot/vmlinuz-6.8", b"kernel")]);
        let modules = deb(&[("./lib/modules/6.8/kernel/virtio.ko", b"module")]);
        let (_dir, unpacked) = unpacked(&[image, modules]);
        assert_eq!(names(&unpacked.expect("intact").modules), ["virtio.ko"]);
    }

    #[test]
    fn no_path_leads_elsewhere() {
        let package = deb(&[
            ("./boot/vmlinuz-../../../../outside", b"kernel"),
            ("./lib/modules/../../../../outside.ko", b"module"),
            ("/lib/modules/6/..", b"module"),
            ("./lib/modules/6/.ko", b"module"),
        ]);
        let (dir, unpacked) = unpacked(&[package]);
        assert_eq!(names(&unpacked.expect("intact").modules), ["outside.ko"]);
        assert_eq!(names(dir.path()), ["0.deb", "into"]);
        assert_eq!(names(&dir.path().join("into")), ["modules", "vmlinuz"]);
    }

    #[test]
    fn of_two_files_with_one_name_the_first_counts() {
        let package = deb(&[("./boot/vmlinuz-1", b"first"), ("./boot/vmlinuz-2", b"second")]);
        let (_dir, unpacked) = unpacked(&[package]);
        assert_eq!(fs::read(unpacked.expect("intact").kernel).expect("there"), b"first");
    }

    #[test]
    fn packages_that_are_none_are_refused() {
        let mut cut = deb(&[("./boot/vmlinuz-1", &[7; 9_000])]);
        cut.truncate(cut.len() - 20);
        let mut lies = deb(&[("./boot/vmlinuz-1", b"kernel")]);
        lies[8 + 48..8 + 58].copy_from_slice(b"9999999999");
        let empty = deb(&[("./usr/share/doc/readme", b"no kernel")]);
        for package in [cut, lies, empty, b"text".to_vec(), Vec::new()] {
            let (_dir, unpacked) = unpacked(&[package]);
            assert!(matches!(unpacked.err(), Some(KernelError::Unusable { .. })));
        }
    }

    #[test]
    fn a_module_is_no_larger_than_modules_are() {
        let mut archive = tar::Builder::new(Vec::new());
        let header = header("./lib/modules/6/huge.ko", LARGEST_PART + 1);
        archive.append(&header, io::empty()).expect("memory");
        let package = package(&archive.into_inner().expect("memory"));
        let (_dir, unpacked) = unpacked(&[package]);
        let why = unpacked.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(why.contains("too large"), "{why}");
    }
}
