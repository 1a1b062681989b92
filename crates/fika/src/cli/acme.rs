//! From whom a certificate is ordered.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use fika_tls::acme::{AcmeOptions, LETS_ENCRYPT};

/// Where keys and certificates are, in the data directory.
const FOLDER: &str = "acme";

/// A certificate by ACME.
#[derive(Debug, Args)]
pub struct AcmeArgs {
    /// A name to get a certificate for and serve with TLS; once for each. Port 443 of that name must lead to
    /// --tls-listen.
    #[arg(long, value_name = "NAME", conflicts_with = "tls_cert", requires = "acme_agree_terms")]
    pub acme_domain: Vec<Domain>,
    /// Says that you agree to the issuer's terms.
    #[arg(long, requires = "acme_domain")]
    pub acme_agree_terms: bool,
    /// Where the issuer may write to.
    #[arg(long, value_name = "ADDRESS", requires = "acme_domain", value_parser = email)]
    pub acme_email: Option<String>,
    /// The issuer's ACME directory.
    #[arg(
        long,
        value_name = "URL",
        requires = "acme_domain",
        default_value = LETS_ENCRYPT,
        value_parser = directory
    )]
    pub acme_directory: String,
    /// Certificates (PEM) that a private issuer is believed by [default: those of this machine].
    #[arg(long, value_name = "FILE", requires = "acme_domain")]
    pub acme_ca: Option<PathBuf>,
}

impl AcmeArgs {
    /// What is to be ordered, if anything.
    pub fn options(&self, data_dir: &Path) -> Option<AcmeOptions> {
        let mut domains: Vec<_> = self.acme_domain.iter().map(|name| name.0.clone()).collect();
        domains.sort();
        domains.dedup();
        (!domains.is_empty()).then(|| AcmeOptions {
            directory: self.acme_directory.clone(),
            domains,
            email: self.acme_email.clone(),
            authorities: self.acme_ca.clone(),
            folder: data_dir.join(FOLDER),
        })
    }
}

/// A name that an issuer can look at, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain(String);

impl FromStr for Domain {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("*.") {
            let text = "a wildcard needs a proof by DNS, which fika cannot give: name single hosts and \
                        use the paths /_url/ID and /_api/ID, or give --tls-cert a wildcard certificate";
            return Err(text.into());
        }
        let is_label = |label: &str| {
            let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
            (1..=63).contains(&label.len())
                && label.bytes().all(inner)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let named = text.contains('.') && text.len() <= 253 && text.parse::<IpAddr>().is_err();
        if !named || !text.split('.').all(is_label) {
            return Err("it is a name of the Internet, as in functions.example.com".into());
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

fn directory(text: &str) -> Result<String, String> {
    let uri = text.parse::<http::Uri>().ok();
    let is_https = uri.is_some_and(|uri| uri.scheme_str() == Some("https") && uri.host().is_some());
    is_https.then(|| text.to_owned()).ok_or_else(|| "it is a URL with https".into())
}

fn email(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_graphic() && !",?&#%".contains(c);
    let is_address = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'));
    let fits = is_address && text.chars().all(is_plain);
    fits.then(|| text.to_owned()).ok_or_else(|| "it is an address, as in ops@example.com".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_name_that_can_be_looked_at() {
        let read = |text: &str| text.parse::<Domain>().map(|domain| domain.0);
        assert_eq!(read("Fn.Example.com"), Ok("fn.example.com".into()));
        assert!(read("*.example.com").is_err_and(|why| why.contains("--tls-cert")));
        for text in ["", "localhost", "127.0.0.1", "a..b", "-a.b", "a b.c", "a.b:443", "a.b/c"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_directory_is_https_and_an_email_is_one_address() {
        assert!(directory(LETS_ENCRYPT).is_ok());
        for text in ["http://a.example/", "a.example", "https://", ""] {
            assert!(directory(text).is_err(), "{text}");
        }
        assert!(email("ops@example.com").is_ok());
        for text in ["ops", "@example.com", "a@b@c.d", "a@b.c,d@e.f", "a@b.c?x=y", "a @b.c"] {
            assert!(email(text).is_err(), "{text}");
        }
    }
}
