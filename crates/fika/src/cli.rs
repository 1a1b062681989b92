//! Every command and flag of `fika`, once. Help texts, defaults and environment variables
//! live here; what a command does lives in [`crate::commands`].

mod access;
mod acme;
mod dev;
mod events;
mod runtime;
mod signing;
mod url_host;
mod webhook;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use fika_model::{Egress, WallRequirement};

use crate::failure::Failure;
use crate::machine;
use fika_sources::Broker;

use crate::watch::otlp::Collector;

pub use url_host::UrlHost;

pub use access::{AccountAction, AccountArgs, Authentication, EnvArgs, KeyAction};
pub use acme::AcmeArgs;
pub use dev::DevArgs;
pub use events::{EventsAction, EventsArgs};
pub use runtime::{KernelAction, KernelSource, RuntimeAction, RuntimeArgs};
pub use signing::{SignArgs, SigningAction, SigningArgs};
pub use webhook::{WebhookAction, WebhookArgs};

/// AWS Lambda on machines you own.
#[derive(Debug, Parser)]
#[command(name = "fika", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// In which form answers and errors are said.
    #[arg(long, global = true, display_order = 900, value_enum, value_name = "FORM")]
    #[arg(default_value_t = Output::Text)]
    pub output: Output,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  fika serve                          run a server at http://127.0.0.1:9000
  fika deploy examples/hello-node     make a function of a folder
  fika invoke hello-node --tail       call it, and show its log
  fika dev examples/hello-node        deploy it anew on every save, with its log
  eval \"$(fika env)\"                  let the aws CLI and the SDKs talk to fika

Exit codes: 0 fine; 1 the function failed; 2 wrong usage, or the server refused;
66 no such input; 69 no server answers; 74 reading or writing failed; 78 wrong configuration.";

/// Text for people or JSON for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a server that answers as AWS Lambda does
    Serve(Box<ServeArgs>),
    /// Watch code, and have every save answer in a moment
    Dev(Box<DevArgs>),
    /// Print the variables that point the aws CLI and the SDKs at fika
    Env(EnvArgs),
    /// Call a function
    Invoke(InvokeArgs),
    /// Make a function of a folder or a file, or bring it up to date
    Deploy(DeployArgs),
    /// Show a function's log
    Logs(LogsArgs),
    /// Make, list or delete accounts and their keys
    Account(AccountArgs),
    /// Look at events that wait or failed, and send them again
    Events(EventsArgs),
    /// Let a foreign S3, as MinIO is one, tell functions and queues what happens in its buckets
    Webhook(WebhookArgs),
    /// List or prepare runtimes
    Runtime(RuntimeArgs),
    /// Sign packages, and say whose signatures functions may be made to need
    Signing(SigningArgs),
    /// Say whether functions can run here, what is missing, and how to get it
    Doctor(DoctorArgs),
}

/// Where fika keeps everything.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// The data directory [default: $FIKA_DATA_DIR, else $XDG_DATA_HOME/fika, else
    /// ~/.local/share/fika].
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where runtime images are kept [default: `runtimes` in the data directory].
    #[arg(
        long,
        value_name = "DIR",
        hide = true,
        env = "FIKA_RUNTIMES_DIR",
        hide_env_values = true
    )]
    pub runtimes_dir: Option<PathBuf>,
}

impl DataArgs {
    /// The data directory.
    ///
    /// # Errors
    /// When neither a flag nor the environment names one.
    pub fn dir(&self) -> Result<PathBuf, Failure> {
        self.data_dir.clone().map_or_else(machine::default_data_dir, Ok)
    }

    /// Where runtime images are kept.
    ///
    /// # Errors
    /// As [`Self::dir`].
    pub fn runtimes(&self) -> Result<PathBuf, Failure> {
        self.runtimes_dir.clone().map_or_else(|| Ok(self.dir()?.join("runtimes")), Ok)
    }

    /// Where the kernel of microVMs is kept.
    ///
    /// # Errors
    /// As [`Self::dir`].
    pub fn kernel(&self) -> Result<PathBuf, Failure> {
        Ok(self.runtimes()?.join("kernel"))
    }
}

/// Whether something may be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Fetch it.
    On,
    /// Use only what this machine has.
    Off,
}

/// How a function's memory buys CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Cpu {
    /// A share in proportion to its memory; idle cores are everybody's.
    Share,
    /// At most memory / 1,769 MB cores, as on AWS.
    Quota,
}

/// What is around a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Wall {
    /// The strongest that is fast on this machine.
    Auto,
    /// Namespaces: a kernel shared with the machine.
    Jail,
    /// Nothing: plain processes of the server's user, for the root account only.
    None,
    /// A microVM run by QEMU.
    Qemu,
    /// A microVM run by Firecracker.
    Firecracker,
}

