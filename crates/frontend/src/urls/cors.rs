//! What pages of other origins may do with a function URL (developer guide, "Cross-origin
//! resource sharing (CORS)").

use fika_aws::generated::lambda::Cors;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, HeaderValue, ORIGIN,
    VARY,
};
use http::request::Parts;
use http::{HeaderMap, Method};

/// Headers that are ours to say where there is a configuration: a function's own are replaced.
const OURS: [HeaderName; 6] = [
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
];

/// The headers that answer a browser's question before its request; none where a request is no
/// such question, or nobody has said what it may.
pub(crate) fn preflight(cors: Option<&Cors>, parts: &Parts) -> Option<HeaderMap> {
    let (cors, asked) = (cors?, &parts.headers);
    let method = asked.get(ACCESS_CONTROL_REQUEST_METHOD)?;
    let origin = asked.get(ORIGIN)?;
    if parts.method != Method::OPTIONS {
        return None;
    }
    let mut answer = HeaderMap::new();
    if let Some(origin) = allowed(cors, origin) {
        opened(cors, origin, &mut answer);
        let methods = listed(cors, cors.allow_methods.as_deref(), Some(method));
        let headers = asked.get(ACCESS_CONTROL_REQUEST_HEADERS);
        let headers = listed(cors, cors.allow_headers.as_deref(), headers);
        let age = cors.max_age.map(HeaderValue::from);
        set(&mut answer, ACCESS_CONTROL_ALLOW_METHODS, methods);
        set(&mut answer, ACCESS_CONTROL_ALLOW_HEADERS, headers);
        set(&mut answer, ACCESS_CONTROL_MAX_AGE, age);
    }
    answer.append(VARY, HeaderValue::from_static("Origin"));
    Some(answer)
}

/// Adds to an answer what lets the page of that origin read it.
pub(crate) fn open(cors: Option<&Cors>, origin: Option<&HeaderValue>, answer: &mut HeaderMap) {
    let Some(cors) = cors else { return };
    OURS.iter().for_each(|name| drop(answer.remove(name)));
    answer.append(VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin.and_then(|origin| allowed(cors, origin)) else { return };
    opened(cors, origin, answer);
    let exposed = listed(cors, cors.expose_headers.as_deref(), None);
    set(answer, ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
}

/// The origin as an answer names it, if it may; `*` for everybody.
fn allowed(cors: &Cors, origin: &HeaderValue) -> Option<HeaderValue> {
    let origins = cors.allow_origins.as_deref().unwrap_or_default();
    if origins.iter().any(|one| one == "*") {
        // Browsers take no `*` together with credentials.
        let named = cors.allow_credentials == Some(true);
        return Some(if named { origin.clone() } else { HeaderValue::from_static("*") });
    }
    let same = |one: &String| one.as_bytes().eq_ignore_ascii_case(origin.as_bytes());
    origins.iter().any(same).then(|| origin.clone())
}

fn opened(cors: &Cors, origin: HeaderValue, answer: &mut HeaderMap) {
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if cors.allow_credentials == Some(true) {
        answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
}

/// A list as one header; with credentials, where `*` stands for itself, what was asked for.
fn listed(
    cors: &Cors,
    list: Option<&[String]>,
    asked: Option<&HeaderValue>,
) -> Option<HeaderValue> {
    let list = list.filter(|list| !list.is_empty())?;
    if cors.allow_credentials == Some(true) && list.iter().any(|one| one == "*") {
        return asked.cloned();
    }
    HeaderValue::from_str(&list.join(",")).ok()
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) {
    if let Some(value) = value {
        headers.insert(name, value);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::Request;

    use super::*;

    fn cors(origins: &[&str], credentials: bool) -> Cors {
        let list = |all: &[&str]| Some(all.iter().map(|one| (*one).to_owned()).collect());
        Cors {
            allow_credentials: Some(credentials),
            allow_headers: list(&["x-a", "content-type"]),
            allow_methods: list(&["*"]),
            allow_origins: list(origins),
            expose_headers: list(&["x-b"]),
            max_age: Some(600),
        }
    }

    fn asked(method: &str, origin: &str) -> Parts {
        let request = Request::builder().method(method).header(ORIGIN, origin);
        let request = request.header(ACCESS_CONTROL_REQUEST_METHOD, "PUT");
        request.body(()).unwrap().into_parts().0
    }

    fn said<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
        headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn a_browser_is_told_what_it_may() {
        let cors = cors(&["https://a.example"], false);
        let answer = preflight(Some(&cors), &asked("OPTIONS", "https://a.example")).unwrap();
        assert_eq!(said(&answer, &ACCESS_CONTROL_ALLOW_ORIGIN), Some("https://a.example"));
        assert_eq!(said(&answer, &ACCESS_CONTROL_ALLOW_METHODS), Some("*"));
        assert_eq!(said(&answer, &ACCESS_CONTROL_ALLOW_HEADERS), Some("x-a,content-type"));
        assert_eq!(said(&answer, &ACCESS_CONTROL_MAX_AGE), Some("600"));
        assert_eq!(said(&answer, &ACCESS_CONTROL_ALLOW_CREDENTIALS), None);
    }

    #[test]
    fn credentials_go_to_named_origins_only() {
        let cors = cors(&["*"], true);
        let answer = preflight(Some(&cors), &asked("OPTIONS", "https://b")).unwrap();
        assert_eq!(said(&answer, &ACCESS_CONTROL_ALLOW_ORIGIN), Some("https://b"));
        assert_eq!(said(&answer, &ACCESS_CONTROL_ALLOW_METHODS), Some("PUT"));
        assert_eq!(said(&answer, &ACCESS_CONTROL_ALLOW_CREDENTIALS), Some("true"));
    }

    #[test]
    fn a_stranger_is_told_nothing() {
        let cors = cors(&["https://a.example"], false);
        let answer = preflight(Some(&cors), &asked("OPTIONS", "https://b")).unwrap();
        assert_eq!(answer.keys().collect::<Vec<_>>(), [VARY]);
        assert_eq!(preflight(Some(&cors), &asked("GET", "https://a.example")), None);
        assert_eq!(preflight(None, &asked("OPTIONS", "https://a.example")), None);
    }

    #[test]
    fn what_the_function_says_itself_is_replaced() {
        let cors = cors(&["*"], false);
        let mut answer = HeaderMap::new();
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("https://c"));
        open(None, None, &mut answer);
        assert_eq!(said(&answer, &ACCESS_CONTROL_ALLOW_ORIGIN), Some("https://c"));
        open(Some(&cors), Some(&HeaderValue::from_static("https://b")), &mut answer);
        assert_eq!(said(&answer, &ACCESS_CONTROL_ALLOW_ORIGIN), Some("*"));
        assert_eq!(said(&answer, &ACCESS_CONTROL_EXPOSE_HEADERS), Some("x-b"));
    }
}
