//! A function's process is started.

use std::ffi::{CString, c_char};
use std::fs::File;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::ptr;

use fika_init::message::Process;
use rustix::process::Pid;

use crate::seal::{Fence, Filter, seal};

/// Starts the process, sealed, its output going to `log`. Returns once its program runs.
pub fn spawn(
    process: &Process,
    cgroups: Vec<OwnedFd>,
    log: BorrowedFd<'_>,
    filter: &'static Filter,
    fence: Option<Fence>,
) -> io::Result<Pid> {
    let Some(program) = process.argv.first() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no program to run"));
    };
    let log = File::from(log.try_clone_to_owned()?);
    let image = Image::new(process)?;
    let mut command = Command::new(program);
    command.current_dir(&process.cwd).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    // The program is entered right here: std would have a shell run what the kernel cannot.
    // SAFETY: init has one thread, so its forked child may do all that init may: nobody can hold
    // a lock that the child would wait for.
    unsafe {
        command.pre_exec(move || {
            seal(&cgroups, filter, fence.as_ref()).and_then(|()| Err(image.enter()))
        })
    };
    let child = command.spawn()?;
    i32::try_from(child.id())
        .ok()
        .and_then(Pid::from_raw)
        .ok_or_else(|| io::Error::other("the kernel gave no process id"))
}

/// A program, its arguments and its environment, as the kernel takes them.
struct Image {
    arguments: Vec<CString>,
    environment: Vec<CString>,
}

impl Image {
    fn new(process: &Process) -> io::Result<Self> {
        let arguments = process.argv.iter().map(|word| CString::new(word.as_str()));
        let pairs = process.env.iter().map(|(name, value)| CString::new(format!("{name}={value}")));
        Ok(Self {
            arguments: arguments.collect::<Result<_, _>>()?,
            environment: pairs.collect::<Result<_, _>>()?,
        })
    }

    /// Becomes the program; back comes why not.
    fn enter(&self) -> io::Error {
        let ends = |words: &[CString]| -> Vec<*const c_char> {
            words.iter().map(|word| word.as_ptr()).chain([ptr::null()]).collect()
        };
        let (arguments, environment) = (ends(&self.arguments), ends(&self.environment));
        // SAFETY: both lists end with a null and point to texts that live in `self`; the first
        // argument is there, as `spawn` has checked.
        unsafe { libc::execve(arguments[0], arguments.as_ptr(), environment.as_ptr()) };
        io::Error::last_os_error()
    }
}
