//! All of it together.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fika_model::Scope;

use crate::Minute;
use crate::disk::Disk;
use crate::history::{History, periods};
use crate::point::{Point, Series};
use crate::recorder::{Recorder, this_minute};
use crate::stats::{Metric, Stats};

/// Minutes in memory.
const KEPT: Minute = 3 * 60;

/// The metrics of a node. Clones are the same.
#[derive(Debug, Clone)]
pub struct Metrics {
    recorder: Arc<Recorder>,
    disk: Disk,
    books: Arc<Mutex<Books>>,
}

#[derive(Debug, Default)]
struct Books {
    /// What earlier servers have left. It is on disk already.
    earlier: History,
    history: History,
    /// What each function has come to since the start.
    totals: HashMap<Series, Point>,
    /// The first minute that is not on disk.
    unsaved: Minute,
}

impl Metrics {
    /// Metrics for so many lanes, with what earlier servers have left of the last hours.
    ///
    /// # Errors
    /// When the files cannot be read.
    pub fn open(disk: Disk, lanes: u16) -> io::Result<Self> {
        let now = this_minute();
        let mut books = Books { unsaved: now, ..Books::default() };
        disk.read(now - KEPT..now + 1, |minute, series, point| {
            books.earlier.add(minute, series, &point);
        })?;
        Ok(Self { recorder: Recorder::new(lanes), disk, books: Arc::new(Mutex::new(books)) })
    }

    /// Who is told of invocations.
    #[must_use]
    pub fn recorder(&self) -> &Arc<Recorder> {
        &self.recorder
    }

    /// What was seen up to now, all of it.
    fn books(&self) -> MutexGuard<'_, Books> {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        for (minute, series, point) in self.recorder.collect() {
            if series.function.is_some() && series.resource.is_none() {
                books.totals.entry(series.clone()).or_default().merge(&point);
            }
            books.history.add(minute, series, &point);
        }
        books
    }

    /// Writes the minutes that are over to disk, and lets go of what memory need not have any
    /// more. To be called a moment before each minute ends, and after. Blocks for the disk.
    ///
    /// # Errors
    /// When a file cannot be written; it is tried again with the next call.
    pub fn save(&self) -> io::Result<()> {
        self.save_until(this_minute())
    }

    /// Writes all there is: the server ends.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn save_all(&self) -> io::Result<()> {
        self.save_until(this_minute() + 1)
    }

    fn save_until(&self, until: Minute) -> io::Result<()> {
        let points: Vec<(Minute, Series, Point)> = {
            let mut books = self.books();
            books.earlier.forget_before(until - KEPT);
            books.history.forget_before(until - KEPT);
            let fresh = books.history.points(books.unsaved..until);
            fresh.map(|(minute, series, point)| (minute, series.clone(), point.clone())).collect()
        };
        self.disk.append(points.iter().map(|(minute, series, point)| (*minute, series, point)))?;
        self.books.lock().unwrap_or_else(PoisonError::into_inner).unsaved = until;
        Ok(())
    }

    /// A metric of a series over some minutes, the last not included, put together to periods of
    /// so many minutes. Blocks for the disk where that goes further back than memory.
    ///
    /// # Errors
    /// When the disk cannot be read.
    pub fn query(
        &self,
        metric: Metric,
        series: &Series,
        minutes: std::ops::Range<Minute>,
        period: u32,
    ) -> io::Result<Vec<(Minute, Stats)>> {
        let memory = this_minute() - KEPT;
        let mut points: BTreeMap<Minute, Point> = Default::default();
        if minutes.start < memory {
            self.disk.read(minutes.start..minutes.end.min(memory), |minute, of, point| {
                if of == *series {
                    points.entry(minute).or_default().merge(&point);
                }
            })?;
        }
        let young = minutes.start.max(memory)..minutes.end.max(memory);
        let books = self.books();
        for history in [&books.earlier, &books.history] {
            for (minute, point) in history.of(series, young.clone()) {
                points.entry(minute).or_default().merge(point);
            }
        }
        drop(books);
        let periods =
            periods(metric, period, points.iter().map(|(minute, point)| (*minute, point)));
        Ok(periods.into_iter().collect())
    }

    /// What there is of an account in a region, of the last hours.
    #[must_use]
    pub fn list(&self, scope: &Scope) -> Vec<(Series, Vec<Metric>)> {
        let books = self.books();
        let mut listed: BTreeMap<Series, Vec<Metric>> = BTreeMap::new();
        for history in [&books.earlier, &books.history] {
            for (series, metrics) in history.list(scope) {
                let known = listed.entry(series.clone()).or_default();
                let new: Vec<_> = metrics.into_iter().filter(|m| !known.contains(m)).collect();
                known.extend(new);
            }
        }
        listed.into_iter().collect()
    }

    /// What each function has come to since the start, in order.
    #[must_use]
    pub fn totals(&self) -> Vec<(Series, Point)> {
        let books = self.books();
        let mut totals: Vec<_> =
            books.totals.iter().map(|(series, point)| (series.clone(), point.clone())).collect();
        totals.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        totals
    }
}
