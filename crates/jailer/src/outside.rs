//! The host's side: makes the namespaces, maps the users, waits for the end.

use std::fs;
use std::io::{self, Read, Write};

use fika_init::{Decoder, place};
use fika_jailer::{JailSpec, Users};
use rustix::process::{Pid, Signal, WaitOptions};

use crate::failure::{Failure, NAMESPACES, Step};
use crate::inside;

/// Builds one wall and lives as long as it stands. Returns (in the process that waits) when
/// everything inside is gone.
pub fn run() -> Result<(), Failure> {
    close_all_but_standard().step("close inherited descriptors")?;
    let spec = read_spec().step("read the specification")?;
    // When the machine itself runs out of memory, functions go before the server.
    fs::write("/proc/self/oom_score_adj", "500").step("offer itself to the OOM killer")?;
    let (mapped, mut tell_mapped) = io::pipe().step("make a pipe")?;
    let Some(init) = clone_into_namespaces().step(NAMESPACES)? else {
        drop(tell_mapped);
        let Err(failure) = inside::become_init(&spec, mapped);
        return Err(failure);
    };
    drop(mapped);
    let done = map_users(init, spec.users)
        .step("map users")
        .and_then(|()| tell_mapped.write_all(&[1]).step("tell that users are mapped"));
    if let Err(failure) = done {
        let _gone = rustix::process::kill_process(init, Signal::KILL);
        return Err(failure);
    }
    wait_for(init).step("wait for init")
}

/// The server may itself have been started with descriptors of others, which are none of a
/// sandbox's business.
fn close_all_but_standard() -> io::Result<()> {
    // SAFETY: this is the first thing that this program does, so it holds no descriptor but the
    // standard three.
    let done = unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn read_spec() -> io::Result<JailSpec> {
    let mut decoder = Decoder::default();
    let mut control = io::stdin().lock();
    let mut buffer = [0; 4096];
    loop {
        if let Some(spec) = decoder.take().map_err(io::Error::other)? {
            return Ok(spec);
        }
        match control.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => decoder.push(&buffer[..read]),
        }
    }
}

/// Forks into new namespaces of every kind. `None` in the child.
fn clone_into_namespaces() -> io::Result<Option<Pid>> {
    let flags = libc::CLONE_NEWUSER
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWNET
        | libc::CLONE_NEWCGROUP
        | libc::SIGCHLD;
    // SAFETY: without CLONE_VM and with no stack this is fork(2) with namespaces. This program
    // has one thread, so the child may do all that the parent may, until it executes init.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) };
    match i32::try_from(pid) {
        Ok(0) => Ok(None),
        Ok(pid) if pid > 0 => Ok(Pid::from_raw(pid)),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Says who the users inside are outside. The function's group inside is numbered apart from
/// its user, as on AWS.
fn map_users(init: Pid, users: Users) -> io::Result<()> {
    let (uids, gids) = match users {
        Users::Own { init, function } => (
            format!("0 {init} 1\n{} {function} 1\n", place::FUNCTION_UID),
            format!("0 {init} 1\n{} {function} 1\n", place::FUNCTION_GID),
        ),
        Users::Caller => {
            // The kernel wants this before an unprivileged user may map a group.
            fs::write(proc_file(init, "setgroups"), "deny")?;
            let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
            (
                format!("{} {} 1\n", place::FUNCTION_UID, uid.as_raw()),
                format!("{} {} 1\n", place::FUNCTION_GID, gid.as_raw()),
            )
        }
    };
    fs::write(proc_file(init, "uid_map"), uids)?;
    fs::write(proc_file(init, "gid_map"), gids)
}

fn proc_file(process: Pid, name: &str) -> String {
    format!("/proc/{}/{name}", process.as_raw_nonzero())
}

/// Holds neither the control stream nor the log, so that the worker sees both end with init.
fn wait_for(init: Pid) -> io::Result<()> {
    let null = fs::File::open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    rustix::stdio::dup2_stderr(&null)?;
    loop {
        match rustix::process::waitpid(Some(init), WaitOptions::empty()) {
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => return Ok(()),
        }
    }
}
