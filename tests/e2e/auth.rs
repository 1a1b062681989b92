//! Who may call: each way of signing, and each way of getting it wrong.

use crate::harness::sign::{amz_time, sha256};
use crate::harness::{Client, Request, Server};

const LIST: &str = "/2015-03-31/functions/";
const CREATE: &str = "/2015-03-31/functions";

/// What a case sends, and what must come back: the status and the error's name.
type Case = (&'static str, fn(&Client) -> Request, u16, &'static str);

fn list(client: &Client) -> Request {
    client.request("GET", LIST, "")
}

fn signed(client: &Client, change: impl Fn(&mut Request)) -> Request {
    let mut request = list(client);
    client.keys.sign(&mut request);
    change(&mut request);
    request
}

fn changed_authorization(client: &Client, from: &str, to: &str) -> Request {
    signed(client, |request| {
        let header = request.get("authorization").expect("signed").replacen(from, to, 1);
        request.set("authorization", &header);
    })
}

fn with_body(client: &Client) -> Request {
    client.signed("POST", CREATE, "{}")
}

fn payload_mode(client: &Client, mode: &str) -> Request {
    let mut request = client.request("POST", CREATE, "{}").header("x-amz-content-sha256", mode);
    client.keys.sign(&mut request);
    request
}

type Accepted = (&'static str, fn(&Client) -> Request);

const ACCEPTED: &[Accepted] = &[
    ("signed in the header", |client| signed(client, |_| {})),
    ("signed four minutes ago", |client| {
        let mut request = list(client);
        client.keys.sign_at(&mut request, &amz_time(-240), &[]);
        request
    }),
    ("with the body's hash in a header", |client| {
        let mut request = list(client).header("x-amz-content-sha256", &sha256(b""));
        client.keys.sign(&mut request);
        request
    }),
    ("with headers that are not signed, and need not be", |client| {
        let mut request = list(client).header("user-agent", "someone/1.0");
        client.keys.sign_at(&mut request, &amz_time(0), &["user-agent"]);
        request
    }),
    ("with a query", |client| {
        let mut request = client.request("GET", "/2015-03-31/functions/?MaxItems=5", "");
        client.keys.sign(&mut request);
        request
    }),
    ("presigned", |client| {
        let mut request = list(client);
        client.keys.presign(&mut request, &amz_time(0), 300);
        request
    }),
    ("presigned an hour ago for two", |client| {
        let mut request = list(client);
        client.keys.presign(&mut request, &amz_time(-3_600), 7_200);
        request
    }),
];

const REFUSED: &[Case] = &[
    ("not signed", |client| list(client), 403, "MissingAuthenticationTokenException"),
    (
        "an unknown access key",
        |client| changed_authorization(client, "AKIAFIKAENDTOENDTEST", "AKIAFIKAENDTOENDTESS"),
        403,
        "UnrecognizedClientException",
    ),
    (
        "a wrong secret",
        |client| {
            let mut keys = client.keys.clone();
            keys.secret.push('x');
            let mut request = list(client);
            keys.sign(&mut request);
            request
        },
        403,
        "InvalidSignatureException",
    ),
    (
        "a wrong signature",
        |client| changed_authorization(client, "Signature=", "Signature=0"),
        403,
        "InvalidSignatureException",
    ),
    (
        "an empty signature",
        |client| {
            signed(client, |request| {
                let header = request.get("authorization").expect("signed").to_owned();
                let (before, _) = header.split_once("Signature=").expect("a signature");
                request.set("authorization", &format!("{before}Signature="));
            })
        },
        403,
        "IncompleteSignatureException",
    ),
    (
        "six minutes late",
        |client| {
            let mut request = list(client);
            client.keys.sign_at(&mut request, &amz_time(-360), &[]);
            request
        },
        403,
        "InvalidSignatureException",
    ),
    (
        "six minutes early",
        |client| {
            let mut request = list(client);
            client.keys.sign_at(&mut request, &amz_time(360), &[]);
            request
        },
        403,
        "InvalidSignatureException",
    ),
    (
        "the body changed",
        |client| {
            let mut request = with_body(client);
            request.body = b"[]".to_vec();
            request
        },
        403,
        "InvalidSignatureException",
    ),
    (
        "the body changed, its hash in a header",
        |client| {
            let hash = sha256(b"{}");
            let mut request = payload_mode(client, &hash);
            request.body = b"[]".to_vec();
            request
        },
        403,
        "InvalidSignatureException",
    ),
    (
        "the path changed",
        |client| signed(client, |request| request.target = "/2015-03-31/functions/x".into()),
        403,
        "InvalidSignatureException",
    ),
    (
        "a query added",
        |client| signed(client, |request| request.target.push_str("?MaxItems=1")),
        403,
        "InvalidSignatureException",
    ),
    (
        "the method changed",
        |client| {
            let mut request = client.signed("GET", "/2015-03-31/functions/x", "");
            request.method = "DELETE".into();
            request
        },
        403,
        "InvalidSignatureException",
    ),
    (
        "a signed header changed",
        |client| signed(client, |request| request.set("host", "elsewhere.example")),
        403,
        "InvalidSignatureException",
    ),
    (
        "host not signed",
        |client| {
            let mut request = list(client);
            client.keys.sign_at(&mut request, &amz_time(0), &["host"]);
            request
        },
        403,
        "InvalidSignatureException",
    ),
    (
        "an x-amz header not signed",
        |client| {
            let mut request = list(client).header("x-amz-log-type", "Tail");
            client.keys.sign_at(&mut request, &amz_time(0), &["x-amz-log-type"]);
            request
        },
        403,
        "InvalidSignatureException",
    ),
    (
        "for another service",
        |client| {
            let mut request = list(client);
            client.keys.service("ec2").sign(&mut request);
            request
        },
        403,
        "InvalidSignatureException",
    ),
    (
        "presigned and expired",
        |client| {
            let mut request = list(client);
            client.keys.presign(&mut request, &amz_time(-600), 300);
            request
        },
        403,
        "InvalidSignatureException",
    ),
    (
        "presigned, then changed",
        |client| {
            let mut request = list(client);
            client.keys.presign(&mut request, &amz_time(0), 300);
            request.target.push_str("&MaxItems=1");
            request
        },
        403,
        "InvalidSignatureException",
    ),
    (
        "a payload that is not signed",
        |client| payload_mode(client, "UNSIGNED-PAYLOAD"),
        403,
        "InvalidSignatureException",
    ),
    (
        "a payload in signed chunks",
        |client| payload_mode(client, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        403,
        "InvalidSignatureException",
    ),
    (
        "a payload in chunks that are not signed",
        |client| payload_mode(client, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        403,
        "InvalidSignatureException",
    ),
    (
        "an authorization of another kind",
        |client| list(client).header("authorization", "Bearer let-me-in"),
        403,
        "MissingAuthenticationTokenException",
    ),
    (
        "half an authorization",
        |client| list(client).header("authorization", "AWS4-HMAC-SHA256 Credential=a"),
        403,
        "IncompleteSignatureException",
    ),
];

#[test]
fn good_signatures_are_accepted() {
    let server = Server::start();
    let client = server.client();
    for (what, request) in ACCEPTED {
        let response = client.send(&request(&client));
        assert_eq!(response.status, 200, "{what}: {response}");
    }
}

#[test]
fn bad_signatures_are_refused() {
    let server = Server::start();
    let client = server.client();
    let mut wrong = Vec::new();
    for (what, request, status, error) in REFUSED {
        let response = client.send(&request(&client));
        if (response.status, response.error()) != (*status, error) {
            wrong.push(format!("{what}: wanted {status} {error}, got {response}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(client.list().is_empty(), "nothing of it was done");
}

#[test]
fn the_credentials_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let server = Server::start();
    let file = server.data().join("credentials");
    let mode = file.metadata().expect("a credentials file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
