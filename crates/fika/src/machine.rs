//! Defaults that depend on the machine: where data goes, how much memory and how many cores.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::failure::Failure;

/// The share of the machine's memory functions may use by default, percent.
const MEMORY_SHARE: u64 = 80;
/// Where a memory limit of the group fika runs in is read, cgroup v2 and v1.
const LIMIT_FILES: [&str; 2] =
    ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/// The data directory when no flag names one.
///
/// # Errors
/// When the environment names no place for it.
pub fn default_data_dir() -> Result<PathBuf, Failure> {
    data_dir_from(|name| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from))
        .ok_or_else(|| Failure::config("name a data directory: --data-dir DIR", "$HOME is not set"))
}

fn data_dir_from(var: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    var("FIKA_DATA_DIR")
        .or_else(|| var("XDG_DATA_HOME").map(|dir| dir.join("fika")))
        .or_else(|| var("HOME").map(|home| home.join(".local/share/fika")))
}

/// Memory functions may use by default, MB: a share of what the machine, or the container
/// fika runs in, has.
pub fn default_memory_mb() -> u32 {
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let limits = LIMIT_FILES.iter().filter_map(|file| fs::read_to_string(file).ok());
    memory_mb(&meminfo, limits)
}

fn memory_mb(meminfo: &str, limits: impl Iterator<Item = String>) -> u32 {
    let total = meminfo
        .lines()
        .find_map(|line| {
            line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB")?.trim().parse().ok()
        })
        .map_or(0, |kb: u64| kb * 1024);
    let limit = limits.filter_map(|text| text.trim().parse().ok()).min().unwrap_or(u64::MAX);
    u32::try_from(total.min(limit) / 100 * MEMORY_SHARE / (1 << 20)).unwrap_or(u32::MAX)
}

/// Lets this process open as many files as it may; how many that is. Shells give 1,024, which
/// a few hundred clients and sandboxes use up.
pub fn raise_open_files() -> u64 {
    let now = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: now.maximum, maximum: now.maximum };
    let limit = if setrlimit(Resource::Nofile, raised).is_ok() { now.maximum } else { now.current };
    limit.unwrap_or(u64::MAX)
}

/// Cores this process may run on.
pub fn cores() -> u16 {
    std::thread::available_parallelism().map_or(1, |n| u16::try_from(n.get()).unwrap_or(u16::MAX))
}

/// The major version of the machine's Node, if it has one.
pub fn node_major() -> Option<u16> {
    version_of("node")?.split('.').next()?.parse().ok()
}

/// The minor version of the machine's Python 3, if it has one.
pub fn python_minor() -> Option<u16> {
    version_of("python3")?.strip_prefix("3.")?.split('.').next()?.parse().ok()
}

/// What a program says its version is: `v20.1.2`, `Python 3.11.7` and `QEMU emulator version
/// 7.2.22 (Debian …)` become numbers.
pub fn version_of(program: &str) -> Option<String> {
    // Variables such as NODE_EXTRA_CA_CERTS and NODE_OPTIONS make a start slow, or fail.
    let said = Command::new(program)
        .arg("--version")
        .env_remove("NODE_OPTIONS")
        .env_remove("NODE_EXTRA_CA_CERTS")
        .stdin(Stdio::null())
        .output()
        .ok()
        .filter(|said| said.status.success())?;
    number_in(&String::from_utf8(said.stdout).ok()?)
}

fn number_in(text: &str) -> Option<String> {
    let mut words = text.split_whitespace().map(|word| word.trim_start_matches('v'));
    words.find(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_directory_is_the_first_place_named() {
        let all = [("FIKA_DATA_DIR", "/a"), ("XDG_DATA_HOME", "/b"), ("HOME", "/c")];
        for (given, expected) in [
            (&all[..], Some("/a")),
            (&all[1..], Some("/b/fika")),
            (&all[2..], Some("/c/.local/share/fika")),
            (&[], None),
        ] {
            let var =
                |name: &str| given.iter().find(|(n, _)| *n == name).map(|(_, v)| PathBuf::from(v));
            assert_eq!(data_dir_from(var), expected.map(PathBuf::from));
        }
    }

    #[test]
    fn versions_are_numbers() {
        for (said, expected) in [
            ("v20.1.2\n", Some("20.1.2")),
            ("Python 3.11.7\n", Some("3.11.7")),
            ("QEMU emulator version 7.2.22 (Debian 1:7.2)\nCopyright 2003-2022\n", Some("7.2.22")),
            ("Firecracker v1.17.0\n\n2026-01-01 exiting\n", Some("1.17.0")),
            ("what?", None),
            ("", None),
        ] {
            assert_eq!(number_in(said).as_deref(), expected, "{said}");
        }
        assert_eq!(version_of("no-such-program-anywhere"), None);
    }

    #[test]
    fn memory_is_a_share_of_the_smaller_of_machine_and_container() {
        let meminfo = "MemTotal:        4096000 kB\nMemFree: 1 kB\n";
        for (limit, expected) in
            [("max\n", 3_200), ("1048576000\n", 800), ("9223372036854771712", 3_200)]
        {
            assert_eq!(memory_mb(meminfo, [limit.to_owned()].into_iter()), expected, "{limit}");
        }
        assert_eq!(memory_mb("", std::iter::empty()), 0);
    }
}
