//! Node: the machine's own when its major version is the one asked for, else npm's.

use std::path::{Path, PathBuf};
use std::process::Command;

use fika_model::Runtime;

use super::tree::Tree;
use super::{ImageError, Progress, base, client, elf, npm};

/// Where Lambda has it.
const PROGRAM: &str = "/var/lang/bin/node";

/// Prints where it is, its version, and whether its library is a file of its own: such builds of
/// Linux distributions need parts that lie all over the machine.
const QUESTION: &str = "console.log([process.execPath, process.versions.node, \
    Boolean(process.config.variables.node_shared)].join('\\n'))";

/// A Node to make an image of.
pub(super) struct Found {
    program: PathBuf,
    version: String,
    /// `this machine` or `npm`.
    from: &'static str,
    /// Keeps fetched files until they are copied.
    _fetched: Option<npm::Fetched>,
}

impl Found {
    pub fn source(&self) -> String {
        format!("node {} from {}", self.version, self.from)
    }

    /// How to start it.
    pub fn argv(&self) -> Vec<String> {
        let flag = (!tells_modules_apart(&self.version)).then_some("--experimental-vm-modules");
        let client = format!("{}/index.js", client::DIR);
        [Some(PROGRAM), flag, Some(&client)].into_iter().flatten().map(Into::into).collect()
    }

    /// Copies it and what it needs.
    pub fn install(&self, tree: &Tree) -> Result<(), ImageError> {
        elf::install(tree, &self.program, PROGRAM)
    }
}

/// Looks on the machine, then fetches.
///
/// # Errors
/// [`ImageError::FetchForbidden`] when fetching is off, and those of [`npm::fetch`].
pub(super) async fn find(
    store: &Path,
    major: u16,
    may_fetch: bool,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Found, ImageError> {
    let runtime = Runtime::Node { major };
    let local = tokio::task::spawn_blocking(move || on_this_machine(major)).await;
    if let Ok(Some(found)) = local {
        return Ok(found);
    }
    if !may_fetch {
        return Err(ImageError::FetchForbidden { runtime });
    }
    progress(Progress::Fetching { package: npm::package(major) });
    let fetched = npm::fetch(store, runtime, major).await?;
    Ok(Found {
        program: fetched.program.clone(),
        version: fetched.version.clone(),
        from: "npm",
        _fetched: Some(fetched),
    })
}

fn on_this_machine(major: u16) -> Option<Found> {
    base::on_path("node")
        .find_map(|program| ask(&program))
        .filter(|found| major_minor(&found.version).0 == u32::from(major))
}

fn ask(program: &Path) -> Option<Found> {
    let output = Command::new(program).args(["-e", QUESTION]).env_clear().output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let [program, version, "false"] = text.lines().collect::<Vec<_>>()[..] else { return None };
    let (program, version) = (program.into(), version.into());
    Some(Found { program, version, from: "this machine", _fetched: None })
}

/// Whether `require` loads ES modules and knows them by their syntax: 20.19, 22.12 and later.
/// Others need `vm` modules for that.
fn tells_modules_apart(version: &str) -> bool {
    let (major, minor) = major_minor(version);
    match major {
        20 => minor >= 19,
        22 => minor >= 12,
        _ => major >= 23,
    }
}

fn major_minor(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_need_the_flag() {
        for (version, flagged) in [
            ("14.21.3", true),
            ("20.18.9", true),
            ("20.19.0", false),
            ("21.7.0", true),
            ("22.11.0", true),
            ("22.12.0", false),
            ("24.1.0", false),
            ("26.10.0", false),
        ] {
            assert_eq!(!tells_modules_apart(version), flagged, "{version}");
        }
    }
}
