//! An expression in a time zone, between a start and an end.

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::Expression;

/// When something is to happen. Times are milliseconds since 1970.
#[derive(Debug, Clone)]
pub(crate) struct Times {
    pub(crate) expression: Expression,
    /// Whose clock `cron` and `at` mean.
    pub(crate) zone: TimeZone,
    /// What a rate is counted from.
    pub(crate) base: i64,
    /// Whether a rate begins with its base.
    pub(crate) at_base: bool,
    /// Not before this.
    pub(crate) start: Option<i64>,
    /// Not after this.
    pub(crate) end: Option<i64>,
}

/// The time zone of that name, as in `Europe/Stockholm`.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

impl Times {
    /// The first time after that one; none where there is no more.
    pub(crate) fn next(&self, after: i64) -> Option<i64> {
        let after = self.start.map_or(after, |start| after.max(start - 1));
        let next = match &self.expression {
            Expression::Rate(every) => {
                let first = if self.at_base { self.base } else { self.base + every };
                let passed = (after - first).div_euclid(*every) + 1;
                Some(first + passed.max(0) * every)
            }
            Expression::At(at) => {
                let at = self.zone.to_ambiguous_timestamp(*at).compatible().ok()?;
                Some(at.as_millisecond()).filter(|at| *at > after)
            }
            Expression::Cron(_) => self.next_of_cron(after),
        }?;
        self.end.is_none_or(|end| next <= end).then_some(next)
    }

    /// The last time up to that one, and after the other; none where there is none.
    pub(crate) fn last(&self, after: i64, until: i64) -> Option<i64> {
        if let Expression::Rate(every) = self.expression {
            // There may be very many between.
            let end = self.end.map_or(until, |end| until.min(end));
            let near = after.max(end - every);
            return self.next(near).filter(|next| *next <= until);
        }
        // Whoever was away for long has missed many minutes of a calendar: look at the last days only, then at more.
        let mut window = 3_600_000;
        loop {
            let from = after.max(until.saturating_sub(window));
            let next = |after: i64| self.next(after).filter(|next| *next <= until);
            if let Some(first) = next(from) {
                return std::iter::successors(Some(first), |at| next(*at)).last();
            }
            if from == after {
                return None;
            }
            window = window.saturating_mul(24);
        }
    }

    /// A time that the clock leaves out is left out; one that it has twice is the first of the two.
    fn next_of_cron(&self, after: i64) -> Option<i64> {
        let Expression::Cron(cron) = &self.expression else { return None };
        let moment = Timestamp::from_millisecond(after).ok()?;
        let mut civil = self.zone.to_datetime(moment);
        // In the second of two equal hours, those minutes have been.
        loop {
            civil = cron.next(civil)?;
            let ambiguous = self.zone.to_ambiguous_timestamp(civil);
            if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
                continue;
            }
            let at = ambiguous.earlier().ok()?.as_millisecond();
            if at > after {
                return Some(at);
            }
        }
    }
}
