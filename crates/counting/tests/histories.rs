//! Random histories of admissions and changed limits, beside a plain model of who runs. With
//! the request rate unlimited, an admission must be granted exactly when no limit is met.

use std::collections::HashMap;
use std::time::Duration;

use fika_counting::{Counting, CountingOptions, Held};
use fika_model::{AccountId, FunctionArn, Region, Scope, ThrottleReason, VersionUid};
use proptest::prelude::*;

const LIMIT: u32 = 6;

#[derive(Debug, Clone)]
enum Op {
    /// Of that function, that version.
    Admit(usize, u64),
    /// Ends one of the running invocations, wrapping.
    End(usize),
    Reserve(usize, Option<u32>),
    Provision(usize, u64, u32),
    Limit(usize, u32),
    Pass(u64),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        12 => (0..8usize, 0..2u64).prop_map(|(f, v)| Op::Admit(f, v)),
        9 => any::<usize>().prop_map(Op::End),
        2 => (0..8usize, prop::option::of(0..4u32)).prop_map(|(f, r)| Op::Reserve(f, r)),
        2 => (0..8usize, 0..2u64, 0..3u32).prop_map(|(f, v, n)| Op::Provision(f, v, n)),
        1 => (0..2usize, 0..10u32).prop_map(|(a, limit)| Op::Limit(a, limit)),
        2 => (0..2_000u64).prop_map(Op::Pass),
    ]
}

fn scope(account: usize) -> Scope {
    let account = AccountId::new(&format!("{account:012}")).expect("twelve digits");
    Scope { account, region: Region::new("eu-north-1").expect("a region") }
}

/// Functions 0 to 3 are of one account, 4 to 7 of another.
fn function(i: usize) -> FunctionArn {
    FunctionArn { scope: scope(i / 4), name: format!("f{}", i % 4), qualifier: None }
}

/// One that runs.
struct Running {
    function: usize,
    version: u64,
    /// Its version had provisioned concurrency when it began, or one that runs began so.
    counted: bool,
    held: Held,
}

struct World {
    counting: Counting,
    now: Duration,
    held: Vec<Running>,
    reserved: HashMap<usize, u32>,
    provisioned: HashMap<(usize, u64), u32>,
    limit: [u32; 2],
}

impl World {
    fn new() -> Self {
        let counting = Counting::new(CountingOptions {
            account_concurrency: LIMIT,
            requests_per_second: None,
        });
        Self {
            counting,
            now: Duration::ZERO,
            held: Vec::new(),
            reserved: HashMap::new(),
            provisioned: HashMap::new(),
            limit: [LIMIT; 2],
        }
    }

    fn running(&self, is: impl Fn(usize) -> bool) -> u32 {
        let count = self.held.iter().filter(|one| is(one.function)).count();
        u32::try_from(count).expect("few")
    }

    fn counted(&self, function: usize, version: u64) -> u32 {
        let is = |one: &&Running| one.counted && (one.function, one.version) == (function, version);
        u32::try_from(self.held.iter().filter(is).count()).expect("few")
    }

    fn amount(&self, function: usize, version: u64) -> u32 {
        self.provisioned.get(&(function, version)).copied().unwrap_or(0)
    }

    /// What runs of a function and is not covered.
    fn on_demand(&self, f: usize) -> u32 {
        let covered = |v| self.counted(f, v).min(self.amount(f, v));
        self.running(|other| other == f) - covered(0) - covered(1)
    }

    fn provisioned_for(&self, f: usize) -> u32 {
        self.amount(f, 0) + self.amount(f, 1)
    }

    fn reserved_in(&self, account: usize) -> u32 {
        self.reserved.iter().filter(|(f, _)| **f / 4 == account).map(|(_, r)| r).sum()
    }

    fn unreserved_of(&self, account: usize) -> impl Iterator<Item = usize> {
        let functions = account * 4..account * 4 + 4;
        functions.filter(|f| !self.reserved.contains_key(f))
    }

    fn left(&self, account: usize) -> u32 {
        let provisioned: u32 = self.unreserved_of(account).map(|f| self.provisioned_for(f)).sum();
        self.limit[account].saturating_sub(self.reserved_in(account)).saturating_sub(provisioned)
    }

    /// The limit an admission would meet now, by the plain rule.
    fn met(&self, function: usize, version: u64) -> Option<ThrottleReason> {
        let account = function / 4;
        let all = self.running(|f| f / 4 == account) >= self.limit[account];
        let covered = self.counted(function, version) < self.amount(function, version);
        let full = match self.reserved.get(&function) {
            _ if covered => all,
            Some(own)
                if self.on_demand(function)
                    >= own.saturating_sub(self.provisioned_for(function)) =>
            {
                return Some(ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded);
            }
            Some(_) => all,
            None => {
                let running: u32 = self.unreserved_of(account).map(|f| self.on_demand(f)).sum();
                all || running >= self.left(account)
            }
        };
        full.then_some(ThrottleReason::ConcurrentInvocationLimitExceeded)
    }

