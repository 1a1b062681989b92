//! `fika dev`: what is saved answers.

mod debugger;
mod session;

use std::fs;

use serde_json::json;

use crate::harness::sign::encode;
use crate::harness::{Client, Server, tools, wait_for};
use session::Session;

fn node(answer: &str) -> String {
    format!("exports.handler = async () => {{ console.log('called'); return {answer}; }};")
}

fn answer(client: &Client, name: &str) -> serde_json::Value {
    client.invoke(name, "{}").ok()
}

#[test]
fn a_save_answers_however_it_is_saved() {
    let mut session = Session::with(&[("hello/index.js", &node("1"))]).start_here(&["hello"]);
    let client = session.client();
    let deployed = session.next("deployed");
    assert_eq!(deployed["function"], "hello");
    assert_eq!(answer(&client, "hello"), 1);
    session.write("hello/index.js", &node("2"));
    session.next("reloaded");
    assert_eq!(answer(&client, "hello"), 2);
    session.write_by_rename("hello/index.js", &node("3"));
    session.next("reloaded");
    assert_eq!(answer(&client, "hello"), 3);
    session.write_in_place(
        "hello/index.js",
        &format!("const more = require('./lib/more');\n{}", node("more.four")),
    );
    session.next("error");
    // The folder is new, and watched from now on.
    session.write("hello/lib/more.js", "exports.four = 4;");
    session.next("reloaded");
    assert_eq!(answer(&client, "hello"), 4);
    session.write("hello/lib/more.js", "exports.four = 44;");
    session.next("reloaded");
    assert_eq!(answer(&client, "hello"), 44);
    assert_eq!(session.stop().code(), Some(0));
}

#[test]
fn logs_and_answers_are_told() {
    let mut session = Session::with(&[("f/index.js", &node("{ a: 1 }"))]).start_here(&["f"]);
    let client = session.client();
    session.next("deployed");
    let id = client.invoke("f", "{}").response.get("x-amzn-requestid").unwrap().to_owned();
    let logged = session.next("log");
    assert!(logged["message"].as_str().unwrap().ends_with("\tINFO\tcalled\n"), "{logged}");
    let told = session.next("answer");
    assert_eq!(told["requestId"], id);
    assert_eq!((&told["answer"], &told["failed"]), (&json!(r#"{"a":1}"#), &json!(false)));
    assert!(told["initMs"].is_f64(), "{told}");
    client.invoke("f", "{}").ok();
    assert!(session.next("answer")["initMs"].is_null());
    session.write("f/index.js", "exports.handler = async () => { throw new TypeError('no'); };");
    session.next("reloaded");
    client.invoke("f", "{}").failed();
    let told = session.next("answer");
    assert_eq!(told["failed"], true);
    assert!(told["answer"].as_str().unwrap().contains("TypeError"), "{told}");
}

#[test]
fn a_bad_save_is_told_and_the_last_good_code_goes_on() {
    let mut session = Session::with(&[("hello/index.js", &node("1"))]).start_here(&["hello"]);
    let client = session.client();
    session.next("deployed");
    for (bad, why, fix) in [
        ("exports.handler = (", "Runtime.UserCodeSyntaxError", "syntax"),
        ("exports.other = 1;", "Runtime.HandlerNotFound", "--handler"),
        ("require('nothing');", "Runtime.ImportModuleError", "install"),
        ("throw new Error('at once');", "at once", "log"),
    ] {
        session.write("hello/index.js", bad);
        let error = session.next("error");
        assert!(error["why"].as_str().unwrap().contains(why), "{error}");
        assert!(error["fix"].as_str().unwrap().contains(fix), "{error}");
        assert_eq!(error["serving"], "the last good code");
        assert_eq!(answer(&client, "hello"), 1, "{bad}");
    }
    session.write("hello/index.js", &node("2"));
    session.next("reloaded");
    assert_eq!(answer(&client, "hello"), 2);
}

#[test]
fn bad_code_is_waited_with_until_it_is_good() {
    let bad = "def handler(event, context)\n    return 1\n";
    let mut session = Session::with(&[("app.py", bad)]).start_here(&["app.py"]);
    let client = session.client();
    let error = session.next("error");
    assert_eq!(error["serving"], "nothing");
    assert!(error["why"].as_str().unwrap().contains("SyntaxError"), "{error}");
    session.write("app.py", "def handler(event, context):\n    return 1\n");
    session.next("deployed");
    assert_eq!(answer(&client, "app"), 1);
}

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Handler: index.handler, Runtime: RUNTIME, Timeout: 10}
Resources:
  One:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: one/, Environment: {Variables: {STAGE: test}}}
  Two:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: two/, MemorySize: 256}
  Table: {Type: AWS::DynamoDB::Table}
