//! The nouns every room of fika shares: names, limits and the error vocabulary. No behaviour.
//!
//! - [`ids`]: accounts, regions, sandboxes, workers, requests
//! - [`arn`]: a function's full name, and the ways callers write it
//! - [`runtime`]: runtime identifiers (`nodejs22.x`) and what they need
//! - [`egress`]: where a function may call out to
//! - [`version`]: one published state of a function, as a worker sees it
//! - [`wall`]: kinds of wall, which one a function asks for, which one an operator requires
//! - [`logging`]: how its log is written
//! - [`limits`]: Lambda's quotas, in one place
//! - [`error`]: what a function or a limit can answer instead of a result
#![forbid(unsafe_code)]

pub mod arn;
pub mod egress;
pub mod error;
pub mod ids;
pub mod limits;
pub mod logging;
pub mod runtime;
pub mod version;
pub mod wall;

pub use arn::{FunctionArn, FunctionRef};
pub use egress::{BadEgress, Cidr, Egress};
pub use error::{FunctionError, Throttle, ThrottleReason};
pub use ids::{
    AccountId, LaneId, Region, RequestId, SandboxId, Scope, TenantId, VersionUid, WorkerId,
};
pub use logging::{LogFormat, LogLevel, LogLevels};
pub use runtime::Runtime;
pub use version::{CodeRef, FunctionVersion};
pub use wall::{Strength, WallKind, WallPolicy, WallRequirement, WallWish};
