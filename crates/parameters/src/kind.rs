//! Types and tiers of parameters.

use fika_aws::shape::AwsError;
use serde::{Deserialize, Serialize};

use crate::check::one_of;

/// The longest value of a standard parameter, bytes.
pub(crate) const STANDARD_BYTES: usize = 4_096;
/// The longest value of an advanced one.
pub(crate) const ADVANCED_BYTES: usize = 8_192;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    String,
    /// Texts with commas between.
    StringList,
    /// Shown only to who asks for it decrypted.
    SecureString,
}

/// How long values may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Tier {
    Standard,
    Advanced,
}

/// The tier that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Fixed(Tier),
    /// What the value needs.
    Intelligent,
}

impl Kind {
    pub(crate) const NAMES: [&str; 3] = ["String", "StringList", "SecureString"];

    pub(crate) fn of(name: &str) -> Result<Self, AwsError> {
        one_of(name, "type", &Self::NAMES)?;
        Ok(match name {
            "StringList" => Self::StringList,
            "SecureString" => Self::SecureString,
            _ => Self::String,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::StringList => "StringList",
            Self::SecureString => "SecureString",
        }
    }
}

impl Tier {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Advanced => "Advanced",
        }
    }

    /// Refuses a value that is too long for it.
    pub(crate) fn fits(self, bytes: usize) -> Result<(), AwsError> {
        match self {
            Self::Standard if bytes > STANDARD_BYTES => Err(AwsError::validation(format!(
                "Standard tier parameters support a maximum parameter value of {STANDARD_BYTES} characters. To \
                 create a larger parameter value, upgrade the parameter to use the advanced-parameter tier."
            ))),
            Self::Advanced if bytes > ADVANCED_BYTES => Err(AwsError::validation(format!(
                "Advanced tier parameters support a maximum parameter value of {ADVANCED_BYTES} characters."
            ))),
            _ => Ok(()),
        }
    }
}

impl Wish {
    pub(crate) const NAMES: [&str; 3] = ["Standard", "Advanced", "Intelligent-Tiering"];

    pub(crate) fn of(name: &str) -> Result<Self, AwsError> {
        one_of(name, "tier", &Self::NAMES)?;
        Ok(match name {
            "Standard" => Self::Fixed(Tier::Standard),
            "Advanced" => Self::Fixed(Tier::Advanced),
            _ => Self::Intelligent,
        })
    }

    /// The tier of a value that long, where the version before had that one: nothing goes down again.
    pub(crate) fn tier(
        wish: Option<Self>,
        bytes: usize,
        before: Option<Tier>,
    ) -> Result<Tier, AwsError> {
        let tier = match (wish, before) {
            (Some(Self::Fixed(Tier::Standard)), Some(Tier::Advanced)) => {
                return Err(AwsError::validation(
                    "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the \
                     advanced-parameter tier to the standard-parameter tier. If necessary, delete the advanced \
                     parameter and recreate it as a standard parameter.",
                ));
            }
            (_, Some(Tier::Advanced)) => Tier::Advanced,
            (Some(Self::Intelligent), _) if bytes > STANDARD_BYTES => Tier::Advanced,
            (Some(Self::Fixed(tier)), _) => tier,
            _ => Tier::Standard,
        };
        tier.fits(bytes).map(|()| tier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_is_what_was_asked_for_and_never_goes_down() {
        let (standard, advanced) = (Tier::Standard, Tier::Advanced);
        let (small, long) = (STANDARD_BYTES, STANDARD_BYTES + 1);
        for (wish, bytes, before, wanted) in [
            (None, small, None, Some(standard)),
            (None, long, None, None),
            (None, long, Some(advanced), Some(advanced)),
            (Some(Wish::Intelligent), small, None, Some(standard)),
            (Some(Wish::Intelligent), long, Some(standard), Some(advanced)),
            (Some(Wish::Intelligent), small, Some(advanced), Some(advanced)),
            (Some(Wish::Intelligent), ADVANCED_BYTES + 1, None, None),
            (Some(Wish::Fixed(standard)), small, Some(advanced), None),
            (Some(Wish::Fixed(advanced)), ADVANCED_BYTES, None, Some(advanced)),
            (Some(Wish::Fixed(advanced)), ADVANCED_BYTES + 1, None, None),
        ] {
            let tier = Wish::tier(wish, bytes, before).ok();
            assert_eq!(tier, wanted, "{wish:?} {bytes} {before:?}");
        }
    }
}
