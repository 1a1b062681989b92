//! What is told of changes in buckets, however the server dies.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::events::{queue, received};
use crate::harness::sign::{encode, sha256};
use crate::harness::{Client, Response, Server, wait_for};

const ROUNDS: usize = 12;
const CLIENTS: usize = 6;

fn s3(client: &Client, method: &str, target: &str, body: &str) -> std::io::Result<Response> {
    let mut request = client.request(method, target, body);
    request.set("x-amz-content-sha256", &sha256(body.as_bytes()));
    client.keys.service("s3").sign(&mut request);
    client.try_send(&request)
}

/// A bucket that tells a queue of everything that is put.
fn told_bucket(client: &Client) {
    let arn = queue(client, "told");
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": arn,
        "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}]});
    let url = format!("http://{}/123456789012/told", client.address);
    let body = json!({"QueueUrl": url, "Attributes": {"Policy": policy.to_string()}});
    let mut request = client.request("POST", "/", body.to_string());
    request.set("content-type", "application/x-amz-json-1.0");
    request.set("x-amz-target", "AmazonSQS.SetQueueAttributes");
    client.keys.service("sqs").sign(&mut request);
    client.send(&request).expect(200);
    s3(client, "PUT", "/crash", "").expect("an answer").expect(200);
    let rule = format!(
        "<NotificationConfiguration><QueueConfiguration><Queue>{arn}</Queue>\
         <Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>"
    );
    s3(client, "PUT", "/crash?notification=", &rule).expect("an answer").expect(200);
}

/// Puts until the server is gone; says how many were answered.
fn put(client: &Client, name: &str, answered: &AtomicUsize) {
    for n in 0.. {
        match s3(client, "PUT", &format!("/crash/{name}-{n}"), "content") {
            Ok(answer) => drop(answer.expect(200)),
            Err(_) => return,
        }
        answered.fetch_add(1, Ordering::Relaxed);
    }
}

/// All keys that the bucket has.
fn keys(client: &Client) -> HashSet<String> {
    let mut keys = HashSet::new();
    let mut after = String::new();
    loop {
        let target = format!("/crash?list-type=2&start-after={}", encode(&after));
        let page = s3(client, "GET", &target, "").expect("an answer").expect(200).text();
        let found: Vec<&str> =
            page.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next()).collect();
        let Some(last) = found.last() else { return keys };
        after = (*last).to_owned();
        keys.extend(found.iter().map(|key| (*key).to_owned()));
    }
}

fn told(client: &Client) -> Vec<String> {
    let key = |message: &Value| {
        let body: Value = message["Body"].as_str()?.parse().ok()?;
        Some(body["Records"][0]["s3"]["object"]["key"].as_str()?.to_owned())
    };
    received(client, "told").iter().filter_map(key).collect()
}

#[test]
fn whatever_is_there_was_told() {
    let mut server = Server::start();
    told_bucket(&server.client());
    for round in 0..ROUNDS {
        let (client, answered) = (server.client(), AtomicUsize::new(0));
        thread::scope(|scope| {
            for one in 0..CLIENTS {
                let (client, answered) = (&client, &answered);
                scope.spawn(move || put(client, &format!("{round}-{one}"), answered));
            }
            // Each round is cut after another number of answers, in the middle of what follows them.
            let enough = 5 + 7 * round % 20;
            wait_for("answers", || (answered.load(Ordering::Relaxed) >= enough).then_some(()));
            server.kill();
        });
        server.restart();
    }
    let client = server.client();
    let mut missing = keys(&client);
    assert!(missing.len() >= ROUNDS * 5, "{}", missing.len());
    wait_for("every object's event", || {
        for key in told(&client) {
            missing.remove(&key);
        }
        missing.is_empty().then_some(())
    });
}
