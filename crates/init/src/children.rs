//! Signals and ends of processes.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

use fika_init::Exit;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};

/// A descriptor that is readable when a child may have ended. Blocks `SIGCHLD`, in children too
/// until they [`forget_signals`].
pub fn watch() -> io::Result<OwnedFd> {
    // SAFETY: `mask` is a plain integer set, made empty by sigemptyset before any other use, and
    // all three calls only read or write it through valid pointers.
    let descriptor = unsafe {
        let mut mask: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut mask);
        libc::sigaddset(&raw mut mask, libc::SIGCHLD);
        if libc::sigprocmask(libc::SIG_BLOCK, &raw const mask, std::ptr::null_mut()) < 0 {
            return Err(io::Error::last_os_error());
        }
        libc::signalfd(-1, &raw const mask, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK)
    };
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor was just made, and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Makes signals what a fresh process expects: none blocked, none ignored. What the server was
/// started with (`nohup`, a shell's background job) is not for functions to see.
pub fn forget_signals() -> io::Result<()> {
    // SAFETY: the set is made empty before it is used; default dispositions run no code of ours.
    // Signals whose disposition cannot be set keep the only one they have.
    let done = unsafe {
        for signal in 1..=31 {
            libc::signal(signal, libc::SIG_DFL);
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut())
    };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// What [`reap`] found.
pub enum Reaped {
    /// This process ended so.
    Ended(Pid, Exit),
    /// Some run, none has ended.
    Running,
    /// There is no other process.
    Empty,
}

/// Takes one ended process, be it the function's own or an orphan that became ours.
pub fn reap() -> io::Result<Reaped> {
    match rustix::process::wait(WaitOptions::NOHANG) {
        Ok(Some((pid, status))) => Ok(Reaped::Ended(pid, how(status))),
        Ok(None) => Ok(Reaped::Running),
        Err(rustix::io::Errno::CHILD) => Ok(Reaped::Empty),
        Err(error) => Err(error.into()),
    }
}

fn how(status: WaitStatus) -> Exit {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, signal) => Exit::Signal(signal.unwrap_or_default()),
    }
}

/// Sends a signal to every process but this one. That there is none is no error.
pub fn signal_all(signal: Signal) {
    // SAFETY: kill(2) takes no pointer. -1 names every process of this PID namespace that we may
    // signal, save process 1, which is us.
    unsafe { libc::kill(-1, signal.as_raw()) };
}
