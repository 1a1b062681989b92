//! Runtime images: made, found again, made once, brought up to date, and really a root.
#![allow(clippy::expect_used, clippy::print_stderr, missing_docs)]

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use fika_model::Runtime;
use fika_sandbox::image::{Image, ImageError, ImageOptions, ImageStore, Progress};

const OFF: ImageOptions = ImageOptions { fetch: false };
const PROVIDED: Runtime = Runtime::Provided { year: 2023 };
/// The programs that a root is entered with; `unshare` makes an ordinary user root in it.
const CHROOT: &str = "/usr/sbin/chroot";

fn store(dir: &Path) -> ImageStore {
    ImageStore::open(dir, OFF).expect("a store")
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
    tokio.expect("tokio").block_on(future)
}

fn ensure(store: &ImageStore, runtime: Runtime) -> Result<Image, ImageError> {
    run(store.ensure(&runtime, &|_| ()))
}

/// Read-only trees must be made writable before a test's folder can go.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = Command::new("chmod").args(["-R", "u+w"]).arg(self.0.path()).status();
    }
}

/// What a command prints inside an image, or none where this machine lets nobody change its root.
fn inside(image: &Image, command: &[&str]) -> Option<String> {
    let enter = || {
        let mut enter = Command::new("unshare");
        enter.args(["--user", "--map-root-user", CHROOT]).arg(&image.root).env_clear();
        enter
    };
    if !enter().arg("/bin/true").status().is_ok_and(|status| status.success()) {
        eprintln!("skipped running {command:?}: no user namespaces here");
        return None;
    }
    let output = enter().args(command).output().expect("unshare runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    Some(String::from_utf8(output.stdout).expect("text").trim().to_owned())
}

#[test]
fn an_image_is_made_once_and_found_again() {
    let folder = Folder::new();
    let dir = folder.0.path();
    let first = store(dir);
    assert_eq!(first.find(&PROVIDED), None);
    let steps = Mutex::new(Vec::new());
    let note = |step| steps.lock().expect("no panic").push(step);
    let (one, two) =
        run(async { tokio::join!(first.ensure(&PROVIDED, &note), first.ensure(&PROVIDED, &note)) });
    let image = one.expect("an image");
    assert_eq!(two.expect("the same image"), image);
    assert_eq!(image.argv, ["/var/task/bootstrap"]);
    let count =
        |step: &Progress| steps.lock().expect("no panic").iter().filter(|s| *s == step).count();
    assert_eq!(count(&Progress::Assembling), 1, "{steps:?}");
    assert_eq!(count(&Progress::Waiting), 1, "{steps:?}");

    let again = store(dir);
    assert_eq!(again.find(&PROVIDED), Some(image.clone()));
    assert_eq!(again.list(), [image]);
}

#[test]
fn the_same_files_have_the_same_digest() {
    let (one, two) = (Folder::new(), Folder::new());
    let digest =
        |folder: &Folder| ensure(&store(folder.0.path()), PROVIDED).expect("an image").digest;
    assert_eq!(digest(&one), digest(&two));
}

#[test]
fn nothing_in_an_image_can_be_written() {
    let folder = Folder::new();
    let image = ensure(&store(folder.0.path()), PROVIDED).expect("an image");
    let mut open = vec![image.root.clone()];
    let mut seen = 0;
    while let Some(path) = open.pop() {
        let meta = fs::symlink_metadata(&path).expect("metadata");
        if meta.is_symlink() {
            continue;
        }
        seen += 1;
        let mode = meta.permissions().mode() & 0o7777;
        assert!(mode == 0o555 || (meta.is_file() && mode == 0o444), "{}: {mode:o}", path.display());
        if meta.is_dir() {
            open.extend(
                fs::read_dir(&path).expect("a folder").map(|e| e.expect("an entry").path()),
            );
        }
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn programs_run_in_it_and_the_machine_does_not_show() {
    let folder = Folder::new();
    let image = ensure(&store(folder.0.path()), PROVIDED).expect("an image");
    let script = "ls / && grep -c sbx_user1051:x:993 /etc/passwd && ls -A /home /root /var/task 2>/dev/null; true";
    let Some(text) = inside(&image, &["/bin/sh", "-c", script]) else { return };
    let expected = [
        "bin",
        "dev",
        "etc",
        "lib",
        "lib64",
        "mnt",
        "opt",
        "proc",
        "run",
        "sbin",
        "sys",
        "tmp",
        "usr",
        "var",
        "1",
        "/var/task:",
        "lib",
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn what_a_crash_left_is_removed_but_not_what_is_being_written() {
    let folder = Folder::new();
    let dir = folder.0.path();
    let (left, held) = (dir.join("tmp-1-0"), dir.join("tmp-2-0"));
    for tree in [&left, &held] {
        fs::create_dir_all(tree.join("usr")).expect("a folder");
        fs::set_permissions(tree.join("usr"), fs::Permissions::from_mode(0o555)).expect("a mode");
    }
    let writer = File::open(&held).expect("a folder");
    writer.lock().expect("a lock");
    store(dir);
    assert!(!left.exists() && held.exists());
}

#[test]
fn what_cannot_be_removed_keeps_no_store_from_opening() {
    let folder = Folder::new();
    let dir = folder.0.path();
    let (stays, goes) = (dir.join("tmp-1-0"), dir.join("tmp-2-0"));
    // No tree, so it cannot be removed as one.
    fs::write(&stays, "").expect("a file");
    fs::create_dir(&goes).expect("a folder");
    let store = ImageStore::open(dir, OFF).expect("a store all the same");
    assert!(stays.exists() && !goes.exists());
    ensure(&store, PROVIDED).expect("an image");
}

#[test]
fn a_broken_index_is_an_empty_one() {
    let folder = Folder::new();
    let dir = folder.0.path();
    for text in ["", "{", "[]", "{\"images\":{\"nodejs20.x\":{}}}"] {
        fs::write(dir.join("index.json"), text).expect("a file");
        assert_eq!(store(dir).list(), [], "{text}");
    }
}

#[test]
fn an_image_with_an_old_client_is_made_again_from_its_own_parts() {
    let folder = Folder::new();
    let dir = folder.0.path();
    let image = ensure(&store(dir), PROVIDED).expect("an image");
    let index = dir.join("index.json");
    let mut json: serde_json::Value =
        serde_json::from_slice(&fs::read(&index).expect("a file")).expect("JSON");
    json["images"]["provided.al2023"]["client"] = "old".into();
    json["images"]["provided.al2023"]["source"] = "its own parts".into();
    fs::write(&index, json.to_string()).expect("a file");

    let store = store(dir);
    assert_eq!(store.find(&PROVIDED), None);
    let again = ensure(&store, PROVIDED).expect("an image");
    assert_eq!((again.digest, &*again.source), (image.digest, "its own parts"));
}

#[test]
fn what_is_not_there_says_what_to_do() {
    let folder = Folder::new();
    let store = store(folder.0.path());
    for (runtime, says) in [
        (Runtime::Node { major: 99 }, "start fika with --runtime-fetch on"),
        (Runtime::Python { minor: 99 }, "`pyenv install 3.99`"),
    ] {
        let error = ensure(&store, runtime).expect_err("there is none").to_string();
        assert!(error.contains(says), "{error}");
    }
    let names: Vec<_> = fs::read_dir(folder.0.path()).expect("a folder").collect();
    assert_eq!(names.len(), 0, "{names:?}");
}

#[test]
fn a_major_version_that_npm_does_not_know() {
    let folder = Folder::new();
    let store = ImageStore::open(folder.0.path(), ImageOptions { fetch: true }).expect("a store");
    match ensure(&store, Runtime::Node { major: 999 }).expect_err("there is no Node 999") {
        ImageError::UnknownMajor { package } => assert!(package.ends_with("@999"), "{package}"),
        why @ (ImageError::Offline { .. } | ImageError::NpmMissing { .. }) => {
            eprintln!("skipped: {why}");
        }
        error => panic!("{error}"),
    }
}

#[test]
fn python_runs_in_its_image_with_its_modules() {
    // Kept from run to run: compiling the libraries of many Pythons takes a minute.
    let store = store(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("images"));
    let mut found = 0;
    for minor in 8..=14 {
        let image = match ensure(&store, Runtime::Python { minor }) {
            Ok(image) => image,
            Err(why @ ImageError::PythonMissing { .. }) => {
                eprintln!("skipped: {why}");
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        found += 1;
        let script = "import sys, ssl, ctypes, json\n\
            print(sys.version_info[1], sys.prefix, json.__cached__.startswith('/var/lang/lib'))";
        let Some(text) = inside(&image, &[&image.argv[0], "-c", script]) else { return };
        assert_eq!(text, format!("{minor} /var/lang True"));
    }
    assert!(found > 0 || Command::new("python3").output().is_err(), "no Python was found");
}

#[test]
fn node_runs_in_its_image() {
    let folder = Folder::new();
    let Ok(version) = Command::new("node").arg("--version").output() else {
        eprintln!("skipped: no node on this machine");
        return;
    };
    let version = String::from_utf8(version.stdout).expect("text");
    let major = version.trim_start_matches('v').split('.').next().expect("a number");
    let major = major.parse().expect("a number");
    let image = match ensure(&store(folder.0.path()), Runtime::Node { major }) {
        Ok(image) => image,
        // A build of a Linux distribution that is spread over the machine.
        Err(why @ ImageError::FetchForbidden { .. }) => return eprintln!("skipped: {why}"),
        Err(error) => panic!("{error}"),
    };
    let Some(text) = inside(&image, &[&image.argv[0], "-p", "process.version"]) else { return };
    assert_eq!(text, version.trim());
}
