//! The fuzz targets' entries, over random bytes and over mutations of what an honest peer sends.
//! `make fuzz` goes on where this ends.
#![allow(clippy::unwrap_used)]

#[path = "../../../fuzz/entries.rs"]
mod entries;

use fika_init::message::{Bind, Process};
use fika_init::mux::{CONTROL, LOG, Mux, Side, door};
use fika_init::{Exit, FromInit, ToInit, encode};
use proptest::prelude::*;

/// What an honest guest may send.
fn honest_stream() -> Vec<u8> {
    let mut guest = Mux::new(Side::Guest);
    guest.send(CONTROL, b"a word");
    guest.send(LOG, &[b'l'; 300]);
    for door in [door::RUNTIME_API, door::ENDPOINT, door::RUNTIME_API] {
        let channel = guest.open(door).unwrap();
        guest.send(channel, &[7; 70]);
        if channel.is_multiple_of(2) {
            guest.close(channel);
        } else {
            guest.reset(channel);
        }
    }
    guest.outgoing().to_vec()
}

/// What an honest worker and an honest init say.
fn honest_words() -> Vec<Vec<u8>> {
    let bind =
        Bind { code: "c".into(), layers: None, tmp_bytes: 1, memory_bytes: 2, watch_memory: true };
    let process = Process {
        argv: vec!["/a".into()],
        env: vec![("A".into(), "\u{1f600}".into())],
        cwd: "/".into(),
        cgroups: 1,
    };
    let to_init = [ToInit::Bind(bind), ToInit::Start(process), ToInit::Quiesce];
    let from_init = [
        FromInit::Hello { version: 1 },
        FromInit::Exited { how: Exit::Signal(9), out_of_memory: true },
        FromInit::Peak { bytes: u64::MAX },
    ];
    let frames = |frame: Result<Vec<u8>, _>| frame.unwrap();
    vec![
        to_init.iter().map(encode).flat_map(frames).collect(),
        from_init.iter().map(encode).flat_map(frames).collect(),
    ]
}

/// Some bytes changed, and the whole cut short or repeated.
fn mutated(honest: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (changes, any::<prop::sample::Index>(), 1usize..4).prop_map(move |(changes, end, times)| {
        let mut bytes = honest.repeat(times);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(end.index(bytes.len() + 1).max(bytes.len() / 2));
        bytes
    })
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..600)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_mux_lives_with_anything(
        head in any::<[u8; 3]>(),
        rest in prop_oneof![1 => bytes(), 4 => mutated(honest_stream())],
    ) {
        entries::mux(&[&head[..], &rest].concat());
    }

    #[test]
    fn a_control_stream_lives_with_anything(
        cut in any::<u8>(),
        rest in prop_oneof![
            1 => bytes(),
            2 => mutated(honest_words().remove(0)),
            2 => mutated(honest_words().remove(1)),
        ],
    ) {
        entries::control(&[&[cut][..], &rest].concat());
    }
}
