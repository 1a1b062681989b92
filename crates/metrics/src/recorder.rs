//! Being told of every invocation, on its own way: one short lock of the caller's lane, which
//! nobody else holds but for a moment once in a while, and no allocation once a function has been
//! seen in a minute.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fika_model::{FunctionArn, FunctionVersion, LaneId, Scope, VersionUid};

use crate::Minute;
use crate::point::{Point, Series};

/// The books of a node.
#[derive(Debug)]
pub struct Recorder {
    lanes: Box<[Mutex<Book>]>,
    gauges: Mutex<Gauges>,
}

/// What a lane has seen.
#[derive(Debug, Default)]
struct Book {
    minute: Minute,
    open: Cells,
    /// Minutes that are over and not collected yet.
    closed: Vec<(Minute, Cells)>,
}

type Cells = HashMap<VersionUid, Vec<Cell>>;

/// What came of one version, called in one way, in one minute on one lane.
#[derive(Debug)]
struct Cell {
    version: Arc<FunctionVersion>,
    qualifier: Option<Box<str>>,
    running: Running,
    point: Point,
}

/// How many run at once of a function, and of its account.
#[derive(Debug, Clone)]
struct Running {
    function: Arc<Gauge>,
    account: Arc<Gauge>,
}

#[derive(Debug, Default)]
struct Gauge {
    now: AtomicU32,
    peak: AtomicU32,
}

#[derive(Debug, Default)]
struct Gauges {
    functions: HashMap<FunctionArn, Arc<Gauge>>,
    accounts: HashMap<Scope, Arc<Gauge>>,
}

impl Gauge {
    fn enter(&self) {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        // Seldom more than a read: a peak is one only once.
        if self.peak.load(Ordering::Relaxed) < now {
            self.peak.fetch_max(now, Ordering::Relaxed);
        }
    }

    fn leave(&self) {
        self.now.fetch_sub(1, Ordering::Relaxed);
    }

    /// The peak since the last time. The next begins with what runs now.
    fn take(&self) -> u32 {
        self.peak.swap(self.now.load(Ordering::Relaxed), Ordering::Relaxed)
    }
}

/// One invocation on its way. Dropped without a word, it did not run.
#[derive(Debug)]
pub struct Call {
    recorder: Arc<Recorder>,
    lane: usize,
    version: Arc<FunctionVersion>,
    qualifier: Option<String>,
    running: Option<Running>,
}

impl Recorder {
    /// Empty books for so many lanes.
    #[must_use]
    pub fn new(lanes: u16) -> Arc<Self> {
        let lanes = (0..lanes.max(1)).map(|_| Mutex::default()).collect();
        Arc::new(Self { lanes, gauges: Mutex::default() })
    }

    /// An invocation that has come on that lane, and how the function was qualified.
    #[must_use]
    pub fn call(
        self: &Arc<Self>,
        lane: LaneId,
        version: &Arc<FunctionVersion>,
        qualifier: Option<String>,
    ) -> Call {
        let lane = usize::from(lane.0) % self.lanes.len();
        let (recorder, version) = (Arc::clone(self), Arc::clone(version));
        Call { recorder, lane, version, qualifier, running: None }
    }

    fn running(&self, version: &FunctionVersion) -> Running {
        let mut gauges = lock(&self.gauges);
        let function = gauges.functions.entry(version.arn.clone()).or_default().clone();
        let account = gauges.accounts.entry(version.arn.scope.clone()).or_default().clone();
        Running { function, account }
    }

    /// Takes all that was seen since the last time, by minute and series.
    #[must_use]
    pub fn collect(&self) -> Vec<(Minute, Series, Point)> {
        let now = this_minute();
        let mut points = Vec::new();
        for lane in &self.lanes {
            let (minute, open, closed) = {
                let mut book = lock(lane);
                (book.minute, std::mem::take(&mut book.open), std::mem::take(&mut book.closed))
            };
            for (minute, cells) in closed.into_iter().chain([(minute, open)]) {
                for cell in cells.into_values().flatten() {
                    points.extend(cell.series().map(|series| (minute, series, cell.point.clone())));
                }
            }
        }
        self.collect_peaks(now, &mut points);
        points
    }

