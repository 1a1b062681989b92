//! Why a signature was refused, in AWS's words.

use thiserror::Error;

/// A refused signature. `Display` is the message AWS answers, [`AuthError::code`] its error name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuthError {
    /// Neither an `AWS4-…` `Authorization` header nor a presigned query.
    #[error("Missing Authentication Token")]
    MissingToken,
    /// A part of the signature is missing or malformed; the message names it.
    #[error("{0}")]
    Incomplete(String),
    /// The credential's scope, the date or the parameters are wrong; the message says how.
    #[error("{0}")]
    Invalid(String),
    /// `host` is not among the signed headers.
    #[error("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")]
    HostNotSigned,
    /// An `x-amz-*` header came along that the signature does not cover.
    #[error(
        "There were headers present in the request which were not signed: {0}. Sign every x-amz-* header."
    )]
    HeaderNotSigned(String),
    /// The signature is not the one we calculate: wrong secret, or something signed was changed.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check \
         your AWS Secret Access Key and signing method. Consult the service documentation for \
         details."
    )]
    SignatureMismatch,
    /// No such access key, or it is disabled. Raised by the caller, who knows the keys.
    #[error("The security token included in the request is invalid.")]
    UnrecognizedClient,
    /// The session token is no longer good. Raised by the caller, who knows the sessions.
    #[error("The security token included in the request is expired")]
    ExpiredToken,
}

/// A piece of the request, fit for a message: short, and without control characters.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(128).map(|c| if c.is_control() { '?' } else { c }).collect()
}

impl AuthError {
    /// The error's name on the wire, as rest-json services put it in `x-amzn-ErrorType`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingToken => "MissingAuthenticationTokenException",
            Self::Incomplete(_) => "IncompleteSignatureException",
            Self::Invalid(_)
            | Self::HostNotSigned
            | Self::HeaderNotSigned(_)
            | Self::SignatureMismatch => "InvalidSignatureException",
            Self::UnrecognizedClient => "UnrecognizedClientException",
            Self::ExpiredToken => "ExpiredTokenException",
        }
    }

    /// The HTTP status: 403 for all of them, as Lambda answers.
    pub fn status(&self) -> u16 {
        403
    }
}
