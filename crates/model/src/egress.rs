//! Where a function may call out to.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most ranges one policy may name.
pub const MOST_RANGES: usize = 64;

/// Where functions may call out to. Written `open`, `none` or `allow=RANGE,…`.
///
/// Never allowed, whatever a policy says: the host itself, other sandboxes, loopback, link-local,
/// metadata and multicast addresses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Egress {
    /// To the Internet, but not to private ranges.
    #[default]
    Open,
    /// Nowhere.
    None,
    /// To these ranges only, private or not. `allow=open,10.1.0.0/16` is the Internet and one
    /// private range.
    Allow {
        /// To the Internet as well, as with [`Egress::Open`].
        open: bool,
        /// Sorted, none twice.
        ranges: Vec<Cidr>,
    },
}

/// A range of addresses, such as `10.1.0.0/16` or `2001:db8::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cidr {
    address: IpAddr,
    prefix: u8,
}

/// A policy or a range that is not written as one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadEgress {
    /// Neither of the three forms.
    #[error("{0:?} is no egress policy: write open, none or allow=RANGE,… (as allow=10.1.0.0/16)")]
    Policy(String),
    /// Not an address with a prefix.
    #[error("{0:?} is no range of addresses: write it as 10.1.0.0/16 or 2001:db8::/32")]
    Range(String),
    /// The address has bits behind the prefix.
    #[error("{written} has bits behind its prefix: did you mean {meant}?")]
    Bits {
        /// As it was written.
        written: String,
        /// The range it lies in.
        meant: Cidr,
    },
    /// More ranges than a rule set should hold.
    #[error("{0} ranges are too many: an egress policy may name {MOST_RANGES}")]
    TooMany(usize),
}

impl FromStr for Egress {
    type Err = BadEgress;

    fn from_str(text: &str) -> Result<Self, BadEgress> {
        match text {
            "open" => return Ok(Self::Open),
            "none" => return Ok(Self::None),
            _ => {}
        }
        let list = text.strip_prefix("allow=").ok_or_else(|| BadEgress::Policy(text.into()))?;
        let (open, named): (Vec<&str>, Vec<&str>) =
            list.split(',').map(str::trim).partition(|entry| *entry == "open");
        if named.len() > MOST_RANGES {
            return Err(BadEgress::TooMany(named.len()));
        }
        let mut ranges = named.into_iter().map(str::parse).collect::<Result<Vec<Cidr>, _>>()?;
        ranges.sort_unstable();
        ranges.dedup();
        Ok(Self::Allow { open: !open.is_empty(), ranges })
    }
}

impl fmt::Display for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("open"),
            Self::None => f.write_str("none"),
            Self::Allow { open, ranges } => {
                let open = open.then(|| "open".to_owned());
                let entries = open.into_iter().chain(ranges.iter().map(Cidr::to_string));
                write!(f, "allow={}", entries.collect::<Vec<_>>().join(","))
            }
        }
    }
}

impl From<Egress> for String {
    fn from(egress: Egress) -> Self {
        egress.to_string()
    }
}

impl TryFrom<String> for Egress {
    type Error = BadEgress;

    fn try_from(text: String) -> Result<Self, BadEgress> {
        text.parse()
    }
}

impl Cidr {
    /// The range of this prefix that holds an address. A prefix that is too long is the longest.
    #[must_use]
    pub fn around(address: IpAddr, prefix: u8) -> Self {
        match address {
            IpAddr::V4(v4) => {
                let prefix = prefix.min(32);
                let mask = u32::MAX.checked_shl(u32::from(32 - prefix)).unwrap_or(0);
                Self { address: IpAddr::V4((v4.to_bits() & mask).into()), prefix }
            }
            IpAddr::V6(v6) => {
                let prefix = prefix.min(128);
                let mask = u128::MAX.checked_shl(u32::from(128 - prefix)).unwrap_or(0);
                Self { address: Ipv6Addr::from_bits(v6.to_bits() & mask).into(), prefix }
            }
        }
    }

    /// The first address.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// How many bits all its addresses share.
    #[must_use]
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether an address lies in it.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        self.address.is_ipv4() == address.is_ipv4() && Self::around(address, self.prefix) == *self
    }

    /// Whether two ranges have an address in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.holds(other.address) || other.holds(self.address)
    }
}

impl FromStr for Cidr {
    type Err = BadEgress;

    fn from_str(text: &str) -> Result<Self, BadEgress> {
        let bad = || BadEgress::Range(text.into());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), str::parse).map_err(|_| bad())?;
        if prefix > longest {
            return Err(bad());
        }
        let meant = Self::around(address, prefix);
        if meant.address != address {
            return Err(BadEgress::Bits { written: text.into(), meant });
        }
        Ok(meant)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_read_back_as_written() {
        for text in [
            "open",
            "none",
            "allow=10.1.0.0/16",
            "allow=open,10.1.0.0/16,fd00::/8",
            "allow=0.0.0.0/0,::/0",
            "allow=open",
        ] {
            assert_eq!(text.parse::<Egress>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn ranges_are_sorted_and_said_once() {
        let policy: Egress = "allow=fd00::/8, 10.0.0.0/8,10.0.0.0/8,192.0.2.1".parse().expect("it");
        assert_eq!(policy.to_string(), "allow=10.0.0.0/8,192.0.2.1/32,fd00::/8");
    }

    #[test]
    fn what_is_no_policy_is_refused_with_its_reason() {
        let refused = |text: &str| text.parse::<Egress>().expect_err(text);
        for text in ["", "Open", "allow", "open,none", "10.0.0.0/8"] {
            assert_eq!(refused(text), BadEgress::Policy(text.into()));
        }
        for range in ["", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0/8", "none", "a.b", "::/+8x"]
        {
            assert_eq!(refused(&format!("allow={range}")), BadEgress::Range(range.into()));
        }
        let message = refused("allow=10.1.2.3/16").to_string();
        assert_eq!(message, "10.1.2.3/16 has bits behind its prefix: did you mean 10.1.0.0/16?");
        let many: Vec<_> = (0..=MOST_RANGES).map(|n| format!("10.0.0.{n}")).collect();
        assert_eq!(refused(&format!("allow={}", many.join(","))), BadEgress::TooMany(65));
    }

    #[test]
    fn a_range_holds_its_own_and_nothing_of_the_other_family() {
        let range = |text: &str| text.parse::<Cidr>().expect(text);
        let address = |text: &str| text.parse::<IpAddr>().expect(text);
        assert!(range("10.1.0.0/16").holds(address("10.1.255.255")));
        assert!(!range("10.1.0.0/16").holds(address("10.2.0.0")));
        assert!(range("0.0.0.0/0").holds(address("1.2.3.4")));
        assert!(!range("0.0.0.0/0").holds(address("::1")));
        assert!(range("fd00::/8").overlaps(&range("fd12::/64")));
        assert!(range("fd12::/64").overlaps(&range("fd00::/8")));
        assert!(!range("10.0.0.0/8").overlaps(&range("11.0.0.0/8")));
    }
}
