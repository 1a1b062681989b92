//! HTTP in front of functions: APIs, routes, authorizers, payload formats.
//!
//! - [`payload`]: an HTTP request as the event a function gets, and its answer as HTTP
#![forbid(unsafe_code)]

pub mod payload;
