//! The clients that people have, each of which acknowledges a piece before the next is written: a
//! browser, Node's `fetch`, curl, boto3 and the JavaScript SDK.

use std::fs;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::acks::{Acks, waits};
use crate::harness::{Function, Server, tools};
use crate::urls::Url;

const STREAMS: &str = "RESPONSE_STREAM";

/// A client that is ended with the test.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// Reads what it prints to its end, which must be a good one.
    fn read_to_its_end(mut self, acks: &Acks) {
        acks.read(self.0.stdout.as_mut().expect("piped"));
        assert!(self.0.wait().expect("an end").success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
            let _ = self.0.wait();
        }
    }
}

#[test]
fn node_fetches_pieces_as_they_are_written() {
    let server = Server::start();
    let (client, acks) = (server.client(), Acks::of(&server));
    let url = Url::public(&client, &waits(), json!({ "InvokeMode": STREAMS }));
    let source = "const answer = await fetch(process.argv[1]);
for await (const piece of answer.body) process.stdout.write(piece);";
    let mut node = Command::new("node");
    node.args(["--input-type=module", "--eval", source]);
    let address = format!("{}/_url/{}/", server.endpoint(), url.id);
    Running::start(node.arg(address)).read_to_its_end(&acks);
}

#[test]
fn curl_prints_pieces_as_they_are_written() {
    let server = Server::start();
    let (client, acks) = (server.client(), Acks::of(&server));
    let config = json!({ "InvokeMode": STREAMS, "AuthType": "AWS_IAM" });
    let url = Url::of(&client, &waits(), config);
    let keys = &client.keys;
    let mut curl = Command::new("curl");
    curl.args(["--no-buffer", "--silent", "--show-error", "--fail", "--noproxy", "*"]);
    curl.args(["--aws-sigv4", &format!("aws:amz:{}:lambda", keys.region)]);
    curl.args(["--user", &format!("{}:{}", keys.access_key_id, keys.secret)]);
    Running::start(curl.arg(format!("http://{}/", url.host))).read_to_its_end(&acks);
}

#[test]
fn boto3_gives_pieces_as_they_are_written() {
    let server = Server::start();
    let acks = Acks::of(&server);
    server.client().deploy(&waits());
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    let script = tools::script("streaming/pieces.py");
    Running::start(python.args(["-B", "-u"]).arg(script)).read_to_its_end(&acks);
}

#[test]
fn the_javascript_sdk_gives_pieces_as_they_are_written() {
    let server = Server::start();
    let acks = Acks::of(&server);
    server.client().deploy(&waits());
    let home = tools::installed("node/node_modules");
    let script = home.with_file_name("pieces.mjs");
    fs::copy(tools::script("streaming/pieces.mjs"), &script).expect("the script");
    let mut node = Command::new("node");
    let node = tools::point_at(&mut node, &server).arg(script);
    Running::start(node).read_to_its_end(&acks);
}

/// A page that reads a stream of another origin, with a header that has its browser ask first.
const PAGE: &str = "<!doctype html><script>
(async () => {
  const answer = await fetch('http://STREAM/', { headers: { 'x-asks': 'page' } });
  const pieces = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let next = await pieces.read(); !next.done; next = await pieces.read()) console.log(next.value);
})().catch((error) => console.log(`failed: ${error}`));
</script>";

/// The browser of this machine, by whichever name.
fn browser() -> Option<&'static str> {
    let names = ["chromium", "chromium-headless-shell", "google-chrome"];
    let is_there = |name: &&&str| {
        let version = Command::new(name).arg("--version").stdout(Stdio::null()).status();
        version.is_ok_and(|status| status.success())
    };
    let found = names.iter().find(is_there).copied();
    if found.is_none() {
        println!("skipped: there is no Chromium (apt-get install chromium)");
    }
    found
}

#[test]
fn a_page_of_another_origin_reads_pieces_as_they_are_written() {
    let Some(browser) = browser() else { return };
    let server = Server::start();
    let (client, acks) = (server.client(), Acks::of(&server));
    // The page's origin is known once its URL is; what it reads is told to it in the environment.
    let source = "exports.handler = async () => ({ statusCode: 200, body: process.env.PAGE,
  headers: { 'content-type': 'text/html' } });";
    let page = Url::public(&client, &Function::node("page", source), json!({}));
    let cors = json!({ "AllowOrigins": [format!("http://{}", page.host)], "AllowHeaders": ["x-asks"],
        "AllowMethods": ["GET"] });
    let config = json!({ "InvokeMode": STREAMS, "Cors": cors });
    let stream = Url::public(&client, &waits(), config);
    let variables = json!({ "PAGE": PAGE.replace("STREAM", &stream.host) });
    let change = json!({ "Environment": { "Variables": variables } });
    client.send(&client.update_configuration_request("page", &change)).expect(200);
    client.settled("page");

    let profile = tempfile::tempdir_in(tools::scratch()).expect("a folder");
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]);
    command.args(["--no-first-run", "--no-proxy-server", "--enable-logging=stderr"]);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    let mut running = Running::start(command.arg(format!("http://{}/", page.host)));
    // What a page prints is on the standard error.
    acks.read(running.0.stderr.as_mut().expect("piped"));
}
