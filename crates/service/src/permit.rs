//! What a caller may do: its own policies and those of what it asks about, together.
//!
//! The root of an account may do everything with what is the account's, and nothing is
//! evaluated for it. Whoever else calls needs a policy, and across accounts both sides do.

use std::time::{SystemTime, UNIX_EPOCH};

use fika_aws::shape::AwsError;
use fika_iam::Principal;
use fika_model::AccountId;
use fika_policy::{Context, Denial, Policy, PolicyKind, Side};

use crate::Caller;

impl Caller {
    /// Whether it may do this: `action` as in `lambda:GetFunction`, to the ARN `resource`,
    /// which has that policy; `*` where an action is about no one thing. `more` are condition keys
    /// of the request and their values.
    ///
    /// # Errors
    /// 403 `AccessDeniedException` in AWS's words.
    pub fn allow(
        &self,
        action: &str,
        resource: &str,
        policy: Option<&Policy>,
        more: &[(&str, &str)],
    ) -> Result<(), AwsError> {
        let account = self.scope.account.as_str();
        let owner = owner(resource).unwrap_or(account);
        self.allow_in(owner, action, resource, policy, more)
    }

    /// The same of what is that account's, where its ARN does not say so: buckets.
    ///
    /// # Errors
    /// As [`Self::allow`].
    pub fn allow_of(
        &self,
        owner: &AccountId,
        action: &str,
        resource: &str,
        policy: Option<&Policy>,
        more: &[(&str, &str)],
    ) -> Result<(), AwsError> {
        self.allow_in(owner.as_str(), action, resource, policy, more)
    }

    fn allow_in(
        &self,
        owner: &str,
        action: &str,
        resource: &str,
        policy: Option<&Policy>,
        more: &[(&str, &str)],
    ) -> Result<(), AwsError> {
        let account = self.scope.account.as_str();
        if owner == account && matches!(self.principal, Principal::Root(_)) {
            return Ok(());
        }
        let side = if owner == account { Side::Same } else { Side::Other };
        let more = more.iter().copied().chain([("aws:ResourceAccount", owner)]);
        self.judge(action, resource, policy, side, more)
    }

    /// Whether the caller's own side allows this; the other, if it is another's, is for whoever
    /// knows its policy.
    ///
    /// # Errors
    /// As [`Self::allow`].
    pub fn own_side(&self, action: &str, resource: &str) -> Result<(), AwsError> {
        if matches!(self.principal, Principal::Root(_)) {
            return Ok(());
        }
        let owner = owner(resource).unwrap_or(self.scope.account.as_str());
        let owner = [("aws:ResourceAccount", owner)];
        self.judge(action, resource, None, Side::Same, owner.into_iter())
    }

    fn judge<'a>(
        &self,
        action: &str,
        resource: &str,
        policy: Option<&Policy>,
        side: Side,
        more: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), AwsError> {
        let mut context = self.circumstances();
        more.for_each(|(key, value)| context.add(key, value));
        self.principal
            .may(action, resource, policy, side, context)
            .map_err(|denial| refused(self, action, resource, denial))
    }

    /// What is so of every request of this caller.
    #[must_use]
    pub fn circumstances(&self) -> Context {
        let now = unix_now();
        let mut context = Context::new()
            .with("aws:EpochTime", now.to_string())
            .with("aws:CurrentTime", now.to_string())
            .with("aws:SecureTransport", self.via.is_private().to_string())
            .with("aws:ViaAWSService", "false")
            .with("aws:RequestedRegion", self.scope.region.as_str());
        if let Some(ip) = self.via.ip {
            context.add("aws:SourceIp", ip.to_string());
        }
        if let Some(session) = self.principal.session().filter(|session| session.grant.is_none()) {
            let arn = fika_model::FunctionArn {
                scope: self.scope.clone(),
                name: session.name.clone(),
                qualifier: None,
            };
            context.add("lambda:SourceFunctionArn", arn.to_string());
        }
        context
    }
}

fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The account of an ARN; none for one that names none, and for `*`.
#[must_use]
pub fn owner(resource: &str) -> Option<&str> {
    let account = resource.strip_prefix("arn:")?.split(':').nth(3)?;
    Some(account).filter(|account| !account.is_empty())
}

fn refused(caller: &Caller, action: &str, resource: &str, denial: Denial) -> AwsError {
    let who = caller.principal.arn();
    let why = match denial {
        Denial::Explicit(kind) => format!("with an explicit deny in {}", named(kind)),
        Denial::Missing(kind) => format!("because no {kind} allows the {action} action"),
    };
    AwsError::new(
        "AccessDeniedException",
        403,
        format!("User: {who} is not authorized to perform: {action} on resource: {resource} {why}"),
    )
}

fn named(kind: PolicyKind) -> String {
    let article = if kind == PolicyKind::Identity { "an" } else { "a" };
    format!("{article} {kind}")
}
