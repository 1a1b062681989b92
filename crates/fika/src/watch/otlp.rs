//! `--otlp`: spans of invocations and metrics of functions, sent to a collector of OpenTelemetry as
//! OTLP over HTTP, in JSON.
//!
//! What cannot be sent is lost, counted, and the log says so once: functions never wait for it.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use fika_frontend::Span;
use fika_metrics::{Metrics, Point, Series};
use fika_worker::ColdStart;
use http::header::{CONTENT_TYPE, HOST};
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout, timeout_at};

/// Spans sent at once at most, and how long the first of them waits for others.
const BATCH: usize = 512;
const GATHER: Duration = Duration::from_secs(1);
/// How often metrics are sent.
const EVERY: Duration = Duration::from_secs(60);
/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Of OTLP: what a span is, that it failed, and that sums count from the start.
const SERVER: u8 = 2;
const INTERNAL: u8 = 1;
const ERROR: u8 = 2;
const CUMULATIVE: u8 = 2;

/// Where a collector is: `http://HOST:PORT[/PATH]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collector {
    authority: String,
    path: String,
}

/// An address no collector can be at.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "give http://HOST:PORT, such as http://127.0.0.1:4318; fika speaks no TLS to collectors, so run one beside it"
)]
pub struct NotACollector;

impl FromStr for Collector {
    type Err = NotACollector;

    fn from_str(text: &str) -> Result<Self, NotACollector> {
        let rest = text.strip_prefix("http://").ok_or(NotACollector)?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let authority: http::uri::Authority = authority.parse().map_err(|_| NotACollector)?;
        let port = authority.port_u16().unwrap_or(4318);
        let path = path.trim_end_matches('/');
        let path = if path.is_empty() { String::new() } else { format!("/{path}") };
        if authority.host().is_empty() || authority.as_str().contains('@') {
            return Err(NotACollector);
        }
        Ok(Self { authority: format!("{}:{port}", authority.host()), path })
    }
}

impl fmt::Display for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority, self.path)
    }
}

/// Sends spans as they come and metrics every minute, until no more spans can come.
pub async fn export(collector: Collector, mut spans: mpsc::Receiver<Span>, metrics: Metrics) {
    let started = SystemTime::now();
    let mut sender = Sender { collector, failing: false };
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick.tick().await;
    loop {
        tokio::select! {
            first = spans.recv() => {
                let Some(first) = first else { return };
                let batch = gather(first, &mut spans).await;
                sender.send("/v1/traces", &traces(&batch)).await;
            }
            _ = tick.tick() => {
                let totals = metrics.totals();
                if !totals.is_empty() {
                    sender.send("/v1/metrics", &sums(&totals, started)).await;
                }
            }
        }
    }
}

/// A span and those that come soon after it.
async fn gather(first: Span, spans: &mut mpsc::Receiver<Span>) -> Vec<Span> {
    let mut batch = vec![first];
    let end = Instant::now() + GATHER;
    while batch.len() < BATCH {
        match timeout_at(end, spans.recv()).await {
            Ok(Some(span)) => batch.push(span),
            Ok(None) | Err(_) => break,
        }
    }
    batch
}

struct Sender {
    collector: Collector,
    /// Whether the last could not be sent: said once, not for every batch.
    failing: bool,
}

impl Sender {
    async fn send(&mut self, path: &str, body: &Value) {
        let sent = timeout(PATIENCE, self.post(path, body.to_string().into())).await;
        let why = match sent {
            Ok(Ok(status)) if status.is_success() => None,
            Ok(Ok(status)) => Some(format!("it answers {status}")),
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("it takes too long".into()),
        };
        let failed = why.is_some();
        if let Some(why) = why.filter(|_| !self.failing) {
            tracing::warn!(why, collector = %self.collector, "traces and metrics are not taken");
        }
        self.failing = failed;
    }

    async fn post(
        &self,
        path: &str,
        body: Bytes,
    ) -> Result<StatusCode, Box<dyn std::error::Error + Send + Sync>> {
        let Collector { authority, path: base } = &self.collector;
        let stream = TcpStream::connect(authority).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::post(format!("{base}{path}"))
            .header(HOST, authority)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))?;
        let exchange = sender.send_request(request);
        tokio::select! {
            answer = exchange => Ok(answer?.status()),
            end = connection => Err(end.err().map_or_else(|| "it hangs up".into(), Into::into)),
        }
    }
}

fn traces(batch: &[Span]) -> Value {
    let spans: Vec<Value> = batch.iter().flat_map(spans_of).collect();
    json!({"resourceSpans": [{
        "resource": resource(),
        "scopeSpans": [{"scope": {"name": "fika"}, "spans": spans}],
    }]})
}

