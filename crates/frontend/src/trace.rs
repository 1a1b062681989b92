//! What is told of each invocation to whoever follows traces.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use fika_model::{FunctionArn, FunctionVersion, RequestId};
use fika_worker::{Outcome, Ran};
use tokio::sync::mpsc;

/// Spans that may wait to be sent.
const WAITING: usize = 4_096;

/// An invocation that has run.
#[derive(Debug, Clone)]
pub struct Span {
    /// The function, unqualified.
    pub function: FunctionArn,
    /// The version that ran.
    pub version: String,
    /// The invocation's id.
    pub request_id: RequestId,
    /// `X-Amzn-Trace-Id`, as its caller or fika wrote it.
    pub trace_id: Option<String>,
    /// When it ended.
    pub ended: SystemTime,
    /// How long it ran.
    pub ran: Ran,
    /// Whether it ended with an error of the function.
    pub failed: bool,
}

/// Where spans go. A full queue loses them: nobody waits.
#[derive(Debug, Clone)]
pub struct Traces {
    spans: mpsc::Sender<Span>,
    lost: Arc<AtomicU64>,
}

impl Traces {
    /// A queue of spans, and its other end.
    #[must_use]
    pub fn new() -> (Self, mpsc::Receiver<Span>) {
        let (spans, inbox) = mpsc::channel(WAITING);
        (Self { spans, lost: Arc::default() }, inbox)
    }

    /// How many spans were lost, because too many waited.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Tells of an invocation. Never waits.
    pub fn tell(&self, span: Span) {
        if self.spans.try_send(span).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What is known of an invocation before it runs, for its span.
#[derive(Debug, Clone)]
pub(crate) struct Traced {
    traces: Traces,
    version: Arc<FunctionVersion>,
    request_id: RequestId,
    trace_id: Option<String>,
}

impl Traced {
    pub(crate) fn new(
        traces: &Traces,
        version: &Arc<FunctionVersion>,
        request_id: RequestId,
        trace_id: Option<&String>,
    ) -> Self {
        let (traces, version) = (traces.clone(), Arc::clone(version));
        Self { traces, version, request_id, trace_id: trace_id.cloned() }
    }

    /// It has run.
    pub(crate) fn ended(self, outcome: &Outcome) {
        let Some(ran) = outcome.ran else { return };
        self.traces.tell(Span {
            function: self.version.arn.clone(),
            version: self.version.version.clone(),
            request_id: self.request_id,
            trace_id: self.trace_id,
            ended: SystemTime::now(),
            ran,
            failed: outcome.failed,
        });
    }
}
