//! A function's process is started.

use std::fs::File;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use fika_init::message::Process;
use rustix::process::Pid;

use crate::seal::{Filter, seal};

/// Starts the process, sealed, its output going to `log`. Returns once its program runs.
pub fn spawn(
    process: &Process,
    cgroups: Vec<OwnedFd>,
    log: BorrowedFd<'_>,
    filter: &'static Filter,
) -> io::Result<Pid> {
    let Some((program, arguments)) = process.argv.split_first() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no program to run"));
    };
    let log = File::from(log.try_clone_to_owned()?);
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(process.env.iter().map(|(name, value)| (name, value)))
        .current_dir(&process.cwd)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    // SAFETY: init has one thread, so its forked child may do all that init may: nobody can hold
    // a lock that the child would wait for.
    unsafe { command.pre_exec(move || seal(&cgroups, filter)) };
    let child = command.spawn()?;
    i32::try_from(child.id())
        .ok()
        .and_then(Pid::from_raw)
        .ok_or_else(|| io::Error::other("the kernel gave no process id"))
}
