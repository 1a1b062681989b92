//! A line between two programs: words, each whole, with descriptors beside them.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use fika_init::stream;
use rustix::net::sockopt::set_socket_send_buffer_size;
use rustix::net::{
    AddressFamily, SendFlags, Shutdown, SocketFlags, SocketType, send, shutdown, socketpair,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest word, in bytes: a machine may have thousands of addresses.
const LONGEST: usize = 256 * 1024;

/// One end of a line.
#[derive(Debug)]
pub struct Line(OwnedFd);

impl Line {
    /// Both ends of one.
    pub fn pair() -> io::Result<(Self, OwnedFd)> {
        let (ours, theirs) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        for end in [&ours, &theirs] {
            set_socket_send_buffer_size(end, LONGEST)?;
        }
        Ok((Self(ours), theirs))
    }

    /// The line that this process was started with, at one of the standard three descriptors.
    pub fn at(standard: BorrowedFd<'_>) -> io::Result<Self> {
        Ok(Self(rustix::io::fcntl_dupfd_cloexec(standard, 3)?))
    }

    /// Says a word.
    pub fn send(&self, word: &impl Serialize, beside: &[BorrowedFd<'_>]) -> io::Result<()> {
        stream::send(&self.0, &serde_json::to_vec(word)?, beside).map(drop)
    }

    /// Says a word that nobody waits for, if there is room for it now.
    pub fn mention(&self, word: &impl Serialize) -> io::Result<()> {
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        Ok(send(&self.0, &serde_json::to_vec(word)?, flags).map(drop)?)
    }

    /// The next word, and what came beside it; `None` when nobody is left at the other end.
    pub fn receive<T: DeserializeOwned>(&self) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
        let (mut buffer, mut beside) = (vec![0; LONGEST], Vec::new());
        match stream::receive(&self.0, &mut buffer, &mut beside) {
            Ok(0) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(None),
            Ok(length) => Ok(Some((serde_json::from_slice(&buffer[..length])?, beside))),
            Err(error) => Err(error),
        }
    }

    /// Hangs up, at both ends.
    pub fn hang_up(&self) {
        let _gone = shutdown(&self.0, Shutdown::Both);
    }
}

impl AsFd for Line {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
