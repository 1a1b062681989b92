//! What is done with a fuzzer's bytes. `crates/init/tests/hostile.rs` does the same with fewer.

use std::collections::BTreeMap;

use fika_init::mux::{Event, Mux, Side, WINDOW};
use fika_init::{Decoder, FromInit, ToInit, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A peer of the multiplexed stream sends these bytes, cut as the first of them say. Neither side
/// may panic, nor ever be made to hold more than its windows.
pub fn mux(bytes: &[u8]) {
    let Some((&[side, cut, habit], bytes)) = bytes.split_first_chunk() else { return };
    let side = if side & 1 == 0 { Side::Host } else { Side::Guest };
    let mut mux = Mux::new(side);
    let mut held: BTreeMap<u16, usize> = BTreeMap::new();
    for piece in bytes.chunks(usize::from(cut).max(1)) {
        let mut input = piece;
        loop {
            match mux.next(&mut input) {
                Ok(Some(event)) => live_with(event, habit, &mut mux, &mut held),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(mux.next(&mut input), Err(error), "a dead stream stays dead");
                    return;
                }
            }
        }
        assert!(input.is_empty(), "all is taken");
        // Echoes are at most what came, and control's are bounded by its credit.
        assert!(mux.outgoing().len() <= 2 * 1024 * 1024);
    }
    if let Some(saved) = mux.save() {
        assert!(Mux::resume(side, &saved).is_ok(), "what is saved can be resumed");
    }
}

/// An application that answers, and has the habits that the bits say.
fn live_with(event: Event<'_>, habit: u8, mux: &mut Mux, held: &mut BTreeMap<u16, usize>) {
    match event {
        Event::Data { channel, bytes } => {
            let held = held.entry(channel).or_default();
            *held += bytes.len();
            assert!(*held <= WINDOW as usize, "more is held than the window");
            if habit & 1 != 0 {
                mux.consumed(channel, std::mem::take(held));
            }
            if habit & 2 != 0 {
                mux.send(channel, bytes);
            }
        }
        Event::Opened { channel, .. } | Event::Closed { channel } => {
            if habit & 4 != 0 {
                mux.close(channel);
            }
            if habit & 8 != 0 {
                mux.reset(channel);
                held.remove(&channel);
            }
        }
        Event::Reset { channel } => drop(held.remove(&channel)),
    }
    if habit & 16 != 0 {
        // Whoever writes to a slow stream.
        mux.sent(mux.outgoing().len() / 2);
    }
}

/// These bytes come on a control stream. What is a word is one that can be said again.
pub fn control(bytes: &[u8]) {
    let Some((&cut, bytes)) = bytes.split_first() else { return };
    words::<ToInit>(bytes, cut);
    words::<FromInit>(bytes, cut);
}

fn words<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(bytes: &[u8], cut: u8) {
    let mut decoder = Decoder::default();
    for piece in bytes.chunks(usize::from(cut).max(1)) {
        decoder.push(piece);
        loop {
            match decoder.take::<T>() {
                Ok(Some(word)) => said_again(&word),
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
}

fn said_again<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(word: &T) {
    // Written out, a word may be longer than it came: numbers and texts have many spellings.
    let Ok(frame) = encode(word) else { return };
    let mut decoder = Decoder::default();
    decoder.push(&frame);
    let again = decoder.take::<T>().expect("our own frame");
    assert_eq!(again.as_ref(), Some(word));
}