fn resource() -> Value {
    json!({"attributes": [attribute("service.name", "fika")]})
}

fn attribute(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// The span of an invocation, and that of what it waited for before, which is within it.
fn spans_of(span: &Span) -> impl Iterator<Item = Value> {
    let (trace, parent) = context(span);
    let random = span.request_id.0.as_u128();
    let (id, inner) =
        (format!("{:016x}", random as u64), format!("{:016x}", (random >> 64) as u64));
    let begun = span.ended.checked_sub(span.ran.duration).unwrap_or(span.ended);
    let cold = span.ran.cold_start.map(|cold| match cold {
        ColdStart::Init(took) => ("init", took),
        ColdStart::Restore { took, .. } => ("restore", took),
    });
    let waited = cold.map_or(Duration::ZERO, |(_, took)| took);
    let from = begun.checked_sub(waited).unwrap_or(begun);
    let mut whole = json!({
        "traceId": trace,
        "spanId": id,
        "name": span.function.name,
        "kind": SERVER,
        "startTimeUnixNano": nanos(from),
        "endTimeUnixNano": nanos(span.ended),
        "attributes": [
            attribute("faas.name", &span.function.name),
            attribute("faas.version", &span.version),
            attribute("faas.invocation_id", &span.request_id.to_string()),
            attribute("cloud.resource_id", &span.function.to_string()),
            attribute("cloud.account.id", span.function.scope.account.as_str()),
            attribute("cloud.region", span.function.scope.region.as_str()),
            {"key": "faas.coldstart", "value": {"boolValue": cold.is_some()}},
        ],
        "status": if span.failed { json!({"code": ERROR}) } else { json!({}) },
    });
    if let Some(parent) = parent {
        whole["parentSpanId"] = parent.into();
    }
    let before = cold.map(|(name, _)| {
        json!({
            "traceId": trace,
            "spanId": inner,
            "parentSpanId": id,
            "name": name,
            "kind": INTERNAL,
            "startTimeUnixNano": nanos(from),
            "endTimeUnixNano": nanos(begun),
        })
    });
    std::iter::once(whole).chain(before)
}

/// The trace and the span a caller named: `Root=1-TIME-REST;Parent=SPAN`. Without, a trace of the
/// invocation's own.
fn context(span: &Span) -> (String, Option<String>) {
    let header = span.trace_id.as_deref().unwrap_or_default();
    let part = |name: &str| {
        header.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
    };
    let hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit())
    };
    let root = part("Root").and_then(|root| root.strip_prefix("1-"));
    let root = root.map(|root| root.replace('-', "")).filter(|root| hex(root, 32));
    match root {
        Some(root) => (root, part("Parent").filter(|p| hex(p, 16)).map(Into::into)),
        None => (format!("{:032x}", span.request_id.0.as_u128()), None),
    }
}

/// Nanoseconds since 1970: a text, as 64 bits are in OTLP's JSON.
fn nanos(time: SystemTime) -> String {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}

/// What is counted of a point.
type Count = fn(&Point) -> u64;

fn sums(totals: &[(Series, Point)], started: SystemTime) -> Value {
    let counters: [(&str, Count); 3] = [
        ("faas.invocations", |point| point.invocations),
        ("faas.errors", |point| point.errors),
        ("faas.throttles", |point| point.throttles),
    ];
    let now = nanos(SystemTime::now());
    let times = |series: &Series| {
        json!({
            "startTimeUnixNano": nanos(started),
            "timeUnixNano": now,
            "attributes": attributes(series),
        })
    };
    let mut metrics: Vec<Value> = Vec::new();
    for (name, count) in counters {
        let points = totals.iter().map(|(series, point)| {
            let mut data = times(series);
            data["asInt"] = count(point).to_string().into();
            data
        });
        let points: Vec<Value> = points.collect();
        metrics.push(json!({"name": name, "unit": "1", "sum": {
            "dataPoints": points, "aggregationTemporality": CUMULATIVE, "isMonotonic": true,
        }}));
    }
    let durations: Vec<Value> = totals
        .iter()
        .map(|(series, point)| {
            let mut data = times(series);
            data["count"] = point.durations.count().to_string().into();
            data["sum"] = (point.durations.sum_ms() / 1_000.0).into();
            data
        })
        .collect();
    metrics.push(json!({"name": "faas.invoke_duration", "unit": "s", "histogram": {
        "dataPoints": durations, "aggregationTemporality": CUMULATIVE,
    }}));
    json!({"resourceMetrics": [{
        "resource": resource(),
        "scopeMetrics": [{"scope": {"name": "fika"}, "metrics": metrics}],
    }]})
}

