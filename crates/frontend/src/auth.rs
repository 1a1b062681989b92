//! Who calls: the account of the access key, in the region the signature was made for.
//!
//! Keys are an account's own, or a session's: what a function was given for its role.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use fika_aws::sigv4::{self, AuthError, Claim, Credentials, KeyCache, RequestView, Service};
use fika_control::{Accounts, Credential, Session, SessionError, Sessions};
use fika_model::{AccountId, Region, Scope};
use http::request::Parts;

/// CloudWatch Logs.
pub(crate) const LOGS: Service = Service::standard("logs");

/// A caller who has not proven anything yet.
pub(crate) struct Visitor {
    claim: Claim,
    identity: Identity,
    scope: Scope,
}

/// Whose key it is.
enum Identity {
    /// An account's.
    Account(Arc<Credential>),
    /// A function's, for a while.
    Session(Session),
}

impl Identity {
    /// Reads memory only.
    fn of(claim: &Claim, accounts: &Accounts, sessions: &Sessions) -> Result<Self, AuthError> {
        match (accounts.lookup(claim.access_key()), claim.session_token()) {
            (Some(credential), None) => Ok(Self::Account(credential)),
            (None, Some(token)) => sessions
                .verify(claim.access_key(), token, unix_now())
                .map(Self::Session)
                .map_err(|error| match error {
                    SessionError::Invalid => AuthError::UnrecognizedClient,
                    SessionError::Expired => AuthError::ExpiredToken,
                }),
            // An account's key goes without a token, and a session's never does.
            _ => Err(AuthError::UnrecognizedClient),
        }
    }

    fn account(&self) -> &AccountId {
        match self {
            Self::Account(credential) => &credential.account,
            Self::Session(session) => &session.account,
        }
    }

    fn secret(&self) -> &str {
        match self {
            Self::Account(credential) => credential.secret.reveal(),
            Self::Session(session) => session.secret.reveal(),
        }
    }
}

/// Reads who a request says it is from. Needs no body, so a stranger costs nothing more.
///
/// # Errors
/// Everything that can be refused without the body.
pub(crate) fn greet(
    parts: &Parts,
    accounts: &Accounts,
    sessions: &Sessions,
    services: &[Service],
) -> Result<Visitor, AuthError> {
    let claim = sigv4::parse(&RequestView::from(parts), unix_now(), services)?;
    let identity = Identity::of(&claim, accounts, sessions)?;
    let region = Region::new(claim.region()).map_err(|e| {
        AuthError::Invalid(format!("Credential should be scoped to a valid region: {e}"))
    })?;
    let scope = Scope { account: identity.account().clone(), region };
    Ok(Visitor { claim, identity, scope })
}

/// A caller whose signature was good.
pub(crate) struct Caller {
    /// Whose functions it may see, and where.
    pub scope: Scope,
    identity: Identity,
    claim: Claim,
}

impl Visitor {
    /// Proves the claim over the whole request.
    ///
    /// # Errors
    /// [`AuthError::SignatureMismatch`] when anything signed is not as it was signed.
    pub(crate) fn prove(
        self,
        parts: &Parts,
        body: &[u8],
        keys: &KeyCache,
    ) -> Result<Caller, AuthError> {
        let Self { claim, identity, scope } = self;
        let key = keys.get(&claim, identity.secret());
        sigv4::verify(&claim, &RequestView::from(parts), body, &key)?;
        Ok(Caller { scope, identity, claim })
    }
}

impl Caller {
    /// What it signs with.
    pub(crate) fn credentials(&self) -> Credentials<'_> {
        Credentials {
            access_key: self.claim.access_key(),
            secret_key: self.identity.secret(),
            session_token: self.claim.session_token(),
        }
    }

    /// The session it acts in; none for an account itself.
    pub(crate) fn session(&self) -> Option<&Session> {
        match &self.identity {
            Identity::Account(_) => None,
            Identity::Session(session) => Some(session),
        }
    }
}

pub(crate) fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
