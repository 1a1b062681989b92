//! What the tests of the wall share: an image of nothing, a hostile program, and a house for them.
#![allow(dead_code, clippy::unwrap_used, clippy::print_stderr)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fika_model::SandboxId;
use fika_sandbox::log::LogReader;
use fika_sandbox::{Bind, CpuPolicy, Event, Jail, JailOptions, Sandbox, Start, WallSpec};
use rustix::process::Pid;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::time::timeout;

/// Long enough for a machine under load; only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a test as it is; if that is as root, then once more as an ordinary user. `name` is the
/// test's own.
pub fn as_root_and_user(name: &str, test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test);
    if !is_root() {
        return;
    }
    let program = std::env::current_exe().unwrap();
    let mut again = Command::new(program);
    again.args(["--exact", name, "--nocapture"]).uid(NOBODY).gid(NOBODY).env_remove("TMPDIR");
    match again.status() {
        Ok(status) => assert!(status.success(), "as an ordinary user"),
        Err(error) => eprintln!("skipped as an ordinary user, who cannot run this test: {error}"),
    }
}

/// The user `nobody`, as every distribution numbers it.
const NOBODY: u32 = 65534;

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A directory with an image, a code tree and a state directory.
pub struct House {
    directory: TempDir,
    cgroups: bool,
}

impl House {
    pub fn new() -> Self {
        Self::with_cgroups(true)
    }

    pub fn with_cgroups(cgroups: bool) -> Self {
        let directory = tempfile::Builder::new().prefix("fika-wall-").tempdir().unwrap();
        let house = Self { directory, cgroups };
        for place in ["image/dev", "image/proc", "image/tmp", "image/var/task", "image/etc"] {
            fs::create_dir_all(house.path(place)).unwrap();
        }
        for tree in ["code/tree", "code/other"] {
            fs::create_dir_all(house.path(tree)).unwrap();
        }
        fs::copy(probe(), house.path("code/tree/probe")).unwrap();
        open_to_all(house.directory.path());
        house
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn options(&self) -> JailOptions {
        JailOptions {
            state_dir: self.path("state"),
            code_dir: self.path("code"),
            cpu: CpuPolicy::Share,
            cgroups: self.cgroups,
        }
    }

    pub fn jail(&self) -> Jail {
        Jail::new(self.options()).unwrap()
    }

    pub fn spec(&self, id: u64) -> WallSpec {
        WallSpec {
            sandbox: SandboxId(id),
            image: self.path("image"),
            memory_mb: 128,
            ephemeral_mb: 512,
            hostname: "sandbox.test".into(),
        }
    }

    /// The jailers of this house that live.
    pub fn jailers(&self) -> Vec<Pid> {
        let state = self.path("state").canonicalize().unwrap();
        let jailer = state.join("jailer");
        let processes = fs::read_dir("/proc").unwrap().flatten();
        processes
            .filter(|entry| {
                let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
                line.starts_with(jailer.as_os_str().as_encoded_bytes())
            })
            .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
            .collect()
    }

    /// The processes that were started from this house, by their command lines: jailers, and all
    /// that runs without a wall.
    pub fn living(&self) -> Vec<Pid> {
        let place = self.path("").to_string_lossy().into_owned();
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let ours = processes.filter(|process| {
            let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(&place)
        });
        ours.filter_map(|process| Pid::from_raw(process.file_name().to_str()?.parse().ok()?))
            .collect()
    }

    /// All that is left of sandboxes: processes, mounts, cgroups.
    pub fn traces(&self) -> Vec<String> {
        let mut traces: Vec<_> =
            self.living().iter().map(|pid| format!("process {pid:?}")).collect();
        let house = self.directory.path().to_str().unwrap();
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
        traces.extend(mounts.lines().filter(|line| line.contains(house)).map(String::from));
        let places = mounts.lines().filter(|line| line.contains(" cgroup"));
        for place in places.filter_map(|line| line.split(' ').nth(1)) {
            let instance = Path::new(place).join(format!("fika-{}", self.instance()));
            let left = fs::read_dir(instance).into_iter().flatten().flatten();
            let left = left.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            traces.extend(left.map(|entry| entry.path().display().to_string()));
        }
        traces
    }

    /// The instance's name, as the jail makes it of the state directory.
    fn instance(&self) -> String {
        let state = self.path("state").canonicalize().unwrap();
        let digest = Sha256::digest(state.as_os_str().as_encoded_bytes());
        digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The program of the tests, told what to do.
    pub fn start(&self, verbs: &[&str]) -> Start {
        let mut argv = vec!["/var/task/probe".to_string()];
        argv.extend(verbs.iter().map(ToString::to_string));
        Start { argv, env: Vec::new(), cwd: "/var/task".into() }
    }

    /// What binds a sandbox to the code of the tests, with the sizes it has.
    pub fn bind(&self) -> Bind {
        let WallSpec { memory_mb, ephemeral_mb, .. } = self.spec(0);
        Bind { code: self.path("code/tree"), layers: None, memory_mb, ephemeral_mb, egress: None }
    }
}

/// Everybody may read what sandboxes see, since each has users of its own.
fn open_to_all(path: &Path) {
    let mode = if path.is_dir() {
        0o755
    } else {
        fs::metadata(path).unwrap().permissions().mode() | 0o444
    };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| open_to_all(&entry.unwrap().path()));
    }
}

