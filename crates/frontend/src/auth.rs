//! Who calls: the account of the access key, in the region the signature was made for.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use fika_aws::sigv4::{self, AuthError, Claim, KeyCache, RequestView, Service};
use fika_control::{Accounts, Credential};
use fika_model::{Region, Scope};
use http::request::Parts;

/// CloudWatch Logs.
pub(crate) const LOGS: Service = Service::standard("logs");

/// A caller who has not proven anything yet.
pub(crate) struct Visitor {
    claim: Claim,
    credential: Arc<Credential>,
    scope: Scope,
}

/// Reads who a request says it is from. Needs no body, so a stranger costs nothing more.
///
/// # Errors
/// Everything that can be refused without the body.
pub(crate) fn greet(
    parts: &Parts,
    accounts: &Accounts,
    services: &[Service],
) -> Result<Visitor, AuthError> {
    let claim = sigv4::parse(&RequestView::from(parts), unix_now(), services)?;
    let credential = accounts.lookup(claim.access_key()).ok_or(AuthError::UnrecognizedClient)?;
    // No temporary credentials exist yet, so a token belongs to no key of ours.
    if claim.session_token().is_some() {
        return Err(AuthError::UnrecognizedClient);
    }
    let region = Region::new(claim.region()).map_err(|e| {
        AuthError::Invalid(format!("Credential should be scoped to a valid region: {e}"))
    })?;
    let scope = Scope { account: credential.account.clone(), region };
    Ok(Visitor { claim, credential, scope })
}

/// A caller whose signature was good.
pub(crate) struct Caller {
    /// Whose functions it may see, and where.
    pub scope: Scope,
    /// The key it signed with.
    pub credential: Arc<Credential>,
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
        let key = keys.get(&self.claim, self.credential.secret.reveal());
        sigv4::verify(&self.claim, &RequestView::from(parts), body, &key)?;
        Ok(Caller { scope: self.scope, credential: self.credential })
    }
}

pub(crate) fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
