//! A machine and an Internet for it, each a network namespace, with real servers in both.
//!
//! The machine has 192.0.2.2 and 2001:db8:2::2 on `eth0`, whose other end is the Internet's. There
//! servers answer on public, private and metadata addresses.

#![allow(dead_code, clippy::unwrap_used, clippy::print_stderr, reason = "each test uses its part")]

pub mod users;

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, OwnedFd};
use std::process::Command;
use std::time::Duration;

use fika_network::{Lease, NetworkOptions, Networks, namespace};

/// On the Internet.
pub const PUBLIC: [&str; 2] = ["198.51.100.10", "2001:db8::10"];
/// Beyond the machine, but nobody else's business.
pub const PRIVATE: [&str; 2] = ["10.9.0.1", "fd09::1"];
/// Where clouds tell secrets.
pub const METADATA: [&str; 2] = ["169.254.169.254", "fd00:ec2::254"];
/// The machine's own.
pub const MACHINE: [&str; 4] = ["192.0.2.2", "2001:db8:2::2", "10.7.0.1", "fd07::1"];
/// Answers names, at a private address.
pub const RESOLVERS: [&str; 2] = ["10.8.0.53", "fd08::53"];
pub const HTTP: u16 = 80;
const DNS: u16 = 53;
/// Longer than any answer here takes; only what is dropped in silence takes as long.
const PATIENCE: Duration = Duration::from_secs(1);

pub struct World {
    pub machine: OwnedFd,
    pub internet: OwnedFd,
}

/// A world, or `None`, said aloud, where none can be built.
pub fn world() -> Option<World> {
    let able = rustix::process::geteuid().is_root()
        && Command::new("nft").arg("--version").output().is_ok()
        && Command::new("ip").arg("-V").output().is_ok()
        && namespace::apart(namespace::make).is_ok();
    if !able {
        eprintln!("SKIPPED: needs root, nft and ip");
        return None;
    }
    Some(World::build().expect("a world"))
}

impl World {
    fn build() -> io::Result<Self> {
        let machine = namespace::apart(namespace::make)?;
        let internet = namespace::apart(namespace::make)?;
        namespace::visit(machine.as_fd(), || {
            let far = namespace_of_a_process(&internet)?;
            ip(&format!("link add eth0 type veth peer name eth0 netns {}", far.id()))?;
            far.end();
            each(&["link set lo up", "link set eth0 up", "addr add 192.0.2.2/24 dev eth0"])?;
            each(&["addr add 2001:db8:2::2/64 dev eth0 nodad", "addr add 10.7.0.1/32 dev lo"])?;
            ip("addr add fd07::1/128 dev lo nodad")
        })?;
        namespace::visit(internet.as_fd(), || {
            each(&["link set lo up", "link set eth0 up", "addr add 192.0.2.1/24 dev eth0"])?;
            ip("addr add 2001:db8:2::1/64 dev eth0 nodad")?;
            for address in [PUBLIC, PRIVATE, METADATA, RESOLVERS].concat() {
                ip(&format!("addr add {address} dev lo nodad"))?;
            }
            RESOLVERS.into_iter().try_for_each(answer_names)?;
            serve()
        })?;
        namespace::visit(machine.as_fd(), || {
            each(&["route add default via 192.0.2.1", "-6 route add default via 2001:db8:2::1"])?;
            serve()
        })?;
        Ok(Self { machine, internet })
    }

    /// A server's networks on the machine.
    pub fn networks(&self, egress: &str) -> Networks {
        self.on_machine(|| Networks::open(options(egress)))
    }

    pub fn on_machine<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        namespace::visit(self.machine.as_fd(), || Ok(work())).unwrap()
    }

    /// What a program on the machine prints.
    pub fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output =
            self.on_machine(|| Command::new(program).args(arguments).output()).unwrap().stdout;
        String::from_utf8(output).unwrap()
    }
}

