//! Which operation a path asks for.
#![no_main]

#[path = "../requests.rs"]
#[allow(dead_code)]
mod requests;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| requests::routes(bytes));
