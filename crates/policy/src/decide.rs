//! All policies that have a say, together.

use std::fmt;
use std::sync::Arc;

use crate::document::Policy;
use crate::principal::Taken;
use crate::request::{Request, Who};
use crate::statement::Effect;

/// What the caller's own side allows.
#[derive(Debug, Clone, Copy)]
pub enum Identity<'a> {
    /// The root of an account: everything that is the account's.
    Root,
    /// A user or a role: what these allow; and of it, for a session that was narrowed, what its
    /// own policies allow.
    Policies {
        /// Those of the user or the role.
        own: &'a [Arc<Policy>],
        /// Those of the session; none where it was not narrowed.
        session: Option<&'a [Arc<Policy>]>,
    },
    /// A service, or somebody who did not sign: only a resource can let it.
    None,
}

/// What the resource's side is to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Of the same account: either side is enough.
    Same,
    /// Of another account: both must allow it.
    Other,
    /// A role that is to be assumed: its trust policy must allow it, of whatever account.
    Trust {
        /// Whether the role is of the caller's account: one that names the caller is enough then.
        same_account: bool,
    },
}

impl Side {
    /// Whether the resource's policy can allow something by itself.
    fn suffices(self) -> bool {
        matches!(self, Self::Same | Self::Trust { same_account: true })
    }
}

/// Which policies are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyKind {
    /// A user's or a role's.
    Identity,
    /// A session's own.
    Session,
    /// A resource's.
    Resource,
    /// A role's trust policy.
    Trust,
}

impl fmt::Display for PolicyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity-based policy",
            Self::Session => "session policy",
            Self::Resource => "resource-based policy",
            Self::Trust => "role trust policy",
        })
    }
}

/// Why something is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// A statement denies it.
    Explicit(PolicyKind),
    /// No policy of that kind allows it.
    Missing(PolicyKind),
}

/// Whether something is allowed.
pub type Decision = Result<(), Denial>;

/// Judges a request. `resource` is the policy of what it is about.
///
/// # Errors
/// [`Denial`]: whatever is not allowed is denied.
pub fn decide(
    request: &Request<'_>,
    who: &Who<'_>,
    identity: Identity<'_>,
    resource: Option<&Policy>,
    side: Side,
) -> Decision {
    let judge = Judge { request, action: request.action.to_ascii_lowercase() };
    let of_resource = match side {
        Side::Trust { .. } => PolicyKind::Trust,
        _ => PolicyKind::Resource,
    };
    if resource.is_some_and(|policy| judge.taken(policy, who, Effect::Deny) != Taken::No) {
        return Err(Denial::Explicit(of_resource));
    }
    let granted = resource.map_or(Taken::No, |policy| judge.taken(policy, who, Effect::Allow));
    let own = match identity {
        Identity::Root => Ok(()),
        Identity::None if granted == Taken::Named => return Ok(()),
        Identity::None => return Err(Denial::Missing(of_resource)),
        Identity::Policies { own, session } => judge.own(own, session, granted, side)?,
    };
    match (side, granted) {
        (Side::Same, _) => own.map_err(Denial::Missing),
        (_, Taken::No) => Err(Denial::Missing(of_resource)),
        (_, Taken::Account | Taken::Named) => own.map_err(Denial::Missing),
    }
}

struct Judge<'a> {
    request: &'a Request<'a>,
    /// In lower case.
    action: String,
}

impl Judge<'_> {
    /// What the caller's own side says, where it denies nothing: fine, or which kind of policy
    /// allows too little. A resource of the same account that names the caller makes up for it.
    fn own(
        &self,
        own: &[Arc<Policy>],
        session: Option<&[Arc<Policy>]>,
        granted: Taken,
        side: Side,
    ) -> Result<Result<(), PolicyKind>, Denial> {
        let narrowed = session.unwrap_or_default();
        if self.any(own, Effect::Deny) {
            return Err(Denial::Explicit(PolicyKind::Identity));
        }
        if self.any(narrowed, Effect::Deny) {
            return Err(Denial::Explicit(PolicyKind::Session));
        }
        let named = side.suffices() && granted == Taken::Named;
        Ok(if !named && !self.any(own, Effect::Allow) {
            Err(PolicyKind::Identity)
        } else if session.is_some() && !self.any(narrowed, Effect::Allow) {
            Err(PolicyKind::Session)
        } else {
            Ok(())
        })
    }

    fn any(&self, policies: &[Arc<Policy>], effect: Effect) -> bool {
        policies.iter().flat_map(|policy| &policy.statements).any(|statement| {
            statement.effect == effect && statement.applies(self.request, &self.action)
        })
    }

    /// How a resource's policy takes somebody, at its best.
    fn taken(&self, policy: &Policy, who: &Who<'_>, effect: Effect) -> Taken {
        let statements = policy.statements.iter().filter(|statement| statement.effect == effect);
        let taken = statements.map(|statement| match statement.takes(who) {
            Taken::No => Taken::No,
            taken if statement.applies(self.request, &self.action) => taken,
            _ => Taken::No,
        });
        taken.max().unwrap_or(Taken::No)
    }
}
