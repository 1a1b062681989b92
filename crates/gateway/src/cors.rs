//! CORS of HTTP APIs ("Configure CORS for HTTP APIs" of the developer guide): preflights are answered
//! here, and what a function says of CORS is replaced.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderName, HeaderValue, ORIGIN, VARY,
};
use http::{HeaderMap, Method};
use serde::Deserialize;

use crate::document::{Kind, Shape};

/// `corsConfiguration`.
pub const SHAPE: &Shape = &[
    ("allowCredentials", Kind::Flag),
    ("allowHeaders", Kind::Texts),
    ("allowMethods", Kind::Texts),
    ("allowOrigins", Kind::Texts),
    ("exposeHeaders", Kind::Texts),
    ("maxAge", Kind::Whole(-1, 86_400)),
];

/// What an API says of CORS.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Cors {
    allow_credentials: bool,
    allow_headers: Vec<String>,
    allow_methods: Vec<String>,
    allow_origins: Vec<String>,
    expose_headers: Vec<String>,
    max_age: Option<i64>,
}

impl Cors {
    /// Whether a request only asks whether another may be sent.
    #[must_use]
    pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
        *method == Method::OPTIONS
            && headers.contains_key(ORIGIN)
            && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// The headers of the answer to a preflight.
    #[must_use]
    pub fn preflight(&self, asked: &HeaderMap) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let Some(origin) = self.origin(asked) else { return headers };
        self.put_origin(&mut headers, origin);
        put(&mut headers, ACCESS_CONTROL_ALLOW_METHODS, &self.allow_methods.join(","));
        put(&mut headers, ACCESS_CONTROL_ALLOW_HEADERS, &self.allow_headers.join(","));
        if let Some(age) = self.max_age {
            put(&mut headers, ACCESS_CONTROL_MAX_AGE, &age.to_string());
        }
        headers
    }

    /// Says in an answer what the API says, and nothing of what the function said.
    pub fn apply(&self, asked: &HeaderMap, answer: &mut HeaderMap) {
        let said: Vec<HeaderName> = answer
            .keys()
            .filter(|name| name.as_str().starts_with("access-control-"))
            .cloned()
            .collect();
        for name in said {
            answer.remove(name);
        }
        if let Some(origin) = self.origin(asked) {
            self.put_origin(answer, origin);
            put(answer, ACCESS_CONTROL_EXPOSE_HEADERS, &self.expose_headers.join(","));
        }
    }

    /// What to say of a request's origin; none where it may not.
    fn origin(&self, asked: &HeaderMap) -> Option<HeaderValue> {
        let origin = asked.get(ORIGIN)?;
        let text = origin.to_str().ok()?;
        let allowed = |own: &String| match own.strip_suffix('*') {
            // `*`, or a scheme and then anything, as in `https://*`.
            Some(scheme) => text.starts_with(scheme),
            None => own.eq_ignore_ascii_case(text),
        };
        if !self.allow_origins.iter().any(allowed) {
            return None;
        }
        let all = self.allow_origins.iter().any(|own| own == "*") && !self.allow_credentials;
        Some(if all { HeaderValue::from_static("*") } else { origin.clone() })
    }

    fn put_origin(&self, headers: &mut HeaderMap, origin: HeaderValue) {
        if origin != "*" {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.allow_credentials {
            put(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cors(value: serde_json::Value) -> Cors {
        serde_json::from_value(value).expect("a configuration")
    }

    fn asked(origin: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))])
    }

    #[test]
    fn an_origin_is_named_where_it_may() {
        let some = cors(
            json!({"allowOrigins": ["https://a.example", "http://*"], "allowMethods": ["GET", "PUT"],
            "allowHeaders": ["x-a"], "maxAge": 9, "allowCredentials": true}),
        );
        let headers = some.preflight(&asked("https://a.example"));
        assert_eq!(headers["access-control-allow-origin"], "https://a.example");
        assert_eq!(headers["access-control-allow-methods"], "GET,PUT");
        assert_eq!(headers["access-control-max-age"], "9");
        assert_eq!(headers["access-control-allow-credentials"], "true");
        assert_eq!(some.preflight(&asked("http://b"))["access-control-allow-origin"], "http://b");
        assert!(some.preflight(&asked("https://b.example")).is_empty());
        let all = cors(json!({"allowOrigins": ["*"]}));
        assert_eq!(all.preflight(&asked("https://b"))["access-control-allow-origin"], "*");
    }

    #[test]
    fn what_the_function_says_of_it_is_replaced() {
        let mut answer = HeaderMap::new();
        answer.insert("access-control-allow-origin", HeaderValue::from_static("https://evil"));
        answer.insert("x-own", HeaderValue::from_static("1"));
        let own = cors(json!({"allowOrigins": ["https://a"], "exposeHeaders": ["x-own"]}));
        own.apply(&asked("https://b"), &mut answer);
        assert_eq!(answer.len(), 1);
        own.apply(&asked("https://a"), &mut answer);
        assert_eq!(answer["access-control-allow-origin"], "https://a");
        assert_eq!(answer["access-control-expose-headers"], "x-own");
    }
}
