//! Which files of a folder matter: not what tools keep there, and not what its `.gitignore` names.
//! Pure, but for the text of the files.

use std::path::{Path, PathBuf};

/// Folders nobody writes code in.
const FOLDERS: [&str; 9] = [
    ".git",
    ".hg",
    ".svn",
    ".fika",
    "__pycache__",
    "target",
    ".pytest_cache",
    ".mypy_cache",
    ".idea",
];
/// What editors leave beside a file for a moment.
const ENDINGS: [&str; 5] = ["~", ".swp", ".swx", ".swo", ".tmp"];

/// What is not looked at below a folder.
#[derive(Debug, Default)]
pub struct Ignore {
    /// Those of deeper folders later, as git has them win.
    patterns: Vec<Pattern>,
    /// The handler's file without its ending: whoever compiles it has it ignored by git.
    handler: Option<PathBuf>,
}

#[derive(Debug)]
struct Pattern {
    /// The folder whose `.gitignore` has it.
    base: PathBuf,
    glob: Vec<char>,
    negated: bool,
    only_folders: bool,
    /// It names a path from the base, not a name anywhere below.
    anchored: bool,
}

impl Ignore {
    /// For a folder whose handler is in `module`, a path without its ending.
    pub fn new(handler: Option<PathBuf>) -> Self {
        Self { patterns: Vec::new(), handler }
    }

    /// Adds the `.gitignore` of a folder. Folders come before those in them.
    pub fn add(&mut self, folder: &Path, text: &str) {
        self.patterns.extend(text.lines().filter_map(|line| Pattern::read(folder, line)));
    }

    /// Whether nothing at that path, or below it, is to be looked at.
    pub fn skips(&self, path: &Path, is_folder: bool) -> bool {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        if is_folder && FOLDERS.contains(&&*name) {
            return true;
        }
        if !is_folder && (name.starts_with(".#") || ENDINGS.iter().any(|e| name.ends_with(e))) {
            return true;
        }
        !self.is_handlers(path, is_folder) && self.git_ignores(path, is_folder)
    }

    /// The handler's file, what is above it, and what is beside it in a folder of its own.
    fn is_handlers(&self, path: &Path, is_folder: bool) -> bool {
        let Some(handler) = &self.handler else { return false };
        (is_folder && handler.starts_with(path)) || path.with_extension("") == *handler || {
            let folder = handler.parent().filter(|folder| self.git_ignores(folder, true));
            folder.is_some_and(|folder| path.starts_with(folder))
        }
    }

    fn git_ignores(&self, path: &Path, is_folder: bool) -> bool {
        let last = self.patterns.iter().rev().find(|pattern| pattern.fits(path, is_folder));
        last.is_some_and(|pattern| !pattern.negated)
    }
}

impl Pattern {
    fn read(base: &Path, line: &str) -> Option<Self> {
        let line = line.trim_end();
        let (negated, line) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (only_folders, line) =
            line.strip_suffix('/').map_or((false, line), |rest| (true, rest));
        let anchored = line.contains('/');
        let glob = line.strip_prefix('/').unwrap_or(line).chars().collect();
        Some(Self { base: base.into(), glob, negated, only_folders, anchored })
    }

    fn fits(&self, path: &Path, is_folder: bool) -> bool {
        if self.only_folders && !is_folder {
            return false;
        }
        let Ok(below) = path.strip_prefix(&self.base) else { return false };
        let below = below.to_string_lossy();
        let text = if self.anchored { &*below } else { below.rsplit('/').next().unwrap_or("") };
        matches(&self.glob, &text.chars().collect::<Vec<_>>())
    }
}

