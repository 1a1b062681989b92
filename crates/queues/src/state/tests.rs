use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const RETENTION: u64 = 10_000;

fn head(sent: u64, group: Option<u8>) -> Head {
    let id = uuid::Uuid::new_v4();
    let group = group.map(|group| Arc::from(group.to_string()));
    Head {
        id,
        sent,
        sender: "s".into(),
        visible: 0,
        received: 0,
        first: None,
        group,
        deduplication: None,
        source: None,
        trace: None,
    }
}

fn ask(max: usize, visibility_ms: u64) -> Ask {
    Ask { max, visibility_ms, retention_ms: RETENTION, receives: Some(3), attempt: None }
}

fn ids(got: &[(EntryId, Head)]) -> Vec<u64> {
    got.iter().map(|(id, _)| id.0).collect()
}

#[derive(Debug, Clone)]
enum Step {
    Send { group: u8, delay: u64 },
    Receive { max: usize, visibility: u64 },
    Delete(usize),
    Hide(usize, u64),
    Fail(usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..3u8, prop_oneof![3 => Just(0u64), 1 => 1..40u64])
            .prop_map(|(group, delay)| Step::Send { group, delay }),
        (1..5usize, 0..50u64).prop_map(|(max, visibility)| Step::Receive { max, visibility }),
        (0..8usize).prop_map(Step::Delete),
        (0..8usize, 0..50u64).prop_map(|(which, ms)| Step::Hide(which, ms)),
        (0..8usize).prop_map(Step::Fail),
        (0..60u64).prop_map(Step::Wait),
    ]
}

/// What is so of every history: nobody is given a message that somebody has; nothing is lost; of a group messages
/// come in order.
fn play(fifo: bool, steps: Vec<Step>) {
    let mut state = State::new(fifo);
    let (mut now, mut next) = (1_000, 0);
    // Who has what until when, and by which receipt; all there are; which group each is of.
    let mut held: BTreeMap<u64, (u64, u32)> = BTreeMap::new();
    let mut there: BTreeMap<u64, u8> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Send { group, delay } => {
                let mut head = head(now, fifo.then_some(group));
                head.visible = if delay > 0 && !fifo { now + delay } else { 0 };
                assert!(state.insert(now, EntryId(next), head));
                there.insert(next, group);
                next += 1;
            }
            Step::Receive { max, visibility } => {
                held.retain(|_, (until, _)| *until > now);
                let got = state.receive(now, &ask(max, visibility));
                assert!(got.given.len() <= max);
                for id in got.old {
                    assert!(there.remove(&id.0).is_some());
                    state.left(id);
                }
                for (id, head) in &got.dead {
                    assert_eq!(head.received, 3);
                    assert!(!held.contains_key(&id.0) && there.remove(&id.0).is_some());
                    state.left(*id);
                }
                let given = ids(&got.given);
                if fifo {
                    check_order(&given, &held, &there);
                }
                for (id, head) in got.given {
                    assert!(!held.contains_key(&id.0), "two have message {id:?}");
                    held.insert(id.0, (now + visibility, head.received));
                }
            }
            Step::Delete(which) => {
                held.retain(|_, (until, _)| *until > now);
                if let Some(id) = held.keys().nth(which).copied() {
                    assert!(state.leave(EntryId(id)));
                    assert!(!state.leave(EntryId(id)));
                    state.left(EntryId(id));
                    held.remove(&id);
                    there.remove(&id);
                }
            }
            Step::Fail(which) => {
                // The journal refuses: the message stays.
                held.retain(|_, (until, _)| *until > now);
                if let Some(id) = held.keys().nth(which).copied() {
                    assert!(state.leave(EntryId(id)));
                    state.back(now, EntryId(id));
                    held.remove(&id);
                }
            }
            Step::Hide(which, ms) => {
                held.retain(|_, (until, _)| *until > now);
                if let Some((id, (_, received))) = held.iter().nth(which).map(|(i, h)| (*i, *h)) {
                    assert_eq!(state.hide(now, EntryId(id), received, ms), Ok(()));
                    held.insert(id, (now + ms, received));
                }
            }
            Step::Wait(ms) => now += ms,
        }
        let counts = state.counts(now);
        assert_eq!(counts.ready + counts.in_flight + counts.delayed, there.len());
        held.retain(|_, (until, _)| *until > now);
        assert_eq!(counts.in_flight, held.len());
    }
    drain(&mut state, now, there.len());
}

