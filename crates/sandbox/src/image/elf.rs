//! The shared libraries a program needs, as the machine's own dynamic loader resolves them.
//! `--list` maps the program and its libraries and runs none of their code.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::ImageError;
use super::tree::Tree;

/// The glibc loader, where the ABI of each architecture puts it.
pub(super) const LOADER: &str = if cfg!(target_arch = "aarch64") {
    "/lib/ld-linux-aarch64.so.1"
} else {
    "/lib64/ld-linux-x86-64.so.2"
};

const MULTIARCH: &str =
    if cfg!(target_arch = "aarch64") { "aarch64-linux-gnu" } else { "x86_64-linux-gnu" };

/// Where libraries go that the machine keeps outside the loader's own directories: beside the
/// runtime, where search paths relative to the program find them.
const OWN_LIBRARIES: &str = "/var/lang/lib";

/// The directories the loader looks into without being told.
pub(super) fn library_dirs() -> [String; 4] {
    let multi = |root: &str| format!("{root}/{MULTIARCH}");
    [multi("/usr/lib"), "/usr/lib64".into(), multi("/lib"), "/usr/lib".into()]
}

/// Copies a program and the libraries it needs.
///
/// # Errors
/// [`ImageError::Machine`] when a library is missing.
pub(super) fn install(tree: &Tree, program: &Path, path: &str) -> Result<(), ImageError> {
    tree.copy(program, path)?;
    install_needed(tree, program)
}

/// Copies the libraries a program or library needs.
pub(super) fn install_needed(tree: &Tree, program: &Path) -> Result<(), ImageError> {
    for library in needed(program)? {
        let home = home(&library);
        tree.copy(&library, &home)?;
        if home.starts_with(OWN_LIBRARIES) {
            link_for_loader(tree, &home)?;
        }
    }
    Ok(())
}

/// A function may change `LD_LIBRARY_PATH`, so libraries must be found without it too.
fn link_for_loader(tree: &Tree, library: &str) -> Result<(), ImageError> {
    let dirs = library_dirs();
    let Some(dir) = dirs.iter().find(|dir| Path::new(dir).join("libc.so.6").is_file()) else {
        return Ok(());
    };
    let name = library.rsplit('/').next().unwrap_or(library);
    let link = merged(&format!("{dir}/{name}"));
    if tree.has(&link) { Ok(()) } else { tree.link(&link, library) }
}

/// The files of the libraries that a program or a library needs, the loader itself included.
fn needed(program: &Path) -> Result<Vec<PathBuf>, ImageError> {
    let fault = |why: String| ImageError::machine(format!("{}: {why}", program.display()));
    let listed =
        Command::new(LOADER).arg("--list").arg(program).env_clear().output().map_err(|error| {
            fault(format!("{LOADER} cannot be run ({error}); fika needs glibc on the machine"))
        })?;
    let text = String::from_utf8_lossy(&listed.stdout);
    if !listed.status.success() {
        let why = String::from_utf8_lossy(&listed.stderr).trim().to_owned();
        // A static program needs nothing, and the loader says so with an error.
        return if text.contains("statically linked") { Ok(Vec::new()) } else { Err(fault(why)) };
    }
    text.lines().filter_map(|line| parse_line(line).transpose()).collect::<Result<_, _>>().map_err(
        |name| fault(format!("needs the library {name}, which is not installed: install it")),
    )
}

/// One line of `--list`: `NAME => PATH (0x…)` or `PATH (0x…)`. Nothing for what has no file, and
/// the library's name as the error when it was not found.
fn parse_line(line: &str) -> Result<Option<PathBuf>, String> {
    let line = line.trim();
    let (name, found) = line.split_once(" => ").unwrap_or((line, line));
    if found == "not found" {
        return Err(name.into());
    }
    let path = found.rsplit_once(" (").map_or(found, |(path, _)| path);
    Ok(path.starts_with('/').then(|| path.into()))
}

/// Where a library of the machine goes in the image: its own path when the loader looks there,
/// else [`OWN_LIBRARIES`].
fn home(library: &Path) -> String {
    let path = merged(&library.to_string_lossy());
    let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
    if path == merged(LOADER) || library_dirs().iter().any(|own| merged(own) == dir) {
        return path;
    }
    let name = library.file_name().unwrap_or_default().to_string_lossy();
    format!("{OWN_LIBRARIES}/{name}")
}

/// A path in the layout of the image, where `/bin`, `/lib`, `/lib64` and `/sbin` are links into
/// `/usr`.
pub(super) fn merged(path: &str) -> String {
    let is_linked = ["/bin/", "/lib/", "/lib64/", "/sbin/"].iter().any(|top| path.starts_with(top));
    if is_linked { format!("/usr{path}") } else { path.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_the_loader_are_read() {
        let path = |text: &str| Ok(Some(PathBuf::from(text)));
        for (line, expected) in [
            ("\tlinux-vdso.so.1 (0x00007ffc)", Ok(None)),
            ("\tlibc.so.6 => /lib/x/libc.so.6 (0x00007f)", path("/lib/x/libc.so.6")),
            ("\t/lib64/ld-linux-x86-64.so.2 (0x7f)", path("/lib64/ld-linux-x86-64.so.2")),
            ("\tlibnope.so.1 => not found", Err("libnope.so.1".into())),
            ("\tstatically linked", Ok(None)),
        ] {
            assert_eq!(parse_line(line), expected, "{line}");
        }
    }

    #[test]
    fn libraries_go_where_the_loader_looks() {
        let home = |path: &str| home(Path::new(path));
        assert_eq!(home(LOADER), format!("/usr{LOADER}"));
        assert_eq!(
            home(&format!("/lib/{MULTIARCH}/libm.so.6")),
            format!("/usr/lib/{MULTIARCH}/libm.so.6")
        );
        assert_eq!(home("/lib64/libz.so.1"), "/usr/lib64/libz.so.1");
        assert_eq!(
            home("/srv/python/lib/libpython3.9.so.1.0"),
            "/var/lang/lib/libpython3.9.so.1.0"
        );
    }
}
