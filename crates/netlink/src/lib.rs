//! Links, addresses and routes, as the kernel is asked for them: on the host by `network`, inside a
//! guest by `init`.
//!
//! - `setup`: [`Setup`]: what goes on in one namespace; [`Addresses`]; waiting for what the kernel
//!   does later
//! - `own`: the addresses at which this machine answers, and [`Changes`] of them
//! - `request`: [`Socket`], [`Requests`]: messages as bytes
#![forbid(unsafe_code)]

mod own;
mod request;
mod setup;

pub use own::{Changes, own_addresses};
pub use request::{Body, Requests, Socket, word};
pub use setup::{
    Addresses, CREATE, HARDWARE, LOOPBACK, Setup, bring_loopback_up, wait_for_address,
    wait_for_link, wait_for_name,
};
