//! Two sides over a pipe that cuts bytes anywhere; a peer that sends anything.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::frame::{HEADER, Header};
use super::*;

/// One side, and what its application has seen.
struct Peer {
    mux: Mux,
    data: BTreeMap<u16, Vec<u8>>,
    /// Bytes that came and are not consumed.
    held: BTreeMap<u16, usize>,
    closed: Vec<u16>,
    reset: Vec<u16>,
    opened: Vec<(u16, u8)>,
}

impl Peer {
    fn new(side: Side) -> Self {
        Self {
            mux: Mux::new(side),
            data: BTreeMap::new(),
            held: BTreeMap::new(),
            closed: vec![],
            reset: vec![],
            opened: vec![],
        }
    }

    fn receive(&mut self, mut input: &[u8]) -> Result<(), MuxError> {
        while let Some(event) = self.mux.next(&mut input)? {
            match event {
                Event::Opened { channel, door } => self.opened.push((channel, door)),
                Event::Data { channel, bytes } => {
                    self.data.entry(channel).or_default().extend_from_slice(bytes);
                    let held = self.held.entry(channel).or_default();
                    *held += bytes.len();
                    assert!(*held <= WINDOW as usize, "channel {channel} holds {held}");
                }
                Event::Closed { channel } => self.closed.push(channel),
                Event::Reset { channel } => {
                    self.held.remove(&channel);
                    self.reset.push(channel);
                }
            }
        }
        assert!(input.is_empty());
        Ok(())
    }

    fn consume(&mut self) {
        for (channel, held) in std::mem::take(&mut self.held) {
            self.mux.consumed(channel, held);
        }
    }
}

/// Moves at most `cut` bytes one way. False when there was nothing.
fn carry(from: &mut Peer, to: &mut Peer, cut: usize) -> bool {
    let piece = from.mux.outgoing()[..cut.min(from.mux.outgoing().len())].to_vec();
    from.mux.sent(piece.len());
    to.receive(&piece).unwrap();
    !piece.is_empty()
}

/// Moves all there is, until both are quiet.
fn settle(host: &mut Peer, guest: &mut Peer) {
    while carry(host, guest, usize::MAX) | carry(guest, host, usize::MAX) {}
}

fn pair() -> (Peer, Peer) {
    (Peer::new(Side::Host), Peer::new(Side::Guest))
}

fn frame(kind: Kind, channel: u16, body: &[u8]) -> Vec<u8> {
    [&Header { kind, channel, length: body.len() }.write()[..], body].concat()
}

fn refused(side: Side, frames: &[Vec<u8>]) -> MuxError {
    let mut peer = Peer::new(side);
    let error = peer.receive(&frames.concat()).unwrap_err();
    assert_eq!(peer.receive(&frame(Kind::Data, CONTROL, b"x")), Err(error), "it stays dead");
    error
}

/// What an application does next.
#[derive(Debug, Clone)]
enum Act {
    Send { guest: bool, channel: usize, bytes: Vec<u8> },
    Open { door: u8 },
    Close { guest: bool, channel: usize },
    Consume { guest: bool },
    Carry { to_guest: bool, cut: usize },
}

