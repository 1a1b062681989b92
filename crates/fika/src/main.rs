//! fika: AWS Lambda on machines you own. This is the program; the rooms are the other crates.
//!
//! - [`cli`]: every flag, once
//! - [`commands`]: what each subcommand does; `serve` runs the node, the others talk to one
//! - [`node`], [`lanes`]: the rooms wired into a running server, and its threads
//! - [`client`], [`lambda`]: a signed HTTP client, and the few operations the commands call
//! - [`credentials`]: where the endpoint and the keys come from
//! - [`root`]: the key and the address a server leaves in its data directory
//! - [`guess`]: a folder or file → runtime, handler and name
//! - [`machine`]: defaults that depend on the machine; [`walls`]: which wall functions get there
//! - [`ui`], [`failure`]: what people see
#![forbid(unsafe_code)]

mod cli;
mod client;
mod commands;
mod credentials;
mod failure;
#[cfg(test)]
mod fake;
mod guess;
mod lambda;
mod lanes;
mod listener;
mod machine;
mod node;
mod root;
mod services;
mod ui;
mod walls;
mod watch;

use std::future::Future;
use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::ui::Ui;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version arrive here too; clap knows which goes where. Nobody is left to
        // tell when even that cannot be written.
        Err(answer) => {
            let _ = answer.print();
            return u8::try_from(answer.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    let ui = Ui::new(cli.output);
    run(cli.command, &ui).unwrap_or_else(|failure| ui.fail(&failure))
}

fn run(command: Command, ui: &Ui) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(args) => commands::serve::run(*args, ui),
        Command::Dev(args) => commands::dev::run(&args, ui),
        Command::Env(args) => commands::env::run(&args, ui),
        Command::Invoke(args) => wait_for(commands::invoke::run(args, ui)),
        Command::Logs(args) => wait_for(commands::logs::run(args, ui)),
        Command::Deploy(args) => wait_for(commands::deploy::run(args, ui)),
        Command::Account(args) => wait_for(commands::account::run(&args, ui)),
        Command::Events(args) => wait_for(commands::events::run(&args, ui)),
        Command::Webhook(args) => wait_for(commands::webhook::run(&args, ui)),
        Command::Runtime(args) => wait_for(commands::runtime::run(args, ui)),
        Command::Signing(args) => commands::signing::run(&args, ui),
        Command::Doctor(args) => wait_for(commands::doctor::run(args, ui)),
    }
}

/// Runs a client command: one thread is plenty for one request at a time.
fn wait_for(command: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::io("let fika open an event loop (ulimit -n)", e))?;
    runtime.block_on(command)
}
