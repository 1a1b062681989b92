//! Python: one found on this machine, with its standard library, moved to `/var/lang`. CPython
//! finds its library from where its executable is, so it can be moved.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::tree::Tree;
use super::{ImageError, base, client, elf};

const LANG: &str = "/var/lang";

const QUESTION: &str = "\
import json, os, sys, sysconfig
print(json.dumps({
    'version': '%d.%d.%d' % sys.version_info[:3],
    'minor': sys.version_info[1],
    'program': os.path.realpath(sys.executable),
    'library': sysconfig.get_path('stdlib'),
    'modules': os.path.join(sysconfig.get_path('platstdlib'), 'lib-dynload'),
}))";

/// Compiles a library for a place where nobody can write, and where no source ever changes.
const COMPILE: &str = "\
import compileall, sys
from py_compile import PycInvalidationMode as mode
compileall.compile_dir(sys.argv[1], ddir=sys.argv[2], quiet=2, maxlevels=20, workers=0,
    invalidation_mode=mode.UNCHECKED_HASH)";

/// Parts that no function uses: tests, graphics, installers, the machine's own customizations.
const LEFT_OUT: &[&str] = &[
    "test",
    "tests",
    "idlelib",
    "tkinter",
    "turtledemo",
    "ensurepip",
    "site-packages",
    "dist-packages",
    "__pycache__",
    "lib-dynload",
    "pydoc_data",
    "turtle.py",
];

/// A Python to make an image of.
#[derive(Debug, Deserialize)]
pub(super) struct Found {
    version: String,
    minor: u16,
    program: PathBuf,
    library: PathBuf,
    modules: PathBuf,
}

impl Found {
    pub fn source(&self) -> String {
        format!("python {} from this machine", self.version)
    }

    /// How to start it.
    pub fn argv(&self) -> Vec<String> {
        let program = format!("{LANG}/bin/python3.{}", self.minor);
        // Nothing of the function's output stays in a buffer when the process is killed.
        vec![program, "-B".into(), "-u".into(), format!("{}/bootstrap.py", client::DIR)]
    }

    /// Copies it and what it needs, and compiles its library.
    pub fn install(&self, tree: &Tree) -> Result<(), ImageError> {
        let name = format!("python3.{}", self.minor);
        let library = format!("{LANG}/lib/{name}");
        elf::install(tree, &self.program, &format!("{LANG}/bin/{name}"))?;
        for alias in ["python3", "python"] {
            tree.link(&format!("{LANG}/bin/{alias}"), &name)?;
        }
        tree.copy_all(&self.library, &library, &is_wanted)?;
        self.install_modules(tree, &format!("{library}/lib-dynload"))?;
        compile(tree, self.minor, &library)
    }

    /// Modules in machine code; one whose library is not installed could not be imported anyway.
    fn install_modules(&self, tree: &Tree, path: &str) -> Result<(), ImageError> {
        tree.dir(path)?;
        for entry in fs::read_dir(&self.modules).map_err(ImageError::io(&self.modules))? {
            let module = entry.map_err(ImageError::io(&self.modules))?.path();
            let name = module.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !name.ends_with(".so") || name.starts_with("_test") || name.starts_with("_tkinter") {
                continue;
            }
            match elf::install_needed(tree, &module) {
                Ok(()) => tree.copy(&module, &format!("{path}/{name}"))?,
                Err(error) => tracing::debug!(%error, "a Python module is left out of the image"),
            }
        }
        Ok(())
    }
}

/// Compiles the modules below a path, by the interpreter in the tree: it runs outside as well.
pub(super) fn compile(tree: &Tree, minor: u16, path: &str) -> Result<(), ImageError> {
    let program = tree.place(&format!("{LANG}/bin/python3.{minor}"));
    let mut compile = Command::new(&program);
    compile.args(["-I", "-S", "-B", "-c", COMPILE]).arg(tree.place(path)).arg(path);
    compile.env_clear().env("LD_LIBRARY_PATH", tree.place("/var/lang/lib")).stdin(Stdio::null());
    let output = compile.output().map_err(ImageError::io(&program))?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(ImageError::machine(format!("Python 3.{minor} cannot compile its library: {why}")))
}

fn is_wanted(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !LEFT_OUT.contains(&&*name) && !name.starts_with("config-3")
}

/// Looks for Python 3.`minor` in the directories of `PATH`, the usual ones, and pyenv's.
///
/// # Errors
/// [`ImageError::PythonMissing`].
pub(super) fn find(minor: u16) -> Result<Found, ImageError> {
    let name = format!("python3.{minor}");
    base::on_path(&name)
        .chain(in_pyenv(&name))
        .chain(base::on_path("python3"))
        .filter(|program| !is_script(program))
        .find_map(|program| ask(&program).filter(|found| found.minor == minor))
        .ok_or(ImageError::PythonMissing { minor })
}

/// The interpreters of the pyenv whose shims are on the `PATH`, the newest first.
fn in_pyenv(name: &str) -> Vec<PathBuf> {
    let roots = base::on_path(name).filter_map(|shim| Some(shim.parent()?.parent()?.to_path_buf()));
    let versions = roots.filter_map(|root| fs::read_dir(root.join("versions")).ok());
    let mut found: Vec<PathBuf> = versions
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin").join(name)))
        .filter(|program| program.is_file())
        .collect();
    found.sort_by_key(|path| std::cmp::Reverse(patch(path)));
    found
}

/// The last number of a version's directory, as 18 in `versions/3.8.18/bin/python3.8`.
fn patch(program: &Path) -> u32 {
    let version = program.ancestors().nth(2).and_then(Path::file_name).unwrap_or_default();
    version.to_string_lossy().rsplit('.').next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// pyenv's shims are scripts that need their user's environment.
fn is_script(program: &Path) -> bool {
    use std::io::Read;
    let mut start = [0; 2];
    let read = fs::File::open(program).and_then(|mut file| file.read_exact(&mut start));
    read.is_err() || &start == b"#!"
}

fn ask(program: &Path) -> Option<Found> {
    let mut ask = Command::new(program);
    let output = ask.args(["-I", "-S", "-c", QUESTION]).env_clear().output().ok()?;
    serde_json::from_slice(&output.stdout).ok()
}
