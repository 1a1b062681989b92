//! Which tick of something is the next, and which have been: pure, whatever the clock does.
//!
//! No tick is due twice. A clock that is set on leaves ticks out, of which the last at most comes late; one that is
//! set back into what was left out goes on there, so that a clock that was wrong for a moment silences nobody.

use serde::{Deserialize, Serialize};

use super::Times;

/// Which ticks of one have been. Times are milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Been {
    pub(crate) last: i64,
    /// Two times, up to the last, between which none has been; of several such stretches the longest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) left_out: Option<(i64, i64)>,
}

/// Something that is due at times, as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Timed {
    /// What is spread over windows by it.
    pub(crate) name: String,
    pub(crate) times: Times,
    /// No tick up to this is wanted.
    pub(crate) since: i64,
    pub(crate) been: Option<Been>,
    /// How late a tick may be, milliseconds.
    pub(crate) late: i64,
    /// How long after its time a tick may be put, milliseconds.
    pub(crate) window: i64,
}

impl Timed {
    /// When something is to be sent next.
    pub(crate) fn next(&self, now: i64) -> Option<i64> {
        self.first(now).map(|tick| tick + self.offset(tick))
    }

    /// The tick that is to be sent now: the last there is, if its place in the window is there.
    pub(crate) fn due(&self, now: i64) -> Option<i64> {
        let first = self.first(now).filter(|tick| *tick <= now)?;
        let last = self.times.last(first - 1, now).unwrap_or(first);
        [last, first].into_iter().find(|tick| tick + self.offset(*tick) <= now)
    }

    /// Which have been, once that one has.
    pub(crate) fn with(&self, tick: i64) -> Been {
        if let Some(Been { last, left_out: Some((_, to)) }) = self.been
            && tick < to
        {
            return Been { last, left_out: Some((tick, to)) };
        }
        let before = self.last().max(self.since);
        let next = self.times.next(before);
        let new = next.filter(|next| *next < tick).map(|_| (before, tick));
        let old = self.been.and_then(|been| been.left_out);
        let left_out = new.into_iter().chain(old).max_by_key(|(from, to)| to - from);
        Been { last: tick, left_out }
    }

    fn last(&self) -> i64 {
        self.been.map_or(i64::MIN, |been| been.last)
    }

    /// The next tick that is not too late.
    fn first(&self, now: i64) -> Option<i64> {
        let wanted = self.since.max(now - self.late - self.window);
        if let Some((from, to)) = self.been.and_then(|been| been.left_out)
            && now < to
            && let Some(tick) = self.times.next(wanted.max(from)).filter(|tick| *tick < to)
        {
            return Some(tick);
        }
        self.times.next(wanted.max(self.last()))
    }

