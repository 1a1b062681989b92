//! The words of the control stream.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// What a worker tells init.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToInit {
    /// Make the sandbox a function's: its code, its sizes. Once; the same again is no error.
    Bind(Bind),
    /// Start the function's process. In a jail, descriptors of the cgroups it must join come
    /// beside this frame: each is a file into which a process writes `0` to enter.
    Start(Process),
    /// Start a process beside the function's, to be told apart by its number. Answered with
    /// [`FromInit::Beside`] or [`FromInit::Refused`]. Descriptors as for [`ToInit::Start`].
    StartBeside {
        /// No other running one's.
        number: u16,
        /// The process.
        process: Process,
    },
    /// Connect to a port of the sandbox's own loopback. Answered with [`FromInit::Dialed`] or
    /// [`FromInit::NotDialed`], in the order in which this was asked.
    Dial {
        /// Where a process of the function listens.
        port: u16,
    },
    /// Ask the function's own process to end (`SIGTERM`), and none beside it.
    Terminate,
    /// Kill every process but init, then say [`FromInit::Emptied`].
    Empty,
    /// Make a guest's clock, random numbers and network right: after its boot, and after each
    /// restore from a snapshot, before anything else. Means nothing in a jail. Answered with
    /// [`FromInit::Refreshed`].
    Refresh(Refresh),
    /// A snapshot of the guest is next: stop the function's processes until the next
    /// [`ToInit::Refresh`], send all there is to send, say [`FromInit::Quiet`], and then nothing
    /// until another word comes. Means nothing in a jail.
    Quiesce,
    /// Stop every process but init (where no cgroup can freeze them).
    Freeze,
    /// Let the stopped processes go on.
    Thaw,
    /// Ask every process to end (`SIGTERM`), kill what is left after the grace, and exit.
    Shutdown {
        /// How long to wait, in milliseconds.
        grace_ms: u64,
    },
}

/// What makes a prepared sandbox the sandbox of one function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bind {
    /// Directory name of the code tree to put at `/var/task`. A later word may name no other.
    pub code: String,
    /// Directory name of the tree of its layers to put at `/opt`, if it has any.
    #[serde(default)]
    pub layers: Option<String>,
    /// The size of `/tmp`, in bytes.
    pub tmp_bytes: u64,
    /// The function's memory, in bytes.
    pub memory_bytes: u64,
    /// Kill the function when its processes hold more than its memory. For hosts where no cgroup
    /// can do it better.
    pub watch_memory: bool,
}

/// What a guest cannot know by itself, or knows no longer when it was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refresh {
    /// The time, in nanoseconds since 1970.
    pub unix_time_ns: u64,
    /// Bytes nobody else knows: 64 of them make all random numbers of the guest new.
    pub entropy: Vec<u8>,
    /// The host name, at most 64 bytes.
    pub hostname: String,
    /// Who the guest is on its network, if it has a device; else that stays as it is.
    pub network: Option<Network>,
}

/// Who a guest is on its network. Its one device leads everywhere, and to nobody else on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Its address of version 4.
    pub v4: Ipv4Addr,
    /// Its address of version 6.
    pub v6: Ipv6Addr,
    /// What `/etc/resolv.conf` says, in images that have one.
    pub resolv_conf: String,
}

/// The process of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Program (an absolute path) and arguments.
    pub argv: Vec<String>,
    /// The whole environment; nothing is added.
    pub env: Vec<(String, String)>,
    /// Working directory.
    pub cwd: String,
    /// How many descriptors of cgroups come beside this frame.
    pub cgroups: usize,
}

/// What init tells its worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromInit {
    /// The sandbox is ready. In a jail three descriptors come beside this frame: the listeners of
    /// the Runtime API and of the endpoint, and `/tmp`.
    Hello {
        /// [`crate::place::VERSION`].
        version: u32,
    },
    /// The wall could not be built, or a restored guest not be brought up to date; nothing more
    /// will come.
    Failed {
        /// Which step failed and how.
        message: String,
    },
    /// The sandbox is the function's.
    Bound,
    /// It could not be made the function's. It is of no further use.
    NotBound {
        /// What failed.
        message: String,
    },
    /// The function's program is running.
    Started,
    /// The function's program could not be started.
    Refused {
        /// What failed.
        message: String,
    },
    /// The function's process ended. Processes it left behind may still run.
    Exited {
        /// How it ended.
        how: Exit,
        /// It was killed because it held more than its memory, as far as init can tell.
        out_of_memory: bool,
    },
    /// A process beside the function's is running. Its output comes beside this frame: in a jail as
    /// a descriptor, in a guest as a channel that was opened right before.
    Beside,
    /// A process beside the function's ended.
    BesideExited {
        /// Which.
        number: u16,
        /// How it ended.
        how: Exit,
    },
    /// A connection that was asked for; it may still fail. It comes as output does.
    Dialed,
    /// There is no such connection.
    NotDialed {
        /// What failed.
        message: String,
    },
    /// No process but init is left.
    Emptied,
    /// The guest's clock and random numbers are right.
    Refreshed,
    /// Nothing is under way from the guest to its host, nor will be until another word comes.
    Quiet,
    /// The most memory the function's processes have held, in bytes (with `watch_memory` only).
    Peak {
        /// Bytes.
        bytes: u64,
    },
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// It exited with this status.
    Code(i32),
    /// This signal killed it.
    Signal(i32),
}
