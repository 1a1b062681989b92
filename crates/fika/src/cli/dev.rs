//! `fika dev`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::{ServerArgs, key_value};

/// `fika dev`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DevArgs {
    /// A folder or a file as `fika deploy` takes it, a template of SAM or CloudFormation or the
    /// folder of one, or what `cdk synth` has made (cdk.out).
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// The function's name [default: the folder's or the file's].
    #[arg(long)]
    pub name: Option<String>,
    /// What to call, such as index.handler [default: guessed from the files].
    #[arg(long)]
    pub handler: Option<String>,
    /// The runtime, such as nodejs22.x [default: guessed from the files].
    #[arg(long)]
    pub runtime: Option<String>,
    /// Memory [default: 128, or what the function has].
    #[arg(long, value_name = "MB")]
    pub memory: Option<u32>,
    /// How long a call may take [default: 3, or what the function has].
    #[arg(long, value_name = "SECS")]
    pub timeout: Option<u32>,
    /// An environment variable; once for each. Those given replace those the function has.
    #[arg(long, value_name = "K=V", value_parser = key_value)]
    pub env: Vec<(String, String)>,
    /// The stack that the template's functions are in: their code is deployed, and all else stays
    /// as the stack has made it [default: functions are made by themselves].
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,
    /// Let debuggers attach to functions, at this port of 127.0.0.1 and, where there are several
    /// functions, at those that follow; 0 picks free ones. Functions have no timeout then.
    #[arg(long, value_name = "PORT")]
    pub debug: Option<u16>,
    /// Where a server of the session's own listens [default: 127.0.0.1:9000, or a free port].
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    #[command(flatten)]
    pub server: ServerArgs,
}

impl DevArgs {
    /// Whether something is said that only a single function can be.
    pub fn is_of_one(&self) -> bool {
        let Self { name, handler, runtime, memory, timeout, env, .. } = self;
        let texts = name.is_some() || handler.is_some() || runtime.is_some();
        texts || memory.is_some() || timeout.is_some() || !env.is_empty()
    }
}

const EXAMPLES: &str = "\
Deploys, watches the files, and deploys anew what is saved. Logs and answers of the functions come
on stdout. Where no server answers it starts one of its own, which keeps its data in .fika and
ends with it. Ctrl-C ends the session, with exit code 0.

With --output json each line is an object whose `event` is ready, debugger, deployed, reloaded,
log, answer or error.

Examples:
  fika dev
  fika dev examples/hello-node --debug 9229
  fika dev template.yaml --output json
  fika dev cdk.out --stack shop               functions of a stack that is there
  fika invoke hello-node --data-dir .fika     in another terminal";
