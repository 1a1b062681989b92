//! The warm stock: sandboxes that are prepared before anybody asks, so that a cold start has only
//! to make one its function's.
//!
//! - [`policy`]: how many of which kind, and what to build next: pure
//! - [`prepared`]: one prepared sandbox
//! - [`parked`]: runtimes that are started before their function is known
//! - [`copies`]: guests that are restored from one snapshot
//! - [`kind`]: what prepared sandboxes are alike in
//!
//! A prepared sandbox is taken once and never comes back: what has been a function's ends as that
//! function's.

mod copies;
mod kind;
pub(crate) mod parked;
mod policy;
pub(crate) mod prepared;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fika_model::LaneId;
use fika_sandbox::Snapshot;
use fika_sandbox::image::Image;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::service::Shared;
pub(crate) use copies::is_of_the_moment;
pub(crate) use kind::Kind;
pub use policy::StockFacts;
use policy::{Action, Bounds, Event, Policy};
pub(crate) use prepared::Prepared;
use prepared::Sizes;

/// How long the end of all may take.
const END: Duration = Duration::from_secs(20);

/// The prepared sandboxes of a worker.
pub(crate) struct Stock {
    books: Mutex<Books>,
    /// Something may have to be done earlier than was thought.
    changed: Notify,
    /// What was being built or ended is.
    done: Notify,
}

struct Books {
    policy: Policy<Kind>,
    ready: BTreeMap<Kind, Vec<Prepared>>,
    /// The images of the kinds there are.
    images: BTreeMap<PathBuf, Image>,
    /// What kinds of guests are copied from, as far as that is there.
    snapshots: BTreeMap<Kind, Snapshot>,
    /// How many are being built or ended.
    under_way: usize,
    closed: bool,
}

impl Stock {
    /// An empty one, within that much memory, on a worker of so many lanes.
    pub fn new(memory_mb: u32, lanes: usize) -> Self {
        let half = (lanes / 2).max(1);
        let bounds = Bounds { memory_mb, building: half.min(2), busy: half };
        let (ready, images, snapshots) = Default::default();
        let policy = Policy::new(bounds);
        let books = Books { policy, ready, images, snapshots, under_way: 0, closed: false };
        Self { books: Mutex::new(books), changed: Notify::new(), done: Notify::new() }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn facts(&self) -> StockFacts {
        self.books().policy.facts()
    }

    /// Resolves when [`upkeep`] has something to do before `at`.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// When [`upkeep`] is due, unless something changes; none if it is not.
    pub fn wake(&self) -> Option<Instant> {
        self.books().policy.wake(Instant::now())
    }

    /// Ends all that is ready, and waits for what is being built. Nothing is prepared any more.
    pub async fn close(&self) {
        let ready = {
            let mut books = self.books();
            books.closed = true;
            std::mem::take(&mut books.ready)
        };
        let mut ends: JoinSet<()> =
            ready.into_values().flatten().map(|prepared| prepared.end()).collect();
        let done = async {
            while ends.join_next().await.is_some() {}
            while self.books().under_way > 0 {
                self.done.notified().await;
            }
        };
        if timeout(END, done).await.is_err() {
            tracing::warn!("some prepared sandboxes do not end; the wall kills what is left");
        }
    }

    /// What was being built or ended no longer is.
    fn is_done(&self) {
        self.books().under_way -= 1;
        self.done.notify_one();
        self.changed.notify_one();
    }
}

impl Books {
    /// Takes one that is well, of that lane if there is one.
    fn pop(&mut self, kind: &Kind, lane: LaneId) -> Option<Prepared> {
        let ready = self.ready.get_mut(kind)?;
        let last = ready.len().checked_sub(1)?;
        let at = ready.iter().position(|prepared| prepared.lane == lane).unwrap_or(last);
        Some(ready.swap_remove(at))
    }

    /// Takes one that has ended by itself, if there is any.
    fn take_ill(&mut self) -> Option<(Kind, Prepared)> {
        self.ready.iter_mut().find_map(|(kind, ready)| {
            let at = ready.iter_mut().position(|prepared| !prepared.is_well())?;
            Some((kind.clone(), ready.swap_remove(at)))
        })
    }

