//! Closed-loop load: every client waits for an answer before it asks again.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::buffer::spare_capacity;
use rustix::event::epoll;
use rustix::io::Errno;

use crate::http::{Connection, Response};
use crate::interrupt;

/// What is sent, and what must come back.
pub struct Question {
    /// The whole request, as it goes over the wire.
    pub request: Vec<u8>,
    /// The body of the answer.
    pub answer: Vec<u8>,
}

/// What one stretch of load saw.
pub struct Run {
    /// How long each request took.
    pub latencies: Vec<Duration>,
    /// How long they took together.
    pub elapsed: Duration,
}

impl Run {
    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }
}

/// One client on the calling thread.
///
/// # Errors
/// When an answer is not the expected one, or the user wants to leave.
pub fn one(address: SocketAddr, question: &Question, time: Duration) -> Result<Run> {
    let mut connection = Connection::open(address)?;
    let mut latencies = Vec::with_capacity(64 * 1024);
    let begun = Instant::now();
    let mut sent = begun;
    while sent - begun < time {
        interrupt::check()?;
        connection.exchange(&question.request)?.must_be(&question.answer)?;
        let now = Instant::now();
        latencies.push(now - sent);
        sent = now;
    }
    Ok(Run { latencies, elapsed: sent - begun })
}

/// Many clients on the calling thread, which adds less to what is measured than a thread each.
///
/// # Errors
/// As [`one`].
pub fn many(
    address: SocketAddr,
    question: &Question,
    clients: usize,
    time: Duration,
) -> Result<Run> {
    let send = |_, connection: &mut Connection| connection.send(&question.request);
    crowd(address, clients, time, send, |response| response.must_be(&question.answer))
}

/// The same with what each client sends, and what is right for an answer.
///
/// # Errors
/// As [`one`], and those of `send`.
pub fn crowd(
    address: SocketAddr,
    clients: usize,
    time: Duration,
    mut send: impl FnMut(usize, &mut Connection) -> Result<()>,
    check: impl Fn(&Response<'_>) -> Result<()>,
) -> Result<Run> {
    let mut connections = open(address, clients)?;
    let mut readable = Readable::of(&connections)?;
    let mut sent = vec![Instant::now(); clients];
    let mut latencies = Vec::with_capacity(256 * 1024);
    let begun = Instant::now();
    for (index, connection) in connections.iter_mut().enumerate() {
        sent[index] = Instant::now();
        send(index, connection)?;
    }
    while begun.elapsed() < time {
        for index in readable.wait()? {
            let connection = &mut connections[index];
            if connection.receive_some()? {
                check(&connection.response())?;
                let now = Instant::now();
                latencies.push(now - sent[index]);
                sent[index] = now;
                send(index, connection)?;
            }
        }
    }
    let elapsed = begun.elapsed();
    drain(connections)?;
    Ok(Run { latencies, elapsed })
}

/// One request on each of many connections at once; gives the bodies of the answers.
///
/// # Errors
/// When an answer is an error, or the user wants to leave.
pub fn burst(
    address: SocketAddr,
    request: &[u8],
    clients: usize,
) -> Result<(Instant, Vec<Vec<u8>>)> {
    let mut connections = open(address, clients)?;
    let begun = Instant::now();
    for connection in &mut connections {
        connection.send(request)?;
    }
    let mut bodies = Vec::with_capacity(clients);
    for mut connection in connections {
        while !connection.receive_some()? {
            interrupt::check()?;
        }
        connection.response().must_succeed()?;
        bodies.push(connection.response().body.to_vec());
    }
    Ok((begun, bodies))
}

fn open(address: SocketAddr, clients: usize) -> Result<Vec<Connection>> {
    (0..clients).map(|_| Connection::open(address)).collect()
}

/// Nothing is left on its way that the next measurement would pay for.
fn drain(connections: Vec<Connection>) -> Result<()> {
    for mut connection in connections {
        while !connection.receive_some()? {}
    }
    Ok(())
}

/// Which connections have something to read. The kernel keeps the list: asking for it costs the same however many
/// there are, and the client's time is taken from the server's.
struct Readable {
    epoll: OwnedFd,
    events: Vec<epoll::Event>,
}

impl Readable {
    fn of(connections: &[Connection]) -> Result<Self> {
        let list = epoll::create(epoll::CreateFlags::CLOEXEC).context("making an epoll")?;
        for (index, connection) in connections.iter().enumerate() {
            let data = epoll::EventData::new_u64(index as u64);
            epoll::add(&list, connection, data, epoll::EventFlags::IN)?;
        }
        Ok(Self { epoll: list, events: Vec::with_capacity(connections.len()) })
    }

    /// Waits for some, and gives their numbers.
    fn wait(&mut self) -> Result<impl Iterator<Item = usize>> {
        interrupt::check()?;
        self.events.clear();
        match epoll::wait(&self.epoll, spare_capacity(&mut self.events), None) {
            // A signal: the next look at it ends this.
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error).context("waiting for responses"),
        }
        Ok(self.events.iter().map(|event| event.data.u64() as usize))
    }
}
