//! One state of a function, as the invoke path and a worker see it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::arn::{FunctionArn, LATEST};
use crate::egress::Egress;
use crate::ids::VersionUid;
use crate::logging::LogFormat;
use crate::runtime::Runtime;
use crate::wall::WallWish;

/// Code in the blob store, named by what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CodeRef {
    /// SHA-256 of the zip, lower-case hex.
    pub sha256: String,
    /// Length of the zip, bytes.
    pub size: u64,
}

/// Everything a worker needs to run one version of a function. Never changes once made.
#[derive(Debug, Clone)]
pub struct FunctionVersion {
    /// Which state this is; pools of sandboxes are keyed by it.
    pub uid: VersionUid,
    /// The unqualified ARN.
    pub arn: FunctionArn,
    /// `$LATEST` or a version number.
    pub version: String,
    /// What runs it.
    pub runtime: Runtime,
    /// The handler, as in `index.handler`.
    pub handler: String,
    /// Memory, MB.
    pub memory_mb: u32,
    /// Size of `/tmp`, MB.
    pub ephemeral_mb: u32,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// The function's own environment variables.
    pub environment: BTreeMap<String, String>,
    /// Its code.
    pub code: CodeRef,
    /// What it finds under `/opt`, in the order in which it is laid there: later ones win.
    pub layers: Vec<CodeRef>,
    /// The log group, `/aws/lambda/NAME` unless configured.
    pub log_group: String,
    /// How its log is written.
    pub log_format: LogFormat,
    /// The ARN of the role it acts as.
    pub role: String,
    /// The wall it asks for; none to take what the worker gives.
    pub wall: Option<WallWish>,
    /// Where it asks to call out to; none to take what the worker gives. The operator's own
    /// policy is for the worker to keep.
    pub egress: Option<Egress>,
    /// Whether preparing it makes a snapshot after its init, from which sandboxes are restored:
    /// a published version of a function with `SnapStart`.
    pub snap_start: bool,
    /// Whether each of its tenants has sandboxes of its own: `TenancyConfig`.
    pub per_tenant: bool,
}

impl FunctionVersion {
    /// The ARN its runtime is told: a published version's has its number.
    #[must_use]
    pub fn invoked_arn(&self) -> FunctionArn {
        let qualifier = (self.version != LATEST).then(|| self.version.clone());
        FunctionArn { qualifier, ..self.arn.clone() }
    }
}
