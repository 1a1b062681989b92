//! Two accounts: neither sees, calls, changes or guesses at what is the other's.
//!
//! Every operation of the service model (of the table that the router and the documentation
//! share) is asked for with the other account's ARNs, once for what is there and once for what
//! is not. Both answers must be the same, and nothing may have changed.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::harness::sign::encode;
use crate::harness::{Client, Function, Server, Zip, tools};

const OWNER: &str = "123456789012";
const STRANGER: &str = "210987654321";
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
    "Principal":{"AWS":"210987654321"},"Action":"lambda:*","Resource":"*"}]}"#;

/// What an account has, or might have, by name. The names are of one length.
struct Things<'a> {
    name: &'a str,
    mapping: &'a str,
    signing: &'a str,
}

const ABSENT: Things<'static> = Things {
    name: "absent",
    mapping: "00000000-0000-4000-8000-000000000000",
    signing: "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-00000000000000000",
};

/// How a function of another account can be named.
const FORMS: [&str; 4] = [
    "arn:aws:lambda:us-east-1:123456789012:function:NAME",
    "arn:aws:lambda:us-east-1:123456789012:function:NAME:live",
    "123456789012:function:NAME",
    "123456789012:function:NAME:1",
];

struct Operation {
    name: String,
    method: String,
    path: String,
}

/// The table of the documentation.
fn operations() -> Vec<Operation> {
    let table = tools::repository().join("docs/api-coverage.md");
    let table = std::fs::read_to_string(table).expect("the table");
    let rows = table.lines().filter(|line| line.contains("| `"));
    let read = |row: &str| {
        let (name, rest) = row.trim_start_matches("| ").split_once(" | `").expect("a name");
        let (method, path) = rest.split('`').next()?.split_once(' ')?;
        Some(Operation { name: name.into(), method: method.into(), path: path.into() })
    };
    let all: Vec<Operation> = rows.filter_map(read).collect();
    assert!(all.len() > 80, "the table has {} operations", all.len());
    all
}

fn zip() -> String {
    BASE64.encode(Zip::of("index.js", "exports.handler = async () => 'taken over';"))
}

fn body(operation: &str, function: &str, signing: &str, account: &str) -> Value {
    let role = format!("arn:aws:iam::{account}:role/r");
    match operation {
        "AddPermission" | "AddLayerVersionPermission" => {
            let layer = operation == "AddLayerVersionPermission";
            let action = if layer { "lambda:GetLayerVersion" } else { "lambda:InvokeFunction" };
            json!({"StatementId": "mine", "Action": action, "Principal": STRANGER})
        }
        "CreateAlias" => json!({"Name": "mine", "FunctionVersion": "1"}),
        "CreateEventSourceMapping" => json!({
            "FunctionName": function, "StartingPosition": "LATEST",
            "EventSourceArn": format!("arn:aws:kinesis:us-east-1:{account}:stream/s"),
        }),
        "CreateFunction" => json!({
            "FunctionName": function, "Role": role, "Runtime": tools::node_runtime(),
            "Handler": "index.handler", "Code": {"ZipFile": zip()},
        }),
        "CreateFunctionUrlConfig" | "UpdateFunctionUrlConfig" => json!({"AuthType": "NONE"}),
        "CreateCodeSigningConfig" => json!({"AllowedPublishers": {"SigningProfileVersionArns":
            ["arn:aws:signer:us-east-1:999999999999:/signing-profiles/p/abcdefghij"]}}),
        "PutFunctionConcurrency" => json!({"ReservedConcurrentExecutions": 0}),
        "PutProvisionedConcurrencyConfig" => json!({"ProvisionedConcurrentExecutions": 1}),
        "PutFunctionEventInvokeConfig" | "UpdateFunctionEventInvokeConfig" => {
            json!({"MaximumRetryAttempts": 0})
        }
        "PutFunctionRecursionConfig" => json!({"RecursiveLoop": "Allow"}),
        "PutRuntimeManagementConfig" => json!({"UpdateRuntimeOn": "FunctionUpdate"}),
        "PutFunctionCodeSigningConfig" => json!({"CodeSigningConfigArn": signing}),
        "PutResourcePolicy" => json!({"Policy": POLICY}),
        "TagResource" => json!({"Tags": {"mine": "now"}}),
        "UpdateFunctionCode" => json!({"ZipFile": zip()}),
        "PublishLayerVersion" => json!({"Content": {"ZipFile": zip()}}),
        "UpdateEventSourceMapping" => json!({"Enabled": false}),
        _ => json!({"Description": "mine"}),
    }
}

