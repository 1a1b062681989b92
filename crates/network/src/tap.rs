//! The link between a guest and the namespace of its virtual machine monitor.

use std::fs;
use std::io;
use std::process::{Command, Stdio};

use crate::programs;

/// The name of a tap, in every namespace that has one.
pub const NAME: &str = "tap0";

/// Makes a tap in this thread's network namespace, for whoever is in it to open by its name; its
/// index. Done by `ip`, since it takes an `ioctl`: some milliseconds.
pub fn make() -> io::Result<u32> {
    ip(&["tuntap", "add", "dev", NAME, "mode", "tap"])?;
    let index = fs::read_to_string(format!("/proc/thread-self/net/dev_snmp6/{NAME}"))?;
    // Its first line is `ifIndex` and the number.
    let index = index.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    index.ok_or_else(|| io::Error::other("the kernel does not say a tap's index"))
}

fn ip(arguments: &[&str]) -> io::Result<()> {
    let output = Command::new("ip")
        .env("PATH", programs::path())
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let output = output.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::other("ip is not installed (package iproute2)"),
        _ => error,
    })?;
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("ip: {}", said.lines().next().unwrap_or("failed")))),
    }
}
