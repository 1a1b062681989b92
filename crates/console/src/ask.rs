//! What a page asks of AWS's API: passed on as it is, for whoever is logged in.
//!
//! The body is the AWS request's own. `Fika-Method` and `Fika-Path` are its head, and its headers are
//! those that AWS names so.

use bytes::Bytes;
use fika_service::{Caller, Doors, Flow};
use http::header::{CONTENT_TYPE, ETAG, HOST, HeaderMap, HeaderName, RETRY_AFTER};
use http::request::Parts;
use http::{Method, Request, Response, Uri};

const METHOD: HeaderName = HeaderName::from_static("fika-method");
const PATH: HeaderName = HeaderName::from_static("fika-path");

/// The request that a page wants to have sent; none where it is not one.
#[must_use]
pub fn wanted(parts: &Parts, body: Bytes) -> Option<Request<Bytes>> {
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let method = Method::from_bytes(text(METHOD)?.as_bytes()).ok()?;
    let path: Uri = text(PATH)?.parse().ok()?;
    // A path and no more: who is asked was said already.
    let is_path = path.authority().is_none() && path.path().starts_with('/');
    let path = path.path_and_query().filter(|_| is_path)?.clone();
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = Uri::from(path);
    let passed = |name: &HeaderName| name == HOST || is_of_aws(name);
    copy(&parts.headers, request.headers_mut(), passed);
    Some(request)
}

/// Has it answered.
pub async fn ask(
    doors: &dyn Doors,
    caller: &Caller,
    service: &str,
    request: Request<Bytes>,
) -> Response<Flow> {
    let (answer, body) = doors.open(caller, service, request).await.into_parts();
    let mut reply = Response::new(body);
    *reply.status_mut() = answer.status;
    let passed = |name: &HeaderName| name == ETAG || name == RETRY_AFTER || is_of_aws(name);
    copy(&answer.headers, reply.headers_mut(), passed);
    reply
}

fn is_of_aws(name: &HeaderName) -> bool {
    name == CONTENT_TYPE || name.as_str().starts_with("x-amz")
}

fn copy(from: &HeaderMap, to: &mut HeaderMap, passed: impl Fn(&HeaderName) -> bool) {
    for (name, value) in from.iter().filter(|(name, _)| passed(name)) {
        to.append(name.clone(), value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(method: &str, path: &str) -> Parts {
        let request = Request::post("/console/api/lambda")
            .header("fika-method", method)
            .header("fika-path", path)
            .header("cookie", "fika-console=secret")
            .header("x-amz-target", "Logs.Do");
        request.body(()).expect("a request").into_parts().0
    }

    #[test]
    fn a_request_is_passed_on_without_what_is_the_consoles_own() {
        let request = wanted(&parts("PUT", "/2015-03-31/functions/f?a=b"), Bytes::new());
        let request = request.expect("a request");
        assert_eq!(request.uri(), "/2015-03-31/functions/f?a=b");
        assert_eq!(request.method(), Method::PUT);
        let names: Vec<&str> = request.headers().keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["x-amz-target"]);
    }

    #[test]
    fn what_is_no_path_is_no_request() {
        for path in ["http://elsewhere/", "elsewhere", "//elsewhere:80:80", "", "*", "/ a"] {
            let request = wanted(&parts("GET", path), Bytes::new());
            assert!(
                request.as_ref().is_none_or(
                    |r| r.uri().path().starts_with('/') && r.uri().authority().is_none()
                ),
                "{path}: {request:?}"
            );
        }
        assert!(wanted(&parts("", "/"), Bytes::new()).is_none());
    }
}
