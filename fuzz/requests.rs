//! What is done with a fuzzer's bytes where they are a request from anybody.

use bytes::Bytes;
use fika_aws::generated::lambda::{Operation, check};
use fika_aws::rest::Request;
use fika_aws::sigv4::{RequestView, Service, SigningKey, decode_chunked};
use fika_aws::sigv4::{parse, verify};
use fika_model::FunctionRef;
use http::header::{HeaderMap, HeaderName, HeaderValue};

/// 2026-11-23T00:00:00Z, seconds: the requests of the corpus are of that day.
const NOW: i64 = 1_795_392_000;

/// `METHOD target`, headers, an empty line, and the body: the request they make, as the server's
/// HTTP library would let it through.
struct Wire<'b> {
    method: &'b str,
    uri: http::Uri,
    headers: HeaderMap,
    body: &'b [u8],
}

impl<'b> Wire<'b> {
    fn read(bytes: &'b [u8]) -> Option<Self> {
        let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap_or(bytes.len());
        let (head, body) = bytes.split_at(end);
        let mut lines = head.split(|byte| *byte == b'\n');
        let (method, target) = std::str::from_utf8(lines.next()?).ok()?.split_once(' ')?;
        let mut headers = HeaderMap::new();
        for line in lines {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = HeaderName::from_bytes(&line[..colon]).ok()?;
            headers.append(name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?);
        }
        http::Method::from_bytes(method.as_bytes()).ok()?;
        Some(Self { method, uri: target.parse().ok()?, headers, body: body.get(2..)? })
    }
}

/// A request that says it is signed. No key of ours signed it, so none may prove it.
pub fn sigv4(bytes: &[u8]) {
    let _ = decode_chunked(bytes);
    let Some(wire) = Wire::read(bytes) else { return };
    let view = RequestView {
        method: wire.method,
        path: wire.uri.path(),
        query: wire.uri.query().unwrap_or_default(),
        authority: None,
        headers: &wire.headers,
    };
    let Ok(claim) = parse(&view, NOW, &[Service::LAMBDA, Service::S3]) else { return };
    let key = SigningKey::derive("a secret nobody has", "20261123", claim.region(), "lambda");
    assert!(verify(&claim, &view, wire.body, &key).is_err(), "it is signed with no key of ours");
}

/// A path, and what is made of it.
pub fn routes(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (method, target) = text.split_once(' ').unwrap_or(("GET", text));
    let (path, query) = target.split_once('?').map_or((target, None), |(p, q)| (p, Some(q)));
    let Some((operation, labels)) = Operation::route(method, path, query) else { return };
    assert_eq!(operation.about().method, method, "{}", operation.name());
    for label in operation.about().labels {
        let value = labels.get(label).expect("every label has a value");
        if let Ok(function) = FunctionRef::parse(value) {
            assert!(function.name.len() <= value.len());
        }
    }
}

/// The first byte says which operation, a line the path, query and two headers, the rest is the body.
pub fn bodies(bytes: &[u8]) {
    let Some((&which, bytes)) = bytes.split_first() else { return };
    let operation = Operation::ALL[usize::from(which) % Operation::ALL.len()];
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let line = String::from_utf8_lossy(&bytes[..end]);
    let body = Bytes::copy_from_slice(&bytes[end..]);
    let mut words = line.split(' ');
    let path = path_of(operation, words.next().unwrap_or_default());
    let query = words.next();
    let headers: HeaderMap = ["x-amz-invocation-type", "x-amz-client-context"]
        .into_iter()
        .zip(words)
        .filter_map(|(name, value)| {
            Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?))
        })
        .collect();
    let method = operation.about().method;
    let Some((routed, labels)) = Operation::route(method, &path, operation_query(operation)) else {
        return;
    };
    let request = Request { path: &labels, query, headers: &headers, body: &body };
    if let Some(Err(refused)) = check(routed, &request) {
        let status = refused.into_response().status();
        assert!(status.is_client_error(), "{} answers {status}", routed.name());
    }
}

/// The operation's path with that value as each label.
fn path_of(operation: Operation, value: &str) -> String {
    let about = operation.about();
    let path = about.path.split_once('?').map_or(about.path, |(path, _)| path);
    about
        .labels
        .iter()
        .fold(path.to_owned(), |path, label| path.replace(&format!("{{{label}}}"), value))
}

/// Some operations are told apart by their query.
fn operation_query(operation: Operation) -> Option<&'static str> {
    operation.about().path.split_once('?').map(|(_, query)| query)
}
