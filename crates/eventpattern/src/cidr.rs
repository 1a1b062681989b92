//! Ranges of addresses, as in `10.0.0.0/24`.

use std::net::IpAddr;

use crate::NotAPattern;
use crate::read::bad;

/// A range of addresses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cidr {
    address: IpAddr,
    bits: u32,
}

impl Cidr {
    pub(crate) fn parse(text: &str) -> Result<Self, NotAPattern> {
        let parts: Vec<&str> = text.split('/').collect();
        let [address, bits] = parts[..] else { return bad("Malformed CIDR, one '/' required") };
        let Ok(bits) = bits.parse::<i32>() else {
            return bad("Malformed CIDR, mask bits must be an integer");
        };
        let Ok(bits) = u32::try_from(bits) else {
            return bad("Malformed CIDR, mask bits must not be negative");
        };
        let Ok(address) = address.parse::<IpAddr>() else {
            return bad(format!("Nonstandard IP address: {address}"));
        };
        match address {
            IpAddr::V4(_) if bits > 31 => bad("IPv4 mask bits must be < 32"),
            IpAddr::V6(_) if bits > 127 => bad("IPv6 mask bits must be < 128"),
            _ => Ok(Self { address, bits }),
        }
    }

    /// Whether a text is an address in it.
    pub(crate) fn holds(self, text: &str) -> bool {
        match (self.address, text.parse()) {
            (IpAddr::V4(own), Ok(IpAddr::V4(other))) => {
                let free = 32 - self.bits;
                own.to_bits().checked_shr(free) == other.to_bits().checked_shr(free)
            }
            (IpAddr::V6(own), Ok(IpAddr::V6(other))) => {
                let free = 128 - self.bits;
                own.to_bits().checked_shr(free) == other.to_bits().checked_shr(free)
            }
            _ => false,
        }
    }
}
