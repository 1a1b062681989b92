//! HTTP in front of functions: APIs, routes, authorizers, payload formats.
#![forbid(unsafe_code)]
