//! The wall: one is built for real, from an empty image, in a directory of its own.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fika_model::{Egress, SandboxId};
use fika_sandbox::{CpuPolicy, Jail, JailOptions, WallError, WallFacts, WallSpec};

use super::check::Check;
use super::egress;

const NAME: &str = "wall";
/// What every image has, for the wall to mount on.
const MOUNT_POINTS: [&str; 4] = ["dev", "proc", "tmp", "var/task"];

/// Builds a wall in the data directory, takes it down, and says what it is made of. The place
/// has one name, so that the next `doctor` removes what one that was killed left.
pub async fn checks(data_dir: &Path) -> Vec<Check> {
    let place = data_dir.join(".doctor");
    let outcome = probe(&place).await;
    if !matches!(outcome, Err(WallError::InUse(_))) {
        let _ = fs::remove_dir_all(place);
    }
    match outcome {
        Ok((facts, took, egress)) => [judge(&facts, took), egress].concat(),
        Err(error) => vec![Check::missing(
            NAME,
            format!("cannot be built: {}", chain(&error)),
            "mend what is marked ✗ here, or run fika as root; where neither can be, \
             `fika serve --wall none` runs functions as plain processes, for one account only",
        )],
    }
}

async fn probe(place: &Path) -> Result<(WallFacts, Duration, Vec<Check>), WallError> {
    let image = place.join("image");
    for directory in MOUNT_POINTS {
        let path = image.join(directory);
        fs::create_dir_all(&path).map_err(|source| WallError::State { path, source })?;
    }
    let mut jail = Jail::new(options(place))?;
    let egress = egress::checks(jail.connect(Egress::Open)?).await;
    let since = Instant::now();
    let built = jail.create(spec(image)).await;
    let took = since.elapsed();
    if let Ok(sandbox) = built {
        sandbox.destroy(Duration::ZERO).await;
        jail.close().await;
        return Ok((jail.facts(), took, egress));
    }
    jail.close().await;
    built.map(|_| (jail.facts(), took, egress))
}

fn options(place: &Path) -> JailOptions {
    JailOptions {
        state_dir: place.join("jail"),
        code_dir: place.join("code"),
        cpu: CpuPolicy::Share,
        cgroups: true,
    }
}

fn spec(image: PathBuf) -> WallSpec {
    let hostname = "doctor".into();
    WallSpec { sandbox: SandboxId(1), image, memory_mb: 128, ephemeral_mb: 512, hostname }
}

fn judge(facts: &WallFacts, took: Duration) -> Vec<Check> {
    let users = if facts.own_users { "a user for each sandbox" } else { "one user for all" };
    let cgroups = match facts.cgroups {
        Some(version) => format!("cgroups v{version}"),
        None => "no cgroups".into(),
    };
    let millis = took.as_secs_f64() * 1_000.0;
    let found = format!("namespaces, {users}, {cgroups}; one was built in {millis:.1} ms");
    let mut checks = vec![Check::fine(NAME, found)];
    checks.extend(facts.missing.iter().map(|text| {
        let (found, fix) = text.split_once(": ").unwrap_or((text, "see `fika doctor --help`"));
        Check::worse(NAME, found, fix)
    }));
    checks
}

fn chain(error: &WallError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::check::State;
    use super::*;

    #[test]
    fn what_is_missing_comes_with_how_to_get_it() {
        let missing = vec!["no memory limit: mount cgroups".into()];
        let facts = WallFacts { own_users: true, cgroups: None, missing };
        let checks = judge(&facts, Duration::from_millis(3));
        assert_eq!(checks[0].state, State::Fine);
        assert!(checks[0].found.contains("no cgroups; one was built in 3.0 ms"));
        assert_eq!(checks[1], Check::worse("wall", "no memory limit", "mount cgroups"));
    }

    #[test]
    fn the_whole_chain_of_an_error_is_told() {
        let error = WallError::Spawn(std::io::Error::other("no such file"));
        assert_eq!(chain(&error), "cannot start the jailer: no such file");
    }
}
