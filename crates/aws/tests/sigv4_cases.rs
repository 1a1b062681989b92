//! Each way a signature can be right or wrong, one case a test, and the answer AWS gives to it.
#![allow(clippy::unwrap_used)]

use fika_aws::sigv4::{
    AuthError, Claim, Credentials, KeyCache, Payload, RequestView, Service, Signer, SigningKey,
    decode_chunked, parse, verify,
};
use http::request::Parts;
use http::{HeaderName, HeaderValue};

const NOW: i64 = 1_440_938_160;
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const BODY: &[u8] = b"{\"a\":1}";
const MISMATCH: &str = "The request signature we calculated does not match the signature you \
                        provided. Check your AWS Secret Access Key and signing method. Consult \
                        the service documentation for details.";

fn signer(service: Service) -> Signer<'static> {
    let credentials =
        Credentials { access_key: "AKIDEXAMPLE", secret_key: SECRET, session_token: None };
    Signer { credentials, region: "eu-north-1", service }
}

fn request() -> Parts {
    let request =
        http::Request::post("/2015-03-31/functions/hello/invocations?Qualifier=%24LATEST")
            .header("host", "127.0.0.1:9000")
            .header("x-amz-log-type", "Tail")
            .header("content-type", "application/json");
    request.body(()).unwrap().into_parts().0
}

fn signed() -> Parts {
    let mut parts = request();
    signer(Service::LAMBDA).sign(&mut parts, BODY, NOW).unwrap();
    parts
}

fn presigned(expires: u32) -> Parts {
    let mut parts = request();
    signer(Service::LAMBDA).presign(&mut parts, BODY, expires, NOW).unwrap();
    parts
}

/// The whole check, as a server runs it, of a caller whose secret is `secret`.
fn check_as(parts: &Parts, body: &[u8], now: i64, secret: &str) -> Result<Claim, AuthError> {
    let view = RequestView::from(parts);
    let claim = parse(&view, now, &[Service::LAMBDA, Service::S3])?;
    let key = KeyCache::new().get(&claim, secret);
    verify(&claim, &view, body, &key).map(|()| claim)
}

fn check(parts: &Parts, body: &[u8], now: i64) -> Result<Claim, AuthError> {
    check_as(parts, body, now, SECRET)
}

#[track_caller]
fn refused(result: Result<Claim, AuthError>, code: &str, message: &str) {
    let error = result.expect_err("it was accepted");
    assert_eq!((error.code(), error.status()), (code, 403), "{error}");
    assert_eq!(error.to_string(), message);
}

fn set(parts: &mut Parts, name: &'static str, value: &str) {
    parts.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
}

fn edit_header(parts: &mut Parts, name: &'static str, from: &str, to: &str) {
    let value = parts.headers[name].to_str().unwrap();
    assert!(value.contains(from), "{value}");
    let value = value.replace(from, to);
    set(parts, name, &value);
}

fn edit_uri(parts: &mut Parts, from: &str, to: &str) {
    let uri = parts.uri.to_string();
    assert!(uri.contains(from), "{uri}");
    parts.uri = uri.replace(from, to).parse().unwrap();
}

#[test]
fn a_good_signature_says_who() {
    let claim = check(&signed(), BODY, NOW).unwrap();
    assert_eq!(claim.access_key(), "AKIDEXAMPLE");
    assert_eq!((claim.date(), claim.region()), ("20150830", "eu-north-1"));
    assert_eq!(claim.service(), Service::LAMBDA);
    assert_eq!((claim.payload(), claim.presigned()), (Payload::Signed, false));
    let headers: Vec<_> = claim.signed_headers().collect();
    assert_eq!(headers, ["content-type", "host", "x-amz-date", "x-amz-log-type"]);
}

#[test]
fn wrong_key() {
    refused(check_as(&signed(), BODY, NOW, "other"), "InvalidSignatureException", MISMATCH);
    // What the caller says when it finds no such access key.
    let unknown = AuthError::UnrecognizedClient;
    assert_eq!(unknown.code(), "UnrecognizedClientException");
    assert_eq!(unknown.to_string(), "The security token included in the request is invalid.");
}

