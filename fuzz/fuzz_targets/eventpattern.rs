//! Event patterns of EventBridge.
#![no_main]

#[path = "../patterns.rs"]
#[allow(dead_code)]
mod patterns;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| patterns::event_pattern(bytes));
