//! A segment of the journal.
#![no_main]

#[path = "../journals.rs"]
#[allow(dead_code)]
mod journals;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| journals::journal(bytes));
