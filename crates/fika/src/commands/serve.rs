//! `fika serve`

use std::process::ExitCode;

use crate::cli::ServeArgs;
use crate::failure::{Failure, Kind};

/// Not wired yet: the node is put together once its rooms are there.
///
/// # Errors
/// Always.
pub fn run(args: ServeArgs) -> Result<ExitCode, Failure> {
    let why = format!("the node is not wired yet, so nothing listens at {}", args.listen);
    Err(Failure::new(Kind::Failed, "wait for a build that serves", why))
}