";

fn template() -> String {
    TEMPLATE.replace("RUNTIME", tools::node_runtime())
}

#[test]
fn the_functions_of_a_sam_template_are_watched_each_by_itself() {
    let mut session = Session::with(&[
        ("template.yaml", &template()),
        ("one/index.js", &node("process.env.STAGE")),
        ("two/index.js", &node("2")),
    ])
    .start_here(&[]);
    let client = {
        let client = session.client();
        let ready = session.said()[0].clone();
        assert_eq!(ready["functions"], json!(["One", "Two"]));
        assert_eq!(ready["notMade"], json!(["AWS::DynamoDB::Table (Table)"]));
        client
    };
    for _ in 0..2 {
        session.next("deployed");
    }
    assert_eq!((answer(&client, "One"), answer(&client, "Two")), (json!("test"), json!(2)));
    assert_eq!(client.configuration("Two")["MemorySize"], 256);
    session.write("two/index.js", &node("22"));
    assert_eq!(session.next("reloaded")["function"], "Two");
    assert_eq!(answer(&client, "Two"), 22);
    session.write("template.yaml", &template().replace("STAGE: test", "STAGE: live"));
    assert_eq!(session.next("reloaded")["function"], "One");
    assert_eq!(answer(&client, "One"), "live");
    session.write("template.yaml", "Resources: [");
    session.next("error");
    session.write("one/index.js", &node("'still'"));
    assert_eq!(session.next("reloaded")["function"], "One");
    assert_eq!(answer(&client, "One"), "still");
}

#[test]
fn what_cdk_has_made_is_watched() {
    let runtime = tools::node_runtime();
    let stack = |asset: &str| {
        let function = json!({
            "Type": "AWS::Lambda::Function",
            "Properties": {"Code": {"S3Bucket": {"Fn::Sub": "b"}, "S3Key": format!("{asset}.zip")},
                "Handler": "index.handler", "Runtime": runtime, "Role": {"Fn::GetAtt": ["R", "Arn"]}},
            "Metadata": {"aws:asset:path": format!("asset.{asset}")},
        });
        json!({ "Resources": { "Hello": function } }).to_string()
    };
    let manifest = json!({"artifacts": {"App": {"type": "aws:cloudformation:stack",
        "properties": {"templateFile": "App.template.json"}}}});
    let mut session = Session::with(&[
        ("cdk.out/manifest.json", &manifest.to_string()),
        ("cdk.out/App.template.json", &stack("aaa")),
        ("cdk.out/asset.aaa/index.js", &node("1")),
    ])
    .start_here(&["cdk.out"]);
    let client = session.client();
    session.next("deployed");
    assert_eq!(answer(&client, "Hello"), 1);
    // As `cdk synth` does: another asset, and a template that names it.
    session.write("cdk.out/asset.bbb/index.js", &node("2"));
    session.write("cdk.out/App.template.json", &stack("bbb"));
    session.next("reloaded");
    assert_eq!(answer(&client, "Hello"), 2);
}

/// A queue, and a function that is told of it.
fn shop(answer: &str) -> String {
    let function = json!({"Type": "AWS::Lambda::Function", "Properties": {
        "Runtime": tools::node_runtime(), "Handler": "index.handler", "Timeout": 9,
        "Role": "arn:aws:iam::123456789012:role/any", "Code": {"ZipFile": node(answer)},
        "Environment": {"Variables": {"QUEUE": {"Ref": "Jobs"}}},
    }});
    let jobs = json!({"Type": "AWS::SQS::Queue"});
    json!({"Resources": {"Jobs": jobs, "Worker": function}}).to_string()
}

fn ask_cloudformation(client: &Client, form: &[(&str, &str)]) -> String {
    let pairs = form.iter().map(|(name, value)| format!("{name}={}", encode(value)));
    let form = pairs.chain(["Version=2010-05-15".to_owned()]).collect::<Vec<_>>().join("&");
    let mut request = client.request("POST", "/", form);
    request.set("content-type", "application/x-www-form-urlencoded");
    client.keys.service("cloudformation").sign(&mut request);
    client.send(&request).expect(200).text()
}

