//! A function's full name (ARN), and the shorter ways callers write it.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids::{AccountId, Region, Scope};

/// The qualifier of the changeable, unpublished state of a function.
pub const LATEST: &str = "$LATEST";

/// `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FunctionArn {
    /// Account and region.
    pub scope: Scope,
    /// The function's name, 1 to 64 of letters, digits, `-` and `_`.
    pub name: String,
    /// A version number, an alias or `$LATEST`; none for the unqualified ARN.
    pub qualifier: Option<String>,
}

impl fmt::Display for FunctionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scope { account, region } = &self.scope;
        write!(f, "arn:aws:lambda:{region}:{account}:function:{}", self.name)?;
        match &self.qualifier {
            Some(q) => write!(f, ":{q}"),
            None => Ok(()),
        }
    }
}

/// A function as a caller names it: `NAME`, `NAME:Q`, `ACCOUNT:function:NAME[:Q]`,
/// `function:NAME[:Q]` or a whole ARN. Parts the caller left out are `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionRef {
    /// The account, where the caller wrote one.
    pub account: Option<AccountId>,
    /// The region, where the caller wrote one.
    pub region: Option<Region>,
    /// The function's name.
    pub name: String,
    /// The qualifier that was part of the name.
    pub qualifier: Option<String>,
}

/// A text that names no function.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a function name, a partial ARN or an ARN of a function")]
pub struct NotAFunctionRef(pub String);

impl FunctionRef {
    /// Reads any of the forms.
    ///
    /// # Errors
    /// [`NotAFunctionRef`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NotAFunctionRef> {
        Self::read(text).ok_or_else(|| NotAFunctionRef(text.into()))
    }

    fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let (account, region, rest) = match parts.as_slice() {
            ["arn", partition, "lambda", region, account, "function", rest @ ..]
                if partition.starts_with("aws") =>
            {
                (Some(AccountId::new(account).ok()?), Some(Region::new(region).ok()?), rest)
            }
            ["function", rest @ ..] if !rest.is_empty() => (None, None, rest),
            [account, "function", rest @ ..] if !rest.is_empty() => {
                (Some(AccountId::new(account).ok()?), None, rest)
            }
            rest => (None, None, rest),
        };
        let (name, qualifier) = match rest {
            [name] => (*name, None),
            [name, qualifier] => (*name, Some(*qualifier)),
            _ => return None,
        };
        (is_name(name) && qualifier.is_none_or(is_qualifier)).then(|| Self {
            account,
            region,
            name: name.into(),
            qualifier: qualifier.map(Into::into),
        })
    }
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Whether a text can be a qualifier: `$LATEST`, a version number or an alias.
#[must_use]
pub fn is_qualifier(text: &str) -> bool {
    text == LATEST
        || (1..=128).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_names_the_function() {
        let arn = "arn:aws:lambda:eu-north-1:123456789012:function:hello";
        for (text, account, region, qualifier) in [
            ("hello", false, false, None),
            ("hello:$LATEST", false, false, Some("$LATEST")),
            ("function:hello", false, false, None),
            ("123456789012:function:hello:7", true, false, Some("7")),
            (arn, true, true, None),
            (&format!("{arn}:live"), true, true, Some("live")),
        ] {
            let r = FunctionRef::parse(text).expect(text);
            assert_eq!(r.name, "hello", "{text}");
            assert_eq!(r.account.is_some(), account, "{text}");
            assert_eq!(r.region.is_some(), region, "{text}");
            assert_eq!(r.qualifier.as_deref(), qualifier, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", ":", "a b", "a:b:c", "12:function:x", "arn:aws:s3:::bucket", "x:", "ä"] {
            assert!(FunctionRef::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn qualifiers_are_latest_or_words() {
        for text in ["$LATEST", "1", "01", "live", "-", "_", &"9".repeat(128)] {
            assert!(is_qualifier(text), "{text}");
        }
        for text in ["", "$latest", "$LATEST.PUBLISHED", "1/..", "a b", "ä", "\0", &"9".repeat(129)]
        {
            assert!(!is_qualifier(text), "{text}");
        }
    }
}
