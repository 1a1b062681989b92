//! What the jailer is told: which wall to build.
//!
//! The jailer (the binary of this crate) is its own small program, because the server must not
//! fork itself. Its standard input is the control stream: it reads one frame with a
//! [`JailSpec`], builds the wall, and becomes `fika-init` inside it, which talks on the same
//! stream. Its standard output is the write end of the function's log.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The first argument of every jailer, so that a later start finds what an earlier one left.
/// The second is the instance's id, the third the sandbox's.
pub const MARK: &str = "fika-jail";

/// One wall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JailSpec {
    /// The runtime image: a tree, mounted read-only as the root. It needs the directories
    /// `/dev`, `/proc`, `/tmp` and `/var/task`.
    pub image: PathBuf,
    /// The directory that holds every code tree.
    pub trees: PathBuf,
    /// Any empty directory. All walls of an instance share it: each mounts its root there in
    /// its own mount namespace only.
    pub mount_point: PathBuf,
    /// The static `fika-init`.
    pub init: PathBuf,
    /// The function's seccomp program: raw `struct sock_filter`s.
    pub filter: PathBuf,
    /// The host name inside.
    pub hostname: String,
    /// Size of `/tmp`, in bytes.
    pub tmp_bytes: u64,
    /// Who the sandbox's users are on the host.
    pub users: Users,
}

/// Who the sandbox's users are on the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Users {
    /// Two users (and groups of the same numbers) that belong to this sandbox alone. Needs root.
    Own {
        /// Init's: root inside.
        init: u32,
        /// The function's.
        function: u32,
    },
    /// Everybody inside is the caller.
    Caller,
}
