//! `fika serve`
//!
//! - [`running`]: a server in this process, from its flags to its end; `fika dev` has one too
//! - here: its log, and what ends it

pub mod running;

use std::io::IsTerminal;
use std::process::ExitCode;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::cli::{LogFormat, ServeArgs};
use crate::failure::Failure;
use crate::lanes::Lanes;
use crate::ui::Ui;
use running::Running;

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// When the node does not come up; the text says what to do.
pub fn run(args: ServeArgs, ui: &Ui) -> Result<ExitCode, Failure> {
    trace(&args)?;
    let lanes = Lanes::start(args.lanes()).map_err(|e| {
        Failure::io("let fika start threads (ulimit -u), or ask for fewer --lanes", e)
    })?;
    let main = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::io("let fika open an event loop (ulimit -n)", e))?;
    let served = main.block_on(serve(&args, &lanes, ui));
    drop(lanes);
    main.shutdown_background();
    served
}

async fn serve(args: &ServeArgs, lanes: &Lanes, ui: &Ui) -> Result<ExitCode, Failure> {
    let mut interrupt = ended_by(SignalKind::interrupt())?;
    let mut terminate = ended_by(SignalKind::terminate())?;
    let mut hangup = ended_by(SignalKind::hangup())?;
    let server = Running::start(args, lanes, *ui, None).await?;
    ui.line(&format!("fika is ready at {}", server.url()))?;
    tokio::select! {
        () = server.accept(lanes) => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        // The terminal is gone: nobody is left to press Ctrl-C.
        _ = hangup.recv() => {}
    }
    let hurry = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    server.close(args.drain, hurry).await;
    Ok(ExitCode::SUCCESS)
}

/// A signal, caught from now on.
///
/// # Errors
/// When the system does not let us.
pub fn ended_by(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|e| Failure::io("let fika handle signals", e))
}

/// Begins the server's own log, on stderr.
///
/// # Errors
/// When nobody can read what is to be shown of it.
pub fn trace(args: &ServeArgs) -> Result<(), Failure> {
    // s3s calls every refusal an error, and would let who is refused fill the log.
    let filter = EnvFilter::try_new(format!("s3s=off,{}", args.log))
        .map_err(|e| Failure::config("set FIKA_LOG to a level, or to target=level,…", e))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none());
    match args.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
