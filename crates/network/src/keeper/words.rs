//! What is said between a server and the keeper of its networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use fika_model::Egress;
use serde::{Deserialize, Serialize};

/// What the hub is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The addresses that both networks of the instance begin with.
    pub first: (Ipv4Addr, Ipv6Addr),
    /// The most that any function may reach.
    pub egress: Egress,
    /// Who answers names.
    pub resolvers: Vec<IpAddr>,
}

/// What the server asks for.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Another network.
    Make,
    /// A network is to reach what a policy allows.
    Regroup {
        /// Whose.
        number: u16,
        /// The policy.
        egress: Egress,
    },
    /// A network is of no use any more. Nothing is said to that.
    Release {
        /// Whose.
        number: u16,
    },
}

/// What it is told.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// The hub is connected. Beside it: the user namespace.
    Stands,
    /// A network. Beside it: its namespace.
    Made {
        /// Its number.
        number: u16,
        /// Its addresses.
        addresses: (Ipv4Addr, Ipv6Addr),
    },
    /// It is done.
    Done,
    /// It is not, and why.
    Failed(String),
}

/// What the two parts of the keeper say to each other.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aside {
    /// These addresses are the machine's own.
    Own(Vec<(IpAddr, u8)>),
    /// The hub waits to be connected.
    Ready,
}
