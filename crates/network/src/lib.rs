//! Egress: where sandboxes may call out to, and the networks that hold them to it.
//!
//! As root, each sandbox has a network namespace of its own, joined by a pair of links to the
//! *hub*, a namespace of the server's in which one rule set decides; the hub is joined by another
//! pair to the host, whose rules translate addresses and keep the host itself out of reach:
//!
//! ```text
//! sandbox (eth0) ──┐
//! sandbox (eth0) ──┤ hub: policies ── host: "not to me", masquerade ── Internet
//! sandbox (eth0) ──┘
//! ```
//!
//! An ordinary user's server has the same hub in a user namespace, where it has the right to; the
//! program `pasta` takes the host's place, and the hub itself refuses what is the host's.
//!
//! - [`Networks`]: one for each server: makes networks ahead of time, and leases them
//! - [`Lease`]: one sandbox's network
//! - `way`: whether there is a way out, and networks made ahead
//! - `hub`, `host`: the two places with rules
//! - `leftovers`: what servers left on the host that were killed
//! - `keeper`: the program that is the hub of an ordinary user's server
//! - `rules`, `addresses`, `resolvers`: decisions, without effects
//! - `namespace`, `links`, `tap`, `nft`: the kernel's side; `programs`: where programs are
#![forbid(unsafe_code)]

mod addresses;
mod host;
mod hub;
mod keeper;
mod lease;
mod leftovers;
mod links;
pub mod namespace;
mod networks;
mod nft;
mod programs;
mod resolvers;
mod rules;
mod tap;
mod way;

pub use fika_netlink::{Addresses, HARDWARE};
pub use host::Note;
pub use keeper::main as keeper;
pub use lease::Lease;
pub use networks::{Mode, NetworkError, NetworkOptions, Networks};
pub use tap::NAME as TAP;