    /// Peaks count for the minute they are collected in: once when it ends, at least.
    fn collect_peaks(&self, minute: Minute, points: &mut Vec<(Minute, Series, Point)>) {
        let mut gauges = lock(&self.gauges);
        let point = |concurrent| Point { concurrent, ..Point::default() };
        gauges.functions.retain(|arn, gauge| {
            let peak = gauge.take();
            if peak > 0 {
                points.push((minute, Series::function(&arn.scope, &arn.name), point(peak)));
            }
            peak > 0 || Arc::strong_count(gauge) > 1
        });
        gauges.accounts.retain(|scope, gauge| {
            let peak = gauge.take();
            if peak > 0 {
                points.push((minute, Series::account(scope), point(peak)));
            }
            peak > 0 || Arc::strong_count(gauge) > 1
        });
    }
}

impl Call {
    /// It has its permit, and runs from now on.
    pub fn admitted(&mut self) {
        if self.running.is_none() {
            let running = self.cell(|cell| cell.running.clone());
            running.function.enter();
            running.account.enter();
            self.running = Some(running);
        }
    }

    /// It was refused with 429.
    pub fn throttled(self) {
        self.cell(|cell| cell.point.throttles += 1);
    }

    /// It has run. The time is that of its report; none if the function never had it.
    pub fn ended(self, failed: bool, duration: Option<Duration>) {
        self.cell(|cell| {
            cell.point.invocations += 1;
            cell.point.errors += u64::from(failed);
            if let Some(duration) = duration {
                cell.point.durations.record(duration);
            }
        });
    }

    fn cell<T>(&self, change: impl FnOnce(&mut Cell) -> T) -> T {
        let minute = this_minute();
        let mut book = lock(&self.recorder.lanes[self.lane]);
        if book.minute != minute {
            let (before, over) = (book.minute, std::mem::take(&mut book.open));
            book.minute = minute;
            if !over.is_empty() {
                book.closed.push((before, over));
            }
        }
        let cells = book.open.entry(self.version.uid).or_default();
        let wanted = self.qualifier.as_deref();
        let at = match cells.iter().position(|cell| cell.qualifier.as_deref() == wanted) {
            Some(at) => at,
            None => {
                cells.push(Cell {
                    version: Arc::clone(&self.version),
                    qualifier: wanted.map(Into::into),
                    running: self.recorder.running(&self.version),
                    point: Point::default(),
                });
                cells.len() - 1
            }
        };
        change(&mut cells[at])
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(Running { function, account }) = self.running.take() {
            function.leave();
            account.leave();
        }
    }
}

impl Cell {
    /// What it counts for.
    fn series(&self) -> impl Iterator<Item = Series> {
        let FunctionArn { scope, name, .. } = &self.version.arn;
        let of_function = Series::function(scope, name);
        let resource: Arc<str> = match &self.qualifier {
            Some(qualifier) => format!("{name}:{qualifier}").into(),
            None => name.as_str().into(),
        };
        let by_resource = Series { resource: Some(resource), ..of_function.clone() };
        // An alias leads to a version, which then is told apart.
        let is_alias = self.qualifier.as_deref().is_some_and(|q| q != self.version.version);
        let executed = is_alias.then(|| Series {
            executed_version: Some(self.version.version.as_str().into()),
            ..by_resource.clone()
        });
        [Series::account(scope), of_function, by_resource].into_iter().chain(executed)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Counts are whole at any moment, so a poisoned lock still holds good ones.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The minute it is.
pub(crate) fn this_minute() -> Minute {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Minute::try_from(since.as_secs() / 60).unwrap_or(Minute::MAX)
}
