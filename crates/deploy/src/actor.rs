//! With whose rights a stack's resources are made: kept, and found again after a restart.

use std::net::Ipv4Addr;

use fika_aws::shape::AwsError;
use fika_iam::{Iam, Principal};
use fika_model::Scope;
use fika_service::{Caller, Via};

use crate::error::invalid;
use crate::record::Actor;

/// As whom CloudFormation takes roles.
const SERVICE: &str = "cloudformation.amazonaws.com";
/// What its sessions are called.
const SESSION: &str = "AWSCloudFormation";

impl Actor {
    /// Whoever asks, or the role that they hand over.
    ///
    /// # Errors
    /// Where they may not pass the role, or it cannot be taken; and for sessions that could not be told again.
    pub fn of(iam: &Iam, caller: &Caller, role: Option<&str>) -> Result<Self, AwsError> {
        if let Some(role) = role {
            caller.allow("iam:PassRole", role, None, &[("iam:PassedToService", SERVICE)])?;
            let account = &caller.scope.account;
            if iam.acting_as(account, role, SERVICE, SESSION).is_none() {
                let text = format!("Role {role} is invalid or cannot be assumed");
                return Err(invalid(text));
            }
            return Ok(Self::Role(role.into()));
        }
        match &caller.principal {
            Principal::Root(_) => Ok(Self::Root),
            Principal::User(_, user) => Ok(Self::User(user.entity.name.clone())),
            Principal::Session(acting) if acting.is_narrowed() => {
                Err(invalid("A session that is narrowed by policies must hand over a RoleARN."))
            }
            Principal::Session(acting) => {
                let session = acting.session();
                Ok(Self::Session { role: session.role.clone(), name: session.name.clone() })
            }
            Principal::Service(_) => Err(invalid("A service must hand over a RoleARN.")),
        }
    }

    /// The role that it was handed.
    pub fn role(&self) -> Option<&str> {
        if let Self::Role(role) = self { Some(role) } else { None }
    }

    /// Whom services are asked by.
    ///
    /// # Errors
    /// Why they can be asked by nobody: a role or a user that is gone.
    pub fn caller(&self, iam: &Iam, scope: &Scope) -> Result<Caller, String> {
        let account = &scope.account;
        let principal = match self {
            Self::Root => Some(Principal::Root(account.clone())),
            Self::User(name) => {
                let user = iam.user(account, name).ok();
                user.map(|user| Principal::User(account.clone(), user))
            }
            Self::Session { role, name } => iam.resumed(account, role, name),
            Self::Role(role) => iam.acting_as(account, role, SERVICE, SESSION),
        };
        let gone =
            || "Whoever this stack is made for is there no more, or trusts nobody.".to_owned();
        let principal = principal.ok_or_else(gone)?;
        // It does not leave this machine.
        let via = Via { ip: Some(Ipv4Addr::LOCALHOST.into()), secure: false };
        Ok(Caller { scope: scope.clone(), principal, via })
    }
}
