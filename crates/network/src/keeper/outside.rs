//! In the host's namespaces: starts the hub's side and pasta, and sees to it that none is left
//! alone.

use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStderr, Stdio};

use fika_netlink::{Changes, own_addresses};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::line::Line;
use super::words::{Aside, Plan};
use super::{INSIDE, again, pasta};
use crate::addresses::Slice;

/// How much of what pasta says is kept, in bytes.
const SAID: usize = 2048;

/// Lives as long as the server, the hub's side and pasta do.
pub fn run(plan: &str) -> io::Result<()> {
    let server = Line::at(rustix::stdio::stdin())?;
    // Before the first look, so that no change is missed between.
    let changes = Changes::open()?;
    let (line, end) = Line::pair()?;
    let mut inside = again(INSIDE);
    // Our ends of the server's lines are its ends too.
    inside.arg(plan).stderr(end);
    let hub = Tied(inside.spawn()?);
    drop(inside);
    line.send(&Aside::Own(own_addresses()?), &[])?;
    if line.receive::<Aside>()?.is_none() {
        // It has said why.
        return Ok(());
    }
    let first: Plan = serde_json::from_str(plan)?;
    let slice = Slice::beginning(first.first);
    let mut pasta = Tied(pasta::command(hub.0.id(), &slice).stderr(Stdio::piped()).spawn()?);
    let said = pasta.0.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
    watch(&server, &hub, &pasta, said, &line, &changes)
}

/// Passes on which addresses are the machine's own, until somebody is gone. That pasta is, is an
/// error: its last words.
fn watch(
    server: &Line,
    hub: &Tied,
    pasta: &Tied,
    said: ChildStderr,
    line: &Line,
    changes: &Changes,
) -> io::Result<()> {
    let (hub, pasta) = (hub.process()?, pasta.process()?);
    let (mut said, mut words) = (Some(said), Vec::new());
    loop {
        let mut on = vec![
            PollFd::new(server, PollFlags::empty()),
            PollFd::new(&hub, PollFlags::IN),
            PollFd::new(&pasta, PollFlags::IN),
            PollFd::new(changes, PollFlags::IN),
        ];
        on.extend(said.iter().map(|said| PollFd::new(said, PollFlags::IN)));
        match poll(&mut on, None) {
            Err(rustix::io::Errno::INTR) => continue,
            done => done?,
        };
        let ready: Vec<bool> = on.iter().map(|one| !one.revents().is_empty()).collect();
        if ready[4..] == [true] && !hear(&mut said, &mut words)? {
            said = None;
        }
        if ready[2] {
            while hear(&mut said, &mut words)? {}
            return Err(io::Error::other(pasta::last_words(&String::from_utf8_lossy(&words))));
        }
        if ready[0] || ready[1] {
            return Ok(());
        }
        if ready[3] {
            changes.heard()?;
            line.send(&Aside::Own(own_addresses()?), &[])?;
        }
    }
}

/// Hears what pasta says, the end of which is kept; whether there may be more.
fn hear(said: &mut Option<ChildStderr>, words: &mut Vec<u8>) -> io::Result<bool> {
    let Some(said) = said else { return Ok(false) };
    let mut buffer = [0; SAID];
    let length = said.read(&mut buffer)?;
    words.extend_from_slice(&buffer[..length]);
    words.drain(..words.len().saturating_sub(SAID));
    Ok(length > 0)
}

/// A process that does not outlive this one's hold on it.
struct Tied(Child);

impl Tied {
    fn process(&self) -> io::Result<OwnedFd> {
        let pid = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw);
        Ok(pidfd_open(pid.ok_or(io::ErrorKind::NotFound)?, PidfdFlags::empty())?)
    }
}

impl Drop for Tied {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}
