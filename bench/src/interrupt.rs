//! Ctrl-C and SIGTERM: noted, and looked at between requests, so that what was started is ended.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{SigSet, Signal};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Starts to listen. Call it before any other thread is started; processes started later get
/// their signals as ever.
///
/// # Errors
/// When the system refuses.
pub fn listen() -> Result<()> {
    let signals: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().collect();
    signals.thread_block().context("taking signals")?;
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            if signals.wait().is_ok() {
                ASKED.store(true, Ordering::Relaxed);
            }
        })
        .context("starting a thread")?;
    Ok(())
}

/// An error once somebody asked for the end.
///
/// # Errors
/// Then.
pub fn check() -> Result<()> {
    if ASKED.load(Ordering::Relaxed) {
        bail!("interrupted");
    }
    Ok(())
}
