//! Code signing: who may sign a function's code and layers, and what becomes of those who did not.
//!
//! - [`config`]: code signing configs, in the store and in memory
//! - [`trusted`]: signing profiles that the operator trusts, and what they say of a package
//! - [`judge`]: whether code may be deployed: pure

pub(crate) mod config;
pub(crate) mod judge;
pub(crate) mod trusted;

pub(crate) use config::{ConfigRecord, Configs, PREFIX, id_of};
pub(crate) use judge::Seal;
pub use trusted::{TrustError, distrust, trust, trusted_profiles};
