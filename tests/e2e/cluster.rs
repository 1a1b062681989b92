//! An event source mapping of a self-managed cluster, against a real NATS JetStream.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Function, Server, Zip, wait_for};

/// The server from its package, on a port of its own.
struct Nats {
    child: Child,
    address: String,
    _data: TempDir,
}

impl Nats {
    fn start() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let mut command = Command::new("nats-server");
        command.args(["-js", "-a", "127.0.0.1", "-p", "-1", "--ports_file_dir"]).arg(data.path());
        command.arg("-sd").arg(data.path().join("js")).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("nats-server is missing: apt-get install nats-server");
        let address = wait_for("the ports of nats-server", || {
            let ports = data.path().join(format!("nats-server_{}.ports", child.id()));
            let ports: Value = serde_json::from_slice(&fs::read(ports).ok()?).ok()?;
            Some(ports["nats"][0].as_str()?.trim_start_matches("nats://").to_owned())
        });
        Self { child, address, _data: data }
    }

    fn connect(&self) -> Peer {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        let mut peer =
            Peer { reader: BufReader::new(stream.try_clone().expect("a clone")), stream };
        peer.line();
        peer.write("CONNECT {\"verbose\":false,\"headers\":true}\r\nSUB answers 1\r\n");
        peer
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client that speaks NATS's own few words.
struct Peer {
    reader: BufReader<TcpStream>,
    stream: TcpStream,
}

impl Peer {
    fn write(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).expect("it reads");
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.reader.read_line(&mut line).expect("it answers");
        line
    }

    /// Publishes, and reads what is answered to that.
    fn ask(&mut self, subject: &str, payload: &str) -> Value {
        self.write(&format!("PUB {subject} answers {}\r\n{payload}\r\n", payload.len()));
        loop {
            let line = self.line();
            if line.starts_with("PING") {
                self.write("PONG\r\n");
            } else if let Some(length) = line.strip_prefix("MSG answers 1 ") {
                let length = length.rsplit(' ').next().expect("a length").trim();
                let mut body = vec![0; length.parse::<usize>().expect("a number") + 2];
                self.reader.read_exact(&mut body).expect("a body");
                return serde_json::from_slice(&body[..body.len() - 2]).expect("JSON");
            }
        }
    }

    fn stream(&mut self, name: &str, subject: &str) {
        let config = json!({ "name": name, "subjects": [subject], "storage": "file" });
        let made = self.ask(&format!("$JS.API.STREAM.CREATE.{name}"), &config.to_string());
        assert!(made.get("error").is_none(), "{made}");
    }

    /// Up to where the mapping's consumer has acknowledged.
    fn acknowledged(&mut self, stream: &str, mapping: &str) -> u64 {
        let consumer = format!("$JS.API.CONSUMER.INFO.{stream}.fika-{mapping}");
        self.ask(&consumer, "")["ack_floor"]["stream_seq"].as_u64().unwrap_or_default()
    }
}

const REFUSING: &str = "exports.handler = async (event) => {
    console.log('refused', offsets(event)); throw new Error('not yet'); };
const offsets = (event) => event.records['ORDERS-0'].map((r) => r.offset).join(',');";
const TAKING: &str = "exports.handler = async (event) => {
    for (const r of event.records['ORDERS-0'])
        console.log('took', r.offset, Buffer.from(r.key, 'base64').toString(),
            Buffer.from(r.value, 'base64').toString()); };";

fn mapping(address: &str) -> Value {
    json!({
        "FunctionName": "reader", "Topics": ["ORDERS"], "StartingPosition": "TRIM_HORIZON",
        "SelfManagedEventSource": { "Endpoints": { "KAFKA_BOOTSTRAP_SERVERS": [address] } },
        "SourceAccessConfigurations": [{ "Type": "BASIC_AUTH",
            "URI": "arn:aws:secretsmanager:us-east-1:123456789012:secret:mine" }],
    })
}

/// What the function took, in the order of its log.
fn taken(server: &Server) -> Vec<String> {
    let lines = server.client().log_lines("reader");
    let taken = lines.iter().filter_map(|line| line.split_once("\ttook "));
    taken.map(|(_, what)| what.trim_end().to_owned()).collect()
}

#[test]
fn a_stream_is_done_with_only_when_the_function_took_it() {
    let nats = Nats::start();
    let mut peer = nats.connect();
    peer.stream("ORDERS", "orders.*");
    for n in 1..=3 {
        peer.ask("orders.new", &format!("order {n}"));
    }
    let mut server = Server::start_with(&["--broker", &format!("nats://{}", nats.address)]);
    let client = server.client();
    client.deploy(&Function::node("reader", REFUSING));
    let made = client.call(
        "POST",
        "/2015-03-31/event-source-mappings",
        mapping(&nats.address).to_string(),
    );
    let id = made.expect(202).json()["UUID"].as_str().expect("an id").to_owned();
    wait_for("a second attempt", || {
        let lines = client.log_lines("reader");
        (lines.iter().filter(|line| line.contains("refused 1,2,3")).count() >= 2).then_some(())
    });
    assert_eq!(peer.acknowledged("ORDERS", &id), 0, "nothing was taken yet");
    let shown =
        || client.call("GET", &format!("/2015-03-31/event-source-mappings/{id}"), "").json();
    wait_for("what came of it", || {
        (shown()["LastProcessingResult"] == "PROBLEM: Function call failed").then_some(())
    });

    // Killed with the batch in its hands: it is given again, to what takes it.
    client.update_code("reader", &Zip::of("index.js", TAKING));
    client.settled("reader");
    server.signal(Signal::KILL);
    server.ended();
    server.restart();
    wait_for("three orders", || (taken(&server).len() >= 3).then_some(()));
    let expected = ["1 orders.new order 1", "2 orders.new order 2", "3 orders.new order 3"];
    assert_eq!(taken(&server)[..3], expected);
    wait_for("the acknowledgement", || (peer.acknowledged("ORDERS", &id) == 3).then_some(()));
    peer.ask("orders.old", "order 4");
    wait_for("the fourth", || {
        taken(&server).contains(&"4 orders.old order 4".into()).then_some(())
    });
}

#[test]
fn only_the_operator_says_which_servers_are_called() {
    let nats = Nats::start();
    nats.connect().stream("ORDERS", "orders.*");
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("reader", TAKING));
    let made = client.call(
        "POST",
        "/2015-03-31/event-source-mappings",
        mapping(&nats.address).to_string(),
    );
    let id = made.expect(202).json()["UUID"].as_str().expect("an id").to_owned();
    let result = wait_for("what came of it", || {
        let path = format!("/2015-03-31/event-source-mappings/{id}");
        let shown = client.call("GET", &path, "").json();
        let result = shown["LastProcessingResult"].as_str()?.to_owned();
        result.contains("PROBLEM").then_some(result)
    });
    assert!(result.contains("--broker"), "{result}");
}
