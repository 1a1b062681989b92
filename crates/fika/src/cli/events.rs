//! `fika events`: what waits, and what ended with nowhere to go.

use clap::{Args, Subcommand};

use super::ServerArgs;

/// `fika events`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct EventsArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: EventsAction,
}

const EXAMPLES: &str = "\
An event that fails for good goes to its function's destination or dead-letter queue. Where there
is neither, it is kept for two weeks, and can be sent again.

Examples:
  fika events list
  fika events list --waiting --output json
  fika events show 6f4e1d9c-0c0f-4a35-9d0a-1f2b3c4d5e6f
  fika events replay 6f4e1d9c-0c0f-4a35-9d0a-1f2b3c4d5e6f";

/// What to do with events.
#[derive(Debug, Subcommand)]
pub enum EventsAction {
    /// List the events that failed for good and are kept
    #[command(after_help = "Examples:\n  fika events list\n  fika events list --waiting")]
    List {
        /// Those that wait for their turn instead.
        #[arg(long)]
        waiting: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Show an event with all of its payload
    #[command(after_help = "Example:\n  fika events show 6f4e1d9c-0c0f-4a35-9d0a-1f2b3c4d5e6f")]
    Show {
        /// Its id: of an invocation the request id.
        id: String,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Send an event again that failed for good, as if it were new
    #[command(after_help = "Example:\n  fika events replay 6f4e1d9c-0c0f-4a35-9d0a-1f2b3c4d5e6f")]
    Replay {
        /// Its id: of an invocation the request id.
        id: String,
        #[command(flatten)]
        server: ServerArgs,
    },
}
