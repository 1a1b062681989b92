//! What a function says, and what is said about it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::harness::{Function, Server, tools};

const TALKER: &str = "exports.handler = async (event) => {
  for (let i = 0; i < event.lines; i++) {
    process.stdout.write(`out ${i}\\n`);
    process.stderr.write(`err ${i}\\n`);
  }
  return 'said';
};";

/// `name value unit` of a REPORT line's field.
fn field<'a>(report: &'a str, name: &str) -> Option<&'a str> {
    report.split('\t').find_map(|field| field.strip_prefix(name)?.strip_prefix(": "))
}

fn milliseconds(text: &str) -> f64 {
    text.strip_suffix(" ms").expect("ms").parse().expect("a number")
}

/// Checks a REPORT line whole, but for the numbers that are measured.
fn check_report(line: &str, id: &str, cold: bool) {
    let (duration, billed) =
        (field(line, "Duration").expect(line), field(line, "Billed Duration").expect(line));
    let memory = field(line, "Max Memory Used").expect(line);
    let init = field(line, "Init Duration");
    assert_eq!(init.is_some(), cold, "{line:?}");
    let init = init.map_or_else(String::new, |init| format!("Init Duration: {init}\t"));
    let whole = format!(
        "REPORT RequestId: {id}\tDuration: {duration}\tBilled Duration: {billed}\t\
         Memory Size: 128 MB\tMax Memory Used: {memory}\t{init}\n"
    );
    assert_eq!(line, whole);
    let used: u32 = memory.strip_suffix(" MB").expect("MB").parse().expect("a number");
    assert!((5..=128).contains(&used), "{line:?}");
    assert!(milliseconds(billed) >= milliseconds(duration), "{line:?}");
    assert_eq!(duration.split_once('.').map(|(_, digits)| digits.len()), Some("00 ms".len()));
}

#[test]
fn the_platform_lines_are_those_of_lambda() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("talker", TALKER));
    for (round, cold) in [(0, true), (1, false)] {
        let invoked = client.invoke("talker", r#"{"lines":0}"#);
        invoked.ok();
        let id = invoked.response.get("x-amzn-requestid").expect("an id").to_owned();
        let lines: Vec<String> = client.log_with_reports("talker", round + 1).split_off(round * 3);
        assert_eq!(lines[0], format!("START RequestId: {id} Version: $LATEST\n"));
        assert_eq!(lines[1], format!("END RequestId: {id}\n"));
        check_report(&lines[2], &id, cold);
        assert_eq!(lines.len(), 3);
        assert_eq!(invoked.log(), lines.concat());
    }
}

#[test]
fn both_streams_come_in_the_order_they_were_written() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("talker", TALKER));
    client.invoke("talker", r#"{"lines":100}"#).ok();
    let lines = client.log_with_reports("talker", 1);
    let said: Vec<&str> =
        lines.iter().map(|l| l.trim_end()).filter(|l| l.contains(" ") && l.len() < 8).collect();
    let wanted: Vec<String> =
        (0..100).flat_map(|i| [format!("out {i}"), format!("err {i}")]).collect();
    assert_eq!(said, wanted);
    assert!(lines[0].starts_with("START ") && lines[201].starts_with("END "), "{lines:?}");
}

#[test]
fn consoles_and_loggers_write_as_on_lambda() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node(
        "js",
        "exports.handler = async () => { console.log('one\\ntwo', { a: 1 }); console.error('bad'); console.debug('d'); };",
    ));
    client.deploy(&Function::python(
        "py",
        "import logging\ndef handler(event, context):\n    print('plain')\n    logging.getLogger().warning('careful')\n",
    ));
    let invoked = client.invoke("js", "{}");
    invoked.ok();
    let id = invoked.response.get("x-amzn-requestid").expect("an id").to_owned();
    let lines = client.log_with_reports("js", 1);
    for (line, level, rest) in [
        (&lines[1], "INFO", "one\rtwo { a: 1 }"),
        (&lines[2], "ERROR", "bad"),
        (&lines[3], "DEBUG", "d"),
    ] {
        let fields: Vec<&str> = line.trim_end().splitn(4, '\t').collect();
        assert_eq!(fields[1..], [&*id, level, rest], "{line:?}");
        assert!(fields[0].parse::<jiff::Timestamp>().is_ok() && fields[0].len() == 24, "{line:?}");
    }
    let invoked = client.invoke("py", "{}");
    invoked.ok();
    let id = invoked.response.get("x-amzn-requestid").expect("an id").to_owned();
    let lines = client.log_with_reports("py", 1);
    assert_eq!(lines[1], "plain\n");
    let fields: Vec<&str> = lines[2].split('\t').collect();
    assert_eq!((fields[0], fields[2], fields[3]), ("[WARNING]", &*id, "careful\n"));
}

