//! What keeps other pages of a browser from asking in its owner's name.

use http::header::{HOST, HeaderName, HeaderValue, ORIGIN};
use http::request::Parts;

/// What only a page of this origin can send without its browser asking first.
const OWN: HeaderName = HeaderName::from_static("fika-console");
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request that changes something comes from a page of this very origin.
#[must_use]
pub fn is_own(parts: &Parts) -> bool {
    parts.headers.contains_key(OWN) && is_from_here(parts) && is_same_origin(parts)
}

/// Whether nothing says that a request comes from somewhere else.
#[must_use]
pub fn is_from_here(parts: &Parts) -> bool {
    let site = parts.headers.get(SITE).map(HeaderValue::as_bytes);
    matches!(site, None | Some(b"same-origin" | b"none"))
}

/// Browsers name the origin of every page that posts.
fn is_same_origin(parts: &Parts) -> bool {
    let origin = parts.headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| parts.uri.authority().map(http::uri::Authority::as_str));
    let bare = |origin: &'_ str| -> Option<String> {
        let rest = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"))?;
        Some(rest.to_ascii_lowercase())
    };
    match (origin.and_then(bare), host) {
        (Some(origin), Some(host)) => origin == host.to_ascii_lowercase(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let request =
            headers.iter().fold(http::Request::post("/console/login"), |request, (name, value)| {
                request.header(*name, *value)
            });
        request.body(()).expect("a request").into_parts().0
    }

    #[test]
    fn only_a_page_of_this_origin_may_post() {
        let (host, own) = (("host", "a.example:9000"), ("fika-console", "1"));
        assert!(is_own(&parts(&[host, own, ("origin", "http://a.example:9000")])));
        assert!(is_own(&parts(&[host, own, ("origin", "https://A.example:9000")])));
        let strange: &[&[(&str, &str)]] = &[
            &[host, own],
            &[host, ("origin", "http://a.example:9000")],
            &[host, own, ("origin", "null")],
            &[host, own, ("origin", "http://a.example")],
            &[host, own, ("origin", "http://b.example:9000")],
            &[host, own, ("origin", "a.example:9000")],
            &[own, ("origin", "http://a.example:9000")],
            &[host, own, ("origin", "http://a.example:9000"), ("sec-fetch-site", "same-site")],
            &[host, own, ("origin", "http://a.example:9000"), ("sec-fetch-site", "cross-site")],
        ];
        for headers in strange {
            assert!(!is_own(&parts(headers)), "{headers:?}");
        }
    }
}
