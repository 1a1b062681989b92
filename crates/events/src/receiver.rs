//! Where events go: functions, and whatever else has an ARN.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use fika_journal::Batch;
use fika_model::{FunctionArn, RequestId, Scope, TenantId};
use fika_service::Caller;

use crate::Attribute;

/// Something under way.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What becomes of a function's asynchronous invocations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsyncPolicy {
    /// How often an event is tried again after an error of the function, 0 to 2.
    pub retries: u32,
    /// How old an event may become.
    pub age: Duration,
    /// The ARN that records of success go to.
    pub on_success: Option<String>,
    /// The ARN that records of failure go to.
    pub on_failure: Option<String>,
    /// The ARN of the queue or topic that events go to which failed.
    pub dead_letters: Option<String>,
    /// The function's role, as which those are sent.
    pub role: String,
}

/// One invocation of a function, by no client.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Its id.
    pub id: RequestId,
    /// The function, with the qualifier it is called by, if any.
    pub function: FunctionArn,
    /// The event.
    pub payload: Bytes,
    /// `X-Amzn-Trace-Id`, with its lineage. This call is added to it.
    pub trace_id: Option<String>,
    /// JSON.
    pub client_context: Option<String>,
    /// Whom it is for, with tenant isolation.
    pub tenant: Option<TenantId>,
}

/// What came of one that ran.
#[derive(Debug, Clone)]
pub struct Called {
    /// What the function answered, or the error's JSON.
    pub payload: Bytes,
    /// Whether it is an error of the function.
    pub failed: bool,
    /// The version that ran, as in `$LATEST`.
    pub version: Arc<str>,
    /// `X-Amzn-Trace-Id` with this call in its lineage, for what follows from it.
    pub trace_id: Option<String>,
}

/// Why one did not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotRun {
    /// There is no such function, version or alias.
    Missing(String),
    /// A limit; when it is worth trying again.
    Throttled {
        /// Whether the function may not run at all (reserved concurrency 0).
        never: bool,
        /// When it is worth trying again.
        after: Duration,
    },
    /// It called itself too often.
    Loop,
    /// It cannot be run now, for whatever other reason (a 5xx).
    Service(String),
    /// It cannot be run as it was asked to (a 4xx).
    Invalid(String),
}

/// The invoke path, as the event side needs it.
pub trait Functions: Send + Sync + 'static {
    /// What becomes of events for it; none where there is no such function.
    fn policy(&self, function: &FunctionArn) -> Option<AsyncPolicy>;

    /// Of the concurrency that the functions of its account share, how much is free now; none where it shares none.
    fn left(&self, function: &FunctionArn) -> Option<u32>;

    /// Whether its policy lets somebody invoke it.
    ///
    /// # Errors
    /// Why not, in AWS's words.
    fn may_invoke(&self, caller: &Caller, function: &FunctionArn) -> Result<(), String>;

    /// Runs it once, to its end. Whether anybody may has been asked before.
    fn invoke(&self, invocation: Invocation) -> Pending<'_, Result<Called, NotRun>>;
}

/// What is handed to a receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Parcel {
    /// Its id, the same each time it is tried.
    pub id: RequestId,
    /// From whose account, and where.
    pub scope: Scope,
    /// The ARN it goes to.
    pub target: String,
    /// The message; for a bus the detail of an event; for a bucket the object.
    pub payload: Bytes,
    /// `X-Amzn-Trace-Id`, where there is one.
    pub trace_id: Option<String>,
    /// Its attributes. For a bus: `source`, `detail-type` and `resources` (a JSON list); for a bucket: `key`.
    pub attributes: Vec<(String, Attribute)>,
    /// For what is FIFO.
    pub group: Option<String>,
    /// For what is FIFO.
    pub deduplication: Option<String>,
}

/// Why something was not received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undelivered {
    /// It never will be: there is no such target, or it may not.
    Refused {
        /// As in `AWS.SimpleQueueService.NonExistentQueue`.
        code: String,
        /// What the target said.
        message: String,
    },
    /// Another time perhaps.
    Later(String),
}

/// A room that events can be sent to.
pub trait Receiver: Send + Sync + 'static {
    /// Takes a parcel: it is durable when this returns. Asks first whether the caller may.
    ///
    /// # Errors
    /// [`Undelivered`].
    fn receive<'a>(
        &'a self,
        caller: &'a Caller,
        parcel: Parcel,
    ) -> Pending<'a, Result<(), Undelivered>>;

    /// The same together with the end of what the parcel came from. A room that keeps what it receives in the same
    /// journal commits both at once, and nothing is handed back; else `end` is, for its sender to commit.
    ///
    /// # Errors
    /// [`Undelivered`]: neither was committed.
    fn receive_with<'a>(
        &'a self,
        caller: &'a Caller,
        parcel: Parcel,
        end: Batch,
    ) -> Pending<'a, Result<Option<Batch>, Undelivered>> {
        Box::pin(async move {
            self.receive(caller, parcel).await?;
            Ok(Some(end))
        })
    }
}
