//! `--metrics`: what Prometheus reads, in its text format, at `/metrics` of a listener of its own.
//!
//! It names functions and asks for no key, so there is none unless the operator wants one.

use std::convert::Infallible;
use std::fmt::{Display, Write};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use fika_counting::AccountSnapshot;
use fika_events::{LaneState, Totals};
use fika_journal::JournalFacts;
use fika_metrics::{Point, Series};
use fika_model::Scope;
use fika_queues::QueueFacts;
use fika_store::LogFacts;
use fika_worker::StockFacts;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Connections at once.
const CONNECTIONS: usize = 16;
/// How long one may stay.
const LONGEST: Duration = Duration::from_secs(60);
const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Upper bounds of the buckets of durations, seconds.
const BOUNDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0];

/// How everything stands at one moment.
#[derive(Debug)]
pub struct Facts {
    /// What each function has come to since the start.
    pub functions: Vec<(Series, Point)>,
    /// How many run of each account.
    pub accounts: Vec<(Scope, AccountSnapshot)>,
    /// Sandboxes, by what they do.
    pub sandboxes: [(&'static str, usize); 4],
    /// Invocations that wait for a sandbox.
    pub waiting: usize,
    /// How cold starts fared with the stock.
    pub stock: StockFacts,
    /// How logs fare.
    pub logs: LogFacts,
    /// What waits, by account and target.
    pub lanes: Vec<LaneState>,
    /// What has come of events.
    pub events: Totals,
    /// What was accepted and waits, of events, queues and schedules, on disk.
    pub journal: JournalFacts,
    /// How each queue stands: where, and its name.
    pub queues: Vec<(Scope, String, QueueFacts)>,
}

/// Serves what `facts` says. For ever.
pub async fn serve(listener: TcpListener, facts: impl Fn() -> Facts + Send + Sync + 'static) {
    let (facts, room) = (Arc::new(facts), Arc::new(Semaphore::new(CONNECTIONS)));
    loop {
        // The semaphore is never closed, so there is always a place to wait for.
        let place = Arc::clone(&room).acquire_owned().await;
        let Ok((stream, _)) = listener.accept().await else {
            // Running out of descriptors passes.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let facts = Arc::clone(&facts);
        tokio::spawn(async move {
            let _place = place;
            let service = service_fn(move |request: Request<Incoming>| {
                let reply = reply(&request, || text(&facts()));
                async move { Ok::<_, Infallible>(reply) }
            });
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10));
            // Who stays too long, or breaks off, is told nothing more.
            let _ = timeout(LONGEST, http.serve_connection(TokioIo::new(stream), service)).await;
        });
    }
}

fn reply<B>(request: &Request<B>, text: impl FnOnce() -> String) -> Response<Full<Bytes>> {
    let (status, body) = match (request.method(), request.uri().path()) {
        (&Method::GET, "/metrics") => (StatusCode::OK, text()),
        _ => (StatusCode::NOT_FOUND, "only GET /metrics is here\n".into()),
    };
    let mut reply = Response::new(Full::new(Bytes::from(body)));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(KIND));
    reply
}

/// The text format: for each metric what it is, then its samples.
struct Page(String);

impl Page {
    fn begin(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (at, (label, value)) in labels.iter().enumerate() {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{}{label}=\"{value}\"", if at == 0 { '{' } else { ',' });
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.begin(name, kind, help);
        self.sample(name, &[], value);
    }
}

fn text(facts: &Facts) -> String {
    let mut page = Page(String::new());
    functions(&mut page, &facts.functions);
    accounts(&mut page, &facts.accounts);
    page.begin("fika_sandboxes", "gauge", "Sandboxes by what they do.");
    for (state, count) in facts.sandboxes {
        page.sample("fika_sandboxes", &[("state", state)], count);
    }
    let help = "Invocations that wait for a sandbox.";
    page.single("fika_waiting_invocations", "gauge", help, facts.waiting);
    page.begin("fika_stock_total", "counter", "Cold starts by what the stock had for them.");
    let StockFacts { hits, misses, exhausted, .. } = facts.stock;
    for (found, count) in [("hit", hits), ("miss", misses), ("exhausted", exhausted)] {
        page.sample("fika_stock_total", &[("found", found)], count);
    }
    let LogFacts { waiting_bytes, dropped_events, stored_bytes } = facts.logs;
    page.single("fika_log_waiting_bytes", "gauge", "Log that waits for the disk.", waiting_bytes);
    let help = "Log events dropped because too many waited.";
    page.single("fika_log_dropped_events_total", "counter", help, dropped_events);
    page.single("fika_log_stored_bytes", "gauge", "Log on disk, a minute ago.", stored_bytes);
    events(&mut page, facts);
    journal(&mut page, facts.journal);
    queues(&mut page, &facts.queues);
    page.0
}