fn act() -> impl Strategy<Value = Act> {
    let bytes = (any::<u8>(), prop_oneof![1usize..64, 1usize..200_000]);
    prop_oneof![
        6 => (any::<bool>(), any::<usize>(), bytes).prop_map(|(guest, channel, (byte, length))| {
            let bytes = (0..length).map(|at| byte.wrapping_add((at % 251) as u8)).collect();
            Act::Send { guest, channel, bytes }
        }),
        2 => (0u8..2).prop_map(|door| Act::Open { door }),
        1 => (any::<bool>(), any::<usize>()).prop_map(|(guest, channel)| Act::Close { guest, channel }),
        2 => any::<bool>().prop_map(|guest| Act::Consume { guest }),
        8 => (any::<bool>(), prop_oneof![1usize..20, 1usize..300_000])
            .prop_map(|(to_guest, cut)| Act::Carry { to_guest, cut }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What was sent arrives, whole and in order, however the bytes are cut and whoever is slow;
    /// and no side ever holds more than the windows.
    #[test]
    fn what_is_sent_arrives(acts in prop::collection::vec(act(), 1..120)) {
        let (mut host, mut guest) = pair();
        // Nothing is closed on both sides here, so every number stands for one channel.
        let mut sent: BTreeMap<(bool, u16), Vec<u8>> = BTreeMap::new();
        let mut half_closed = BTreeMap::new();
        let mut open = vec![CONTROL, LOG];
        for act in acts {
            match act {
                Act::Send { guest: by_guest, channel, bytes } => {
                    let channel = open[channel % open.len()];
                    let peer = if by_guest { &mut guest } else { &mut host };
                    let room = peer.mux.room(channel);
                    let taken = peer.mux.send(channel, &bytes);
                    prop_assert_eq!(taken, room.min(bytes.len()));
                    sent.entry((by_guest, channel)).or_default().extend(&bytes[..taken]);
                }
                Act::Open { door } => open.extend(guest.mux.open(door)),
                Act::Close { guest: by_guest, channel } => {
                    let channel = open[channel % open.len()];
                    let known = by_guest || host.opened.iter().any(|&(opened, _)| opened == channel);
                    if channel > LOG && known && *half_closed.entry(channel).or_insert(by_guest) == by_guest {
                        if by_guest { guest.mux.close(channel) } else { host.mux.close(channel) }
                    }
                }
                Act::Consume { guest: by_guest } => if by_guest { guest.consume() } else { host.consume() },
                Act::Carry { to_guest: true, cut } => { carry(&mut host, &mut guest, cut); }
                Act::Carry { to_guest: false, cut } => { carry(&mut guest, &mut host, cut); }
            }
        }
        settle(&mut host, &mut guest);
        for ((by_guest, channel), bytes) in sent.into_iter().filter(|(_, bytes)| !bytes.is_empty()) {
            let got = if by_guest { &host.data } else { &guest.data };
            prop_assert_eq!(&got[&channel], &bytes);
        }
        for (channel, by_guest) in half_closed {
            let heard = if by_guest { &host.closed } else { &guest.closed };
            prop_assert!(heard.contains(&channel));
        }
        let numbers = host.opened.iter().map(|&(channel, _)| channel);
        prop_assert_eq!(numbers.collect::<Vec<_>>(), &open[2..]);
        prop_assert!(host.mux.is_quiet() && guest.mux.is_quiet());
    }

    /// Whatever a peer sends, it cannot make us panic, hold more than the windows (see
    /// [`Peer::receive`]), or have more than a few bytes to say.
    #[test]
    fn hostile_bytes_are_bounded(
        host in any::<bool>(),
        pieces in prop::collection::vec(
            prop_oneof![
                (1u8..6, 0u16..70, prop_oneof![0usize..8, 0usize..70_000]).prop_map(|(kind, channel, length)| {
                    let mut raw = vec![kind, 0];
                    raw.extend(channel.to_le_bytes());
                    raw.extend((length as u32).to_le_bytes());
                    raw.resize(HEADER + length, 0);
                    raw
                }),
                prop::collection::vec(any::<u8>(), 0..32),
            ],
            0..40,
        ),
    ) {
        let mut peer = Peer::new(if host { Side::Host } else { Side::Guest });
        for piece in &pieces {
            if peer.receive(piece).is_err() {
                break;
            }
        }
        prop_assert!(peer.mux.outgoing().len() <= pieces.len() * (HEADER + 4));
    }
}

#[test]
fn a_channel_ends_when_both_sides_closed_and_its_number_comes_again() {
    let (mut host, mut guest) = pair();
    let channel = guest.mux.open(door::RUNTIME_API).unwrap();
    settle(&mut host, &mut guest);
    assert_eq!(host.opened, [(channel, door::RUNTIME_API)]);
    guest.mux.close(channel);
    settle(&mut host, &mut guest);
    assert_eq!(host.mux.send(channel, b"an answer still"), 15);
    host.mux.close(channel);
    assert_eq!(host.mux.send(channel, b"but no more"), 0);
    settle(&mut host, &mut guest);
    assert_eq!(guest.data[&channel], b"an answer still");
    assert_eq!((&guest.closed, &host.closed), (&vec![channel], &vec![channel]));
    assert!(host.reset.is_empty() && guest.reset.is_empty(), "an end in peace is no reset");
    assert_eq!(host.mux.channels().count() + guest.mux.channels().count(), 0);
    assert_eq!(guest.mux.open(door::ENDPOINT), Some(channel));
    settle(&mut host, &mut guest);
    assert_eq!(host.opened[1], (channel, door::ENDPOINT));
}

#[test]
fn credit_that_crosses_the_end_of_its_channel_is_no_error() {
    let (mut host, mut guest) = pair();
    let channel = guest.mux.open(door::RUNTIME_API).unwrap();
    settle(&mut host, &mut guest);
    assert_eq!(guest.mux.send(channel, &[7; 100_000]), 100_000);
    carry(&mut guest, &mut host, usize::MAX);
    host.mux.close(channel);
    host.consume();
    guest.mux.close(channel);
    carry(&mut guest, &mut host, usize::MAX);
    settle(&mut host, &mut guest);
    assert_eq!(host.mux.channels().count() + guest.mux.channels().count(), 0);
}

#[test]
fn a_reset_drops_what_is_under_way_and_nothing_of_the_next_channel() {
    let (mut host, mut guest) = pair();
    let channel = guest.mux.open(door::RUNTIME_API).unwrap();
    settle(&mut host, &mut guest);
    host.mux.send(channel, &[1; 70_000]);
    carry(&mut host, &mut guest, 100);
    guest.mux.reset(channel);
    assert_eq!(guest.mux.channels().count(), 0);
    assert_ne!(guest.mux.open(door::RUNTIME_API), Some(channel), "the host may still send on it");
    settle(&mut host, &mut guest);
    assert_eq!(host.reset, [channel]);
    assert!(guest.reset.is_empty());
    assert_eq!(guest.data[&channel].len(), 100 - HEADER, "what came before, and no more");
    assert_eq!(guest.mux.open(door::RUNTIME_API), Some(channel));
    settle(&mut host, &mut guest);
    assert_eq!(host.mux.room(channel), 256 * 1024);
}

#[test]
fn resets_that_cross_are_one() {
    let (mut host, mut guest) = pair();
    let channel = guest.mux.open(door::RUNTIME_API).unwrap();
    settle(&mut host, &mut guest);
    host.mux.reset(channel);
    guest.mux.reset(channel);
    settle(&mut host, &mut guest);
    assert!(host.reset.is_empty() && guest.reset.is_empty());
    assert_eq!(guest.mux.open(door::RUNTIME_API), Some(channel));
}

#[test]
fn a_slow_log_holds_up_the_log_alone() {
    let (mut host, mut guest) = pair();
    while guest.mux.send(LOG, &[0; 10_000]) > 0 {
        carry(&mut guest, &mut host, usize::MAX);
    }
    assert_eq!(host.data[&LOG].len(), WINDOW as usize);
    let channel = guest.mux.open(door::RUNTIME_API).unwrap();
    assert_eq!(guest.mux.send(channel, b"request"), 7);
    assert_eq!(guest.mux.send(CONTROL, b"word"), 4);
    settle(&mut host, &mut guest);
    assert_eq!(
        (&host.data[&channel][..], &host.data[&CONTROL][..]),
        (&b"request"[..], &b"word"[..])
    );
    host.consume();
    settle(&mut host, &mut guest);
    assert!(guest.mux.room(LOG) > 0);
}

#[test]
fn a_full_queue_takes_control_but_no_data() {
    let (_, mut guest) = pair();
    for door in [door::RUNTIME_API, door::ENDPOINT] {
        let channel = guest.mux.open(door).unwrap();
        while guest.mux.send(channel, &[0]) > 0 {}
    }
    assert!(guest.mux.outgoing().len() <= outgoing::MOST + HEADER + 1);
    assert_eq!(guest.mux.send(LOG, b"line"), 0);
    assert_eq!(guest.mux.send(CONTROL, b"word"), 4);
}

#[test]
fn only_the_guest_opens_and_no_more_than_it_may() {
    let (mut host, mut guest) = pair();
    assert_eq!(host.mux.open(door::RUNTIME_API), None);
    assert_eq!(guest.mux.open(9), None);
    let opened = std::iter::from_fn(|| guest.mux.open(door::RUNTIME_API)).count();
    assert_eq!(opened, MAX_CHANNELS);
    settle(&mut host, &mut guest);
    assert_eq!(host.opened.len(), MAX_CHANNELS);
}

#[test]
fn a_saved_stream_carries_on_with_another_host() {
    let (mut host, mut guest) = pair();
    let channel = guest.mux.open(door::RUNTIME_API).unwrap();
    guest.mux.send(channel, b"GET /next");
    guest.mux.close(channel);
    assert_eq!(guest.mux.save(), None, "something is unsent");
    carry(&mut guest, &mut host, 3);
    assert_eq!(host.mux.save(), None, "half a frame has come");
    settle(&mut host, &mut guest);
    let saved = serde_json::to_string(&host.mux.save().unwrap()).unwrap();

    let mut other = Peer::new(Side::Host);
    other.mux = Mux::resume(Side::Host, &serde_json::from_str(&saved).unwrap()).unwrap();
    let open = Open { channel, door: door::RUNTIME_API, closed: false, peer_closed: true };
    assert_eq!(other.mux.channels().collect::<Vec<_>>(), [open]);
    assert_eq!(other.mux.room(channel), WINDOW as usize);
    other.mux.send(channel, b"200 OK");
    other.mux.close(channel);
    settle(&mut other, &mut guest);
    assert_eq!(guest.data[&channel], b"200 OK");
    assert_eq!(guest.mux.channels().count(), 0);
}

#[test]
fn a_broken_saved_stream_is_refused() {
    for (broken, channel) in [
        (r#"{"channels":[]}"#, CONTROL),
        (
            r#"{"channels":[[0,{"door":null,"credit":262145,"theirs":1,"owed":0,"sent":"open","heard":"open"}]]}"#,
            CONTROL,
        ),
        (
            r#"{"channels":[[9,{"door":null,"credit":1,"theirs":1,"owed":0,"sent":"open","heard":"open"}]]}"#,
            9,
        ),
        (
            r#"{"channels":[[99,{"door":0,"credit":1,"theirs":1,"owed":0,"sent":"open","heard":"open"}]]}"#,
            99,
        ),
    ] {
        let saved = serde_json::from_str(broken).unwrap();
        assert_eq!(Mux::resume(Side::Host, &saved).unwrap_err(), MuxError::Saved(channel));
    }
}

/// Each of its frames is right, so only what is not read tells.
#[test]
fn a_peer_that_never_reads_cannot_make_answers_pile_up() {
    let mut host = Peer::new(Side::Host);
    let again = [frame(Kind::Open, 2, &[door::ENDPOINT]), frame(Kind::Reset, 2, &[])].concat();
    let mut rounds = 0;
    let error = loop {
        assert!(host.mux.outgoing().len() <= outgoing::UNREAD + HEADER);
        match host.receive(&again) {
            Ok(()) => rounds += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error, MuxError::Unread);
    assert!(rounds > 64, "channels may end faster than their ends are read");
}

#[test]
fn each_broken_rule_has_its_name() {
    use Kind::{Close, Credit, Data, Open, Reset};
    let open = || frame(Open, 2, &[door::RUNTIME_API]);
    let full = || (0..4).map(|_| frame(Data, 2, &[0; MAX_DATA])).collect::<Vec<_>>().concat();
    let not_open = |kind, channel| MuxError::NotOpen { kind, channel };
    let misplaced = |kind, channel| MuxError::Misplaced { kind, channel };
    for (frames, error) in [
        (vec![vec![0; HEADER]], MuxError::Kind(0)),
        (vec![vec![6, 0, 0, 0, 0, 0, 0, 0]], MuxError::Kind(6)),
        (vec![vec![1, 7, 0, 0, 1, 0, 0, 0]], MuxError::Reserved(7)),
        (vec![frame(Data, 0, &[])], MuxError::Length { kind: Data, length: 0 }),
        (vec![frame(Data, 0, &[0; MAX_DATA + 1])], MuxError::Length { kind: Data, length: 65537 }),
        (vec![frame(Credit, 0, &[1])], MuxError::Length { kind: Credit, length: 1 }),
        (vec![frame(Data, 2, b"x")], not_open(Data, 2)),
        (vec![frame(Data, 999, b"x")], not_open(Data, 999)),
        (vec![frame(Credit, 2, &1u32.to_le_bytes())], not_open(Credit, 2)),
        (vec![frame(Close, 2, &[])], not_open(Close, 2)),
        (vec![frame(Reset, 2, &[])], not_open(Reset, 2)),
        (vec![frame(Close, 0, &[])], misplaced(Close, 0)),
        (vec![frame(Reset, 1, &[])], misplaced(Reset, 1)),
        (vec![frame(Open, 1, &[0])], misplaced(Open, 1)),
        (vec![frame(Open, 66, &[0])], misplaced(Open, 66)),
        (vec![open(), open()], misplaced(Open, 2)),
        (vec![frame(Open, 2, &[3])], MuxError::Door { channel: 2, door: 3 }),
        (vec![open(), frame(Close, 2, &[]), frame(Data, 2, b"x")], misplaced(Data, 2)),
        (vec![open(), frame(Close, 2, &[]), frame(Close, 2, &[])], misplaced(Close, 2)),
        (vec![open(), frame(Reset, 2, &[]), frame(Reset, 2, &[])], not_open(Reset, 2)),
        (vec![open(), full(), frame(Data, 2, b"x")], MuxError::BeyondCredit(2)),
        (vec![frame(Credit, 0, &1u32.to_le_bytes())], MuxError::Credit(0)),
        (vec![frame(Credit, 0, &0u32.to_le_bytes())], MuxError::Credit(0)),
        (vec![frame(Credit, 0, &u32::MAX.to_le_bytes())], MuxError::Credit(0)),
    ] {
        assert_eq!(refused(Side::Host, &frames), error);
    }
    assert_eq!(refused(Side::Guest, &[open()]), misplaced(Open, 2));
    assert_eq!(refused(Side::Guest, &[frame(Data, LOG, b"x")]), MuxError::BeyondCredit(LOG));
    assert_eq!(
        refused(Side::Guest, &[frame(Credit, LOG, &9u32.to_le_bytes())]),
        MuxError::Credit(LOG)
    );
}
