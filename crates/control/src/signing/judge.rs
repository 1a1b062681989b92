//! Whether code may be deployed: pure.

use fika_aws::shape::AwsError;
use fika_model::FunctionArn;
use serde::{Deserialize, Serialize};

use super::ConfigRecord;

/// What the signature of a package comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Seal {
    /// Nobody has signed it whom the operator trusts.
    #[default]
    None,
    /// A trusted profile has.
    Good {
        /// The profile version's ARN.
        profile: String,
        /// The job's ARN.
        job: String,
        /// Until when, seconds since 1970; none for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<i64>,
    },
    /// It says that a trusted profile has, which is not so: it was changed since.
    Broken,
}

impl Seal {
    /// As serde asks: left out of the store where there is none.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::None
    }

    /// The ARNs of profile and job, as answers show them.
    pub(crate) fn arns(&self) -> (Option<String>, Option<String>) {
        match self {
            Self::Good { profile, job, .. } => (Some(profile.clone()), Some(job.clone())),
            Self::None | Self::Broken => (None, None),
        }
    }

    /// Why the config's publishers do not stand for it now; none when they do.
    fn trouble(&self, config: &ConfigRecord, now: i64) -> Option<&'static str> {
        match self {
            Self::None | Self::Broken => Some("no trusted profile has signed it"),
            Self::Good { expires_at: Some(expires), .. } if *expires <= now => {
                Some("its signature has expired")
            }
            Self::Good { profile, .. } => {
                let allowed = config.publishers.iter().any(|publisher| covers(publisher, profile));
                (!allowed).then_some("its signing profile is not among the allowed publishers")
            }
        }
    }
}

/// Whether what a config allows is that version of a profile, or the whole profile.
fn covers(publisher: &str, profile: &str) -> bool {
    let rest = profile.strip_prefix(publisher);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') && rest.len() > 1)
}

/// Whether a function with this config may have such code and layers, `now` in seconds since 1970.
/// Gives what is to be logged of it.
///
/// # Errors
/// As on AWS: `InvalidCodeSignatureException` for what was changed, whatever the config says;
/// `CodeVerificationFailedException` where the config is enforced.
pub(crate) fn judge<'a>(
    function: &FunctionArn,
    config: &ConfigRecord,
    seals: impl Iterator<Item = &'a Seal> + Clone,
    now: i64,
) -> Result<Option<&'static str>, AwsError> {
    if seals.clone().any(|seal| *seal == Seal::Broken) {
        return Err(AwsError::invalid_code_signature(format!(
            "The code signature failed the integrity check. The code package or layer of \
             {function} was changed after it was signed: sign it again."
        )));
    }
    match seals.into_iter().find_map(|seal| seal.trouble(config, now)) {
        Some(_) if config.enforce => Err(AwsError::code_verification_failed(format!(
            "Lambda cannot deploy the function. The function or layer might be signed using a \
             signature that the client is not configured to accept. Check the provided signature \
             for {function}."
        ))),
        trouble => Ok(trouble),
    }
}

#[cfg(test)]
mod tests {
    use fika_model::{AccountId, Region, Scope};

    use super::*;

    const PROFILE: &str = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/p";

    fn good(version: &str, expires_at: Option<i64>) -> Seal {
        Seal::Good { profile: format!("{PROFILE}/{version}"), job: "j".into(), expires_at }
    }

    #[test]
    fn what_is_enforced_is_refused_and_what_was_changed_always() {
        let account = AccountId::new("123456789012").expect("an account");
        let scope = Scope { account, region: Region::new("us-east-1").expect("a region") };
        let function = FunctionArn { scope, name: "f".into(), qualifier: None };
        for (seals, publisher, well) in [
            (vec![good("1", None)], PROFILE.to_owned(), true),
            (vec![good("1", Some(11))], format!("{PROFILE}/1"), true),
            (vec![good("1", Some(10))], PROFILE.to_owned(), false),
            (vec![good("1", None)], format!("{PROFILE}/2"), false),
            (vec![good("1", None)], PROFILE[..PROFILE.len() - 1].to_owned(), false),
            (vec![good("1", None), Seal::None], PROFILE.to_owned(), false),
            (vec![Seal::None], PROFILE.to_owned(), false),
        ] {
            for enforce in [true, false] {
                let publishers = vec![publisher.clone()];
                let config =
                    ConfigRecord { description: None, publishers, enforce, modified_ms: 0 };
                let judged = judge(&function, &config, seals.iter(), 10);
                match (well, enforce) {
                    (true, _) => assert_eq!(judged, Ok(None), "{seals:?}"),
                    (false, false) => assert!(judged.expect("deployed").is_some(), "{seals:?}"),
                    (false, true) => {
                        let name = "CodeVerificationFailedException";
                        assert_eq!(judged.expect_err("refused").name(), name);
                    }
                }
                let broken = [seals.as_slice(), &[Seal::Broken]].concat();
                let refusal = judge(&function, &config, broken.iter(), 10).expect_err("refused");
                assert_eq!(refusal.name(), "InvalidCodeSignatureException");
            }
        }
    }
}
