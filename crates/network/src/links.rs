//! The links we make.
//!
//! Both ends of every pair have one hardware address and speak no ARP: so the kernel asks no
//! neighbour for anything, and there is no answer to forge.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

use fika_netlink::{Body, CREATE, HARDWARE, Requests, Socket};

/// The index of a pair's far end: beyond those that modules of the kernel give to tunnels of
/// their own in every new namespace.
pub const FAR: u32 = 1_000;

/// `VETH_INFO_PEER` of `linux/veth.h`.
const PEER: u16 = 1;

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