impl fmt::Display for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.to_possible_value();
        name.map_or(Ok(()), |name| f.write_str(name.get_name()))
    }
}

/// The form of the server's own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// `fika serve`
#[derive(Debug, Args)]
#[command(after_help = SERVE_EXAMPLES)]
pub struct ServeArgs {
    /// Where to listen; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9000")]
    pub listen: SocketAddr,
    /// A chain of certificates (PEM), to serve with TLS as well; read anew when it is renewed.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    #[command(flatten)]
    pub acme: AcmeArgs,
    /// Where to listen with TLS.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9443")]
    pub tls_listen: SocketAddr,
    /// The domain of function URLs, with its port and, behind a proxy, https:// before it [default:
    /// localhost and the port of this server].
    #[arg(long, value_name = "HOST")]
    pub url_host: Option<UrlHost>,
    #[command(flatten)]
    pub data: DataArgs,
    /// Whether a runtime that is not on this machine may be fetched.
    #[arg(long, value_enum, value_name = "SWITCH", default_value_t = Switch::On)]
    pub runtime_fetch: Switch,
    /// Memory all sandboxes together may use [default: 80 % of the machine's].
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u32).range(128..))]
    pub memory: Option<u32>,
    /// How much of it is for sandboxes that are prepared before anybody asks; 0 for none
    /// [default: a sixteenth, at most 256, and none below 1,024 MB].
    #[arg(long, value_name = "MB")]
    pub stock_memory: Option<u32>,
    /// What all function logs together may take of the disk, MB: the oldest go first.
    #[arg(long, value_name = "MB", default_value_t = 4_096, value_parser = clap::value_parser!(u32).range(1..))]
    pub log_disk: u32,
    /// Where Prometheus may read metrics, without a key: they name functions [default: nowhere].
    #[arg(long, value_name = "ADDRESS")]
    pub metrics: Option<SocketAddr>,
    /// A collector that gets traces and metrics by OTLP over HTTP: http://HOST:PORT [default: none].
    #[arg(long, value_name = "URL")]
    pub otlp: Option<Collector>,
    /// A foreign server that event source mappings may read: nats://HOST:PORT, or with USER:PASSWORD@
    /// before the host. Once for each.
    #[arg(
        long,
        value_name = "URL",
        env = "FIKA_BROKERS",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub broker: Vec<Broker>,
    /// How long an idle sandbox is kept.
    #[arg(long, value_name = "SECS", default_value = "300", value_parser = seconds)]
    pub keep_alive: Duration,
    /// How long an invocation waits for memory before it is refused with 429.
    #[arg(long, value_name = "SECS", default_value = "10", value_parser = seconds)]
    pub capacity_wait: Duration,
    /// Invocations an account may have running at once in a region.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub account_concurrency: u32,
    /// Requests a second an account may send in a region [default: 10 × its concurrency].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub requests_per_second: Option<u32>,
    /// Sandboxes that a function may add in 10 seconds.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..), hide = true)]
    pub growth: u32,
    /// Control-plane calls a second an account may make in a region, all but GetFunction, which may
    /// be as many times more as on AWS; 0 for no limit.
    #[arg(long, value_name = "N", default_value_t = 15)]
    pub api_rate: u32,
    /// The calls of how much time may come at once.
    #[arg(long, value_name = "SECS", default_value = "600", value_parser = seconds)]
    pub api_burst: Duration,
    /// Threads that carry requests [default: one a core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_024))]
    pub lanes: Option<u16>,
    /// How long a function's init phase may take.
    #[arg(long, value_name = "SECS", default_value = "10", value_parser = seconds, hide = true)]
    pub init_timeout: Duration,
    /// How fast an answer that is streamed may leave behind its first 6 MB, MiB a second; 0 for no limit.
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub stream_rate: u32,
    /// Make a record that does nothing of a stack's resource whose type nobody knows, rather than refuse it.
    #[arg(long)]
    pub allow_inert: bool,
    /// How long running invocations may take to end after Ctrl-C.
    #[arg(long, value_name = "SECS", default_value = "30", value_parser = seconds)]
    pub drain: Duration,
    /// How a function's memory buys CPU.
    #[arg(long, value_enum, value_name = "POLICY", default_value_t = Cpu::Share)]
    pub cpu: Cpu,
    /// The wall around functions that ask for none.
    #[arg(long, value_enum, value_name = "WALL", default_value_t = Wall::Auto)]
    pub wall: Wall,
    /// The weakest wall functions may run behind: `microvm`, or `ACCOUNT=microvm` for one account's
    /// functions. May be given several times.
    #[arg(long, value_name = "[ACCOUNT=]WALL")]
    pub require_wall: Vec<WallRequirement>,
    /// Where functions may call out to: `open` (the Internet), `none`, or `allow=RANGE,…`; with
    /// `allow=open,10.1.0.0/16` the Internet and that range. A function's tag `fika:egress` may
    /// say less, never more.
    #[arg(long, value_name = "POLICY", default_value = "open")]
    pub egress: Egress,
    /// Whether clients must sign what they ask for. `off`: everybody who reaches the server may do
    /// everything, as the root account; functions must sign all the same.
    #[arg(long, value_enum, value_name = "SWITCH", default_value_t = Authentication::On)]
    pub auth: Authentication,
    /// Serve no web console at /console.
    #[arg(long)]
    pub no_console: bool,
    /// Let people log in to the console from other machines without TLS: who is between can read
    /// their secrets along.
    #[arg(long, conflicts_with = "no_console")]
    pub console_plain_http: bool,
    /// The form of the server's own log, on stderr.
    #[arg(long, value_enum, value_name = "FORM", default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// What the server's own log shows: a level, or `target=level,…`.
    #[arg(
        long,
        value_name = "FILTER",
        env = "FIKA_LOG",
        hide_env_values = true,
        default_value = "warn"
    )]
    pub log: String,
}

