//! Whom a statement of a resource's policy is about.

use crate::document::BadPolicy;
use crate::json::Json;
use crate::request::Who;

/// How a principal takes somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Taken {
    No,
    /// By the account: it is for the account to say which of its people.
    Account,
    /// By name, or by `*`.
    Named,
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Principals {
    not: bool,
    list: Vec<Principal>,
}

#[derive(Debug, Clone, PartialEq)]
enum Principal {
    Everyone,
    Account(Box<str>),
    Arn(Box<str>),
    Service(Box<str>),
    /// A kind that nobody here is of.
    Other,
}

impl Principals {
    pub(crate) fn parse(not: bool, json: &Json) -> Result<Self, BadPolicy> {
        let mut list = Vec::new();
        match json {
            Json::Text(text) if text == "*" => list.push(Principal::Everyone),
            Json::Object(kinds) if !kinds.is_empty() => {
                for (kind, names) in kinds {
                    for name in names.many() {
                        let name = name.text().ok_or(BadPolicy::Syntax)?;
                        list.push(Principal::parse(kind, name)?);
                    }
                }
            }
            _ => return Err(BadPolicy::Syntax),
        }
        Ok(Self { not, list })
    }

    pub(crate) fn takes(&self, who: &Who<'_>) -> Taken {
        let taken = self.list.iter().map(|one| one.takes(who)).max().unwrap_or(Taken::No);
        match (self.not, taken) {
            (false, taken) => taken,
            (true, Taken::No) => Taken::Named,
            (true, _) => Taken::No,
        }
    }
}

impl Principal {
    fn parse(kind: &str, name: &str) -> Result<Self, BadPolicy> {
        match kind {
            "AWS" if name == "*" => Ok(Self::Everyone),
            "AWS" => Self::aws(name).ok_or_else(|| BadPolicy::Principal(name.into())),
            "Service" if !name.is_empty() => Ok(Self::Service(name.into())),
            "Federated" | "CanonicalUser" => Ok(Self::Other),
            _ => Err(BadPolicy::Principal(format!("{kind}:{name}"))),
        }
    }

    fn aws(name: &str) -> Option<Self> {
        let is_account = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        if is_account(name) {
            return Some(Self::Account(name.into()));
        }
        let fields: Vec<&str> = name.splitn(6, ':').collect();
        match fields.as_slice() {
            ["arn", _, "iam", "", account, "root"] if is_account(account) => {
                Some(Self::Account((*account).into()))
            }
            ["arn", _, "iam" | "sts", "", account, what]
                if is_account(account) && !what.is_empty() && !name.contains(['*', '?']) =>
            {
                Some(Self::Arn(name.into()))
            }
            // A user or role that was deleted is left behind as its unique id, and is nobody.
            _ if name.starts_with("AIDA") || name.starts_with("AROA") => Some(Self::Other),
            _ => None,
        }
    }

    fn takes(&self, who: &Who<'_>) -> Taken {
        match self {
            Self::Everyone => Taken::Named,
            Self::Account(account) if !who.account.is_empty() && **account == *who.account => {
                let root = who.arns.iter().any(|arn| arn.ends_with(":root"));
                if root { Taken::Named } else { Taken::Account }
            }
            Self::Arn(arn) if who.arns.contains(&&**arn) => Taken::Named,
            Self::Service(name) if who.service == Some(name) => Taken::Named,
            _ => Taken::No,
        }
    }
}
