//! When a save is whole: files come in bursts, and editors save in steps. A state machine, with time
//! as an argument (since any fixed point).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// After a file that was written whole, the quiet that ends a burst: there may be a second one.
const QUIET: Duration = Duration::from_millis(5);
/// After something that is gone: most editors put another in its place at once.
const GONE: Duration = Duration::from_millis(60);
/// In a burst of many files: a checkout, or a build.
const MANY_QUIET: Duration = Duration::from_millis(60);
const MANY: usize = 4;
/// While packages are installed.
const PACKAGES: Duration = Duration::from_millis(700);
/// The longest a burst may go on, and while packages are installed.
const LONGEST: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// What happened to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is there now, and nobody has begun to write into it: others will say that they have.
    Made,
    /// It was written and closed, or put there whole.
    Written,
    /// It is not there any more.
    Gone,
    /// Something in a folder of packages.
    Package,
}

/// Changes that belong together.
#[derive(Debug, Default)]
pub struct Burst {
    first: Option<Duration>,
    last: Duration,
    /// What last happened to each, and whether the burst has brought it.
    paths: BTreeMap<PathBuf, (Kind, bool)>,
}

/// A burst that is over.
#[derive(Debug, PartialEq, Eq)]
pub struct Save {
    /// When the last of it came: the save.
    pub at: Duration,
    /// What it is about.
    pub paths: BTreeSet<PathBuf>,
}

impl Burst {
    /// Something happened.
    pub fn add(&mut self, now: Duration, path: PathBuf, kind: Kind) {
        let before = self.paths.get(&path).copied();
        let brought = before.map_or(kind == Kind::Made, |(_, brought)| brought);
        if brought && kind == Kind::Gone {
            // It came and went: a temporary file, that was renamed or removed.
            self.paths.remove(&path);
            if self.paths.is_empty() {
                self.first = None;
            }
            return;
        }
        self.paths.insert(path, (kind, brought));
        self.first.get_or_insert(now);
        self.last = now;
    }

    /// When to look again; none when nothing happened.
    pub fn due(&self) -> Option<Duration> {
        let first = self.first?;
        let has = |kind| self.paths.values().any(|(now, _)| *now == kind);
        let (quiet, longest) = match () {
            () if has(Kind::Package) => (PACKAGES, LONGEST.1),
            () if has(Kind::Gone) || has(Kind::Made) => (GONE, LONGEST.0),
            () if self.paths.len() > MANY => (MANY_QUIET, LONGEST.0),
            () => (QUIET, LONGEST.0),
        };
        Some((self.last + quiet).min(first + longest))
    }

    /// The burst, if it is over.
    pub fn take(&mut self, now: Duration) -> Option<Save> {
        self.due().filter(|due| *due <= now)?;
        let burst = std::mem::take(self);
        Some(Save { at: burst.last, paths: burst.paths.into_keys().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn saved(events: &[(u32, &str, Kind)]) -> (Vec<u32>, Vec<String>) {
        let mut burst = Burst::default();
        let (mut saves, mut paths) = (Vec::new(), Vec::new());
        let mut events = events.iter().peekable();
        for now in 0..20_000 {
            while let Some((_, path, kind)) = events.next_if(|(at, ..)| *at == now) {
                burst.add(MS * now, path.into(), *kind);
            }
            if let Some(save) = burst.take(MS * now) {
                saves.push(now);
                paths.extend(save.paths.iter().map(|path| path.display().to_string()));
            }
        }
        (saves, paths)
    }

    #[test]
    fn one_file_that_is_written_does_not_wait() {
        let (saves, paths) = saved(&[(10, "index.js", Kind::Written)]);
        assert_eq!((saves, paths), (vec![15], vec!["index.js".to_owned()]));
    }

    #[test]
    fn an_editor_that_renames_saves_once() {
        // vim: the file moves away, another is written in its place, the old one goes.
        let (saves, paths) = saved(&[
            (10, "4913", Kind::Made),
            (10, "4913", Kind::Gone),
            (11, "index.js", Kind::Gone),
            (11, "index.js~", Kind::Made),
            (12, "index.js", Kind::Made),
            (14, "index.js", Kind::Written),
            (15, "index.js~", Kind::Gone),
        ]);
        assert_eq!((saves, paths), (vec![19], vec!["index.js".to_owned()]));
        // Others: a new file is written beside it and put in its place.
        let (saves, paths) = saved(&[
            (10, ".new", Kind::Made),
            (11, ".new", Kind::Written),
            (12, ".new", Kind::Gone),
            (12, "index.js", Kind::Written),
        ]);
        assert_eq!((saves, paths), (vec![17], vec!["index.js".to_owned()]));
    }

    #[test]
    fn a_file_that_is_gone_is_waited_for_a_moment() {
        assert_eq!(saved(&[(10, "a.js", Kind::Gone)]).0, [70]);
        let back = [(10, "a.js", Kind::Gone), (40, "a.js", Kind::Written)];
        assert_eq!(saved(&back).0, [45]);
    }

    #[test]
    fn many_files_are_one_save() {
        let names: Vec<String> = (0..50).map(|n| format!("f{n:02}.js")).collect();
        let events = (0u32..).zip(&names).map(|(n, name)| (n, &**name, Kind::Written));
        let (saves, paths) = saved(&events.collect::<Vec<_>>());
        assert_eq!(paths.len(), 50);
        assert_eq!(saves, [109], "one, when all are there");
    }

    #[test]
    fn what_never_rests_is_shown_all_the_same() {
        let names: Vec<String> = (0..1_500).map(|n| format!("f{n}.js")).collect();
        let events = (0u32..).zip(&names).map(|(n, name)| (n, &**name, Kind::Written));
        let (saves, _) = saved(&events.collect::<Vec<_>>());
        assert_eq!(saves[0], 1_000);
    }

    #[test]
    fn packages_are_waited_for() {
        let installs: Vec<_> = (0..10).map(|n| (n * 500, "node_modules", Kind::Package)).collect();
        assert_eq!(saved(&installs).0, [5_200]);
    }
}
