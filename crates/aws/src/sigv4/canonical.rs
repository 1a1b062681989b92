//! The canonical request: one text for all the spellings of a request.

use super::encode::{push_encoded, push_recoded};
use super::params::{SIGNATURE, key_is, query_pairs};
use super::{AuthError, RequestView, Service};

/// Builds the canonical request over `signed_headers` (`;` between them) and the payload's hash,
/// or the word that stands for it. `presigned` leaves the signature's own parameter out.
///
/// # Errors
/// [`AuthError::SignatureMismatch`] if there is none: a signed header that is not there, a list
/// of headers that is not lower case and in order, a broken `%` escape.
pub fn canonical_request(
    request: &RequestView<'_>,
    signed_headers: &str,
    service: Service,
    presigned: bool,
    payload: &[u8],
) -> Result<Vec<u8>, AuthError> {
    let mut out = Vec::with_capacity(1024);
    out.extend_from_slice(request.method.as_bytes());
    out.push(b'\n');
    push_path(&mut out, request.path, service)?;
    out.push(b'\n');
    push_query(&mut out, request.query, presigned)?;
    out.push(b'\n');
    push_headers(&mut out, request, signed_headers)?;
    out.push(b'\n');
    out.extend_from_slice(signed_headers.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(payload);
    Ok(out)
}

fn push_path(out: &mut Vec<u8>, path: &str, service: Service) -> Result<(), AuthError> {
    let mut clean = String::new();
    let path = match path {
        "" => "/",
        path if service.normalize_path && (path.contains("//") || path.contains("/.")) => {
            normalize(path, &mut clean);
            &clean
        }
        path => path,
    };
    if service.double_encode {
        push_encoded(out, path.as_bytes(), b"/");
        return Ok(());
    }
    // Segment by segment, for an escaped slash is not one between segments.
    for (n, segment) in path.split('/').enumerate() {
        if n > 0 {
            out.push(b'/');
        }
        push_recoded(out, segment.as_bytes(), false)?;
    }
    Ok(())
}

/// Removes `.`, `..` and empty segments (RFC 3986, 5.2.4, and doubled slashes besides).
fn normalize(path: &str, out: &mut String) {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    for segment in &kept {
        out.push('/');
        out.push_str(segment);
    }
    let directory = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    if directory || kept.is_empty() {
        out.push('/');
    }
}

/// Every pair decoded, encoded again, and sorted by key and then value.
fn push_query(out: &mut Vec<u8>, query: &str, presigned: bool) -> Result<(), AuthError> {
    if query.is_empty() {
        return Ok(());
    }
    let mut text = Vec::with_capacity(query.len() + query.len() / 4);
    let mut pairs = Vec::new();
    for (key, value) in query_pairs(query) {
        if presigned && key_is(key, SIGNATURE) {
            continue;
        }
        let start = text.len();
        push_recoded(&mut text, key.as_bytes(), true)?;
        let middle = text.len();
        push_recoded(&mut text, value.as_bytes(), true)?;
        pairs.push((start..middle, middle..text.len()));
    }
    pairs.sort_unstable_by(|a, b| {
        (&text[a.0.clone()], &text[a.1.clone()]).cmp(&(&text[b.0.clone()], &text[b.1.clone()]))
    });
    for (n, (key, value)) in pairs.into_iter().enumerate() {
        if n > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(&text[key]);
        out.push(b'=');
        out.extend_from_slice(&text[value]);
    }
    Ok(())
}

fn push_headers(
    out: &mut Vec<u8>,
    request: &RequestView<'_>,
    signed_headers: &str,
) -> Result<(), AuthError> {
    let mut last = "";
    for name in signed_headers.split(';') {
        // In order and once each, so that one set of headers has one canonical request.
        if name <= last || name.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(AuthError::SignatureMismatch);
        }
        last = name;
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        push_values(out, request, name)?;
        out.push(b'\n');
    }
    Ok(())
}

fn push_values(out: &mut Vec<u8>, request: &RequestView<'_>, name: &str) -> Result<(), AuthError> {
    let header = if name == ":authority" { "host" } else { name };
    let mut values = request.headers.get_all(header).iter();
    match (values.next(), request.authority) {
        (Some(first), _) => push_trimmed(out, first.as_bytes()),
        (None, Some(authority)) if header == "host" => out.extend_from_slice(authority.as_bytes()),
        // A header that is signed but missing was taken away on the way.
        (None, _) => return Err(AuthError::SignatureMismatch),
    }
    for value in values {
        // Two hosts would let a router and a signature mean different ones.
        if header == "host" {
            return Err(AuthError::SignatureMismatch);
        }
        out.push(b',');
        push_trimmed(out, value.as_bytes());
    }
    Ok(())
}

/// The value without blanks around it, and with single blanks inside.
fn push_trimmed(out: &mut Vec<u8>, value: &[u8]) {
    let mut last = b' ';
    for &byte in value.trim_ascii() {
        if byte != b' ' || last != b' ' {
            out.push(byte);
        }
        last = byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_canonical() {
        let unchanged = Service { normalize_path: false, ..Service::LAMBDA };
        for (service, path, canonical) in [
            (Service::LAMBDA, "", "/"),
            (Service::LAMBDA, "/a%20b/c:d", "/a%2520b/c%3Ad"),
            (Service::LAMBDA, "//a/./b/../c//", "/a/c/"),
            (Service::LAMBDA, "/../..", "/"),
            (Service::LAMBDA, "/a/..b/.c", "/a/..b/.c"),
            (unchanged, "//a/../b", "//a/../b"),
            (Service::S3, "//a/../b%20c(d)", "//a/../b%20c%28d%29"),
            (Service::S3, "/a%2fb%41", "/a%2FbA"),
        ] {
            let mut out = Vec::new();
            push_path(&mut out, path, service).expect(path);
            assert_eq!(String::from_utf8_lossy(&out), canonical, "{path}");
        }
    }

    #[test]
    fn queries_are_sorted_by_their_encoding() {
        let mut out = Vec::new();
        push_query(&mut out, "b=2&a=z&&a=%41&c&a-=1&X-Amz-Signature=x", true).expect("a query");
        assert_eq!(String::from_utf8_lossy(&out), "a=A&a=z&a-=1&b=2&c=");
    }
}
