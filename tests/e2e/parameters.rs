//! Parameters through boto3 and the aws CLI, one theme a walk.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::harness::{Client, Server, tools, wait_for};

fn walk(server: &Server, theme: &str) {
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, server);
    python.arg("-B").arg(tools::script("python/parameters.py")).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn life_of_a_parameter() {
    walk(&Server::start(), "life");
}

#[test]
fn versions_have_selectors_labels_and_an_end() {
    walk(&Server::start(), "versions");
}

#[test]
fn secrets_are_shown_to_who_may_see_them() {
    let server = Server::start();
    walk(&server, "secrets");
    assert!(!server.log().contains("hunter2"), "{}", server.log());
}

#[test]
fn parameters_are_found_by_path_and_by_filters() {
    walk(&Server::start(), "lists");
}

#[test]
fn policies_say_who_may_do_what_with_parameters() {
    walk(&Server::start(), "permissions");
}

#[test]
fn a_function_reads_parameters_as_its_role_may() {
    walk(&Server::start(), "inside");
}

#[test]
fn errors_of_parameters_are_those_of_aws() {
    walk(&Server::start(), "errors");
}

#[test]
fn parameters_as_a_person_types_them() {
    let server = Server::start();
    let aws = |line: &str| {
        let mut command = Command::new(tools::installed("venv/bin/aws"));
        tools::point_at(&mut command, &server).env("AWS_PAGER", "");
        tools::run(command.arg("ssm").args(line.split(' ')))
    };
    aws("put-parameter --name /a/limit --type String --value 100");
    let made: Value = aws("put-parameter --name /a/limit --value 200 --overwrite").parse().unwrap();
    assert_eq!(made, json!({"Version": 2, "Tier": "Standard"}));
    let value = |name: &str| {
        aws(&format!("get-parameter --name {name} --query Parameter.Value --output text"))
    };
    assert_eq!((value("/a/limit"), value("/a/limit:1")), ("200\n".into(), "100\n".into()));
    let names = "get-parameters-by-path --path /a --query Parameters[].Name --output text";
    assert_eq!(aws(names), "/a/limit\n");
    aws("delete-parameter --name /a/limit");
    assert_eq!(aws("describe-parameters --query Parameters --output json"), "[]\n");
}

fn ask(
    client: &Client,
    operation: &str,
    body: &Value,
) -> std::io::Result<crate::harness::Response> {
    let mut request = client.request("POST", "/", body.to_string());
    request.set("content-type", "application/x-amz-json-1.1");
    request.set("x-amz-target", &format!("AmazonSSM.{operation}"));
    client.keys.service("ssm").sign(&mut request);
    client.try_send(&request)
}

/// Puts one version after the other until the server is gone; the last that was answered.
fn put(client: &Client, name: &str, answered: &AtomicUsize) -> u64 {
    let mut last = 0;
    loop {
        let body = json!({"Name": name, "Value": format!("v{}", last + 1), "Type": "String",
            "Overwrite": true});
        let Ok(answer) = ask(client, "PutParameter", &body) else { return last };
        last = answer.expect(200).json()["Version"].as_u64().expect("a version");
        answered.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn what_was_put_is_there_after_kill_9() {
    let mut server = Server::start();
    for round in 0..6 {
        let (client, answered) = (server.client(), AtomicUsize::new(0));
        let names: Vec<String> = (0..4).map(|one| format!("/crash/{round}/{one}")).collect();
        let last: Vec<u64> = thread::scope(|scope| {
            let start = |name: &String| {
                let name = name.clone();
                let (client, answered) = (&client, &answered);
                scope.spawn(move || put(client, &name, answered))
            };
            let puts: Vec<_> = names.iter().map(start).collect();
            let enough = 10 + 13 * round;
            wait_for("answers", || (answered.load(Ordering::Relaxed) >= enough).then_some(()));
            server.kill();
            puts.into_iter().map(|put| put.join().expect("a last version")).collect()
        });
        server.restart();
        let client = server.client();
        for (name, last) in names.iter().zip(last).filter(|(_, last)| *last > 0) {
            let found = ask(&client, "GetParameter", &json!({"Name": name})).expect("an answer");
            let found = found.expect(200).json();
            let version = found["Parameter"]["Version"].as_u64().expect("a version");
            assert!((last..=last + 1).contains(&version), "{last} was answered: {found}");
            assert_eq!(found["Parameter"]["Value"], format!("v{version}"));
        }
    }
}
