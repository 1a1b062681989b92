//! The Runtime, Extensions and Telemetry APIs, called from inside a sandbox.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fika_worker::fuzzing::runtime_api(bytes));
