//! Clients that are slow, rude or broken. Each gets an answer or is hung up on; nobody else
//! notices, and the server does not grow.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use crate::harness::{Client, Connection, Function, Server, Zip, wait_for};

const ECHO: &str = "exports.handler = async (event) => event;";
/// More than the server should ever hold for such clients, KB.
const RESIDENT_LIMIT_KB: u64 = 300_000;

fn start() -> (Server, Client) {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("echo", ECHO));
    assert_eq!(client.invoke("echo", "1").ok(), 1);
    (server, client)
}

fn fine(server: &mut Server) {
    server.assert_up();
    assert_eq!(server.client().invoke("echo", "2").ok(), 2);
    let root = server.processes().into_iter().find(|p| p.name == "fika").expect("the server");
    let status = fs::read_to_string(format!("/proc/{}/status", root.pid)).expect("its status");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    assert!(kilobytes < RESIDENT_LIMIT_KB, "the server grew to {kilobytes} KB");
}

/// Sends bytes as they are, to an end or not.
fn rude(server: &Server, bytes: &[u8]) -> Option<u16> {
    let mut connection = Connection::open(server.address).expect("a connection");
    let _ = connection.write(bytes);
    answer_or_end(&mut connection)
}

/// The status of the answer, or `None` when the server hung up without one.
///
/// # Panics
/// When it does neither.
fn answer_or_end(connection: &mut Connection) -> Option<u16> {
    match connection.read_response() {
        Ok(response) => Some(response.status),
        Err(error) => {
            let hung_up = matches!(
                error.kind(),
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe
            );
            assert!(hung_up, "neither an answer nor an end: {error}");
            None
        }
    }
}

const INVOKE: &str = "POST /2015-03-31/functions/echo/invocations HTTP/1.1\r\nhost: x\r\n";

#[test]
fn broken_requests_are_refused() {
    let (mut server, _) = start();
    let long = "a".repeat(100_000);
    let many: String = (0..10_000).map(|n| format!("x-{n}: {n}\r\n")).collect();
    let table: &[(&str, String)] = &[
        ("garbage", "\u{1}\u{2}\u{3}\r\n\r\n".into()),
        ("no version", "GET /\r\n\r\n".into()),
        ("HTTP/2 by surprise", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into()),
        ("a long header", format!("{INVOKE}x: {long}{long}{long}{long}{long}\r\n\r\n")),
        ("many headers", format!("{INVOKE}{many}\r\n")),
        ("a long target", format!("GET /{long}{long}{long} HTTP/1.1\r\nhost: x\r\n\r\n")),
        ("a header without a colon", format!("{INVOKE}nonsense\r\n\r\n")),
        ("a NUL in a header", format!("{INVOKE}x: a\0b\r\n\r\n")),
        ("a length that is none", format!("{INVOKE}content-length: many\r\n\r\n")),
        ("a negative length", format!("{INVOKE}content-length: -1\r\n\r\n")),
        ("two lengths", format!("{INVOKE}content-length: 1\r\ncontent-length: 2\r\n\r\nab")),
        ("a length beyond all", format!("{INVOKE}content-length: 99999999999999999999\r\n\r\n")),
        ("a length of a terabyte", format!("{INVOKE}content-length: 1099511627776\r\n\r\n")),
        ("chunks that are none", format!("{INVOKE}transfer-encoding: chunked\r\n\r\nzz\r\n")),
        (
            "chunks and a length",
            format!("{INVOKE}transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n0\r\n\r\n"),
        ),
        ("a path that climbs", "GET /../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n".into()),
        ("a NUL in the path", "GET /%00 HTTP/1.1\r\nhost: x\r\n\r\n".into()),
        ("a bad percent", "GET /%zz%f HTTP/1.1\r\nhost: x\r\n\r\n".into()),
        ("another protocol's greeting", "EHLO tea.example\r\n\r\n".into()),
        ("no host", "GET / HTTP/1.1\r\n\r\n".into()),
    ];
    let mut silent = Vec::new();
    for (what, bytes) in table {
        match rude(&server, bytes.as_bytes()) {
            Some(status) => assert!((400..500).contains(&status), "{what}: {status}"),
            None => silent.push(*what),
        }
    }
    // Its preface asks for a protocol in which an answer could be read only as another one.
    assert_eq!(silent.join(", "), "HTTP/2 by surprise", "all others are answered");
    fine(&mut server);
}

