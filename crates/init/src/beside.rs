//! What is done for processes beside the function's own: their output, and connections to them.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;

use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, Signal, kill_process};

/// A pipe for the output of a process: what is read without blocking, and what it writes to. It may
/// open that again, as `/dev/stdout` is.
pub fn output() -> io::Result<(OwnedFd, OwnedFd)> {
    let (from, into) = pipe_with(PipeFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&from, true)?;
    rustix::fs::fchmod(&into, Mode::from_raw_mode(0o622))?;
    Ok((from, into))
}

/// A connection to a port of our own loopback. It may not be there yet, or never: whoever uses it
/// finds out, and we do not wait.
pub fn dial(port: u16) -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
    sockopt::set_tcp_nodelay(&socket, true)?;
    match rustix::net::connect(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(socket),
        Err(error) => Err(error.into()),
    }
}

/// Asks a process to end. It may have ended, which is what we want anyway.
pub fn terminate(process: Pid) {
    let _gone = kill_process(process, Signal::TERM);
}
