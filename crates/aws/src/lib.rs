//! Placeholder.

pub mod generated;
pub mod rest;
pub mod shape;
pub mod sigv4;