#[test]
fn wrong_signature() {
    let parts = signed();
    let authorization = parts.headers["authorization"].to_str().unwrap();
    let (before, signature) = authorization.split_once("Signature=").unwrap();
    let zeros = "0".repeat(64);
    for wrong in [&zeros, &signature.to_uppercase(), &signature[..63], "zz"] {
        let mut parts = signed();
        set(&mut parts, "authorization", &format!("{before}Signature={wrong}"));
        refused(check(&parts, BODY, NOW), "InvalidSignatureException", MISMATCH);
    }
}

#[test]
fn stale_date() {
    assert!(check(&signed(), BODY, NOW + 300).is_ok());
    assert!(check(&signed(), BODY, NOW - 300).is_ok());
    refused(
        check(&signed(), BODY, NOW + 301),
        "InvalidSignatureException",
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z \
         (20150830T124101Z - 5 min.)",
    );
    refused(
        check(&signed(), BODY, NOW - 301),
        "InvalidSignatureException",
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z \
         (20150830T123059Z + 5 min.)",
    );
}

#[test]
fn date_header() {
    let mut parts = signed();
    set(&mut parts, "x-amz-date", "Sun, 30 Aug 2015 12:36:00 GMT");
    refused(
        check(&parts, BODY, NOW),
        "IncompleteSignatureException",
        "Date must be in ISO-8601 'basic format'. Got 'Sun, 30 Aug 2015 12:36:00 GMT'. See \
         http://en.wikipedia.org/wiki/ISO_8601",
    );
    parts.headers.remove("x-amz-date");
    refused(
        check(&parts, BODY, NOW),
        "IncompleteSignatureException",
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
}

#[test]
fn body_changed() {
    refused(check(&signed(), b"{\"a\":2}", NOW), "InvalidSignatureException", MISMATCH);
    refused(check(&signed(), b"", NOW), "InvalidSignatureException", MISMATCH);
}

#[test]
fn anything_signed_changed() {
    let changes: [fn(&mut Parts); 8] = [
        |p| p.method = http::Method::PUT,
        |p| edit_uri(p, "hello", "jello"),
        |p| edit_uri(p, "LATEST", "OLDEST"),
        |p| edit_uri(p, "?Qualifier=%24LATEST", ""),
        |p| set(p, "host", "127.0.0.1:9001"),
        |p| set(p, "x-amz-log-type", "None"),
        |p| assert!(p.headers.append("x-amz-log-type", HeaderValue::from_static("None"))),
        |p| drop(p.headers.remove("content-type")),
    ];
    for change in changes {
        let mut parts = signed();
        change(&mut parts);
        refused(check(&parts, BODY, NOW), "InvalidSignatureException", MISMATCH);
    }
    // What is not signed may change on the way.
    let mut parts = signed();
    set(&mut parts, "user-agent", "a proxy");
    set(&mut parts, "x-amzn-trace-id", "Root=1-5e1b4151-5ac6c58f3f3d1a3a5b8e8f3e");
    check(&parts, BODY, NOW).unwrap();
}

#[test]
fn header_not_signed() {
    let mut parts = signed();
    edit_header(&mut parts, "authorization", ";host", "");
    refused(
        check(&parts, BODY, NOW),
        "InvalidSignatureException",
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
    let mut parts = signed();
    set(&mut parts, "x-amz-client-context", "e30=");
    refused(
        check(&parts, BODY, NOW),
        "InvalidSignatureException",
        "There were headers present in the request which were not signed: x-amz-client-context. \
         Sign every x-amz-* header.",
    );
    // Out of order, in capitals, or twice, the list of one request could be spelled many ways.
    for list in [
        "host;content-type;x-amz-date;x-amz-log-type",
        "Content-Type;host;x-amz-date;x-amz-log-type",
        "content-type;host;host;x-amz-date;x-amz-log-type",
    ] {
        let mut parts = signed();
        edit_header(
            &mut parts,
            "authorization",
            "content-type;host;x-amz-date;x-amz-log-type",
            list,
        );
        refused(check(&parts, BODY, NOW), "InvalidSignatureException", MISMATCH);
    }
}

#[test]
fn host_from_http2() {
    let mut parts = signed();
    let host = parts.headers.remove("host").unwrap();
    refused(check(&parts, BODY, NOW), "InvalidSignatureException", MISMATCH);
    let authority = host.to_str().unwrap();
    parts.uri = format!("http://{authority}{}", parts.uri).parse().unwrap();
    check(&parts, BODY, NOW).unwrap();
}

#[test]
fn no_signature() {
    let missing = "MissingAuthenticationTokenException";
    refused(check(&request(), BODY, NOW), missing, "Missing Authentication Token");
    for other in ["Bearer abc", "Basic YTpi", "aws4-hmac-sha256", ""] {
        let mut parts = request();
        set(&mut parts, "authorization", other);
        refused(check(&parts, BODY, NOW), missing, "Missing Authentication Token");
    }
}

#[test]
fn half_a_signature() {
    let incomplete = "IncompleteSignatureException";
    for (name, message) in [
        ("Credential", "Authorization header requires 'Credential' parameter."),
        ("Signature", "Authorization header requires 'Signature' parameter."),
        ("SignedHeaders", "Authorization header requires 'SignedHeaders' parameter."),
    ] {
        let mut parts = signed();
        edit_header(&mut parts, "authorization", &format!("{name}="), "Other=");
        refused(check(&parts, BODY, NOW), incomplete, message);
    }
    let mut parts = signed();
    edit_header(&mut parts, "authorization", "Signature=", "Signature");
    let error = check(&parts, BODY, NOW).unwrap_err();
    assert_eq!(error.code(), incomplete);
    let message = error.to_string();
    assert!(message.starts_with("Invalid key=value pair (missing equal-sign)"), "{message}");
    assert!(!message.contains("AKIDEXAMPLE"), "{message}");

    let mut parts = signed();
    edit_header(&mut parts, "authorization", "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256");
    refused(
        check(&parts, BODY, NOW),
        incomplete,
        "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now).",
    );
    let mut parts = signed();
    edit_header(&mut parts, "authorization", "AKIDEXAMPLE/", "");
    refused(
        check(&parts, BODY, NOW),
        incomplete,
        "Credential must have exactly 5 slash-delimited elements, e.g. \
         keyid/date/region/service/term, got '20150830/eu-north-1/lambda/aws4_request'",
    );
}

#[test]
fn wrong_scope() {
    for (from, to, message) in [
        ("/lambda/", "/ec2/", "Credential should be scoped to correct service: 'lambda', 's3'."),
        (
            "/aws4_request",
            "/aws5",
            "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'.",
        ),
        ("/eu-north-1/", "//", "Credential should be scoped to a valid region, not ''."),
        ("/eu-north-1/", "/a:b/", "Credential should be scoped to a valid region, not 'a:b'."),
        (
            "/20150830/",
            "/20150829/",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
             HTTP: '20150829' != '20150830', from '20150830T123600Z'.",
        ),
    ] {
        let mut parts = signed();
        edit_header(&mut parts, "authorization", from, to);
        refused(check(&parts, BODY, NOW), "InvalidSignatureException", message);
    }
    // A scope that is fine, but not the one that was signed.
    let mut parts = signed();
    edit_header(&mut parts, "authorization", "/eu-north-1/", "/us-east-1/");
    refused(check(&parts, BODY, NOW), "InvalidSignatureException", MISMATCH);
}

#[test]
fn given_twice() {
    let incomplete = "IncompleteSignatureException";
    for name in ["authorization", "x-amz-date"] {
        let mut parts = signed();
        let value = parts.headers[name].clone();
        parts.headers.append(name, value);
        let message = format!("Header '{name}' must be given once, in ASCII.");
        refused(check(&parts, BODY, NOW), incomplete, &message);
    }
    let mut parts = signed();
    edit_header(&mut parts, "authorization", "Signature=", "Signature=0, Signature=");
    refused(check(&parts, BODY, NOW), incomplete, "'Signature' must be given only once.");
    let mut parts = presigned(60);
    edit_uri(&mut parts, "X-Amz-Expires=60", "X-Amz-Expires=60&X-Amz-Expires=604800");
    refused(check(&parts, BODY, NOW), incomplete, "'X-Amz-Expires' must be given only once.");
    let mut parts = presigned(60);
    set(&mut parts, "authorization", "AWS4-HMAC-SHA256 Credential=a");
    refused(
        check(&parts, BODY, NOW),
        "InvalidSignatureException",
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    );
    let mut parts = signed();
    parts.headers.append("host", HeaderValue::from_static("other"));
    refused(check(&parts, BODY, NOW), "InvalidSignatureException", MISMATCH);
}

#[test]
fn presigned_query() {
    let claim = check(&presigned(3_600), BODY, NOW + 3_600).unwrap();
    assert!(claim.presigned());
    check(&presigned(604_800), BODY, NOW + 604_800).unwrap();
    // The name of a parameter may be escaped as well.
    let mut parts = presigned(60);
    edit_uri(&mut parts, "X-Amz-Signature", "X%2DAmz%2DSignature");
    check(&parts, BODY, NOW).unwrap();

    refused(check(&presigned(60), b"other", NOW), "InvalidSignatureException", MISMATCH);
    refused(
        check(&presigned(45), BODY, NOW + 46),
        "InvalidSignatureException",
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z \
         (20150830T123646Z - 45 sec.)",
    );
    let longer = "X-Amz-Expires must be a number of seconds, at most a week (604800).";
    for (expires, message) in [
        ("61", MISMATCH),
        ("060", MISMATCH),
        ("604801", longer),
        ("-1", longer),
        ("%2B60", longer),
        ("1e3", longer),
        ("99999999999999999999", longer),
    ] {
        let mut parts = presigned(60);
        edit_uri(&mut parts, "X-Amz-Expires=60", &format!("X-Amz-Expires={expires}"));
        refused(check(&parts, BODY, NOW), "InvalidSignatureException", message);
    }
    let mut parts = presigned(60);
    edit_uri(&mut parts, "X-Amz-Credential", "Credential");
    refused(
        check(&parts, BODY, NOW),
        "IncompleteSignatureException",
        "AWS query-string parameters must include 'X-Amz-Credential'. Re-examine the query-string \
         parameters.",
    );
    assert!(signer(Service::LAMBDA).presign(&mut request(), BODY, 604_801, NOW).is_err());
}

#[test]
fn session_token() {
    let mut parts = request();
    let mut signer = signer(Service::LAMBDA);
    signer.credentials.session_token = Some("a/token+=");
    signer.sign(&mut parts, BODY, NOW).unwrap();
    assert_eq!(check(&parts, BODY, NOW).unwrap().session_token(), Some("a/token+="));
    set(&mut parts, "x-amz-security-token", "another");
    refused(check(&parts, BODY, NOW), "InvalidSignatureException", MISMATCH);

    let mut parts = request();
    signer.presign(&mut parts, BODY, 60, NOW).unwrap();
    let claim = check(&parts, BODY, NOW).unwrap();
    assert_eq!(claim.session_token(), Some("a/token+="));
    assert!(!format!("{claim:?}").contains("a/token"), "a token in a log: {claim:?}");
}

/// Signs a request over a word instead of the body's hash, as S3 clients do.
fn signed_over(word: &str, service: Service) -> Parts {
    let mut parts = request();
    set(&mut parts, "x-amz-content-sha256", word);
    set(&mut parts, "x-amz-date", "20150830T123600Z");
    let names = "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-log-type";
    let view = RequestView::from(&parts);
    let canonical =
        fika_aws::sigv4::canonical_request(&view, names, service, false, word.as_bytes());
    let scope = format!("20150830/eu-north-1/{}/aws4_request", service.name);
    let signature = by_hand(&canonical.unwrap(), &scope, service);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders={names}, \
         Signature={signature}"
    );
    set(&mut parts, "authorization", &authorization);
    parts
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The signature, step by step as the manual has it.
fn by_hand(canonical: &[u8], scope: &str, service: Service) -> String {
    use sha2::Digest;
    let key = ["20150830", "eu-north-1", service.name, "aws4_request"]
        .iter()
        .fold(format!("AWS4{SECRET}").into_bytes(), |key, part| hmac(&key, part.as_bytes()));
    let hash = hex(&sha2::Sha256::digest(canonical));
    let text = format!("AWS4-HMAC-SHA256\n20150830T123600Z\n{scope}\n{hash}");
    hex(&hmac(&key, text.as_bytes()))
}

#[test]
fn unsigned_and_chunked_payloads_are_for_s3() {
    for (word, payload) in [
        ("UNSIGNED-PAYLOAD", Payload::Unsigned),
        ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", Payload::UnsignedChunked),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", Payload::Chunked { trailer: false }),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", Payload::Chunked { trailer: true }),
    ] {
        // Lambda takes no payload that is not signed as a whole, however good the signature is.
        let parts = signed_over(word, Service::LAMBDA);
        refused(check(&parts, BODY, NOW), "InvalidSignatureException", MISMATCH);
        let parts = signed_over(word, Service::S3);
        let claim = parse(&RequestView::from(&parts), NOW, &[Service::S3]).unwrap();
        assert_eq!(claim.payload(), payload);
    }
    for word in ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"] {
        check(&signed_over(word, Service::S3), b"anything", NOW).unwrap();
    }
    // A word nobody knows switches nothing off.
    for word in ["STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "unsigned-payload", "TRUST-ME"] {
        let parts = signed_over(word, Service::S3);
        refused(check(&parts, BODY, NOW), "InvalidSignatureException", MISMATCH);
    }
}

