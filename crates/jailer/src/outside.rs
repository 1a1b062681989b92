//! The host's side: makes the namespaces, maps the users, waits for the end.

use std::fs;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};

use fika_init::{Decoder, place, stream};
use fika_jailer::{JailSpec, Network, Order, Users, VmmSpec};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, pidfd_open};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::failure::{Failure, NAMESPACES, Step};
use crate::{inside, monitor};

const NETWORK: &str = "enter the network";

/// Builds one wall and lives as long as it stands. Returns (in the process that waits) when
/// everything inside is gone.
pub fn run() -> Result<(), Failure> {
    close_all_but_standard().step("close inherited descriptors")?;
    let (order, beside) = read_order().step("read the specification")?;
    // When the machine itself runs out of memory, functions go before the server.
    fs::write("/proc/self/oom_score_adj", "500").step("offer itself to the OOM killer")?;
    match order {
        Order::Jail(spec) => jail(&spec, beside),
        Order::Vmm(spec) => confine(&spec, beside),
    }
}

/// A wall around a function.
fn jail(spec: &JailSpec, beside: Vec<OwnedFd>) -> Result<(), Failure> {
    let namespaces = match spec.network {
        Network::Own => libc::CLONE_NEWUSER | libc::CLONE_NEWNET,
        Network::Given => {
            enter_network(beside.first()).step(NETWORK)?;
            libc::CLONE_NEWUSER
        }
        Network::Within => {
            enter_user(beside.first()).step("enter the network's user namespace")?;
            enter_network(beside.get(1)).step(NETWORK)?;
            libc::CLONE_NEWUSER
        }
    };
    // Nothing of them stays open.
    drop(beside);
    let (mapped, mut tell_mapped) = io::pipe().step("make a pipe")?;
    let Some(init) = clone_into_namespaces(namespaces).step(NAMESPACES)? else {
        drop(tell_mapped);
        let Err(failure) = inside::become_init(spec, mapped);
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

/// A wall around a virtual machine monitor. As root it becomes another user; a user namespace
/// would only take the device from it that it needs.
fn confine(spec: &VmmSpec, mut beside: Vec<OwnedFd>) -> Result<(), Failure> {
    let network = if spec.tap {
        enter_network(beside.first()).step(NETWORK)?;
        beside.remove(0);
        0
    } else {
        libc::CLONE_NEWNET
    };
    let (mapped, mut tell_mapped) = io::pipe().step("make a pipe")?;
    let users = if spec.user.is_some() { 0 } else { libc::CLONE_NEWUSER };
    let Some(child) = clone_into_namespaces(users | network).step(NAMESPACES)? else {
        drop(tell_mapped);
        let Err(failure) = monitor::become_monitor(spec, beside, mapped);
        return Err(failure);
    };
    drop((mapped, beside));
    let done = match spec.user {
        Some(_) => Ok(()),
        None => map_users(child, Users::Caller).step("map users"),
    }
    .and_then(|()| tell_mapped.write_all(&[1]).step("tell that users are mapped"))
    .and_then(|()| wait_for_either(child).step("wait for the end"));
    let _gone = rustix::process::kill_process(child, Signal::KILL);
    done?;
    wait_for(child).step("wait for the monitor")
}

/// Waits until the process ends, or the server lets go of it.
fn wait_for_either(child: Pid) -> io::Result<()> {
    let process = pidfd_open(child, PidfdFlags::empty())?;
    let control = rustix::stdio::stdin();
    let hung_up = PollFlags::HUP | PollFlags::RDHUP;
    loop {
        let mut on = [PollFd::new(&process, PollFlags::IN), PollFd::new(&control, hung_up)];
        match poll(&mut on, None) {
            Err(rustix::io::Errno::INTR) => {}
            done => return Ok(done.map(drop)?),
        }
    }
}

/// The server may itself have been started with descriptors of others, which are none of a
/// sandbox's business.
fn close_all_but_standard() -> io::Result<()> {
    // SAFETY: this is the first thing that this program does, so it holds no descriptor but the
    // standard three.
    let done = unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn read_order() -> io::Result<(Order, Vec<OwnedFd>)> {
    let mut decoder = Decoder::default();
    let mut beside = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(order) = decoder.take().map_err(io::Error::other)? {
            return Ok((order, beside));
        }
        match stream::receive(rustix::stdio::stdin(), &mut buffer, &mut beside)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => decoder.push(&buffer[..read]),
        }
    }
}

/// Enters a network before there is a user namespace, whose root has no right to.
fn enter_network(given: Option<&OwnedFd>) -> io::Result<()> {
    let namespace = given.ok_or(io::ErrorKind::NotFound)?;
    Ok(move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?)
}

/// Enters the user namespace that a network belongs to, in which we have every right. The sandbox's
/// own is made within, and has none there.
fn enter_user(given: Option<&OwnedFd>) -> io::Result<()> {
    let namespace = given.ok_or(io::ErrorKind::NotFound)?;
    Ok(move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::User))?)
}

/// Forks into new namespaces of these kinds and of every other but those of users and networks.
/// `None` in the child.
fn clone_into_namespaces(kinds: i32) -> io::Result<Option<Pid>> {
    let flags = kinds
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS
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
