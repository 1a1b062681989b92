//! The words of the control stream.

use serde::{Deserialize, Serialize};

/// What a worker tells init.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToInit {
    /// Start the function's process. In a jail, descriptors of the cgroups it must join come
    /// beside this frame: each is a file into which a process writes `0` to enter.
    Start(Process),
    /// Kill every process but init, then say [`FromInit::Emptied`].
    Empty,
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

/// The process of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Directory name of the code tree to put at `/var/task`. A later start may name no other.
    pub code: Option<String>,
    /// Program (an absolute path) and arguments.
    pub argv: Vec<String>,
    /// The whole environment; nothing is added.
    pub env: Vec<(String, String)>,
    /// Working directory.
    pub cwd: String,
    /// How many descriptors of cgroups come beside this frame.
    pub cgroups: usize,
    /// Kill the function when its processes hold more than this many bytes. For hosts where no
    /// cgroup can do it better.
    pub watch_memory: Option<u64>,
}

/// What init tells its worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromInit {
    /// The sandbox is ready. In a jail two descriptors come beside this frame: the Runtime API's
    /// listener, and `/tmp`.
    Hello {
        /// [`crate::place::VERSION`].
        version: u32,
    },
    /// The wall could not be built; nothing more will come.
    Failed {
        /// Which step failed and how.
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
        /// Init killed it because it held more than `watch_memory`.
        out_of_memory: bool,
    },
    /// No process but init is left.
    Emptied,
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
