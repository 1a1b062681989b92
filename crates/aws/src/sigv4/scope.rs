//! The credential: `key/date/region/service/aws4_request`.

use super::error::shown;
use super::{AuthError, Service};

const TERMINATOR: &str = "aws4_request";

/// A credential of five parts, in one allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Credential {
    text: Box<str>,
    /// Where the four slashes are.
    slashes: [usize; 4],
}

impl Credential {
    /// # Errors
    /// `IncompleteSignatureException` unless there are five parts, and a key among them.
    pub(super) fn parse(text: &str) -> Result<Self, AuthError> {
        let mut found = text.match_indices('/').map(|(at, _)| at);
        let slashes = (|| Some([found.next()?, found.next()?, found.next()?, found.next()?]))();
        match slashes {
            Some(slashes) if found.next().is_none() && slashes[0] > 0 => {
                Ok(Self { text: text.into(), slashes })
            }
            _ => Err(AuthError::Incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got '{}'",
                shown(text)
            ))),
        }
    }

    /// All of it, which names one signing key of one access key.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The scope: all of it but the access key.
    pub(super) fn scope(&self) -> &str {
        &self.text[self.slashes[0] + 1..]
    }

    pub(super) fn access_key(&self) -> &str {
        &self.text[..self.slashes[0]]
    }

    pub(super) fn date(&self) -> &str {
        self.part(0)
    }

    pub(super) fn region(&self) -> &str {
        self.part(1)
    }

    fn service(&self) -> &str {
        self.part(2)
    }

    fn terminator(&self) -> &str {
        &self.text[self.slashes[3] + 1..]
    }

    fn part(&self, n: usize) -> &str {
        &self.text[self.slashes[n] + 1..self.slashes[n + 1]]
    }

    /// The service the scope names, if it is one of `services`.
    pub(super) fn find(&self, services: &[Service]) -> Option<Service> {
        services.iter().find(|s| s.name == self.service()).copied()
    }

    /// The complaints about the scope, in AWS's order and all in one message. `amz_date` is the
    /// request's date.
    ///
    /// # Errors
    /// `InvalidSignatureException` if there is any complaint.
    pub(super) fn check(&self, services: &[Service], amz_date: &str) -> Result<(), AuthError> {
        let mut complaints = Vec::new();
        if !valid_region(self.region()) {
            complaints.push(format!(
                "Credential should be scoped to a valid region, not '{}'.",
                shown(self.region())
            ));
        }
        if self.find(services).is_none() {
            let names: Vec<_> = services.iter().map(|s| format!("'{}'", s.name)).collect();
            complaints.push(format!(
                "Credential should be scoped to correct service: {}.",
                names.join(", ")
            ));
        }
        if self.terminator() != TERMINATOR {
            complaints.push(format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{}'.",
                shown(self.terminator())
            ));
        }
        if Some(self.date()) != amz_date.get(..8) {
            complaints.push(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP: '{}' != '{}', from '{amz_date}'.",
                shown(self.date()),
                amz_date.get(..8).unwrap_or_default()
            ));
        }
        if complaints.is_empty() { Ok(()) } else { Err(AuthError::Invalid(complaints.join(" "))) }
    }
}

/// Any region name works here; what is no name at all is refused, for it ends up in ARNs and keys.
fn valid_region(region: &str) -> bool {
    (1..=64).contains(&region.len())
        && region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
