//! A session of `fika dev`: started, listened to, ended.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::leaks::Traces;
use crate::harness::server::{ACCOUNT, root_keys};
use crate::harness::{Client, tools, wait_for};

/// A folder with code, and what runs on it.
pub struct Session {
    /// Where the code is: the session's current directory.
    pub folder: TempDir,
    child: Option<Child>,
    lines: Arc<Mutex<Vec<Value>>>,
    /// How many of them have been looked at.
    read: usize,
    log: PathBuf,
}

impl Session {
    /// A folder with these files, and no session yet.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new().prefix("dev-").tempdir_in(tools::scratch()).unwrap();
        let log = folder.path().with_extension("log");
        let session = Self { folder, child: None, lines: Arc::default(), read: 0, log };
        for (name, text) in files {
            session.write(name, text);
        }
        session
    }

    /// Starts it with the folder, or with these arguments.
    pub fn start(mut self, args: &[&str]) -> Self {
        let keys = root_keys();
        let mut command = Command::new(env!("CARGO_BIN_EXE_fika"));
        command
            .args(["dev", "--output", "json"])
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            // No server of somebody else is found from there.
            .env("HOME", self.folder.path())
            .env("FIKA_RUNTIMES_DIR", tools::runtimes())
            .env("FIKA_ROOT_ACCOUNT_ID", ACCOUNT)
            .env("FIKA_ROOT_ACCESS_KEY_ID", keys.access_key_id)
            .env("FIKA_ROOT_SECRET_ACCESS_KEY", keys.secret)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&self.log).unwrap());
        let mut child = command.spawn().expect("the fika binary");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let lines = Arc::clone(&self.lines);
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let value = serde_json::from_str(&line).unwrap_or_else(|_| Value::from(line));
                lines.lock().unwrap().push(value);
            }
        });
        self.child = Some(child);
        self
    }

    /// The same, on a free port and with the folder's own code in `code`.
    pub fn start_here(self, args: &[&str]) -> Self {
        self.start(&[&["--listen", "127.0.0.1:0"], args].concat())
    }

    /// The next event of that kind; those before it are passed over.
    ///
    /// # Panics
    /// When it does not come.
    pub fn next(&mut self, kind: &str) -> Value {
        self.next_that(kind, |_| true)
    }

    /// The next event of that kind that is so.
    ///
    /// # Panics
    /// When it does not come.
    pub fn next_that(&mut self, kind: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let what = format!("{kind} of a session");
        let (lines, read) = (Arc::clone(&self.lines), self.read);
        let child = self.child.as_mut().expect("it runs");
        let (at, found) = wait_for(&what, || {
            let lines = lines.lock().unwrap();
            let mut new = lines.iter().enumerate().skip(read);
            let found = new.find(|(_, line)| line["event"] == kind && is_so(line));
            if found.is_none() && child.try_wait().unwrap().is_some() {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                panic!("{what} did not come, and it has ended: {lines:?}\n{log}");
            }
            found.map(|(at, line)| (at, line.clone()))
        });
        self.read = at + 1;
        found
    }

    /// Everything it has said.
    pub fn said(&self) -> Vec<Value> {
        self.lines.lock().unwrap().clone()
    }

    /// A client of its server, once that is ready.
    pub fn client(&mut self) -> Client {
        let ready = self.next("ready");
        let url = ready["endpoint"].as_str().expect("a URL").trim_start_matches("http://");
        let address: SocketAddr = url.parse().expect("an address");
        Client::new(address, root_keys())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Saves a file as most editors do.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Saves a file as vim does: the old one moves away, and goes when the new one is there.
    pub fn write_by_rename(&self, name: &str, text: &str) {
        let (path, backup) = (self.path(name), self.path(&format!("{name}~")));
        fs::rename(&path, &backup).unwrap();
        fs::write(&path, text).unwrap();
        fs::remove_file(backup).unwrap();
    }

    /// Saves a file as others do: a new one is put in its place.
    pub fn write_in_place(&self, name: &str, text: &str) {
        let new = self.path(&format!("{name}.new"));
        fs::write(&new, text).unwrap();
        fs::rename(new, self.path(name)).unwrap();
    }

    /// Ctrl-C, and nothing must be left.
    pub fn stop(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it runs");
        let pid = Pid::from_child(&child);
        let traces = Traces::of(pid);
        kill_process(pid, Signal::INT).unwrap();
        let status = wait_for("the session's end", || child.try_wait().unwrap());
        traces.assert_clean(&data_of(self.folder.path()));
        status
    }

    /// Waits for an end of its own.
    pub fn ended(&mut self) -> (ExitStatus, String) {
        let mut child = self.child.take().expect("it runs");
        let status = wait_for("the session's end", || child.try_wait().unwrap());
        (status, fs::read_to_string(&self.log).unwrap_or_default())
    }
}

fn data_of(folder: &Path) -> PathBuf {
    let name: OsString = folder.file_name().unwrap_or_default().into();
    // Its own processes name the data directory relative to where they are: by the folder.
    Path::new(&name).join(".fika")
}

impl Drop for Session {
    fn drop(&mut self) {
        if std::thread::panicking() {
            if let Some(mut child) = self.child.take() {
                let _ = child.kill();
                let _ = child.wait();
            }
            eprintln!("the session said: {:#?}", self.said());
            eprintln!("{}", fs::read_to_string(&self.log).unwrap_or_default());
        } else if self.child.is_some() {
            assert!(self.stop().success());
        }
        let _ = fs::remove_file(&self.log);
    }
}