#[test]
fn functions_of_a_stack_get_code_and_keep_what_the_stack_gave_them() {
    let server = Server::start();
    let client = server.client();
    let new = [("Action", "CreateStack"), ("StackName", "shop"), ("TemplateBody", &shop("1"))];
    ask_cloudformation(&client, &new);
    wait_for("the stack", || {
        let told =
            ask_cloudformation(&client, &[("Action", "DescribeStacks"), ("StackName", "shop")]);
        told.contains("CREATE_COMPLETE").then_some(())
    });
    let data = server.data();
    let start = |stack: &str| {
        let session = Session::with(&[("template.json", &shop("process.env.QUEUE"))]);
        session.start(&[".", "--stack", stack, "--data-dir", &data.to_string_lossy()])
    };
    let mut session = start("shop");
    session.client();
    let ready = session.said()[0].clone();
    assert_eq!(ready["notMade"], json!([]));
    let name = session.next("deployed")["function"].as_str().unwrap().to_owned();
    assert!(name.starts_with("shop-Worker-"), "{name}");
    let queue = answer(&client, &name);
    assert!(queue.as_str().unwrap().contains("/shop-Jobs-"), "{queue}");
    assert_eq!(client.configuration(&name)["Timeout"], 9);
    session.write("template.json", &shop("3"));
    assert_eq!(session.next("reloaded")["function"], json!(name));
    assert_eq!(answer(&client, &name), 3);
    assert!(session.stop().success());
    let (status, said) = start("none").ended();
    assert!(!status.success());
    assert!(said.contains("does not exist"), "{said}");
}

#[test]
fn a_server_that_runs_is_used_and_left_running() {
    let server = Server::start();
    let mut session = Session::with(&[("hello/index.js", &node("1"))]).start(&[
        "hello",
        "--data-dir",
        &server.data().to_string_lossy(),
    ]);
    let client = session.client();
    assert_eq!(client.address, server.address);
    session.next("deployed");
    assert_eq!(answer(&client, "hello"), 1);
    let told = session.next("answer");
    assert!(told["answer"].is_null(), "{told}");
    session.write("hello/index.js", &node("2"));
    session.next("reloaded");
    assert_eq!(session.stop().code(), Some(0));
    assert_eq!(answer(&server.client(), "hello"), 2);
    // Nobody gets into its functions.
    let mut session = Session::with(&[("hello/index.js", &node("1"))]).start(&[
        "hello",
        "--debug",
        "0",
        "--endpoint-url",
        &server.endpoint(),
    ]);
    let (status, said) = session.ended();
    assert_eq!(status.code(), Some(2), "{said}");
    assert!(said.contains("--debug"), "{said}");
}

#[test]
fn a_session_goes_on_with_what_an_earlier_one_left() {
    let mut session = Session::with(&[("hello/index.js", &node("1"))]).start_here(&["hello"]);
    session.client();
    session.next("deployed");
    assert!(session.stop().success());
    assert!(fs::read_to_string(session.path(".fika/.gitignore")).unwrap().starts_with('*'));
    session.write("hello/index.js", &node("2"));
    let mut session = session.start_here(&["hello"]);
    let client = session.client();
    session.next("deployed");
    assert_eq!(answer(&client, "hello"), 2);
}

#[test]
fn only_what_can_be_deployed_is_watched() {
    for (files, args, code) in [
        (&[][..], &["missing"][..], 66),
        (&[("template.yaml", "Resources: {}\n")], &["."], 66),
        (&[("template.yaml", "Resources: {}\n")], &[".", "--name", "x"], 2),
    ] {
        let mut session = Session::with(files).start_here(args);
        let (status, said) = session.ended();
        assert_eq!(status.code(), Some(code), "{args:?}: {said}");
    }
    // The data of a session is never part of a package.
    let mut session = Session::with(&[("index.js", &node("require('fs').readdirSync('.')"))])
        .start_here(&[".", "--name", "here"]);
    let client = session.client();
    session.next("deployed");
    let files = wait_for("an answer", || Some(answer(&client, "here")));
    assert_eq!(files, json!(["index.js"]));
}
