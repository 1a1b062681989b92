//! A whole document.

use thiserror::Error;

use crate::json::Json;
use crate::statement::Statement;

/// Where a document belongs: it decides which elements it must and must not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// To a user, a role, a session: it names resources and no principals.
    Identity,
    /// To a resource: it names principals, and resources.
    Resource,
    /// To a role, as whom it may be assumed by: it names principals, and no resources.
    Trust,
}

impl DocumentKind {
    pub(crate) fn check(self, principals: bool, resources: bool) -> Result<(), BadPolicy> {
        match (self, principals, resources) {
            (Self::Identity, true, _) => Err(BadPolicy::HasPrincipal),
            (Self::Identity | Self::Resource, _, false) => Err(BadPolicy::NoResources),
            (Self::Resource | Self::Trust, false, _) => Err(BadPolicy::NoPrincipal),
            (Self::Trust, _, true) => Err(BadPolicy::HasResource),
            _ => Ok(()),
        }
    }
}

/// Why a text is no policy. `Display` is what IAM answers.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadPolicy {
    /// No JSON, a name twice, an element that is not known or has a wrong form.
    #[error("Syntax errors in policy.")]
    Syntax,
    /// A statement without `Action` and `NotAction`.
    #[error("Policy statement must contain actions.")]
    NoActions,
    /// A statement without `Resource` and `NotResource`.
    #[error("Policy statement must contain resources.")]
    NoResources,
    /// An identity's policy that names principals.
    #[error("Policy document should not specify a principal.")]
    HasPrincipal,
    /// A resource's policy that names none.
    #[error("Missing required field Principal")]
    NoPrincipal,
    /// A trust policy that names resources.
    #[error("Has prohibited field Resource")]
    HasResource,
    /// `Version` is none there is.
    #[error("The policy failed legacy parsing")]
    Version,
    /// An action that names no service.
    #[error("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    Action,
    /// A resource that is no ARN.
    #[error("Resource {0} must be in ARN format or \"*\".")]
    Resource(String),
    /// A principal that names nobody.
    #[error("Invalid principal in policy: {0:?}")]
    Principal(String),
    /// An operator there is not.
    #[error("Invalid Condition type : {0}.")]
    Operator(String),
    /// A value that its operator cannot compare.
    #[error("Invalid value {value:?} for the condition operator {operator}.")]
    Value {
        /// The operator.
        operator: String,
        /// What it cannot read.
        value: String,
    },
    /// Two statements with one `Sid`.
    #[error("Statement IDs (SID) in a single policy must be unique.")]
    SameSid,
}

/// A document, ready to be matched.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub(crate) statements: Vec<Statement>,
}

impl Policy {
    /// Reads a document.
    ///
    /// # Errors
    /// [`BadPolicy`] for anything the language does not have; nothing is guessed.
    pub fn parse(text: &str, kind: DocumentKind) -> Result<Self, BadPolicy> {
        let json: Json = serde_json::from_str(text).map_err(|_| BadPolicy::Syntax)?;
        let Json::Object(members) = &json else { return Err(BadPolicy::Syntax) };
        let (mut version, mut statements) = ("2008-10-17", None);
        for (name, value) in members {
            match name.as_str() {
                "Version" => version = value.text().ok_or(BadPolicy::Syntax)?,
                "Id" => drop(value.text().ok_or(BadPolicy::Syntax)?),
                "Statement" => statements = Some(value.many()),
                _ => return Err(BadPolicy::Syntax),
            }
        }
        let variables = match version {
            "2012-10-17" => true,
            "2008-10-17" => false,
            _ => return Err(BadPolicy::Version),
        };
        let statements = statements.filter(|list| !list.is_empty()).ok_or(BadPolicy::Syntax)?;
        let read = statements.iter().map(|one| Statement::parse(one, kind, variables));
        let policy = Self { statements: read.collect::<Result<_, _>>()? };
        if policy.has_a_sid_twice() { Err(BadPolicy::SameSid) } else { Ok(policy) }
    }

    /// Whether it lets in just anybody, as S3 means it: it allows something to everybody, and no condition
    /// says from where or of whom.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.statements.iter().any(Statement::is_public)
    }

    fn has_a_sid_twice(&self) -> bool {
        let mut seen = std::collections::HashSet::new();
        let sids = self.statements.iter().filter_map(|statement| statement.sid.as_deref());
        sids.filter(|sid| !sid.is_empty()).any(|sid| !seen.insert(sid))
    }
}
