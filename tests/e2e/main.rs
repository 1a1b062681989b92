//! fika end to end: the real binary, real sandboxes, and the official clients.
//!
//! One file a family. Every test starts servers of its own on free ports, with data directories
//! of their own under `target/e2e`, where the servers' logs stay for a look after a failure.
//! `make tools` installs what they need.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    missing_docs,
    reason = "tests"
)]

mod acme;
mod apis;
mod auth;
mod aws_cli;
mod aws_package;
mod bad_client;
mod bad_handler;
mod bad_input;
mod bad_payload;
mod bad_zip;
mod bundled_sdk;
mod buses;
mod cargo_lambda;
mod cdk;
mod cluster;
mod code_signing;
mod configs;
mod console;
mod contract;
mod crash;
mod custom;
mod dev;
mod events;
mod events_crash;
mod extensions;
mod frameworks;
mod full_disk;
mod guests;
mod harness;
mod iam;
mod layers;
mod lifecycle;
mod limits;
mod logs;
mod loops;
mod objects;
mod objects_crash;
mod parameters;
mod powertools;
mod queues;
mod runtimes;
mod sam;
mod sdk_boto3;
mod sdk_events;
mod sdk_node;
mod serverless;
mod snapstart;
mod sources;
mod stacks;
mod stacks_crash;
mod stacks_services;
mod stock;
mod streaming;
mod tenants;
mod topics;
mod urls;
mod versions;
mod walls;
mod watch;
mod web_adapter;
mod webhooks;
