//! Programs of the machine, as they are found.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// Where programs for root are, which ordinary users do not have on their path.
const ALSO: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// Whether there is a program of this name.
pub fn is_installed(name: &str) -> bool {
    places().any(|place| place.join(name).is_file())
}

/// The path that programs are looked for on.
pub fn path() -> OsString {
    env::join_paths(places()).unwrap_or_default()
}

fn places() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let named: Vec<PathBuf> = env::split_paths(&path).collect();
    named.into_iter().chain(ALSO.map(PathBuf::from))
}
