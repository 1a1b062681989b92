//! `fika dev`: watches code, and has every save answer in a moment.
//!
//! - [`project`]: what there is to deploy; [`sam`], [`cdk`]: the functions of templates
//! - [`stack`]: their stack, if they are in one
//! - [`watch`]: what happens to files; [`ignore`]: which of it matters; [`burst`]: when a save is whole
//! - [`board`]: which functions a save is about, and whose turn it is; [`deployer`]: one deployment
//! - [`server`]: the one that runs, or one of the session's own; [`debug`]: the way to its debuggers
//! - [`tail`]: the logs; [`line`]: what they say; [`answers`]: what invocations answered
//! - [`session`]: all of it at once; [`screen`]: what is said of it

mod answers;
mod board;
mod burst;
mod cdk;
mod debug;
mod deployer;
mod ignore;
mod line;
mod project;
mod sam;
mod screen;
mod server;
mod session;
mod stack;
mod tail;
mod watch;

use std::process::ExitCode;
use std::sync::Arc;

use tokio::signal::unix::SignalKind;

use crate::cli::DevArgs;
use crate::client::Client;
use crate::commands::serve::ended_by;
use crate::failure::Failure;
use crate::ui::Ui;
use answers::Shelf;
use project::Project;
use session::Session;

/// Watches and deploys until Ctrl-C.
///
/// # Errors
/// When there is nothing to deploy, no server comes up or answers, or files cannot be watched.
pub fn run(args: &DevArgs, ui: &Ui) -> Result<ExitCode, Failure> {
    let main = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::io("let fika open an event loop (ulimit -n)", e))?;
    let done = main.block_on(dev(args, *ui));
    main.shutdown_background();
    done
}

async fn dev(args: &DevArgs, ui: Ui) -> Result<ExitCode, Failure> {
    let mut interrupt = ended_by(SignalKind::interrupt())?;
    let mut terminate = ended_by(SignalKind::terminate())?;
    let mut hangup = ended_by(SignalKind::hangup())?;
    let project = Project::read(args)?;
    let shelf = Arc::new(Shelf::default());
    let (access, own) = server::find_or_start(args, ui, Arc::clone(&shelf) as _).await?;
    let url = format!("http://{}", access.authority);
    let session = Session::new(args, ui, project, Client::new(access), shelf, own.as_ref());
    let served = async {
        match &own {
            Some(own) => own.accept().await,
            None => std::future::pending().await,
        }
    };
    let ended = tokio::select! {
        ended = session.run(&url) => ended,
        () = served => Ok(()),
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
        _ = hangup.recv() => Ok(()),
    };
    if let Some(own) = own {
        let hurry = async {
            let _ = interrupt.recv().await;
        };
        own.close(hurry).await;
    }
    ended.map(|()| ExitCode::SUCCESS)
}
