//! HTTP in front of functions: APIs, routes, authorizers, payload formats.
//!
//! - [`Gateway`]: all APIs. As an AWS service it answers the management calls; [`Gateway::visit`] says
//!   whether a request is for an API, and [`Gateway::answer`] answers it
//! - [`payload`]: an HTTP request as the event a function gets, and its answer as HTTP
//! - `record`, `apis`: an API as it is kept; `serving`: a stage of it, made ready for requests
//! - `route`: keys, path templates, the most specific match; `throttle`, `cors`, `access`
//! - `visit`: from an address to a route; `gateway`: from there to the function and back; `refusal`: what
//!   ends before
//! - `authorizer`, `authorize`: who may call
//! - `http_api`, `rest_api`: the management calls of both services; `document`: their members
#![forbid(unsafe_code)]

mod access;
mod apis;
mod authorize;
mod authorizer;
mod cors;
mod document;
mod gateway;
mod http_api;
mod manage;
pub mod payload;
mod record;
mod refusal;
mod rest_api;
mod route;
mod serving;
mod tags;
mod throttle;
mod visit;

pub use gateway::{Asked, Gateway, Signer};
pub use refusal::{No, Refusal};
pub use visit::{Host, PATH, Visit};