impl ServeArgs {
    /// Memory all sandboxes together may use, MB.
    pub fn memory_mb(&self) -> u32 {
        self.memory.unwrap_or_else(machine::default_memory_mb)
    }

    /// Memory for prepared sandboxes, MB, out of that for all of them.
    pub fn stock_memory_mb(&self) -> u32 {
        let all = self.memory_mb();
        let share = if all < 1_024 { 0 } else { (all / 16).min(256) };
        self.stock_memory.unwrap_or(share).min(all)
    }

    /// Requests a second an account may send in a region.
    pub fn requests_per_second(&self) -> u32 {
        let ten_each = || {
            self.account_concurrency.saturating_mul(fika_model::limits::REQUESTS_PER_CONCURRENCY)
        };
        self.requests_per_second.unwrap_or_else(ten_each)
    }

    /// Threads that carry requests.
    pub fn lanes(&self) -> u16 {
        self.lanes.unwrap_or_else(machine::cores)
    }
}

const SERVE_EXAMPLES: &str = "\
When it is ready it says so on stdout, on one line. Ctrl-C drains: what runs may end, and
nothing is left behind.

The first start makes an account and an access key, kept in the data directory. These choose
them: FIKA_ROOT_ACCOUNT_ID (twelve digits), FIKA_ROOT_ACCESS_KEY_ID, FIKA_ROOT_SECRET_ACCESS_KEY.

Examples:
  fika serve
  fika serve --listen 127.0.0.1:0 --data-dir /tmp/fika
  fika serve --memory 4096 --runtime-fetch off
  fika serve --metrics 127.0.0.1:9090 --otlp http://127.0.0.1:4318
  FIKA_LOG=info fika serve --log-format json";

/// Which server to talk to, and for which region.
#[derive(Debug, Clone, Args)]
pub struct ServerArgs {
    /// The server [default: $AWS_ENDPOINT_URL_LAMBDA, else $AWS_ENDPOINT_URL, else the one
    /// that runs on the data directory].
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// The region [default: $AWS_REGION, else $AWS_DEFAULT_REGION, else us-east-1].
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
    #[command(flatten)]
    pub data: DataArgs,
}

/// `fika invoke`
#[derive(Debug, Args)]
#[command(after_help = INVOKE_EXAMPLES)]
pub struct InvokeArgs {
    /// The function: a name, NAME:QUALIFIER or an ARN.
    pub name: String,
    /// The event: JSON, @FILE, or - for stdin.
    #[arg(long, short, value_name = "JSON|@FILE|-", default_value = "{}")]
    pub payload: String,
    /// Show the end of the log on stderr.
    #[arg(long)]
    pub tail: bool,
    /// A version, an alias or $LATEST.
    #[arg(long, value_name = "QUALIFIER")]
    pub qualifier: Option<String>,
    /// Only ask whether the call would be allowed.
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub server: ServerArgs,
}

const INVOKE_EXAMPLES: &str = "\
The answer goes to stdout as the function gave it. Exit code 1: the function failed.

Examples:
  fika invoke hello
  fika invoke hello --payload '{\"name\":\"Ada\"}' --tail
  fika invoke hello --payload @event.json
  jq -n '{n: 1}' | fika invoke hello --payload -";

/// `fika deploy`
#[derive(Debug, Args)]
#[command(after_help = DEPLOY_EXAMPLES)]
pub struct DeployArgs {
    /// A folder, a source file, a static program or a zip.
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
    /// The ARN of the function's role [default: one of the account, or what the function has].
    #[arg(long, value_name = "ARN")]
    pub role: Option<String>,
    #[command(flatten)]
    pub server: ServerArgs,
}

