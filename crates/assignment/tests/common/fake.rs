//! A worker that is a fake: its sandboxes are entries in a map, and time is tokio's paused
//! clock. It watches over what may be done to a sandbox and writes down every offence.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use fika_model::{FunctionVersion, LaneId, SandboxId, VersionUid, WorkerId};
use fika_worker::{
    CreateError, Gone, Initialization, Invocation, Outcome, SandboxEvents, WorkerService,
};
use tokio::sync::oneshot;
use tokio::time::sleep;

/// What becomes of the next sandbox, or of the next invocation.
#[derive(Debug, Clone, Copy)]
pub struct Fate {
    /// How long it takes, ms.
    pub ms: u64,
    /// How it ends.
    pub end: End,
}

/// How a creation or an invocation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Well.
    Well,
    /// A creation fails; an invocation takes its sandbox along.
    Badly,
    /// A creation panics; of an invocation the same as `Badly`.
    Panic,
    /// A sandbox dies in the moment it is ready, and word of that comes first.
    AtOnce,
}

#[derive(Default)]
struct Books {
    bodies: HashMap<SandboxId, Body>,
    running: HashMap<VersionUid, u32>,
    offences: Vec<String>,
}

struct Body {
    version: Arc<FunctionVersion>,
    ready: bool,
    runs: bool,
    ending: bool,
}

/// The fake. Clones are the same worker.
#[derive(Clone)]
pub struct FakeWorker(Arc<Shared>);

struct Shared {
    id: WorkerId,
    capacity_mb: u32,
    /// What may run at once, of each version and of all.
    limits: (HashMap<VersionUid, u32>, u32),
    creations: Vec<Fate>,
    books: Mutex<Books>,
    events: OnceLock<Arc<dyn SandboxEvents>>,
    created: AtomicUsize,
}

impl FakeWorker {
    /// A worker whose creations go as told, over and over.
    pub fn new(id: u32, capacity_mb: u32, creations: Vec<Fate>) -> Self {
        Self::limited(id, capacity_mb, creations, (HashMap::new(), u32::MAX))
    }

    /// A worker that takes note when more runs at once than that.
    pub fn limited(
        id: u32,
        capacity_mb: u32,
        creations: Vec<Fate>,
        limits: (HashMap<VersionUid, u32>, u32),
    ) -> Self {
        Self(Arc::new(Shared {
            id: WorkerId(id),
            capacity_mb,
            limits,
            creations,
            books: Mutex::default(),
            events: OnceLock::new(),
            created: AtomicUsize::new(0),
        }))
    }

    /// Who is told of idle and dead sandboxes.
    pub fn report_to(&self, events: Arc<dyn SandboxEvents>) {
        assert!(self.0.events.set(events).is_ok(), "once");
    }

    /// How many creations there were.
    pub fn created(&self) -> usize {
        self.0.created.load(Ordering::Relaxed)
    }

    /// What was done to sandboxes that may not be done.
    pub fn offences(&self) -> Vec<String> {
        self.books().offences.clone()
    }

    /// Sandboxes that are there, in whatever state.
    pub fn sandboxes(&self) -> usize {
        self.books().bodies.len()
    }

    /// The machine goes dark: everything on it is gone without a word.
    pub fn vanish(&self) {
        let mut books = self.books();
        books.bodies.clear();
        books.running.clear();
    }

    /// The sandbox is killed from outside.
    pub fn kill(&self, sandbox: SandboxId) {
        self.end(sandbox);
    }

    /// Runs an invocation that ends as told.
    pub fn run(&self, sandbox: SandboxId, fate: Fate) -> Result<oneshot::Receiver<()>, Gone> {
        self.begin(sandbox)?;
        let (done, finished) = oneshot::channel();
        let worker = self.clone();
        tokio::spawn(async move {
            sleep(Duration::from_millis(fate.ms)).await;
            worker.finish(sandbox, fate.end);
            let _ = done.send(());
        });
        Ok(finished)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.books.lock().expect("no panic inside")
    }

    fn events(&self) -> &Arc<dyn SandboxEvents> {
        self.0.events.get().expect("somebody listens")
    }

