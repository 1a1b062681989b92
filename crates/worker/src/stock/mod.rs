//! The warm stock: sandboxes that are prepared before anybody asks, so that a cold start has only
//! to make one its function's.
//!
//! - [`policy`]: how many of which kind, and what to build next: pure
//! - [`prepared`]: one prepared sandbox
//! - [`parked`]: runtimes that are started before their function is known
//!
//! A prepared sandbox is taken once and never comes back: what has been a function's ends as that
//! function's.

pub(crate) mod parked;
mod policy;
pub(crate) mod prepared;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fika_model::{FunctionVersion, LaneId, Runtime, WallKind};
use fika_sandbox::image::Image;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::service::{Home, Shared};
pub use policy::StockFacts;
use policy::{Action, Bounds, Event, Policy};
pub(crate) use prepared::Prepared;

/// How long the end of all may take.
const END: Duration = Duration::from_secs(20);

/// What prepared sandboxes are alike in. Any function of a kind can have any of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    /// The tree of the runtime image.
    root: PathBuf,
    /// With a parked runtime, or only the wall.
    parked: bool,
}

impl Kind {
    /// What a cold start of this version can use.
    pub fn of(version: &FunctionVersion, home: &Home) -> Self {
        Self { root: home.image.root.clone(), parked: parked::fits(version) }
    }

    /// What one of it holds of the machine's memory, MB, as measured: what its processes have
    /// resident, shared pages included, and what the kernel keeps for the wall.
    fn cost_mb(&self, runtime: Runtime) -> u32 {
        match runtime {
            Runtime::Node { .. } if self.parked => 45,
            Runtime::Python { .. } if self.parked => 16,
            _ => 2,
        }
    }
}

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
    /// How many are being built or ended.
    under_way: usize,
    closed: bool,
}

impl Stock {
    /// An empty one, within that much memory, on a worker of so many lanes.
    pub fn new(memory_mb: u32, lanes: usize) -> Self {
        let half = (lanes / 2).max(1);
        let bounds = Bounds { memory_mb, building: half.min(2), busy: half };
        let (ready, images) = Default::default();
        let policy = Policy::new(bounds);
        let books = Books { policy, ready, images, under_way: 0, closed: false };
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

    fn on(&mut self, shared: &Arc<Shared>, now: Instant, event: Event<Kind>) {
        if self.closed {
            return;
        }
        for action in self.policy.on(now, event) {
            match action {
                Action::Build(kind) => self.build(shared, kind),
                Action::Drop(kind) => {
                    let dropped = self.ready.get_mut(&kind).and_then(Vec::pop);
                    dropped.into_iter().for_each(|prepared| self.end(shared, prepared));
                }
            }
        }
    }

    fn build(&mut self, shared: &Arc<Shared>, kind: Kind) {
        let Some(image) = self.images.get(&kind.root).cloned() else { return };
        self.under_way += 1;
        let number = shared.next_wall();
        let (lane, handle) = shared.lane(number);
        handle.spawn(build(Arc::clone(shared), kind, image, number, lane));
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

async fn build(shared: Arc<Shared>, kind: Kind, image: Image, number: u64, lane: LaneId) {
    let wall =
        Prepared::wall(&shared.built, WallKind::Jail, number, &image, prepared::UNBOUND, lane)
            .await;
    let built = match wall {
        Ok(wall) if kind.parked => wall.park(&image).await,
        built => built,
    };
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
    let mut books = shared.stock.books();
    let mut taken = books.pop(&kind, lane);
    while let Some(ill) = taken.take_if(|prepared| !prepared.is_well()) {
        books.end(shared, ill);
        books.on(shared, begun, Event::Died(kind.clone()));
        taken = books.pop(&kind, lane);
    }
    books.images.entry(kind.root.clone()).or_insert_with(|| image.clone());
    let cost_mb = kind.cost_mb(image.runtime);
    books.on(shared, begun, Event::Started { kind, cost_mb, hit: taken.is_some() });
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
    let mut dead = Vec::new();
    for (kind, ready) in &mut books.ready {
        let ill = ready.extract_if(.., |prepared| !prepared.is_well());
        dead.extend(ill.map(|prepared| (kind.clone(), prepared)));
    }
    for (kind, prepared) in dead {
        tracing::warn!("a prepared sandbox has ended by itself");
        books.end(shared, prepared);
        books.on(shared, Instant::now(), Event::Died(kind));
    }
}
