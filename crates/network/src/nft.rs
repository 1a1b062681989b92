//! The `nft` program: takes a rule set as text, whole or not at all.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use crate::programs;

/// What there is to say where it is not installed.
pub const MISSING: &str = "nft is not installed (package nftables)";

/// Has `nft` apply commands in this thread's network namespace. A few milliseconds.
pub fn apply(commands: &str) -> io::Result<()> {
    let mut nft = nft(&["-f", "-"]).stdin(Stdio::piped()).spawn().map_err(named)?;
    if let Some(mut stdin) = nft.stdin.take() {
        // One that has gone says why below.
        let _gone = stdin.write_all(commands.as_bytes());
    }
    said(nft.wait_with_output()?).map(drop)
}

/// What `nft` lists.
pub fn list(what: &[&str]) -> io::Result<String> {
    list_with(&["list"], what)
}

/// The same as JSON, with the handles of all that is listed.
pub fn list_json(what: &[&str]) -> io::Result<String> {
    list_with(&["-j", "list"], what)
}

fn list_with(list: &[&str], what: &[&str]) -> io::Result<String> {
    said(nft(list).args(what).stdin(Stdio::null()).output().map_err(named)?)
}

fn nft(arguments: &[&str]) -> Command {
    let mut nft = Command::new("nft");
    nft.env("PATH", programs::path()).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    nft
}

fn named(error: io::Error) -> io::Error {
    let why = match error.kind() {
        io::ErrorKind::NotFound => MISSING.into(),
        _ => format!("nft: {error}"),
    };
    io::Error::new(error.kind(), why)
}

fn said(output: std::process::Output) -> io::Result<String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("nft: {}", errors.lines().next().unwrap_or("failed silently"))))
}
