//! A guest's way out: one device, with the addresses that its host says, and the resolvers.
//!
//! There is nobody on the link but the host, which has the same hardware address and speaks no ARP:
//! so the guest asks nobody, and all it sends leaves by the device.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::os::fd::AsRawFd;

use fika_init::message;
use fika_netlink::{Addresses, Setup, Socket, wait_for_address, wait_for_link};
use rustix::mount::{MountFlags, mount_bind, mount_remount};
use rustix::net::{AddressFamily, SocketType, netdevice};

/// The kernel's name for the one device there is.
const DEVICE: &str = "eth0";

const RESOLV_CONF: &str = "/etc/resolv.conf";

/// Who the guest is on its network.
pub struct Network {
    addresses: Option<Addresses>,
    /// In the first root, where no path leads any more.
    resolv_conf: File,
}

impl Network {
    /// Nobody yet. To be made while the first root is still there.
    pub fn new() -> io::Result<Self> {
        Ok(Self { addresses: None, resolv_conf: File::create("/resolv.conf")? })
    }

    /// Becomes somebody, or, after a restore, somebody else. What was open to others as who it was
    /// before gets no answer any more.
    pub fn become_this(&mut self, new: &message::Network) -> io::Result<()> {
        self.move_to(Addresses { v4: new.v4, v6: new.v6 })
            .map_err(|error| io::Error::new(error.kind(), format!("{DEVICE}: {error}")))?;
        self.resolv_conf.set_len(0)?;
        self.resolv_conf.rewind()?;
        self.resolv_conf.write_all(new.resolv_conf.as_bytes())
    }

    fn move_to(&mut self, new: Addresses) -> io::Result<()> {
        let socket = Socket::open()?;
        let link = index()?;
        match self.addresses.replace(new) {
            Some(old) if old == new => return Ok(()),
            Some(old) => Setup::default().other_addresses(link, old, new).done(&socket)?,
            None => {
                let setup = Setup::default().up_without_arp(link).addresses(link, new);
                setup.default_routes(link).done(&socket)?;
                self.show_resolvers()?;
            }
        }
        wait_for_link(&socket, link)?;
        wait_for_address(&socket, new.v6)
    }

    /// Has the file seen where functions look, if the image has one there.
    fn show_resolvers(&self) -> io::Result<()> {
        match mount_bind(format!("/proc/self/fd/{}", self.resolv_conf.as_raw_fd()), RESOLV_CONF) {
            Err(rustix::io::Errno::NOENT) => return Ok(()),
            done => done?,
        }
        let inert = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        Ok(mount_remount(RESOLV_CONF, MountFlags::BIND | MountFlags::RDONLY | inert, "")?)
    }
}

fn index() -> io::Result<u32> {
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::DGRAM, None)?;
    Ok(netdevice::name_to_index(&socket, DEVICE)?)
}
