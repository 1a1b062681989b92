//! `fika doctor`: whether functions can run here, what is missing, and how to get it.
//!
//! - [`microvm`]: what microVMs are made of: a VMM and a guest kernel
//! - [`machine`]: kernel, user namespaces, file systems, runtimes
//! - [`wall`]: a wall, built for real
//! - [`egress`]: whether functions can call out
//! - [`place`]: the data directory and the port
//! - [`check`]: one finding

mod check;
mod egress;
mod machine;
mod microvm;
mod place;
mod wall;

use std::process::ExitCode;

use serde_json::{Value, json};

use self::check::{Check, State};
use crate::cli::DoctorArgs;
use crate::failure::Failure;
use crate::ui::Ui;

/// Looks at everything, and says what it saw. Exit code 0 when functions can run.
///
/// # Errors
/// When no data directory can be named, or stdout cannot be written to.
pub async fn run(args: DoctorArgs, ui: &Ui) -> Result<ExitCode, Failure> {
    let data_dir = args.data.dir()?;
    let mut checks = machine::checks();
    checks.extend(microvm::checks(&args.data.kernel()?));
    let data = place::data_dir(&data_dir);
    if data.state == State::Missing {
        checks.push(data);
    } else {
        checks.extend(wall::checks(&data_dir).await);
        checks.push(data);
    }
    checks.push(place::port(args.listen, &data_dir));
    let fit = checks.iter().all(|check| check.state != State::Missing);
    say(&checks, fit, ui)?;
    Ok(if fit { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn say(checks: &[Check], fit: bool, ui: &Ui) -> Result<(), Failure> {
    let values: Vec<Value> = checks.iter().map(Check::value).collect();
    let verdict = if fit { "functions can run here" } else { "functions cannot run here yet" };
    let mut lines: Vec<String> = checks.iter().map(Check::line).collect();
    lines.push(verdict.into());
    ui.answer(&json!({"ok": fit, "checks": values}), &lines.join("\n"))
}
