//! Tables of what extensions may do when.

use tokio::sync::oneshot::error::TryRecvError;

use super::*;

const BOTH: Interests = Interests { invoke: true, shutdown: true };
const INVOKE: Interests = Interests { invoke: true, shutdown: false };

fn ask(all: &mut Extensions, id: Uuid) -> oneshot::Receiver<Bytes> {
    let (reply, answer) = oneshot::channel();
    all.ask(id, reply).expect("it may ask");
    answer
}

#[test]
fn the_runtime_starts_when_all_programs_have_registered_and_not_twice() {
    let mut all = Extensions::new(&["a".into(), "b".into()]);
    assert!(!all.launches());
    let early = all.register("inner", INVOKE).expect_err("no runtime yet");
    assert_eq!(early.kind, "Extension.RegistrationClosed");
    all.register("a", BOTH).expect("a program");
    assert!(!all.launches());
    all.register("b", BOTH).expect("a program");
    assert!(all.launches());
    assert!(!all.launches());
}

#[test]
fn the_runtimes_own_come_until_it_asks_for_work_and_not_for_the_end() {
    let mut all = Extensions::new(&[]);
    let refused = all.register("inner", BOTH).expect_err("no shutdown");
    assert_eq!(refused.kind, "Extension.InvalidEventType");
    all.register("inner", INVOKE).expect("in time");
    assert!(all.register("inner", INVOKE).is_err(), "one of a name");
    for number in 1..MOST {
        all.register(&number.to_string(), INVOKE).expect("room");
    }
    let refused = all.register("more", INVOKE).expect_err("ten are there");
    assert_eq!(refused.message, "Extension limit (10) reached");
    all.close();
    assert_eq!(all.register("late", INVOKE), Err(Refused::closed()));
}

#[test]
fn an_event_is_given_once_and_kept_for_who_hung_up() {
    let mut all = Extensions::new(&["a".into()]);
    let id = all.register("a", BOTH).expect("a program");
    assert!(!all.are_ready(), "it has not asked");
    drop(ask(&mut all, id));
    assert!(all.are_ready());
    let request = RequestId::random();
    all.invoke(request, || Bytes::from_static(b"one"));
    all.invoke(request, || Bytes::from_static(b"twice"));
    assert!(!all.are_ready());
    let mut again = ask(&mut all, id);
    assert_eq!(again.try_recv().expect("kept"), "one");
    let mut next = ask(&mut all, id);
    assert_eq!(next.try_recv(), Err(TryRecvError::Empty));
    assert!(all.are_ready());
    all.shut_down(&Bytes::from_static(b"end"));
    assert_eq!(next.try_recv().expect("told"), "end");
    assert_eq!(all.running(), [0]);
    all.exited(0).expect("its number");
    assert!(all.running().is_empty());
    assert!(all.ask(id, oneshot::channel().0).is_err(), "it is gone");
}

#[test]
fn who_wants_no_invocations_is_not_waited_for() {
    let mut all = Extensions::new(&["a".into()]);
    let id = all.register("a", Interests { shutdown: true, invoke: false }).expect("a program");
    let _parked = ask(&mut all, id);
    all.invoke(RequestId::random(), || panic!("nobody wants it"));
    assert!(all.are_ready());
}
