//! What queues are called: names, ARNs, URLs, topics.

use fika_aws::shape::AwsError;
use fika_model::{AccountId, Region, Scope};

use crate::error::{invalid, no_queue};

/// One queue of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) scope: Scope,
    pub(crate) name: String,
}

impl Place {
    pub(crate) fn arn(&self) -> String {
        let Scope { account, region } = &self.scope;
        format!("arn:aws:sqs:{region}:{account}:{}", self.name)
    }

    /// Its key in the store, and its topic in the journal.
    pub(crate) fn key(&self) -> String {
        let Scope { account, region } = &self.scope;
        format!("{}{account}/{region}/{}", crate::PREFIX, self.name)
    }

    pub(crate) fn of_key(key: &str) -> Option<Self> {
        let mut parts = key.strip_prefix(crate::PREFIX)?.splitn(3, '/');
        Self::of(parts.next()?, parts.next()?, parts.next()?)
    }

    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let mut parts = arn.strip_prefix("arn:aws:sqs:")?.splitn(3, ':');
        let (region, account) = (parts.next()?, parts.next()?);
        Self::of(account, region, parts.next()?)
    }

    fn of(account: &str, region: &str, name: &str) -> Option<Self> {
        let (account, region) = (AccountId::new(account).ok()?, Region::new(region).ok()?);
        is_name(name).then(|| Self { scope: Scope { account, region }, name: name.into() })
    }

    /// The queue of a URL: its last two parts say which; the host, and what a proxy put before
    /// them, do not matter.
    ///
    /// # Errors
    /// `InvalidAddress` for what is no URL of a queue.
    pub(crate) fn of_url(url: &str, region: &Region) -> Result<Self, AwsError> {
        let wrong = || {
            let url: String = url.chars().take(256).collect();
            let text = format!("The address {url} is not valid for this endpoint.");
            AwsError::new("InvalidAddress", 404, text)
        };
        let path = url.split_once("://").map_or(url, |(_, rest)| rest);
        let (rest, name) = path.rsplit_once('/').ok_or_else(wrong)?;
        let account = rest.rsplit('/').next().unwrap_or_default();
        let account = AccountId::new(account).map_err(|_| wrong())?;
        if !is_name(name) {
            return Err(no_queue());
        }
        Ok(Self { scope: Scope { account, region: region.clone() }, name: name.into() })
    }

    /// The path of its URL.
    pub(crate) fn path(&self) -> String {
        format!("/{}/{}", self.scope.account, self.name)
    }
}

/// Whether a queue may be called so.
pub(crate) fn is_name(name: &str) -> bool {
    let stem = name.strip_suffix(".fifo").unwrap_or(name);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !stem.is_empty() && name.len() <= 80 && stem.bytes().all(plain)
}

/// Whether that kind of queue may be called so.
///
/// # Errors
/// As on AWS.
pub(crate) fn check(name: &str, fifo: bool) -> Result<(), AwsError> {
    if is_name(name) && name.ends_with(".fifo") == fifo {
        return Ok(());
    }
    Err(invalid(if fifo {
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or \
         underscores, must end with .fifo suffix and be 1 to 80 in length."
    } else {
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_found_by_its_url_behind_any_host() {
        let region = Region::new("eu-west-1").expect("a region");
        for url in [
            "http://127.0.0.1:9001/123456789012/orders",
            "https://proxy/aws/123456789012/orders",
            "/123456789012/orders",
        ] {
            let place = Place::of_url(url, &region).expect("a queue's URL");
            assert_eq!(place.arn(), "arn:aws:sqs:eu-west-1:123456789012:orders");
            assert_eq!(Place::of_arn(&place.arn()), Some(place.clone()));
            assert_eq!(Place::of_key(&place.key()), Some(place));
        }
        for url in ["orders", "", "http://host/orders", "http://host/12345/orders"] {
            let error = Place::of_url(url, &region).expect_err("no URL of a queue");
            assert_eq!(error.name(), "InvalidAddress", "{url}");
        }
    }

    #[test]
    fn names_are_of_few_letters() {
        for good in ["a", "Or_der-1", "a.fifo", &"x".repeat(80)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", ".fifo", "a.b", "a/b", "a.fifo.fifo", "ä", &"x".repeat(81)] {
            assert!(!is_name(bad), "{bad}");
        }
        assert!(check("a.fifo", false).is_err() && check("a", true).is_err());
    }
}
