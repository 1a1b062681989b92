//! Network namespaces, and threads that visit them.
//!
//! A namespace belongs to a thread, so each visit is a thread of its own: none that others use
//! ever changes its place.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::thread;
use std::time::Duration;

use nix::sched::{CloneFlags, setns, unshare};

/// This thread's network namespace.
pub fn of_this_thread() -> io::Result<OwnedFd> {
    Ok(File::open("/proc/thread-self/ns/net")?.into())
}

/// Moves this thread, for good, into a new one.
pub fn make() -> io::Result<OwnedFd> {
    unshare(CloneFlags::CLONE_NEWNET)?;
    of_this_thread()
}

/// Does something on a thread of its own inside a namespace: what it starts there, stays there.
///
/// # Errors
/// When the namespace may not be entered, and what the visitor returns.
pub fn visit<T: Send>(
    namespace: BorrowedFd<'_>,
    visitor: impl FnOnce() -> io::Result<T> + Send,
) -> io::Result<T> {
    apart(move || {
        setns(namespace.as_fd(), CloneFlags::CLONE_NEWNET)?;
        visitor()
    })
}

/// Does something on a thread of its own.
pub fn apart<T: Send>(work: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let thread =
            thread::Builder::new().name("fika-network".into()).spawn_scoped(scope, work)?;
        thread.join().unwrap_or_else(|_| Err(io::Error::other("a visiting thread panicked")))
    })
}

/// Leaves the kernel alone for a while.
#[expect(clippy::disallowed_methods, reason = "only the thread that makes networks waits here")]
pub(crate) fn pause(time: Duration) {
    thread::sleep(time);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::print_stderr)]
mod tests {
    use fika_netlink::{Addresses, LOOPBACK, Setup, Socket, bring_loopback_up};

    use super::*;

    /// Another network of version 4, and the same of version 6: so it is after a restart beside
    /// somebody new.
    #[test]
    fn a_link_has_other_addresses_in_the_place_of_those_it_had() {
        if !rustix::process::geteuid().is_root() {
            return eprintln!("skipped: only root may make namespaces");
        }
        let of = |v4: &str| Addresses { v4: v4.parse().unwrap(), v6: "fd00::3".parse().unwrap() };
        let (old, new) = (of("100.64.0.3"), of("100.65.0.3"));
        apart(|| {
            make()?;
            bring_loopback_up()?;
            let socket = Socket::open()?;
            Setup::default().addresses(LOOPBACK, old).done(&socket)?;
            Setup::default().other_addresses(LOOPBACK, old, new).done(&socket)?;
            let is_new = Setup::default().other_addresses(LOOPBACK, old, new).done(&socket);
            assert!(is_new.is_err(), "it has the new one");
            Setup::default().other_addresses(LOOPBACK, new, old).done(&socket)
        })
        .unwrap();
    }
}
