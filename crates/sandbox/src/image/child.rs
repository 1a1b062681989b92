//! Programs that fetch: they end with us.

use std::io;
use std::process::Output;
use std::sync::mpsc;
use std::thread;

use rustix::process::{Pid, Signal};
use tokio::process::Command;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Runs a program that ends with this process, even if that is killed, and when nobody waits for
/// it any more.
pub(super) async fn run(mut command: Command) -> io::Result<Output> {
    let us = rustix::process::getpid();
    command.kill_on_drop(true);
    // SAFETY: between fork and exec it makes two system calls and allocates nothing.
    unsafe { command.pre_exec(move || end_with(us)) };
    let (started, child) = oneshot::channel();
    let (_waiting, done) = mpsc::sync_channel::<()>(0);
    let runtime = Handle::current();
    // The kernel sends the signal when the thread that started it ends, so that is one which ends
    // when we no longer wait, and none of tokio's, which come and go.
    thread::Builder::new().name("fetch".into()).spawn(move || {
        let _runtime = runtime.enter();
        let _nobody = started.send(command.spawn());
        let _over = done.recv();
    })?;
    child.await.map_err(io::Error::other)??.wait_with_output().await
}

/// In the child: asks the kernel for its own end at that of its parent.
fn end_with(parent: Pid) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // It may have ended before.
    if rustix::process::getppid() == Some(parent) {
        Ok(())
    } else {
        Err(io::ErrorKind::Interrupted.into())
    }
}
