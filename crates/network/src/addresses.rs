//! Which addresses sandboxes have.
//!
//! Of version 4, each instance has one of the 64 networks of 65,536 addresses in 100.64.0.0/10
//! (RFC 6598: shared by carriers and by those who translate, never on the Internet); of version 6,
//! a network of its own in fd00::/8 (RFC 4193). Both are translated on their way out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use fika_model::Cidr;
use fika_netlink::Addresses;

/// How many bits the addresses of one instance share.
pub const BITS: (u8, u8) = (16, 64);
const FIRST: u32 = u32::from_be_bytes([100, 64, 0, 0]);
const SLICES: u32 = 64;
/// The hub's number, and that of the router it knows where it has no link to the host. Sandboxes
/// have those after.
const HUB: u16 = 1;
const ROUTER: u16 = 2;
const LAST: u16 = u16::MAX - 1;

/// An instance's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    first: Addresses,
}

impl Slice {
    /// One that overlaps no network known on this machine. The instance (eight hexadecimal
    /// digits) says where to begin to look.
    pub fn choose(instance: &str, known: &[Cidr]) -> Option<Self> {
        let number = u32::from_str_radix(instance, 16).unwrap_or_default();
        let v6 = Ipv6Addr::from_bits(0xfd_u128 << 120 | u128::from(number) << 88);
        let slices = (0..SLICES).map(|n| FIRST + ((number.wrapping_add(n) % SLICES) << 16));
        slices
            .map(|v4| Self { first: Addresses { v4: v4.into(), v6 } })
            .find(|slice| !slice.ranges().iter().any(|ours| known.iter().any(|k| clash(ours, k))))
    }

    /// One that was chosen before, by the addresses it begins with.
    pub fn beginning((v4, v6): (Ipv4Addr, Ipv6Addr)) -> Self {
        Self { first: Addresses { v4, v6 } }
    }

    /// Both networks.
    pub fn ranges(&self) -> [Cidr; 2] {
        let Addresses { v4, v6 } = self.first;
        [Cidr::around(v4.into(), BITS.0), Cidr::around(v6.into(), BITS.1)]
    }

    /// The addresses that both networks begin with.
    pub fn first(&self) -> Addresses {
        self.first
    }

    /// The hub's addresses: those that refusals come from.
    pub fn hub(&self) -> Addresses {
        self.number(HUB)
    }

    /// Addresses that nobody has, said to be the way out where a program is.
    pub fn router(&self) -> Addresses {
        self.number(ROUTER)
    }

    /// A sandbox's addresses.
    pub fn number(&self, number: u16) -> Addresses {
        Addresses {
            v4: Ipv4Addr::from_bits(self.first.v4.to_bits() | u32::from(number)),
            v6: Ipv6Addr::from_bits(self.first.v6.to_bits() | u128::from(number)),
        }
    }
}

/// A route to everything clashes with nothing.
fn clash(ours: &Cidr, known: &Cidr) -> bool {
    known.prefix() > 0 && ours.overlaps(known)
}

/// The number after this one. All are used in turn, so that what is still on its way to a
/// sandbox that is gone does not find another in its place.
pub fn after(number: u16) -> u16 {
    if number >= LAST { ROUTER + 1 } else { number.max(ROUTER) + 1 }
}

/// The networks that this machine has routes to, from `/proc/net/route` and
/// `/proc/net/ipv6_route`, each with its link.
pub fn routes(v4: &str, v6: &str) -> Vec<(String, Cidr)> {
    let v4 = v4.lines().skip(1).filter_map(route_v4);
    v4.chain(v6.lines().filter_map(route_v6)).collect()
}

/// `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, numbers as the machine has them.
fn route_v4(line: &str) -> Option<(String, Cidr)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let number = |at: usize| u32::from_str_radix(fields.get(at)?, 16).ok().map(u32::from_be);
    let bits = number(7)?.count_ones() as u8;
    let range = Cidr::around(IpAddr::V4(number(1)?.into()), bits);
    Some(((*fields.first()?).into(), range))
}

/// `destination bits source bits gateway metric references use flags link`, in hexadecimal.
fn route_v6(line: &str) -> Option<(String, Cidr)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let address = Ipv6Addr::from_bits(u128::from_str_radix(fields.first()?, 16).ok()?);
    let bits = u8::from_str_radix(fields.get(1)?, 16).ok()?;
    let link = *fields.get(9)?;
    (link != "lo").then(|| (link.into(), Cidr::around(address.into(), bits)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_keeps_off_what_the_machine_knows() {
        let free = Slice::choose("00000003", &[]).unwrap();
        assert_eq!(free.ranges().map(|r| r.to_string()), ["100.67.0.0/16", "fd00:0:300::/64"]);
        let known = ["100.67.0.0/24", "0.0.0.0/0", "100.68.0.0/15"].map(|r| r.parse().unwrap());
        let next = Slice::choose("00000003", &known).unwrap();
        assert_eq!(next.ranges()[0].to_string(), "100.70.0.0/16");
        assert_eq!(Slice::choose("00000003", &["100.64.0.0/10".parse().unwrap()]), None);
    }

    #[test]
    fn numbers_go_round_and_leave_out_the_hub_the_router_and_the_ends() {
        assert_eq!([after(0), after(3), after(LAST), after(u16::MAX)], [3, 4, 3, 3]);
        let slice = Slice::choose("ffffffff", &[]).unwrap();
        let two = slice.number(2);
        assert_eq!(two.v4.to_string(), "100.127.0.2");
        assert_eq!(two.v6.to_string(), "fdff:ffff:ff00::2");
    }

    #[test]
    fn routes_are_read_with_their_links() {
        let v4 = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n\
            eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n\
            eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";
        let v6 = "fd000000000000000000000000000000 40 00000000000000000000000000000000 00 \
            00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0\n\
            00000000000000000000000000000001 80 00000000000000000000000000000000 00 \
            00000000000000000000000000000000 00000100 00000001 00000000 00000001       lo\n";
        let seen: Vec<_> =
            routes(v4, v6).into_iter().map(|(link, range)| format!("{link} {range}")).collect();
        assert_eq!(seen, ["eth0 0.0.0.0/0", "eth0 192.0.2.0/24", "eth0 fd00::/64"]);
    }
}
