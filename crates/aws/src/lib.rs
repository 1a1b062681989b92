//! The AWS wire: who signed a request, what it asks for, and how an answer is written.
//!
//! - [`sigv4`]: checks signatures, version 4
//! - [`rest`]: rest-json: from a request to an operation's input, from its output to a response
//! - [`query`]: forms in, XML out, as IAM and STS speak it
//! - [`shape`]: what generated shapes stand on: reading, checking, errors
//! - [`cbor`]: bodies of Smithy's RPC v2
//! - [`eventstream`]: answers that are streams of messages
//! - [`generated`]: the operations of the public service model, written by `cargo xtask codegen`
#![forbid(unsafe_code)]

pub mod cbor;
pub mod eventstream;
pub mod generated;
pub mod query;
pub mod rest;
pub mod shape;
pub mod sigv4;