fn journal(page: &mut Page, facts: JournalFacts) {
    let JournalFacts { entries, disk_bytes, commits, syncs, .. } = facts;
    let help = "Events, messages and schedules that wait on disk.";
    page.single("fika_journal_entries", "gauge", help, entries);
    page.single("fika_journal_disk_bytes", "gauge", "What they take of the disk.", disk_bytes);
    let help = "Changes of what waits that were put on disk.";
    page.single("fika_journal_commits_total", "counter", help, commits);
    let help = "Times that the disk was waited for: one for all changes that came meanwhile.";
    page.single("fika_journal_syncs_total", "counter", help, syncs);
}

/// What is read of what waits.
type Depth = fn(&LaneState) -> f64;

fn events(page: &mut Page, facts: &Facts) {
    let Totals { accepted, delivered, retried, put_back, .. } = facts.events;
    let Totals { redirected, dropped, destination_failures, dead_letter_errors, kept, .. } =
        facts.events;
    page.single("fika_events_accepted_total", "counter", "Events accepted.", accepted);
    page.begin("fika_events_total", "counter", "Attempts to deliver events, by what came of them.");
    for (end, count) in [
        ("delivered", delivered),
        ("retried", retried),
        ("put_back", put_back),
        ("redirected", redirected),
        ("dropped", dropped),
        ("destination_failed", destination_failures),
        ("dead_letter_failed", dead_letter_errors),
    ] {
        page.sample("fika_events_total", &[("end", end)], count);
    }
    page.single(
        "fika_events_kept",
        "gauge",
        "Events that failed and are kept to be replayed.",
        kept,
    );
    let gauges: [(&str, &str, Depth); 3] = [
        ("fika_events_waiting", "Events that wait.", |lane| lane.waiting as f64),
        ("fika_events_running", "Events under way.", |lane| f64::from(lane.running)),
        ("fika_events_oldest_seconds", "Age of the oldest event that waits.", |lane| {
            lane.oldest_ms.unwrap_or_default() as f64 / 1_000.0
        }),
    ];
    for (name, help, value) in gauges {
        page.begin(name, "gauge", help);
        for lane in &facts.lanes {
            let labels = [("account", lane.account.as_str()), ("target", &*lane.target)];
            page.sample(name, &labels, value(lane));
        }
    }
}

fn queues(page: &mut Page, queues: &[(Scope, String, QueueFacts)]) {
    fn labels<'a>(scope: &'a Scope, queue: &'a str) -> [(&'static str, &'a str); 3] {
        let Scope { account, region } = scope;
        [("account", account.as_str()), ("region", region.as_str()), ("queue", queue)]
    }
    page.begin("fika_queue_messages", "gauge", "Messages by what becomes of them.");
    for (scope, queue, QueueFacts { ready, in_flight, delayed, .. }) in queues {
        for (state, count) in [("visible", ready), ("in_flight", in_flight), ("delayed", delayed)] {
            let labels = [labels(scope, queue).as_slice(), &[("state", state)]].concat();
            page.sample("fika_queue_messages", &labels, count);
        }
    }
    page.begin("fika_queue_oldest_seconds", "gauge", "Age of the oldest message.");
    for (scope, queue, QueueFacts { oldest, .. }) in queues {
        let age = oldest.unwrap_or_default().as_secs_f64();
        page.sample("fika_queue_oldest_seconds", &labels(scope, queue), age);
    }
}

/// What is counted of a point.
type Count = fn(&Point) -> u64;
/// What is read of an account.
type Reading = fn(&AccountSnapshot) -> u32;

fn functions(page: &mut Page, functions: &[(Series, Point)]) {
    let counters: [(&str, &str, Count); 3] = [
        ("fika_invocations_total", "Invocations that ran.", |point| point.invocations),
        ("fika_errors_total", "Invocations that failed in the function.", |point| point.errors),
        ("fika_throttles_total", "Requests refused with 429.", |point| point.throttles),
    ];
    for (name, help, count) in counters {
        page.begin(name, "counter", help);
        for (series, point) in functions {
            page.sample(name, &labels(series), count(point));
        }
    }
    page.begin("fika_duration_seconds", "histogram", "How long invocations ran.");
    for (series, point) in functions {
        let labels = labels(series);
        let count = point.durations.count();
        let mut bucket = |bound: &str, within: u64| {
            let labels = [labels.as_slice(), &[("le", bound)]].concat();
            page.sample("fika_duration_seconds_bucket", &labels, within);
        };
        for bound in BOUNDS {
            let within = point.durations.up_to(Duration::from_secs_f64(bound));
            bucket(&bound.to_string(), within);
        }
        bucket("+Inf", count);
        page.sample("fika_duration_seconds_sum", &labels, point.durations.sum_ms() / 1_000.0);
        page.sample("fika_duration_seconds_count", &labels, count);
    }
}

