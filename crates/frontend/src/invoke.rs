//! The Frontend Invoke Service: from a verified request to a function's answer.
//!
//! Nothing here waits for a disk: the function is found in memory, the permit and the sandbox
//! come from state machines in memory, and the payload goes straight to the worker.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use fika_assignment::{AssignError, AssignmentService, Lease};
use fika_aws::generated::lambda::Operation;
use fika_aws::shape::AwsError;
use fika_counting::{CountingService, Permit};
use fika_metrics::Call;
use fika_model::{FunctionVersion, LaneId, RequestId, TenantId, Throttle, limits};
use fika_worker::{Invocation, Outcome, RestoreFailure, WorkerService};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use serde::de::IgnoredAny;

use crate::Frontend;
use crate::answer::Answer;
use crate::course::Noting;
use crate::end::ToTheEnd;
use crate::lineage;
use crate::reply::{self, Reply};
use crate::trace::Traced;

/// The largest client context, bytes of base64 (AWS's documentation of Invoke).
const CLIENT_CONTEXT_BYTES: usize = 3_583;
/// How often an invocation whose sandbox died between the grant and the call is placed anew.
pub(crate) const ATTEMPTS: usize = 3;

const INVOCATION_TYPE: HeaderName = HeaderName::from_static("x-amz-invocation-type");
const LOG_TYPE: HeaderName = HeaderName::from_static("x-amz-log-type");
const CLIENT_CONTEXT: HeaderName = HeaderName::from_static("x-amz-client-context");
pub(crate) const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const TENANT_ID: HeaderName = HeaderName::from_static("x-amz-tenant-id");
const DURABLE_EXECUTION_NAME: HeaderName = HeaderName::from_static("x-amz-durable-execution-name");
const EXECUTED_VERSION: HeaderName = HeaderName::from_static("x-amz-executed-version");
const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");
const LOG_RESULT: HeaderName = HeaderName::from_static("x-amz-log-result");

/// What an invocation holds while it runs: its place among those that run at once, and what is counted
/// of it.
pub(crate) type Held = (Permit, Call, Noting);

/// What the headers of an Invoke ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Run it and answer.
    RequestResponse,
    /// Run it and answer as it writes.
    Stream,
    /// Only check that it could be run.
    DryRun,
    /// Take it, and run it in its turn.
    Event,
}

/// Whether the headers hold nothing that the model's constraints need a look at.
pub(crate) fn is_usual(operation: Operation, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(HeaderValue::as_bytes);
    let is_known = match text(INVOCATION_TYPE) {
        None | Some(b"RequestResponse" | b"DryRun") => true,
        Some(b"Event") => operation == Operation::Invoke,
        Some(_) => false,
    };
    is_known
        && matches!(text(LOG_TYPE), None | Some(b"None" | b"Tail"))
        && text(DURABLE_EXECUTION_NAME).is_none()
        && text(TENANT_ID).is_none_or(|id| tenant_id(id).is_some())
}

/// Whether it has a function run.
pub(crate) fn is_invocation(operation: Operation) -> bool {
    use Operation::{Invoke, InvokeAsync, InvokeWithResponseStream};
    matches!(operation, Invoke | InvokeWithResponseStream | InvokeAsync)
}

/// Reads `X-Amz-Invocation-Type`, which is one the model knows.
pub(crate) fn mode(operation: Operation, headers: &HeaderMap) -> Mode {
    match headers.get(INVOCATION_TYPE).map(HeaderValue::as_bytes) {
        Some(b"DryRun") => Mode::DryRun,
        Some(b"Event") => Mode::Event,
        _ if operation == Operation::InvokeWithResponseStream => Mode::Stream,
        _ => Mode::RequestResponse,
    }
}

/// The largest payload that such an invocation may have, bytes.
pub(crate) fn limit(operation: Operation, headers: &HeaderMap) -> usize {
    match mode(operation, headers) {
        Mode::Event => limits::ASYNC_REQUEST_BYTES,
        Mode::DryRun | Mode::RequestResponse | Mode::Stream => limits::SYNC_REQUEST_BYTES,
    }
}

/// The invocation a request asks for.
///
/// # Errors
/// A payload that is no JSON, or a client context that cannot be read.
pub(crate) fn invocation(
    headers: &HeaderMap,
    tenant: Option<TenantId>,
    payload: Bytes,
) -> Result<Invocation, AwsError> {
    let request_id = RequestId::random();
    Ok(Invocation {
        request_id,
        payload: checked_json(payload)?,
        client_context: headers.get(CLIENT_CONTEXT).map(client_context).transpose()?,
        trace_id: Some(trace_id(headers, request_id)),
        invoked_arn: None,
        tenant,
        tail: headers.get(LOG_TYPE).is_some_and(|kind| kind == "Tail"),
        sink: None,
    })
}

