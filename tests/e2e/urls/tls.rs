//! Function URLs behind TLS, with the operator's certificate.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{ECHO, Url};
use crate::harness::server::root_keys;
use crate::harness::{Client, Function, Server, tools, wait_for};

/// A certificate for `*.lambda-url.us-east-1.localhost` and `localhost`, its own authority.
pub(super) fn certificate(folder: &Path) {
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    openssl.args(["-nodes", "-days", "2", "-subj", "/CN=fika", "-addext"]);
    openssl.arg("subjectAltName=DNS:*.lambda-url.us-east-1.localhost,DNS:localhost");
    openssl.arg("-keyout").arg(folder.join("key.pem"));
    tools::run(openssl.arg("-out").arg(folder.join("cert.pem")));
}

/// A server with that certificate.
pub(super) fn secured(folder: &Path, more: &[&str]) -> Server {
    let [cert, key] = ["cert.pem", "key.pem"].map(|name| folder.join(name));
    let (cert, key) = (cert.to_string_lossy(), key.to_string_lossy());
    let flags = ["--tls-cert", &*cert, "--tls-key", &*key, "--tls-listen", "127.0.0.1:0"];
    Server::start_with(&[&flags, more].concat())
}

/// What `curl` gets, which trusts that certificate only.
fn get(url: &str, authority: &Path) -> Option<String> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--noproxy", "*", "--cacert"]);
    let output = tools::output(curl.arg(authority).arg(url));
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_url_is_reached_with_tls_and_a_renewed_certificate_is_taken_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let chain = folder.path().join("cert.pem");
    certificate(folder.path());
    let server = secured(folder.path(), &[]);
    let url = Url::public(&server.client(), &Function::node("f", ECHO), json!({}));
    let address = format!("https://{}/a", url.host);
    let event: serde_json::Value =
        serde_json::from_str(&get(&address, &chain).expect("an answer")).expect("JSON");
    assert_eq!(event["headers"]["x-forwarded-proto"], "https");
    assert_eq!(event["requestContext"]["domainName"], url.host);

    // The one there was is of no use to who trusts the new one only, until that is taken up.
    certificate(folder.path());
    wait_for("the new certificate", || get(&address, &chain));
}

/// What `curl` gets by JSON, signed by the root account or with a user's key.
fn signed(endpoint: &str, authority: &Path, (key, service): (&str, &str), more: &[&str]) -> Value {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--noproxy", "*", "--user", key, "--aws-sigv4"]);
    curl.arg(format!("aws:amz:us-east-1:{service}")).arg("--cacert").arg(authority).args(more);
    serde_json::from_str(&tools::run(curl.arg(endpoint))).expect("JSON")
}

#[test]
fn whoever_signs_is_known_to_come_by_tls_and_is_told_addresses_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    certificate(folder.path());
    let chain = folder.path().join("cert.pem");
    let server = secured(folder.path(), &[]);
    let client = server.client();
    let url = Url::public(&client, &Function::node("f", ECHO), json!({}));
    let port = url.host.rsplit_once(':').expect("a port").1;
    let ends = [server.endpoint(), format!("https://localhost:{port}")];

    let user = user(
        &client,
        &json!({"Effect": "Allow", "Action": "lambda:ListFunctions",
        "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"},
        "IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}}),
    );
    let list = |end: &String| {
        signed(&format!("{end}/2015-03-31/functions/"), &chain, (&user, "lambda"), &[])
    };
    // Both are: what stays on this machine nobody reads along. What comes from elsewhere is for a unit test.
    for end in &ends {
        assert_eq!(list(end)["Functions"][0]["FunctionName"], "f", "{end}");
    }

    let keys = root_keys();
    let root = format!("{}:{}", keys.access_key_id, keys.secret);
    let queue = |end: &String| {
        let target = ["-H", "x-amz-target: AmazonSQS.CreateQueue", "-H", TYPE, "-d", QUEUE];
        signed(&format!("{end}/"), &chain, (&root, "sqs"), &target)["QueueUrl"].clone()
    };
    for end in &ends {
        assert_eq!(queue(end), format!("{end}/123456789012/q"));
    }
    let function = format!("{}/2015-03-31/functions/f", ends[1]);
    let function = signed(&function, &chain, (&root, "lambda"), &[]);
    let code = function["Code"]["Location"].as_str().expect("an address");
    assert!(code.starts_with("https://localhost:") && get(code, &chain).is_some(), "{code}");
    let made = ["-H", "content-type: application/json", "-d", API];
    let api = signed(&format!("{}/v2/apis", ends[0]), &chain, (&root, "apigateway"), &made);
    assert!(api["apiEndpoint"].as_str().is_some_and(|end| end.starts_with("https://")), "{api}");
}

const TYPE: &str = "content-type: application/x-amz-json-1.0";
const API: &str = r#"{"name": "a", "protocolType": "HTTP"}"#;
const QUEUE: &str = r#"{"QueueName": "q"}"#;

/// A user who may do that: its key, as `curl` has it.
fn user(client: &Client, statement: &Value) -> String {
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let form = |fields: &[(&str, &str)]| {
        let fields = fields.iter().chain(&[("Version", "2010-05-08"), ("UserName", "ada")]);
        let body = fields.map(|(name, value)| format!("{name}={}", escaped(value)));
        let body = body.collect::<Vec<_>>().join("&");
        let request = client.request("POST", "/", body);
        let mut request = request.header("content-type", "application/x-www-form-urlencoded");
        root_keys().service("iam").sign(&mut request);
        client.send(&request).expect(200).text()
    };
    form(&[("Action", "CreateUser")]);
    form(&[("Action", "PutUserPolicy"), ("PolicyName", "p"), ("PolicyDocument", &policy)]);
    let made = form(&[("Action", "CreateAccessKey")]);
    let between = |name: &str| {
        let rest = made.split_once(&format!("<{name}>")).expect("its beginning").1;
        rest.split_once('<').expect("its end").0.to_owned()
    };
    format!("{}:{}", between("AccessKeyId"), between("SecretAccessKey"))
}

fn escaped(text: &str) -> String {
    let byte = |b: u8| match b {
        b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(byte).collect()
}
