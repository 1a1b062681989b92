//! The points of the last hours.

use std::collections::{BTreeMap, HashMap};

use fika_model::Scope;

use crate::Minute;
use crate::point::{Point, Series};
use crate::stats::{Metric, Stats};

/// Points by series and minute.
#[derive(Debug, Default)]
pub struct History {
    series: HashMap<Series, BTreeMap<Minute, Point>>,
}

impl History {
    /// Adds what was seen of a series in a minute.
    pub fn add(&mut self, minute: Minute, series: Series, point: &Point) {
        self.series.entry(series).or_default().entry(minute).or_default().merge(point);
    }

    /// Lets go of what is before a minute.
    pub fn forget_before(&mut self, minute: Minute) {
        self.series.retain(|_, points| {
            *points = points.split_off(&minute);
            !points.is_empty()
        });
    }

    /// The points of some minutes, the last not included, in no order.
    pub fn points(
        &self,
        minutes: std::ops::Range<Minute>,
    ) -> impl Iterator<Item = (Minute, &Series, &Point)> {
        self.series.iter().flat_map(move |(series, points)| {
            points.range(minutes.clone()).map(move |(minute, point)| (*minute, series, point))
        })
    }

    /// The points of one series in some minutes, in order.
    pub fn of(
        &self,
        series: &Series,
        minutes: std::ops::Range<Minute>,
    ) -> impl Iterator<Item = (Minute, &Point)> {
        let points = self.series.get(series);
        points
            .into_iter()
            .flat_map(move |points| points.range(minutes.clone()))
            .map(|(m, p)| (*m, p))
    }

    /// The series of an account in a region, each with what there is of it.
    pub fn list<'h>(&'h self, scope: &'h Scope) -> impl Iterator<Item = (&'h Series, Vec<Metric>)> {
        self.series.iter().filter(|(series, _)| series.scope == *scope).map(|(series, points)| {
            let has = |metric: &Metric| points.values().any(|point| metric.of(point).is_some());
            (series, Metric::ALL.into_iter().filter(has).collect())
        })
    }
}

/// Minutes put together to periods of so many, each begun at a multiple of it, in order.
pub fn periods<'p>(
    metric: Metric,
    minutes: u32,
    points: impl Iterator<Item = (Minute, &'p Point)>,
) -> BTreeMap<Minute, Stats> {
    let minutes = Minute::from(minutes.max(1));
    let mut periods: BTreeMap<Minute, Stats> = BTreeMap::new();
    for (minute, point) in points {
        let Some(stats) = metric.of(point) else { continue };
        let begin = minute - minute.rem_euclid(minutes);
        match periods.get_mut(&begin) {
            Some(before) => before.merge(&stats),
            None => {
                periods.insert(begin, stats);
            }
        }
    }
    periods
}
