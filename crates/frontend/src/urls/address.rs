//! Whether a request is for a function URL, and for which.

use fika_model::Region;
use http::header::HOST;
use http::request::Parts;

/// Before the id of an address, for clients whose resolver knows no names under `localhost`.
const PATH: &str = "/_url/";
/// The second label of an address.
const LABEL: &str = "lambda-url";

/// Which function URL, and what is asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// The first label.
    pub id: String,
    /// Where the host says that it is.
    region: Option<String>,
    /// The host it was asked at, with its port.
    pub host: String,
    /// The path, as the function sees it.
    pub path: String,
}

impl Address {
    /// `<id>.lambda-url.<region>.<domain>`, whatever the domain, or the path `/_url/<id>/…` at
    /// any host.
    pub(crate) fn of(parts: &Parts) -> Option<Self> {
        let host = host(parts)?;
        let path = parts.uri.path();
        if let Some((id, region)) = named(host) {
            let (id, region) = (id.to_ascii_lowercase(), Some(region.to_ascii_lowercase()));
            return Some(Self { id, region, host: host.into(), path: path.into() });
        }
        let rest = path.strip_prefix(PATH)?;
        let id = rest.split('/').next()?;
        let path = rest.get(id.len()..).filter(|path| !path.is_empty()).unwrap_or("/");
        Some(Self { id: id.into(), region: None, host: host.into(), path: path.into() })
    }

    /// Whether it may be in that region.
    pub(crate) fn fits(&self, region: &Region) -> bool {
        self.region.as_deref().is_none_or(|named| named == region.as_str())
    }

    /// The port of the host, where it names one.
    pub(crate) fn port(&self) -> Option<&str> {
        let port = self.host.rsplit_once(':')?.1;
        Some(port).filter(|port| port.parse::<u16>().is_ok())
    }
}

/// The host a request is for: HTTP/2 has it in the target.
fn host(parts: &Parts) -> Option<&str> {
    match parts.uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => parts.headers.get(HOST)?.to_str().ok(),
    }
}

/// The id and the region of a host.
fn named(host: &str) -> Option<(&str, &str)> {
    let mut labels = host.splitn(4, '.');
    let (id, label, region) = (labels.next()?, labels.next()?, labels.next()?);
    (label.eq_ignore_ascii_case(LABEL) && labels.next().is_some()).then_some((id, region))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::Request;

    use super::*;

    fn at(host: &str, target: &str) -> Option<(String, String)> {
        let request = Request::builder().uri(target).header(HOST, host).body(()).unwrap();
        Address::of(&request.into_parts().0).map(|address| (address.id, address.path))
    }

    #[test]
    fn addresses_are_known_by_host_and_by_path() {
        let found = |id: &str, path: &str| Some((id.to_owned(), path.to_owned()));
        assert_eq!(at("abc.lambda-url.us-east-1.localhost:1", "/a/b?c"), found("abc", "/a/b"));
        assert_eq!(at("ABC.Lambda-URL.us-east-1.example.com", "/"), found("abc", "/"));
        assert_eq!(at("localhost", "/_url/abc"), found("abc", "/"));
        assert_eq!(at("127.0.0.1:1", "/_url/abc/x//y%2F"), found("abc", "/x//y%2F"));
        assert_eq!(at("a.lambda-url.us-east-1.x", "/_url/b/"), found("a", "/_url/b/"));
        for (host, path) in [
            ("localhost", "/"),
            ("localhost", "/_urls/abc"),
            ("lambda.us-east-1.localhost", "/"),
            ("abc.lambda-url.us-east-1", "/"),
        ] {
            assert_eq!(at(host, path), None, "{host}{path}");
        }
    }

    #[test]
    fn a_host_names_a_region_and_a_port() {
        let request =
            Request::builder().header(HOST, "a.lambda-url.eu-west-1.b:80").body(()).unwrap();
        let address = Address::of(&request.into_parts().0).unwrap();
        assert!(address.fits(&Region::new("eu-west-1").unwrap()));
        assert!(!address.fits(&Region::new("us-east-1").unwrap()));
        assert_eq!(address.port(), Some("80"));
    }
}
