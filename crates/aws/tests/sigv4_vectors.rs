//! The published SigV4 test vectors.
//!
//! AWS's `aws-sigv4` crate, a dev-dependency here, ships the suite; it is read from there, so that
//! no copy of it has to be kept.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

use fika_aws::sigv4::{
    Credentials, RequestView, Service, Signer, SigningKey, canonical_request, parse, verify,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

/// 2015-08-30T12:36:00Z, the time of every vector.
const NOW: i64 = 1_440_938_160;

struct Vector {
    name: String,
    dir: PathBuf,
    context: Value,
    service: Service,
}

/// A request of the suite, which is none that every HTTP library takes: its paths hold spaces.
struct Request {
    method: String,
    path: String,
    query: String,
    headers: HeaderMap,
    body: String,
}

impl Vector {
    fn text(&self, file: &str) -> String {
        let path = self.dir.join(file);
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    fn credentials(&self) -> Credentials<'_> {
        let credentials = &self.context["credentials"];
        Credentials {
            access_key: credentials["access_key_id"].as_str().unwrap(),
            secret_key: credentials["secret_access_key"].as_str().unwrap(),
            session_token: credentials["token"].as_str(),
        }
    }

    /// Whether the session token was added after signing.
    fn token_unsigned(&self) -> bool {
        self.context["omit_session_token"] == true
    }
}

impl Request {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.trim_end().split('\n');
        let (method, rest) = lines.next().unwrap().split_once(' ').unwrap();
        let target = rest.strip_suffix(" HTTP/1.1").unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in lines {
            match line.strip_prefix(' ') {
                // A folded line; HTTP libraries join them with blanks, or refuse them.
                Some(more) => fields.last_mut().unwrap().1.extend([" ", more]),
                None => {
                    let (name, value) = line.split_once(':').unwrap();
                    fields.push((name.into(), value.into()));
                }
            }
        }
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        Self {
            method: method.into(),
            path: path.into(),
            query: query.into(),
            headers,
            body: body.into(),
        }
    }

    fn view(&self) -> RequestView<'_> {
        RequestView {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            authority: None,
            headers: &self.headers,
        }
    }
}

fn vectors() -> Vec<Vector> {
    let suite = crate_dir("aws-sigv4").join("aws-signing-test-suite/v4");
    let mut dirs: Vec<_> = std::fs::read_dir(&suite).unwrap().map(|e| e.unwrap().path()).collect();
    // The crate adds two cases of its own, without a context.
    dirs.retain(|dir| dir.join("context.json").is_file());
    dirs.sort();
    let vectors: Vec<_> = dirs.into_iter().map(vector).collect();
    assert!(vectors.len() >= 30, "the suite is not whole: {} vectors", vectors.len());
    vectors
}

fn vector(dir: PathBuf) -> Vector {
    let context = std::fs::read_to_string(dir.join("context.json")).unwrap();
    let context: Value = serde_json::from_str(&context).unwrap();
    assert_eq!(context["timestamp"], "2015-08-30T12:36:00Z");
    assert_eq!(context["service"], "service");
    let normalize_path = context["normalize"] == true;
    Vector {
        name: dir.file_name().unwrap().to_str().unwrap().to_owned(),
        service: Service { normalize_path, ..Service::standard("service") },
        context,
        dir,
    }
}

/// Where cargo keeps the source of that dependency.
fn crate_dir(name: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|p| p["name"] == name).unwrap();
    Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}

/// The canonical request, rebuilt from the signed request, is the suite's.
fn check_canonical(vector: &Vector, kind: &str, presigned: bool) {
    let request = Request::parse(&vector.text(&format!("{kind}-signed-request.txt")));
    let expected = vector.text(&format!("{kind}-canonical-request.txt"));
    let mut tail = expected.trim_end().rsplit('\n');
    let (payload, signed_headers) = (tail.next().unwrap(), tail.next().unwrap());
    let canonical = canonical_request(
        &request.view(),
        signed_headers,
        vector.service,
        presigned,
        payload.as_bytes(),
    );
    let canonical = String::from_utf8(canonical.unwrap()).unwrap();
    assert_eq!(canonical, expected.trim_end(), "{} {kind}", vector.name);
}

/// The suite's signed request is accepted, and its signature is the one we check for.
fn check_accepted(vector: &Vector, kind: &str) {
    let request = Request::parse(&vector.text(&format!("{kind}-signed-request.txt")));
    let credentials = vector.credentials();
    let claim = parse(&request.view(), NOW, &[vector.service])
        .unwrap_or_else(|e| panic!("{} {kind}: {e}", vector.name));
    assert_eq!(claim.access_key(), credentials.access_key);
    assert_eq!((claim.region(), claim.date()), ("us-east-1", "20150830"));
    assert_eq!(claim.session_token(), credentials.session_token);
    let key = SigningKey::derive(credentials.secret_key, "20150830", "us-east-1", "service");
    let proven = verify(&claim, &request.view(), request.body.as_bytes(), &key);
    assert_eq!(proven, Ok(()), "{} {kind}", vector.name);
    let wrong = SigningKey::derive("wrong", "20150830", "us-east-1", "service");
    verify(&claim, &request.view(), request.body.as_bytes(), &wrong).unwrap_err();
}

#[test]
fn signed_by_header() {
    for vector in vectors() {
        check_canonical(&vector, "header", false);
        check_accepted(&vector, "header");
    }
}

#[test]
fn signed_by_query() {
    // A token added to a query after signing cannot be told from one an attacker added: the
    // canonical query holds every parameter but the signature. IoT alone signs so.
    for vector in vectors().into_iter().filter(|v| !v.token_unsigned()) {
        check_canonical(&vector, "query", true);
        check_accepted(&vector, "query");
    }
}

#[test]
fn we_sign_as_the_suite_does() {
    let mut signed = 0;
    for vector in vectors().into_iter().filter(|v| !v.token_unsigned()) {
        let mut request = Request::parse(&vector.text("request.txt"));
        // The crate encoded a blank in an unsigned request, but signed the one with the blank.
        request.path = Request::parse(&vector.text("header-signed-request.txt")).path;
        let target = match &*request.query {
            "" => request.path.clone(),
            query => format!("{}?{query}", request.path),
        };
        // What an HTTP library takes for a URI; and the body's hash as a header is S3's.
        let uri = target.parse::<http::Uri>().ok().filter(|uri| uri.path() == request.path);
        let Some(uri) = uri.filter(|_| vector.context["sign_body"] == false) else { continue };
        let mut parts = http::Request::new(()).into_parts().0;
        parts.method = request.method.parse().unwrap();
        parts.uri = uri;
        parts.headers = request.headers.clone();
        let signer = Signer {
            credentials: vector.credentials(),
            region: "us-east-1",
            service: vector.service,
        };
        let mut presigned = parts.clone();
        signer.sign(&mut parts, request.body.as_bytes(), NOW).unwrap();
        let authorization = parts.headers["authorization"].to_str().unwrap();
        let signature = vector.text("header-signature.txt");
        assert!(authorization.ends_with(signature.trim()), "{}: {authorization}", vector.name);

        signer.presign(&mut presigned, request.body.as_bytes(), 3_600, NOW).unwrap();
        let query = presigned.uri.query().unwrap();
        let signature = vector.text("query-signature.txt");
        assert!(query.ends_with(signature.trim()), "{}: {query}", vector.name);
        signed += 1;
    }
    assert!(signed >= 25, "only {signed} vectors could be signed");
}
