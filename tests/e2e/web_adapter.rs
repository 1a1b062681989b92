//! The AWS Lambda Web Adapter, as it is published: an extension that runs a web server as a function.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use crate::harness::{Function, Server, Zip, tools};

/// What its layer starts in the place of the runtime.
const WRAPPER: &str = "#!/bin/sh\nexec \"$LAMBDA_TASK_ROOT/$_HANDLER\"\n";
/// Python's own, of the runtime's image.
const RUN: &str = "#!/bin/sh\nexec python3 \"$LAMBDA_TASK_ROOT/app.py\"\n";
const APP: &str = r#"
import http.server, json

class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer('')
    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers['content-length'])).decode())
    def answer(self, body):
        said = json.dumps({'path': self.path, 'said': body, 'by': self.headers.get('user-agent')})
        self.send_response(201)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(said)))
        self.end_headers()
        self.wfile.write(said.encode())

http.server.ThreadingHTTPServer(('127.0.0.1', 8080), App).serve_forever()
"#;

#[test]
fn a_web_server_runs_as_a_function() {
    let server = Server::start();
    let client = server.client();
    let adapter =
        fs::read(tools::installed("web-adapter/bin/lambda-adapter")).expect("the adapter");
    let zip =
        Zip::new().program("extensions/lambda-adapter", adapter).program("bootstrap", WRAPPER);
    let layer = json!({ "Content": { "ZipFile": BASE64.encode(zip.finish()) } });
    let layer = client.call("POST", "/2018-10-31/layers/adapter/versions", layer.to_string());
    let layer = layer.expect(201).json()["LayerVersionArn"].clone();

    let code = Zip::new().program("run.sh", RUN).file("app.py", APP).finish();
    let environment = json!({ "Variables": { "AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap" } });
    let function = Function::new("web", tools::python_runtime(), "run.sh", code)
        .with("Layers", json!([layer]))
        .with("MemorySize", 512)
        .with("Environment", environment);
    client.deploy(&function);
    for (n, said) in ["one", "two"].into_iter().enumerate() {
        let answer = client.invoke("web", request(said).to_string()).ok();
        assert_eq!(answer["statusCode"], 201, "{answer}");
        let body = answer["body"].as_str().expect("a body");
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert_eq!((&body["path"], &body["said"]), (&json!("/a/b?n=1"), &json!(said)), "{n}");
        assert_eq!(body["by"], "curious");
    }
}

/// A request as a function URL or an HTTP API hands it to a function, payload format 2.0.
fn request(body: &str) -> serde_json::Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/a/b", "rawQueryString": "n=1",
        "headers": { "host": "example.test", "user-agent": "curious", "content-type": "text/plain" },
        "queryStringParameters": { "n": "1" },
        "requestContext": {
            "accountId": "anonymous", "apiId": "id", "domainName": "example.test",
            "domainPrefix": "id", "requestId": "r", "routeKey": "$default", "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000", "timeEpoch": 1_583_348_638_390_i64,
            "http": { "method": "POST", "path": "/a/b", "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1", "userAgent": "curious" }
        },
        "body": body, "isBase64Encoded": false
    })
}