/// Whom an invocation is for: named where the function keeps its tenants apart, and only there.
///
/// # Errors
/// In AWS's words, when it is missing, out of place or no tenant's id.
pub(crate) fn tenant(
    version: &FunctionVersion,
    headers: &HeaderMap,
) -> Result<Option<TenantId>, AwsError> {
    let refuse = |text: &str| Err(AwsError::invalid_parameter_value(text));
    match headers.get(TENANT_ID).map(HeaderValue::as_bytes) {
        None if version.per_tenant => refuse(
            "The invoked function is enabled with tenancy configuration. Add a valid tenant ID \
             in your request and try again.",
        ),
        None => Ok(None),
        Some(_) if !version.per_tenant => refuse(
            "The invoked function is not enabled with tenancy configuration. Remove the tenant \
             ID from your request and try again.",
        ),
        Some(given) => {
            let id = tenant_id(given);
            id.map_or_else(|| refuse("The tenant ID is not valid."), |id| Ok(Some(id)))
        }
    }
}

fn tenant_id(text: &[u8]) -> Option<TenantId> {
    TenantId::parse(str::from_utf8(text).ok()?)
}

fn checked_json(payload: Bytes) -> Result<Bytes, AwsError> {
    if payload.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    // Skipping a string does not look at its bytes, so that they are text is checked apart.
    let text = str::from_utf8(&payload).map_err(|e| no_json(&e))?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|e| no_json(&e))?;
    Ok(payload)
}

fn no_json(why: &dyn std::fmt::Display) -> AwsError {
    AwsError::invalid_request_content(format!("Could not parse request body into json: {why}"))
}

fn client_context(value: &HeaderValue) -> Result<String, AwsError> {
    let refuse = |why: &str| {
        AwsError::invalid_request_content(format!("The client context is not valid: {why}."))
    };
    if value.len() > CLIENT_CONTEXT_BYTES {
        return Err(refuse("it is longer than 3583 bytes"));
    }
    let json = BASE64.decode(value.as_bytes()).map_err(|_| refuse("it is not base64"))?;
    let text = String::from_utf8(json).map_err(|_| refuse("it is not UTF-8"))?;
    serde_json::from_str::<IgnoredAny>(&text).map_err(|_| refuse("it is not JSON"))?;
    // It travels to the runtime in one header line.
    Ok(if text.contains(['\n', '\r']) { text.replace(['\n', '\r'], " ") } else { text })
}

/// The caller's trace id, or a fresh one that is not sampled.
pub(crate) fn trace_id(headers: &HeaderMap, request_id: RequestId) -> String {
    if let Some(given) = headers.get(TRACE_ID).and_then(|v| v.to_str().ok()) {
        return given.to_owned();
    }
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let random = request_id.0.as_u128();
    let (root, parent) = (random >> 32, random as u64);
    format!("Root=1-{seconds:08x}-{root:024x};Parent={parent:016x};Sampled=0")
}

impl<C, A, W> Frontend<C, A, W>
where
    C: CountingService,
    A: AssignmentService,
    W: WorkerService,
{
    /// The trace header with this call in its chain.
    ///
    /// # Errors
    /// 400 `RecursiveInvocationException` when the function called itself too often, whichever
    /// way, unless it may.
    pub(crate) fn chained(
        &self,
        trace_id: Option<String>,
        version: &FunctionVersion,
    ) -> Result<String, AwsError> {
        let step = lineage::step(trace_id.unwrap_or_default(), &version.arn);
        if step.before < lineage::CALLS || self.control.may_loop(&version.arn) {
            return Ok(step.trace_id);
        }
        tracing::warn!(function = %version.arn, trace = step.trace_id, "a loop was cut");
        Err(AwsError::recursive_invocation(format!(
            "The invocation was stopped: {} was called {} times in one chain of calls. If that is \
             meant, allow it with PutFunctionRecursionConfig.",
            version.arn, step.before
        )))
    }

    /// Runs one invocation to its end.
    ///
    /// # Errors
    /// Whatever keeps it from running; an error of the function itself is an [`Outcome`].
    pub(crate) async fn run(
        &self,
        version: &Arc<FunctionVersion>,
        invocation: Invocation,
        called: Option<String>,
        lane: LaneId,
        noting: Noting,
    ) -> Result<Outcome, AwsError> {
        let mut held = self.hold(version, called, lane, noting).await?;
        for _ in 0..ATTEMPTS {
            let run = match self.begin(version, &invocation, held, lane).await {
                Ok(run) => run,
                Err(ended) => return ended,
            };
            match run.await {
                Ok(outcome) => return Ok(outcome),
                Err(again) => held = again,
            }
        }
        Err(dying())
    }

    /// Counts an invocation in.
    pub(crate) async fn hold(
        &self,
        version: &Arc<FunctionVersion>,
        called: Option<String>,
        lane: LaneId,
        mut noting: Noting,
    ) -> Result<Held, AwsError> {
        noting.done("who");
        let mut counted = self.metrics.recorder().call(lane, version, called);
        match self.counting.admit(&version.arn, version.uid).await {
            Ok(permit) => {
                counted.admitted();
                noting.done("count");
                Ok((permit, counted, noting))
            }
            Err(throttle) => {
                counted.throttled();
                Err(throttled(throttle))
            }
        }
    }

    /// Sends it to a sandbox of its own. What runs there gives its [`Held`] back where the sandbox
    /// died before it took anything.
    ///
    /// # Errors
    /// It got no sandbox: what its caller is told.
    pub(crate) async fn begin(
        &self,
        version: &Arc<FunctionVersion>,
        invocation: &Invocation,
        mut held: Held,
        lane: LaneId,
    ) -> Result<ToTheEnd<Result<Outcome, Held>>, Result<Outcome, AwsError>> {
        let tenant = invocation.tenant.as_ref();
        let lease = match self.assignment.assign(version, tenant, Some(lane)).await {
            Ok(lease) => lease,
            Err(e) => return Err(refused(e, invocation, held.1)),
        };
        if held.2.is_on() {
            self.note_assigned(&mut held.2, lease);
        }
        let (worker, call) = (Arc::clone(&self.worker), invocation.clone());
        let (courses, ran) = (self.courses.clone(), Arc::clone(version));
        let traced = self
            .traces
            .as_ref()
            .map(|traces| Traced::new(traces, version, call.request_id, call.trace_id.as_ref()));
        let id = invocation.request_id;
        // A caller that hangs up ends neither the invocation nor the permit, and it counts.
        Ok(ToTheEnd::new(async move {
            let Ok(outcome) = worker.invoke(lease.sandbox, call).await else {
                return Err(held);
            };
            if let Some(traced) = traced {
                traced.ended(&outcome);
            }
            let (_permit, counted, mut noting) = held;
            counted.ended(outcome.failed, outcome.ran.map(|ran| ran.duration));
            if noting.is_on() {
                noting.ran("function", outcome.ran.map_or(Duration::ZERO, |ran| ran.duration));
                noting.done("worker");
                noting.end(&courses, &ran, id, outcome.failed);
            }
            Ok(outcome)
        }))
    }
}