pub fn options(egress: &str) -> NetworkOptions {
    NetworkOptions {
        instance: "0badcafe".into(),
        egress: egress.parse().unwrap(),
        resolvers: RESOLVERS.map(|address| address.parse().unwrap()).to_vec(),
        stock: 2,
        keeper: None,
    }
}

/// Whom an HTTP server there sees, when a sandbox calls.
pub fn call(lease: &Lease, address: &str) -> io::Result<String> {
    call_from(lease.namespace(), address)
}

pub fn call_from(namespace: impl AsFd, address: &str) -> io::Result<String> {
    let to = SocketAddr::new(address.parse().unwrap(), HTTP);
    namespace::visit(namespace.as_fd(), || {
        let mut stream = TcpStream::connect_timeout(&to, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut seen = String::new();
        stream.read_to_string(&mut seen)?;
        Ok(seen)
    })
}

/// Whether a resolver there answers a sandbox.
pub fn ask(lease: &Lease, address: &str) -> io::Result<()> {
    let to = SocketAddr::new(address.parse().unwrap(), DNS);
    namespace::visit(lease.namespace(), || {
        let socket = UdpSocket::bind((unspecified(to.ip()), 0))?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.connect(to)?;
        socket.send(b"who?")?;
        socket.recv(&mut [0; 16]).map(drop)
    })
}

/// Refused at once, and by name: a silence would be a timeout.
#[track_caller]
pub fn assert_refused(outcome: io::Result<String>, what: &str) {
    let error = outcome.expect_err(what);
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused, "{what}: {error:?}");
}

fn unspecified(like: IpAddr) -> &'static str {
    if like.is_ipv4() { "0.0.0.0" } else { "::" }
}

/// In this thread's namespace, for as long as the test runs: tells callers who they seem to be.
fn serve() -> io::Result<()> {
    let http = TcpListener::bind(("::", HTTP))?;
    std::thread::spawn(move || {
        for stream in http.incoming() {
            let _gone = stream.and_then(|mut stream| {
                let peer = stream.peer_addr()?.ip().to_canonical();
                stream.write_all(peer.to_string().as_bytes())
            });
        }
    });
    Ok(())
}

/// A resolver at one address, so that it answers from there.
fn answer_names(at: &str) -> io::Result<()> {
    let dns = UdpSocket::bind((at, DNS))?;
    std::thread::spawn(move || {
        let mut buffer = [0; 64];
        while let Ok((length, from)) = dns.recv_from(&mut buffer) {
            let _gone = dns.send_to(&buffer[..length], from);
        }
    });
    Ok(())
}

pub fn ip(arguments: &str) -> io::Result<()> {
    let output = Command::new("ip").args(arguments.split(' ')).output()?;
    let failed =
        || io::Error::other(format!("ip {arguments}: {}", String::from_utf8_lossy(&output.stderr)));
    output.status.success().then_some(()).ok_or_else(failed)
}

fn each(commands: &[&str]) -> io::Result<()> {
    commands.iter().try_for_each(|command| ip(command))
}

/// A process in a namespace, by which `ip` can name it.
struct Stand(std::process::Child);

fn namespace_of_a_process(namespace: &OwnedFd) -> io::Result<Stand> {
    namespace::visit(namespace.as_fd(), || Command::new("sleep").arg("1000").spawn().map(Stand))
}

impl Stand {
    fn id(&self) -> u32 {
        self.0.id()
    }

    fn end(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// A process, to be waited for after its parent is gone.
pub fn watch(pid: i32) -> OwnedFd {
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).unwrap()
}

pub fn kill(pid: i32) {
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

/// Waits for its end; a test that waits for long has failed.
pub fn gone(process: OwnedFd) {
    let mut on = [rustix::event::PollFd::new(&process, rustix::event::PollFlags::IN)];
    let patience = rustix::event::Timespec { tv_sec: 10, tv_nsec: 0 };
    assert_eq!(rustix::event::poll(&mut on, Some(&patience)).unwrap(), 1, "a process is left");
}
