//! A small signed HTTP client. One connection a request: on one machine that costs less than
//! keeping a pool right.

mod patient;
mod query;

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use fika_aws::sigv4::{Credentials, Service, Signer};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::credentials::Access;
use crate::failure::{Failure, Kind};
use patient::Patient;

/// A server that takes longer to accept a connection is as good as not there.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// The largest answer worth reading: a function's 6 MB and then some.
const ANSWER_BYTES: usize = 16 << 20;

/// The two ends of a connection: what requests go in at, and what carries them.
type Ends = (http1::SendRequest<Full<Bytes>>, http1::Connection<TokioIo<Patient>, Full<Bytes>>);

/// Speaks to one server with one key.
#[derive(Debug)]
pub struct Client {
    access: Access,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, whole.
    pub body: Bytes,
}

/// An error of AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Its name, such as `ResourceConflictException`.
    pub code: String,
    /// What the server said.
    pub message: String,
}

impl Client {
    /// Speaks to that server.
    pub fn new(access: Access) -> Self {
        Self { access }
    }

    /// Signs and sends one request, and reads the whole answer.
    ///
    /// # Errors
    /// When nothing answers, or what answers does not speak HTTP. An error of AWS is an
    /// [`Answer`].
    pub async fn send(
        &self,
        service: Service,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer, Failure> {
        let request = self.signed(service, method, path, headers, body)?;
        let (mut sender, connection) = self.connect().await?;
        let exchange = async {
            let answer = sender.send_request(request).await?;
            let (parts, body) = answer.into_parts();
            Ok::<_, hyper::Error>((parts, Limited::new(body, ANSWER_BYTES).collect().await))
        };
        // The connection does the work of the exchange; they end together.
        let driven = tokio::spawn(connection);
        let (parts, body) = exchange.await.map_err(|e| self.broken(e))?;
        let body = body.map_err(|e| self.broken(e))?.to_bytes();
        driven.abort();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }

    fn signed(
        &self,
        service: Service,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, Failure> {
        let Access { authority, region, keys, .. } = &self.access;
        let request = Request::builder().method(method).uri(path).header(header::HOST, authority);
        let (mut parts, ()) = request.body(()).map_err(unfit)?.into_parts();
        parts.headers.extend(headers);
        let credentials = Credentials {
            access_key: &keys.access_key_id,
            secret_key: &keys.secret_access_key,
            session_token: keys.session_token.as_deref(),
        };
        let signer = Signer { credentials, region, service };
        signer.sign(&mut parts, &body, now()).map_err(unfit)?;
        Ok(Request::from_parts(parts, Full::new(body)))
    }

    async fn connect(&self) -> Result<Ends, Failure> {
        let stream =
            match timeout(CONNECT_PATIENCE, TcpStream::connect(&self.access.authority)).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(e)) => return Err(self.silent(e)),
                Err(e) => return Err(self.silent(e)),
            };
        stream.set_nodelay(true).map_err(|e| self.silent(e))?;
        http1::handshake(TokioIo::new(Patient(stream))).await.map_err(|e| self.broken(e))
    }

    fn silent(&self, why: impl fmt::Display) -> Failure {
        Failure::new(
            Kind::Unavailable,
            "start a server with `fika serve`, or name another with --endpoint-url",
            format!("nothing answers at http://{}: {why}", self.access.authority),
        )
    }

    fn broken(&self, why: impl fmt::Display) -> Failure {
        Failure::new(
            Kind::Unavailable,
            "see the server's log (FIKA_LOG=info fika serve), and try again",
            format!("http://{} broke off: {why}", self.access.authority),
        )
    }
}

/// Something the user gave cannot stand in a request.
fn unfit(why: impl fmt::Display) -> Failure {
    Failure::config("check the endpoint, the region and the keys", why)
}

/// Seconds since 1970.
fn now() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX)
}

impl Answer {
    /// The error of AWS it is, unless it is none.
    pub fn refusal(&self) -> Option<Refusal> {
        if self.status.is_success() {
            return None;
        }
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let text = |names: &[&str]| names.iter().find_map(|name| body[name].as_str());
        let header = self.headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
        // Some services write `Name:url` or `namespace#Name`.
        let code = header.or_else(|| text(&["__type", "code"])).unwrap_or("UnknownError");
        let code = code.split(':').next().unwrap_or(code);
        let code = code.rsplit('#').next().unwrap_or(code);
        let message = text(&["message", "Message"])
            .map_or_else(|| String::from_utf8_lossy(&self.body).into_owned(), str::to_owned);
        Some(Refusal { status: self.status.as_u16(), code: code.into(), message })
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it has another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(Failure::protocol)
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, code, message } = self;
        write!(f, "{code} ({status}): {message}")
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let fix = match refusal.code.as_str() {
            "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "IncompleteSignatureException"
            | "MissingAuthenticationTokenException" => {
                "use the key of this server: eval \"$(fika env)\""
            }
            "ResourceConflictException" => "try again in a moment",
            "TooManyRequestsException" => {
                "try again in a moment, or give the server more room (fika serve --help)"
            }
            _ if refusal.status >= 500 => "see the server's log (FIKA_LOG=info fika serve)",
            _ => "change the request as the server says",
        };
        Self::new(Kind::Refused, fix, refusal)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::credentials::Keys;
    use crate::fake;

