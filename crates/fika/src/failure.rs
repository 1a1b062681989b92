//! Why a command stops early. The first line says what to do about it.

use std::fmt;

use thiserror::Error;

/// Exit codes: 1 and 2 as the commands' help says, the others as in `sysexits.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The function or the deployment failed.
    Failed = 1,
    /// The server refused the request.
    Refused = 2,
    /// `EX_NOINPUT`: a file is not there or cannot be used.
    NoInput = 66,
    /// `EX_UNAVAILABLE`: no server answers.
    Unavailable = 69,
    /// `EX_IOERR`: reading or writing failed.
    Io = 74,
    /// `EX_PROTOCOL`: the other end does not speak as agreed.
    Protocol = 76,
    /// `EX_CONFIG`: something is configured wrongly.
    Config = 78,
    /// Nobody reads the output any more; what a shell says of a program ended by `SIGPIPE`.
    Unread = 141,
}

/// What to do, why, and the exit code.
#[derive(Debug, Error)]
#[error("{fix}")]
pub struct Failure {
    /// Picks the exit code.
    pub kind: Kind,
    /// The first line: what to do about it.
    pub fix: String,
    /// What happened.
    pub why: String,
}

impl Failure {
    /// Any failure.
    pub fn new(kind: Kind, fix: impl Into<String>, why: impl fmt::Display) -> Self {
        Self { kind, fix: fix.into(), why: why.to_string() }
    }

    /// Something is configured wrongly.
    pub fn config(fix: impl Into<String>, why: impl fmt::Display) -> Self {
        Self::new(Kind::Config, fix, why)
    }

    /// A file is not there or cannot be used.
    pub fn no_input(fix: impl Into<String>, why: impl fmt::Display) -> Self {
        Self::new(Kind::NoInput, fix, why)
    }

    /// Reading or writing failed.
    pub fn io(fix: impl Into<String>, why: impl fmt::Display) -> Self {
        Self::new(Kind::Io, fix, why)
    }

    /// What answers makes no sense.
    pub fn protocol(why: impl fmt::Display) -> Self {
        Self::new(Kind::Protocol, "check that the endpoint is a server of fika", why)
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        self.kind as u8
    }
}
