//! A guest's network device, opened for a monitor that then needs no right over any network.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use fika_network::namespace;

use super::Tap;

/// Where the kernel gives network devices to programs.
const TUN: &str = "/dev/net/tun";

/// Opens a tap of a namespace. Frames go through it as they are: without the headers by which a
/// guest could leave the work of its own segments and sums to the host's kernel. Blocks shortly.
pub fn open(namespace: BorrowedFd<'_>, tap: Tap) -> io::Result<OwnedFd> {
    namespace::visit(namespace, || {
        // The namespace is that of the thread that opens it.
        let device = File::options().read(true).write(true).open(TUN)?;
        attach(&device, tap)?;
        Ok(device.into())
    })
}

fn attach(device: &File, tap: Tap) -> io::Result<()> {
    // SAFETY: `ifreq` is plain data for which zeros are valid.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    // The last byte stays, and ends the name.
    for (to, from) in request.ifr_name[..libc::IFNAMSIZ - 1].iter_mut().zip(tap.name.bytes()) {
        *to = from as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_TAP | libc::IFF_NO_PI) as libc::c_short;
    // SAFETY: the kernel reads the request and writes nothing but its name and flags.
    let done = unsafe { libc::ioctl(device.as_raw_fd(), libc::TUNSETIFF, &raw mut request) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