    fn build(&self, sandbox: SandboxId, version: Arc<FunctionVersion>) {
        let mut books = self.books();
        let body = Body { version, ready: false, runs: false, ending: false };
        if books.bodies.insert(sandbox, body).is_some() {
            books.offences.push(format!("{sandbox} is created twice"));
        }
        let used: u32 = books.bodies.values().map(|b| b.version.memory_mb).sum();
        if used > self.0.capacity_mb {
            books.offences.push(format!("{used} MB of {} MB are used", self.0.capacity_mb));
        }
    }

    fn begin(&self, sandbox: SandboxId) -> Result<(), Gone> {
        let mut books = self.books();
        let body = books.bodies.get_mut(&sandbox).ok_or(Gone)?;
        let wrong = body.runs || body.ending || !body.ready;
        body.runs = true;
        let version = body.version.uid;
        if wrong {
            books.offences.push(format!("{sandbox} is not free and gets an invocation"));
        }
        let running = books.running.entry(version).or_default();
        *running += 1;
        let (one, all) = (*running, books.running.values().sum::<u32>());
        let (limits, most) = &self.0.limits;
        if all > *most || limits.get(&version).is_some_and(|limit| one > *limit) {
            books.offences.push(format!("{one} of {version:?} and {all} in all run at once"));
        }
        Ok(())
    }

    fn finish(&self, sandbox: SandboxId, end: End) {
        let mut books = self.books();
        let Some(body) = books.bodies.get_mut(&sandbox).filter(|b| b.runs) else { return };
        body.runs = false;
        let version = body.version.uid;
        *books.running.get_mut(&version).expect("it ran") -= 1;
        drop(books);
        match end {
            End::Well => self.events().idle(self.0.id, sandbox),
            _ => self.end(sandbox),
        }
    }

    /// The sandbox is gone, and so is what ran in it.
    fn end(&self, sandbox: SandboxId) {
        let mut books = self.books();
        let Some(body) = books.bodies.remove(&sandbox) else { return };
        if body.runs {
            *books.running.get_mut(&body.version.uid).expect("it ran") -= 1;
        }
        drop(books);
        self.events().dead(self.0.id, sandbox);
    }
}

impl WorkerService for FakeWorker {
    async fn create(
        &self,
        sandbox: SandboxId,
        version: Arc<FunctionVersion>,
        _how: Initialization,
        _near: Option<LaneId>,
    ) -> Result<(), CreateError> {
        let nth = self.0.created.fetch_add(1, Ordering::Relaxed);
        let fate = self.0.creations[nth % self.0.creations.len()];
        self.build(sandbox, version);
        sleep(Duration::from_millis(fate.ms)).await;
        let mut books = self.books();
        if fate.end == End::Badly || fate.end == End::Panic {
            books.bodies.remove(&sandbox);
            drop(books);
            assert!(fate.end == End::Badly, "a creation that panics, as told");
            return Err(CreateError::Worker("a creation that fails, as told".into()));
        }
        let Some(body) = books.bodies.get_mut(&sandbox) else { return Ok(()) };
        body.ready = true;
        drop(books);
        if fate.end == End::AtOnce {
            self.end(sandbox);
        }
        Ok(())
    }

    fn retire(&self, sandbox: SandboxId) {
        let mut books = self.books();
        let Some(body) = books.bodies.get_mut(&sandbox) else { return };
        let twice = std::mem::replace(&mut body.ending, true);
        if twice || body.runs || !body.ready {
            books.offences.push(format!("{sandbox} is retired, and was not idle"));
        }
        drop(books);
        let worker = self.clone();
        tokio::spawn(async move {
            sleep(Duration::from_millis(5)).await;
            worker.end(sandbox);
        });
    }

    async fn invoke(&self, sandbox: SandboxId, _: Invocation) -> Result<Outcome, Gone> {
        let finished = self.run(sandbox, Fate { ms: 1, end: End::Well })?;
        finished.await.map_err(|_| Gone)?;
        Ok(Outcome {
            payload: Bytes::from_static(b"null"),
            failed: false,
            log_tail: None,
            ran: None,
        })
    }
}
