//! What a server must not leave behind: processes, mounts, cgroups.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Pid;

use super::wait_for;

/// A process that is told from a later one with the same number by when it was started.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Process {
    pub pid: i32,
    pub name: String,
    parent: i32,
    started: u64,
}

/// What there was of a server at one moment.
#[derive(Debug)]
pub struct Traces {
    processes: Vec<Process>,
    cgroups: HashSet<PathBuf>,
}

impl Traces {
    /// Those of a server that runs.
    pub fn of(server: Pid) -> Self {
        let processes = family(server);
        let cgroups = processes.iter().flat_map(|process| cgroups(process.pid)).collect();
        Self { processes, cgroups }
    }

    /// # Panics
    /// When some of the processes live on.
    pub fn assert_dead(&self) {
        wait_for(&format!("the end of {:?}", self.processes), || {
            let living: HashSet<Process> = processes().into_iter().collect();
            (!self.processes.iter().any(|process| living.contains(process))).then_some(())
        });
    }

    /// # Panics
    /// When a sandbox, or a cgroup made for one, is still there.
    pub fn assert_swept(&self) {
        self.assert_dead();
        let of_a_sandbox = |path: &&PathBuf| {
            let above = path.parent().and_then(Path::file_name).unwrap_or_default();
            above.to_string_lossy().starts_with("fika-")
        };
        let left: Vec<&PathBuf> =
            self.cgroups.iter().filter(of_a_sandbox).filter(|path| path.exists()).collect();
        assert!(left.is_empty(), "cgroups left: {left:?}");
    }

    /// # Panics
    /// When processes, mounts or cgroups are left of the server that lived in this data directory.
    pub fn assert_clean(&self, data: &Path) {
        self.assert_dead();
        let data = data.to_string_lossy();
        let named: Vec<String> = numbered("/proc")
            .filter(|pid| {
                let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                String::from_utf8_lossy(&line).contains(&*data)
            })
            .collect();
        assert!(named.is_empty(), "processes left of {data}: {named:?}");
        let mounts = fs::read_to_string("/proc/self/mountinfo").expect("mountinfo");
        assert!(!mounts.contains(&*data), "mounts left of {data}:\n{mounts}");
        let left: Vec<&PathBuf> = self.cgroups.iter().filter(|path| path.exists()).collect();
        assert!(left.is_empty(), "cgroups left of {data}: {left:?}");
    }
}

/// A process and all that came of it.
pub fn family(root: Pid) -> Vec<Process> {
    let all = processes();
    let mut members: HashSet<i32> = HashSet::from([root.as_raw_nonzero().get()]);
    loop {
        let children = all.iter().filter(|process| members.contains(&process.parent));
        let children: Vec<i32> = children.map(|process| process.pid).collect();
        let before = members.len();
        members.extend(children);
        if members.len() == before {
            return all.into_iter().filter(|process| members.contains(&process.pid)).collect();
        }
    }
}

/// The cgroups fika made for a process, and the one above them that it made for itself.
fn cgroups(pid: i32) -> Vec<PathBuf> {
    let lines = fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
    let mut found = Vec::new();
    for line in lines.lines().filter(|line| line.contains("/fika-")) {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
        let path = path.trim_start_matches('/');
        for tree in [controllers, "unified", ""] {
            let leaf = Path::new("/sys/fs/cgroup").join(tree).join(path);
            let ours = |path: &&Path| path.to_string_lossy().contains("/fika-");
            found.extend(leaf.ancestors().take_while(ours).map(Path::to_owned));
        }
    }
    found.retain(|path| path.exists());
    found
}

fn processes() -> Vec<Process> {
    numbered("/proc").filter_map(|pid| process(&pid)).collect()
}

fn process(pid: &str) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name is in parentheses and may itself hold some.
    let (before, after) = stat.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = after.split_whitespace().collect();
    let (parent, started) = (fields.get(1)?.parse().ok()?, fields.get(19)?.parse().ok()?);
    Some(Process { pid: pid.parse().ok()?, name, parent, started })
}

fn numbered(folder: &str) -> impl Iterator<Item = String> {
    fs::read_dir(folder)
        .expect("procfs")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
}
