//! What parameters are called: names, selectors and ARNs.

use fika_aws::shape::AwsError;
use fika_model::{AccountId, Region, Scope};

use crate::check::length;
use crate::error::bad_name;

/// Where parameters are in the store.
pub(crate) const PREFIX: &str = "parameter/";
/// The longest ARN of a parameter, characters.
const ARN: usize = 1_011;
/// The most parts of a path.
const LEVELS: usize = 15;

/// A parameter of somebody. `name` is as it was put: `/a/b`, or `a` without any slash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) scope: Scope,
    pub(crate) name: String,
}

/// Which version is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selector {
    Latest,
    Version(u64),
    Label(String),
}

impl Name {
    pub(crate) fn arn(&self) -> String {
        let slash = if self.name.starts_with('/') { "" } else { "/" };
        format!("{}{slash}{}", arn_before(&self.scope), self.name)
    }

    pub(crate) fn key(&self) -> String {
        let Scope { account, region } = &self.scope;
        format!("{PREFIX}{account}/{region}/{}", self.name)
    }

    pub(crate) fn of_key(key: &[u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(key).ok()?.strip_prefix(PREFIX)?.splitn(3, '/');
        let (account, region) = (parts.next()?, parts.next()?);
        Self::of(account, region, parts.next()?)
    }

    fn of(account: &str, region: &str, name: &str) -> Option<Self> {
        let (account, region) = (AccountId::new(account).ok()?, Region::new(region).ok()?);
        is_name(name).then(|| Self { scope: Scope { account, region }, name: name.into() })
    }

    /// What somebody of that scope calls so: by name, or by ARN.
    ///
    /// # Errors
    /// `ValidationException` for what no parameter can be called.
    pub(crate) fn read(text: &str, scope: &Scope) -> Result<Self, AwsError> {
        length(text, "name", 1, 2_048)?;
        let Some(arn) = text.strip_prefix("arn:aws:ssm:") else {
            let name = Self { scope: scope.clone(), name: text.into() };
            return if is_name(text) { Ok(name) } else { Err(bad_name()) };
        };
        let mut parts = arn.splitn(3, ':');
        let (region, account) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let path = parts.next().and_then(|rest| rest.strip_prefix("parameter"));
        // The ARN of a name without slashes has one too many.
        let name = path.map(|path| match path.strip_prefix('/') {
            Some(single) if !single.contains('/') => single,
            _ => path,
        });
        // Each region is apart, as AWS's are.
        let name = name.filter(|_| region == scope.region.as_str());
        name.and_then(|name| Self::of(account, region, name)).ok_or_else(bad_name)
    }

    /// The same with what selects a version of it, and that as it was written, with its colon.
    pub(crate) fn select<'t>(
        text: &'t str,
        scope: &Scope,
    ) -> Result<(Self, Selector, Option<&'t str>), AwsError> {
        let colons = if text.starts_with("arn:") { 5 } else { 0 };
        let Some((at, _)) = text.match_indices(':').nth(colons) else {
            return Ok((Self::read(text, scope)?, Selector::Latest, None));
        };
        let (name, written) = text.split_at(at);
        let selector = match &written[1..] {
            "" => return Err(bad_name()),
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Selector::Version(digits.parse().unwrap_or(u64::MAX))
            }
            label => Selector::Label(label.into()),
        };
        Ok((Self::read(name, scope)?, selector, Some(written)))
    }

    /// The other name that the same ARN may stand for: `/a` and `a`.
    pub(crate) fn twin(&self) -> Option<Self> {
        let name = match self.name.strip_prefix('/') {
            Some(single) if single.contains('/') => return None,
            Some(single) => single.to_owned(),
            None => format!("/{}", self.name),
        };
        Some(Self { scope: self.scope.clone(), name })
    }

    /// Whether a new parameter may be called so.
    ///
    /// # Errors
    /// `ValidationException` or `HierarchyLevelLimitExceededException`.
    pub(crate) fn check_new(&self) -> Result<(), AwsError> {
        let first = self.name.trim_start_matches('/').to_ascii_lowercase();
        let nested = self.name.matches('/').count() > 1;
        if first.starts_with("aws") && self.name.starts_with('/') && nested {
            let text = format!("No access to reserved parameter name: {}.", self.name);
            return Err(AwsError::new("AccessDeniedException", 400, text));
        }
        if first.starts_with("aws") || first.starts_with("ssm") {
            return Err(AwsError::validation(
                "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).",
            ));
        }
        if self.name.trim_start_matches('/').split('/').count() > LEVELS {
            let text = format!("A hierarchy can have a maximum of {LEVELS} levels.");
            return Err(AwsError::new("HierarchyLevelLimitExceededException", 400, text));
        }
        if self.arn().len() > ARN {
            let text = format!("The parameter's ARN can have no more than {ARN} characters.");
            return Err(AwsError::validation(text));
        }
        Ok(())
    }
}

