//! The distribution's cloud kernel, through apt: it knows this machine's mirrors, and checks
//! what it fetches against the archive's signatures.

use std::cmp::Reverse;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::KernelError;

/// The series that is tried first: Debian's long-term kernel of 2024, with `VMGENID` and the
/// virtio bus built in.
const SERIES: &str = "^linux-image-6\\.12\\.[0-9].*-cloud-amd64$";
/// What depends on the cloud kernel of the distribution's release.
const META: &str = "linux-image-cloud-amd64";

/// How far the making of a kernel is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Another process makes one.
    Waiting,
    /// Asking apt which package it is.
    Choosing,
    /// The package is being fetched.
    Fetching(String),
    /// A package is being unpacked.
    Unpacking,
    /// The kernel is decompressed, its modules are put in order.
    Assembling,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting => f.write_str("waiting for another fika that makes a kernel"),
            Self::Choosing => f.write_str("asking apt for the distribution's cloud kernel"),
            Self::Fetching(package) => write!(f, "fetching {package}"),
            Self::Unpacking => f.write_str("unpacking"),
            Self::Assembling => f.write_str("taking out the kernel and its modules"),
        }
    }
}

/// Downloads the package into an empty directory.
pub(crate) fn fetch(into: &Path, progress: &dyn Fn(Step)) -> Result<PathBuf, KernelError> {
    progress(Step::Choosing);
    let package = choose()?;
    progress(Step::Fetching(package.clone()));
    // Whatever the machine's settings are: a kernel that nobody signed is not wanted.
    let trusted = ["-q", "-o", "APT::Get::AllowUnauthenticated=false"];
    let mut apt = Command::new("apt-get");
    said(apt.args(trusted).args(["download", "--", &package]).current_dir(into))?;
    let files = fs::read_dir(into).map_err(KernelError::io(into))?;
    let packages = files.filter_map(|file| Some(file.ok()?.path()));
    let mut packages = packages.filter(|path| path.extension().is_some_and(|e| e == "deb"));
    packages.next().ok_or_else(|| unavailable(format!("apt-get fetched no {package}")))
}

/// The newest package of the series, else what the release's own meta package names.
fn choose() -> Result<String, KernelError> {
    let found = said(Command::new("apt-cache").args(["search", "--names-only", SERIES]))?;
    if let Some(package) = newest(&found) {
        return Ok(package);
    }
    let found = said(Command::new("apt-cache").args(["depends", META]));
    let named = found.ok().and_then(|said| dependency(&said));
    named.ok_or_else(|| unavailable("apt knows no cloud kernel; run apt-get update".into()))
}

/// The newest of the packages `apt-cache search` lists, one a line: `NAME - DESCRIPTION`.
fn newest(list: &str) -> Option<String> {
    let names = list.lines().filter_map(|line| line.split(' ').next());
    let best = names.filter(|name| is_kernel(name)).min_by_key(|name| Reverse(numbers(name)));
    best.map(str::to_owned)
}

/// The kernel that `apt-cache depends` says a meta package depends on.
fn dependency(said: &str) -> Option<String> {
    let mut names = said.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
    names.find(|name| is_kernel(name)).map(str::to_owned)
}

/// Whether it is the name of a kernel that is signed, and safe to hand to a program.
fn is_kernel(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".+-".contains(&b);
    name.starts_with("linux-image-") && name.ends_with("-cloud-amd64") && name.bytes().all(plain)
}

/// The numbers in a name: what versions are compared by.
fn numbers(name: &str) -> Vec<u64> {
    let parts = name.split(|c: char| !c.is_ascii_digit());
    parts.filter_map(|part| part.parse().ok()).collect()
}

/// What a program of apt's prints.
fn said(command: &mut Command) -> Result<String, KernelError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.env("LC_ALL", "C").stdin(Stdio::null()).output();
    let output = output.map_err(|e| match e.kind() {
        ErrorKind::NotFound => {
            unavailable(format!("there is no {program}; use a machine that has apt"))
        }
        _ => unavailable(format!("{program} cannot be started ({e})")),
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let reason = said.lines().find_map(|line| line.strip_prefix("E: "));
    let reason = reason.unwrap_or("it does not say why");
    Err(unavailable(format!("{program} failed: {reason}; run apt-get update and try again")))
}

fn unavailable(why: String) -> KernelError {
    KernelError::Distribution { why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_signed_kernel_is_chosen_by_number() {
        let list = "linux-image-6.12.9+deb12-cloud-amd64 - Linux 6.12 (signed)\n\
                    linux-image-6.12.117+deb12-cloud-amd64 - Linux 6.12 (signed)\n\
                    linux-image-6.12.117+deb12-cloud-amd64-unsigned - Linux 6.12\n\
                    linux-image-6.12.118+deb12-cloud-amd64-dbg - Debug symbols\n\
                    linux-image-6.12.99+deb12-cloud-amd64 - Linux 6.12 (signed)\n";
        let newest = newest(list);
        assert_eq!(newest.as_deref(), Some("linux-image-6.12.117+deb12-cloud-amd64"));
        assert_eq!(super::newest(""), None);
    }

    #[test]
    fn a_meta_package_names_its_kernel() {
        let said = "linux-image-cloud-amd64\n  Depends: linux-image-6.1.0-56-cloud-amd64\n";
        assert_eq!(dependency(said).as_deref(), Some("linux-image-6.1.0-56-cloud-amd64"));
        assert_eq!(dependency("linux-image-cloud-amd64\n  Depends: <gone>\n"), None);
    }

    #[test]
    fn no_name_is_anything_but_a_name() {
        for name in ["linux-image-/../x-cloud-amd64", "linux-image-=1 -cloud-amd64", "-cloud-amd64"]
        {
            assert!(!is_kernel(name), "{name}");
        }
    }

    #[test]
    fn a_machine_without_apt_is_told_what_to_do() {
        let error = said(&mut Command::new("no-such-program-anywhere")).expect_err("none");
        assert!(error.to_string().contains("--deb FILE"), "{error}");
    }
}