fn attributes(series: &Series) -> Vec<Value> {
    vec![
        attribute("faas.name", series.function.as_deref().unwrap_or_default()),
        attribute("cloud.account.id", series.scope.account.as_str()),
        attribute("cloud.region", series.scope.region.as_str()),
    ]
}

#[cfg(test)]
mod tests {
    use fika_frontend::Traces;
    use fika_metrics::Disk;
    use fika_model::{AccountId, FunctionArn, Region, RequestId, Scope};
    use fika_worker::Ran;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    fn span(trace_id: Option<&str>, cold_start: Option<ColdStart>) -> Span {
        let account = AccountId::new("000000000001").expect("an account");
        let scope = Scope { account, region: Region::new("eu-north-1").expect("a region") };
        Span {
            function: FunctionArn { scope, name: "hello".into(), qualifier: None },
            version: "1".into(),
            request_id: RequestId::random(),
            trace_id: trace_id.map(Into::into),
            ended: UNIX_EPOCH + Duration::from_secs(100),
            ran: Ran { duration: Duration::from_secs(2), cold_start },
            failed: true,
        }
    }

    #[test]
    fn collectors_have_addresses() {
        for (text, address) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318"),
            ("http://collector/otlp/", "http://collector:4318/otlp"),
            ("http://[::1]:1/", "http://[::1]:1"),
        ] {
            assert_eq!(text.parse::<Collector>().map(|c| c.to_string()), Ok(address.into()));
        }
        for text in ["", "https://x", "x:1", "http://", "http://a b", "http://u:p@h"] {
            assert_eq!(text.parse::<Collector>(), Err(NotACollector), "{text}");
        }
    }

    #[test]
    fn a_span_is_of_its_callers_trace() {
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        let cold = ColdStart::Init(Duration::from_secs(1));
        let spans: Vec<_> = spans_of(&span(Some(header), Some(cold))).collect();
        let [whole, init] = spans.as_slice() else { panic!("{spans:?}") };
        assert_eq!(whole["traceId"], "5759e988bd862e3fe1be46a994272793");
        assert_eq!(whole["parentSpanId"], "53995c3f42cd8ad8");
        assert_eq!(whole["startTimeUnixNano"], "97000000000");
        assert_eq!(
            (&init["parentSpanId"], &init["traceId"]),
            (&whole["spanId"], &whole["traceId"])
        );
        assert_eq!(init["endTimeUnixNano"], "98000000000");
        assert_eq!(whole["status"]["code"], 2);
        for header in [None, Some("Root=1-x-y"), Some("junk")] {
            let own = span(header, None);
            assert_eq!(context(&own), (own.request_id.0.simple().to_string(), None));
        }
    }

    /// A collector that is none: it takes one request and keeps it.
    async fn fake_collector(listener: TcpListener) -> (String, Value) {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let (mut request, mut chunk) = (Vec::new(), [0; 4_096]);
        loop {
            let read = stream.read(&mut chunk).await.expect("readable");
            request.extend_from_slice(&chunk[..read]);
            let text = String::from_utf8_lossy(&request).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if length.is_some_and(|length| length.parse() == Ok(body.len())) {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                    .await
                    .expect("taken");
                let first = head.lines().next().unwrap_or_default().to_owned();
                return (first, serde_json::from_str(body).expect("JSON"));
            }
            assert!(read > 0, "the request is cut short: {text}");
        }
    }

    #[tokio::test]
    async fn a_collector_gets_what_was_told() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let dir = tempfile::tempdir().expect("a directory");
        let metrics = Metrics::open(Disk::new(dir.path()), 1).expect("metrics");
        let (traces, inbox) = Traces::new();
        traces.tell(span(None, None));
        traces.tell(span(None, None));
        let collector = format!("http://{address}").parse().expect("a collector");
        let exported = tokio::spawn(export(collector, inbox, metrics));
        let (line, body) = fake_collector(listener).await;
        assert_eq!(line, "POST /v1/traces HTTP/1.1");
        let spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().expect("spans");
        assert_eq!((spans.len(), &spans[0]["name"]), (2, &json!("hello")));
        assert_eq!(traces.lost(), 0);
        drop(traces);
        exported.await.expect("it ends when no more can come");
    }

    #[tokio::test]
    async fn a_full_queue_loses_what_comes_and_nobody_waits() {
        let (traces, inbox) = Traces::new();
        for _ in 0..5_000 {
            traces.tell(span(None, None));
        }
        assert_eq!((traces.lost() as usize + inbox.len(), inbox.len()), (5_000, 4_096));
    }
}
