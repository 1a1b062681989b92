use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn key(n: usize) -> Key {
    let account = AccountId::new("123456789012").expect("an account");
    Key { account, target: format!("arn:aws:lambda:us-east-1:123456789012:function:f{n}").into() }
}

fn waiting(entry: u64, now: u64) -> Waiting {
    Waiting { accepted: now, entry: EntryId(entry), attempts: 0, size: 100 }
}

/// A target that shares its concurrency with nobody.
fn alone(_: &Key) -> Option<u32> {
    None
}

/// Starts whatever may.
fn all(schedule: &mut Schedule, now: u64) -> Vec<Start> {
    std::iter::from_fn(|| schedule.next(now, alone)).collect()
}

#[test]
fn what_is_due_later_waits() {
    let mut schedule = Schedule::new(10);
    schedule.add(&key(0), waiting(1, 0), 500, 0);
    assert_eq!((schedule.next(499, alone), schedule.wake()), (None, Some(500)));
    assert_eq!(schedule.next(500, alone).expect("it is due").waiting.entry, EntryId(1));
    assert_eq!((schedule.next(501, alone), schedule.wake()), (None, None));
}

#[test]
fn a_target_that_takes_no_more_rests_longer_each_time() {
    let mut schedule = Schedule::new(100);
    schedule.add(&key(0), waiting(1, 0), 0, 0);
    let (mut now, mut waits) = (0, Vec::new());
    for _ in 0..12 {
        let start = schedule.next(now, alone).expect("it may");
        schedule.end(start.lane, start.waiting, End::Back { at_least: Duration::ZERO }, now);
        assert_eq!(schedule.next(now, alone), None);
        let wake = schedule.wake().expect("it rests");
        waits.push((wake - now) / 1_000);
        now = wake;
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    // One that ran, and it begins anew.
    let start = schedule.next(now, alone).expect("it may");
    schedule.add(&key(0), waiting(2, now), 0, now);
    schedule.end(start.lane, start.waiting, End::Ran, now);
    let start = schedule.next(now, alone).expect("it may");
    let at_least = Duration::from_secs(7);
    schedule.end(start.lane, start.waiting, End::Back { at_least }, now);
    assert_eq!(schedule.wake(), Some(now + 7_000));
}

#[test]
fn as_many_run_as_the_target_takes() {
    let mut schedule = Schedule::new(1_000);
    for n in 0..200 {
        schedule.add(&key(0), waiting(n, 0), 0, 0);
    }
    let (takes, mut running, mut most) = (5, Vec::new(), 0);
    let mut now = 0;
    while schedule.len() > 0 {
        for start in all(&mut schedule, now) {
            if running.len() < takes {
                running.push(start);
            } else {
                let back = End::Back { at_least: Duration::ZERO };
                schedule.end(start.lane, start.waiting, back, now);
            }
        }
        most = most.max(running.len());
        now += 10;
        match running.pop() {
            Some(start) => schedule.end(start.lane, start.waiting, End::Ran, now),
            None => now = schedule.wake().expect("something is to come"),
        }
    }
    assert_eq!(most, takes);
    assert!(now < 4_000, "200 of 10 ms took {now} ms: a place was free and nobody took it");
}

/// One function has a million events that are stuck; neither another one's events nor the calls of the account are to
/// feel that.
#[test]
#[allow(clippy::print_stdout, reason = "the figure is the point of it")]
fn a_million_stuck_events_delay_nobody_else() {
    const PERMITS: u32 = 1_000;
    let mut schedule = Schedule::new(8_192);
    let (stuck, other) = (key(0), key(1));
    let (mut held, mut next, mut now) = (Vec::new(), 0, 0);
    let (mut called, mut refused) = (0, 0);
    for _ in 0..64 {
        while schedule.len() < 1_000_000 + held.len() as u64 {
            schedule.add(&stuck, waiting(next, now), 0, now);
            next += 1;
        }
        // Each takes fifteen minutes: what starts first holds its place, and its permit.
        while let Some(start) = schedule.next(now, |_| Some(PERMITS - held.len() as u32)) {
            held.push(start);
        }
        // Calls that are no events need a hundred permits at once, every second.
        called += 100;
        refused += 100_u32.saturating_sub(PERMITS - held.len() as u32);
        // A few do come to an end: the window grows as far as it may.
        for start in held.split_off(held.len() / 2) {
            schedule.end(start.lane, start.waiting, End::Ran, now);
        }
        now += 1_000;
    }
    while let Some(start) = schedule.next(now, |_| Some(PERMITS - held.len() as u32)) {
        held.push(start);
    }
    let most = held.len() as u32;
    assert!((PERMITS / 3..=PERMITS / 2).contains(&most), "{most} of {PERMITS} are the stuck one's");
    while schedule.len() < 1_000_000 + held.len() as u64 {
        schedule.add(&stuck, waiting(next, now), 0, now);
        next += 1;
    }
    // A hundred events of the other start in the very moment that they come.
    let mut delayed = 0;
    for n in 0..100 {
        let came = now;
        schedule.add(&other, waiting(10_000_000 + n, now), 0, now);
        let left = |_: &Key| Some(PERMITS - held.len() as u32);
        let start = loop {
            match schedule.next(now, left).filter(|start| start.key == other) {
                Some(start) => break start,
                None => now += 1,
            }
        };
        delayed += now - came;
        schedule.end(start.lane, start.waiting, End::Ran, now);
    }
    let stuck = schedule.len() - held.len() as u64;
    println!(
        "with {stuck} waiting and {most} of {PERMITS} permits held, 100 events of another waited \
         {delayed} ms in all, and {refused} of {called} calls were refused"
    );
    assert_eq!((stuck, delayed, refused), (1_000_000, 0, 0));
    let size = std::mem::size_of::<Waiting>();
    assert!(size <= 24, "an event that waits takes {size} bytes");
}

/// What found too little concurrency goes on by itself once others have given it back.
#[test]
fn a_lane_that_is_short_looks_again() {
    let mut schedule = Schedule::new(100);
    for n in 0..10 {
        schedule.add(&key(0), waiting(n, 0), 0, 0);
    }
    // One may always run, and the next only where as much stays free.
    assert!(schedule.next(0, |_| Some(0)).is_some() && schedule.next(0, |_| Some(1)).is_none());
    assert_eq!((schedule.wake(), schedule.next(999, |_| Some(50))), (Some(1_000), None));
    assert!(schedule.next(1_000, |_| Some(50)).is_some());
}

/// Where both want all there is, each has its half, whatever the one has waiting.
#[test]
fn two_that_are_busy_share() {
    let mut schedule = Schedule::new(64);
    for n in 0..10_000 {
        schedule.add(&key(0), waiting(n, 0), 0, 0);
    }
    for n in 0..500 {
        schedule.add(&key(1), waiting(20_000 + n, 0), 0, 0);
    }
    let (mut running, mut ran) = (VecDeque::new(), [0; 2]);
    for now in 0..400 {
        running.extend(all(&mut schedule, now));
        let start = running.pop_front().expect("always some");
        ran[usize::from(start.key == key(1))] += 1;
        schedule.end(start.lane, start.waiting, End::Ran, now);
    }
    assert!(ran[1] >= 160, "of 400, {} were the other's", ran[1]);
}

#[test]
fn large_events_take_more_of_the_room() {
    let mut schedule = Schedule::new(100);
    for n in 0..20 {
        schedule.add(&key(0), Waiting { size: 1 << 20, ..waiting(n, 0) }, 0, 0);
    }
    schedule.add(&key(1), waiting(99, 0), 0, 0);
    let started = all(&mut schedule, 0);
    assert_eq!(started.len(), 2, "one large one and the small one");
    assert_eq!(schedule.used, 65 + 1);
    for start in started {
        schedule.end(start.lane, start.waiting, End::Ran, 0);
    }
    assert_eq!(all(&mut schedule, 0).len(), 1);
}

#[test]
fn functions_have_shards_of_their_own() {
    let mut same = 0;
    for n in 0..1_000 {
        let (a, b) = (dealt(&key(n)), dealt(&key(n + 1)));
        assert_eq!(BTreeSet::from(a).len(), SHARDS_EACH);
        same += u32::from(BTreeSet::from(a) == BTreeSet::from(b));
    }
    assert!(same <= 1, "{same} of 1,000 neighbours have the same shards");
}

#[derive(Debug, Clone)]
enum Step {
    Add { lane: usize, size: u32, in_ms: u64 },
    End { which: usize, how: u8 },
    Pass { ms: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..6_usize, 0..100_000_u32, prop_oneof![Just(0), 0..5_000_u64])
            .prop_map(|(lane, size, in_ms)| Step::Add { lane, size, in_ms }),
        4 => (any::<usize>(), 0..4_u8).prop_map(|(which, how)| Step::End { which, how }),
        1 => (0..400_000_u64).prop_map(|ms| Step::Pass { ms }),
    ]
}

