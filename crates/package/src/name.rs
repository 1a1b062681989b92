//! Which names an archive may use.

use crate::{MAX_DEPTH, MAX_PATH};

/// The longest name of one component Linux takes, bytes.
const MAX_COMPONENT: usize = 255;

/// The path of an entry inside the tree, without `.` and doubled slashes; empty for the root.
///
/// # Errors
/// Says why the name is refused: it is absolute, climbs with `..`, holds a NUL or a backslash (a
/// separator where it was packed, a letter here), or is too long or too deep.
pub(crate) fn clean(name: &str) -> Result<String, &'static str> {
    if name.starts_with('/') {
        return Err("its path is absolute");
    }
    if name.contains(['\0', '\\']) {
        return Err("its path holds a NUL or a backslash; use / between directories");
    }
    let mut path = String::with_capacity(name.len());
    let mut depth = 0;
    for component in name.split('/').filter(|c| !c.is_empty() && *c != ".") {
        if component == ".." {
            return Err("its path climbs with ..");
        }
        if component.len() > MAX_COMPONENT {
            return Err("a name in its path is longer than 255 bytes");
        }
        if depth > 0 {
            path.push('/');
        }
        path.push_str(component);
        depth += 1;
    }
    if depth > MAX_DEPTH || path.len() > MAX_PATH {
        return Err("its path is too deep or too long");
    }
    Ok(path)
}

/// Whether a symlink at `path` (clean) may point to `target`: relative, with `..` only at its
/// front, and not more of them than the link has directories above it inside the tree.
///
/// The directories above a link are real ones, so the climb at the front ends inside the tree.
/// After it the target only descends, perhaps through other links that obey the same rule. So no
/// chain of links leaves the tree. A `..` further on would break that: below a link to a shallow
/// directory it climbs from somewhere else than the text shows.
pub(crate) fn link_stays_inside(path: &str, target: &str) -> bool {
    if target.is_empty() || target.starts_with('/') || target.contains(['\0', '\\']) {
        return false;
    }
    let mut above = path.matches('/').count();
    let mut descending = false;
    for component in target.split('/').filter(|c| !c.is_empty() && *c != ".") {
        match (component, above) {
            ("..", _) if descending => return false,
            ("..", 0) => return false,
            ("..", _) => above -= 1,
            _ => descending = true,
        }
    }
    target.len() <= MAX_PATH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_or_refused() {
        let deep = "d/".repeat(MAX_DEPTH + 1);
        let (long, fits) = ("x".repeat(256), "x".repeat(255));
        for (name, clean_name) in [
            ("index.js", Some("index.js")),
            ("./lib//a.js", Some("lib/a.js")),
            ("lib/", Some("lib")),
            ("./", Some("")),
            ("..x/y..", Some("..x/y..")),
            ("größe.txt", Some("größe.txt")),
            (&fits, Some(&*fits)),
            ("../x", None),
            ("a/../b", None),
            ("a/..", None),
            ("/etc/passwd", None),
            ("a\\b", None),
            ("..\\x", None),
            ("a\0b", None),
            (&deep, None),
            (&long, None),
        ] {
            assert_eq!(clean(name).ok().as_deref(), clean_name, "{name:?}");
        }
    }

    #[test]
    fn links_stay_inside() {
        for (path, target, inside) in [
            ("a", "b", true),
            ("a", "./b/c", true),
            ("d/a", "../b", true),
            ("d/e/a", "../../b", true),
            ("d/a", "..", true),
            ("a", "..", false),
            ("d/a", "../..", false),
            ("a", "/etc/passwd", false),
            ("a", "b/..", false),
            ("a", "b/../../..", false),
            ("a", "", false),
            ("a", "b\0", false),
        ] {
            assert_eq!(link_stays_inside(path, target), inside, "{path} -> {target}");
        }
    }
}