#[test]
fn the_hash_header_of_the_body_is_welcome() {
    let mut parts = request();
    signer(Service::S3).sign(&mut parts, BODY, NOW).unwrap();
    check(&parts, BODY, NOW).unwrap();
    refused(check(&parts, b"", NOW), "InvalidSignatureException", MISMATCH);
    // Sent to Lambda: the header is signed like any other, and the hash that counts is the body's.
    let hash = parts.headers["x-amz-content-sha256"].to_str().unwrap().to_owned();
    let parts = signed_over(&hash, Service::LAMBDA);
    check(&parts, BODY, NOW).unwrap();
    refused(check(&parts, b"", NOW), "InvalidSignatureException", MISMATCH);
}

/// The example of the S3 API reference, "Signature calculations for the Authorization header:
/// transferring a payload in multiple chunks": 66,560 times `a`, in chunks of 64 and 1 KiB.
fn chunked_upload() -> (Parts, Vec<u8>) {
    let parts = http::Request::put("/examplebucket/chunkObject.txt")
        .header("host", "s3.amazonaws.com")
        .header("x-amz-date", "20130524T000000Z")
        .header("x-amz-storage-class", "REDUCED_REDUNDANCY")
        .header("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
        .header("content-encoding", "aws-chunked")
        .header("x-amz-decoded-content-length", "66560")
        .header("content-length", "66824")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
             SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;\
             x-amz-decoded-content-length;x-amz-storage-class,Signature=\
             4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        );
    let mut body = Vec::new();
    for (size, signature) in [
        (65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
        (1_024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
        (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
    ] {
        body.extend(format!("{size:x};chunk-signature={signature}\r\n").bytes());
        body.extend(vec![b'a'; size]);
        body.extend(b"\r\n");
    }
    (parts.body(()).unwrap().into_parts().0, body)
}

fn check_chunked(parts: &Parts, body: &[u8]) -> Result<Claim, AuthError> {
    // 2013-05-24T00:00:00Z
    check_as(parts, body, 1_369_353_600, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
}

#[test]
fn chunked() {
    let (parts, body) = chunked_upload();
    check_chunked(&parts, &body).unwrap();
    let decoded = decode_chunked(&body).unwrap();
    assert_eq!((decoded.body, decoded.trailers), (vec![b'a'; 66_560], vec![]));

    // A changed byte, a missing chunk, chunks in another order, bytes behind the end.
    let second = body.windows(4).position(|w| w == b"400;").unwrap();
    let last = body.windows(4).rposition(|w| w == b"\r\n0;").unwrap() + 2;
    let mut flipped = body.clone();
    flipped[100] = b'b';
    let swapped = [&body[second..last], &body[..second], &body[last..]].concat();
    for wrong in [flipped, [&body[..second], &body[last..]].concat(), swapped] {
        refused(check_chunked(&parts, &wrong), "InvalidSignatureException", MISMATCH);
    }
    for (wrong, why) in [
        ([&body[..], b"more"].concat(), "bytes follow the last chunk"),
        (body[..last].to_vec(), "the last chunk is missing"),
        (body[..second - 9].to_vec(), "a chunk is cut short"),
        (b"+5;chunk-signature=\r\nhello\r\n".to_vec(), "a chunk's size is no hexadecimal number"),
        (b"ffffffffffffffffff;\r\n".to_vec(), "a chunk's size is too big"),
    ] {
        let message = format!("The aws-chunked body is broken: {why}.");
        refused(check_chunked(&parts, &wrong), "IncompleteSignatureException", &message);
    }
}

/// The example of "… transferring a payload in multiple chunks … trailing headers".
#[test]
fn chunked_with_a_signed_trailer() {
    let parts = http::Request::put("/examplebucket/chunkObject.txt")
        .header("host", "s3.amazonaws.com")
        .header("x-amz-date", "20130524T000000Z")
        .header("x-amz-storage-class", "REDUCED_REDUNDANCY")
        .header("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
        .header("content-encoding", "aws-chunked")
        .header("x-amz-decoded-content-length", "66560")
        .header("x-amz-trailer", "x-amz-checksum-crc32c")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
             SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;\
             x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer,Signature=\
             106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
        );
    let parts = parts.body(()).unwrap().into_parts().0;
    let mut body = Vec::new();
    for (size, signature) in [
        (65_536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"),
        (1_024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"),
    ] {
        body.extend(format!("{size:x};chunk-signature={signature}\r\n").bytes());
        body.extend(vec![b'a'; size]);
        body.extend(b"\r\n");
    }
    let end =
        "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n";
    let sum = "x-amz-checksum-crc32c:sOO8/Q==\r\n";
    let signature = "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
    let with = |tail: &[&str]| [&body[..], tail.concat().as_bytes()].concat();

    let good = with(&[end, sum, signature]);
    check_chunked(&parts, &good).unwrap();
    let decoded = decode_chunked(&good).unwrap();
    assert_eq!(decoded.trailers, [("x-amz-checksum-crc32c".to_owned(), "sOO8/Q==".to_owned())]);
    let other = "x-amz-checksum-crc32c:AAAAAA==\r\n";
    for tail in [&[end, other, signature][..], &[end, signature], &[end, sum], &[end]] {
        refused(check_chunked(&parts, &with(tail)), "InvalidSignatureException", MISMATCH);
    }
    let behind = check_chunked(&parts, &with(&[end, sum, signature, "x-more:1\r\n"]));
    assert_eq!(behind.unwrap_err().code(), "IncompleteSignatureException");
}

#[test]
fn chunks_without_signatures_carry_trailers() {
    let body = b"5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";
    let decoded = decode_chunked(body).unwrap();
    assert_eq!(decoded.body, b"hello world");
    let trailers = [("x-amz-checksum-crc32".to_owned(), "DUoRhQ==".to_owned())];
    assert_eq!(decoded.trailers, trailers);
}

#[test]
fn a_changed_secret_misses_the_cache() {
    let (cache, parts) = (KeyCache::new(), signed());
    let view = RequestView::from(&parts);
    let claim = parse(&view, NOW, &[Service::LAMBDA]).unwrap();
    let accepts = |secret| verify(&claim, &view, BODY, &cache.get(&claim, secret)).is_ok();
    assert!(accepts(SECRET) && accepts(SECRET));
    assert!(!accepts("rotated"));
    assert!(accepts(SECRET));
    let derived = SigningKey::derive(SECRET, "20150830", "eu-north-1", "lambda");
    assert_eq!(verify(&claim, &view, BODY, &derived), Ok(()));
    assert_eq!(format!("{derived:?}"), "SigningKey(..)");
}

#[test]
fn a_full_cache_still_answers_right() {
    let cache = KeyCache::new();
    for n in (0..2_000).chain(0..2_000) {
        let mut parts = request();
        let secret = format!("secret{n}");
        let mut signer = signer(Service::LAMBDA);
        let access_key = format!("AKID{n}");
        signer.credentials.access_key = &access_key;
        signer.credentials.secret_key = &secret;
        signer.sign(&mut parts, b"", NOW).unwrap();
        let view = RequestView::from(&parts);
        let claim = parse(&view, NOW, &[Service::LAMBDA]).unwrap();
        verify(&claim, &view, b"", &cache.get(&claim, &secret)).unwrap();
    }
}
