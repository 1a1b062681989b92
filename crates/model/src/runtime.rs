//! Runtime identifiers, as CreateFunction takes them, and what each needs.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What runs a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Runtime {
    /// `nodejs14.x` … : Node of that major version.
    Node {
        /// The major version.
        major: u16,
    },
    /// `python3.8` … : CPython 3 of that minor version.
    Python {
        /// The minor version: 12 for Python 3.12.
        minor: u16,
    },
    /// `provided.al2`, `provided.al2023`: the zip's own `bootstrap`.
    Provided {
        /// 2 or 2023.
        year: u16,
    },
}

/// An identifier fika cannot run. Whether the service model knows it is the router's question.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no runtime of fika is called {0:?}")]
pub struct UnknownRuntime(pub String);

impl Runtime {
    /// Reads an identifier such as `nodejs22.x`.
    ///
    /// # Errors
    /// [`UnknownRuntime`] for families fika does not run.
    pub fn parse(id: &str) -> Result<Self, UnknownRuntime> {
        let unknown = || UnknownRuntime(id.into());
        if let Some(rest) = id.strip_prefix("nodejs") {
            let major = rest.strip_suffix(".x").ok_or_else(unknown)?;
            return major.parse().map(|major| Self::Node { major }).map_err(|_| unknown());
        }
        if let Some(minor) = id.strip_prefix("python3.") {
            return minor.parse().map(|minor| Self::Python { minor }).map_err(|_| unknown());
        }
        match id {
            "provided.al2" => Ok(Self::Provided { year: 2 }),
            "provided.al2023" => Ok(Self::Provided { year: 2023 }),
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node { major } => write!(f, "nodejs{major}.x"),
            Self::Python { minor } => write!(f, "python3.{minor}"),
            Self::Provided { year } => write!(f, "provided.al{year}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_read_back_as_written() {
        for id in [
            "nodejs14.x",
            "nodejs22.x",
            "python3.8",
            "python3.13",
            "provided.al2",
            "provided.al2023",
        ] {
            assert_eq!(Runtime::parse(id).expect(id).to_string(), id);
        }
    }

    #[test]
    fn others_are_refused() {
        for id in ["", "nodejs", "nodejs4.3", "python2.7", "python3.", "java21", "provided"] {
            assert!(Runtime::parse(id).is_err(), "{id}");
        }
    }
}
