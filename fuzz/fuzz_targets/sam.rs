//! Serverless templates.
#![no_main]

#[path = "../serverless.rs"]
mod serverless;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| serverless::template(bytes));