/// The ARN of a path, which need not be a parameter's.
pub(crate) fn path_arn(scope: &Scope, path: &str) -> String {
    format!("{}{path}", arn_before(scope))
}

fn arn_before(Scope { account, region }: &Scope) -> String {
    format!("arn:aws:ssm:{region}:{account}:parameter")
}

/// Whether that is one part, or a whole path of them.
fn is_name(name: &str) -> bool {
    match name.strip_prefix('/') {
        Some(path) => path.split('/').all(is_part),
        None => is_part(name),
    }
}

fn is_part(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b))
}

/// A path to look below, as in `/a/b` and `/a/b/`, without the slash at its end.
pub(crate) fn path(text: &str) -> Option<&str> {
    let path = text.strip_suffix('/').unwrap_or(text);
    (text.starts_with('/') && (path.is_empty() || is_name(path))).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        let account = AccountId::new("123456789012").expect("an account");
        Scope { account, region: Region::new("us-east-1").expect("a region") }
    }

    #[test]
    fn names_and_arns_are_read() {
        let arn = "arn:aws:ssm:us-east-1:123456789012:parameter";
        for (text, name) in [
            ("a", Some("a")),
            ("/a", Some("/a")),
            ("/a/b.c-d_e", Some("/a/b.c-d_e")),
            (&format!("{arn}/a"), Some("a")),
            (&format!("{arn}/a/b"), Some("/a/b")),
            ("a/b", None),
            ("/a/", None),
            ("//a", None),
            ("a b", None),
            ("é", None),
            ("", None),
            (&format!("{arn}s/a"), None),
            ("arn:aws:ssm:eu-west-1:123456789012:parameter/a", None),
            ("arn:aws:ssm:us-east-1", None),
        ] {
            let read = Name::read(text, &scope()).ok();
            assert_eq!(read.as_ref().map(|name| name.name.as_str()), name, "{text}");
            if let Some(name) = read {
                assert_eq!(Name::of_key(name.key().as_bytes()), Some(name));
            }
        }
    }

    #[test]
    fn selectors_name_a_version_or_a_label() {
        let read = |text| Name::select(text, &scope()).ok();
        let (name, selector, written) = read("/a/b:3").expect("a version");
        assert_eq!(
            (name.name.as_str(), selector, written),
            ("/a/b", Selector::Version(3), Some(":3"))
        );
        let arn = "arn:aws:ssm:us-east-1:123456789012:parameter/a/b:prod";
        let (name, selector, _) = read(arn).expect("a label");
        assert_eq!((name.name.as_str(), selector), ("/a/b", Selector::Label("prod".into())));
        let (_, selector, _) = read("a:99999999999999999999").expect("a version");
        assert_eq!(selector, Selector::Version(u64::MAX));
        assert_eq!(read("a:"), None);
        assert_eq!(read("a").map(|(_, selector, _)| selector), Some(Selector::Latest));
    }

    #[test]
    fn new_names_are_no_deeper_than_fifteen_levels_and_not_reserved() {
        let refused = |name: &str| {
            let name = Name::read(name, &scope()).expect("a name");
            name.check_new().err().map(|error| error.name())
        };
        assert_eq!(refused(&"/a".repeat(15)), None);
        assert_eq!(refused(&"/a".repeat(16)), Some("HierarchyLevelLimitExceededException"));
        assert_eq!(refused("AWS-x"), Some("ValidationException"));
        assert_eq!(refused("/ssm/x"), Some("ValidationException"));
        assert_eq!(refused("/aws/x"), Some("AccessDeniedException"));
        let spare = 1_011 - "arn:aws:ssm:us-east-1:123456789012:parameter/".len();
        assert_eq!(refused(&"x".repeat(spare)), None);
        assert_eq!(refused(&"x".repeat(spare + 1)), Some("ValidationException"));
    }
}
