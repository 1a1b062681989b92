//! Identifiers. Each is its own type, so that one is never passed for another.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// A name that breaks its own form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdError {
    /// An account id is not twelve digits.
    #[error("an account id is twelve digits, not {0:?}")]
    Account(String),
    /// A region name has characters no region has.
    #[error("a region is 1 to 64 letters, digits and hyphens, not {0:?}")]
    Region(String),
}

/// The twelve digits of an account: a name space that shares nothing with another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(Arc<str>);

impl AccountId {
    /// Checks the form: exactly twelve ASCII digits.
    ///
    /// # Errors
    /// [`IdError::Account`] when it has another form.
    pub fn new(id: &str) -> Result<Self, IdError> {
        if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(id.into()))
        } else {
            Err(IdError::Account(id.into()))
        }
    }

    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A region name. Any name of the right form works; it comes from the request's signature.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Region(Arc<str>);

impl Region {
    /// Checks the form: 1 to 64 of letters, digits and hyphens.
    ///
    /// # Errors
    /// [`IdError::Region`] when it has another form.
    pub fn new(name: &str) -> Result<Self, IdError> {
        let fits = (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if fits { Ok(Self(name.into())) } else { Err(IdError::Region(name.into())) }
    }

    /// The name, as in `eu-north-1`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One account in one region: the name space a function lives in and limits are counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scope {
    /// Whose it is.
    pub account: AccountId,
    /// Where it is.
    pub region: Region,
}

/// One state of one function's configuration and code, for ever. Two updates of `$LATEST` have
/// different uids, so a sandbox of the first can never serve the second. Unique within a
/// running server; not durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VersionUid(pub u64);

/// One sandbox: an execution environment behind its wall. Unique within a running server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SandboxId(pub u64);

impl fmt::Display for SandboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sb-{}", self.0)
    }
}

/// Whom an invocation is for, as its caller says: `X-Amz-Tenant-Id` of a function with tenant
/// isolation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantId(Arc<str>);

impl TenantId {
    /// Reads one: 1 to 256 of the characters that the service model allows.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"._:/=+-@ ".contains(&b);
        let fits = (1..=256).contains(&text.len()) && text.bytes().all(fits);
        fits.then(|| Self(text.into()))
    }

    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A machine that runs sandboxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WorkerId(pub u32);

/// A lane: one thread with its own single-threaded event loop. A request, its sandbox's
/// sockets and its answer stay on one lane where they can, because crossing a core costs more
/// than the work itself. Only ever a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LaneId(pub u16);

/// The id of one invocation, a random UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub Uuid);

impl RequestId {
    /// A fresh random id.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