/// Compiles the program once for all tests.
fn probe() -> PathBuf {
    compiled("probe/probe.c")
}

/// The static program of a C source among the tests, compiled once.
pub fn compiled(source: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(source);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = directory.join(source.file_stem().unwrap());
    let age = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    let beside = fs::read_dir(source.parent().unwrap()).unwrap().flatten();
    if age(&program) < beside.map(|file| age(&file.path())).max().flatten() {
        fs::create_dir_all(directory).unwrap();
        // Tests run side by side, each in its own process.
        let mine = program.with_extension(std::process::id().to_string());
        let mut cc = Command::new("cc");
        cc.args(["-static", "-O1", "-w", "-pthread", "-o"]).arg(&mine).arg(&source);
        assert!(cc.status().unwrap().success(), "a C toolchain with static libc is needed");
        fs::rename(mine, &program).unwrap();
    }
    program
}

/// A sandbox with what it writes.
pub struct Running {
    pub sandbox: Sandbox,
    pub log: LogReader,
}

impl Running {
    pub async fn start(house: &House, jail: &Jail, id: u64, verbs: &[&str]) -> Self {
        Self::start_in(jail, house.spec(id), house.bind(), house.start(verbs)).await
    }

    pub async fn start_in(jail: &Jail, spec: WallSpec, bind: Bind, start: Start) -> Self {
        let mut sandbox = jail.create(spec).await.unwrap();
        let log = sandbox.take_logs().watch().unwrap();
        sandbox.bind(bind).await.unwrap();
        sandbox.start(start).await.unwrap();
        Self { sandbox, log }
    }

    /// The next event.
    pub async fn event(&mut self) -> Event {
        timeout(PATIENCE, self.sandbox.next_event()).await.expect("an event")
    }

    /// What it writes up to and with `end`.
    pub async fn read_until(&self, end: &str) -> String {
        let mut text = String::new();
        let mut buffer = [0; 4096];
        while !text.contains(end) {
            let read = timeout(PATIENCE, self.log.read(&mut buffer)).await;
            match read.unwrap_or_else(|_| panic!("no {end:?} in {text:?}")).unwrap() {
                0 => panic!("the log ended before {end:?}: {text:?}"),
                read => text.push_str(&String::from_utf8_lossy(&buffer[..read])),
            }
        }
        text
    }

    /// What it wrote before it ended, and how it did.
    pub async fn finish(&mut self) -> (String, Event) {
        let mut text = Vec::new();
        let mut buffer = vec![0; 65536];
        let event = loop {
            tokio::select! {
                biased;
                read = self.log.read(&mut buffer) => text.extend_from_slice(&buffer[..read.unwrap()]),
                event = self.sandbox.next_event() => break event,
                () = tokio::time::sleep(PATIENCE) => panic!("{}", String::from_utf8_lossy(&text)),
            }
        };
        while let Ok(Some(read @ 1..)) = self.log.try_read(&mut buffer) {
            text.extend_from_slice(&buffer[..read]);
        }
        (String::from_utf8_lossy(&text).into_owned(), event)
    }
}

/// Runs the program in a fresh sandbox to its end.
pub async fn run(house: &House, jail: &Jail, verbs: &[&str]) -> (String, Event) {
    let mut running = Running::start(house, jail, 1, verbs).await;
    let ended = running.finish().await;
    running.sandbox.destroy(Duration::ZERO).await;
    ended
}
