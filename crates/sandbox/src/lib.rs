//! The walls: what a function's process runs behind.
//!
//! - [`jail`]: a wall made of namespaces: [`Jail`] builds it, from [`WallSpec`] to [`Sandbox`]
//! - [`plain`]: no wall, where none can be built
//! - [`microvm`]: a wall made of a machine: [`MicroVms`] boots and restores it
//! - [`walls`]: all that can be built here
//! - [`sandbox`]: one sandbox: started, emptied, frozen, destroyed; its events
//! - [`kvm`]: whether microVMs run at speed on this machine
//! - [`door`]: the ways from inside a sandbox to its server
//! - [`log`]: what the function writes
//! - [`cgroup`]: memory, CPU and process limits (cgroup v2, v1, or none)
//! - [`image`]: runtime images, the read-only trees that are a sandbox's root
//!
//! Nothing here knows what a Lambda function is.

pub mod cgroup;
pub mod door;
pub mod error;
pub mod image;
pub mod jail;
pub mod kvm;
pub mod log;
pub mod microvm;
pub mod plain;
pub mod sandbox;
pub mod walls;

pub use cgroup::CpuPolicy;
pub use door::{Connection, Door};
pub use error::WallError;
pub use fika_init::Exit;
pub use jail::{Jail, JailOptions, WallFacts, WallSpec};
pub use kvm::Kvm;
pub use log::{LogPipe, LogReader};
pub use microvm::{MicroVmOptions, MicroVms, Snapshot};
pub use sandbox::{Bind, Dialer, Event, Meter, Resumed, Sandbox, Start};
pub use walls::Walls;
