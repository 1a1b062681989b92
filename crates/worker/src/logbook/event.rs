//! What the platform says of a sandbox's life: as lines of text, as AWS writes them, and as the JSON
//! of logs in that format and of the Telemetry API (schema 2022-12-13).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use fika_model::{FunctionVersion, LogLevel, RequestId};
use fika_store::Digest;
use serde_json::{Value, json};

use super::{ColdStart, Ended, Status, iso_time};
use crate::Invocation;
use crate::extensions::Standing;

/// What does not change in a sandbox's life.
#[derive(Debug)]
pub(crate) struct About {
    pub version: Arc<FunctionVersion>,
    /// `on-demand` or `snap-start`.
    pub initialization: &'static str,
}

/// For whom an init phase runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// For the sandbox.
    Init,
    /// For an invocation, and on its time.
    Invoke,
}

/// What is told of an invocation where details are wanted, beside its id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    pub trace: Option<String>,
    pub tenant: Option<String>,
    /// How long it ran until its answer began to come; none before that.
    pub latency: Option<Duration>,
}

impl Marks {
    pub fn of(invocation: &Invocation) -> Self {
        let tenant = invocation.tenant.as_ref().map(|tenant| tenant.as_str().to_owned());
        Self { trace: invocation.trace_id.clone(), tenant, latency: None }
    }
}

