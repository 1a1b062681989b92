//! What the jailer is told: which wall to build.
//!
//! The jailer (the binary of this crate) is its own small program, because the server must not
//! fork itself. Its standard input is the control stream: it reads one frame with an [`Order`].
//!
//! - [`JailSpec`]: it builds the wall, and becomes `fika-init` inside it, which talks on the same
//!   stream. Its standard output is the write end of the function's log.
//! - [`VmmSpec`]: it starts a virtual machine monitor, which is the wall of a function and gets one
//!   of its own around it. When the control stream ends, so does the monitor, and then the jailer.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The first argument of every jailer, so that a later start finds what an earlier one left.
/// The second is the instance's id, the third the sandbox's.
pub const MARK: &str = "fika-jail";

/// What to build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// A wall of namespaces around a function.
    Jail(JailSpec),
    /// One around a virtual machine monitor.
    Vmm(VmmSpec),
}

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
    /// Which network the sandbox has.
    pub network: Network,
    /// The file to be seen as `/etc/resolv.conf`, if the image has one to cover.
    pub resolv_conf: Option<PathBuf>,
}

/// Which network namespace a sandbox is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// One of its own, with loopback only.
    Own,
    /// One made before, with loopback up: the first descriptor beside the specification. It
    /// belongs to the caller's user namespace, so nobody inside has a right over it. Needs root.
    Given,
    /// The same for a caller that is not root: it belongs to a user namespace of the caller's,
    /// where nobody else is, whose descriptor comes first.
    Within,
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

/// One virtual machine monitor. That of its network namespace, if it is given one, comes beside this
/// frame, then those of its cgroups, and then those that become its own, from [`FIRST_DESCRIPTOR`] on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VmmSpec {
    /// The program, by an absolute path that is within `trees`.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Files and directories of the host that it sees, read-only, at the same paths.
    pub trees: Vec<PathBuf>,
    /// As in [`JailSpec`].
    pub mount_point: PathBuf,
    /// The user and group it becomes, which nobody else is; without, it stays the caller. Needs
    /// root.
    pub user: Option<u32>,
    /// It may use `/dev/kvm`.
    pub kvm: bool,
    /// A directory of the host that it finds at [`WORKSHOP`], begins in, and may write to as far
    /// as the directory's own mode lets it. Nothing in it can be executed or is a device.
    pub workshop: Option<PathBuf>,
    /// It opens its guest's network device by name: so it finds `/dev/net/tun`, and is in a network
    /// namespace made before, whose descriptor comes first. Else it has one of its own with nothing
    /// in it. Needs root.
    pub tap: bool,
    /// How many descriptors of cgroups come beside this frame.
    pub cgroups: usize,
}

/// Where a monitor finds its [`VmmSpec::workshop`].
pub const WORKSHOP: &str = "/workshop";

/// Number of the first descriptor that a monitor is given; the others follow.
pub const FIRST_DESCRIPTOR: i32 = 3;
