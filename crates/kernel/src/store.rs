//! The kernel that is set, in a directory of its own:
//!
//! - `current`: the digest of the one that is set
//! - `DIGEST/`: `vmlinux`, `modules/NN-name.ko`, `kernel.json`; never changed once there
//! - `new/`: one being made, by whoever holds `lock`
//!
//! The kernel before the current one stays, because a server that runs may still boot it.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::distribution::{self, Step};
use crate::elf::Elf;
use crate::modules::{Module, Shelf};
use crate::{KernelError, bzimage, package};

const CURRENT: &str = "current";
const RECORD: &str = "kernel.json";

/// A kernel a VMM can boot, and the modules its guest needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kernel {
    /// The uncompressed kernel, an ELF file.
    pub vmlinux: PathBuf,
    /// The modules, uncompressed, in the order in which they go in: `NN-name.ko`.
    pub modules: Vec<PathBuf>,
    /// What `uname -r` says in the guest.
    pub release: String,
    /// SHA-256 of kernel and modules, 64 hexadecimal digits: a snapshot fits no other kernel.
    pub digest: String,
    /// Whether it can be started the PVH way, which QEMU asks of an ELF file.
    pub pvh: bool,
    /// Where it came from: the names of the files.
    pub source: String,
}

/// What is written beside a kernel.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    release: String,
    pvh: bool,
    source: String,
    /// File names, in order.
    modules: Vec<String>,
}

/// The place of the one kernel that is set.
#[derive(Debug, Clone)]
pub struct KernelStore {
    dir: PathBuf,
}

impl KernelStore {
    /// Names the directory. It is made when the first kernel is added.
    pub fn open(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The kernel that is set, if there is one and its files are there. Reads two small files.
    #[must_use]
    pub fn find(&self) -> Option<Kernel> {
        self.current().and_then(|digest| self.kernel(digest))
    }

    fn current(&self) -> Option<String> {
        let digest = fs::read_to_string(self.dir.join(CURRENT)).ok()?;
        is_digest(&digest).then_some(digest)
    }

    fn kernel(&self, digest: String) -> Option<Kernel> {
        let dir = self.dir.join(&digest);
        let record = fs::read(dir.join(RECORD)).ok()?;
        let Record { release, pvh, source, modules } = serde_json::from_slice(&record).ok()?;
        let modules: Vec<PathBuf> =
            modules.iter().map(|name| dir.join("modules").join(name)).collect();
        let vmlinux = dir.join("vmlinux");
        let whole = vmlinux.is_file() && modules.iter().all(|path| path.is_file());
        whole.then_some(Kernel { vmlinux, modules, release, digest, pvh, source })
    }

    /// Sets the distribution's cloud kernel: fetches its package through apt. Blocks for as long
    /// as about 35 MB take.
    ///
    /// # Errors
    /// [`KernelError::Distribution`] when apt is not there, or has none; else as
    /// [`Self::add_from_debs`].
    pub fn add_from_distribution(&self, progress: &dyn Fn(Step)) -> Result<Kernel, KernelError> {
        let making = self.making(progress)?;
        let package = distribution::fetch(&making.dir("fetched")?, progress)?;
        self.add_packages(&making, &[package], progress)
    }

    /// Sets the kernel of a Debian package, or of the packages that a kernel and its modules
    /// come in.
    ///
    /// # Errors
    /// [`KernelError::Io`] when a file cannot be read or written, and every other one when a
    /// package does not hold what a guest needs. The kernel that was set stays.
    pub fn add_from_debs(
        &self,
        packages: &[PathBuf],
        progress: &dyn Fn(Step),
    ) -> Result<Kernel, KernelError> {
        let making = self.making(progress)?;
        self.add_packages(&making, packages, progress)
    }

    /// Sets a kernel, `vmlinux` or bzImage, with its modules: a directory such as
    /// `/lib/modules/RELEASE`. Without one, all that a guest needs must be built in.
    ///
    /// # Errors
    /// As [`Self::add_from_debs`].
    pub fn add_from_files(
        &self,
        kernel: &Path,
        modules: Option<&Path>,
        progress: &dyn Fn(Step),
    ) -> Result<Kernel, KernelError> {
        let making = self.making(progress)?;
        self.assemble(&making, kernel, modules, &named(&[kernel.into()]), progress)
    }

    /// Takes away every kernel; whether one was set.
    ///
    /// # Errors
    /// [`KernelError::Io`] when the files cannot be removed.
    pub fn remove(&self) -> Result<bool, KernelError> {
        if !self.dir.is_dir() {
            return Ok(false);
        }
        let _making = self.making(&|_| ())?;
        let current = self.dir.join(CURRENT);
        let was_set = match fs::remove_file(&current) {
            Ok(()) => true,
            Err(e) if e.kind() == ErrorKind::NotFound => false,
            Err(e) => return Err(KernelError::io(current)(e)),
        };
        self.keep_only(&[])?;
        Ok(was_set)
    }

    fn add_packages(
        &self,
        making: &Making,
        packages: &[PathBuf],
        progress: &dyn Fn(Step),
    ) -> Result<Kernel, KernelError> {
        progress(Step::Unpacking);
        let unpacked = package::unpack(packages, &making.dir("unpacked")?)?;
        let (kernel, modules) = (&unpacked.kernel, Some(unpacked.modules.as_path()));
        self.assemble(making, kernel, modules, &named(packages), progress)
    }

    fn assemble(
        &self,
        making: &Making,
        kernel: &Path,
        modules: Option<&Path>,
        source: &str,
        progress: &dyn Fn(Step),
    ) -> Result<Kernel, KernelError> {
        progress(Step::Assembling);
        let broken = |why: String| KernelError::unusable(kernel.display().to_string(), why);
        let file = fs::read(kernel).map_err(KernelError::io(kernel))?;
        let vmlinux = bzimage::vmlinux(file).map_err(broken)?;
        let elf = Elf::parse(&vmlinux).ok_or_else(|| broken("it is not an ELF file".into()))?;
        let release = elf.release().ok_or_else(|| broken("it does not say its release".into()))?;
        let modules = match modules {
            Some(dir) => Shelf::of(dir)?.pick(release)?,
            None => Vec::new(),
        };
        let (release, pvh, source) = (release.to_owned(), elf.has_pvh_entry(), source.to_owned());
        let record = Record { release, pvh, source, modules: file_names(&modules) };
        let ready = write_all(&making.dir("kernel")?, &vmlinux, &modules, &record)?;
        self.set(&ready, &digest(&vmlinux, &modules))
    }

    /// Puts a kernel in its place and makes it the current one.
    fn set(&self, ready: &Path, digest: &str) -> Result<Kernel, KernelError> {
        let place = self.dir.join(digest);
        if self.kernel(digest.into()).is_none() {
            remove_tree(&place)?;
            fs::rename(ready, &place).map_err(KernelError::io(&place))?;
        }
        let before = self.current().unwrap_or_else(|| digest.into());
        let (new, current) = (self.dir.join("new").join(CURRENT), self.dir.join(CURRENT));
        write(&new, digest.as_bytes())?;
        fs::rename(&new, &current).map_err(KernelError::io(current))?;
        if before != digest {
            self.keep_only(&[digest, &before])?;
        }
        let gone = || KernelError::unusable(place.display().to_string(), "it was removed again");
        self.kernel(digest.into()).ok_or_else(gone)
    }

    fn keep_only(&self, digests: &[&str]) -> Result<(), KernelError> {
        for entry in fs::read_dir(&self.dir).map_err(KernelError::io(&self.dir))?.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if is_digest(&name) && !digests.contains(&&*name) {
                remove_tree(&entry.path())?;
            }
        }
        Ok(())
    }

