//! The links, addresses and routes we make.
//!
//! Both ends of every pair have one hardware address and speak no ARP: so the kernel asks no
//! neighbour for anything, and there is no answer to forge.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use crate::namespace::pause;
use crate::netlink::{Body, Requests, Socket, word};

/// The hardware address of both ends of every pair: one that nobody was given.
pub const HARDWARE: [u8; 6] = [0x02, 0x00, 0x00, 0x00, 0x00, 0x01];
/// The index of loopback, everywhere.
pub const LOOPBACK: u32 = 1;
/// The index of a pair's far end: beyond those that modules of the kernel give to tunnels of
/// their own in every new namespace.
pub const FAR: u32 = 1_000;

/// How often to look whether the kernel is done, and how often at most. Ten seconds in all: it
/// takes less than a millisecond, unless the machine is very busy.
const WAIT: Duration = Duration::from_micros(250);
const WAITS: u32 = 40_000;

/// `VETH_INFO_PEER` of `linux/veth.h`.
const PEER: u16 = 1;
const CREATE: i32 = libc::NLM_F_CREATE | libc::NLM_F_EXCL;

/// One address of each family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// The address of version 4.
    pub v4: Ipv4Addr,
    /// The address of version 6.
    pub v6: Ipv6Addr,
}

/// The near end of a pair.
pub struct Near<'a> {
    pub name: &'a str,
    /// Chosen by us: the kernel heeds the far end's only if this one is.
    pub index: u32,
    /// Which rules hold for what comes out of it.
    pub group: u32,
}

/// A pair of links. The near end comes to be in the socket's namespace, up; the far one in another,
/// where it must be brought [up](Setup::up): the kernel cannot do that before there are both.
pub fn pair(socket: &Socket, near: &Near<'_>, far: &str, to: impl AsFd) -> io::Result<()> {
    let mut requests = Requests::default();
    requests.add(libc::RTM_NEWLINK, CREATE, |body| {
        end(body, near.index, libc::IFF_UP, near.name);
        body.attribute(libc::IFLA_GROUP, &near.group.to_ne_bytes());
        body.nested(libc::IFLA_LINKINFO, |body| {
            body.attribute(libc::IFLA_INFO_KIND, b"veth");
            body.nested(libc::IFLA_INFO_DATA, |body| {
                body.nested(PEER, |body| {
                    let to = to.as_fd().as_raw_fd();
                    end(body, FAR, 0, far).attribute(libc::IFLA_NET_NS_FD, &to.to_ne_bytes());
                });
            });
        });
    });
    socket.ask("make a pair of links", &requests).map(drop)
}

fn end<'a, 'b>(body: &'a mut Body<'b>, index: u32, on: i32, name: &str) -> &'a mut Body<'b> {
    let name: Vec<u8> = name.bytes().chain([0]).collect();
    body.link(index, libc::IFF_NOARP | on)
        .attribute(libc::IFLA_IFNAME, &name)
        .attribute(libc::IFLA_ADDRESS, &HARDWARE)
}

/// Waits until a link carries packets, which the kernel sees to some time after it is up: what is
/// sent before is lost.
pub fn wait_for_link(socket: &Socket, index: u32) -> io::Result<()> {
    let mut requests = Requests::default();
    requests.add(libc::RTM_GETLINK, 0, |body| {
        body.link(index, 0);
    });
    // The flags of a `struct ifinfomsg`.
    let runs = |link: &[u8]| word(link, 8).is_some_and(|flags| flags & libc::IFF_RUNNING != 0);
    wait("wait for a link to carry packets", socket, &requests, runs)
}

/// Waits until an address of version 6 is answered for, which the kernel sees to some time after
/// it was given.
pub fn wait_for_address(socket: &Socket, address: Ipv6Addr) -> io::Result<()> {
    let (family, bits, bytes) = parts(address.into());
    let mut requests = Requests::default();
    requests.add(libc::RTM_GETROUTE, 0, |body| {
        body.fixed(&[family, bits, 0, 0]).fixed(&[0; 8]).attribute(libc::RTA_DST, &bytes);
    });
    // The type of a `struct rtmsg`.
    let ours = |route: &[u8]| route.get(7) == Some(&libc::RTN_LOCAL);
    wait("wait for an address", socket, &requests, ours)
}

