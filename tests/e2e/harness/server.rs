//! The `fika` binary: started, watched, ended.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::leaks::{self, Process, Traces};
use super::sign::Keys;
use super::{Client, tools, wait_for};

pub const ACCOUNT: &str = "123456789012";
/// How much of a server's log a test that fails shows: CI keeps nothing else of it.
const LAST_LINES: usize = 30;

/// The account of [`Server::another_account`].
const ANOTHER_ACCOUNT: &str = "999999999999";

/// A role of that account: a function's role is of its own account.
pub fn another_role() -> String {
    format!("arn:aws:iam::{ANOTHER_ACCOUNT}:role/lambda")
}
pub const REGION: &str = "us-east-1";

/// The key every test server is told to make its root's.
pub fn root_keys() -> Keys {
    Keys {
        access_key_id: "AKIAFIKAENDTOENDTEST".into(),
        secret: "not/a+secret/but+the+key/of+every+test/42".into(),
        region: REGION.into(),
        service: "lambda".into(),
    }
}

/// A user that is nobody in particular, on every Linux.
const NOBODY: u32 = 65_534;
const AS_NOBODY: [&str; 4] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/// Makes a folder nobody's, who must be able to get there.
fn give(folder: &Path) -> Result<(), String> {
    std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY))
        .map_err(|_| "only root can start a server as somebody else".to_owned())?;
    let mut there = Command::new(AS_NOBODY[0]);
    let reached = there.args(&AS_NOBODY[1..]).arg("test").arg("-w").arg(folder).status();
    let reached = reached.is_ok_and(|status| status.success());
    reached.then_some(()).ok_or(format!("others cannot get to {}", folder.display()))
}

/// A server, and what a test may know of it.
pub struct Server {
    pub address: SocketAddr,
    /// From the start of the program to its line that it is ready.
    pub start_up: Duration,
    child: Option<Running>,
    data: TempDir,
    args: Vec<String>,
    env: Vec<(String, String)>,
    /// The program, and what is before it on the command line.
    program: Vec<OsString>,
}

struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    /// With its defaults, a data directory of its own, and the runtimes of this machine.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// With flags after `serve`.
    pub fn start_with(args: &[&str]) -> Self {
        let runtimes = tools::runtimes().to_string_lossy().into_owned();
        Self::start_in(&runtimes, args)
    }

    /// With runtimes that have the AWS SDK.
    pub fn start_with_sdk(args: &[&str]) -> Self {
        Self::start_in(&tools::runtimes_with_sdk().to_string_lossy(), args)
    }

    /// With its own runtimes directory, empty at first.
    pub fn start_bare(args: &[&str]) -> Self {
        Self::start_in("", args)
    }

    /// As somebody who is not root, with runtimes of their own. `None`, and a word why, where root
    /// cannot become somebody else, or they could not reach this folder.
    pub fn start_as_nobody(args: &[&str]) -> Option<Self> {
        let mut server = Self::new("", args);
        let program = server.data().join("fika");
        fs::copy(env!("CARGO_BIN_EXE_fika"), &program).expect("a copy of the program");
        if let Err(why) = give(server.data()) {
            println!("skipped: {why}");
            return None;
        }
        server.program = [&AS_NOBODY.map(OsString::from)[..], &[program.into()]].concat();
        server.restart();
        Some(server)
    }

    fn start_in(runtimes: &str, args: &[&str]) -> Self {
        let mut server = Self::new(runtimes, args);
        server.restart();
        server
    }

    fn new(runtimes: &str, args: &[&str]) -> Self {
        let data = tempfile::Builder::new()
            .prefix("e2e-")
            .tempdir_in(tools::scratch())
            .expect("a data directory");
        let mut env = vec![];
        if !runtimes.is_empty() {
            env.push(("FIKA_RUNTIMES_DIR".to_owned(), runtimes.to_owned()));
        }
        Self {
            address: ([127, 0, 0, 1], 0).into(),
            start_up: Duration::ZERO,
            child: None,
            data,
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            env,
            program: vec![env!("CARGO_BIN_EXE_fika").into()],
        }
    }

    /// Starts the program (again) on the same data directory.
    ///
    /// # Panics
    /// When it does not say that it is ready.
    pub fn restart(&mut self) {
        assert!(self.child.is_none(), "it runs");
        let begun = Instant::now();
        let mut child = self.command().spawn().expect("the fika binary");
        let stdout = child.stdout.take().expect("piped");
        let mut running = Running { child, stdout: BufReader::new(stdout) };
        let mut line = String::new();
        running.stdout.read_line(&mut line).expect("standard output");
        self.start_up = begun.elapsed();
        let address = line.trim_end().strip_prefix("fika is ready at http://");
        let address = address.and_then(|address| address.parse().ok());
        self.address = address.unwrap_or_else(|| {
            let _ = running.child.kill();
            panic!("not ready, but said {line:?}; its log:\n{}", self.log())
        });
        self.child = Some(running);
    }

    fn command(&self) -> Command {
        let keys = root_keys();
        let log = File::options().create(true).append(true).open(self.log_path()).expect("log");
        let mut command = Command::new(&self.program[0]);
        command
            .args(&self.program[1..])
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(self.data())
            .args(&self.args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", std::env::var_os("HOME").unwrap_or_default())
            // Whom npm trusts here.
            .envs(std::env::var_os("NODE_EXTRA_CA_CERTS").map(|file| ("NODE_EXTRA_CA_CERTS", file)))
            .env("FIKA_LOG", "info")
            .env("FIKA_ROOT_ACCOUNT_ID", ACCOUNT)
            .env("FIKA_ROOT_ACCESS_KEY_ID", keys.access_key_id)
            .env("FIKA_ROOT_SECRET_ACCESS_KEY", keys.secret)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log);
        command
    }

    /// Changes a variable of the next start.
    pub fn set_env(&mut self, name: &str, value: &str) {
        self.env.push((name.into(), value.into()));
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The server's own log, kept for a look after a failure.
    fn log_path(&self) -> PathBuf {
        let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let folder = tools::scratch().join("logs");
        fs::create_dir_all(&folder).expect("a folder for logs");
        let name = self.data().file_name().unwrap_or_default().to_string_lossy();
        folder.join(format!("{test}-{}.log", name.trim_start_matches("e2e-")))
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The root account's client, in the usual region.
    pub fn client(&self) -> Client {
        Client::new(self.address, root_keys())
    }

    /// A client of another account, which the server is started once more to have beside the first.
    /// That one is root from here on.
    pub fn another_account(&mut self) -> Client {
        self.stop();
        let keys = Keys {
            access_key_id: "AKIAFIKAANOTHERONE00".into(),
            secret: "another/secret/of/another/account/0000042".into(),
            ..root_keys()
        };
        self.set_env("FIKA_ROOT_ACCOUNT_ID", ANOTHER_ACCOUNT);
        self.set_env("FIKA_ROOT_ACCESS_KEY_ID", &keys.access_key_id);
        self.set_env("FIKA_ROOT_SECRET_ACCESS_KEY", &keys.secret);
        self.restart();
        Client::new(self.address, keys)
    }

    /// A command of the same binary, pointed at this server.
    pub fn fika(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fika"));
        command.args(args).arg("--data-dir").arg(self.data());
        for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_LAMBDA", "AWS_REGION"] {
            command.env_remove(name);
        }
        command
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child.as_ref().expect("running").child)
    }

    /// Its process.
    pub fn id(&self) -> i32 {
        self.pid().as_raw_pid()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("a signal to our own child");
    }

    /// The server's processes and those of its sandboxes.
    pub fn processes(&self) -> Vec<Process> {
        leaks::family(self.pid())
    }

    /// # Panics
    /// When the server has ended.
    pub fn assert_up(&mut self) {
        let ended = self.child.as_mut().expect("running").child.try_wait().expect("wait");
        assert!(ended.is_none(), "the server ended: {ended:?}; its log:\n{}", self.log());
    }

    /// What there is of it now.
    pub fn traces(&self) -> Traces {
        Traces::of(self.pid())
    }

    /// Waits for the program to end after a signal.
    pub fn ended(&mut self) -> ExitStatus {
        let mut running = self.child.take().expect("running");
        let status = wait_for("the server's end", || running.child.try_wait().expect("wait"));
        let mut rest = String::new();
        running.stdout.read_to_string(&mut rest).expect("standard output");
        assert_eq!(rest, "", "more than one line on standard output");
        status
    }

    /// Ctrl-C, and nothing must be left.
    pub fn stop(&mut self) -> ExitStatus {
        let traces = self.traces();
        self.signal(Signal::INT);
        let status = self.ended();
        traces.assert_clean(self.data());
        status
    }

    /// kill -9. Its sandboxes must die with it; what else it leaves, the next start removes.
    pub fn kill(&mut self) -> Traces {
        let traces = self.traces();
        self.signal(Signal::KILL);
        self.ended();
        traces.assert_dead();
        traces
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            if let Some(mut running) = self.child.take() {
                let _ = running.child.kill();
                let _ = running.child.wait();
            }
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            eprintln!("the last of the server's log, {}:", self.log_path().display());
            lines
                .iter()
                .skip(lines.len().saturating_sub(LAST_LINES))
                .for_each(|l| eprintln!("{l}"));
        } else if self.child.is_some() {
            let status = self.stop();
            assert!(status.success(), "{status}; its log:\n{}", self.log());
        }
    }
}