    /// Waits for its turn, and clears what a crash left.
    fn making(&self, progress: &dyn Fn(Step)) -> Result<Making, KernelError> {
        fs::create_dir_all(&self.dir).map_err(KernelError::io(&self.dir))?;
        let path = self.dir.join("lock");
        let lock = File::create(&path).map_err(KernelError::io(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                progress(Step::Waiting);
                lock.lock().map_err(KernelError::io(&path))?;
            }
            Err(TryLockError::Error(e)) => return Err(KernelError::io(path)(e)),
        }
        let making = Making { dir: self.dir.join("new"), _lock: lock };
        remove_tree(&making.dir)?;
        Ok(making)
    }
}

/// A turn at making a kernel, and the directory for it, which goes when the turn ends.
struct Making {
    dir: PathBuf,
    _lock: File,
}

impl Making {
    fn dir(&self, name: &str) -> Result<PathBuf, KernelError> {
        let dir = self.dir.join(name);
        fs::create_dir_all(&dir).map_err(KernelError::io(&dir))?;
        Ok(dir)
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        if let Err(error) = remove_tree(&self.dir) {
            tracing::warn!(%error, "what was left of making a kernel stays until the next one");
        }
    }
}

/// Writes the whole kernel, onto the disk: what is renamed into place must not be half there.
fn write_all(
    dir: &Path,
    vmlinux: &[u8],
    modules: &[Module],
    record: &Record,
) -> Result<PathBuf, KernelError> {
    let shelf = dir.join("modules");
    fs::create_dir_all(&shelf).map_err(KernelError::io(&shelf))?;
    write(&dir.join("vmlinux"), vmlinux)?;
    for (name, module) in record.modules.iter().zip(modules) {
        write(&shelf.join(name), &module.content)?;
    }
    write(&dir.join(RECORD), &serde_json::to_vec_pretty(record).expect("plain text"))?;
    Ok(dir.into())
}

fn write(path: &Path, content: &[u8]) -> Result<(), KernelError> {
    let written = File::create(path).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.map_err(KernelError::io(path))
}

fn remove_tree(dir: &Path) -> Result<(), KernelError> {
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(KernelError::io(dir)(e)),
        _ => Ok(()),
    }
}

/// The number that a module's name begins with says when it goes in.
fn file_names(modules: &[Module]) -> Vec<String> {
    let numbered = modules.iter().enumerate();
    numbered.map(|(number, module)| format!("{number:02}-{}.ko", module.name)).collect()
}

fn digest(vmlinux: &[u8], modules: &[Module]) -> String {
    let mut hash = Sha256::new_with_prefix(vmlinux);
    for module in modules {
        hash.update(&module.content);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn named(files: &[PathBuf]) -> String {
    let names = files.iter().filter_map(|path| path.file_name());
    names.map(|name| name.to_string_lossy()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