#[test]
fn a_timeout_is_reported_as_one() {
    let server = Server::start();
    let client = server.client();
    let function = Function::node(
        "slow",
        "exports.handler = () => new Promise(() => setInterval(() => {}, 1e6));",
    );
    client.deploy(&function.with("Timeout", 1));
    client.invoke("slow", "{}").failed();
    let lines = client.log_with_reports("slow", 1);
    let report = lines.last().expect("a report");
    assert_eq!(field(report.trim_end(), "Status"), Some("timeout"), "{lines:?}");
    assert_eq!(field(report, "Duration"), Some("1000.00 ms"), "{report}");
    assert!(
        lines.iter().any(|line| line.contains("Task timed out after 1.00 seconds")),
        "{lines:?}"
    );
}

#[test]
fn fika_logs_shows_them() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("talker", TALKER));
    client.invoke("talker", r#"{"lines":1}"#).ok();
    client.log_with_reports("talker", 1);
    let shown = tools::run(&mut server.fika(&["logs", "talker"]));
    for part in ["START RequestId: ", "out 0\n", "err 0\n", "END RequestId: ", "REPORT RequestId: "]
    {
        assert!(shown.contains(part), "no {part:?} in {shown}");
    }
}

#[test]
fn fika_logs_follows() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("talker", TALKER));
    client.invoke("talker", r#"{"lines":1}"#).ok();
    let mut follow =
        server.fika(&["logs", "talker", "--follow"]).stdout(Stdio::piped()).spawn().expect("fika");
    let mut shown =
        BufReader::new(follow.stdout.take().expect("piped")).lines().map_while(Result::ok);
    assert!(shown.any(|line| line.contains("REPORT RequestId: ")), "the log so far");
    client.invoke("talker", r#"{"lines":2}"#).ok();
    assert!(shown.any(|line| line.ends_with("err 1")), "what came after");
    assert!(shown.any(|line| line.contains("REPORT RequestId: ")), "to its end");
    kill_process(Pid::from_child(&follow), Signal::INT).expect("a signal to our own child");
    follow.wait().expect("the end of it");
    assert_eq!(shown.next(), None, "nothing twice");
}

#[test]
fn the_aws_cli_reads_them() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&Function::node("talker", TALKER));
    client.invoke("talker", r#"{"lines":1}"#).ok();
    client.log_with_reports("talker", 1);
    let mut aws = Command::new(tools::installed("venv/bin/aws"));
    tools::point_at(&mut aws, &server);
    aws.args(["logs", "filter-log-events", "--log-group-name", "/aws/lambda/talker"]);
    let said: Value = serde_json::from_str(&tools::run(&mut aws)).expect("JSON");
    let events = said["events"].as_array().expect("events");
    let messages: Vec<&str> = events.iter().filter_map(|event| event["message"].as_str()).collect();
    assert_eq!(messages[1..3], ["out 0\n", "err 0\n"], "{said}");
    let stream = events[0]["logStreamName"].as_str().expect("a stream");
    let (date, rest) = stream.split_once("/[$LATEST]").expect(stream);
    assert!(date.len() == "2026/11/23".len() && rest.len() == 32, "{stream}");
}

#[test]
fn logs_outlive_the_server() {
    let mut server = Server::start();
    server.client().deploy(&Function::node("talker", TALKER));
    server.client().invoke("talker", r#"{"lines":1}"#).ok();
    let before = server.client().log_with_reports("talker", 1);
    assert!(server.stop().success());
    server.restart();
    assert_eq!(server.client().log_lines("talker"), before);
}