/// The request with the other account's things in it.
fn ask(
    client: &Client,
    operation: &Operation,
    things: &Things<'_>,
    form: &str,
    account: &str,
) -> String {
    let Things { name, mapping, signing } = things;
    let function = form.replace("NAME", name);
    let whole = FORMS[0].replace("NAME", name);
    let layer = format!("arn:aws:lambda:us-east-1:{OWNER}:layer:{name}");
    let mut path = operation.path.clone();
    for (label, value) in [
        ("{FunctionName}", function.as_str()),
        ("{LayerName}", &layer),
        ("{Resource}", &whole),
        ("{ResourceArn}", &whole),
        ("{UUID}", mapping),
        ("{CodeSigningConfigArn}", signing),
        ("{VersionNumber}", "1"),
        ("{Name}", "live"),
        ("{StatementId}", "s"),
    ] {
        path = path.replace(label, &encode(value));
    }
    // What is left is of operations that are refused whatever they are asked about.
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=to, "x");
    }
    let join = if path.contains('?') { '&' } else { '?' };
    let query = match operation.name.as_str() {
        "GetLayerVersionByArn" => format!("{join}Arn={}", encode(&format!("{layer}:1"))),
        "ListEventSourceMappings" => format!("{join}FunctionName={}", encode(&function)),
        "UntagResource" => format!("{join}tagKeys=team"),
        name if name.contains("ProvisionedConcurrencyConfig") && !name.starts_with("List") => {
            format!("{join}Qualifier=live")
        }
        _ => String::new(),
    };
    let body = match operation.method.as_str() {
        "GET" | "DELETE" => String::new(),
        _ => body(&operation.name, &function, signing, account).to_string(),
    };
    let answer = client.call(&operation.method, &format!("{path}{query}"), body);
    let text = answer.text().replace(name, "NAME").replace(mapping, "ID").replace(signing, "ARN");
    format!("{} {} {text}", answer.status, answer.error())
}

/// Whose keys a call to IAM or `fika account` gave.
fn keys(client: &Client, made: &Value) -> Client {
    let mut keys = client.keys.clone();
    keys.access_key_id = made["access_key_id"].as_str().expect("an id").into();
    keys.secret = made["secret_access_key"].as_str().expect("a secret").into();
    Client { keys, ..client.clone() }
}

fn account(server: &Server) -> Client {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fika"));
    let line = ["account", "create", STRANGER, "--output", "json"];
    let made = tools::run(tools::point_at(&mut command, server).args(line));
    keys(&server.client(), &serde_json::from_str(&made).expect("JSON"))
}

/// A user of the client's account, with all that a policy can allow, or with nothing.
fn user(client: &Client, name: &str, may_all: bool) -> Client {
    let iam = Client { keys: client.keys.service("iam"), ..client.clone() };
    let call = |form: String| {
        let mut request = iam.request("POST", "/", format!("Version=2010-05-08&{form}"));
        request = request.header("content-type", "application/x-www-form-urlencoded");
        iam.keys.sign(&mut request);
        iam.send(&request).expect(200).text()
    };
    call(format!("Action=CreateUser&UserName={name}"));
    if may_all {
        let arn = encode("arn:aws:iam::aws:policy/AdministratorAccess");
        call(format!("Action=AttachUserPolicy&UserName={name}&PolicyArn={arn}"));
    }
    let made = call(format!("Action=CreateAccessKey&UserName={name}"));
    let part = |tag: &str| {
        let (_, rest) = made.split_once(&format!("<{tag}>")).expect(tag);
        rest.split('<').next().expect("a text").to_owned()
    };
    let made = json!({
        "access_key_id": part("AccessKeyId"), "secret_access_key": part("SecretAccessKey"),
    });
    keys(client, &made)
}

