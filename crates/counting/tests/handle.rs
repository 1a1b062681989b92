//! The handle: permits give themselves back, on any thread, whatever happens to their holder.

use std::sync::{Arc, Barrier};
use std::thread;

use fika_counting::{Counter, CountingOptions, CountingService, Permit};
use fika_model::{AccountId, FunctionArn, Region, Scope, VersionUid};

const V: VersionUid = VersionUid(1);

fn function() -> FunctionArn {
    let account = AccountId::new("123456789012").expect("twelve digits");
    let region = Region::new("eu-north-1").expect("a region");
    FunctionArn { scope: Scope { account, region }, name: "hello".into(), qualifier: None }
}

fn counter(account_concurrency: u32) -> Counter {
    Counter::new(CountingOptions { account_concurrency, requests_per_second: None })
}

#[test]
fn a_permit_is_small() {
    assert!(size_of::<Permit>() <= 24);
}

#[test]
fn a_dropped_permit_is_given_back() {
    let counter = counter(1);
    let permit = counter.try_admit(&function(), V).expect("the first");
    assert!(counter.try_admit(&function(), V).is_err());
    drop(permit);
    assert!(counter.try_admit(&function(), V).is_ok());
}

#[test]
fn all_versions_of_a_function_share_its_limits() {
    let counter = counter(10);
    counter.reserve(&function(), Some(1));
    let alias = FunctionArn { qualifier: Some("live".into()), ..function() };
    let permit = counter.try_admit(&alias, VersionUid(2)).expect("the first");
    assert!(counter.try_admit(&function(), V).is_err());
    assert_eq!(counter.running(&function()), 1);
    drop(permit);
}

#[test]
fn a_holder_that_panics_gives_its_permit_back() {
    let counter = counter(1);
    let permit = counter.try_admit(&function(), V).expect("the first");
    let holder = thread::spawn(move || {
        let _permit = permit;
        panic!("as told");
    });
    assert!(holder.join().is_err());
    assert_eq!(counter.snapshot(&function().scope).running, 0);
}

#[test]
fn threads_never_hold_more_than_the_limit() {
    const THREADS: usize = 4;
    let (counter, start) = (counter(3), Arc::new(Barrier::new(THREADS)));
    let work = |_| {
        let (counter, start) = (counter.clone(), Arc::clone(&start));
        thread::spawn(move || {
            start.wait();
            for _ in 0..5_000 {
                let permit = counter.try_admit(&function(), V);
                let running = counter.snapshot(&function().scope).running;
                assert!(running <= 3 && u32::from(permit.is_ok()) <= running);
            }
        })
    };
    let threads: Vec<_> = (0..THREADS).map(work).collect();
    for thread in threads {
        thread.join().expect("the limit holds");
    }
    assert_eq!(counter.snapshot(&function().scope).running, 0, "all permits came back");
}

#[test]
fn the_arrow_answers_at_once() {
    let counter = counter(1);
    let function = function();
    let mut admitted = std::pin::pin!(counter.admit(&function, V));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(admitted.as_mut().poll(&mut context).is_ready());
}
