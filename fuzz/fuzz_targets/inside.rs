//! The Runtime, Extensions and Telemetry APIs, called from inside a sandbox.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: {
        // As Rust's own `main` has it, of which there is none here: a peer that has left is an error.
        // SAFETY: nothing else of this process handles that signal.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    },
    |bytes: &[u8]| fika_worker::fuzzing::runtime_api(bytes)
);
