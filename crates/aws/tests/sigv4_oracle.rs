//! AWS's own signer as oracle: what it signs we accept, what we sign it signs alike, and one
//! flipped byte anywhere is refused.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials as AwsCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use fika_aws::sigv4::{
    AuthError, Credentials, RequestView, Service, Signer, SigningKey, parse, verify,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// Failing samples are kept beside this file.
fn config() -> ProptestConfig {
    let place = FileFailurePersistence::WithSource("regressions");
    ProptestConfig { failure_persistence: Some(Box::new(place)), ..ProptestConfig::default() }
}

const EXPIRES: u32 = 900;

/// A random request and the moment it is signed.
#[derive(Debug, Clone)]
struct Sample {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    secret: String,
    token: Option<String>,
    region: String,
    now: i64,
}

impl Sample {
    fn target(&self) -> String {
        let pairs: Vec<_> =
            self.query.iter().map(|(key, value)| format!("{key}={value}")).collect();
        match pairs.is_empty() {
            true => self.path.clone(),
            false => format!("{}?{}", self.path, pairs.join("&")),
        }
    }

    fn parts(&self) -> Parts {
        let mut request = http::Request::builder()
            .method(&*self.method)
            .uri(format!("http://127.0.0.1:9000{}", self.target()))
            .header("host", "127.0.0.1:9000");
        for (name, value) in &self.headers {
            request = request.header(name, HeaderValue::from_bytes(value).unwrap());
        }
        request.body(()).unwrap().into_parts().0
    }

    fn signer(&self, service: Service) -> Signer<'_> {
        let credentials = Credentials {
            access_key: "AKIDEXAMPLE",
            secret_key: &self.secret,
            session_token: self.token.as_deref(),
        };
        Signer { credentials, region: &self.region, service }
    }

    /// The request as AWS's crate signs it.
    fn signed_by_aws(&self, service: Service, presigned: bool) -> Parts {
        let mut parts = self.parts();
        let credentials =
            AwsCredentials::new("AKIDEXAMPLE", &self.secret, self.token.clone(), None, "test");
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service.name)
            .time(self.time())
            .settings(settings(service, presigned))
            .build()
            .unwrap();
        let headers = parts.headers.iter().map(|(n, v)| (n.as_str(), v.to_str().unwrap()));
        let body = match service.s3_payloads && presigned {
            true => SignableBody::UnsignedPayload,
            false => SignableBody::Bytes(&self.body),
        };
        let uri = parts.uri.to_string();
        let request = SignableRequest::new(&self.method, uri, headers, body).unwrap();
        let (instructions, _) = sign(request, &params.into()).unwrap().into_parts();
        let (headers, query) = instructions.into_parts();
        for header in headers {
            let name = HeaderName::from_bytes(header.name().as_bytes()).unwrap();
            parts.headers.insert(name, HeaderValue::from_str(header.value()).unwrap());
        }
        let mut serializer = String::new();
        for (name, value) in query {
            let separator = if serializer.is_empty() && self.query.is_empty() { '?' } else { '&' };
            serializer.push(separator);
            serializer.extend([name, "=", &escaped(&value)]);
        }
        parts.uri = format!("{}{serializer}", parts.uri).parse().unwrap();
        parts
    }

    fn time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.now.try_into().unwrap())
    }

    fn check(&self, parts: &Parts, body: &[u8], service: Service) -> Result<(), AuthError> {
        let view = RequestView::from(parts);
        let claim = parse(&view, self.now, &[service])?;
        let key =
            SigningKey::derive(&self.secret, claim.date(), claim.region(), claim.service().name);
        verify(&claim, &view, body, &key)
    }
}

fn settings(service: Service, presigned: bool) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if presigned {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(EXPIRES.into()));
    } else if service.s3_payloads {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if service == Service::S3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    settings
}

fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let byte = |b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(byte).collect()
}

fn component() -> impl Strategy<Value = String> {
    // Empty segments and dots are for the canonical form to clean up; escapes stay escaped.
    prop_oneof![
        4 => "[A-Za-z0-9_~.-]{1,12}",
        2 => "[ -~é\u{4e2d}]{1,8}".prop_map(|text| escaped(&text)),
        1 => Just("..".to_owned()),
        1 => Just(String::new()),
    ]
}