proptest! {
    /// Whatever targets and calls there are in an account, while some permit is free none of the lanes takes the last.
    #[test]
    fn somebody_who_calls_finds_a_permit(
        lanes in 1..8_usize,
        steps in proptest::collection::vec((0..8_usize, 0..40_u32, any::<usize>()), 1..200),
    ) {
        const PERMITS: u32 = 64;
        let (mut schedule, mut now, mut next) = (Schedule::new(1_000), 0, 0);
        let mut held: Vec<Start> = Vec::new();
        for (lane, calls, which) in steps {
            for _ in 0..50 {
                schedule.add(&key(lane % lanes), waiting(next, now), 0, now);
                next += 1;
            }
            if !held.is_empty() {
                let start = held.swap_remove(which % held.len());
                schedule.end(start.lane, start.waiting, End::Ran, now);
            }
            // Calls take only what is free, and are over when the next come.
            let calls = calls.min(PERMITS.saturating_sub(held.len() as u32));
            let free = |held: &[Start]| PERMITS.saturating_sub(calls + held.len() as u32);
            let before = held.len();
            while let Some(start) = schedule.next(now, |_| Some(free(&held))) {
                let running = held.iter().filter(|other| other.key == start.key).count() as u32;
                prop_assert!(running == 0 || running < free(&held), "{running} of {}", free(&held));
                held.push(start);
            }
            let own = held.len() <= before + lanes;
            prop_assert!(free(&held) > 0 || own, "{} took all of {PERMITS}", held.len());
            now += 1_000;
        }
    }

    /// Whatever happens, no event is lost, none is started twice, the room is kept, and in the end all are done.
    #[test]
    fn nothing_is_lost(steps in proptest::collection::vec(step(), 1..300)) {
        let (mut schedule, mut now, mut next) = (Schedule::new(40), 1_000, 0);
        let mut running: Vec<Start> = Vec::new();
        let mut alive = BTreeSet::new();
        for step in steps {
            match step {
                Step::Add { lane, size, in_ms } => {
                    let one = Waiting { size, ..waiting(next, now) };
                    schedule.add(&key(lane), one, now + in_ms, now);
                    alive.insert(EntryId(next));
                    next += 1;
                }
                Step::End { which, how } if !running.is_empty() => {
                    let start = running.swap_remove(which % running.len());
                    let end = match how {
                        0 => End::Ran,
                        1 => End::Gone,
                        2 => End::Again { due: now + 60_000 },
                        _ => End::Back { at_least: Duration::from_millis(1_500) },
                    };
                    if how < 2 {
                        alive.remove(&start.waiting.entry);
                    }
                    schedule.end(start.lane, start.waiting, end, now);
                }
                Step::End { .. } => {}
                Step::Pass { ms } => now += ms,
            }
            for start in all(&mut schedule, now) {
                prop_assert!(running.iter().all(|one| one.waiting.entry != start.waiting.entry));
                running.push(start);
            }
            let used: u32 = running.iter().map(|one| one.waiting.weight()).sum();
            prop_assert_eq!(used, schedule.used);
            prop_assert!(used <= schedule.room);
            prop_assert_eq!(schedule.len(), alive.len() as u64);
        }
        for _ in 0..10_000 {
            for start in running.drain(..) {
                alive.remove(&start.waiting.entry);
                schedule.end(start.lane, start.waiting, End::Ran, now);
            }
            running = all(&mut schedule, now);
            match schedule.wake() {
                _ if !running.is_empty() => {}
                Some(wake) => now = now.max(wake),
                None => break,
            }
        }
        prop_assert!(alive.is_empty() && schedule.lanes.is_empty() && schedule.names.is_empty());
        prop_assert!(schedule.shards.iter().all(|shard| shard.waiting == 0));
    }
}
