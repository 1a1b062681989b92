//! What every operation takes.
#![no_main]

#[path = "../requests.rs"]
#[allow(dead_code)]
mod requests;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| requests::bodies(bytes));