/// All that the owner has; what it is, to be compared.
fn state(owner: &Client) -> Vec<String> {
    let function = "/2015-03-31/functions/secret";
    [
        function.to_owned() + "/versions",
        function.to_owned() + "/aliases",
        function.to_owned() + "/policy",
        "/2017-03-31/tags/".to_owned() + &encode(&FORMS[0].replace("NAME", "secret")),
        "/2019-09-30/functions/secret/concurrency".to_owned(),
        "/2024-08-31/functions/secret/recursion-config".to_owned(),
        "/2018-10-31/layers/secret/versions".to_owned(),
        "/2018-10-31/layers/secret/versions/1/policy".to_owned(),
        "/2021-10-31/functions/secret/urls".to_owned(),
        "/2019-09-25/functions/secret/event-invoke-config/list".to_owned(),
        "/2019-09-30/functions/secret/provisioned-concurrency?List=ALL".to_owned(),
        "/2021-07-20/functions/secret/runtime-management-config".to_owned(),
        "/2020-04-22/code-signing-configs".to_owned(),
        "/2015-03-31/event-source-mappings".to_owned(),
        "/2015-03-31/functions".to_owned(),
    ]
    .into_iter()
    .map(|path| owner.call("GET", &path, "").expect(200).text())
    .collect()
}

/// Makes one of everything: the mapping's id and the signing config's ARN.
fn furnish(owner: &Client) -> (String, String) {
    owner.deploy(&Function::node("secret", "exports.handler = async () => 'secret';"));
    let function = "/2015-03-31/functions/secret";
    let make = |method: &str, path: &str, body: Value| {
        let answer = owner.call(method, path, body.to_string());
        assert!((200..300).contains(&answer.status), "{path}: {answer}");
        answer.json()
    };
    make("POST", &format!("{function}/versions"), json!({}));
    let alias = json!({"Name": "live", "FunctionVersion": "1"});
    make("POST", &format!("{function}/aliases"), alias);
    let permission = json!({"StatementId": "s", "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com"});
    make("POST", &format!("{function}/policy"), permission);
    make("POST", "/2018-10-31/layers/secret/versions", json!({"Content": {"ZipFile": zip()}}));
    let shared = json!({"StatementId": "s", "Action": "lambda:GetLayerVersion", "Principal": "555555555555"});
    make("POST", "/2018-10-31/layers/secret/versions/1/policy", shared);
    make("POST", "/2021-10-31/functions/secret/url", json!({"AuthType": "AWS_IAM"}));
    let events = json!({"MaximumRetryAttempts": 1});
    make("PUT", "/2019-09-25/functions/secret/event-invoke-config", events);
    let runtime = json!({"UpdateRuntimeOn": "FunctionUpdate"});
    make("PUT", "/2021-07-20/functions/secret/runtime-management-config", runtime);
    let mapping = body("CreateEventSourceMapping", "secret", "", OWNER);
    let mapping = make("POST", "/2015-03-31/event-source-mappings", mapping);
    let signing = body("CreateCodeSigningConfig", "", "", OWNER);
    let signing = owner.call("POST", "/2020-04-22/code-signing-configs", signing.to_string());
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let signing = text(&signing.expect(201).json()["CodeSigningConfig"]["CodeSigningConfigArn"]);
    (text(&mapping["UUID"]), signing)
}