/// Whether a glob of git fits all of a text: `*` and `?` within a name, `**` across, `[…]`.
fn matches(glob: &[char], text: &[char]) -> bool {
    match glob {
        [] => text.is_empty(),
        ['*', '*', '/', rest @ ..] => {
            matches(rest, text)
                || (0..text.len()).any(|at| text[at] == '/' && matches(rest, &text[at + 1..]))
        }
        ['*', '*', rest @ ..] => (0..=text.len()).any(|at| matches(rest, &text[at..])),
        ['*', rest @ ..] => {
            let end = text.iter().position(|c| *c == '/').unwrap_or(text.len());
            (0..=end).any(|at| matches(rest, &text[at..]))
        }
        ['?', rest @ ..] => text.first().is_some_and(|c| *c != '/') && matches(rest, &text[1..]),
        ['[', rest @ ..] => match (rest.iter().position(|c| *c == ']'), text.split_first()) {
            (Some(end), Some((first, after))) => {
                in_set(&rest[..end], *first) && matches(&rest[end + 1..], after)
            }
            _ => false,
        },
        ['\\', c, rest @ ..] | [c, rest @ ..] => {
            text.first() == Some(c) && matches(rest, &text[1..])
        }
    }
}

fn in_set(set: &[char], c: char) -> bool {
    let (negated, mut set) = match set {
        ['!' | '^', rest @ ..] => (true, rest),
        set => (false, set),
    };
    let mut found = false;
    while let Some((first, rest)) = set.split_first() {
        (found, set) = match rest {
            ['-', last, rest @ ..] => (found || (*first..=*last).contains(&c), rest),
            rest => (found || *first == c, rest),
        };
    }
    found != negated
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skips(text: &str, path: &str, is_folder: bool) -> bool {
        let mut ignore = Ignore::new(None);
        ignore.add(Path::new("/f"), text);
        ignore.skips(Path::new(path), is_folder)
    }

    #[test]
    fn patterns_are_gits() {
        for (text, path, is_folder, expected) in [
            ("*.log", "/f/a/b.log", false, true),
            ("*.log", "/f/b.log.txt", false, false),
            ("dist/", "/f/a/dist", true, true),
            ("dist/", "/f/dist", false, false),
            ("/dist", "/f/a/dist", true, false),
            ("a/*.js", "/f/a/x.js", false, true),
            ("a/*.js", "/f/a/b/x.js", false, false),
            ("a/**/x.js", "/f/a/b/c/x.js", false, true),
            ("a/**/x.js", "/f/a/x.js", false, true),
            ("**/gen", "/f/p/gen", true, true),
            ("a/**", "/f/a/b/c", false, true),
            ("*.js\n!keep.js", "/f/keep.js", false, false),
            ("x[0-9]", "/f/x7", false, true),
            ("x[!0-9]", "/f/x7", false, false),
            ("\\#a", "/f/#a", false, true),
            ("# a\n\n", "/f/a", false, false),
            ("?.js", "/f/a.js", false, true),
            ("?.js", "/f/ab.js", false, false),
        ] {
            assert_eq!(skips(text, path, is_folder), expected, "{text:?} {path}");
        }
    }

    #[test]
    fn what_tools_keep_is_never_looked_at() {
        for (path, is_folder, expected) in [
            ("/f/.git", true, true),
            ("/f/a/__pycache__", true, true),
            ("/f/.fika", true, true),
            ("/f/target", true, true),
            ("/f/target", false, false),
            ("/f/.index.js.swp", false, true),
            ("/f/index.js~", false, true),
            ("/f/.#index.js", false, true),
            ("/f/index.js", false, false),
        ] {
            assert_eq!(skips("", path, is_folder), expected, "{path}");
        }
    }

    #[test]
    fn a_compiled_handler_counts_though_git_ignores_it() {
        let mut ignore = Ignore::new(Some("/f/dist/index".into()));
        ignore.add(Path::new("/f"), "dist/\n*.js\n");
        for (path, is_folder, expected) in [
            ("/f/dist", true, false),
            ("/f/dist/index.js", false, false),
            ("/f/dist/lib/other.js", false, false),
            ("/f/other.js", false, true),
        ] {
            assert_eq!(ignore.skips(Path::new(path), is_folder), expected, "{path}");
        }
    }

    #[test]
    fn deeper_files_win() {
        let mut ignore = Ignore::new(None);
        ignore.add(Path::new("/f"), "*.json");
        ignore.add(Path::new("/f/a"), "!keep.json");
        assert!(ignore.skips(Path::new("/f/keep.json"), false));
        assert!(!ignore.skips(Path::new("/f/a/keep.json"), false));
    }
}