fn sample() -> impl Strategy<Value = Sample> {
    let query = prop::collection::vec(
        ("[a-zA-Z0-9-]{1,8}", "[ -~é]{0,10}".prop_map(|text| escaped(&text))),
        0..4,
    );
    let headers = prop::collection::vec(
        (
            "(x-amz-meta-[a-z0-9]{1,6}|content-type|accept|user-agent|x-amz-user-agent|cookie)",
            "[!-~][ -~]{0,20}",
        ),
        0..5,
    );
    (
        prop::sample::select(vec!["GET", "POST", "PUT", "DELETE", "PATCH"]),
        prop::collection::vec(component(), 0..5),
        query,
        headers,
        prop::collection::vec(any::<u8>(), 0..300),
        "[!-~]{1,60}",
        prop::option::of("[A-Za-z0-9+/=]{1,80}"),
        "[a-z]{2}-[a-z]{4,9}-[1-9]",
        0i64..4_000_000_000,
    )
        .prop_map(|(method, path, query, headers, body, secret, token, region, now)| Sample {
            method: method.into(),
            path: format!("/{}", path.join("/")),
            query,
            headers: headers.into_iter().map(|(n, v)| (n, v.into_bytes())).collect(),
            body,
            secret,
            token,
            region,
            now,
        })
}

/// Changes one byte of printable text into another that is fit for the same place.
fn flip(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = at % bytes.len();
    bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
    String::from_utf8(bytes).unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_aws_signs_we_accept(sample in sample(), s3: bool, presigned: bool) {
        let service = if s3 { Service::S3 } else { Service::LAMBDA };
        let parts = sample.signed_by_aws(service, presigned);
        prop_assert_eq!(sample.check(&parts, &sample.body, service), Ok(()), "{:?}", parts);
    }

    #[test]
    fn we_sign_as_aws_does(sample in sample(), s3: bool) {
        let service = if s3 { Service::S3 } else { Service::LAMBDA };
        let aws = sample.signed_by_aws(service, false);
        let mut ours = sample.parts();
        sample.signer(service).sign(&mut ours, &sample.body, sample.now).unwrap();
        prop_assert_eq!(&ours.headers["authorization"], &aws.headers["authorization"]);

        let aws = sample.signed_by_aws(service, true).uri.query().unwrap().to_owned();
        let mut ours = sample.parts();
        sample.signer(service).presign(&mut ours, &sample.body, EXPIRES, sample.now).unwrap();
        let signature = |query: &str| query.split_once("X-Amz-Signature=").unwrap().1[..64].to_owned();
        prop_assert_eq!(signature(ours.uri.query().unwrap()), signature(&aws));
    }

    #[test]
    fn a_flipped_byte_is_refused(sample in sample(), presigned: bool, at: usize, bit in 0u8..8) {
        let service = Service::LAMBDA;
        let good = sample.signed_by_aws(service, presigned);
        let refused = |parts: &Parts, body: &[u8], what: &str| {
            prop_assert!(sample.check(parts, body, service).is_err(), "{} of {:?}", what, parts);
            Ok(())
        };
        let mut body = sample.body.clone();
        match body.len() {
            0 => body.push(0),
            length => body[at % length] ^= 1 << bit,
        }
        refused(&good, &body, "body")?;

        let mut parts = good.clone();
        parts.method = http::Method::OPTIONS;
        refused(&parts, &sample.body, "method")?;

        for (name, value) in signed_headers(&sample, &good, presigned) {
            let mut parts = good.clone();
            let flipped = flip(value.to_str().unwrap(), at);
            parts.headers.insert(name, HeaderValue::from_str(&flipped).unwrap());
            refused(&parts, &sample.body, "header")?;
        }
        // Every byte of the query counts: names, values, and the signature among them. A `=` or
        // `&` that goes makes other pairs, a `%` that goes another text.
        if let Some(query) = good.uri.query() {
            let mut parts = good.clone();
            parts.uri = format!("{}?{}", good.uri.path(), flip(query, at)).parse().unwrap();
            refused(&parts, &sample.body, "query")?;
        }
        if let Some(authorization) = good.headers.get("authorization") {
            let mut parts = good.clone();
            let text = authorization.to_str().unwrap();
            let (before, signature) = text.split_once("Signature=").unwrap();
            let flipped = format!("{before}Signature={}", flip(signature, at));
            parts.headers.insert("authorization", flipped.parse().unwrap());
            refused(&parts, &sample.body, "signature")?;
        }
    }

    #[test]
    fn a_flipped_byte_of_the_path_is_refused(
        sample in sample(), path in "/[a-z]{1,9}/[a-z%]{0,3}[a-z]{2}", at: usize,
    ) {
        // No escapes that break, no dots and no empty segments: of those, several are one path.
        let sample = Sample { path: path.replace('%', "%25"), ..sample };
        let good = sample.signed_by_aws(Service::LAMBDA, false);
        let flipped = format!("/{}", flip(&sample.path[1..], at));
        let mut parts = good.clone();
        parts.uri = good.uri.to_string().replacen(&sample.path, &flipped, 1).parse().unwrap();
        prop_assert!(sample.check(&parts, &sample.body, Service::LAMBDA).is_err(), "{}", flipped);
    }
}

