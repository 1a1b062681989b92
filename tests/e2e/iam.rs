//! Users, roles, policies and permissions, through boto3 and the aws CLI; and accounts, through
//! `fika account`.

use std::process::Command;

use serde_json::Value;

use crate::harness::{Client, Function, Request, Server, tools};

fn walk(theme: &str) {
    let server = Server::start();
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    python.arg("-B").arg(tools::script("python/iam.py")).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn roles_and_their_policies() {
    walk("roles");
}

#[test]
fn a_policy_says_what_the_version_says_that_counts() {
    walk("versions");
}

#[test]
fn users_do_what_their_policies_allow() {
    walk("users");
}

#[test]
fn roles_are_assumed_by_whom_they_trust() {
    walk("sessions");
}

#[test]
fn functions_have_policies_of_their_own() {
    walk("permissions");
}

/// As a person types it.
#[test]
fn the_aws_cli_makes_a_role_and_assumes_it() {
    let server = Server::start();
    let aws = |line: &[&str]| -> Value {
        let mut command = Command::new(tools::installed("venv/bin/aws"));
        tools::point_at(&mut command, &server).env("AWS_PAGER", "").args(line);
        let said = tools::run(&mut command);
        serde_json::from_str(&said).unwrap_or(Value::Null)
    };
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
        "Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}"#;
    let create = ["iam", "create-role", "--role-name", "r", "--assume-role-policy-document", trust];
    let arn = "arn:aws:iam::123456789012:role/r";
    assert_eq!(aws(&create)["Role"]["Arn"], arn);
    let policy = "arn:aws:iam::aws:policy/AWSLambda_ReadOnlyAccess";
    aws(&["iam", "attach-role-policy", "--role-name", "r", "--policy-arn", policy]);
    let listed = aws(&["iam", "list-attached-role-policies", "--role-name", "r"]);
    assert_eq!(listed["AttachedPolicies"][0]["PolicyArn"], policy);
    let assume = ["sts", "assume-role", "--role-arn", arn, "--role-session-name", "me"];
    let assumed = aws(&assume);
    assert_eq!(assumed["AssumedRoleUser"]["Arn"], "arn:aws:sts::123456789012:assumed-role/r/me");
    assert_eq!(aws(&["sts", "get-caller-identity"])["Account"], "123456789012");
}

fn fika(server: &Server, line: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fika"));
    tools::output(tools::point_at(&mut command, server).args(line))
}

#[test]
fn accounts_are_made_and_go() {
    let server = Server::start();
    let json = |line: &[&str]| -> Value {
        let output = fika(&server, &[line, &["--output", "json"]].concat());
        assert!(output.status.success(), "{line:?}: {output:?}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let made = json(&["account", "create", "210987654321"]);
    let keys = |made: &Value| {
        let mut keys = server.client().keys;
        keys.access_key_id = made["access_key_id"].as_str().expect("an id").into();
        keys.secret = made["secret_access_key"].as_str().expect("a secret").into();
        keys
    };
    let client = Client { keys: keys(&made), ..server.client() };
    assert!(client.list().is_empty());
    // With nothing but the key, as in a shell that was set up for it elsewhere.
    let mut deploy = Command::new(env!("CARGO_BIN_EXE_fika"));
    tools::point_at(&mut deploy, &server)
        .env("AWS_ACCESS_KEY_ID", &client.keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &client.keys.secret)
        .arg("deploy")
        .arg(tools::repository().join("examples/hello-node"))
        .args(["--name", "hello", "--output", "json"]);
    tools::run(&mut deploy);
    let deployed = client.call("GET", "/2015-03-31/functions/hello/configuration", "").expect(200);
    assert_eq!(deployed.json()["Role"], "arn:aws:iam::210987654321:role/fika");
    client.call("DELETE", "/2015-03-31/functions/hello", "").expect(204);
    let second = json(&["account", "key", "create", "210987654321"]);
    let listed = json(&["account", "key", "list", "210987654321"]);
    assert_eq!(listed["access_key_ids"].as_array().map(Vec::len), Some(2));
    let id = second["access_key_id"].as_str().expect("an id");
    json(&["account", "key", "delete", "210987654321", id]);
    assert_eq!(json(&["account", "list"])["accounts"].as_array().map(Vec::len), Some(2));
    for (line, why) in [
        (&["account", "create", "210987654321"][..], "exists already"),
        (&["account", "create", "12"], "twelve digits"),
        (&["account", "delete", "123456789012"], "stays"),
        (&["account", "delete", "000000000000"], "there is no account"),
        (&["account", "key", "delete", "123456789012", "AKIAFIKAENDTOENDTEST"], "stays"),
    ] {
        let output = fika(&server, line);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(why), "{line:?}: {said}");
    }
    // Nobody but the server's own root looks after accounts.
    let refused = client.send(&client.signed("GET", "/_fika/accounts", ""));
    assert_eq!((refused.status, refused.error()), (403, "AccessDeniedException"));
    json(&["account", "delete", "210987654321"]);
    let refused = client.send(&client.signed("GET", "/2015-03-31/functions/", ""));
    assert_eq!((refused.status, refused.error()), (403, "UnrecognizedClientException"));
}

#[test]
fn with_auth_off_nobody_signs_but_functions() {
    let server = Server::start_with(&["--auth", "off"]);
    let client = server.client();
    let list = client.request("GET", "/2015-03-31/functions/", "");
    assert_eq!(client.send(&list).status, 200, "not signed");
    let unknown = |client: &Client| -> Request {
        let mut keys = client.keys.clone();
        keys.access_key_id = "test".into();
        let mut request = client.request("GET", "/2015-03-31/functions/", "");
        keys.sign(&mut request);
        request
    };
    assert_eq!(client.send(&unknown(&client)).status, 200, "an unknown key");
    let mut wrong = client.keys.clone();
    wrong.secret.push('x');
    let mut request = list.clone();
    wrong.sign(&mut request);
    assert_eq!(client.send(&request).status, 403, "a wrong signature of a key that is known");
    // Forms say for whom they are by their version.
    for (path, form, answer) in [
        ("/", "Action=CreateQueue&QueueName=q&Version=2012-11-05", "/123456789012/q</QueueUrl>"),
        ("/123456789012/q", "Action=PurgeQueue&Version=2012-11-05", "<PurgeQueueResponse"),
        ("/", "Action=CreateTopic&Name=t&Version=2010-03-31", ":123456789012:t</TopicArn>"),
        ("/", "Action=ListMetrics&Version=2010-08-01", "<ListMetricsResponse"),
        ("/", "Action=GetCallerIdentity&Version=2011-06-15", "<Account>123456789012</Account>"),
        ("/", "Action=ListUsers&Version=2010-05-08", "<ListUsersResponse"),
    ] {
        let request = client.request("POST", path, form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let said = client.send(&request).expect(200);
        assert!(said.text().contains(answer), "{form}: {}", said.text());
    }
    // What runs inside is not trusted all the same.
    let source = "exports.handler = async () => (await fetch(process.env.AWS_ENDPOINT_URL + \
                  '/2015-03-31/functions/')).status;";
    client.deploy(&Function::node("inside", source));
    assert_eq!(client.invoke("inside", "{}").ok(), 403);
}

#[test]
fn an_account_goes_only_once_nothing_is_left_of_it() {
    const ACCOUNT: &str = "111122223333";
    let server = Server::start_bare(&[]);
    let fika = |line: &[&str]| {
        let mut fika = Command::new(env!("CARGO_BIN_EXE_fika"));
        tools::output(tools::point_at(&mut fika, &server).arg("account").args(line))
    };
    let made = fika(&["create", ACCOUNT, "--output", "json"]);
    let made: Value = serde_json::from_slice(&made.stdout).expect("JSON");
    let left = |action: &str, kind: &str| {
        let mut python = Command::new(tools::installed("venv/bin/python"));
        let python = tools::point_at(&mut python, &server);
        for (name, member) in
            [("AWS_ACCESS_KEY_ID", "access_key_id"), ("AWS_SECRET_ACCESS_KEY", "secret_access_key")]
        {
            python.env(name, made[member].as_str().expect(member));
        }
        let script = tools::script("python/left.py");
        tools::run(python.arg("-B").arg(script).args([action, kind]));
    };
    for kind in
        ["queues", "topics", "parameters", "buckets", "buses", "rules", "schedule groups", "APIs"]
    {
        left("make", kind);
        let refused = fika(&["delete", ACCOUNT]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        let told = format!("still has {kind}: delete them first");
        assert!(!refused.status.success() && said.contains(&told), "{kind}: {said}");
        left("remove", kind);
    }
    let gone = fika(&["delete", ACCOUNT]);
    assert!(gone.status.success(), "{}", String::from_utf8_lossy(&gone.stderr));
}
