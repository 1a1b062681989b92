//! What goes on in one namespace: links up, addresses, routes.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::{Requests, Socket, word};

/// The hardware address of both ends of every pair of links: one that nobody was given.
pub const HARDWARE: [u8; 6] = [0x02, 0x00, 0x00, 0x00, 0x00, 0x01];

/// The index of loopback, everywhere.
pub const LOOPBACK: u32 = 1;

/// How often to look whether the kernel is done, and how often at most. Ten seconds in all: it
/// takes less than a millisecond, unless the machine is very busy.
const WAIT: Duration = Duration::from_micros(250);
const WAITS: u32 = 40_000;

/// Flags of a request for something that must not be there yet.
pub const CREATE: i32 = libc::NLM_F_CREATE | libc::NLM_F_EXCL;

/// One address of each family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// The address of version 4.
    pub v4: Ipv4Addr,
    /// The address of version 6.
    pub v6: Ipv6Addr,
}

impl Addresses {
    /// Both, as addresses of any version.
    #[must_use]
    pub fn each(&self) -> [IpAddr; 2] {
        [self.v4.into(), self.v6.into()]
    }
}

/// Brings up loopback alone, in this thread's network namespace.
///
/// # Errors
/// When the kernel refuses.
pub fn bring_loopback_up() -> io::Result<()> {
    Setup::default().up(LOOPBACK).done(&Socket::open()?)
}

/// What goes on in one namespace.
#[derive(Debug, Default)]
pub struct Setup(Requests);

impl Setup {
    /// Brings a link up.
    #[must_use]
    pub fn up(self, link: u32) -> Self {
        self.flags(link, libc::IFF_UP)
    }

    /// Brings a link up that asks no neighbour for anything: all it sends goes to its own
    /// hardware address, which whoever is at its other end has too.
    #[must_use]
    pub fn up_without_arp(self, link: u32) -> Self {
        self.flags(link, libc::IFF_UP | libc::IFF_NOARP)
    }

    fn flags(mut self, link: u32, on: i32) -> Self {
        self.0.add(libc::RTM_NEWLINK, 0, |body| {
            body.link(link, on);
        });
        self
    }

    /// Gives a link, which must be down, the address [`HARDWARE`].
    #[must_use]
    pub fn hardware(mut self, link: u32) -> Self {
        self.0.add(libc::RTM_NEWLINK, 0, |body| {
            body.link(link, 0).attribute(libc::IFLA_ADDRESS, &HARDWARE);
        });
        self
    }

    /// Gives a link addresses that no other link's network holds.
    #[must_use]
    pub fn addresses(self, link: u32, addresses: Addresses) -> Self {
        let given = addresses.each().into_iter();
        given.fold(self, |setup, one| setup.address(libc::RTM_NEWADDR, CREATE, link, one))
    }

    /// Gives a link addresses in the place of those it was [given](Self::addresses). Of one version
    /// they may be the same. The new ones come first: with the last address of a link, its routes
    /// go too.
    #[must_use]
    pub fn other_addresses(self, link: u32, old: Addresses, new: Addresses) -> Self {
        let pairs = old.each().into_iter().zip(new.each());
        let (old, new): (Vec<_>, Vec<_>) = pairs.filter(|(old, new)| old != new).unzip();
        let come = new
            .into_iter()
            .fold(self, |setup, new| setup.address(libc::RTM_NEWADDR, CREATE, link, new));
        old.into_iter().fold(come, |setup, old| setup.address(libc::RTM_DELADDR, 0, link, old))
    }

    fn address(mut self, kind: u16, flags: i32, link: u32, address: IpAddr) -> Self {
        let (family, bits, bytes) = parts(address);
        self.0.add(kind, flags, |body| {
            // A `struct ifaddrmsg`; nobody else can have the address, so nobody is asked.
            body.fixed(&[family, bits, libc::IFA_F_NODAD as u8, libc::RT_SCOPE_UNIVERSE])
                .fixed(&link.to_ne_bytes())
                .attribute(libc::IFA_LOCAL, &bytes)
                .attribute(libc::IFA_ADDRESS, &bytes);
        });
        self
    }

    /// Sends all that no other route takes out by a link.
    #[must_use]
    pub fn default_routes(mut self, link: u32) -> Self {
        self.route(link, Ipv4Addr::UNSPECIFIED.into(), 0);
        self.route(link, Ipv6Addr::UNSPECIFIED.into(), 0);
        self
    }

    /// Sends what is for these addresses, or for the networks they begin, out by a link.
    #[must_use]
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
    ///
    /// # Errors
    /// Of what cannot be done; what came before it is done.
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

/// Waits until a link carries packets, which the kernel sees to some time after it is up: what is
/// sent before is lost. Blocks.
///
/// # Errors
/// When there is no such link, or it does not carry any within ten seconds.
pub fn wait_for_link(socket: &Socket, index: u32) -> io::Result<()> {
    let mut requests = Requests::default();
    requests.add(libc::RTM_GETLINK, 0, |body| {
        body.link(index, 0);
    });
    // The flags of a `struct ifinfomsg`.
    let runs = |link: &[u8]| word(link, 8).is_some_and(|flags| flags & libc::IFF_RUNNING != 0);
    wait("wait for a link to carry packets", socket, &requests, runs)
}

/// Waits until there is a link of a name, which another program makes; its index. Blocks.
///
/// # Errors
/// When there is none within ten seconds.
pub fn wait_for_name(socket: &Socket, name: &str) -> io::Result<u32> {
    let mut requests = Requests::default();
    requests.add(libc::RTM_GETLINK, 0, |body| {
        let name: Vec<u8> = name.bytes().chain([0]).collect();
        body.link(0, 0).attribute(libc::IFLA_IFNAME, &name);
    });
    for _ in 0..WAITS {
        match socket.exchange(&requests) {
            // The index of a `struct ifinfomsg`.
            Ok(link) => return Ok(word(&link, 4).unwrap_or(0) as u32),
            Err(error) if error.raw_os_error() == Some(libc::ENODEV) => pause(WAIT),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, format!("nobody made the link {name}")))
}

/// Waits until an address of version 6 is answered for, which the kernel sees to some time after
/// it was given. Blocks.
///
/// # Errors
/// When it is not within ten seconds.
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

/// Leaves the kernel alone for a while.
#[expect(clippy::disallowed_methods, reason = "whoever waits here has a thread of its own")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
