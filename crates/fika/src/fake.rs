//! For tests: a fake of the server. It checks signatures as the real one does, and answers
//! whatever the test says.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use fika_aws::sigv4::{RequestView, Service, SigningKey, parse, verify};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::client::Client;
use crate::credentials::{Access, Keys};

const SECRET: &str = "secret";

/// A request as the fake saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// `METHOD path?query`
    pub line: String,
    /// `x-amz-target`, or nothing.
    pub target: String,
    /// The body, if it is JSON.
    pub body: Value,
}

/// Starts the fake on a free port; gives a client for it and the list of what it sees.
pub async fn server(
    answer: impl Fn(usize, &Seen) -> (u16, Value) + Send + Sync + 'static,
) -> (Client, Arc<Mutex<Vec<Seen>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let authority = listener.local_addr().expect("an address").to_string();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&seen);
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (list, answer) = (Arc::clone(&list), Arc::clone(&answer));
            let service = service_fn(move |request| {
                let (list, answer) = (Arc::clone(&list), Arc::clone(&answer));
                async move {
                    let request = look(request).await;
                    let mut list = list.lock().expect("no panic elsewhere");
                    let (status, body) = answer(list.len(), &request);
                    list.push(request);
                    let response = Response::builder().status(status);
                    Ok::<_, Infallible>(
                        response.body(Full::new(Bytes::from(body.to_string()))).expect("valid"),
                    )
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    let keys = Keys {
        access_key_id: "AKIATEST".into(),
        secret_access_key: SECRET.into(),
        session_token: None,
    };
    let account_id = Some("123456789012".into());
    (Client::new(Access { authority, region: "eu-north-1".into(), keys, account_id }), seen)
}

/// Reads a request and insists on its signature.
async fn look(request: Request<Incoming>) -> Seen {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("a whole body").to_bytes();
    let view = RequestView::from(&parts);
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let now = i64::try_from(since_1970.as_secs()).expect("before the end");
    let services = [Service::LAMBDA, Service::standard("logs")];
    let claim = parse(&view, now, &services).expect("a claim");
    let service = claim.service().name;
    let key = SigningKey::derive(SECRET, claim.date(), claim.region(), service);
    verify(&claim, &view, &body, &key).expect("a signature that holds");
    let target = parts.headers.get("x-amz-target").map(|value| value.to_str().expect("text"));
    Seen {
        line: format!("{} {}", parts.method, parts.uri),
        target: target.unwrap_or_default().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    }
}
