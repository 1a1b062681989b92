//! The services, as this server's rooms ask them: by their public API, with somebody's rights.

use std::fmt::{self, Debug};
use std::sync::Arc;

use bytes::Bytes;
use fika_answers::Answers;
use fika_service::{Caller, Doors};
use http::header::{CONTENT_TYPE, HOST, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use serde_json::Value;

use crate::kind::Failure;

/// Who is asked, and for whom. Clones are the same.
#[derive(Clone)]
pub struct Services {
    doors: Arc<dyn Doors>,
    /// Where this server is, for what names itself by it: queues.
    host: Arc<str>,
    caller: Arc<Caller>,
}

impl Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").field("caller", &self.caller).finish_non_exhaustive()
    }
}

/// What a service answers instead of doing what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which service.
    pub service: String,
    /// As in `ResourceNotFoundException`.
    pub code: String,
    /// The status of its answer.
    pub status: u16,
    /// What it says.
    pub message: String,
}

impl Refusal {
    /// Whether it says that the thing is not there.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        const CODES: [&str; 8] = [
            "NoSuchEntity",
            "NotFound",
            "NotFoundException",
            "QueueDoesNotExist",
            "AWS.SimpleQueueService.NonExistentQueue",
            "ParameterNotFound",
            "NoSuchBucket",
            "ResourceNotFoundException",
        ];
        self.status == 404 || CODES.contains(&self.code.as_str())
    }

    /// Whether it says that the thing is there already.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.status == 409 || self.code.contains("AlreadyExist") || self.code.contains("Conflict")
    }

    /// As the events of a stack say it.
    #[must_use]
    pub fn reason(&self) -> String {
        let Self { service, code, status, message } = self;
        format!(
            "Resource handler returned message: \"{message} (Service: {service}, Status Code: \
             {status}, Error Code: {code})\""
        )
    }
}

/// What a call comes to.
pub type Answered<T> = Result<T, Refusal>;

/// What a deletion comes to: what is gone already is no failure.
pub(crate) fn gone<T>(answer: Answered<T>) -> Result<(), Failure> {
    match answer {
        Err(refusal) if !refusal.is_missing() => Err(refusal.into()),
        _ => Ok(()),
    }
}

impl Services {
    /// With the rights of `caller`; `host` is where clients find this server, with its port.
    #[must_use]
    pub fn new(doors: Arc<dyn Doors>, host: Arc<str>, caller: Arc<Caller>) -> Self {
        Self { doors, host, caller }
    }

    /// Where those who are asked by no API answer.
    ///
    /// # Errors
    /// Where there is no such place.
    pub fn answers(&self) -> Result<Answers, Failure> {
        let none = || Failure::new("This server takes no answers for stacks");
        self.doors.answers().ok_or_else(none)
    }

    /// With whose rights.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// An operation of the aws-json protocols: `json("sqs", "AmazonSQS.CreateQueue", …)`.
    ///
    /// # Errors
    /// What the service says.
    pub async fn json(&self, service: &str, target: &str, input: &Value) -> Answered<Value> {
        let request = Request::post("/")
            .header("x-amz-target", target)
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .body(Bytes::from(input.to_string()));
        let body = self.ask(service, request).await?;
        Ok(serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// An operation of the rest-json protocol; no body where the input is null.
    ///
    /// # Errors
    /// What the service says.
    pub async fn rest(
        &self,
        service: &str,
        method: Method,
        path: &str,
        input: &Value,
    ) -> Answered<Value> {
        let body = if input.is_null() { Bytes::new() } else { Bytes::from(input.to_string()) };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let body = self.ask(service, request).await?;
        Ok(serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// An operation of the query protocol: its parameters beside `Action` and `Version`; what it answers is XML.
    ///
    /// # Errors
    /// What the service says.
    pub async fn query(
        &self,
        service: &str,
        version: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Answered<String> {
        let head = [("Action", action), ("Version", version)];
        let request = Request::post("/")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(encoded(head.iter().chain(parameters).copied())));
        let body = self.ask(service, request).await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// A request as it is; the answer too.
    ///
    /// # Errors
    /// What the service says, in whichever protocol.
    pub async fn request(
        &self,
        service: &str,
        request: Request<Bytes>,
    ) -> Answered<Response<Bytes>> {
        let mut request = request;
        if let Ok(host) = HeaderValue::from_str(&self.host) {
            request.headers_mut().entry(HOST).or_insert(host);
        }
        let answer = self.doors.ask(&self.caller, service, request).await;
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(refusal(service, answer.status(), answer.headers(), answer.body()))
    }

    async fn ask(
        &self,
        service: &str,
        request: Result<Request<Bytes>, http::Error>,
    ) -> Answered<Bytes> {
        let request = request.map_err(|error| Refusal {
            service: service.into(),
            code: "InvalidRequest".into(),
            status: 400,
            message: error.to_string(),
        })?;
        Ok(self.request(service, request).await?.into_body())
    }
}

/// Pairs as forms and queries have them.
pub(crate) fn encoded<'p>(pairs: impl Iterator<Item = (&'p str, &'p str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Reads a refusal of any protocol.
fn refusal(service: &str, status: StatusCode, headers: &http::HeaderMap, body: &[u8]) -> Refusal {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let text = String::from_utf8_lossy(body);
    let of = |name: &str| json.as_ref()?.get(name)?.as_str().map(str::to_owned);
    let header = headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let code = header
        .map(str::to_owned)
        .or_else(|| of("__type"))
        .or_else(|| of("code"))
        .or_else(|| between(&text, "Code"))
        .unwrap_or_else(|| status.to_string());
    let code = code.rsplit('#').next().unwrap_or_default();
    let code = code.split(':').next().unwrap_or_default().to_owned();
    let message = of("message")
        .or_else(|| of("Message"))
        .or_else(|| between(&text, "Message"))
        .unwrap_or_else(|| code.clone());
    Refusal { service: service.into(), code, status: status.as_u16(), message }
}

/// The text of the first element of that name.
#[must_use]
pub(crate) fn between(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    Some(text.replace("&apos;", "'").replace("&amp;", "&"))
}
