//! Who calls: the account, user or role of the access key, in the region the signature was
//! made for.

use std::ops::Deref;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use fika_aws::sigv4::{self, AuthError, Claim, Credentials, KeyCache, RequestView, Service};
use fika_iam::{Credential, Iam, Identified, Principal, Secret, Sessions, Unknown};
use fika_model::{Region, Scope};
use fika_service::Via;
use http::request::Parts;

use crate::server::Line;

/// CloudWatch Logs.
pub(crate) const LOGS: Service = Service::standard("logs");
/// Identity and Access Management.
pub(crate) const IAM: Service = Service::standard("iam");
/// The Security Token Service.
pub(crate) const STS: Service = Service::standard("sts");

/// The region of those who do not sign.
const REGION: &str = "us-east-1";

/// Whom a door lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Who signs.
    Required,
    /// Everybody: who does not sign, or with a key nobody knows, is the root account
    /// (`--auth off`).
    Off,
}

/// A caller who has not proven anything yet.
pub(crate) struct Visitor {
    proof: Proof,
    identified: Identified,
    scope: Scope,
    via: Via,
}

/// How somebody says who they are.
enum Proof {
    /// By a signature.
    Claim(Claim),
    /// Not at all: they are let in as the root account, and that is its key.
    Open(Arc<Credential>),
    /// A room of this server asks for them, that knows who they are.
    Inside,
}

/// Reads who a request says it is from. Needs no body, so a stranger costs nothing more.
///
/// # Errors
/// Everything that can be refused without the body.
pub(crate) fn greet(
    parts: &Parts,
    iam: &Iam,
    sessions: &Sessions,
    services: &[Service],
    line: &Line,
) -> Result<Visitor, AuthError> {
    let via = line.peer.via();
    let claimed = sigv4::parse(&RequestView::from(parts), unix_now(), services);
    let known = claimed.and_then(|claim| {
        let token = claim.session_token();
        match iam.identify(sessions, claim.access_key(), token, unix_now()) {
            Ok(identified) => Ok((claim, identified)),
            Err(Unknown::Nobody) => Err(AuthError::UnrecognizedClient),
            Err(Unknown::Expired) => Err(AuthError::ExpiredToken),
        }
    });
    match known {
        Ok((claim, identified)) => {
            let scope = scope(&identified.principal, claim.region())?;
            Ok(Visitor { proof: Proof::Claim(claim), identified, scope, via })
        }
        Err(AuthError::MissingToken | AuthError::UnrecognizedClient) if line.auth == Auth::Off => {
            let identified = iam.root_identity();
            let scope = scope(&identified.principal, hinted_region(parts).unwrap_or(REGION))?;
            Ok(Visitor { proof: Proof::Open(iam.root().clone()), identified, scope, via })
        }
        Err(error) => Err(error),
    }
}

fn scope(principal: &Principal, region: &str) -> Result<Scope, AuthError> {
    let region = Region::new(region).map_err(|e| {
        AuthError::Invalid(format!("Credential should be scoped to a valid region: {e}"))
    })?;
    Ok(Scope { account: principal.account().clone(), region })
}

/// The region of a credential that nobody knows.
fn hinted_region(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get("authorization")?.to_str().ok()?;
    header.split_once("Credential=")?.1.split('/').nth(2)
}

/// A caller whose signature was good, and what it signed with.
pub(crate) struct Caller {
    who: fika_service::Caller,
    /// None for who is asked for from inside.
    secret: Option<Secret>,
    proof: Proof,
}

impl Visitor {
    /// What S3 needs to check a signature itself, over a body that is still to come; none for who is
    /// let in without one.
    pub(crate) fn claimed(self) -> Option<fika_objects::Visitor> {
        let Self { proof, identified: Identified { principal, secret }, scope, via } = self;
        let access_key = match proof {
            Proof::Claim(claim) => claim.access_key().to_owned(),
            Proof::Open(_) | Proof::Inside => return None,
        };
        let caller = fika_service::Caller { scope, principal, via };
        Some(fika_objects::Visitor { caller, access_key, secret })
    }

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
        let Self { proof, identified, scope, via } = self;
        let Identified { principal, secret } = identified;
        if let Proof::Claim(claim) = &proof {
            let key = keys.get(claim, secret.reveal());
            sigv4::verify(claim, &RequestView::from(parts), body, &key)?;
        }
        let who = fika_service::Caller { scope, principal, via };
        Ok(Caller { who, secret: Some(secret), proof })
    }
}

impl Deref for Caller {
    type Target = fika_service::Caller;

    fn deref(&self) -> &Self::Target {
        &self.who
    }
}

impl Caller {
    /// Somebody for whom a room of this server asks.
    pub(crate) fn inside(who: fika_service::Caller) -> Self {
        Self { who, secret: None, proof: Proof::Inside }
    }

    /// What it signs with; none for who is asked for from inside.
    pub(crate) fn credentials(&self) -> Option<Credentials<'_>> {
        let (access_key, session_token) = match &self.proof {
            Proof::Claim(claim) => (claim.access_key(), claim.session_token()),
            Proof::Open(root) => (root.access_key_id.as_str(), None),
            Proof::Inside => return None,
        };
        Some(Credentials { access_key, secret_key: self.secret.as_ref()?.reveal(), session_token })
    }

    /// Whether it did not sign at all.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.proof, Proof::Open(_))
    }

    /// Whether it signed for that service; who did not sign may mean any.
    pub(crate) fn asks(&self, service: Service) -> bool {
        match &self.proof {
            Proof::Claim(claim) => claim.service() == service,
            Proof::Open(_) | Proof::Inside => true,
        }
    }
}

pub(crate) fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
