//! The host's side of a guest's stream, as small as can be.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use fika_init::mux::{CONTROL, Event, LOG, Mux, Side};
use fika_init::{Decoder, FromInit, ToInit, encode};

/// How long the guest may say nothing while something is expected of it: a software-emulated one
/// on a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Default)]
pub struct Connection {
    pub door: u8,
    pub data: Vec<u8>,
    pub closed: bool,
}

pub struct Host {
    stream: UnixStream,
    mux: Mux,
    decoder: Decoder,
    words: VecDeque<FromInit>,
    pub log: Vec<u8>,
    pub reads_log: bool,
    /// Closes a connection once the guest does.
    pub closes: bool,
    unread_log: usize,
    pub peak: u64,
    pub connections: BTreeMap<u16, Connection>,
}

impl Host {
    pub fn new(stream: UnixStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self {
            stream,
            mux: Mux::new(Side::Host),
            decoder: Decoder::default(),
            words: VecDeque::new(),
            log: vec![],
            reads_log: true,
            closes: true,
            unread_log: 0,
            peak: 0,
            connections: BTreeMap::new(),
        }
    }

    /// Carries on as another host would, with what was saved.
    pub fn resume(&mut self) {
        let saved = self.mux.save().expect("nothing is under way");
        self.mux = Mux::resume(Side::Host, &saved).unwrap();
    }

    pub fn say(&mut self, word: &ToInit) {
        let frame = encode(word).unwrap();
        assert_eq!(self.mux.send(CONTROL, &frame), frame.len());
        self.write();
    }

    /// The next word. A peak is only noted.
    pub fn word(&mut self) -> FromInit {
        self.until("a word", |host| !host.words.is_empty());
        self.words.pop_front().unwrap()
    }

    /// Waits for a connection at that door.
    pub fn accept(&mut self, door: u8) -> u16 {
        let of = move |host: &Self| {
            host.connections.iter().find(|(_, one)| one.door == door).map(|(&channel, _)| channel)
        };
        self.until("a connection", |host| of(host).is_some());
        of(self).unwrap()
    }

    /// Takes one byte from the connection at that door.
    pub fn byte(&mut self, door: u8) -> u16 {
        let channel = self.accept(door);
        self.until("a byte", |host| !host.connections[&channel].data.is_empty());
        self.connections.get_mut(&channel).unwrap().data.clear();
        channel
    }

    pub fn send(&mut self, channel: u16, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let taken = self.mux.send(channel, bytes);
            bytes = &bytes[taken..];
            self.write();
            if !bytes.is_empty() {
                self.read("room");
            }
        }
    }

    /// Closes a connection that the guest has closed.
    pub fn close(&mut self, channel: u16) {
        self.mux.close(channel);
        self.connections.remove(&channel);
        self.write();
    }

    pub fn send_raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    pub fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        loop {
            if self.reads_log {
                self.mux.consumed(LOG, std::mem::take(&mut self.unread_log));
            }
            self.write();
            if done(self) {
                return;
            }
            self.read(what);
        }
    }

    fn write(&mut self) {
        self.stream.write_all(self.mux.outgoing()).unwrap();
        self.mux.sent(self.mux.outgoing().len());
    }

    fn read(&mut self, what: &str) {
        let mut buffer = vec![0; 64 * 1024];
        let read = match self.stream.read(&mut buffer) {
            Ok(0) => panic!("the guest ended while waiting for {what}"),
            Ok(read) => read,
            Err(error) => panic!("waiting for {what}: {error}; words {:?}", self.words),
        };
        let mut input = &buffer[..read];
        while let Some(event) = self.mux.next(&mut input).unwrap() {
            self.note(event);
        }
        while let Some(word) = self.decoder.take().unwrap() {
            match word {
                FromInit::Peak { bytes } => self.peak = bytes,
                word => self.words.push_back(word),
            }
        }
    }

    fn note(&mut self, event: Event<'_>) {
        match event {
            Event::Opened { channel, door } => {
                self.connections.insert(channel, Connection { door, ..Connection::default() });
            }
            Event::Data { channel: LOG, bytes } => {
                self.log.extend(bytes);
                self.unread_log += bytes.len();
            }
            Event::Data { channel, bytes } => {
                match channel {
                    CONTROL => self.decoder.push(bytes),
                    _ => self.connections.get_mut(&channel).unwrap().data.extend(bytes),
                }
                self.mux.consumed(channel, bytes.len());
            }
            Event::Closed { channel } => {
                self.connections.get_mut(&channel).unwrap().closed = true;
                if self.closes {
                    self.mux.close(channel);
                    self.connections.remove(&channel);
                }
            }
            Event::Reset { channel } => drop(self.connections.remove(&channel)),
        }
    }
}
