//! The addresses at which this machine itself answers, and word of their changes.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsFd, BorrowedFd};

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{RecvFlags, SendFlags, bind, recv, send};

use crate::request::{PACKET, Requests, Socket, each_message};

/// Word of addresses and routes that come and go, of both versions.
const CHANGES: i32 = libc::RTMGRP_IPV4_IFADDR
    | libc::RTMGRP_IPV4_ROUTE
    | libc::RTMGRP_IPV6_IFADDR
    | libc::RTMGRP_IPV6_ROUTE;

/// How long a `struct rtmsg` is; attributes follow.
const ROUTE: usize = 12;

/// Hears of changes of addresses in the network namespace that it was opened in.
#[derive(Debug)]
pub struct Changes(Socket);

impl Changes {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the kernel gives no socket.
    pub fn open() -> io::Result<Self> {
        let socket = Socket::open()?;
        bind(&socket, &SocketAddrNetlink::new(0, CHANGES as u32))?;
        Ok(Self(socket))
    }

    /// Takes note of all that has changed. Does not block. What was too much to be kept for us has
    /// changed as well.
    ///
    /// # Errors
    /// When the socket is of no use any more.
    pub fn heard(&self) -> io::Result<()> {
        let mut packet = [0; 4096];
        loop {
            match recv(&self.0, &mut packet, RecvFlags::DONTWAIT) {
                Ok(_) | Err(rustix::io::Errno::NOBUFS | rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl AsFd for Changes {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Where this network namespace itself answers: each address with its prefix, which may be a whole
/// range's. Broadcast and anycast addresses are among them. A few system calls.
///
/// # Errors
/// When the kernel is not to be asked.
pub fn own_addresses() -> io::Result<Vec<(IpAddr, u8)>> {
    let mut own = Vec::new();
    for family in [libc::AF_INET, libc::AF_INET6] {
        let mut request = Requests::default();
        request.add(libc::RTM_GETROUTE, libc::NLM_F_DUMP, |body| {
            let route: [u8; ROUTE] =
                std::array::from_fn(|at| if at == 0 { family as u8 } else { 0 });
            body.fixed(&route);
        });
        dump(&Socket::open()?, &request, |route| own.extend(own_address(route)))?;
    }
    Ok(own)
}

/// Has the kernel list all there is.
fn dump(socket: &Socket, request: &Requests, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    send(socket, request.bytes(), SendFlags::empty())?;
    let mut packet = vec![0; 2 * PACKET];
    let mut done = false;
    while !done {
        let (length, _) = recv(socket, &mut packet, RecvFlags::empty())?;
        done = length == 0;
        each_message(&packet[..length], |kind, body| match kind {
            // A family that this kernel does not have is an error, and has no addresses.
            libc::NLMSG_DONE | libc::NLMSG_ERROR => done = true,
            _ => each(body),
        });
    }
    Ok(())
}

/// What a route (a `struct rtmsg`) says is this machine's own. One to everything is for a proxy's
/// marked packets, and not in these tables.
fn own_address(route: &[u8]) -> Option<(IpAddr, u8)> {
    let [family, bits, _, _, table, _, _, kind] = *route.first_chunk()?;
    let ours = [libc::RTN_LOCAL, libc::RTN_BROADCAST, libc::RTN_ANYCAST].contains(&kind);
    if !ours || ![libc::RT_TABLE_LOCAL, libc::RT_TABLE_MAIN].contains(&table) || bits == 0 {
        return None;
    }
    let address = attribute(route.get(ROUTE..)?, libc::RTA_DST)?;
    let address = match i32::from(family) {
        libc::AF_INET => IpAddr::from(Ipv4Addr::from(<[u8; 4]>::try_from(address).ok()?)),
        _ => IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(address).ok()?)),
    };
    Some((address, bits))
}

/// The value of the first attribute of a kind.
fn attribute(mut attributes: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let [a, b, c, d] = *attributes.first_chunk()?;
        let (length, kind) = (usize::from(u16::from_ne_bytes([a, b])), u16::from_ne_bytes([c, d]));
        if kind == wanted {
            return attributes.get(4..length);
        }
        attributes = attributes.get(length.max(4).next_multiple_of(4)..)?;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_every_machines_own() {
        let own = own_addresses().unwrap();
        assert!(own.contains(&("127.0.0.1".parse().unwrap(), 32)), "{own:?}");
    }

    #[test]
    fn only_routes_to_the_machine_itself_are_its_own() {
        let route = |kind: u8, table: u8, bits: u8| {
            let mut route = vec![2, bits, 0, 0, table, 0, 0, kind, 0, 0, 0, 0];
            // An attribute of another kind, with its filling, then the address.
            route.extend([5, 0, 15, 0, 254, 0, 0, 0, 8, 0, 1, 0, 192, 0, 2, 2]);
            own_address(&route)
        };
        let own = Some(("192.0.2.2".parse().unwrap(), 32));
        assert_eq!(route(libc::RTN_LOCAL, libc::RT_TABLE_LOCAL, 32), own);
        assert_eq!(route(libc::RTN_UNICAST, libc::RT_TABLE_MAIN, 32), None);
        assert_eq!(route(libc::RTN_LOCAL, 100, 32), None);
        assert_eq!(route(libc::RTN_LOCAL, libc::RT_TABLE_LOCAL, 0), None);
        assert_eq!(own_address(&[2, 32, 0, 0, 255, 0, 0, 2, 0, 0, 0, 0, 1, 0, 1, 0]), None);
        assert_eq!(own_address(&[2]), None);
    }
}
