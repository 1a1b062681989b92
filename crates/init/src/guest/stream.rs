//! The byte stream to the host.

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType};

/// The name of our port among those of a virtio console.
const PORT: &str = "fika";
/// The host, as a guest of its own VMM sees it: vsock(7).
const HOST: u32 = libc::VMADDR_CID_HOST;
/// Where the host listens.
const VSOCK_PORT: u32 = 1024;

/// A stream that does not block.
pub enum Stream {
    /// A port of a virtio console. It outlives a snapshot.
    Port(OwnedFd),
    /// A connection of a vsock. It breaks when the guest is restored.
    Vsock(OwnedFd),
}

impl Stream {
    /// Opens the console's port, if it is there. Its writes wait for the host until
    /// [`Stream::unblock`].
    pub fn port() -> io::Result<Option<Self>> {
        let Ok(ports) = fs::read_dir("/sys/class/virtio-ports") else { return Ok(None) };
        let is_ours = |entry: &fs::DirEntry| {
            fs::read_to_string(entry.path().join("name")).is_ok_and(|name| name.trim() == PORT)
        };
        let Some(port) = ports.flatten().find(is_ours) else { return Ok(None) };
        let path = std::path::Path::new("/dev").join(port.file_name());
        match rustix::fs::open(path, OFlags::RDWR | OFlags::CLOEXEC, Mode::empty()) {
            Ok(port) => Ok(Some(Self::Port(port))),
            Err(Errno::NOENT | Errno::NXIO) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Connects to the host, if the device that leads to it is there.
    pub fn vsock() -> io::Result<Option<Self>> {
        let (family, kind) = (AddressFamily::VSOCK, SocketType::STREAM);
        let socket = rustix::net::socket_with(family, kind, SocketFlags::CLOEXEC, None)?;
        // SAFETY: `sockaddr_vm` is plain data for which zeros are valid.
        let mut address: libc::sockaddr_vm = unsafe { std::mem::zeroed() };
        address.svm_family = libc::AF_VSOCK as libc::sa_family_t;
        (address.svm_cid, address.svm_port) = (HOST, VSOCK_PORT);
        let size = size_of::<libc::sockaddr_vm>() as libc::socklen_t;
        // SAFETY: the address is a whole `sockaddr_vm` of the size given, and is only read.
        let done = unsafe { libc::connect(socket.as_raw_fd(), (&raw const address).cast(), size) };
        match io::Error::last_os_error() {
            _ if done >= 0 => Ok(Some(Self::Vsock(socket))),
            error if error.raw_os_error() == Some(libc::ENODEV) => Ok(None),
            error => Err(error),
        }
    }

    /// Opens the way to the host again, where a restored guest has lost it. False where it has not:
    /// then the host itself is gone.
    pub fn reopen(&mut self) -> io::Result<bool> {
        match self {
            Self::Port(_) => Ok(false),
            Self::Vsock(_) => {
                *self = Self::vsock()?.ok_or(io::ErrorKind::NotConnected)?;
                self.unblock()?;
                Ok(true)
            }
        }
    }

    /// Has reads and writes no longer wait.
    pub fn unblock(&self) -> io::Result<()> {
        let flags = rustix::fs::fcntl_getfl(self)? | OFlags::NONBLOCK;
        Ok(rustix::fs::fcntl_setfl(self, flags)?)
    }

    /// Reads what came: `None` when nothing did, zero bytes when the host is gone.
    pub fn read(&self, into: &mut [u8]) -> io::Result<Option<usize>> {
        match rustix::io::read(self, into) {
            Ok(read) => Ok(Some(read)),
            Err(Errno::AGAIN | Errno::INTR) => Ok(None),
            // A vsock that a restore has cut says that it is not connected.
            Err(Errno::CONNRESET | Errno::NOTCONN | Errno::PIPE | Errno::NODEV) => Ok(Some(0)),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes what can be written now. A host that is gone takes nothing: reading tells.
    pub fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match rustix::io::write(self, bytes) {
            Ok(written) => Ok(written),
            Err(
                Errno::AGAIN
                | Errno::INTR
                | Errno::CONNRESET
                | Errno::NOTCONN
                | Errno::PIPE
                | Errno::NODEV,
            ) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Port(stream) | Self::Vsock(stream) => stream.as_fd(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::print_stderr)]
mod tests {
    use super::*;

    /// What a restored guest reads, whose connection was cut: the kernel says that there is none.
    #[test]
    fn a_vsock_that_is_not_connected_has_lost_its_host() {
        let (family, kind) = (AddressFamily::VSOCK, SocketType::STREAM);
        let Ok(socket) = rustix::net::socket_with(family, kind, SocketFlags::CLOEXEC, None) else {
            return eprintln!("skipped: this kernel has no vsock");
        };
        let stream = Stream::Vsock(socket);
        assert_eq!(stream.read(&mut [0; 8]).ok(), Some(Some(0)));
        assert_eq!(stream.write(b"word").ok(), Some(0));
    }
}