#[test]
fn slow_clients_are_hung_up_on_and_hold_nobody_up() {
    let (mut server, client) = start();
    let mut slow: Vec<Connection> =
        (0..200).map(|_| Connection::open(server.address).expect("a connection")).collect();
    for (number, connection) in slow.iter_mut().enumerate() {
        let part = INVOKE.len() * (number % 3 + 1) / 4;
        connection.write(&INVOKE.as_bytes()[..part]).expect("a few bytes");
    }
    for _ in 0..20 {
        assert_eq!(client.invoke("echo", "3").ok(), 3);
    }
    for connection in &mut slow {
        let status = answer_or_end(connection);
        assert!(status.is_none_or(|status| status == 408), "{status:?}");
    }
    fine(&mut server);
}

#[test]
fn a_body_that_never_comes_is_not_waited_for() {
    let (mut server, client) = start();
    let mut request = client.invoke_request("echo", "x".repeat(1_000));
    request.set("content-length", "1000");
    request.body.truncate(10);
    let mut connection = Connection::open(server.address).expect("a connection");
    connection.send(&request).expect("half a request");
    let status = answer_or_end(&mut connection);
    assert!(status.is_none_or(|status| (400..500).contains(&status)), "{status:?}");
    fine(&mut server);
}

#[test]
fn clients_that_leave_take_nothing_with_them() {
    let server = &mut Server::start_with(&["--account-concurrency", "4"]);
    let client = server.client();
    client.deploy(&Function::node("echo", ECHO));
    let slow =
        "exports.handler = () => new Promise((done) => setTimeout(() => done('slept'), 300));";
    client.deploy(&Function::node("slow", slow));
    for round in 0..30 {
        let mut connection = Connection::open(server.address).expect("a connection");
        let request = client.invoke_request("slow", "{}");
        if round % 2 == 0 {
            connection.send(&request).expect("a request");
        } else {
            connection
                .write(b"POST /2015-03-31/functions/slow/invocations HTTP/1.1\r\n")
                .expect("a part");
        }
    }
    // All the account's concurrency comes back: four at once, twice.
    wait_for("the concurrency to come back", || {
        let calls = std::thread::scope(|scope| {
            let call = || client.invoke("slow", "{}").response.status;
            let calls: Vec<_> = (0..4).map(|_| scope.spawn(call)).collect();
            calls.into_iter().map(|call| call.join().expect("a call")).collect::<Vec<_>>()
        });
        (calls == [200; 4]).then_some(())
    });
    fine(server);
}

#[test]
fn requests_may_come_in_a_row_without_waiting() {
    let (mut server, client) = start();
    let mut connection = Connection::open(server.address).expect("a connection");
    for number in 0..20 {
        connection.send(&client.invoke_request("echo", number.to_string())).expect("a request");
    }
    for number in 0..20 {
        let response = connection.read_response().expect("an answer").expect(200);
        assert_eq!(response.text(), number.to_string());
    }
    fine(&mut server);
}

#[test]
fn unknown_paths_and_operations_say_so() {
    let (_server, client) = start();
    let unknown = client.call("GET", "/no/such/thing", "");
    assert_eq!((unknown.status, unknown.error()), (403, "AccessDeniedException"), "{unknown}");
    let response = client.call("GET", "/2025-11-30/capacity-providers", "");
    assert!(
        response.status >= 400 && response.text().contains("ListCapacityProviders"),
        "{response}"
    );
}

#[test]
fn code_that_is_asked_for_and_not_read_takes_no_memory() {
    let (mut server, client) = start();
    let zip = Zip::new().file("index.js", ECHO).file("big", vec![7; 40 << 20]).finish();
    client.deploy(&Function { zip, ..Function::node("big", "") });
    let about = client.call("GET", "/2015-03-31/functions/big", "").expect(200).json();
    let location = about["Code"]["Location"].as_str().expect("an address");
    let target = location.strip_prefix(&server.endpoint()).expect("this server's");
    let ask = format!("GET {target} HTTP/1.1\r\nhost: {}\r\n\r\n", server.address);
    let readers: Vec<TcpStream> = (0..16)
        .map(|_| {
            let mut reader = TcpStream::connect(server.address).expect("a connection");
            reader.write_all(ask.as_bytes()).expect("a request");
            let mut status = [0; 12];
            reader.read_exact(&mut status).expect("the answer has begun");
            assert_eq!(&status, b"HTTP/1.1 200");
            reader
        })
        .collect();
    fine(&mut server);
    drop(readers);
}
