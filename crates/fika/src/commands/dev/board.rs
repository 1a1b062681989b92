//! Which functions a save is about, and whose turn it is to be deployed: each one after the other, and
//! once more where it was saved meanwhile. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The functions that are being deployed.
#[derive(Debug, Default)]
pub struct Board {
    /// Each with the save that came meanwhile, if one did.
    running: BTreeMap<String, Option<Duration>>,
}

impl Board {
    /// A function was saved at that time. Whether it is to be deployed now.
    pub fn saved(&mut self, function: &str, at: Duration) -> bool {
        match self.running.get_mut(function) {
            Some(meanwhile) => {
                *meanwhile = Some(at);
                false
            }
            None => {
                self.running.insert(function.into(), None);
                true
            }
        }
    }

    /// A deployment is over. When the save was that is to be deployed now, if there was one.
    pub fn done(&mut self, function: &str) -> Option<Duration> {
        let again = self.running.remove(function)??;
        self.running.insert(function.into(), None);
        Some(again)
    }
}

/// Which of these have a file among those that changed. Each is named with the paths that it is made
/// of, folders or files.
pub fn touched<'a>(
    functions: impl Iterator<Item = (&'a str, &'a Path)>,
    changed: &BTreeSet<PathBuf>,
) -> Vec<&'a str> {
    let has = |code: &Path| {
        changed.range(code.to_owned()..).next().is_some_and(|path| path.starts_with(code))
    };
    functions.filter(|(_, code)| has(code)).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn saves_during_a_deployment_make_one_more() {
        let mut board = Board::default();
        assert!(board.saved("a", MS));
        assert!(board.saved("b", MS));
        assert!(!board.saved("a", MS * 2));
        assert!(!board.saved("a", MS * 3));
        assert_eq!(board.done("a"), Some(MS * 3), "the newest, once");
        assert!(!board.saved("a", MS * 4), "it runs again");
        assert_eq!(board.done("a"), Some(MS * 4));
        assert_eq!((board.done("a"), board.done("b")), (None, None));
        assert!(board.saved("a", MS * 5));
    }

    #[test]
    fn only_functions_whose_files_changed_are_touched() {
        let functions = [("a", "/p/a"), ("b", "/p/b"), ("both", "/p"), ("file", "/p/b.py")];
        let of = |changed: &[&str]| {
            let changed = changed.iter().map(PathBuf::from).collect();
            touched(functions.iter().map(|(name, path)| (*name, Path::new(path))), &changed)
        };
        assert_eq!(of(&["/p/a/index.js"]), ["a", "both"]);
        assert_eq!(of(&["/p/b.py"]), ["both", "file"]);
        assert_eq!(of(&["/p/a-b/x", "/p/b/x/y.js"]), ["b", "both"]);
        assert_eq!(of(&["/elsewhere"]), [""; 0]);
    }
}
