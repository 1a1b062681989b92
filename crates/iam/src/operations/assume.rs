//! AssumeRole.

use std::collections::BTreeMap;

use fika_aws::shape::AwsError;
use fika_model::AccountId;
use fika_policy::{Context, DocumentKind, Side};

use crate::accounts::Iam;
use crate::names;
use crate::principal::Principal;
use crate::record::Role;
use crate::refuse;
use crate::sessions::{Grant, SessionCredentials, Sessions};
use crate::state::key;

/// Seconds a session lasts where nobody says; also the most, where a session begets it.
const HOUR: u32 = 3_600;
/// Seconds it lasts at least.
const LEAST: u32 = 900;
/// Characters of a session policy.
const POLICY: usize = 2_048;
/// What a session's tags have at most, bytes: they are part of its token.
const TAGS: usize = 2_048;
const ASSUME: &str = "sts:AssumeRole";

/// What AssumeRole takes.
#[derive(Debug, Clone, Default)]
pub struct Assumption {
    /// The role's ARN.
    pub role: String,
    /// The session's name.
    pub name: String,
    /// Seconds.
    pub duration: Option<u32>,
    /// A document that narrows it.
    pub policy: Option<String>,
    /// ARNs of policies that narrow it.
    pub policy_arns: Vec<String>,
    /// `sts:ExternalId`.
    pub external_id: Option<String>,
    /// Tags of the session.
    pub tags: BTreeMap<String, String>,
    /// Keys of those that go along to the next role.
    pub transitive: Vec<String>,
}

/// What AssumeRole gives.
#[derive(Debug, Clone)]
pub struct Assumed {
    /// What to sign with.
    pub credentials: SessionCredentials,
    /// The session's ARN.
    pub arn: String,
    /// The role's unique id and the session's name.
    pub id: String,
}

impl Iam {
    /// AssumeRole, at `now` (seconds since 1970).
    ///
    /// # Errors
    /// 403 where the caller may not, or there is no such role: nobody is told which. 400 for
    /// what cannot be read.
    pub fn assume(
        &self,
        sessions: &Sessions,
        caller: &Principal,
        wanted: Assumption,
        context: Context,
        now: i64,
    ) -> Result<Assumed, AwsError> {
        check_name(&wanted.name)?;
        let refused = |action| refuse::not_assumed(&caller.arn(), action, &wanted.role);
        let (account, role) = self.role_at(&wanted.role).ok_or_else(|| refused(ASSUME))?;
        let mut context = context.with("sts:RoleSessionName", wanted.name.as_str());
        if let Some(id) = &wanted.external_id {
            context.add("sts:ExternalId", id.as_str());
        }
        wanted.describe_tags(&mut context);
        let side = Side::Trust { same_account: *caller.account() == account };
        let may = |action, context| {
            let trust = Some(role.trust_policy());
            caller.may(action, &wanted.role, trust, side, context).map_err(|_| refused(action))
        };
        may(ASSUME, context.clone())?;
        let (tags, transitive) = session_tags(caller, &wanted)?;
        if !tags.is_empty() {
            may("sts:TagSession", context)?;
        }
        let seconds = duration(caller, &role, wanted.duration)?;
        let grant = Grant { tags, transitive, ..self.grant(&account, &role, &wanted)? };
        let (role_arn, name) = (wanted.role.clone(), wanted.name.clone());
        let expires = now.saturating_add(seconds.into());
        Ok(Assumed {
            credentials: sessions.assumed(&account, role_arn, name, grant, expires),
            arn: format!(
                "arn:aws:sts::{account}:assumed-role/{}/{}",
                role.entity.name, wanted.name
            ),
            id: format!("{}:{}", role.entity.id, wanted.name),
        })
    }

    fn role_at(&self, arn: &str) -> Option<(AccountId, std::sync::Arc<Role>)> {
        let account = AccountId::new(arn.split(':').nth(4)?).ok()?;
        let book = self.inner.state.load().book(&account);
        let role = book.roles.get(&key(arn.rsplit('/').next()?))?;
        (role.arn(&account) == arn).then(|| (account, role.clone()))
    }

    fn grant(
        &self,
        account: &AccountId,
        role: &Role,
        wanted: &Assumption,
    ) -> Result<Grant, AwsError> {
        if let Some(document) = &wanted.policy {
            names::document(document, DocumentKind::Identity)?;
            if document.chars().count() > POLICY {
                let text = format!("The session policy is longer than {POLICY} characters.");
                return Err(AwsError::new("PackedPolicyTooLarge", 400, text));
            }
        }
        let book = self.inner.state.load().book(account);
        let missing = wanted.policy_arns.iter().find(|arn| book.policy(arn).is_none());
        if let Some(arn) = missing {
            return Err(refuse::invalid(format!("Policy {arn} was not found.")));
        }
        Ok(Grant {
            role_id: role.entity.id.clone(),
            policies: wanted.policy.clone().map(|document| vec![document]),
            policy_arns: wanted.policy_arns.clone(),
            ..Grant::default()
        })
    }
}

impl Assumption {
    /// What conditions can ask of the tags.
    fn describe_tags(&self, context: &mut Context) {
        for (key, value) in &self.tags {
            context.add(&format!("aws:RequestTag/{key}"), value.as_str());
            context.add("aws:TagKeys", key.as_str());
        }
        for key in &self.transitive {
            context.add("sts:TransitiveTagKeys", key.as_str());
        }
    }
}

/// The tags that a session gets, and which of them go along: those that were asked for, and those that came along.
fn session_tags(
    caller: &Principal,
    wanted: &Assumption,
) -> Result<(BTreeMap<String, String>, Vec<String>), AwsError> {
    names::tags(&wanted.tags)?;
    if wanted.tags.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>() > TAGS {
        let text = format!("The session's tags are longer than {TAGS} bytes together.");
        return Err(AwsError::new("PackedPolicyTooLarge", 400, text));
    }
    if wanted.transitive.iter().any(|key| !wanted.tags.contains_key(key)) {
        return Err(refuse::invalid(
            "The specified transitive tag key must be included in the requested tags.",
        ));
    }
    let (mut tags, mut transitive) = (wanted.tags.clone(), wanted.transitive.clone());
    let before = caller.session().and_then(|session| session.grant.as_ref());
    for key in before.iter().flat_map(|grant| &grant.transitive) {
        if tags.keys().any(|own| own.eq_ignore_ascii_case(key)) {
            return Err(refuse::invalid(
                "One of the specified transitive tag keys can't be set because it conflicts with a \
                 transitive tag key from the calling session.",
            ));
        }
        if let Some(value) = before.and_then(|grant| grant.tags.get(key)) {
            tags.insert(key.clone(), value.clone());
            transitive.push(key.clone());
        }
    }
    Ok((tags, transitive))
}

fn duration(caller: &Principal, role: &Role, wanted: Option<u32>) -> Result<u32, AwsError> {
    let seconds = wanted.unwrap_or(HOUR);
    if seconds < LEAST {
        return Err(refuse::invalid(format!(
            "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to \
             satisfy constraint: Member must have value greater than or equal to {LEAST}"
        )));
    }
    if caller.session().is_some() && seconds > HOUR {
        return Err(refuse::invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining",
        ));
    }
    if seconds > role.max_session {
        return Err(refuse::invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(seconds)
}

fn check_name(name: &str) -> Result<(), AwsError> {
    if name.chars().count() < 2 {
        return Err(refuse::invalid(format!(
            "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy \
             constraint: Member must have length greater than or equal to 2"
        )));
    }
    names::check(name, "roleSessionName", 64)
}