    fn answer(status: u16, error_type: Option<&'static str>, body: &'static str) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(name) = error_type {
            headers.insert("x-amzn-errortype", HeaderValue::from_static(name));
        }
        let status = StatusCode::from_u16(status).expect("a status");
        Answer { status, headers, body: Bytes::from_static(body.as_bytes()) }
    }

    #[test]
    fn errors_of_aws_are_read_in_every_form() {
        for (answer, code, message) in [
            (
                answer(409, Some("ResourceConflictException"), r#"{"message":"m"}"#),
                "ResourceConflictException",
                "m",
            ),
            (answer(404, Some("A:http://x/"), r#"{"Message":"m"}"#), "A", "m"),
            (answer(400, None, r#"{"__type":"com.x#B","message":"m"}"#), "B", "m"),
            (answer(502, None, "<html>"), "UnknownError", "<html>"),
        ] {
            let refusal = answer.refusal().expect("an error");
            assert_eq!((refusal.code.as_str(), refusal.message.as_str()), (code, message));
        }
        assert_eq!(answer(200, None, "{}").refusal(), None);
    }

    #[test]
    fn a_refusal_says_what_to_do_first() {
        let failure: Failure =
            answer(403, Some("UnrecognizedClientException"), "{}").refusal().expect("one").into();
        assert_eq!(failure.code(), 2);
        assert!(failure.fix.contains("fika env"), "{failure}");
    }

    #[tokio::test]
    async fn requests_arrive_signed_and_answers_whole() {
        let big = "x".repeat(6 << 20);
        let (client, seen) = {
            let big = big.clone();
            fake::server(move |_, _| (200, big.clone().into())).await
        };
        let path = "/2015-03-31/functions/a%3A%24LATEST/invocations?Qualifier=%24LATEST";
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-log-type", HeaderValue::from_static("Tail"));
        let body = Bytes::from_static(b"{\"a\":1}");
        let answer =
            client.send(Service::LAMBDA, Method::POST, path, headers, body).await.expect("answer");
        assert_eq!(answer.json::<String>().expect("text"), big);
        let seen = seen.lock().expect("list").clone();
        assert_eq!(seen[0].line, format!("POST {path}"));
        assert_eq!(seen[0].body["a"], 1);
    }

    /// A server that reads the head of one request, says `answer`, and closes.
    async fn rude_server(answer: &'static str) -> Client {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let authority = listener.local_addr().expect("an address").to_string();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let mut head = [0; 1024];
            assert!(stream.read(&mut head).await.expect("a request") > 0);
            stream.write_all(answer.as_bytes()).await.expect("the client is there");
        });
        let keys =
            Keys { access_key_id: "a".into(), secret_access_key: "b".into(), session_token: None };
        Client::new(Access { authority, region: "r".into(), keys, account_id: None })
    }

    async fn send_too_much(client: &Client) -> Result<Answer, Failure> {
        let body = Bytes::from(vec![b' '; (6 << 20) + 1]);
        client.send(Service::LAMBDA, Method::POST, "/", HeaderMap::new(), body).await
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_answer_counts_though_the_server_read_no_more() {
        for _ in 0..20 {
            let client = rude_server(
                "HTTP/1.1 413 Payload Too Large\r\nx-amzn-errortype: RequestTooLargeException\r\n\
                 content-length: 17\r\nconnection: close\r\n\r\n{\"message\":\"big\"}",
            )
            .await;
            let answer = send_too_much(&client).await.expect("an answer");
            let refusal = answer.refusal().expect("a refusal");
            assert_eq!((refusal.status, &*refusal.message), (413, "big"));
        }
    }

    #[tokio::test]
    async fn a_server_that_closes_without_a_word_broke_off() {
        let failure = send_too_much(&rude_server("").await).await.expect_err("no answer");
        assert_eq!(failure.code(), 69);
        assert!(failure.why.contains("broke off"), "{failure:?}");
    }

    #[tokio::test]
    async fn nobody_there_says_how_to_start_a_server() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
        let authority = free.local_addr().expect("an address").to_string();
        drop(free);
        let keys =
            Keys { access_key_id: "a".into(), secret_access_key: "b".into(), session_token: None };
        let client = Client::new(Access { authority, region: "r".into(), keys, account_id: None });
        let failure = client
            .send(Service::LAMBDA, Method::GET, "/", HeaderMap::new(), Bytes::new())
            .await
            .expect_err("nobody");
        assert_eq!(failure.code(), 69);
        assert!(failure.fix.contains("fika serve"), "{failure}");
    }
}
