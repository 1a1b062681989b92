//! A guest of its own kernel: one byte stream to the host carries all there is.
//!
//! - [`boot`]: from the first instruction to the hello: modules, devices, [`root`], [`group`]
//! - [`stream`]: the byte stream
//! - [`link`]: what goes over it: words, the [`log`], and what [`proxy`] carries
//! - [`refresh`]: clock and random numbers; [`network`]: addresses and resolvers

mod boot;
mod group;
mod link;
mod log;
mod network;
mod proxy;
mod refresh;
mod root;
mod stream;

use std::io;

use rustix::system::{RebootCommand, reboot};

use crate::life::Init;

/// Lives as process 1 of a guest. There is nothing to come back to: the machine ends with us.
pub fn live() {
    if let Err(error) = boot::boot().and_then(|guest| Init::new(guest.link, guest.filter)?.run()) {
        report_failure(&error);
    }
    // A VMM takes this for the end: QEMU by -no-reboot, Firecracker always.
    let _returns_only_if_refused = reboot(RebootCommand::Restart);
}

/// Says on the kernel's console why there will be no more.
fn report_failure(error: &io::Error) {
    let line = format!("fika-init: {error}\n");
    // The kernel gave us its console as our standard error, if it has one. The end would overtake
    // what we write.
    let console = rustix::stdio::stderr();
    let _there_may_be_none = rustix::io::write(console, line.as_bytes())
        .and_then(|_written| rustix::termios::tcdrain(console));
}
