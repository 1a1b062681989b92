//! Asynchronous invocations: taken at the door, and run when the event side says that it is their turn.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use bytes::Bytes;
use fika_assignment::AssignmentService;
use fika_aws::shape::AwsError;
use fika_control::Asynchronous;
use fika_counting::CountingService;
use fika_events::{
    AsyncPolicy, Called, Event, Functions, Invocation as Turn, NotRun, Pending, Sender,
};
use fika_journal::JournalError;
use fika_model::{FunctionArn, FunctionVersion, LaneId};
use fika_service::Caller;
use fika_worker::{Invocation, WorkerService};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use std::time::Duration;

use crate::Frontend;
use crate::answer::Answer;
use crate::invoke::TRACE_ID;
use crate::reply::Reply;

impl<C, A, W> Frontend<C, A, W>
where
    C: CountingService,
    A: AssignmentService,
    W: WorkerService,
{
    /// Takes an invocation, for good.
    ///
    /// # Errors
    /// 503 when there is no room for it, 429 when its account has too much waiting: it was not taken.
    pub(crate) async fn accept(
        &self,
        version: &FunctionVersion,
        called: Option<String>,
        invocation: Invocation,
    ) -> Result<(), AwsError> {
        let scope = version.arn.scope.clone();
        let (name, qualifier) = (version.arn.name.clone(), called);
        let target = FunctionArn { scope: scope.clone(), name, qualifier }.to_string();
        let event = Event {
            id: invocation.request_id,
            scope,
            sender: Sender::Allowed,
            target,
            payload: invocation.payload,
            trace_id: invocation.trace_id,
            client_context: invocation.client_context,
            tenant: invocation.tenant,
            attributes: Vec::new(),
            group: None,
            deduplication: None,
            retries: None,
            dead_letters: None,
        };
        self.events.accept(vec![event]).await.map_err(|error| refused(&error))
    }

    /// The invoke path, for those who are no clients. It ends with these doors.
    pub fn functions(self: &Arc<Self>) -> Arc<dyn Functions> {
        Arc::new(InvokePath(Arc::downgrade(self)))
    }

    /// Runs what no client waits for.
    async fn run_turn(&self, turn: Turn) -> Result<Called, NotRun> {
        let noting = self.courses.begin();
        let Turn { id, function, payload, trace_id, client_context, tenant } = turn;
        let FunctionArn { scope, name, qualifier } = &function;
        let resolved = self.control.resolve_in(scope, name, qualifier.as_deref());
        let resolved = resolved.map_err(|error| not_run(&error, false))?;
        if tenant.is_some() != resolved.version.per_tenant {
            let text = "The function's tenancy is not what the event was sent for.";
            return Err(NotRun::Invalid(text.into()));
        }
        let trace_id = self.chained(trace_id, &resolved.version).map_err(|_| NotRun::Loop)?;
        let invocation = Invocation {
            request_id: id,
            payload,
            client_context,
            trace_id: Some(trace_id.clone()),
            invoked_arn: resolved.invoked_arn,
            tenant,
            tail: false,
            sink: None,
        };
        // Events come from no lane: they take turns.
        let lane = LaneId(self.lanes.fetch_add(1, Ordering::Relaxed));
        let version = resolved.version;
        let event = invocation.payload.clone();
        match self.run(&version, invocation, qualifier.clone(), lane, noting).await {
            Ok(outcome) => {
                if outcome.failed {
                    self.give_up(&event, &outcome.payload).await;
                }
                Ok(Called {
                    payload: outcome.payload,
                    failed: outcome.failed,
                    version: version.version.as_str().into(),
                    trace_id: Some(trace_id),
                })
            }
            Err(error) => Err(not_run(&error, self.control.is_switched_off(&function))),
        }
    }
}

/// Why an invocation did not run.
fn not_run(error: &AwsError, never: bool) -> NotRun {
    let text = error.message().to_owned();
    match error.status() {
        404 => NotRun::Missing(text),
        429 => NotRun::Throttled { never, after: Duration::ZERO },
        // The function is being made, or changed: that passes.
        409 => NotRun::Service(text),
        400..=499 => NotRun::Invalid(text),
        _ => NotRun::Service(text),
    }
}

fn refused(error: &JournalError) -> AwsError {
    if *error == JournalError::Share {
        return AwsError::too_many_requests(error.to_string(), None, None);
    }
    tracing::warn!(%error, "an event was not accepted");
    AwsError::new("ServiceUnavailableException", 503, error.to_string())
}

/// The answer to an event that was taken.
pub(crate) fn accepted(trace_id: &str) -> Reply {
    let mut reply = Response::new(Answer::from(Bytes::new()));
    *reply.status_mut() = StatusCode::ACCEPTED;
    if let Ok(value) = HeaderValue::from_str(trace_id) {
        reply.headers_mut().insert(TRACE_ID, value);
    }
    reply
}

/// The same of an InvokeAsync.
pub(crate) fn status() -> Reply {
    let mut reply = Response::new(Answer::from(r#"{"Status":202}"#));
    *reply.status_mut() = StatusCode::ACCEPTED;
    let json = HeaderValue::from_static("application/json");
    reply.headers_mut().insert(CONTENT_TYPE, json);
    reply
}

/// The invoke path as the event side has it.
struct InvokePath<C, A, W>(Weak<Frontend<C, A, W>>);

impl<C, A, W> Functions for InvokePath<C, A, W>
where
    C: CountingService,
    A: AssignmentService,
    W: WorkerService,
{
    fn policy(&self, function: &FunctionArn) -> Option<AsyncPolicy> {
        let policy = self.0.upgrade()?.control.asynchronous(function)?;
        let Asynchronous { retries, age, on_success, on_failure, dead_letters, role } = policy;
        Some(AsyncPolicy { retries, age, on_success, on_failure, dead_letters, role })
    }

    fn left(&self, function: &FunctionArn) -> Option<u32> {
        self.0.upgrade()?.counting.left(function)
    }

    fn may_invoke(&self, caller: &Caller, function: &FunctionArn) -> Result<(), String> {
        let doors = self.0.upgrade().ok_or("This server is stopping.")?;
        let FunctionArn { scope, name, qualifier } = function;
        let policy = doors.control.resource_policy(scope, name, qualifier.as_deref());
        let (action, arn) = ("lambda:InvokeFunction", function.to_string());
        let may = caller.allow(action, &arn, policy.as_deref(), &[]);
        may.map_err(|error| error.message().to_owned())
    }

    fn invoke(&self, turn: Turn) -> Pending<'_, Result<Called, NotRun>> {
        let doors = self.0.upgrade();
        Box::pin(async move {
            match doors {
                Some(doors) => doors.run_turn(turn).await,
                None => Err(NotRun::Service("this server is stopping".into())),
            }
        })
    }
}