/// Something the platform says.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    InitStart(Phase),
    InitRuntimeDone(Phase, &'a Status),
    InitReport(Phase, Duration, &'a Status),
    RestoreStart,
    RestoreRuntimeDone(&'a Status),
    RestoreReport(Duration, &'a Status),
    Start {
        id: RequestId,
        marks: Option<&'a Marks>,
    },
    RuntimeDone {
        id: RequestId,
        took: Duration,
        bytes: usize,
        status: &'a Status,
        marks: Option<&'a Marks>,
    },
    Report {
        ended: &'a Ended,
        used_mb: u64,
    },
    Extension(&'a Standing),
    Subscribed {
        telemetry: bool,
        name: &'a str,
        types: &'a [&'static str],
    },
}

impl Event<'_> {
    /// Its name in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::InitStart(_) => "platform.initStart",
            Self::InitRuntimeDone(..) => "platform.initRuntimeDone",
            Self::InitReport(..) => "platform.initReport",
            Self::RestoreStart => "platform.restoreStart",
            Self::RestoreRuntimeDone(_) => "platform.restoreRuntimeDone",
            Self::RestoreReport(..) => "platform.restoreReport",
            Self::Start { .. } => "platform.start",
            Self::RuntimeDone { .. } => "platform.runtimeDone",
            Self::Report { .. } => "platform.report",
            Self::Extension(_) => "platform.extension",
            Self::Subscribed { telemetry: true, .. } => "platform.telemetrySubscription",
            Self::Subscribed { .. } => "platform.logsSubscription",
        }
    }

    /// How much it matters: AWS's documentation, "System log level event mapping".
    pub fn level(&self, about: &About) -> LogLevel {
        let unless = |status: &Status, well: LogLevel| match status {
            Status::Answered => well,
            _ => LogLevel::Warn,
        };
        match self {
            Self::InitStart(_) | Self::RestoreStart | Self::Start { .. } => LogLevel::Info,
            Self::InitRuntimeDone(_, status)
            | Self::RestoreRuntimeDone(status)
            | Self::RuntimeDone { status, .. } => unless(status, LogLevel::Debug),
            Self::InitReport(_, _, status) if about.initialization == "on-demand" => {
                unless(status, LogLevel::Debug)
            }
            Self::InitReport(_, _, status) | Self::RestoreReport(_, status) => {
                unless(status, LogLevel::Info)
            }
            Self::Report { ended, .. } => unless(&ended.status, LogLevel::Info),
            Self::Extension(one) if one.state == "Ready" => LogLevel::Info,
            Self::Extension(_) => LogLevel::Warn,
            Self::Subscribed { .. } => LogLevel::Info,
        }
    }

    /// The line, or the lines, of a log in text; empty for what such a log does not say.
    pub fn text(&self, about: &About) -> String {
        let version = &about.version;
        match self {
            Self::InitStart(_) | Self::InitRuntimeDone(..) | Self::RestoreRuntimeDone(_) => {
                String::new()
            }
            Self::RuntimeDone { .. } | Self::InitReport(_, _, Status::Answered) => String::new(),
            Self::InitReport(_, took, status) => {
                let took = millis(*took);
                format!("INIT_REPORT Init Duration: {took:.2} ms\tPhase: init\t{}\n", told(status))
            }
            Self::RestoreStart => {
                let (runtime, arn) = runtime_version(version);
                format!("RESTORE_START Runtime Version: {runtime}\tRuntime Version ARN: {arn}\n")
            }
            Self::RestoreReport(took, status) => {
                let took = millis(*took);
                let line =
                    format!("RESTORE_REPORT Restore Duration: {took:.2} ms\t{}", told(status));
                format!("{}\n", line.trim_end())
            }
            Self::Start { id, .. } => {
                format!("START RequestId: {id} Version: {}\n", version.version)
            }
            Self::Report { ended, used_mb } => {
                format!("END RequestId: {}\n{}", ended.request_id, report(ended, version, *used_mb))
            }
            Self::Extension(one) => {
                let events = interests(one).join(",");
                format!("EXTENSION\tName: {}\tState: {}\tEvents: [{events}]\n", one.name, one.state)
            }
            Self::Subscribed { telemetry, name, types } => {
                let api = if *telemetry { "TELEMETRY" } else { "LOGS" };
                format!("{api}\tName: {name}\tState: Subscribed\tTypes: [{}]\n", types.join(", "))
            }
        }
    }

    /// What it says, in JSON.
    pub fn record(&self, about: &About) -> Value {
        match self {
            Self::InitStart(phase) => {
                let mut record = init(about, *phase);
                let (runtime, arn) = runtime_version(&about.version);
                record["runtimeVersion"] = runtime.into();
                record["runtimeVersionArn"] = arn.into();
                record["functionName"] = about.version.arn.name.as_str().into();
                record["functionVersion"] = about.version.version.as_str().into();
                record["instanceMaxMemory"] = (u64::from(about.version.memory_mb) << 20).into();
                record
            }
            Self::InitRuntimeDone(phase, status) => with(init(about, *phase), status),
            Self::InitReport(phase, took, status) => {
                let mut record = with(init(about, *phase), status);
                record["metrics"] = json!({ "durationMs": rounded(*took) });
                record
            }
            Self::RestoreStart => {
                let (runtime, arn) = runtime_version(&about.version);
                json!({
                    "functionName": about.version.arn.name,
                    "functionVersion": about.version.version,
                    "runtimeVersion": runtime,
                    "runtimeVersionArn": arn,
                    "instanceMaxMemory": u64::from(about.version.memory_mb) << 20,
                })
            }
            Self::RestoreRuntimeDone(status) => with(json!({}), status),
            Self::RestoreReport(took, status) => {
                with(json!({ "metrics": { "durationMs": rounded(*took) } }), status)
            }
            Self::Start { id, marks } => {
                let record =
                    json!({ "requestId": id.to_string(), "version": about.version.version });
                marked(record, *marks)
            }
            Self::RuntimeDone { id, took, bytes, status, marks } => {
                let metrics = json!({ "durationMs": rounded(*took), "producedBytes": bytes });
                let mut record = json!({ "requestId": id.to_string(), "metrics": metrics });
                if let Some(latency) = marks.and_then(|marks| marks.latency) {
                    record["spans"] = spans(SystemTime::now(), *took, latency);
                }
                marked(with(record, status), *marks)
            }
            Self::Report { ended, used_mb } => {
                let metrics = metrics(ended, &about.version, *used_mb);
                let record =
                    json!({ "requestId": ended.request_id.to_string(), "metrics": metrics });
                marked(with(record, &ended.status), ended.marks.as_deref())
            }
            Self::Extension(one) => {
                json!({ "name": &*one.name, "state": one.state, "events": interests(one) })
            }
            Self::Subscribed { name, types, .. } => {
                json!({ "name": name, "state": "Subscribed", "types": types })
            }
        }
    }
}

/// One line of a log in JSON, and one event of the Telemetry API.
pub(crate) fn line(kind: &str, record: &Value) -> String {
    json!({ "time": iso_time(SystemTime::now()), "type": kind, "record": record }).to_string()
}

fn init(about: &About, phase: Phase) -> Value {
    let phase = match phase {
        Phase::Init => "init",
        Phase::Invoke => "invoke",
    };
    json!({ "initializationType": about.initialization, "phase": phase })
}

