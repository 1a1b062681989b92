#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::{Dialect, Expression, Planner, Times, zone};

fn ms(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn times(text: &str, name: &str) -> Times {
    let expression =
        Expression::parse(text, Dialect::Scheduler).unwrap_or_else(|| panic!("{text}"));
    Times { expression, zone: zone(name).unwrap(), base: 0, at_base: true, start: None, end: None }
}

/// The next times after one, as UTC.
fn nexts(times: &Times, after: &str, count: usize) -> Vec<String> {
    let first = times.next(ms(after));
    let all = std::iter::successors(first, |at| times.next(*at)).take(count);
    all.map(|at| Timestamp::from_millisecond(at).unwrap().to_string()).collect()
}

#[test]
fn expressions_are_read_strictly() {
    let scheduler = |text| Expression::parse(text, Dialect::Scheduler);
    for good in [
        "rate(1 minute)",
        "rate(5 minutes)",
        "rate(1 hours)",
        "rate(10 days)",
        "at(2030-01-31T23:59:59)",
        "cron(0 10 * * ? *)",
        "cron(15 12 * * ? *)",
        "cron(0 18 ? * MON-FRI *)",
        "cron(0 8 1 * ? *)",
        "cron(0/15 * * * ? *)",
        "cron(0/10 * ? * MON-FRI *)",
        "cron(*/15 * * * ? *)",
        "cron(0/5 8-17 ? * mon-fri *)",
        "cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)",
        "cron(1-31/30 1-1 ? * 1,7 *)",
        "cron(0-59/10 0-23/2 ? * * *)",
        "cron(0 9 ? * 2#1 *)",
        "cron(0 0 L * ? *)",
        "cron(0 0 3W * ? *)",
        "cron(0 0 LW * ? *)",
        "cron(0 0 ? * 6L 2030-2032)",
        "cron(0 0 ? JAN,jul L 2199)",
    ] {
        assert!(scheduler(good).is_some(), "{good}");
    }
    for bad in [
        "",
        "rate",
        "rate()",
        "rate(10)",
        "rate(10 seconds)",
        "rate(10 years)",
        "rate(10 minutess)",
        "rate(foo minutes)",
        "rate(0 minutes)",
        "rate(-10 minutes)",
        "rate( 10 minutes )",
        " rate(10 minutes)",
        "rate(10 minutes) ",
        "rate(9999999999 days)",
        "cron()",
        "cron(INVALID)",
        "cron(0 1 * * * *)",
        "cron(0 1 ? * ? *)",
        "cron(7 20 * * NOT *)",
        "cron(71 8 1 * ? *)",
        "cron(0 dummy ? * MON-FRI *)",
        "cron(0 24 * * ? *)",
        "cron(0 0 0 * ? *)",
        "cron(0 0 ? * 8 *)",
        "cron(0 0 ? * 2#6 *)",
        "cron(0 0 * * ? 2200)",
        "cron(0 0 * * ?)",
        "cron(*/0 * * * ? *)",
        "at(2021-12-31T23:59:59Z)",
        "at(2021-12-31)",
        "at(2021-02-30T00:00:00)",
        "every(1 day)",
    ] {
        assert!(scheduler(bad).is_none(), "{bad}");
    }
    let rule = |text| Expression::parse(text, Dialect::Rule).is_some();
    assert!(rule("rate(1 minute)") && rule("rate(2 minutes)"));
    assert!(
        !rule("rate(1 minutes)") && !rule("rate(2 minute)") && !rule("at(2030-01-01T00:00:00)")
    );
}

/// Each expression of the documentation's kinds, and its next two times after 2024-02-28T12:30:00Z, a Wednesday.
#[test]
fn the_next_times() {
    for (text, wanted) in [
        ("cron(0 10 * * ? *)", ["2024-02-29T10:00:00Z", "2024-03-01T10:00:00Z"]),
        ("cron(30 12 * * ? *)", ["2024-02-29T12:30:00Z", "2024-03-01T12:30:00Z"]),
        ("cron(31/15 12 * * ? *)", ["2024-02-28T12:31:00Z", "2024-02-28T12:46:00Z"]),
        ("cron(0 18 ? * MON-FRI *)", ["2024-02-28T18:00:00Z", "2024-02-29T18:00:00Z"]),
        ("cron(0 18 ? * SAT-MON *)", ["2024-03-02T18:00:00Z", "2024-03-03T18:00:00Z"]),
        ("cron(0 0 L * ? *)", ["2024-02-29T00:00:00Z", "2024-03-31T00:00:00Z"]),
        ("cron(0 0 31 * ? *)", ["2024-03-31T00:00:00Z", "2024-05-31T00:00:00Z"]),
        ("cron(0 0 LW * ? *)", ["2024-02-29T00:00:00Z", "2024-03-29T00:00:00Z"]),
        ("cron(0 0 1W * ? *)", ["2024-03-01T00:00:00Z", "2024-04-01T00:00:00Z"]),
        ("cron(0 0 1W 6 ? *)", ["2024-06-03T00:00:00Z", "2025-06-02T00:00:00Z"]),
        ("cron(0 0 ? * 3#2 *)", ["2024-03-12T00:00:00Z", "2024-04-09T00:00:00Z"]),
        ("cron(0 0 ? * 6L *)", ["2024-03-29T00:00:00Z", "2024-04-26T00:00:00Z"]),
        ("cron(0 0 ? * L *)", ["2024-03-02T00:00:00Z", "2024-03-09T00:00:00Z"]),
        ("cron(0 0 29 2 ? *)", ["2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z"]),
        ("rate(7 minutes)", ["2024-02-28T12:37:00Z", "2024-02-28T12:44:00Z"]),
    ] {
        let base = ms("2024-02-28T12:30:00Z");
        let times = Times { base, ..times(text, "UTC") };
        assert_eq!(nexts(&times, "2024-02-28T12:30:00Z", 2), wanted, "{text}");
    }
    assert_eq!(
        nexts(&times("cron(0 0 31 2 ? *)", "UTC"), "2024-01-01T00:00:00Z", 1),
        Vec::<String>::new()
    );
    assert_eq!(
        nexts(&times("cron(0 0 1 1 ? 2020)", "UTC"), "2024-01-01T00:00:00Z", 1),
        Vec::<String>::new()
    );
}

/// A time that the clocks leave out is left out; one that they have twice comes once.
#[test]
fn the_clocks_change() {
    let daily = times("cron(30 2 * * ? *)", "America/New_York");
    assert_eq!(
        nexts(&daily, "2024-03-09T00:00:00Z", 3),
        ["2024-03-09T07:30:00Z", "2024-03-11T06:30:00Z", "2024-03-12T06:30:00Z",]
    );
    let daily = times("cron(30 1 * * ? *)", "America/New_York");
    assert_eq!(
        nexts(&daily, "2024-11-02T12:00:00Z", 2),
        ["2024-11-03T05:30:00Z", "2024-11-04T06:30:00Z"]
    );
    let often = times("cron(0/30 * * * ? *)", "Europe/Stockholm");
    assert_eq!(
        nexts(&often, "2024-10-27T00:00:00Z", 3),
        ["2024-10-27T00:30:00Z", "2024-10-27T02:00:00Z", "2024-10-27T02:30:00Z",]
    );
    assert_eq!(
        nexts(&often, "2024-03-31T00:30:00Z", 2),
        ["2024-03-31T01:00:00Z", "2024-03-31T01:30:00Z"]
    );
    let once = times("at(2024-03-31T02:30:00)", "Europe/Stockholm");
    assert_eq!(nexts(&once, "2024-01-01T00:00:00Z", 2), ["2024-03-31T01:30:00Z"]);
    let once = times("at(2024-07-01T09:00:00)", "Asia/Kolkata");
    assert_eq!(nexts(&once, "2024-01-01T00:00:00Z", 2), ["2024-07-01T03:30:00Z"]);
    assert!(zone("Mars/Olympus").is_none());
}

#[test]
fn a_start_and_an_end_bound_it() {
    let (start, end) = (ms("2024-01-01T00:00:30Z"), ms("2024-01-01T00:02:30Z"));
    let rate =
        Times { base: start, start: Some(start), end: Some(end), ..times("rate(1 minute)", "UTC") };
    assert_eq!(
        nexts(&rate, "2023-01-01T00:00:00Z", 9),
        ["2024-01-01T00:00:30Z", "2024-01-01T00:01:30Z", "2024-01-01T00:02:30Z",]
    );
    let cron = Times { start: Some(start), end: Some(end), ..times("cron(* * * * ? *)", "UTC") };
    assert_eq!(
        nexts(&cron, "2023-01-01T00:00:00Z", 9),
        ["2024-01-01T00:01:00Z", "2024-01-01T00:02:00Z"]
    );
    let rule = Times { at_base: false, ..rate };
    assert_eq!(nexts(&rule, "2023-01-01T00:00:00Z", 1), ["2024-01-01T00:01:30Z"]);
}

#[test]
fn what_was_missed_is_found() {
    let cron = times("cron(0 0 1 1 ? *)", "UTC");
    let (after, until) = (ms("2001-06-01T00:00:00Z"), ms("2024-05-05T05:05:05Z"));
    assert_eq!(cron.last(after, until), Some(ms("2024-01-01T00:00:00Z")));
    assert_eq!(cron.last(ms("2024-01-01T00:00:00Z"), until), None);
    let rate = times("rate(1 minute)", "UTC");
    assert_eq!(rate.last(0, ms("2024-05-05T05:05:05Z")), Some(ms("2024-05-05T05:05:00Z")));
}

proptest! {
    #[test]
    fn times_only_go_on(
        text in prop_oneof![
            Just("cron(0/7 * * * ? *)"), Just("cron(30 1,2,3 ? * SUN *)"), Just("cron(59 23 L * ? *)"),
            Just("rate(13 minutes)"), Just("cron(15 2 15W * ? *)"),
        ],
        name in prop_oneof![Just("UTC"), Just("America/New_York"), Just("Australia/Lord_Howe")],
        after in 0..2_000_000_000_000_i64,
    ) {
        let times = times(text, name);
        let next = times.next(after).unwrap();
        prop_assert!(next > after);
        prop_assert_eq!(times.next(next - 1), Some(next), "nothing is left out");
        prop_assert_eq!(times.last(after, next), Some(next));
        prop_assert!(times.next(next).unwrap() > next);
    }

    #[test]
    fn what_is_due_comes_in_turn_and_once(
        plans in proptest::collection::vec((0..5_u8, proptest::option::of(0..50_i64)), 0..40)
    ) {
        let (mut planner, mut wanted) = (Planner::new(), BTreeMap::new());
        for (key, at) in plans {
            planner.plan(key, at);
            match at {
                Some(at) => wanted.insert(key, at),
                None => wanted.remove(&key),
            };
        }
        let mut last = i64::MIN;
        prop_assert_eq!(planner.next(), wanted.values().min().copied());
        while let Some((key, at)) = planner.due(50) {
            prop_assert!(at >= last);
            last = at;
            prop_assert_eq!(wanted.remove(&key), Some(at));
        }
        prop_assert!(wanted.is_empty());
    }
}

#[test]
fn utc_is_what_nothing_says() {
    assert_eq!(zone("UTC"), Some(TimeZone::UTC));
}
