//! Processes that are measured: a clean environment, and gone whatever happens.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::{interrupt, procfs};

/// How long things may take that are waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A command with nothing of this process's environment but a plain `PATH`: a single variable
/// can add tens of milliseconds to a start of Node.
pub fn clean(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").stdin(Stdio::null());
    command
}

/// A running process, killed with its whole group when dropped.
pub struct Process {
    name: &'static str,
    child: Child,
}

impl Process {
    /// Starts it, on the cores of the calling thread.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        use std::os::unix::process::CommandExt;
        // A group of its own: Ctrl-C reaches only us, and we end it in good order.
        let child = command.process_group(0).spawn().with_context(|| format!("starting {name}"))?;
        Ok(Self { name, child })
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it says on stdout, which it must have as a pipe.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The first line it says on stdout, which it must have as a pipe.
    ///
    /// # Errors
    /// When it ends without a word.
    pub fn first_line(&mut self) -> Result<String> {
        let stdout = self.child.stdout.take().context("its output goes elsewhere")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        if line.is_empty() {
            bail!("{} ended before it was ready", self.name);
        }
        Ok(line.trim().to_owned())
    }

    /// It and all that descend from it.
    pub fn tree(&self) -> HashSet<u32> {
        procfs::tree(self.pid())
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// When it does not end in time (it is killed then), or says that something went wrong.
    pub fn stop(mut self) -> Result<()> {
        kill_process(pid_of(&self.child), Signal::TERM).context("asking it to end")?;
        let mut status = None;
        until(|| {
            status = self.child.try_wait()?;
            Ok(status.is_some())
        })
        .with_context(|| format!("{} does not end", self.name))?;
        match status {
            Some(status) if status.success() => Ok(()),
            status => bail!("{} ended with {status:?}", self.name),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Its children die with their group, or with what they are connected to.
        let _ = kill_process_group(pid_of(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

fn pid_of(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// Asks until the answer is yes.
///
/// # Errors
/// When asking fails, it takes too long, or the user wants to leave.
pub fn until(mut done: impl FnMut() -> Result<bool>) -> Result<()> {
    let since = Instant::now();
    while !done()? {
        interrupt::check()?;
        if since.elapsed() > PATIENCE {
            bail!("it takes more than {PATIENCE:?}");
        }
        breathe(Duration::from_millis(2));
    }
    Ok(())
}

/// Leaves the processor to those who are waited for.
#[expect(clippy::disallowed_methods, reason = "nobody is served by this program's threads")]
pub fn breathe(time: Duration) {
    std::thread::sleep(time);
}
