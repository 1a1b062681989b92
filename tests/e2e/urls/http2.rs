//! HTTP/2, which clients agree on with TLS.

use std::process::Command;

use serde_json::json;

use super::Url;
use super::tls::{certificate, secured};
use crate::harness::{Function, tools};

/// Streams; a piece at a time where it is told by whom it is acknowledged.
const SOURCE: &str = r#"
const net = require('net');
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201,
    headers: { 'content-type': 'text/plain', connection: 'close' }, cookies: ['a=b', 'c=d'] });
  if (event.rawPath !== '/slow') { stream.write(JSON.stringify(event)); stream.end(); return; }
  const client = net.connect(event.queryStringParameters.port, '127.0.0.1');
  for (let n = 0; n < 3; n += 1) {
    stream.write(`piece ${n};`);
    await new Promise((resolve) => client.once('data', resolve));
  }
  client.destroy();
  stream.end();
});
"#;

#[test]
fn each_piece_leaves_as_it_is_written_and_others_pass_it() {
    let folder = tempfile::tempdir().expect("a folder");
    certificate(folder.path());
    let server = secured(folder.path(), &["--wall", "none"]);
    let config = json!({"InvokeMode": "RESPONSE_STREAM"});
    let url = Url::public(&server.client(), &Function::node("f", SOURCE), config);
    let mut node = Command::new("node");
    node.arg(tools::script("urls/http2.mjs")).arg(&url.host);
    let said = tools::run(node.arg(folder.path().join("cert.pem")));
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(
        lines,
        [
            "201 text/plain a=b,c=d",
            "/quick true a=1; b=2 https",
            "piece 0;piece 1;piece 2;",
            "/again",
        ]
    );
}

#[test]
fn curl_gets_large_answers_and_none_to_head() {
    let folder = tempfile::tempdir().expect("a folder");
    certificate(folder.path());
    let server = secured(folder.path(), &[]);
    let source = "exports.handler = async () => ({statusCode: 200, body: 'x'.repeat(5_000_000)});";
    let url = Url::public(&server.client(), &Function::node("f", source), json!({}));
    let ask = |flags: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--show-error",
            "--http2",
            "--noproxy",
            "*",
            "--output",
            "/dev/null",
        ]);
        curl.args(["--write-out", "%{http_version} %{http_code} %{size_download}", "--cacert"]);
        curl.arg(folder.path().join("cert.pem")).args(flags);
        tools::run(curl.arg(format!("https://{}/", url.host)))
    };
    assert_eq!(ask(&[]), "2 200 5000000");
    assert_eq!(ask(&["--head"]), "2 200 0");
    assert_eq!(ask(&["--http1.1"]), "1.1 200 5000000");
    // As large as it may be, and larger.
    let large = folder.path().join("large");
    std::fs::write(&large, vec![b'x'; 3 << 20]).expect("written");
    let body = format!("@{}", large.display());
    assert_eq!(ask(&["--data-binary", &body]), "2 200 5000000");
    std::fs::write(&large, vec![b'x'; 7 << 20]).expect("written");
    assert!(ask(&["--data-binary", &body]).starts_with("2 413 "));
}
