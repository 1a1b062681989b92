//! A server in this process: from its flags to its end.

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use fika_assignment::AssignmentOptions;
use fika_counting::{CallOptions, CountingOptions, Rate};
use fika_deploy::StackOptions;
use fika_frontend::Auth;
use fika_iam::RootOptions;
use fika_kernel::KernelStore;
use fika_model::error::chain;
use fika_model::{WallKind, WallPolicy};
use fika_sandbox::CpuPolicy;
use fika_tls::Tls;
use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::cli::{Authentication, Cpu, LogFormat, ServeArgs, Switch};
use crate::failure::{Failure, Kind};
use crate::lanes::Lanes;
use crate::listener::Listener;
use crate::machine;
use crate::node::{DevOptions, Node, NodeOptions, PlainLogins};
use crate::root;
use crate::ui::Ui;
use crate::walls::{self, Choice, Found};
use crate::watch::prometheus;

/// The most clients at once, however many descriptors there are: each costs memory as well.
const MOST_CONNECTIONS: usize = 16_384;

/// A server that answers.
pub struct Running {
    node: Node,
    listener: Listener,
    secured: Option<Listener>,
    dir: PathBuf,
    url: String,
}

impl Running {
    /// Brings one up. Background work runs on the current event loop.
    ///
    /// # Errors
    /// When the node does not come up; the text says what to do.
    pub async fn start(
        args: &ServeArgs,
        lanes: &Lanes,
        ui: Ui,
        dev: Option<DevOptions>,
    ) -> Result<Self, Failure> {
        let connections = connections(machine::raise_open_files());
        let (socket, address) = listen_for(args.listen, "--listen").await?;
        let dir = args.data.dir()?;
        let tls = secured(args, &dir).await?;
        let required = args.require_wall.iter().cloned().collect();
        let kernels = KernelStore::open(args.data.kernel()?);
        let choice = walls::choose(args.wall, &required, &args.egress, || Found::look(&kernels))?;
        let options = NodeOptions {
            url_host: url_host(args, tls.as_ref().map_or(address, |(_, _, address)| *address)),
            url_secure: args
                .url_host
                .as_ref()
                .and_then(|host| host.secure)
                .unwrap_or(tls.is_some()),
            dev,
            ..options(args, &choice, required)?
        };
        note(args, ui, "INFO", &choice.line());
        if args.auth == Authentication::Off {
            note(args, ui, "WARN", &unsigned(address));
        }
        if options.wall == WallKind::None {
            // Functions are of our own user then: they must not look into us all the same.
            set_dumpable_behavior(DumpableBehavior::NotDumpable)
                .map_err(|e| Failure::io("let fika keep its memory to itself (prctl)", e))?;
        }
        let node = Node::open(options, lanes).await.map_err(|e| {
            Failure::config("mend what is named below, then start again", chain(&e))
        })?;
        if let Some(wanted) = args.metrics {
            let (listener, address) = listen_for(wanted, "--metrics").await?;
            note(args, ui, "INFO", &format!("metrics are at http://{address}/metrics"));
            tokio::spawn(prometheus::serve(listener, node.facts()));
        }
        let url = format!("http://{address}");
        root::publish_endpoint(&dir, &url)
            .map_err(|e| Failure::config(format!("make {} writable", dir.display()), e))?;
        let room = Arc::new(Semaphore::new(connections));
        let listener = Listener { socket, tls: None, room: Arc::clone(&room) };
        let secured = tls.map(|(tls, socket, address)| {
            note(args, ui, "INFO", &format!("TLS is at https://{address}"));
            tokio::spawn(tls.clone().follow());
            Listener { socket, tls: Some(tls), room }
        });
        Ok(Self { node, listener, secured, dir, url })
    }

    /// Where it answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it is made of.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// Accepts connections, until dropped.
    pub async fn accept(&self, lanes: &Lanes) {
        tokio::select! {
            () = self.node.accept(&self.listener, lanes) => {}
            () = accept(&self.node, self.secured.as_ref(), lanes) => {}
        }
    }

    /// Lets what runs end, for `patience` at most, and takes everything down. `hurry` cuts the
    /// waiting short.
    pub async fn close(self, patience: Duration, hurry: impl Future<Output = ()>) {
        let Self { node, listener, secured, dir, .. } = self;
        drop((listener, secured));
        root::withdraw_endpoint(&dir);
        node.close(patience, hurry).await;
    }
}

/// How many clients may be connected at once: half of the descriptors there may be, so that
/// clients who only sit there cannot keep sandboxes from starting.
fn connections(open_files: u64) -> usize {
    usize::try_from(open_files / 2).unwrap_or(MOST_CONNECTIONS).clamp(16, MOST_CONNECTIONS)
}