fn labels(series: &Series) -> Vec<(&str, &str)> {
    let Scope { account, region } = &series.scope;
    let function = series.function.as_deref().unwrap_or_default();
    vec![("account", account.as_str()), ("region", region.as_str()), ("function", function)]
}

fn accounts(page: &mut Page, accounts: &[(Scope, AccountSnapshot)]) {
    let gauges: [(&str, &str, Reading); 2] = [
        ("fika_running_invocations", "Invocations running now.", |account| account.running),
        ("fika_concurrency_limit", "Invocations that may run at once.", |account| account.limit),
    ];
    for (name, help, value) in gauges {
        page.begin(name, "gauge", help);
        for (Scope { account, region }, snapshot) in accounts {
            let labels = [("account", account.as_str()), ("region", region.as_str())];
            page.sample(name, &labels, value(snapshot));
        }
    }
}

#[cfg(test)]
mod tests {
    use fika_model::{AccountId, Region};

    use super::*;

    fn facts() -> Facts {
        let account = AccountId::new("000000000001").expect("an account");
        let scope = Scope { account, region: Region::new("eu-north-1").expect("a region") };
        let mut point = Point { invocations: 3, errors: 1, ..Point::default() };
        for ms in [1, 20, 90_000] {
            point.durations.record(Duration::from_millis(ms));
        }
        let snapshot =
            AccountSnapshot { running: 2, limit: 9, reserved: 0, provisioned: 0, unreserved: 9 };
        let queue = QueueFacts {
            visibility: Duration::from_secs(30),
            ready: 4,
            in_flight: 1,
            delayed: 0,
            oldest: Some(Duration::from_millis(2_500)),
        };
        let queues = scope.clone();
        Facts {
            functions: vec![(Series::function(&scope, "hello"), point)],
            accounts: vec![(scope, snapshot)],
            sandboxes: [("starting", 0), ("idle", 4), ("busy", 2), ("ending", 0)],
            waiting: 1,
            stock: StockFacts::default(),
            logs: LogFacts { waiting_bytes: 5, dropped_events: 6, stored_bytes: 7 },
            lanes: vec![LaneState {
                account: AccountId::new("000000000001").expect("an account"),
                target: "arn".into(),
                waiting: 3,
                running: 1,
                oldest_ms: Some(1_500),
            }],
            events: Totals { dropped: 2, ..Totals::default() },
            journal: JournalFacts { commits: 8, syncs: 2, ..JournalFacts::default() },
            queues: vec![(queues, "q".into(), queue)],
        }
    }

    #[test]
    fn the_page_reads_as_prometheus_has_it() {
        let page = text(&facts());
        let who = "account=\"000000000001\",region=\"eu-north-1\"";
        for line in [
            "# TYPE fika_invocations_total counter".to_owned(),
            format!("fika_invocations_total{{{who},function=\"hello\"}} 3"),
            format!("fika_duration_seconds_bucket{{{who},function=\"hello\",le=\"0.025\"}} 2"),
            format!("fika_duration_seconds_bucket{{{who},function=\"hello\",le=\"60\"}} 2"),
            format!("fika_duration_seconds_bucket{{{who},function=\"hello\",le=\"+Inf\"}} 3"),
            format!("fika_duration_seconds_sum{{{who},function=\"hello\"}} 90.021"),
            format!("fika_running_invocations{{{who}}} 2"),
            "fika_sandboxes{state=\"idle\"} 4".to_owned(),
            "fika_log_dropped_events_total 6".to_owned(),
            "fika_events_total{end=\"dropped\"} 2".to_owned(),
            "fika_events_waiting{account=\"000000000001\",target=\"arn\"} 3".to_owned(),
            "fika_journal_commits_total 8".to_owned(),
            "fika_journal_syncs_total 2".to_owned(),
            "fika_events_oldest_seconds{account=\"000000000001\",target=\"arn\"} 1.5".to_owned(),
            format!("fika_queue_messages{{{who},queue=\"q\",state=\"visible\"}} 4"),
            format!("fika_queue_oldest_seconds{{{who},queue=\"q\"}} 2.5"),
        ] {
            assert!(page.lines().any(|other| other == line), "no {line} in\n{page}");
        }
    }

    #[test]
    fn labels_are_escaped() {
        let mut page = Page(String::new());
        page.sample("m", &[("a", "x\"y\\z\n")], 1);
        assert_eq!(page.0, "m{a=\"x\\\"y\\\\z\\n\"} 1\n");
    }

    #[test]
    fn nothing_else_is_there() {
        let ask = |method: &str, path: &str| {
            let request = Request::builder().method(method).uri(path).body(()).expect("a request");
            reply(&request, || "page".into()).status().as_u16()
        };
        assert_eq!(ask("GET", "/metrics"), 200);
        assert_eq!([ask("GET", "/"), ask("POST", "/metrics")], [404, 404]);
    }
}
