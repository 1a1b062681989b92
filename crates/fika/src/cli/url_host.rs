//! Where function URLs are.

use std::str::FromStr;

/// A domain, perhaps with a port, and whether it is reached by TLS where that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlHost {
    /// As in `functions.example.com:8443`.
    pub host: String,
    /// None to do as the server does.
    pub secure: Option<bool>,
}

impl FromStr for UrlHost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (secure, host) = match text.split_once("://") {
            Some(("https", host)) => (Some(true), host),
            Some(("http", host)) => (Some(false), host),
            Some(_) => return Err("it begins with https:// or http://, or with neither".into()),
            None => (None, text),
        };
        let host = host.trim_end_matches('/');
        let (name, port) = host.split_once(':').unwrap_or((host, "443"));
        let is_label = |label: &str| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        if port.parse::<u16>().is_err() || !name.split('.').all(is_label) {
            return Err("it is a domain, as in functions.example.com, and perhaps a port".into());
        }
        Ok(Self { host: host.to_ascii_lowercase(), secure })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_domain() {
        let read = |text: &str| text.parse::<UrlHost>().ok().map(|host| (host.host, host.secure));
        assert_eq!(read("fn.example.com"), Some(("fn.example.com".into(), None)));
        assert_eq!(read("https://Fn.example:1/"), Some(("fn.example:1".into(), Some(true))));
        assert_eq!(read("http://localhost:80"), Some(("localhost:80".into(), Some(false))));
        for text in ["", "a..b", "a b", "ftp://a", "a:x", "a/b", "a@b"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
