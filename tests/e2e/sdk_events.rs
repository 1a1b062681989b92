//! SNS, EventBridge and EventBridge Scheduler through the aws CLI and the JavaScript SDK, as others use them.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Server, tools};

const ROLE: &str = "arn:aws:iam::123456789012:role/clock";
const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:end";

/// The aws CLI, as a person types it.
fn aws(server: &Server, line: &[&str]) -> Value {
    let mut command = Command::new(tools::installed("venv/bin/aws"));
    tools::point_at(&mut command, server).env("AWS_PAGER", "");
    // Version 1 of the CLI has endpoints of its own for some services, before the environment's.
    command.args(["--output", "json", "--endpoint-url", &server.endpoint()]).args(line);
    serde_json::from_str(&tools::run(&mut command)).unwrap_or(Value::Null)
}

/// A role that schedules can act as.
fn role(server: &Server) {
    let statement = |what: Value| json!({"Version": "2012-10-17", "Statement": [what]}).to_string();
    let trust = statement(json!({"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "scheduler.amazonaws.com"}}));
    let may = statement(json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}));
    let name = ["--role-name", "clock"];
    let make = ["iam", "create-role", "--assume-role-policy-document", &trust];
    aws(server, &[&make[..], &name].concat());
    let put = ["iam", "put-role-policy", "--policy-name", "p", "--policy-document", &may];
    aws(server, &[&put[..], &name].concat());
}

#[test]
fn the_aws_cli_publishes_and_schedules() {
    let server = Server::start();
    role(&server);
    let aws = |line: &[&str]| aws(&server, line);
    let policy = json!({"Policy": json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE,
        "Principal": {"Service": "sns.amazonaws.com"}}]}).to_string()})
    .to_string();
    let url = aws(&["sqs", "create-queue", "--queue-name", "end", "--attributes", &policy]);
    let topic = aws(&["sns", "create-topic", "--name", "orders"])["TopicArn"].clone();
    let topic = topic.as_str().expect("an ARN");
    let subscribe = ["sns", "subscribe", "--topic-arn", topic, "--protocol", "sqs"];
    aws(&[&subscribe[..], &["--notification-endpoint", QUEUE]].concat());
    let sent = aws(&["sns", "publish", "--topic-arn", topic, "--message", "hello"]);
    let url = url["QueueUrl"].as_str().expect("a URL");
    let got = aws(&["sqs", "receive-message", "--queue-url", url, "--wait-time-seconds", "20"]);
    let body = got["Messages"][0]["Body"].as_str().expect("a body");
    let notice: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!((&notice["MessageId"], &notice["Message"]), (&sent["MessageId"], &json!("hello")));

    let target = json!({"Arn": QUEUE, "RoleArn": ROLE}).to_string();
    let create = ["scheduler", "create-schedule", "--name", "report", "--target", &target];
    let when = ["--schedule-expression", "cron(0 9 ? * MON-FRI *)"];
    let zone = ["--schedule-expression-timezone", "Europe/Stockholm"];
    let window = ["--flexible-time-window", "Mode=OFF"];
    let made = aws(&[&create[..], &when, &zone, &window].concat());
    let shown = aws(&["scheduler", "get-schedule", "--name", "report"]);
    assert_eq!(shown["Arn"], made["ScheduleArn"]);
    assert_eq!(shown["ScheduleExpressionTimezone"], "Europe/Stockholm");
    aws(&["scheduler", "delete-schedule", "--name", "report"]);
    assert_eq!(aws(&["scheduler", "list-schedules"])["Schedules"], json!([]));
}

#[test]
fn the_javascript_sdk_walks_the_event_side() {
    let server = Server::start();
    role(&server);
    let home = tools::installed("node/node_modules");
    let script = home.with_file_name("events.mjs");
    fs::copy(tools::script("node/events.mjs"), &script).expect("the script");
    let mut node = Command::new("node");
    tools::point_at(&mut node, &server).env("ROLE", ROLE);
    let said = tools::run(node.arg(script));
    assert!(said.ends_with("done\n"), "{said}");
}
