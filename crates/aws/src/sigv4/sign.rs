//! The client side: signing and presigning.

use http::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue, InvalidHeaderValue};
use http::request::Parts;
use http::uri::{InvalidUri, InvalidUriParts, PathAndQuery};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::canonical::canonical_request;
use super::date::{self, Basic};
use super::encode::{hex_string, push_encoded};
use super::{ALGORITHM, AuthError, MAX_EXPIRES, Payload, RequestView, Service, SigningKey};

/// Headers that proxies change, or that carry the signature: never signed, as in AWS's SDKs.
const NEVER_SIGNED: [&str; 4] =
    ["authorization", "user-agent", "x-amzn-trace-id", "transfer-encoding"];

/// What a presigned request leaves unsigned besides, for its sender adds it later.
const NOT_PRESIGNED: [&str; 2] = ["x-amz-user-agent", "x-amz-checksum-mode"];

/// An access key.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The access key id.
    pub access_key: &'a str,
    /// The secret access key.
    pub secret_key: &'a str,
    /// The session token of temporary credentials.
    pub session_token: Option<&'a str>,
}

impl std::fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({})", self.access_key)
    }
}

/// Why a request cannot be signed.
#[derive(Debug, Error)]
pub enum SignError {
    /// There is neither a `Host` header nor an authority in the URI.
    #[error("the request names no host: give it a Host header or an absolute URI")]
    NoHost,
    /// A presigned URL would live longer than seven days.
    #[error("a presigned request may live {MAX_EXPIRES} seconds at most")]
    TooLong,
    /// The credentials or the region cannot stand in a header.
    #[error("the credentials or the region are no valid header text")]
    Header(#[from] InvalidHeaderValue),
    /// The presigned query makes no valid URI.
    #[error("the presigned request has no valid URI")]
    Uri(#[from] InvalidUri),
    /// The presigned query makes no valid URI with this authority.
    #[error("the presigned request has no valid URI")]
    UriParts(#[from] InvalidUriParts),
    /// The request itself has no canonical form: a broken `%` escape or two hosts.
    #[error("the request has no canonical form: check the % escapes of its query and its Host")]
    NotCanonical(#[source] AuthError),
}

/// Signs requests of one access key to one service in one region.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// Who signs.
    pub credentials: Credentials<'a>,
    /// The region to sign for.
    pub region: &'a str,
    /// The service to sign for.
    pub service: Service,
}

impl Signer<'_> {
    /// Signs a request and its `body` at `now` (Unix seconds): adds `x-amz-date`, `host` if it is
    /// missing, the session token and `authorization`. All headers that are there are signed.
    ///
    /// # Errors
    /// [`SignError`] if the request cannot be signed; it may have got some of the headers.
    pub fn sign(&self, parts: &mut Parts, body: &[u8], now: i64) -> Result<(), SignError> {
        let date = date::format(now);
        let hash = hex_string(&Sha256::digest(body).into());
        parts.headers.remove(AUTHORIZATION);
        insert(parts, "x-amz-date", date.as_str())?;
        if let Some(token) = self.credentials.session_token {
            insert(parts, "x-amz-security-token", token)?;
        }
        if self.service.s3_payloads {
            insert(parts, "x-amz-content-sha256", &hash)?;
        }
        let names = signed_headers(parts, &[])?;
        let signature = self.signature(parts, &names, date, false, &hash)?;
        let credential = self.credential(date);
        insert(
            parts,
            AUTHORIZATION.as_str(),
            &format!(
                "{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
            ),
        )
    }

    /// Puts the signature of a request and its `body` into its query instead, good for `expires`
    /// seconds from `now` (Unix seconds). The headers that are there are signed and must be sent
    /// along.
    ///
    /// # Errors
    /// [`SignError`] if the request cannot be signed, or `expires` is more than seven days.
    pub fn presign(
        &self,
        parts: &mut Parts,
        body: &[u8],
        expires: u32,
        now: i64,
    ) -> Result<(), SignError> {
        if i64::from(expires) > MAX_EXPIRES {
            return Err(SignError::TooLong);
        }
        let date = date::format(now);
        let names = signed_headers(parts, &NOT_PRESIGNED)?;
        let mut query = parts.uri.query().unwrap_or_default().to_owned();
        push_pair(&mut query, "X-Amz-Algorithm", ALGORITHM);
        push_pair(&mut query, "X-Amz-Credential", &self.credential(date));
        push_pair(&mut query, "X-Amz-Date", date.as_str());
        push_pair(&mut query, "X-Amz-Expires", &expires.to_string());
        push_pair(&mut query, "X-Amz-SignedHeaders", &names);
        if let Some(token) = self.credentials.session_token {
            push_pair(&mut query, "X-Amz-Security-Token", token);
        }
        set_query(parts, &query)?;
        let hash = match Payload::Unsigned.word() {
            Some(word) if self.service.s3_payloads => word.to_owned(),
            _ => hex_string(&Sha256::digest(body).into()),
        };
        let signature = self.signature(parts, &names, date, true, &hash)?;
        push_pair(&mut query, "X-Amz-Signature", &signature);
        set_query(parts, &query)
    }

    fn signature(
        &self,
        parts: &Parts,
        names: &str,
        date: Basic,
        presigned: bool,
        hash: &str,
    ) -> Result<String, SignError> {
        let view = RequestView::from(parts);
        let canonical = canonical_request(&view, names, self.service, presigned, hash.as_bytes())
            .map_err(SignError::NotCanonical)?;
        let (secret, service) = (self.credentials.secret_key, self.service.name);
        let key = SigningKey::derive(secret, date.day(), self.region, service);
        let hash = Sha256::digest(&canonical).into();
        Ok(hex_string(&key.sign_request(date.as_str(), &self.scope(date), &hash)))
    }

    fn scope(&self, date: Basic) -> String {
        format!("{}/{}/{}/aws4_request", date.day(), self.region, self.service.name)
    }

    fn credential(&self, date: Basic) -> String {
        format!("{}/{}", self.credentials.access_key, self.scope(date))
    }
}

/// The headers to sign, `;` between them, without `except`, with `host` made sure of.
fn signed_headers(parts: &mut Parts, except: &[&str]) -> Result<String, SignError> {
    if !parts.headers.contains_key(HOST) {
        let host = parts.uri.authority().ok_or(SignError::NoHost)?.as_str().to_owned();
        insert(parts, HOST.as_str(), &host)?;
    }
    let names = parts.headers.keys().map(HeaderName::as_str);
    let mut names: Vec<_> =
        names.filter(|name| !NEVER_SIGNED.contains(name) && !except.contains(name)).collect();
    names.sort_unstable();
    Ok(names.join(";"))
}

fn insert(parts: &mut Parts, name: &'static str, value: &str) -> Result<(), SignError> {
    parts.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value)?);
    Ok(())
}

fn push_pair(query: &mut String, name: &str, value: &str) {
    let mut encoded = Vec::with_capacity(value.len());
    push_encoded(&mut encoded, value.as_bytes(), b"");
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    query.extend(encoded.into_iter().map(char::from));
}

fn set_query(parts: &mut Parts, query: &str) -> Result<(), SignError> {
    let mut uri = parts.uri.clone().into_parts();
    uri.path_and_query = Some(PathAndQuery::try_from(format!("{}?{query}", parts.uri.path()))?);
    parts.uri = http::Uri::from_parts(uri)?;
    Ok(())
}