fn with(mut record: Value, status: &Status) -> Value {
    record["status"] = match status {
        Status::Answered => "success",
        Status::Timeout => "timeout",
        Status::Failed(_) => "error",
    }
    .into();
    if let Status::Failed(kind) = status {
        record["errorType"] = kind.as_ref().into();
    }
    record
}

fn marked(mut record: Value, marks: Option<&Marks>) -> Value {
    let Some(marks) = marks else { return record };
    if let Some(trace) = &marks.trace {
        record["tracing"] = json!({ "type": "X-Amzn-Trace-Id", "value": trace });
    }
    if let Some(tenant) = &marks.tenant {
        record["tenantId"] = tenant.as_str().into();
    }
    record
}

/// When an answer began and how long it took, of an invocation that is over now: the Telemetry API's
/// schema, "Span object".
fn spans(now: SystemTime, took: Duration, latency: Duration) -> Value {
    let span = |name: &str, before: Duration, took: Duration| {
        let start = iso_time(now.checked_sub(before).unwrap_or(now));
        json!({ "name": name, "start": start, "durationMs": rounded(took) })
    };
    let rest = took.saturating_sub(latency);
    json!([span("responseLatency", took, latency), span("responseDuration", rest, rest)])
}

fn interests(one: &Standing) -> Vec<&'static str> {
    let all = [(one.interests.invoke, "INVOKE"), (one.interests.shutdown, "SHUTDOWN")];
    all.into_iter().filter(|(wanted, _)| *wanted).map(|(_, name)| name).collect()
}

/// Since August 2025 the init phase is billed like the rest. Of a restore, the hooks are.
fn billed(ended: &Ended) -> f64 {
    let before = match ended.cold_start {
        None => 0.0,
        Some(ColdStart::Init(took)) => millis(took),
        Some(ColdStart::Restore { billed, .. }) => millis(billed),
    };
    (millis(ended.duration) + before).ceil()
}

fn report(ended: &Ended, version: &FunctionVersion, used_mb: u64) -> String {
    let (duration, billed, memory_mb) = (millis(ended.duration), billed(ended), version.memory_mb);
    let mut line = format!(
        "REPORT RequestId: {}\tDuration: {duration:.2} ms\tBilled Duration: {billed:.0} ms\tMemory Size: {memory_mb} MB\tMax Memory Used: {used_mb} MB\t",
        ended.request_id
    );
    match ended.cold_start {
        None => {}
        Some(ColdStart::Init(took)) => {
            line.push_str(&format!("Init Duration: {:.2} ms\t", millis(took)));
        }
        Some(ColdStart::Restore { took, billed }) => line.push_str(&format!(
            "Restore Duration: {:.2} ms\tBilled Restore Duration: {:.0} ms\t",
            millis(took),
            millis(billed).ceil()
        )),
    }
    line.push_str(&told(&ended.status));
    line.push('\n');
    line
}

fn metrics(ended: &Ended, version: &FunctionVersion, used_mb: u64) -> Value {
    let mut metrics = json!({
        "durationMs": rounded(ended.duration),
        "billedDurationMs": billed(ended),
        "memorySizeMB": version.memory_mb,
        "maxMemoryUsedMB": used_mb,
    });
    match ended.cold_start {
        None => {}
        Some(ColdStart::Init(took)) => metrics["initDurationMs"] = rounded(took).into(),
        Some(ColdStart::Restore { took, billed }) => {
            metrics["restoreDurationMs"] = rounded(took).into();
            metrics["billedRestoreDurationMs"] = millis(billed).ceil().into();
        }
    }
    metrics
}

/// AWS names a runtime's build by 64 hexadecimal digits; ours stand for the identifier.
fn runtime_version(version: &FunctionVersion) -> (String, String) {
    let (runtime, region) = (version.runtime.to_string(), &version.arn.scope.region);
    let digest = Digest::of(runtime.as_bytes());
    (runtime, format!("arn:aws:lambda:{region}::runtime:{digest}"))
}

fn told(status: &Status) -> Cow<'static, str> {
    match status {
        Status::Answered => "".into(),
        Status::Timeout => "Status: timeout".into(),
        Status::Failed(kind) => format!("Status: error\tError Type: {kind}").into(),
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Milliseconds, to the microsecond.
fn rounded(duration: Duration) -> f64 {
    (millis(duration) * 1_000.0).round() / 1_000.0
}
