//! The parameters of a signature, from the `Authorization` header or from a presigned query.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::encode::decode;
use super::error::shown;
use super::{ALGORITHM, AuthError, RequestView};

/// The query parameter that a presigned request's own canonical query leaves out.
pub(super) const SIGNATURE: &str = "X-Amz-Signature";

/// The parameters as they were sent, unchecked; empty where they were not.
#[derive(Debug, Default)]
pub(super) struct Params<'a> {
    pub(super) credential: Cow<'a, str>,
    pub(super) signed_headers: Cow<'a, str>,
    pub(super) signature: Cow<'a, str>,
    pub(super) date: Cow<'a, str>,
    pub(super) session_token: Cow<'a, str>,
    /// `x-amz-content-sha256`, from the header or the query.
    pub(super) content_sha256: Cow<'a, str>,
    /// `X-Amz-Expires`.
    pub(super) expires: Cow<'a, str>,
    pub(super) presigned: bool,
}

/// The raw key and value of each part of a query.
pub(super) fn query_pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|part| !part.is_empty()).map(|p| p.split_once('=').unwrap_or((p, "")))
}

/// Whether a raw key of a query spells that name.
pub(super) fn key_is(raw: &str, name: &str) -> bool {
    raw == name || (raw.contains('%') && decode(raw).as_deref() == Some(name))
}

/// Finds where the signature is and reads it.
pub(super) fn read<'a>(request: &RequestView<'a>) -> Result<Params<'a>, AuthError> {
    let header = request.single("authorization")?;
    let presigned = query_pairs(request.query).any(|(key, _)| key_is(key, "X-Amz-Algorithm"));
    match header {
        Some(_) if presigned => Err(AuthError::Invalid(
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP \
             header."
                .into(),
        )),
        Some(header) if header.starts_with("AWS4-") => from_header(request, header),
        None if presigned => from_query(request),
        _ => Err(AuthError::MissingToken),
    }
}

fn from_header<'a>(request: &RequestView<'a>, header: &'a str) -> Result<Params<'a>, AuthError> {
    let (algorithm, fields) = header.split_once(' ').unwrap_or((header, ""));
    check_algorithm(algorithm)?;
    let mut params = Params {
        session_token: request.single("x-amz-security-token")?.unwrap_or_default().into(),
        content_sha256: request.single("x-amz-content-sha256")?.unwrap_or_default().into(),
        ..Params::default()
    };
    for field in fields.split([',', ' ']).filter(|field| !field.is_empty()) {
        let (name, value) = field.split_once('=').ok_or_else(|| not_a_pair(header))?;
        let place = match name {
            "Credential" => &mut params.credential,
            "SignedHeaders" => &mut params.signed_headers,
            "Signature" => &mut params.signature,
            _ => continue,
        };
        fill(place, name, Cow::from(value))?;
    }
    let date = match request.single("x-amz-date")? {
        Some(date) => Some(date),
        None => request.single("date")?,
    };
    let mut missing = missing_fields(&params, "Authorization header requires '", "' parameter.");
    match date {
        Some(date) => params.date = date.into(),
        None => missing.push(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
                .into(),
        ),
    }
    if missing.is_empty() { Ok(params) } else { Err(AuthError::Incomplete(missing.join(" "))) }
}

fn from_query<'a>(request: &RequestView<'a>) -> Result<Params<'a>, AuthError> {
    let mut params = Params { presigned: true, ..Params::default() };
    let mut algorithm = Cow::default();
    for (raw_key, raw_value) in query_pairs(request.query) {
        let key = decoded(raw_key)?;
        let place = match &*key {
            "X-Amz-Algorithm" => &mut algorithm,
            "X-Amz-Credential" => &mut params.credential,
            "X-Amz-SignedHeaders" => &mut params.signed_headers,
            SIGNATURE => &mut params.signature,
            "X-Amz-Date" => &mut params.date,
            "X-Amz-Security-Token" => &mut params.session_token,
            "X-Amz-Content-Sha256" => &mut params.content_sha256,
            "X-Amz-Expires" => &mut params.expires,
            _ => continue,
        };
        fill(place, &key, decoded(raw_value)?)?;
    }
    check_algorithm(&algorithm)?;
    if params.content_sha256.is_empty() {
        params.content_sha256 = request.single("x-amz-content-sha256")?.unwrap_or_default().into();
    }
    let mut missing =
        missing_fields(&params, "AWS query-string parameters must include 'X-Amz-", "'.");
    if params.date.is_empty() {
        missing.push("AWS query-string parameters must include 'X-Amz-Date'.".into());
    }
    if missing.is_empty() {
        return Ok(params);
    }
    missing.push("Re-examine the query-string parameters.".into());
    Err(AuthError::Incomplete(missing.join(" ")))
}

fn missing_fields(params: &Params<'_>, before: &str, after: &str) -> Vec<String> {
    let fields = [
        ("Credential", &params.credential),
        ("Signature", &params.signature),
        ("SignedHeaders", &params.signed_headers),
    ];
    let missing = fields.iter().filter(|(_, value)| value.is_empty());
    missing.map(|(name, _)| format!("{before}{name}{after}")).collect()
}

/// Sets a field once. A second one is refused: proxies and servers differ in which they believe.
fn fill<'a>(place: &mut Cow<'a, str>, name: &str, value: Cow<'a, str>) -> Result<(), AuthError> {
    if !place.is_empty() {
        return Err(AuthError::Incomplete(format!("'{name}' must be given only once.")));
    }
    *place = value;
    Ok(())
}

fn check_algorithm(algorithm: &str) -> Result<(), AuthError> {
    if algorithm == ALGORITHM {
        return Ok(());
    }
    Err(AuthError::Incomplete(format!(
        "Unsupported AWS 'algorithm': '{}' (only {ALGORITHM} for now).",
        shown(algorithm)
    )))
}

fn decoded(raw: &str) -> Result<Cow<'_, str>, AuthError> {
    if !raw.contains(['%', '+']) {
        return Ok(raw.into());
    }
    decode(raw).map(Cow::from).ok_or(AuthError::SignatureMismatch)
}

/// AWS names the header by its hash, so that an error never carries a signature into a log.
fn not_a_pair(header: &str) -> AuthError {
    AuthError::Incomplete(format!(
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 \
         and encoded with Base64): '{}'.",
        STANDARD.encode(Sha256::digest(header))
    ))
}
