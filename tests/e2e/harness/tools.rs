//! The official clients, the runtimes of this machine, and small programs built for a test.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use super::Server;
use super::server::{REGION, root_keys};

/// The repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Where tests leave things: `target/e2e`.
pub fn scratch() -> PathBuf {
    let folder = repository().join("target/e2e");
    fs::create_dir_all(&folder).expect("target/e2e");
    folder
}

/// Something `make tools` installs.
pub fn installed(path: &str) -> PathBuf {
    let path = scratch().join(path);
    assert!(path.exists(), "{} is missing: run `make tools`", path.display());
    path
}

/// Runs `work` while no other test process does the same.
fn alone<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let lock = File::create(scratch().join(format!("{name}.lock"))).expect("a lock file");
    lock.lock().expect("the lock");
    work()
}

/// Runtime images of this machine's Node and Python and of `provided.*`, made once for all tests.
pub fn runtimes() -> &'static Path {
    static READY: OnceLock<PathBuf> = OnceLock::new();
    let all = [node_runtime(), python_runtime(), "provided.al2023", "provided.al2"];
    READY.get_or_init(|| add_runtimes("runtimes", &all, &[]))
}

/// Images of this machine's Node and Python that have the AWS SDK, made once for all tests.
pub fn runtimes_with_sdk() -> &'static Path {
    static READY: OnceLock<PathBuf> = OnceLock::new();
    READY.get_or_init(|| {
        add_runtimes("runtimes-sdk", &[node_runtime(), python_runtime()], &["--sdk"])
    })
}

fn add_runtimes(name: &str, ids: &[&str], flags: &[&str]) -> PathBuf {
    let folder = scratch().join(name);
    alone(name, || {
        for id in ids {
            let mut command = Command::new(env!("CARGO_BIN_EXE_fika"));
            command.args(["runtime", "add", id]).args(flags).arg("--runtimes-dir").arg(&folder);
            command.arg("--data-dir").arg(scratch().join("runtimes-data"));
            run(&mut command);
        }
    });
    folder
}

/// The identifier of the Node on this machine, such as `nodejs20.x`.
pub fn node_runtime() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| {
        let version = run(Command::new("node").arg("--version"));
        let major = version.trim().trim_start_matches('v').split('.').next().unwrap_or_default();
        format!("nodejs{major}.x")
    })
}

/// The identifier of the Python on this machine, such as `python3.11`.
pub fn python_runtime() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| {
        let ask = "import sys; print('python%d.%d' % sys.version_info[:2])";
        run(Command::new("python3").args(["-c", ask])).trim().to_owned()
    })
}

/// The JavaScript of a folder of this crate's tests, or the Python.
pub fn script(path: &str) -> PathBuf {
    repository().join("tests/e2e").join(path)
}

/// Copies a folder of this crate's tests.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the folder").map(|entry| entry.expect("an entry")) {
        let to = to.join(entry.file_name());
        match entry.file_type().expect("its type").is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).expect("a copy")),
        }
    }
}

/// Points an official client at a server, and away from whatever else this machine has configured.
pub fn point_at<'a>(command: &'a mut Command, server: &Server) -> &'a mut Command {
    let keys = root_keys();
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", scratch())
        .env("AWS_ENDPOINT_URL", server.endpoint())
        .env("AWS_ACCESS_KEY_ID", keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", keys.secret)
        .env("AWS_REGION", REGION)
        .env("AWS_DEFAULT_REGION", REGION)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("NODE_RUNTIME", node_runtime())
        .env("PYTHON_RUNTIME", python_runtime())
}

/// Runs a program to its end.
///
/// # Panics
/// When it fails, with what it said.
pub fn run(command: &mut Command) -> String {
    let output = output(command);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{said}\n{complained}", output.status);
    said
}

/// Runs a program to its end, however it ends.
pub fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// The program of `examples/hello-rust`, built with this machine's Rust.
pub fn hello_rust() -> PathBuf {
    let target = scratch().join("hello-rust");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--locked", "--quiet", "--manifest-path"]);
    cargo.arg(repository().join("examples/hello-rust/Cargo.toml"));
    cargo.arg("--target-dir").arg(&target);
    // What this test's own cargo has set is not meant for that one.
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("CARGO_") || name == "RUSTFLAGS")
    {
        cargo.env_remove(name);
    }
    run(&mut cargo);
    target.join("release/bootstrap")
}

/// Builds a C program for a test.
pub fn compile(source: &str, flags: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir_in(scratch()).expect("a folder");
    let input = folder.path().join("program.c");
    let program = folder.path().join("program");
    fs::write(&input, source).expect("the source");
    run(Command::new("cc").args(["-O1", "-o"]).arg(&program).arg(&input).args(flags));
    fs::read(&program).expect("the program")
}