/// Accepts at a listener, if there is one.
async fn accept(node: &Node, listener: Option<&Listener>, lanes: &Lanes) {
    match listener {
        Some(listener) => node.accept(listener, lanes).await,
        None => std::future::pending().await,
    }
}

/// What is behind TLS, if anything.
async fn secured(
    args: &ServeArgs,
    dir: &Path,
) -> Result<Option<(Tls, TcpListener, SocketAddr)>, Failure> {
    let Some(tls) = certified(args, dir)? else { return Ok(None) };
    let (socket, address) = listen_for(args.tls_listen, "--tls-listen").await?;
    Ok(Some((tls, socket, address)))
}

/// With the certificate of the operator or of an issuer, if either was asked for.
fn certified(args: &ServeArgs, dir: &Path) -> Result<Option<Tls>, Failure> {
    if let Some(options) = args.acme.options(dir) {
        return Tls::order(options).map(Some).map_err(|e| {
            Failure::config("mend what is named below, or leave --acme-domain out", chain(&e))
        });
    }
    let (Some(certificate), Some(key)) = (&args.tls_cert, &args.tls_key) else { return Ok(None) };
    Tls::open(certificate, key).map(Some).map_err(|e| {
        Failure::config("give --tls-cert a chain of certificates and --tls-key its key", chain(&e))
    })
}

/// Where function URLs are. Programs and browsers take every name under `localhost` for this
/// machine.
fn url_host(args: &ServeArgs, address: SocketAddr) -> String {
    let given = args.url_host.as_ref().map(|host| host.host.clone());
    given.unwrap_or_else(|| format!("localhost:{}", address.port()))
}

async fn listen_for(address: SocketAddr, flag: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let refuse = |e| {
        let fix = format!("free {address}, or choose another with {flag} (port 0 picks one)");
        Failure::new(Kind::Unavailable, fix, e)
    };
    let listener = TcpListener::bind(address).await.map_err(refuse)?;
    let bound = listener.local_addr().map_err(refuse)?;
    Ok((listener, bound))
}

/// What `--auth off` comes to.
fn unsigned(address: SocketAddr) -> String {
    let who = if address.ip().is_loopback() { "on this machine" } else { "who reaches it" };
    format!(
        "WARNING: --auth off: nobody needs a signature. Everybody {who} may do everything at \
         {address}, as the root account"
    )
}

/// Says something at every start, whatever the log shows.
fn note(args: &ServeArgs, ui: Ui, level: &str, line: &str) {
    match args.log_format {
        LogFormat::Text => ui.note(line),
        LogFormat::Json => ui.note(&json!({ "level": level, "message": line }).to_string()),
    }
}

fn options(
    args: &ServeArgs,
    choice: &Choice,
    require_walls: WallPolicy,
) -> Result<NodeOptions, Failure> {
    let concurrency = args.account_concurrency;
    let wall = choice.kind;
    Ok(NodeOptions {
        dev: None,
        url_host: "localhost".into(),
        url_secure: false,
        data_dir: args.data.dir()?,
        runtimes_dir: args.data.runtimes()?,
        root: RootOptions::from_env(),
        auth: match args.auth {
            Authentication::On => Auth::Required,
            Authentication::Off => Auth::Off,
        },
        console: (!args.no_console).then_some(match args.console_plain_http {
            true => PlainLogins::Everybody,
            false => PlainLogins::ThisMachine,
        }),
        egress: args.egress.clone(),
        fetch_runtimes: args.runtime_fetch == Switch::On,
        memory_mb: args.memory_mb(),
        // Only behind a wall can a sandbox be made ready for a function not yet known.
        stock_memory_mb: if wall == WallKind::None { 0 } else { args.stock_memory_mb() },
        collector: args.otlp.clone(),
        brokers: args.broker.iter().cloned().collect(),
        log_disk_bytes: u64::from(args.log_disk) << 20,
        assignment: AssignmentOptions {
            keep_alive: args.keep_alive,
            capacity_wait: args.capacity_wait,
            growth: Rate::new(args.growth, fika_model::limits::GROWTH_WINDOW),
            ..AssignmentOptions::default()
        },
        counting: CountingOptions {
            account_concurrency: concurrency,
            requests_per_second: Some(args.requests_per_second()),
        },
        calls: CallOptions {
            per_second: Some(args.api_rate).filter(|rate| *rate > 0),
            burst: args.api_burst,
        },
        stream_rate: NonZeroU64::new(u64::from(args.stream_rate) << 20),
        init_timeout: args.init_timeout,
        cpu: match args.cpu {
            Cpu::Share => CpuPolicy::Share,
            Cpu::Quota => CpuPolicy::Quota,
        },
        wall,
        stacks: StackOptions { allow_inert: args.allow_inert, dies_at: None },
        monitor: choice.monitor,
        require_walls,
    })
}