    fn on(&mut self, shared: &Arc<Shared>, now: Instant, event: Event<Kind>) {
        if self.closed {
            return;
        }
        for action in self.policy.on(now, event) {
            match action {
                Action::Build(kind) => self.spawn(shared, kind, build),
                Action::Make(kind) => self.spawn(shared, kind, make),
                Action::LetGo(kind) => self.let_go(shared, &kind),
                Action::Drop(kind) => {
                    let dropped = self.ready.get_mut(&kind).and_then(Vec::pop);
                    dropped.into_iter().for_each(|prepared| self.end(shared, prepared));
                }
            }
        }
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(
        &mut self,
        shared: &Arc<Shared>,
        kind: Kind,
        work: impl FnOnce(Job) -> F,
    ) {
        let Some(image) = self.images.get(&kind.root).cloned() else { return };
        self.under_way += 1;
        let number = shared.next_wall();
        let (lane, handle) = shared.lane(number);
        handle.spawn(work(Job { shared: Arc::clone(shared), kind, image, number, lane }));
    }

    /// A snapshot stays where it is, for the next who uses it.
    fn let_go(&mut self, shared: &Arc<Shared>, kind: &Kind) {
        let Some(snapshot) = self.snapshots.remove(kind) else { return };
        let (shared, wall) = (Arc::clone(shared), kind.wall);
        let (_, handle) = shared.lane(0);
        let handle = handle.clone();
        handle.spawn(async move {
            if let Some(vms) = shared.built.microvms(wall) {
                vms.rest(&snapshot).await;
            }
        });
    }

    fn end(&mut self, shared: &Arc<Shared>, prepared: Prepared) {
        self.under_way += 1;
        let (_, handle) = shared.lane(prepared.lane.0.into());
        let shared = Arc::clone(shared);
        handle.spawn(async move {
            prepared.end().await;
            shared.stock.is_done();
        });
    }
}

/// What is built or made in the background.
struct Job {
    shared: Arc<Shared>,
    kind: Kind,
    image: Image,
    /// No other living wall's.
    number: u64,
    lane: LaneId,
}

async fn build(job: Job) {
    let built = match job.kind.sizes {
        Some(_) => copies::copy(&job).await,
        None => job.jail().await,
    };
    let Job { shared, kind, image, .. } = job;
    let useless = {
        let mut books = shared.stock.books();
        match built {
            Ok(prepared) if books.closed => Some(prepared),
            Ok(prepared) => {
                let what = if kind.parked { "parked" } else { "wall" };
                tracing::debug!(runtime = %image.runtime, "prepared: {what}");
                books.ready.entry(kind.clone()).or_default().push(prepared);
                books.on(&shared, Instant::now(), Event::Built(kind));
                None
            }
            Err(error) => {
                tracing::warn!(error, "no sandbox can be prepared: cold starts take longer");
                books.on(&shared, Instant::now(), Event::Failed(kind));
                None
            }
        }
    };
    if let Some(prepared) = useless {
        prepared.end().await;
    }
    shared.stock.is_done();
}

impl Job {
    async fn jail(&self) -> Result<Prepared, String> {
        let Self { shared, kind, image, number, lane } = self;
        let wall =
            Prepared::wall(&shared.built, kind.wall, *number, image, prepared::UNBOUND, *lane);
        if kind.parked { wall.await?.park(image).await } else { wall.await }
    }
}

/// Makes a snapshot. Where that fails, guests boot.
async fn make(job: Job) {
    let made = copies::make(&job).await;
    let Job { shared, kind, image, .. } = job;
    let mut books = shared.stock.books();
    match made {
        Ok(snapshot) => {
            tracing::debug!(runtime = %image.runtime, "prepared: snapshot");
            books.snapshots.insert(kind.clone(), snapshot);
            books.on(&shared, Instant::now(), Event::Made(kind));
        }
        // It is not this one's fault that all of them end.
        Err(_) if books.closed => {}
        Err(error) => {
            tracing::warn!(error, "no snapshot can be made: cold starts boot, which takes longer");
            books.on(&shared, Instant::now(), Event::NotMade(kind));
        }
    }
    drop(books);
    shared.stock.is_done();
}

/// One for a cold start that found none in stock.
///
/// # Errors
/// A text that says what to do.
pub(crate) async fn fresh(
    shared: &Arc<Shared>,
    kind: &Kind,
    sizes: Sizes,
    image: &Image,
    lane: LaneId,
) -> Result<Prepared, String> {
    let (number, kind, image) = (shared.next_wall(), kind.clone(), image.clone());
    let job = Job { shared: Arc::clone(shared), kind, image, number, lane };
    if job.has_snapshot() {
        match copies::copy(&job).await {
            Ok(copy) => return Ok(copy),
            Err(error) => tracing::warn!(error, "a guest is booted instead of restored"),
        }
    }
    Prepared::wall(&shared.built, job.kind.wall, shared.next_wall(), &job.image, sizes, lane).await
}

/// A cold start under way. It is over when this is dropped.
pub(crate) struct Starting {
    shared: Arc<Shared>,
    begun: Instant,
}

impl Drop for Starting {
    fn drop(&mut self) {
        let over = Event::Over(self.begun);
        self.shared.stock.books().on(&self.shared, Instant::now(), over);
        self.shared.stock.changed.notify_one();
    }
}

/// A cold start begins: takes a prepared sandbox for it, if there is one.
pub(crate) fn take(
    shared: &Arc<Shared>,
    kind: Kind,
    image: &Image,
    lane: LaneId,
) -> (Option<Prepared>, Starting) {
    let begun = Instant::now();
    let found = copies::find(shared, &kind, image);
    let mut books = shared.stock.books();
    if let Some(snapshot) = found {
        books.snapshots.entry(kind.clone()).or_insert(snapshot);
    }
    let mut taken = books.pop(&kind, lane);
    while let Some(ill) = taken.take_if(|prepared| !prepared.is_well()) {
        books.end(shared, ill);
        books.on(shared, begun, Event::Died(kind.clone()));
        taken = books.pop(&kind, lane);
    }
    books.images.entry(kind.root.clone()).or_insert_with(|| image.clone());
    let cost = kind.cost(image.runtime);
    let buildable = kind.sizes.is_none() || books.snapshots.contains_key(&kind);
    books.on(shared, begun, Event::Started { kind, cost, hit: taken.is_some(), buildable });
    drop(books);
    (taken, Starting { shared: Arc::clone(shared), begun })
}

/// Does what time alone brings: builds what is due, drops what nobody uses.
pub(crate) fn upkeep(shared: &Arc<Shared>) {
    shared.stock.books().on(shared, Instant::now(), Event::Tick);
}

/// Replaces those that have ended by themselves.
pub(crate) fn look_after(shared: &Arc<Shared>) {
    let mut books = shared.stock.books();
    // One after the other: what the policy counts as ready must be there when it is told of a death.
    while let Some((kind, prepared)) = books.take_ill() {
        tracing::warn!("a prepared sandbox has ended by itself");
        books.end(shared, prepared);
        books.on(shared, Instant::now(), Event::Died(kind));
    }
}
