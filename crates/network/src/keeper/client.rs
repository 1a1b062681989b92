//! The server's side.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use fika_model::Egress;
use fika_netlink::Addresses;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::OUTSIDE;
use super::line::Line;
use super::words::{Ask, Plan, Said};
use crate::hub::Made;
use crate::programs;

/// A keeper at work. When this is dropped it ends, and every network of it reaches nothing.
#[derive(Debug)]
pub struct Keeper {
    user: OwnedFd,
    /// One to make networks, one for all else, so that no policy waits for a network.
    make: Talk,
    tell: Talk,
    process: Mutex<Child>,
}

/// A line on which one asks at a time. What is not answered, and a look at it, wait for nobody.
#[derive(Debug)]
struct Talk {
    line: Line,
    turn: Mutex<()>,
}

impl Talk {
    fn on(line: Line) -> Self {
        Self { line, turn: Mutex::default() }
    }

    fn ask(&self, word: &Ask) -> io::Result<(Said, Option<OwnedFd>)> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.line.send(word, &[])?;
        let (said, mut beside) = self.line.receive()?.ok_or_else(gone)?;
        Ok((said, beside.pop()))
    }
}

impl Keeper {
    /// Starts one, in this thread's namespaces. Blocks until its hub is connected: some hundred
    /// milliseconds.
    pub fn start(program: &Path, instance: &str, plan: &Plan) -> io::Result<Self> {
        let ((make, its_make), (tell, its_tell)) = (Line::pair()?, Line::pair()?);
        let mut keeper = Command::new(program);
        keeper.args([OUTSIDE, instance, &serde_json::to_string(plan)?]);
        keeper.stdin(its_make).stdout(its_tell).stderr(Stdio::null());
        // Hostile packets come by; the server's environment is none of their business.
        keeper.env_clear().env("PATH", programs::path());
        // Not ended by a Ctrl-C before the server is.
        let mut process = keeper.process_group(0).spawn()?;
        // It has its ends now, and nobody else may: that it is gone must be heard.
        drop(keeper);
        match connected(&make) {
            Ok(user) => {
                let (make, tell) = (Talk::on(make), Talk::on(tell));
                Ok(Self { user, make, tell, process: Mutex::new(process) })
            }
            Err(error) => {
                end(&mut process);
                Err(error)
            }
        }
    }

    /// The user namespace that its networks belong to.
    pub fn user(&self) -> BorrowedFd<'_> {
        self.user.as_fd()
    }

    /// Another network, reaching nothing yet. Blocks for some milliseconds.
    pub fn make(&self) -> io::Result<Made> {
        match self.make.ask(&Ask::Make)? {
            (Said::Made { number, addresses: (v4, v6) }, Some(namespace)) => {
                Ok(Made { namespace, number, addresses: Addresses { v4, v6 } })
            }
            (said, _) => Err(unexpected(said)),
        }
    }

    /// Lets a sandbox reach what a policy allows, within the operator's. Blocks as the hub does.
    pub fn regroup(&self, number: u16, egress: &Egress) -> io::Result<()> {
        match self.tell.ask(&Ask::Regroup { number, egress: egress.clone() })? {
            (Said::Done, _) => Ok(()),
            (said, _) => Err(unexpected(said)),
        }
    }

    /// Says that nobody has a network any more. Does not block.
    pub fn release(&self, number: u16) {
        // One that is busy keeps some rules for longer than it must.
        let _busy = self.tell.line.mention(&Ask::Release { number });
    }

    /// Whether it still keeps anything. Does not block.
    pub fn is_alive(&self) -> bool {
        let mut on = [PollFd::new(&self.tell.line, PollFlags::empty())];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut on, Some(&now)).is_ok() && !on[0].revents().contains(PollFlags::HUP)
    }

    /// Ends it, and whoever waits for an answer of it hears so. Returns when it is gone.
    pub fn end(&self) {
        for talk in [&self.make, &self.tell] {
            talk.line.hang_up();
        }
        end(&mut self.process.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.end();
    }
}

/// Whom it started is tied to it, so all are gone when it is.
fn end(process: &mut Child) {
    let _gone = process.kill();
    let _gone = process.wait();
}

/// Waits for its first word; the user namespace that comes with it.
fn connected(line: &Line) -> io::Result<OwnedFd> {
    let (said, mut beside) = line.receive()?.ok_or_else(gone)?;
    match (said, beside.pop()) {
        (Said::Stands, Some(user)) => Ok(user),
        (said, _) => Err(unexpected(said)),
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the keeper of networks is gone")
}

fn unexpected(said: Said) -> io::Error {
    match said {
        Said::Failed(why) => io::Error::other(why),
        other => io::Error::other(format!("the keeper of networks said {other:?}")),
    }
}
