//! A reader's word to the function that it reads from. It passes any wall: what is acknowledged is an
//! object that everybody may read, and the function asks for it where its AWS endpoint is.

use std::io::Read;

use serde_json::json;

use crate::harness::sign::sha256;
use crate::harness::{Client, Function, Server};

/// How many pieces there are, before the end.
const PIECES: usize = 3;
const BUCKET: &str = "acks";

/// Writes a piece only once the one before is acknowledged.
const WAITS: &str = r"
const { setTimeout: pause } = require('timers/promises');
const acknowledged = async (n) => {
  const answer = await fetch(`${process.env.AWS_ENDPOINT_URL}/acks/${n}`);
  await answer.text();
  return answer.ok;
};
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.setContentType('text/plain');
  for (let n = 0; n < 3; n += 1) {
    stream.write(`piece ${n};`);
    while (!(await acknowledged(n))) await pause(20);
  }
  stream.end('over;');
});
";

/// That function.
pub fn waits() -> Function {
    Function::node("waits", WAITS).with("Timeout", 60).with("MemorySize", 256)
}

/// Where a reader acknowledges.
pub struct Acks {
    client: Client,
}

impl Acks {
    pub fn of(server: &Server) -> Self {
        let mut client = server.client();
        client.keys = client.keys.service("s3");
        let acks = Self { client };
        acks.put(&format!("/{BUCKET}"), "");
        // As on AWS, a new bucket is nobody else's.
        acks.send("DELETE", &format!("/{BUCKET}?publicAccessBlock"), "");
        let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
            "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{BUCKET}/*") }] });
        acks.put(&format!("/{BUCKET}?policy"), &policy.to_string());
        acks
    }

    fn put(&self, target: &str, body: &str) {
        self.send("PUT", target, body);
    }

    fn send(&self, method: &str, target: &str, body: &str) {
        let mut request = self.client.request(method, target, body);
        request.set("x-amz-content-sha256", &sha256(body.as_bytes()));
        self.client.keys.sign(&mut request);
        let answer = self.client.send(&request);
        assert!([200, 204].contains(&answer.status), "{answer}");
    }

    /// Reads all there is, and acknowledges each piece once it is there.
    ///
    /// # Panics
    /// When a piece does not come.
    pub fn read(&self, from: &mut impl Read) {
        let mut said = String::new();
        for n in 0..PIECES {
            until(from, &mut said, &format!("piece {n};"));
            assert!(!said.contains(&format!("piece {};", n + 1)), "it did not wait: {said}");
            self.put(&format!("/{BUCKET}/{n}"), "");
        }
        until(from, &mut said, "over;");
    }
}

/// Reads until something was said.
fn until(from: &mut impl Read, said: &mut String, wanted: &str) {
    let mut some = [0; 4096];
    while !said.contains(wanted) {
        let read = from.read(&mut some).expect("more to read");
        assert!(read > 0, "no {wanted:?} in {said}");
        said.push_str(&String::from_utf8_lossy(&some[..read]));
    }
}
