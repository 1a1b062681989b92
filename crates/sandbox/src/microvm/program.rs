//! Monitors as programs that are installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::WallError;

/// The program of a name, on the path.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|place| place.join(name));
    places.find_map(|program| program.canonicalize().ok().filter(|program| program.is_file()))
}

/// The first line that a program says of its version, which follows `prefix` and is `oldest` or
/// later. Blocks for some milliseconds.
pub fn version(program: &Path, prefix: &str, oldest: (u32, u32)) -> Result<String, WallError> {
    let said = Command::new(program).arg("--version").output().map_err(WallError::Spawn)?;
    let said = String::from_utf8_lossy(&said.stdout);
    let version = said.lines().next().unwrap_or_default();
    if number(version, prefix).is_some_and(|number| number >= oldest) {
        return Ok(version.into());
    }
    let (major, minor) = oldest;
    let name = prefix.split(' ').next().unwrap_or_default();
    let why = format!("{version:?} is no {name} of version {major}.{minor} or later");
    Err(WallError::NoVmm(why))
}

fn number(version: &str, prefix: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix(prefix)?.split(['.', ' ']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QEMU: &str = "QEMU emulator version ";
    const FIRECRACKER: &str = "Firecracker v";

    #[test]
    fn a_version_is_read_as_each_says_it() {
        for (said, prefix, read) in [
            ("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)", QEMU, Some((7, 2))),
            ("QEMU emulator version 10.0.0", QEMU, Some((10, 0))),
            ("Firecracker v1.17.0", QEMU, None),
            ("Firecracker v1.17.0", FIRECRACKER, Some((1, 17))),
            ("Firecracker v1.17.0-dev", FIRECRACKER, Some((1, 17))),
            ("Firecracker v2.0.1", FIRECRACKER, Some((2, 0))),
            ("QEMU emulator version 7.2.22", FIRECRACKER, None),
            ("Firecracker", FIRECRACKER, None),
            ("Firecracker v1", FIRECRACKER, None),
            ("", FIRECRACKER, None),
        ] {
            assert_eq!(number(said, prefix), read, "{said}");
        }
    }
}