fn wait(
    step: &str,
    socket: &Socket,
    requests: &Requests,
    done: impl Fn(&[u8]) -> bool,
) -> io::Result<()> {
    for _ in 0..WAITS {
        if done(&socket.ask(step, requests)?) {
            return Ok(());
        }
        pause(WAIT);
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, format!("{step}: in vain")))
}

/// Puts a link into another group.
pub fn regroup(socket: &Socket, index: u32, group: u32) -> io::Result<()> {
    let mut requests = Requests::default();
    requests.add(libc::RTM_NEWLINK, 0, |body| {
        body.link(index, 0).attribute(libc::IFLA_GROUP, &group.to_ne_bytes());
    });
    socket.ask("give a link its rules", &requests).map(drop)
}

/// Removes a link, and the other end with it.
pub fn remove(socket: &Socket, index: u32) -> io::Result<()> {
    let mut requests = Requests::default();
    requests.add(libc::RTM_DELLINK, 0, |body| {
        body.link(index, 0);
    });
    socket.ask("remove a link", &requests).map(drop)
}

/// What goes on in one namespace beside its pairs.
#[derive(Default)]
pub struct Setup(Requests);

impl Setup {
    /// Brings a link up.
    pub fn up(mut self, link: u32) -> Self {
        self.0.add(libc::RTM_NEWLINK, 0, |body| {
            body.link(link, libc::IFF_UP);
        });
        self
    }

    /// Gives a link addresses that no other link's network holds.
    pub fn addresses(mut self, link: u32, addresses: Addresses) -> Self {
        for address in [IpAddr::V4(addresses.v4), IpAddr::V6(addresses.v6)] {
            let (family, bits, bytes) = parts(address);
            self.0.add(libc::RTM_NEWADDR, CREATE, |body| {
                // A `struct ifaddrmsg`; nobody else can have the address, so nobody is asked.
                body.fixed(&[family, bits, libc::IFA_F_NODAD as u8, libc::RT_SCOPE_UNIVERSE])
                    .fixed(&link.to_ne_bytes())
                    .attribute(libc::IFA_LOCAL, &bytes)
                    .attribute(libc::IFA_ADDRESS, &bytes);
            });
        }
        self
    }

    /// Sends all that no other route takes out by a link.
    pub fn default_routes(mut self, link: u32) -> Self {
        self.route(link, Ipv4Addr::UNSPECIFIED.into(), 0);
        self.route(link, Ipv6Addr::UNSPECIFIED.into(), 0);
        self
    }

    /// Sends what is for these addresses, or for the networks they begin, out by a link.
    pub fn routes(mut self, link: u32, to: Addresses, bits: (u8, u8)) -> Self {
        self.route(link, to.v4.into(), bits.0);
        self.route(link, to.v6.into(), bits.1);
        self
    }

    fn route(&mut self, link: u32, to: IpAddr, bits: u8) {
        let (family, _, bytes) = parts(to);
        let scope = if to.is_ipv4() { libc::RT_SCOPE_LINK } else { libc::RT_SCOPE_UNIVERSE };
        self.0.add(libc::RTM_NEWROUTE, CREATE, |body| {
            // A `struct rtmsg`.
            body.fixed(&[family, bits, 0, 0])
                .fixed(&[libc::RT_TABLE_MAIN, libc::RTPROT_STATIC, scope, libc::RTN_UNICAST])
                .fixed(&[0; 4])
                .attribute(libc::RTA_OIF, &link.to_ne_bytes());
            if bits > 0 {
                body.attribute(libc::RTA_DST, &bytes);
            }
        });
    }

    /// Has it done.
    pub fn done(self, socket: &Socket) -> io::Result<()> {
        socket.ask("set up links, addresses and routes", &self.0).map(drop)
    }
}

/// Family, length in bits, bytes.
fn parts(address: IpAddr) -> (u8, u8, Vec<u8>) {
    match address {
        IpAddr::V4(v4) => (libc::AF_INET as u8, 32, v4.octets().to_vec()),
        IpAddr::V6(v6) => (libc::AF_INET6 as u8, 128, v6.octets().to_vec()),
    }
}