/// What is about the caller's own account, whatever is asked.
const OWN: [&str; 6] = [
    "CreateCodeSigningConfig",
    "GetAccountSettings",
    "ListCodeSigningConfigs",
    "ListEventSourceMappings",
    "ListFunctions",
    "ListLayers",
];

#[test]
fn no_operation_tells_or_does_anything_across_accounts() {
    let server = Server::start();
    let owner = server.client();
    let (mapping, signing) = furnish(&owner);
    let present = Things { name: "secret", mapping: &mapping, signing: &signing };
    let stranger = account(&server);
    let callers = [
        ("the other root", stranger.clone(), STRANGER),
        ("a user of the other", user(&stranger, "admin", true), STRANGER),
        ("a user without policies", user(&owner, "nobody", false), OWNER),
    ];
    let before = state(&owner);
    let mut wrong = Vec::new();
    for (who, client, account) in &callers {
        for operation in operations() {
            for form in FORMS {
                let there = ask(client, &operation, &present, form, account);
                let not = ask(client, &operation, &ABSENT, form, account);
                let name = &operation.name;
                // A new thing has an id of its own.
                let made = name == "CreateCodeSigningConfig" && *account == STRANGER;
                if there != not && !made {
                    wrong.push(format!("{who}: {name} of {form}:\n  {there}\n  {not}"));
                }
                let done = there.starts_with('2');
                if done && (*account == OWNER || !OWN.contains(&name.as_str())) {
                    wrong.push(format!("{who}: {name} of {form} was done:\n  {there}"));
                }
                if there.starts_with('5') && !there.starts_with("501") {
                    wrong.push(format!("{who}: {name} of {form}: {there}"));
                }
                if done && !made && there.contains(OWNER) {
                    wrong.push(format!("{who}: {name} tells of the owner:\n  {there}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(state(&owner), before);
}

#[test]
fn logs_roles_and_code_are_an_accounts_own() {
    let server = Server::start();
    let owner = server.client();
    furnish(&owner);
    owner.invoke("secret", "{}").ok();
    let stranger = account(&server);
    // The address of the code is good for whoever may see the function, and for nobody else.
    for name in ["123456789012:function:secret", "123456789012:function:absent"] {
        let refused = stranger.call("GET", &format!("/_fika/code/{name}"), "");
        assert_eq!((refused.status, refused.error()), (403, "AccessDeniedException"), "{name}");
    }
    let logs = Client { keys: stranger.keys.service("logs"), ..stranger.clone() };
    let ask_logs = |operation: &str, body: Value| {
        let mut request = logs.request("POST", "/", body.to_string());
        request = request
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", &format!("Logs_20140328.{operation}"));
        logs.keys.sign(&mut request);
        let answer = logs.send(&request);
        (answer.status, answer.text())
    };
    let arn = |name: &str| format!("arn:aws:logs:us-east-1:{OWNER}:log-group:/aws/lambda/{name}");
    for (operation, member) in [
        ("FilterLogEvents", "logGroupName"),
        ("FilterLogEvents", "logGroupIdentifier"),
        ("GetLogEvents", "logGroupIdentifier"),
        ("DescribeLogStreams", "logGroupName"),
        ("DescribeLogStreams", "logGroupIdentifier"),
        ("DeleteLogGroup", "logGroupName"),
        ("ListTagsForResource", "resourceArn"),
    ] {
        let of = |name: &str| {
            let whole =
                if member == "logGroupName" { format!("/aws/lambda/{name}") } else { arn(name) };
            let (status, text) = ask_logs(operation, json!({member: whole, "logStreamName": "s"}));
            assert!((400..500).contains(&status), "{operation} by {member}: {status} {text}");
            (status, text.replace(name, "NAME"))
        };
        assert_eq!(of("secret"), of("absent"), "{operation} by {member}");
    }
    let (status, text) = ask_logs("DescribeLogGroups", json!({}));
    assert!(status == 200 && !text.contains("secret"), "{text}");
    // A role of the other's, there or not.
    let sts = Client { keys: stranger.keys.service("sts"), ..stranger.clone() };
    let owners = Client { keys: owner.keys.service("iam"), ..owner.clone() };
    let form = |client: &Client, form: String| {
        let mut request = client.request("POST", "/", form);
        request = request.header("content-type", "application/x-www-form-urlencoded");
        client.keys.sign(&mut request);
        client.send(&request)
    };
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
        "Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}"#;
    let role = format!(
        "Version=2010-05-08&Action=CreateRole&RoleName=secret&AssumeRolePolicyDocument={}",
        encode(trust)
    );
    form(&owners, role).expect(200);
    let assume = |name: &str| {
        let arn = encode(&format!("arn:aws:iam::{OWNER}:role/{name}"));
        let text = format!("Version=2011-06-15&Action=AssumeRole&RoleArn={arn}&RoleSessionName=me");
        let answer = form(&sts, text);
        let text = answer.text().replace(name, "NAME");
        let (said, _) = text.split_once("<RequestId>").expect("an id");
        (answer.status, said.to_owned())
    };
    assert_eq!(assume("secret").0, 403);
    assert_eq!(assume("secret"), assume("absent"));
}

#[test]
fn a_policy_lets_another_account_in_as_far_as_it_says() {
    let server = Server::start();
    let owner = server.client();
    furnish(&owner);
    let stranger = account(&server);
    let (admin, nobody) = (user(&stranger, "admin", true), user(&stranger, "nobody", false));
    let invoke = |client: &Client, name: &str| {
        let path = format!("/2015-03-31/functions/{}/invocations", encode(name));
        client.call("POST", &path, "{}")
    };
    let arn = FORMS[0].replace("NAME", "secret");
    let live = FORMS[1].replace("NAME", "secret");
    let permit = |action: &str, qualifier: &str| {
        let path = format!("/2015-03-31/functions/secret/policy{qualifier}");
        let body = json!({"StatementId": format!("to-{}", action.len()), "Principal": STRANGER,
            "Action": action});
        owner.call("POST", &path, body.to_string()).expect(201);
    };
    permit("lambda:InvokeFunction", "?Qualifier=live");
    assert_eq!(invoke(&stranger, &live).expect(200).text(), "\"secret\"");
    assert_eq!(invoke(&admin, &live).status, 200);
    invoke(&nobody, &live).expect_error(403, "AccessDeniedException", "no identity-based policy");
    invoke(&stranger, &arn).expect_error(403, "AccessDeniedException", "no resource-based policy");
    permit("lambda:GetFunction", "");
    let path = format!("/2015-03-31/functions/{}", encode(&arn));
    let got = stranger.call("GET", &path, "").expect(200).json();
    assert_eq!(got["Configuration"]["FunctionArn"], arn.as_str());
    let location = got["Code"]["Location"].as_str().expect("an address");
    let target = location.split_once("/_fika").map(|(_, rest)| format!("/_fika{rest}"));
    let code = stranger.send(&stranger.request("GET", &target.expect("a path"), ""));
    assert_eq!(code.status, 200, "{code}");
    // Only what can cross accounts does, whatever a policy says.
    let all = json!({"Policy": POLICY}).to_string();
    let policy = format!("/2026-07-09/resource-policy/{}", encode(&arn));
    owner.call("PUT", &policy, all).expect(200);
    assert_eq!(invoke(&stranger, &arn).status, 200);
    let recursion = format!("/2024-08-31/functions/{}/recursion-config", encode(&arn));
    stranger.call("GET", &recursion, "").expect_error(403, "AccessDeniedException", "");
    owner.call("DELETE", &policy, "").expect(204);
    invoke(&stranger, &arn).expect_error(403, "AccessDeniedException", "no resource-based policy");
}