impl<C, A: AssignmentService, W> Frontend<C, A, W> {
    /// How long it took to get a sandbox, and of that to find a place for a new one and to make it there.
    fn note_assigned(&self, noting: &mut Noting, lease: Lease) {
        if let Some(birth) =
            self.assignment.birth(lease.sandbox).filter(|b| noting.is_after(b.ready))
        {
            noting.until("place", birth.placed);
            noting.within("create", birth.placed, birth.ready);
        }
        noting.done("assign");
    }
}

/// Its sandboxes die before they take it, one after the other.
pub(crate) fn dying() -> AwsError {
    AwsError::service("the function's sandboxes keep dying; try again")
}

/// An invocation that got no sandbox.
fn refused(
    error: AssignError,
    invocation: &Invocation,
    counted: Call,
) -> Result<Outcome, AwsError> {
    match error {
        AssignError::Init(failure) => {
            counted.ended(true, None);
            Ok(failure.outcome(invocation.request_id, invocation.tail))
        }
        AssignError::Restore(failure) => {
            counted.ended(true, None);
            Err(not_restored(failure))
        }
        AssignError::Throttled(throttle) => {
            counted.throttled();
            Err(throttled(throttle))
        }
        AssignError::Worker(text) => Err(AwsError::service(text)),
        AssignError::Draining => Err(AwsError::service("this server is stopping; try another")),
    }
}

/// AWS's words.
fn not_restored(failure: RestoreFailure) -> AwsError {
    match failure {
        RestoreFailure::Hook => AwsError::snap_start(
            "The afterRestore() runtime hook encountered an error. For more information, check \
             the Amazon CloudWatch logs.",
        ),
        RestoreFailure::Timeout => AwsError::snap_start_timeout(
            "Lambda couldn't restore the snapshot within the timeout limit.",
        ),
    }
}

fn throttled(throttle: Throttle) -> AwsError {
    reply::throttled("Rate Exceeded.", &throttle)
}

/// The answer of a finished invocation.
pub(crate) fn answer(version: &FunctionVersion, trace_id: &str, outcome: Outcome) -> Reply {
    let mut reply = Response::new(Answer::from(outcome.payload));
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    describe(headers, version, trace_id);
    if outcome.failed {
        headers.insert(FUNCTION_ERROR, HeaderValue::from_static("Unhandled"));
    }
    let tail = outcome.log_tail.map(|tail| BASE64.encode(tail));
    headers.extend(tail.and_then(|tail| Some((LOG_RESULT, HeaderValue::try_from(tail).ok()?))));
    reply
}

/// Says what ran.
pub(crate) fn describe(headers: &mut HeaderMap, version: &FunctionVersion, trace_id: &str) {
    for (name, value) in [(EXECUTED_VERSION, &*version.version), (TRACE_ID, trace_id)] {
        headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
    }
}

/// The answer of a dry run.
pub(crate) fn dry_run() -> Reply {
    let mut reply = Response::new(Answer::from(Bytes::new()));
    *reply.status_mut() = StatusCode::NO_CONTENT;
    reply
}
