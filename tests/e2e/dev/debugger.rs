//! Debuggers, as they speak: the inspector's protocol over a WebSocket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::session::Session;
use crate::harness::PATIENCE;

const PAUSES: &str = "exports.handler = async (event) => {
  const secret = event.n * 2;
  debugger;
  return secret + 1;
};
";

/// A debugger that is attached.
struct Debugger {
    stream: BufReader<TcpStream>,
    next: u64,
}

impl Debugger {
    fn attach(address: &str) -> Self {
        let mut stream = connect(address);
        let list = format!("GET /json/list HTTP/1.1\r\nHost: {address}\r\n\r\n");
        stream.get_mut().write_all(list.as_bytes()).unwrap();
        let length = head(&mut stream).expect("a length");
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        let targets: Value = serde_json::from_slice(&body).expect("JSON");
        let url = targets[0]["webSocketDebuggerUrl"].as_str().expect("a URL");
        assert!(url.starts_with(&format!("ws://{address}/")), "{url}");
        let path = url.rsplit_once('/').expect("a path").1;
        let mut stream = connect(address);
        let upgrade = format!(
            "GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.get_mut().write_all(upgrade.as_bytes()).unwrap();
        assert_eq!(head(&mut stream), None, "an upgrade has no body");
        Self { stream, next: 1 }
    }

    /// Says something, and gives what is answered to it.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.next;
        self.next += 1;
        let text = json!({"id": id, "method": method, "params": params}).to_string();
        let length = u16::try_from(text.len()).unwrap().to_be_bytes();
        // A frame of text, with a mask of nothing.
        let frame = [&[0x81, 0x80 | 126], &length[..], &[0; 4], text.as_bytes()].concat();
        self.stream.get_mut().write_all(&frame).unwrap();
        self.until(|message| message["id"] == id)
    }

    /// Reads on until something is told.
    fn told(&mut self, method: &str) -> Value {
        self.until(|message| message["method"] == method)["params"].clone()
    }

    fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.frame();
            if is_it(&message) {
                return message;
            }
        }
    }

    fn frame(&mut self) -> Value {
        let mut head = [0; 2];
        self.stream.read_exact(&mut head).expect("a frame");
        let length = match head[1] & 0x7f {
            126 => self.number::<2>(),
            127 => self.number::<8>(),
            short => short.into(),
        };
        let mut body = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut body).expect("a whole frame");
        serde_json::from_slice(&body).expect("JSON")
    }

    fn number<const N: usize>(&mut self) -> u64 {
        let mut bytes = [0; N];
        self.stream.read_exact(&mut bytes).expect("a length");
        bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }
}

fn connect(address: &str) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(address).expect("the port");
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    BufReader::new(stream)
}

/// Reads the head of an answer that is as it should be; gives the length of what follows.
fn head(stream: &mut BufReader<TcpStream>) -> Option<usize> {
    let (mut line, mut length) = (String::new(), None);
    stream.read_line(&mut line).unwrap();
    assert!(line.contains(" 200 ") || line.contains(" 101 "), "{line:?}");
    while line != "\r\n" {
        let (name, value) = line.split_once(": ").unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok();
        }
        line.clear();
        stream.read_line(&mut line).unwrap();
    }
    length
}

fn paused(debugger: &mut Debugger) -> String {
    let paused = debugger.told("Debugger.paused");
    paused["callFrames"][0]["callFrameId"].as_str().expect("a frame").to_owned()
}

fn evaluated(debugger: &mut Debugger, frame: &str, expression: &str) -> Value {
    let asked = json!({"callFrameId": frame, "expression": expression});
    debugger.ask("Debugger.evaluateOnCallFrame", asked)["result"]["result"]["value"].clone()
}

#[test]
fn a_debugger_looks_into_a_function_that_stands_still_and_into_what_is_saved_then() {
    let args = ["f", "--debug", "0", "--timeout", "1"];
    let mut session = Session::with(&[("f/index.js", PAUSES)]).start_here(&args);
    let client = session.client();
    let address = session.next("debugger")["address"].as_str().unwrap().to_owned();
    session.next("deployed");
    // Nobody has called it yet: there is a sandbox to attach to all the same.
    let mut debugger = Debugger::attach(&address);
    debugger.ask("Debugger.enable", json!({}));
    let called = std::thread::spawn({
        let client = client.clone();
        move || client.invoke("f", r#"{"n":21}"#)
    });
    let frame = paused(&mut debugger);
    assert_eq!(evaluated(&mut debugger, &frame, "secret"), 42);
    // Its timeout is a second, which goes by while somebody looks at it.
    let late = "const end = Date.now() + 1500; while (Date.now() < end); 'late'";
    assert_eq!(evaluated(&mut debugger, &frame, late), "late");
    evaluated(&mut debugger, &frame, "event.n = 0");
    debugger.ask("Debugger.resume", json!({}));
    assert_eq!(called.join().unwrap().ok(), 43);
    // What is saved is another process, at the same port.
    session.write("f/index.js", &PAUSES.replace("* 2", "* 3"));
    session.next("reloaded");
    let mut debugger = Debugger::attach(&address);
    debugger.ask("Debugger.enable", json!({}));
    let request = client.invoke_request("f", r#"{"n":21}"#);
    let called = std::thread::spawn(move || client.try_send(&request));
    let frame = paused(&mut debugger);
    assert_eq!(evaluated(&mut debugger, &frame, "secret"), 63);
    // One that stands still does not keep the session from ending.
    assert!(session.stop().success());
    assert!(called.join().is_ok(), "its caller was let go");
}

#[test]
fn python_without_a_debugger_says_what_to_do() {
    let source = "def handler(event, context):\n    return 1\n";
    let mut session = Session::with(&[("app.py", source)]).start_here(&["app.py", "--debug", "0"]);
    let client = session.client();
    session.next("deployed");
    assert_eq!(client.invoke("app", "{}").ok(), 1);
    let said = |line: &Value| line["message"].as_str().unwrap_or_default().contains("pip install");
    session.next_that("log", said);
}

/// A debugpy of a few lines: it notes where it is told to listen, and answers there.
const DEBUGPY: &str = "import socket, threading
def listen(address):
    server = socket.create_server(address)
    def serve():
        while True:
            connection, _ = server.accept()
            connection.sendall(b'here I am')
            connection.close()
    threading.Thread(target=serve, daemon=True).start()
";

#[test]
fn pythons_debugger_is_reached_where_it_listens() {
    let mut session = Session::with(&[
        ("f/app.py", "def handler(event, context):\n    return 1\n"),
        ("f/debugpy.py", DEBUGPY),
    ])
    .start_here(&[
        "f",
        "--handler",
        "app.handler",
        "--runtime",
        crate::harness::tools::python_runtime(),
        "--debug",
        "0",
    ]);
    session.client();
    let address = session.next("debugger")["address"].as_str().unwrap().to_owned();
    session.next("deployed");
    let mut said = String::new();
    connect(&address).read_to_string(&mut said).unwrap();
    assert_eq!(said, "here I am");
}