/// Headers of which every byte is signed: not those with blanks in a row, which count as one.
fn signed_headers(
    sample: &Sample,
    parts: &Parts,
    presigned: bool,
) -> Vec<(HeaderName, HeaderValue)> {
    let mut unsigned = vec!["authorization", "user-agent"];
    if presigned {
        unsigned.push("x-amz-user-agent");
    }
    let mut headers = Vec::new();
    for (name, value) in &parts.headers {
        let once = sample.headers.iter().filter(|(n, _)| n == name.as_str()).count() < 2;
        let blank = value.as_bytes().contains(&b' ');
        if once && !blank && !unsigned.contains(&name.as_str()) {
            headers.push((name.clone(), value.clone()));
        }
    }
    headers
}

proptest! {
    #![proptest_config(config())]

    /// Whatever comes in is answered, not panicked at, and never accepted.
    #[test]
    fn hostile_requests_are_answered(
        method in "[A-Z]{0,8}",
        path in ".{0,40}",
        query in prop::collection::vec(hostile_pair(), 0..12),
        headers in prop::collection::vec(hostile_header(), 0..12),
        now: i64,
        body in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let mut map = HeaderMap::new();
        for (name, value) in &headers {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
            }
        }
        let view = RequestView {
            method: &method,
            path: &path,
            query: &query.join("&"),
            authority: None,
            headers: &map,
        };
        for service in [Service::LAMBDA, Service::S3] {
            for now in [now, 1_440_938_160] {
                if let Ok(claim) = parse(&view, now, &[service]) {
                    let key = SigningKey::derive("s", claim.date(), claim.region(), service.name);
                    prop_assert!(verify(&claim, &view, &body, &key).is_err());
                }
            }
        }
    }
}

fn hostile_pair() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,20}",
        "[%&=+a-zA-Z0-9]{0,20}",
        Just("X-Amz-Algorithm=AWS4-HMAC-SHA256".to_owned()),
        Just("X-Amz-Credential=a/20150830/r/lambda/aws4_request".to_owned()),
        Just("X-Amz-Date=20150830T123600Z".to_owned()),
        Just("X-Amz-SignedHeaders=host".to_owned()),
        "X-Amz-(Expires|Signature|Credential|SignedHeaders|Date)=[0-9a-f/;%]{0,70}",
    ]
}

fn hostile_header() -> impl Strategy<Value = (String, Vec<u8>)> {
    let name = prop::sample::select(vec![
        "authorization",
        "host",
        "date",
        "x-amz-date",
        "x-amz-content-sha256",
        "x-amz-security-token",
        "x-amz-meta-a",
    ]);
    let authorization = "AWS4-HMAC-SHA256 Credential=[a-z0-9/]{0,30},? ?SignedHeaders=[a-z;-]{0,20},Signature=[0-9a-f]{0,64}";
    let whole = "AWS4-HMAC-SHA256 Credential=a/20150830/r/lambda/aws4_request, SignedHeaders=[a-z;]{0,9}host[a-z;-]{0,9}, Signature=[0-9a-f]{64}";
    let value = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        authorization.prop_map(String::into_bytes),
        whole.prop_map(String::into_bytes),
        Just(b"20150830T123600Z".to_vec()),
        Just(b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD".to_vec()),
    ];
    (name.prop_map(str::to_owned), value)
}

#[test]
fn an_enormous_query_is_read() {
    let query = "a=%41&".repeat(200_000);
    let sample = Sample {
        method: "GET".into(),
        path: "/".into(),
        query: vec![],
        headers: vec![],
        body: vec![],
        secret: "s".into(),
        token: None,
        region: "r".into(),
        now: 1_440_938_160,
    };
    let parts = sample.signed_by_aws(Service::LAMBDA, false);
    let view = RequestView { query: &query, ..RequestView::from(&parts) };
    let claim = parse(&view, sample.now, &[Service::LAMBDA]).unwrap();
    let key = SigningKey::derive("s", claim.date(), claim.region(), "lambda");
    assert_eq!(verify(&claim, &view, b"", &key), Err(AuthError::SignatureMismatch));
}
