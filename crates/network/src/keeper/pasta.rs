//! The program `pasta` (package passt): carries a link's packets on by sockets of its own, so it
//! needs no right on the host.
//!
//! Facts: `pasta(1)`.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use super::{PASTA, again, tie_to};
use crate::addresses::Slice;
use crate::programs;
use crate::rules::UPLINK;

/// Nothing is forwarded in either direction, so loopback stays the host's, and nobody is called;
/// the router's address is not the host's; it configures nobody.
const SETTINGS: [&str; 14] = [
    "--quiet",
    "--foreground",
    "--tcp-ports=none",
    "--udp-ports=none",
    "--tcp-ns=none",
    "--udp-ns=none",
    "--no-map-gw",
    "--no-dhcp",
    "--no-dhcpv6",
    "--no-ndp",
    "--no-ra",
    "--netmask=16",
    "--ns-ifname",
    UPLINK,
];

/// Whether there is such a program.
pub fn is_installed() -> bool {
    programs::is_installed("pasta")
}

/// To be started for the namespaces of a process.
pub fn command(process: u32, slice: &Slice) -> Command {
    let (hub, router) = (slice.hub(), slice.router());
    let mut command = again(PASTA);
    command.args(SETTINGS);
    for (option, address) in [("--address", hub), ("--gateway", router)] {
        command.args([option, &address.v4.to_string(), option, &address.v6.to_string()]);
    }
    command.arg(process.to_string()).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Becomes pasta, tied to its parent. Back comes why not.
pub fn become_it(parent: &str, arguments: &[&str]) -> io::Result<()> {
    tie_to(parent)?;
    let arguments = arguments.iter().map(OsStr::new);
    Err(Command::new("pasta").args(arguments).env("PATH", programs::path()).exec())
}

/// What pasta said at last, in which it complains of a missing system log as well.
pub fn last_words(said: &str) -> String {
    let complaint = |line: &&str| !line.contains("to syslog") && !line.trim().is_empty();
    let last = said.lines().rev().find(complaint).map(str::trim);
    let why = last.map_or_else(|| "it ended without a word".to_owned(), str::to_owned);
    let hint = if why.contains("tun socket") {
        " (every user must be able to open /dev/net/tun: chmod 666 it)"
    } else {
        ""
    };
    format!("pasta: {why}{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_say_what_to_do() {
        let said = "Failed to open tun socket in namespace\n\
            Failed to send 51 bytes to syslog\n\n";
        let words = last_words(said);
        assert!(words.starts_with("pasta: Failed to open tun socket in namespace (ev"), "{words}");
        assert!(words.ends_with("chmod 666 it)"), "{words}");
        assert_eq!(last_words(""), "pasta: it ended without a word");
    }
}
