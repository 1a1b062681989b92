//! In the place of a guest: connects to the host, and says what init would.
//!
//! Programs are words: `say=TEXT` logs it, `ask=TEXT` sends it to the Runtime API and logs what
//! comes back, `wait` stays; without it a program ends when it has had all its answers.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use fika_init::message::Process;
use fika_init::mux::{CONTROL, Event, LOG, Mux, Saved, Side, door};
use fika_init::{Decoder, Exit, FromInit, ToInit, encode, place};
use serde::{Deserialize, Serialize};

use crate::machine::Disks;

/// Where a disk of this kind says so, and how.
const EROFS: (u64, [u8; 4]) = (1024, [0xe2, 0xe1, 0xf5, 0xe0]);

/// A guest that was written down.
#[derive(Deserialize, Serialize)]
pub struct Kept {
    mux: Saved,
    waits: bool,
    asked: BTreeSet<u16>,
}

/// A guest, in a thread of its own.
pub struct Guest {
    shared: Arc<Shared>,
}

struct Shared {
    inside: Mutex<Inside>,
    runs: Condvar,
}

struct Inside {
    runs: bool,
    mux: Mux,
    words: Decoder,
    disks: Disks,
    hostname: String,
    /// The program said that it would stay.
    waits: bool,
    /// Channels on which the program waits for an answer.
    asked: BTreeSet<u16>,
}

impl Guest {
    pub fn boot(vsock: String, disks: Disks) -> Self {
        let guest = Self::new(Mux::new(Side::Guest), disks, true);
        guest.lock().say(&FromInit::Hello { version: place::VERSION });
        guest.live(vsock);
        guest
    }

    /// One that connects again when it may run: a restore cuts its stream.
    pub fn restored(vsock: String, disks: Disks, kept: &Kept) -> Result<Self, String> {
        let mux = Mux::resume(Side::Guest, &kept.mux).map_err(|error| error.to_string())?;
        let guest = Self::new(mux, disks, false);
        {
            let mut inside = guest.lock();
            (inside.waits, inside.asked) = (kept.waits, kept.asked.clone());
        }
        guest.live(vsock);
        Ok(guest)
    }

    fn new(mux: Mux, disks: Disks, runs: bool) -> Self {
        let inside = Inside {
            runs,
            mux,
            words: Decoder::default(),
            disks,
            hostname: String::new(),
            waits: false,
            asked: BTreeSet::new(),
        };
        Self { shared: Arc::new(Shared { inside: Mutex::new(inside), runs: Condvar::new() }) }
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.shared.lock()
    }

    pub fn run(&self, on: bool) {
        self.lock().runs = on;
        self.shared.runs.notify_all();
    }

    pub fn keep(&self) -> Option<Kept> {
        let inside = self.lock();
        let (waits, asked) = (inside.waits, inside.asked.clone());
        Some(Kept { mux: inside.mux.save()?, waits, asked })
    }

    fn live(&self, vsock: String) {
        let shared = self.shared.clone();
        thread::spawn(move || {
            // A machine ends with its init, and init with its host.
            let ended = shared.live(&vsock);
            if let Err(error) = ended {
                eprintln!("the guest: {error}");
            }
            std::process::exit(0);
        });
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_running(&self) -> MutexGuard<'_, Inside> {
        let stopped = |inside: &mut Inside| !inside.runs;
        self.runs.wait_while(self.lock(), stopped).unwrap_or_else(PoisonError::into_inner)
    }

    fn live(&self, vsock: &str) -> std::io::Result<()> {
        drop(self.lock_running());
        let mut stream = UnixStream::connect(format!("{vsock}_1024"))?;
        let mut buffer = vec![0; 64 * 1024];
        self.lock().write(&mut stream)?;
        loop {
            match stream.read(&mut buffer)? {
                0 => return Ok(()),
                read => {
                    let mut inside = self.lock_running();
                    inside.take(&buffer[..read])?;
                    inside.write(&mut stream)?;
                }
            }
        }
    }
}

