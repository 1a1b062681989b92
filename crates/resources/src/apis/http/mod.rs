//! HTTP APIs, and what they are made of: all parts by the same few steps (`parts`).

pub(crate) mod api;
pub(crate) mod authorizer;
pub(crate) mod deployment;
pub(crate) mod integration;
pub(crate) mod route;
pub(crate) mod stage;

mod parts;

/// Where they are in the service's API.
const APIS: &str = "/v2/apis";