fn check_order(given: &[u64], held: &BTreeMap<u64, (u64, u32)>, there: &BTreeMap<u64, u8>) {
    let groups: BTreeSet<u8> = given.iter().map(|id| there[id]).collect();
    for group in groups {
        let of = |id: &&u64| there[id] == group;
        assert!(!held.keys().any(|id| there[id] == group), "a group's message is out already");
        let got: Vec<u64> = given.iter().filter(of).copied().collect();
        let first: Vec<u64> = there.keys().filter(of).take(got.len()).copied().collect();
        assert_eq!(got, first);
    }
}

/// Everything that is there comes out in the end.
fn drain(state: &mut State, mut now: u64, left: usize) {
    let mut out = 0;
    for _ in 0..10_000 {
        let all = Ask { receives: None, ..ask(10, 1_000) };
        let got = state.receive(now, &all);
        out += got.old.len() + got.given.len();
        got.old.iter().chain(got.given.iter().map(|(id, _)| id)).for_each(|id| {
            state.left(*id);
        });
        if got.given.is_empty() {
            match state.next() {
                Some(at) => now = at,
                None => break,
            }
        }
    }
    assert_eq!(out, left);
    assert_eq!(state.counts(now), Counts::default());
    assert_eq!((state.oldest(), state.has_ready()), (None, false));
}

proptest! {
    #[test]
    fn no_two_have_a_message_and_none_is_lost(steps in proptest::collection::vec(step(), 1..120)) {
        play(false, steps);
    }

    #[test]
    fn groups_come_in_order(steps in proptest::collection::vec(step(), 1..120)) {
        play(true, steps);
    }
}

#[test]
fn an_attempt_that_is_repeated_gets_the_same() {
    let mut state = State::new(true);
    for id in 0..3 {
        state.insert(0, EntryId(id), head(0, Some(1)));
    }
    let attempt = Ask { attempt: Some("a".into()), ..ask(2, 100) };
    assert_eq!(ids(&state.receive(1, &attempt).given), [0, 1]);
    assert_eq!(ids(&state.receive(50, &attempt).given), [0, 1]);
    // They are hidden anew, and not received once more.
    assert_eq!(state.next(), Some(150));
    assert!(state.holds(120, EntryId(0), 1));
    state.left(EntryId(0));
    assert_eq!(ids(&state.receive(130, &attempt).given), Vec::<u64>::new());
    assert_eq!(ids(&state.receive(150, &attempt).given), [1, 2]);
}

#[test]
fn what_was_sent_is_known_for_five_minutes() {
    let mut state = State::new(true);
    let key: RepeatKey = (None, "d".into());
    let sent = Sent { message: uuid::Uuid::new_v4(), sequence: EntryId(1) };
    state.remember(0, key.clone(), sent.clone(), EntryId(2));
    assert_eq!(state.repeat(REPEAT_MS - 1, &key), Some(&sent));
    assert_eq!(state.repeat(REPEAT_MS, &key), None);
    state.remember(REPEAT_MS, key.clone(), sent.clone(), EntryId(4));
    assert_eq!(state.forget(REPEAT_MS), [EntryId(2)]);
    assert_eq!(state.repeat(REPEAT_MS + 1, &key), Some(&sent));
}

#[test]
fn who_lost_a_message_hides_it_no_more() {
    let mut state = State::new(false);
    state.insert(0, EntryId(0), head(0, None));
    assert_eq!(state.hide(0, EntryId(0), 0, 5), Err(NotHeld::NotInFlight));
    assert_eq!(state.receive(0, &ask(1, 10)).given.len(), 1);
    assert_eq!(state.receive(10, &ask(1, 10)).given.len(), 1);
    assert_eq!(state.hide(11, EntryId(0), 1, 5), Err(NotHeld::NotInFlight));
    assert_eq!(state.hide(11, EntryId(0), 2, 5), Ok(()));
    assert_eq!(state.hide(11, EntryId(9), 1, 5), Err(NotHeld::Gone));
    state.close();
    assert!(!state.insert(12, EntryId(1), head(0, None)));
}
