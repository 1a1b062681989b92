//! Chores of this repository, run as `cargo xtask <chore>`.
//!
//! - [`codegen`]: AWS's public service model becomes `crates/aws/src/generated`, and the page
//!   that says what fika makes of it
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks on them")]

mod codegen;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a chore answers: the errors are texts for people.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

const HELP: &str = "\
Chores of this repository.

Usage: cargo xtask <CHORE>

Chores:
  codegen [--check]  Write crates/aws/src/generated, docs/api-coverage.md and what tests need
                     from the public service model. --check writes nothing and fails when the
                     files are out of date.
  help               Print this.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Result<()> {
    match args {
        ["codegen"] => codegen::write(&root()),
        ["codegen", "--check"] => codegen::check(&root()),
        [] | ["help" | "--help" | "-h", ..] | [_, "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("no such chore: {}\n\n{HELP}", other.join(" ")).into()),
    }
}

/// The repository's root: the parent of this crate.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
