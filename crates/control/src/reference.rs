//! Which function a caller means.

use std::fmt;

use fika_aws::shape::AwsError;
use fika_model::arn::LATEST;
use fika_model::{FunctionArn, FunctionRef, Scope};
use serde::{Deserialize, Serialize};

use crate::refuse;

/// A reader of `FunctionName` and `Qualifier` for one caller and one action.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    /// Who asks, and where.
    pub(crate) scope: &'a Scope,
    /// The permission asked for, as in `GetFunction`.
    pub(crate) action: &'static str,
}

impl Caller<'_> {
    /// Reads a `FunctionName` that has passed the model's constraints.
    pub(crate) fn reference(self, name: Option<&str>) -> Result<FunctionRef, AwsError> {
        let name = name.unwrap_or_default();
        FunctionRef::parse(name).map_err(|_| refuse::no_such_name(self.scope, name))
    }

    /// The qualifier meant, once account and region are known to be the caller's.
    pub(crate) fn qualifier<'r>(
        self,
        reference: &'r FunctionRef,
        qualifier: Option<&'r str>,
    ) -> Result<Option<&'r str>, AwsError> {
        self.same_scope(reference)?;
        one_qualifier(reference, qualifier)
    }

    fn same_scope(self, reference: &FunctionRef) -> Result<(), AwsError> {
        let Scope { account, region } = self.scope;
        if let Some(other) = reference.region.as_ref().filter(|other| *other != region) {
            return Err(AwsError::resource_not_found(format!(
                "Functions from '{other}' are not reachable in this region ('{region}')"
            )));
        }
        match &reference.account {
            Some(other) if other != account => {
                let scope = Scope { account: other.clone(), region: region.clone() };
                let arn = arn(&scope, &reference.name, reference.qualifier.as_deref());
                Err(refuse::access_denied(self.scope, self.action, &arn))
            }
            _ => Ok(()),
        }
    }
}

/// The qualifier meant: one in the name, one beside it, or the same in both.
pub(crate) fn one_qualifier<'r>(
    reference: &'r FunctionRef,
    qualifier: Option<&'r str>,
) -> Result<Option<&'r str>, AwsError> {
    match (reference.qualifier.as_deref(), qualifier) {
        (Some(derived), Some(given)) if derived != given => Err(refuse::invalid(
            "The derived qualifier from the function name does not match the specified qualifier.",
        )),
        (derived, given) => Ok(derived.or(given)),
    }
}

/// Which state of a function is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Which {
    /// The changeable one.
    Latest,
    /// A published one, by its number.
    Published(u64),
}

impl Which {
    /// The state a qualifier names by itself; none for an alias, which `Snapshot::which` reads.
    pub(crate) fn of(qualifier: Option<&str>) -> Option<Self> {
        match qualifier {
            None | Some(LATEST) => Some(Self::Latest),
            // Numbers are written in one way only.
            Some(text) if text.starts_with(|first| matches!(first, '1'..='9')) => {
                text.parse().ok().map(Self::Published)
            }
            Some(_) => None,
        }
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str(LATEST),
            Self::Published(number) => number.fmt(f),
        }
    }
}

pub(crate) fn arn(scope: &Scope, name: &str, qualifier: Option<&str>) -> FunctionArn {
    FunctionArn { scope: scope.clone(), name: name.into(), qualifier: qualifier.map(Into::into) }
}
