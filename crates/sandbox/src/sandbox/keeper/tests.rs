//! An init that says what none of ours does, played by the test.
#![allow(clippy::unwrap_used)]

use std::os::unix::net::UnixStream;

use fika_init::{Decoder, encode, stream};
use tokio::process::Command;

use super::*;
use crate::jail::Space;
use crate::jail::users::Users;

/// A sandbox whose init is the other end of the stream.
fn sandbox() -> (UnixStream, mpsc::Sender<Order>, mpsc::Receiver<Event>, watch::Sender<bool>) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let (orders, take_orders) = mpsc::channel(4);
    let (tell, events) = mpsc::channel(4);
    let closing = watch::Sender::new(false);
    let keeper = Keeper {
        control: Control::new(ours).unwrap(),
        body: Body::Jail {
            jailer: Command::new("true").spawn().unwrap(),
            lease: Arc::new(Users::the_servers()).lease().unwrap(),
            tmp: Space::Mount(File::open("/").unwrap().into()),
        },
        cgroup: None,
        memory: 0,
        peak: Arc::default(),
        events: tell,
        given: Given::Beside,
        state: State::new(false),
    };
    tokio::spawn(keeper.keep(take_orders, closing.subscribe()));
    (theirs, orders, events, closing)
}

fn say(init: &UnixStream, word: &FromInit) {
    stream::send_all(init, &encode(word).unwrap(), &[]).unwrap();
}

const ENDED: FromInit = FromInit::Exited { how: Exit::Code(0), out_of_memory: false };

#[tokio::test]
async fn an_init_that_lies_loses_its_sandbox() {
    let failed = FromInit::Failed { message: "x".repeat(1000) };
    for lie in [ENDED, FromInit::Quiet, FromInit::Hello { version: 0 }, failed] {
        let (init, _orders, mut events, _closing) = sandbox();
        say(&init, &lie);
        assert_eq!(events.recv().await, Some(Event::Lost), "{lie:?}");
    }
}

#[tokio::test]
async fn a_process_ends_once() {
    let (init, orders, mut events, _closing) = sandbox();
    let process = Process { argv: vec![], env: vec![], cwd: "/".into(), cgroups: 0 };
    let (reply, started) = oneshot::channel();
    orders.send(Order::Start(process, reply)).await.unwrap();
    let init = tokio::task::spawn_blocking(move || {
        let (mut decoder, mut buffer) = (Decoder::default(), [0; 4096]);
        while decoder.take::<ToInit>().unwrap().is_none() {
            let read = stream::receive(&init, &mut buffer, &mut Vec::new()).unwrap();
            decoder.push(&buffer[..read]);
        }
        init
    });
    let init = init.await.unwrap();
    say(&init, &FromInit::Started);
    started.await.unwrap().unwrap();
    say(&init, &ENDED);
    let ended = Event::Exited { how: Exit::Code(0), out_of_memory: false };
    assert_eq!(events.recv().await, Some(ended));
    say(&init, &ENDED);
    assert_eq!(events.recv().await, Some(Event::Lost));
}

/// Each word is right, so only what comes beside them tells.
#[tokio::test]
async fn an_init_that_hands_over_descriptors_without_end_ends_its_sandbox() {
    let (init, _orders, mut events, _closing) = sandbox();
    let flood = tokio::task::spawn_blocking(move || {
        let word = encode(&FromInit::Peak { bytes: 1 }).unwrap();
        let root = File::open("/").unwrap();
        let beside = [root.as_fd(); stream::MAX_DESCRIPTORS];
        // Until nobody listens any more.
        while stream::send_all(&init, &word, &beside).is_ok() {}
    });
    assert_eq!(events.recv().await, Some(Event::Lost));
    flood.await.unwrap();
}
