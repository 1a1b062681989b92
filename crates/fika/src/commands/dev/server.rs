//! The server of a session: one that runs, or one of its own that ends with it.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use fika_worker::Develop;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::cli::{Cli, Command, DataArgs, DevArgs, ServeArgs, ServerArgs};
use crate::commands::serve::running::Running;
use crate::credentials::{self, Access};
use crate::failure::{Failure, Kind};
use crate::lanes::Lanes;
use crate::machine;
use crate::node::{Answers, Debuggers, DevOptions};
use crate::ui::Ui;

/// Where the data of a session's own server are, below the current directory.
const DATA: &str = ".fika";
/// Where it listens if nobody else does.
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9000);
/// How long a server may take to accept a connection.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long invocations may take to end after Ctrl-C: they may be of a function that stands still.
const DRAIN: Duration = Duration::from_millis(500);

/// A server of the session's own.
pub struct Own {
    running: Running,
    lanes: Lanes,
    /// Its data directory, as people would name it.
    pub data_dir: PathBuf,
}

/// Finds the server that runs, if one does, or else starts one.
///
/// # Errors
/// When the server that was named does not answer, or none comes up.
pub async fn find_or_start(
    args: &DevArgs,
    ui: Ui,
    answers: Arc<dyn Answers>,
) -> Result<(Access, Option<Own>), Failure> {
    if args.debug.is_some() && args.server.endpoint_url.is_some() {
        return Err(Failure::new(
            Kind::Refused,
            "leave out --endpoint-url or --debug",
            "debuggers may attach only to functions of a server that the session starts",
        ));
    }
    if args.server.endpoint_url.is_some() {
        return credentials::find(&args.server).await.map(|access| (access, None));
    }
    let data_dir = args.server.data.data_dir.clone().unwrap_or_else(|| DATA.into());
    if args.debug.is_none() {
        for candidate in [args.server.clone(), of(args, &data_dir)] {
            if let Some(access) = answering(&candidate).await {
                return Ok((access, None));
            }
        }
    }
    let own = Own::start(args, &data_dir, ui, answers).await?;
    let access = credentials::now(&of(args, &data_dir))?;
    Ok((access, Some(own)))
}

/// The same arguments, for that data directory.
fn of(args: &DevArgs, data_dir: &Path) -> ServerArgs {
    let data = DataArgs { data_dir: Some(data_dir.into()), ..args.server.data.clone() };
    ServerArgs { data, ..args.server.clone() }
}

async fn answering(args: &ServerArgs) -> Option<Access> {
    let access = credentials::now(args).ok()?;
    let connected = timeout(PATIENCE, TcpStream::connect(&access.authority)).await;
    matches!(connected, Ok(Ok(_))).then_some(access)
}

impl Own {
    async fn start(
        args: &DevArgs,
        data_dir: &Path,
        ui: Ui,
        answers: Arc<dyn Answers>,
    ) -> Result<Self, Failure> {
        let fix = || format!("make {} writable, or choose --data-dir", data_dir.display());
        let made = fs::create_dir_all(data_dir).and_then(|()| hide(data_dir));
        made.map_err(|e| Failure::io(fix(), e))?;
        let serve = flags(args, data_dir).await?;
        crate::commands::serve::trace(&serve)?;
        let lanes = Lanes::start(serve.lanes())
            .map_err(|e| Failure::io("let fika start threads (ulimit -u)", e))?;
        let dev = DevOptions {
            answers,
            develop: if args.debug.is_some() { Develop::Debug } else { Develop::Session },
        };
        let running = Running::start(&serve, &lanes, ui, Some(dev)).await?;
        Ok(Self { running, lanes, data_dir: data_dir.into() })
    }

    /// Accepts connections, until dropped.
    pub async fn accept(&self) {
        self.running.accept(&self.lanes).await;
    }

    /// The way to its functions' debuggers.
    pub fn debuggers(&self) -> Debuggers {
        self.running.node().debuggers()
    }

    /// Ends it, and all that runs in it. `hurry` cuts short what waiting there is.
    pub async fn close(self, hurry: impl Future<Output = ()>) {
        let Self { running, lanes, .. } = self;
        running.close(DRAIN, hurry).await;
        drop(lanes);
    }
}

/// Keeps git from what is in there.
fn hide(data_dir: &Path) -> std::io::Result<()> {
    let file = data_dir.join(".gitignore");
    if file.exists() { Ok(()) } else { fs::write(file, "*\n") }
}

/// The flags of `fika serve` for it.
async fn flags(args: &DevArgs, data_dir: &Path) -> Result<ServeArgs, Failure> {
    let listen = match args.listen {
        Some(address) => address,
        None => free(ADDRESS).await,
    };
    let mut words: Vec<String> =
        ["fika", "serve", "--api-rate", "0", "--keep-alive", "3600"].map(str::to_owned).into();
    words.extend(["--listen".into(), listen.to_string()]);
    let mut add = |flag: &str, path: &Path| -> Result<(), Failure> {
        let text = path.to_str().ok_or_else(|| {
            Failure::config("choose a path that is UTF-8", format!("{path:?} is not"))
        })?;
        words.extend([flag.into(), text.into()]);
        Ok(())
    };
    add("--data-dir", data_dir)?;
    add("--runtimes-dir", &runtimes(args)?)?;
    if std::env::var_os("FIKA_LOG").is_none() {
        // What a save comes to is told already.
        words.extend(["--log".into(), "error".into()]);
    }
    match Cli::try_parse_from(words).map(|cli| cli.command) {
        Ok(Command::Serve(serve)) => Ok(*serve),
        Ok(_) => Err(Failure::config("report this", "the flags of a session's server are wrong")),
        Err(error) => Err(Failure::config("check the environment's FIKA_ variables", error)),
    }
}

/// Runtimes are those of all of a user's servers: none has to be made twice.
fn runtimes(args: &DevArgs) -> Result<PathBuf, Failure> {
    let DataArgs { data_dir, runtimes_dir } = &args.server.data;
    match (runtimes_dir, data_dir) {
        (Some(dir), _) => Ok(dir.clone()),
        (None, Some(dir)) => Ok(dir.join("runtimes")),
        (None, None) => Ok(machine::default_data_dir()?.join("runtimes")),
    }
}

/// The address, or any port of it where somebody else listens.
async fn free(address: SocketAddr) -> SocketAddr {
    match TcpListener::bind(address).await {
        Err(error) if error.kind() == ErrorKind::AddrInUse => SocketAddr::new(address.ip(), 0),
        _ => address,
    }
}
