//! However invocations come, over however many lanes, they add up.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fika_metrics::{Disk, Durations, History, Metric, Metrics, Point, Series};
use fika_model::{
    AccountId, CodeRef, FunctionArn, FunctionVersion, LaneId, LogFormat, Region, Runtime, Scope,
    VersionUid,
};
use proptest::prelude::*;

fn scope() -> Scope {
    Scope { account: AccountId::new("000000000001").unwrap(), region: Region::new("r").unwrap() }
}

fn series(function: &str) -> Series {
    Series::function(&scope(), function)
}

proptest! {
    #[test]
    fn percentiles_are_near_the_truth(mut times in prop::collection::vec(0_u64..10_000_000, 1..200), percent in 0.0_f64..100.0) {
        let mut durations = Durations::default();
        times.iter().for_each(|us| durations.record(Duration::from_micros(*us)));
        times.sort_unstable();
        let rank = ((percent / 100.0 * times.len() as f64).ceil() as usize).max(1);
        let truth = times[rank - 1] as f64 / 1_000.0;
        let told = durations.percentile_ms(percent).unwrap();
        prop_assert!((told - truth).abs() <= truth * 0.033 + 0.001, "{} for {}", told, truth);
        prop_assert_eq!(durations.count(), times.len() as u64);
        prop_assert_eq!(durations.up_to(Duration::from_secs(60)), times.len() as u64);
        let sum: u64 = times.iter().sum();
        prop_assert!((durations.sum_ms() - sum as f64 / 1_000.0).abs() < 1e-6);
    }

    #[test]
    fn parts_put_together_are_the_whole(times in prop::collection::vec(0_u64..1_000_000_000, 0..100), cut in 0_usize..100) {
        let cut = cut.min(times.len());
        let of = |times: &[u64]| {
            let mut durations = Durations::default();
            times.iter().for_each(|us| durations.record(Duration::from_micros(*us)));
            durations
        };
        let mut parts = of(&times[..cut]);
        parts.merge(&of(&times[cut..]));
        prop_assert_eq!(parts, of(&times));
    }

    #[test]
    fn periods_lose_nothing(seen in prop::collection::vec((0_i64..600, 1_u64..5), 0..50), period in 1_u32..70) {
        let mut history = History::default();
        let mut whole = 0;
        for (minute, invocations) in &seen {
            let point = Point { invocations: *invocations, errors: 1, ..Point::default() };
            history.add(*minute, series("f"), &point);
            whole += invocations;
        }
        let one = series("f");
        let mut points: BTreeMap<i64, u64> = BTreeMap::new();
        for (minute, point) in history.of(&one, 0..600) {
            *points.entry(minute / i64::from(period)).or_default() += point.invocations;
        }
        prop_assert_eq!(points.values().sum::<u64>(), whole);
        history.forget_before(300);
        let left: u64 = history.of(&one, 0..600).map(|(_, point)| point.invocations).sum();
        let young: u64 = seen.iter().filter(|(m, _)| *m >= 300).map(|(_, n)| n).sum();
        prop_assert_eq!(left, young);
    }
}

fn version(uid: u64, name: &str) -> Arc<FunctionVersion> {
    Arc::new(FunctionVersion {
        uid: VersionUid(uid),
        arn: FunctionArn { scope: scope(), name: name.into(), qualifier: None },
        version: "$LATEST".into(),
        runtime: Runtime::Node { major: 22 },
        handler: String::new(),
        memory_mb: 128,
        ephemeral_mb: 512,
        timeout: Duration::from_secs(3),
        environment: BTreeMap::new(),
        code: CodeRef { sha256: String::new(), size: 0 },
        layers: Vec::new(),
        log_group: String::new(),
        log_format: LogFormat::default(),
        role: String::new(),
        wall: None,
        egress: None,
        snap_start: false,
        per_tenant: false,
    })
}

fn metrics() -> (tempfile::TempDir, Metrics) {
    let dir = tempfile::tempdir().unwrap();
    let metrics = Metrics::open(Disk::new(dir.path()), 3).unwrap();
    (dir, metrics)
}

const EVER: std::ops::Range<i64> = 0..i64::MAX / 100;

fn sum(metrics: &Metrics, metric: Metric, series: &Series) -> f64 {
    // One period over all there is: whatever minute the clock is in.
    let periods = metrics.query(metric, series, EVER, u32::MAX).unwrap();
    periods.iter().map(|(_, stats)| stats.get("Sum").unwrap()).sum()
}

#[test]
fn every_way_to_look_adds_up() {
    let (_dir, metrics) = metrics();
    let (f, g) = (version(1, "f"), version(2, "g"));
    for n in 0..12_u16 {
        let mut call = metrics.recorder().call(LaneId(n), &f, (n % 2 == 0).then(|| "live".into()));
        call.admitted();
        call.ended(n % 3 == 0, Some(Duration::from_millis(5)));
    }
    metrics.recorder().call(LaneId(0), &g, None).throttled();
    let account = Series::account(&scope());
    let live = Series { resource: Some("f:live".into()), ..series("f") };
    let executed = Series { executed_version: Some("$LATEST".into()), ..live.clone() };
    for (series, invocations, errors, throttles) in [
        (&account, 12.0, 4.0, 1.0),
        (&series("f"), 12.0, 4.0, 0.0),
        (&live, 6.0, 2.0, 0.0),
        (&executed, 6.0, 2.0, 0.0),
        (&series("g"), 0.0, 0.0, 1.0),
        (&series("h"), 0.0, 0.0, 0.0),
    ] {
        let told = [Metric::Invocations, Metric::Errors, Metric::Throttles]
            .map(|metric| sum(&metrics, metric, series));
        assert_eq!(told, [invocations, errors, throttles], "{series:?}");
    }
    assert_eq!(sum(&metrics, Metric::Duration, &account), 60.0);
    let names: Vec<_> = metrics.list(&scope()).iter().map(|(s, _)| s.dimensions().len()).collect();
    assert_eq!(names, [0, 1, 2, 2, 3, 1, 2]);
}

#[test]
fn the_most_at_once_is_told() {
    let (_dir, metrics) = metrics();
    let f = version(1, "f");
    let call = || {
        let mut call = metrics.recorder().call(LaneId(1), &f, None);
        call.admitted();
        call
    };
    let peak = || sum(&metrics, Metric::ConcurrentExecutions, &series("f"));
    let mut calls: Vec<_> = (0..5).map(|_| call()).collect();
    calls.truncate(2);
    assert_eq!(peak(), 5.0);
    drop(calls);
    assert_eq!(sum(&metrics, Metric::ConcurrentExecutions, &series("g")), 0.0);
}

#[test]
fn what_was_saved_is_there_after_a_restart_and_once() {
    let (dir, metrics) = metrics();
    let f = version(1, "f");
    metrics.recorder().call(LaneId(0), &f, None).ended(false, Some(Duration::from_millis(7)));
    metrics.save_all().unwrap();
    metrics.save_all().unwrap();
    drop(metrics);
    let again = Metrics::open(Disk::new(dir.path()), 1).unwrap();
    assert_eq!(sum(&again, Metric::Invocations, &series("f")), 1.0);
    assert_eq!(sum(&again, Metric::Duration, &series("f")), 7.0);
    assert!(again.totals().is_empty(), "counted since this start");
}
