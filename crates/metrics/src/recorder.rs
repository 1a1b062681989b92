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
use crate::sample::Sample;
use crate::source::{Source, Sources};
use crate::stats::Metric;

/// The books of a node.
#[derive(Debug)]
pub struct Recorder {
    lanes: Box<[Mutex<Book>]>,
    gauges: Mutex<Gauges>,
    sources: Sources,
}

/// What a lane has seen.
#[derive(Debug, Default)]
struct Book {
    minute: Minute,
    open: Page,
    /// Minutes that are over and not collected yet.
    closed: Vec<(Minute, Page)>,
}

/// What a lane has seen in a minute.
#[derive(Debug, Default)]
struct Page {
    cells: HashMap<VersionUid, Vec<Cell>>,
    urls: HashMap<FunctionArn, Requests>,
}

/// What was asked of a function URL.
#[derive(Debug, Default)]
struct Requests {
    all: u64,
    /// Answered with 4xx, and with 5xx.
    refused: u64,
    failed: u64,
}

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
        Arc::new(Self { lanes, gauges: Mutex::default(), sources: Sources::default() })
    }

    /// Asks somebody who counts for himself, from now on.
    pub fn ask(&self, source: Source) {
        self.sources.add(source);
    }

    /// A request to a function URL that was answered so on that lane. The ARN is that of the URL's target.
    pub fn requested(&self, lane: LaneId, function: &FunctionArn, status: u16) {
        let mut book = lock(&self.lanes[usize::from(lane.0) % self.lanes.len()]);
        let urls = &mut book.page().urls;
        let requests = match urls.get_mut(function) {
            Some(requests) => requests,
            None => urls.entry(function.clone()).or_default(),
        };
        requests.all += 1;
        requests.refused += u64::from((400..500).contains(&status));
        requests.failed += u64::from(status >= 500);
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
            for (minute, page) in closed.into_iter().chain([(minute, open)]) {
                points.extend(page.points().map(|(series, point)| (minute, series, point)));
            }
        }
        for (series, metric, sample) in self.sources.ask() {
            let samples = [(metric, sample)].into();
            points.push((now, series, Point { samples, ..Point::default() }));
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

impl Book {
    /// The page of the minute it is.
    fn page(&mut self) -> &mut Page {
        let minute = this_minute();
        if self.minute != minute {
            let (before, over) = (self.minute, std::mem::take(&mut self.open));
            self.minute = minute;
            if !(over.cells.is_empty() && over.urls.is_empty()) {
                self.closed.push((before, over));
            }
        }
        &mut self.open
    }
}

impl Page {
    fn points(self) -> impl Iterator<Item = (Series, Point)> {
        let called = self.cells.into_values().flatten().flat_map(|cell| {
            let point = cell.point.clone();
            cell.series().map(move |series| (series, point.clone())).collect::<Vec<_>>()
        });
        let asked =
            self.urls.into_iter().flat_map(|(FunctionArn { scope, name, qualifier }, of)| {
                let point = of.point();
                Series::called(&scope, &name, qualifier.as_deref()).map(|one| (one, point.clone()))
            });
        called.chain(asked)
    }
}

impl Requests {
    fn point(&self) -> Point {
        let counts = [
            (Metric::UrlRequestCount, self.all),
            (Metric::Url4xxCount, self.refused),
            (Metric::Url5xxCount, self.failed),
        ];
        let seen = counts.into_iter().filter_map(|(metric, n)| Some((metric, Sample::times(n)?)));
        Point { samples: seen.collect(), ..Point::default() }
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
        let mut book = lock(&self.recorder.lanes[self.lane]);
        let cells = book.page().cells.entry(self.version.uid).or_default();
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
        let [of_account, of_function, by_resource] =
            Series::called(scope, name, self.qualifier.as_deref());
        // An alias leads to a version, which then is told apart.
        let is_alias = self.qualifier.as_deref().is_some_and(|q| q != self.version.version);
        let executed = is_alias.then(|| Series {
            executed_version: Some(self.version.version.as_str().into()),
            ..by_resource.clone()
        });
        [of_account, of_function, by_resource].into_iter().chain(executed)
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