const DEPLOY_EXAMPLES: &str = "\
Sends only what differs from the function as it is, and waits until it can be called.

Examples:
  fika deploy examples/hello-node
  fika deploy handler.py --name hello --runtime python3.12 --memory 256
  fika deploy target/release/bootstrap --name hello --env STAGE=test --env DEBUG=1";

/// `fika logs`
#[derive(Debug, Args)]
#[command(after_help = LOGS_EXAMPLES)]
pub struct LogsArgs {
    /// The function's name.
    pub name: String,
    /// Go on showing what comes, until Ctrl-C.
    #[arg(long, short)]
    pub follow: bool,
    /// How far to look back: 30s, 10m, 2h, 1d.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = look_back)]
    pub since: Duration,
    #[command(flatten)]
    pub server: ServerArgs,
}

const LOGS_EXAMPLES: &str = "\
Examples:
  fika logs hello
  fika logs hello --follow
  fika logs hello --since 1d --output json     one JSON object a line";

/// `fika doctor`
#[derive(Debug, Args)]
#[command(after_help = DOCTOR_EXAMPLES)]
pub struct DoctorArgs {
    /// Where the server is to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9000")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub data: DataArgs,
}

const DOCTOR_EXAMPLES: &str = "\
Exit code 0: functions can run here. 1: they cannot, and the lines marked ✗ say why.

Examples:
  fika doctor
  fika doctor --output json";

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_secs).map_err(|_| "give whole seconds, such as 30".into())
}

fn look_back(text: &str) -> Result<Duration, String> {
    let help = || "give a number and a unit: 30s, 10m, 2h, 1d".to_owned();
    let unit = text.chars().next_back().ok_or_else(help)?;
    let each = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(help()),
    };
    let count: u64 = text[..text.len() - 1].parse().map_err(|_| help())?;
    count.checked_mul(each).map(Duration::from_secs).ok_or_else(help)
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.into(), value.into())),
        _ => Err("give NAME=VALUE".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn help(path: &[&str]) -> String {
        let mut command = Cli::command().term_width(100);
        command.build();
        let found = path
            .iter()
            .fold(&mut command, |command, name| command.find_subcommand_mut(name).expect(name));
        found.render_long_help().to_string()
    }

    #[test]
    fn every_help_text_reads_as_agreed() {
        Cli::command().debug_assert();
        for path in [
            &[][..],
            &["serve"],
            &["dev"],
            &["env"],
            &["invoke"],
            &["deploy"],
            &["logs"],
            &["account"],
            &["account", "create"],
            &["account", "list"],
            &["account", "delete"],
            &["account", "key"],
            &["account", "key", "create"],
            &["account", "key", "list"],
            &["account", "key", "delete"],
            &["events"],
            &["events", "list"],
            &["events", "show"],
            &["events", "replay"],
            &["webhook"],
            &["webhook", "create"],
            &["webhook", "list"],
            &["webhook", "delete"],
            &["runtime"],
            &["runtime", "list"],
            &["runtime", "add"],
            &["runtime", "kernel"],
            &["runtime", "kernel", "add"],
            &["runtime", "kernel", "show"],
            &["runtime", "kernel", "remove"],
            &["doctor"],
        ] {
            insta::assert_snapshot!(format!("help-{}", path.join("-")), help(path));
        }
    }

    #[test]
    fn times_to_look_back() {
        for (text, secs) in [("30s", 30), ("10m", 600), ("2h", 7_200), ("1d", 86_400)] {
            assert_eq!(look_back(text), Ok(Duration::from_secs(secs)), "{text}");
        }
        for text in [
            "",
            "m",
            "10",
            "-1s",
            "1w",
            "10 m",
            "1é",
            "99999999999999999999d",
            "999999999999999999d",
        ] {
            assert!(look_back(text).is_err(), "{text}");
        }
    }

    #[test]
    fn environment_variables_keep_their_equals_signs() {
        assert_eq!(key_value("A=b=c"), Ok(("A".into(), "b=c".into())));
        assert_eq!(key_value("A="), Ok(("A".into(), String::new())));
        assert!(key_value("A").is_err() && key_value("=b").is_err());
    }

    #[test]
    fn defaults_follow_from_other_flags() {
        let cli = Cli::parse_from(["fika", "serve", "--account-concurrency", "7", "--lanes", "3"]);
        let Command::Serve(args) = cli.command else { panic!("not serve") };
        assert_eq!((args.requests_per_second(), args.lanes()), (70, 3));
        assert_eq!(args.listen.to_string(), "127.0.0.1:9000");
    }
}