impl Inside {
    fn write(&mut self, stream: &mut UnixStream) -> std::io::Result<()> {
        let bytes = self.mux.outgoing().to_vec();
        self.mux.sent(bytes.len());
        stream.write_all(&bytes)
    }

    fn say(&mut self, word: &FromInit) {
        self.send(CONTROL, &encode(word).unwrap_or_default());
    }

    /// All that is said here is small.
    fn send(&mut self, channel: u16, bytes: &[u8]) {
        let sent = self.mux.send(channel, bytes);
        assert_eq!(sent, bytes.len(), "there is room");
    }

    fn take(&mut self, mut input: &[u8]) -> std::io::Result<()> {
        let mut answers = Vec::new();
        while let Some(event) = self.mux.next(&mut input).map_err(std::io::Error::other)? {
            match event {
                Event::Data { channel: CONTROL, bytes } => {
                    self.words.push(bytes);
                    self.mux.consumed(CONTROL, bytes.len());
                }
                Event::Data { channel, bytes } => answers.push((channel, bytes.to_vec())),
                Event::Opened { .. } | Event::Closed { .. } | Event::Reset { .. } => {}
            }
        }
        for (channel, bytes) in answers {
            self.answered(channel, &bytes);
        }
        while let Some(word) = self.words.take().map_err(std::io::Error::other)? {
            self.obey(word);
        }
        Ok(())
    }

    fn obey(&mut self, word: ToInit) {
        match word {
            ToInit::Refresh(new) => {
                self.hostname = new.hostname;
                self.say(&FromInit::Refreshed);
            }
            ToInit::Bind(_) => {
                let answer = match self.has_code() {
                    true => FromInit::Bound,
                    false => FromInit::NotBound { message: "there is no code on its disk".into() },
                };
                self.say(&answer);
            }
            ToInit::Start(process) => self.start(&process),
            ToInit::Empty => self.say(&FromInit::Emptied),
            ToInit::Quiesce => self.say(&FromInit::Quiet),
            ToInit::StartBeside { .. } => {
                let message = "this fake starts nothing beside a function".into();
                self.say(&FromInit::Refused { message });
            }
            ToInit::Dial { .. } => {
                let message = "nobody listens in this fake".into();
                self.say(&FromInit::NotDialed { message });
            }
            ToInit::Freeze | ToInit::Thaw | ToInit::Terminate => {}
            ToInit::Shutdown { .. } => std::process::exit(0),
        }
    }

    /// Whether the code's disk is one.
    fn has_code(&self) -> bool {
        let (at, magic) = EROFS;
        let mut there = [0; 4];
        let disks = self.disks.lock().unwrap_or_else(PoisonError::into_inner);
        disks.get("code").is_some_and(|disk| disk.read_exact_at(&mut there, at).is_ok())
            && there == magic
    }

    fn start(&mut self, process: &Process) {
        self.say(&FromInit::Started);
        for word in process.argv.iter().skip(1) {
            match word.split_once('=').unwrap_or((word, "")) {
                ("say", text) => self.log(text),
                ("ask", text) => {
                    let channel = self.mux.open(door::RUNTIME_API).unwrap_or_default();
                    self.send(channel, text.as_bytes());
                    self.asked.insert(channel);
                }
                ("wait", _) => self.waits = true,
                other => self.log(&format!("what is {other:?}?")),
            }
        }
        self.end_if_done();
    }

    fn log(&mut self, text: &str) {
        let line = format!("{}: {text}\n", self.hostname);
        self.send(LOG, line.as_bytes());
    }

    fn answered(&mut self, channel: u16, bytes: &[u8]) {
        self.mux.consumed(channel, bytes.len());
        if self.asked.remove(&channel) {
            self.log(&String::from_utf8_lossy(bytes));
            self.end_if_done();
        }
    }

    fn end_if_done(&mut self) {
        if self.asked.is_empty() && !self.waits {
            self.say(&FromInit::Exited { how: Exit::Code(0), out_of_memory: false });
        }
    }
}
