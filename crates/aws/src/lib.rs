//! Placeholder.

pub mod sigv4;
