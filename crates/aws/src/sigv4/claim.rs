//! What a request claims: who signed it, when, for what; and every check that needs no secret.

use super::date::{self, Basic};
use super::encode::unhex;
use super::error::shown;
use super::params::{self, Params};
use super::scope::Credential;
use super::{AuthError, MAX_EXPIRES, RequestView, Service};

/// How the body is bound to the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// The signature covers the SHA-256 of the body.
    Signed,
    /// `UNSIGNED-PAYLOAD`: the body is not covered. S3 only.
    Unsigned,
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`, each chunk carries a signature; with `-TRAILER` the
    /// trailing headers do as well. S3 only.
    Chunked {
        /// Whether signed trailing headers follow the last chunk.
        trailer: bool,
    },
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: chunks without signatures. S3 only.
    UnsignedChunked,
}

impl Payload {
    /// The word that stands for the payload in `x-amz-content-sha256` and in the canonical
    /// request; `None` where the body's hash does.
    pub(super) fn word(self) -> Option<&'static str> {
        match self {
            Self::Signed => None,
            Self::Unsigned => Some("UNSIGNED-PAYLOAD"),
            Self::Chunked { trailer: false } => Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
            Self::Chunked { trailer: true } => Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
            Self::UnsignedChunked => Some("STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        }
    }

    /// The mode a word names. What is no known word is taken for a hash, and the hash that counts
    /// is the body's own: a word we do not know can therefore not switch anything off.
    fn from_word(word: &str) -> Self {
        [
            Self::Unsigned,
            Self::Chunked { trailer: false },
            Self::Chunked { trailer: true },
            Self::UnsignedChunked,
        ]
        .into_iter()
        .find(|mode| mode.word() == Some(word))
        .unwrap_or(Self::Signed)
    }
}

/// A signature's claim, well formed and in time, not yet proven: [`super::verify`] does that.
#[derive(Clone)]
pub struct Claim {
    credential: Credential,
    pub(super) signed_headers: Box<str>,
    /// `None` if it was no signature at all, which matches nothing; it is told only after the
    /// access key was looked up, as AWS does.
    pub(super) signature: Option<[u8; 32]>,
    pub(super) date: Basic,
    pub(super) presigned: bool,
    payload: Payload,
    session_token: Option<Box<str>>,
    service: Service,
}

impl Claim {
    /// The access key id.
    pub fn access_key(&self) -> &str {
        self.credential.access_key()
    }

    /// The day the signing key is for, `YYYYMMDD`.
    pub fn date(&self) -> &str {
        self.credential.date()
    }

    /// The region the signature was made for.
    pub fn region(&self) -> &str {
        self.credential.region()
    }

    /// The service the signature was made for.
    pub fn service(&self) -> Service {
        self.service
    }

    /// The names of the signed headers: lower case, in order.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        self.signed_headers.split(';')
    }

    /// How the body is bound to the signature.
    pub fn payload(&self) -> Payload {
        self.payload
    }

    /// Whether the signature came in the query.
    pub fn presigned(&self) -> bool {
        self.presigned
    }

    /// The session token that came along. Whoever knows the sessions must check that it belongs
    /// to the access key.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// Key id, date, region, service: what one signing key is derived for, as one text.
    pub(super) fn credential(&self) -> &str {
        self.credential.text()
    }

    pub(super) fn scope(&self) -> &str {
        self.credential.scope()
    }
}

// A session token must not end up in a log.
impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claim")
            .field("credential", &self.credential.text())
            .field("signed_headers", &self.signed_headers)
            .field("date", &self.date.as_str())
            .field("presigned", &self.presigned)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}

/// Reads the claim of a request at `now` (Unix seconds), for one of the `services` this endpoint
/// serves, in AWS's order of checks: parameters, date, signed headers, scope.
///
/// # Errors
/// [`AuthError`] for what is missing, malformed, out of date or out of scope.
pub fn parse(
    request: &RequestView<'_>,
    now: i64,
    services: &[Service],
) -> Result<Claim, AuthError> {
    let params = params::read(request)?;
    let credential = Credential::parse(&params.credential);
    // The service decides how far clocks may differ, so it is found before the scope is judged.
    let found = credential.as_ref().ok().and_then(|c| c.find(services));
    let service = found.unwrap_or(Service::standard(""));
    let unix = date::parse(&params.date).ok_or_else(|| not_a_date(&params.date))?;
    check_time(unix, lifetime(&params)?, now, service.skew)?;
    check_signed_headers(request, &params.signed_headers)?;
    let credential = credential?;
    let date = date::format(unix);
    credential.check(services, date.as_str())?;
    Ok(Claim {
        credential,
        signature: unhex(params.signature.as_bytes()),
        date,
        presigned: params.presigned,
        payload: payload(&params, service),
        signed_headers: params.signed_headers.into(),
        session_token: (!params.session_token.is_empty()).then(|| params.session_token.into()),
        service,
    })
}

fn payload(params: &Params<'_>, service: Service) -> Payload {
    match &*params.content_sha256 {
        "" if params.presigned && service.s3_payloads => Payload::Unsigned,
        word => Payload::from_word(word),
    }
}

fn not_a_date(got: &str) -> AuthError {
    AuthError::Incomplete(format!(
        "Date must be in ISO-8601 'basic format'. Got '{}'. See \
         http://en.wikipedia.org/wiki/ISO_8601",
        shown(got)
    ))
}

/// `X-Amz-Expires`, in seconds.
fn lifetime(params: &Params<'_>) -> Result<Option<i64>, AuthError> {
    let text = &*params.expires;
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(seconds) if digits && seconds <= MAX_EXPIRES => Ok(Some(seconds)),
        _ => Err(AuthError::Invalid(format!(
            "X-Amz-Expires must be a number of seconds, at most a week ({MAX_EXPIRES})."
        ))),
    }
}

/// A signature is good for `skew` seconds around its date, a presigned one for its `lifetime`.
fn check_time(date: i64, lifetime: Option<i64>, now: i64, skew: i64) -> Result<(), AuthError> {
    let life = lifetime.unwrap_or(skew);
    let (earliest, latest) = (now.saturating_sub(life), now.saturating_add(skew));
    let (shown, at) = (date::format(date), date::format(now));
    if date < earliest {
        return Err(AuthError::Invalid(format!(
            "Signature expired: {shown} is now earlier than {} ({at} - {}.)",
            date::format(earliest),
            span(life)
        )));
    }
    if date > latest {
        return Err(AuthError::Invalid(format!(
            "Signature not yet current: {shown} is still later than {} ({at} + {}.)",
            date::format(latest),
            span(skew)
        )));
    }
    Ok(())
}

fn span(seconds: i64) -> String {
    if seconds % 60 == 0 { format!("{} min", seconds / 60) } else { format!("{seconds} sec") }
}

/// A session token may be added after signing, and proves itself. The others change nothing that
/// matters, and AWS's SDKs leave them out when they presign.
const MAY_BE_UNSIGNED: [&str; 3] =
    ["x-amz-security-token", "x-amz-user-agent", "x-amz-checksum-mode"];

/// `host` and every `x-amz-*` header that is present must be signed (IAM user guide, "Create a
/// signed AWS API request"), but for [`MAY_BE_UNSIGNED`].
fn check_signed_headers(request: &RequestView<'_>, list: &str) -> Result<(), AuthError> {
    let signed = |name: &str| list.split(';').any(|s| s == name);
    if !signed("host") && !signed(":authority") {
        return Err(AuthError::HostNotSigned);
    }
    let unsigned = request.headers.keys().map(http::HeaderName::as_str).find(|name| {
        name.starts_with("x-amz-") && !MAY_BE_UNSIGNED.contains(name) && !signed(name)
    });
    match unsigned {
        Some(name) => Err(AuthError::HeaderNotSigned(name.to_owned())),
        None => Ok(()),
    }
}
