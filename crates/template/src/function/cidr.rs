//! `Fn::Cidr`: the first subnets of a block.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::Value;

use crate::Invalid;
use crate::resolve::{Made, Resolver};

/// How many it makes at most.
const SUBNETS: u128 = 256;

pub(super) fn call(by: Resolver<'_>, given: &Value) -> Made {
    let wrong = || {
        Invalid::error(
            "every Fn::Cidr object requires two parameters, (1) a CIDR block and (2) the number of subnets, and may have \
             a third, the number of their host bits",
        )
    };
    let (block, count, bits) = match given.as_array().map(Vec::as_slice) {
        Some([block, count]) => (block, count, None),
        Some([block, count, bits]) => (block, count, Some(bits)),
        _ => return Err(wrong().into()),
    };
    let block = by.text(block, wrong)?;
    let count: u128 = by.text(count, wrong)?.trim().parse().map_err(|_| wrong())?;
    let bits = bits.map(|bits| by.text(bits, wrong)).transpose()?;
    let bits = bits.map(|bits| bits.trim().parse::<u32>().map_err(|_| wrong())).transpose()?;
    if !(1..=SUBNETS).contains(&count) {
        return Err(wrong().into());
    }
    let made = subnets(&block, count, bits).ok_or_else(|| {
        Invalid::error(format_args!("Fn::Cidr cannot make {count} subnets of the block {block}"))
    })?;
    made.iter()
        .try_for_each(|subnet| by.budget.text(subnet.len()).and_then(|()| by.budget.node()))?;
    Ok(Some(made.into()))
}

/// The first so many subnets of a block with so many host bits: 8 where nothing is said, 64 for IPv6.
fn subnets(block: &str, count: u128, bits: Option<u32>) -> Option<Vec<String>> {
    let (address, prefix) = block.split_once('/')?;
    let (address, width, usual) = match address.parse().ok()? {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32, 8),
        IpAddr::V6(address) => (u128::from(address), 128, 64),
    };
    let prefix: u32 = prefix.parse().ok().filter(|prefix| *prefix <= width)?;
    let bits = bits.unwrap_or(usual);
    let room = width - prefix;
    // The subnets are inside of the block, and it has so many.
    (bits >= 1 && bits <= room).then_some(())?;
    (room - bits >= 8 || count <= 1 << (room - bits)).then_some(())?;
    let first = address.checked_shr(room).unwrap_or(0).checked_shl(room).unwrap_or(0);
    let show = |index: u128| {
        let at = first + (index << bits);
        match width {
            32 => Some(format!("{}/{}", Ipv4Addr::from(u32::try_from(at).ok()?), width - bits)),
            _ => Some(format!("{}/{}", Ipv6Addr::from(at), width - bits)),
        }
    };
    (0..count).map(show).collect()
}