    fn step(&mut self, op: Op) {
        match op {
            Op::Admit(function, version) => {
                let met = self.met(function, version);
                let counted =
                    self.amount(function, version) > 0 || self.counted(function, version) > 0;
                let arn = self::function(function);
                let answer = self.counting.admit(self.now, &arn, VersionUid(version));
                assert_eq!(answer.as_ref().err().map(|t| t.reason), met);
                let running = |held| Running { function, version, counted, held };
                self.held.extend(answer.ok().map(running));
            }
            Op::Provision(i, version, amount) => {
                let uid = VersionUid(version);
                self.counting.provision(self.now, &function(i), uid, amount);
                self.provisioned.insert((i, version), amount);
            }
            Op::End(i) if !self.held.is_empty() => {
                let one = self.held.swap_remove(i % self.held.len());
                self.counting.release(one.held);
            }
            Op::End(_) => {}
            Op::Reserve(i, reserved) => {
                self.counting.reserve(self.now, &function(i), reserved);
                match reserved {
                    Some(r) => self.reserved.insert(i, r),
                    None => self.reserved.remove(&i),
                };
            }
            Op::Limit(account, limit) => {
                self.counting.set_limit(self.now, &scope(account), limit);
                self.limit[account] = limit;
            }
            Op::Pass(ms) => self.now += Duration::from_millis(ms),
        }
    }

    fn check(&self) {
        for account in 0..2 {
            let shot = self.counting.snapshot(&scope(account));
            assert_eq!(shot.running, self.running(|f| f / 4 == account));
            assert_eq!(shot.reserved, self.reserved_in(account));
            assert_eq!(shot.unreserved, self.left(account));
        }
        for i in 0..8 {
            assert_eq!(self.counting.running(&function(i)), self.running(|f| f == i));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn never_more_runs_than_a_limit_allows_and_nothing_leaks(
        ops in prop::collection::vec(op(), 1..100),
    ) {
        let mut world = World::new();
        for op in ops {
            world.step(op);
            world.check();
        }
        for one in std::mem::take(&mut world.held) {
            world.counting.release(one.held);
        }
        world.check();
    }
}

const V: VersionUid = VersionUid(0);

#[test]
fn zero_reserved_stops_a_function_and_no_other() {
    let mut counting = Counting::new(CountingOptions::default());
    counting.reserve(Duration::ZERO, &function(0), Some(0));
    let throttle = counting.admit(Duration::ZERO, &function(0), V).expect_err("it is stopped");
    let reserved = ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded;
    assert_eq!(throttle.reason, reserved);
    assert!(counting.admit(Duration::ZERO, &function(1), V).is_ok());
}

#[test]
fn requests_a_second_are_ten_for_each_unit_of_concurrency() {
    let mut counting =
        Counting::new(CountingOptions { account_concurrency: 5, requests_per_second: Some(50) });
    counting.reserve(Duration::ZERO, &function(1), Some(2));
    let (now, rate) = (Duration::from_secs(9), ThrottleReason::FunctionInvocationRateLimitExceeded);
    let own_rate = ThrottleReason::ReservedFunctionInvocationRateLimitExceeded;
    for (i, most, reason) in [(0, 30, rate), (1, 20, own_rate)] {
        for _ in 0..most {
            let held = counting.admit(now, &function(i), V).expect("within the rate");
            counting.release(held);
        }
        let throttle = counting.admit(now, &function(i), V).expect_err("beyond the rate");
        assert_eq!(throttle.reason, reason);
        assert!(counting.admit(now + throttle.retry_after, &function(i), V).is_ok(), "as it said");
    }
}

#[test]
fn names_that_are_no_longer_used_are_forgotten_and_no_others() {
    let mut counting = Counting::new(CountingOptions::default());
    let running = FunctionArn { name: "running".into(), ..function(0) };
    let reserved = FunctionArn { name: "reserved".into(), ..function(4) };
    let held = counting.admit(Duration::ZERO, &running, V).expect("no limit is near");
    counting.reserve(Duration::ZERO, &reserved, Some(0));
    for i in 0..2_000u64 {
        let now = Duration::from_secs(i);
        let mut arn = function(0);
        arn.name = format!("f{i}");
        // Half of them in the account of the one that runs, so that both kinds are forgotten.
        arn.scope = scope(if i % 2 == 0 { 0 } else { usize::try_from(i).expect("small") });
        let held = counting.admit(now, &arn, V).expect("no limit is near");
        counting.release(held);
    }
    assert!(counting.snapshots().count() <= 64, "{}", counting.snapshots().count());
    assert_eq!(counting.running(&running), 1, "what runs is not forgotten");
    assert!(
        counting.admit(Duration::from_secs(3_000), &reserved, V).is_err(),
        "nor what is reserved"
    );
    counting.release(held);
    assert_eq!(counting.running(&running), 0);
}

#[test]
fn what_is_provisioned_is_the_versions_own() {
    let mut counting = Counting::new(CountingOptions::default());
    let (now, of) = (Duration::ZERO, function(0));
    counting.reserve(now, &of, Some(2));
    counting.provision(now, &of, VersionUid(1), 2);
    let throttle = counting.admit(now, &of, VersionUid(0)).expect_err("all of it is the other's");
    let reserved = ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded;
    assert_eq!(throttle.reason, reserved);
    let held = [(); 2].map(|()| counting.admit(now, &of, VersionUid(1)).expect("its own"));
    counting.admit(now, &of, VersionUid(1)).expect_err("no more is reserved");
    held.into_iter().for_each(|held| counting.release(held));
    let shot = counting.snapshot(&of.scope);
    assert_eq!((shot.running, shot.unreserved), (0, 998), "it is within the reservation");
}