    /// Where in its window a tick is put: anywhere, and always there.
    fn offset(&self, tick: i64) -> i64 {
        if self.window == 0 {
            return 0;
        }
        let text = format!("{}/{tick}", self.name);
        // FNV-1a: it need not be hard to guess, only spread.
        let spread = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        i64::try_from(spread % u64::try_from(self.window).unwrap_or(1)).unwrap_or(0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::super::{Dialect, Expression, zone};
    use super::*;

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const YEAR: i64 = 365 * 24 * HOUR;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    /// Wanted since then, up to an hour late.
    fn timed(text: &str, name: &str, since: i64) -> Timed {
        let expression = Expression::parse(text, Dialect::Scheduler).unwrap();
        let zone = zone(name).unwrap();
        let times = Times { expression, zone, base: since, at_base: true, start: None, end: None };
        let (been, late, window) = (None, HOUR, 0);
        Timed { name: "n".into(), times, since: since - 1, been, late, window }
    }

    impl Timed {
        /// Sends what is due now.
        fn fire(&mut self, now: i64) -> Option<i64> {
            let tick = self.due(now)?;
            self.been = Some(self.with(tick));
            Some(tick)
        }

        /// All that is sent while the clock goes on from one time to another, looked at when something is to be.
        fn run(&mut self, from: i64, until: i64) -> Vec<i64> {
            let (mut now, mut sent) = (from, Vec::new());
            while now <= until {
                sent.extend(self.fire(now));
                now = self.next(now).unwrap_or(i64::MAX).max(now + 1);
            }
            sent
        }
    }

    fn shown(ticks: &[i64]) -> Vec<String> {
        ticks.iter().map(|tick| Timestamp::from_millisecond(*tick).unwrap().to_string()).collect()
    }

    #[test]
    fn whoever_was_away_sends_the_last_tick_and_goes_on() {
        let start = ms("2024-01-01T00:00:00Z");
        let mut timed = timed("rate(1 minute)", "UTC", start);
        assert_eq!(timed.run(start, start + 2 * MINUTE).len(), 3);
        // Away for half an hour: one tick for all of them.
        let back = start + 32 * MINUTE + 7;
        assert_eq!(timed.fire(back), Some(start + 32 * MINUTE));
        assert_eq!(timed.fire(back), None);
        assert_eq!(timed.next(back), Some(start + 33 * MINUTE));
    }

    #[test]
    fn what_is_too_late_is_dropped() {
        let start = ms("2024-01-01T00:00:00Z");
        let mut daily = timed("cron(0 9 * * ? *)", "UTC", start);
        let late = ms("2024-01-03T10:00:01Z");
        assert_eq!(daily.fire(late), None);
        assert_eq!(daily.next(late), Some(ms("2024-01-04T09:00:00Z")));
        assert_eq!(daily.fire(ms("2024-01-04T09:59:59Z")), Some(ms("2024-01-04T09:00:00Z")));
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_tick_come_again() {
        let start = ms("2024-01-01T00:00:00Z");
        let mut timed = timed("rate(5 minutes)", "UTC", start);
        let mut sent = timed.run(start, start + HOUR);
        sent.extend(timed.run(start + HOUR / 2, start + 2 * HOUR));
        assert_eq!(sent, (0..=24).map(|n| start + n * 5 * MINUTE).collect::<Vec<_>>());
    }

    /// A clock that is years ahead for some minutes, and then right again.
    #[test]
    fn a_clock_that_was_ahead_silences_nobody() {
        let start = ms("2024-01-01T00:00:00Z");
        let mut timed = timed("rate(1 minute)", "UTC", start);
        let mut sent = timed.run(start, start + MINUTE);
        let ahead = timed.run(start + 10 * YEAR, start + 10 * YEAR + 2 * MINUTE);
        assert_eq!(ahead.len(), 3);
        sent.extend(timed.run(start + 2 * MINUTE, start + 4 * MINUTE));
        assert_eq!(sent, (0..5).map(|n| start + n * MINUTE).collect::<Vec<_>>());
        // Ten years later, what has been then is left out.
        let then = timed.run(start + 10 * YEAR - MINUTE, start + 10 * YEAR + 4 * MINUTE);
        let wanted = [-1, 3, 4].map(|n| start + 10 * YEAR + n * MINUTE);
        assert_eq!(then, wanted);
    }

    #[test]
    fn clocks_of_a_zone_change_while_it_runs() {
        let start = ms("2024-03-30T12:00:00Z");
        let mut spring = timed("cron(30 1,2,3 * * ? *)", "Europe/Stockholm", start);
        let sent = spring.run(start, ms("2024-04-01T00:00:00Z"));
        // Half past two is left out on the 31st.
        assert_eq!(
            shown(&sent),
            ["2024-03-31T00:30:00Z", "2024-03-31T01:30:00Z", "2024-03-31T23:30:00Z"]
        );
        let start = ms("2024-10-26T12:00:00Z");
        let mut autumn = timed("cron(30 1,2,3 * * ? *)", "Europe/Stockholm", start);
        let sent = autumn.run(start, ms("2024-10-27T12:00:00Z"));
        // It is half past two twice.
        assert_eq!(
            shown(&sent),
            ["2024-10-26T23:30:00Z", "2024-10-27T00:30:00Z", "2024-10-27T02:30:00Z"]
        );
    }

    #[test]
    fn once_is_once_and_never_what_was_before_it_was_made() {
        let start = ms("2024-01-01T00:00:00Z");
        let mut once = timed("at(2024-01-01T00:05:00)", "UTC", start);
        assert_eq!(once.run(start, start + HOUR), [start + 5 * MINUTE]);
        assert_eq!(once.next(start), None, "also where the clock is set back");
        let past = timed("at(2023-12-31T23:59:00)", "UTC", start);
        assert_eq!((past.next(start), past.due(start)), (None, None));
    }

    #[test]
    fn a_window_spreads_ticks_and_loses_none() {
        let start = ms("2024-01-01T00:00:00Z");
        let wide = Timed { window: 15 * MINUTE, ..timed("rate(1 hour)", "UTC", start) };
        let mut offsets = Vec::new();
        for n in 0..8 {
            let tick = start + n * HOUR;
            let after = Timed { since: tick - 1, ..wide.clone() }.next(tick).unwrap() - tick;
            assert!((0..15 * MINUTE).contains(&after));
            offsets.push(after);
        }
        offsets.sort_unstable();
        offsets.dedup();
        assert!(offsets.len() > 4, "{offsets:?}");
        // Wider than the time between ticks: they still come one after the other.
        let mut narrow = Timed { window: 15 * MINUTE, ..timed("rate(5 minutes)", "UTC", start) };
        let sent = narrow.run(start, start + 2 * HOUR);
        assert!(sent.is_sorted_by(|a, b| a < b) && sent.len() > 5, "{sent:?}");
    }

    proptest! {
        /// However the clock jumps, however often what was sent is read back from the disk.
        #[test]
        fn no_tick_comes_twice(
            text in prop_oneof![
                Just("rate(1 minute)"), Just("cron(0/7 * * * ? *)"), Just("cron(30 2 * * ? *)"),
            ],
            window in prop_oneof![Just(0), Just(10 * MINUTE)],
            moves in proptest::collection::vec(
                prop_oneof![
                    6 => 1..2 * MINUTE, 2 => -3 * HOUR..3 * HOUR, 1 => -2 * YEAR..2 * YEAR,
                ],
                1..200,
            ),
        ) {
            let start = ms("2024-03-30T12:00:00Z");
            let mut timed = Timed { window, ..timed(text, "America/New_York", start) };
            let mut sent = std::collections::HashSet::new();
            let mut now = start;
            for by in moves {
                now += by;
                if let Some(tick) = timed.fire(now) {
                    prop_assert!(sent.insert(tick), "{tick} again");
                    prop_assert!(tick <= now && tick >= start);
                    let kept = serde_json::to_vec(&timed.been).unwrap();
                    timed.been = serde_json::from_slice(&kept).unwrap();
                }
            }
        }
    }
}
