//! CloudFormation templates.
#![no_main]

#[path = "../templates.rs"]
mod templates;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| templates::template(bytes));
