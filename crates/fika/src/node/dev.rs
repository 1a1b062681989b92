//! What a node does beside for `fika dev`: it tells what functions answer, tries new code before it
//! takes the place of the old, and lets debuggers in.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use fika_assignment::{AssignError, Assigner, AssignmentService};
use fika_control::Unprepared;
use fika_model::{FunctionVersion, LaneId, RequestId, SandboxId};
use fika_placement::Placer;
use fika_sandbox::Connection;
use fika_worker::{
    CreateError, Develop, Gone, Initialization, Invocation, Outcome, SandboxEvents, Worker,
    WorkerService,
};

use super::{Node, unprepared};

/// How a node is to be for `fika dev`.
#[derive(Clone)]
pub struct DevOptions {
    /// Is told what functions answer.
    pub answers: Arc<dyn Answers>,
    /// What its worker does for that.
    pub develop: Develop,
}

impl std::fmt::Debug for DevOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DevOptions").field("develop", &self.develop).finish_non_exhaustive()
    }
}

/// Is told what functions answer.
pub trait Answers: Send + Sync + 'static {
    /// An invocation has ended. It must not take long: the caller waits for it.
    fn answered(&self, id: RequestId, answer: &Bytes, failed: bool);
}

/// A worker that somebody watches.
pub struct Watched {
    worker: Worker,
    answers: Option<Arc<dyn Answers>>,
}

impl Watched {
    pub fn new(worker: Worker, dev: Option<&DevOptions>) -> Self {
        Self { worker, answers: dev.map(|dev| Arc::clone(&dev.answers)) }
    }
}

impl WorkerService for Watched {
    async fn create(
        &self,
        sandbox: SandboxId,
        version: Arc<FunctionVersion>,
        how: Initialization,
        near: Option<LaneId>,
    ) -> Result<(), CreateError> {
        self.worker.create(sandbox, version, how, near).await
    }

    fn retire(&self, sandbox: SandboxId) {
        self.worker.retire(sandbox);
    }

    async fn invoke(&self, sandbox: SandboxId, invocation: Invocation) -> Result<Outcome, Gone> {
        let id = invocation.request_id;
        let outcome = self.worker.invoke(sandbox, invocation).await;
        if let (Some(answers), Ok(outcome)) = (&self.answers, &outcome) {
            answers.answered(id, &outcome.payload, outcome.failed);
        }
        outcome
    }
}

/// Runs the init phase of a version that nobody calls yet. What comes of it is kept for its first
/// invocation.
pub async fn try_out(
    assignment: &Assigner<Placer, Worker>,
    version: &Arc<FunctionVersion>,
) -> Result<(), Unprepared> {
    if version.per_tenant || version.snap_start {
        // Its sandboxes are each for somebody, or its init has run for the snapshot.
        return Ok(());
    }
    match assignment.assign(version, None, None).await {
        Ok(lease) => {
            assignment.idle(lease.worker, lease.sandbox);
            Ok(())
        }
        Err(AssignError::Init(failure)) => {
            Err(Unprepared { code: failure.reason_code().into(), reason: failure.reason() })
        }
        // Whoever calls it is told better than here what is the matter.
        Err(AssignError::Throttled(_) | AssignError::Draining | AssignError::Restore(_)) => Ok(()),
        Err(error @ AssignError::Worker(_)) => Err(unprepared(error.to_string())),
    }
}

/// The way to functions' debuggers.
#[derive(Clone)]
pub struct Debuggers(Worker);

impl Debuggers {
    /// A connection to the debugger of the function's newest sandbox.
    ///
    /// # Errors
    /// When it has none, or none that listens.
    pub async fn dial(&self, function: &str) -> io::Result<Connection> {
        self.0.debugger(function).await
    }
}

impl Node {
    /// The way to its functions' debuggers.
    pub fn debuggers(&self) -> Debuggers {
        Debuggers(self.worker.clone())
    }
}
