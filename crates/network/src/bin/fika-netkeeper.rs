//! `fika-netkeeper`: keeps the networks of an ordinary user's sandboxes.

use std::process::ExitCode;

fn main() -> ExitCode {
    fika_network::keeper()
}
