//! The AWS Lambda Web Adapter, as it is published: an extension that runs a web server as a function.

use std::fs;
use std::io::{self, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use crate::harness::{Client, Connection, Function, Server, Zip, tools};
use crate::streaming::acks::Acks;
use crate::urls::Url;

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

/// A web server of Python's behind the adapter, which passes answers on as `mode` says.
fn served(client: &Client, app: &str, mode: &str) -> Function {
    let adapter =
        fs::read(tools::installed("web-adapter/bin/lambda-adapter")).expect("the adapter");
    let zip =
        Zip::new().program("extensions/lambda-adapter", adapter).program("bootstrap", WRAPPER);
    let layer = json!({ "Content": { "ZipFile": BASE64.encode(zip.finish()) } });
    let layer = client.call("POST", "/2018-10-31/layers/adapter/versions", layer.to_string());
    let layer = layer.expect(201).json()["LayerVersionArn"].clone();

    let code = Zip::new().program("run.sh", RUN).file("app.py", app).finish();
    let variables =
        json!({ "AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap", "AWS_LWA_INVOKE_MODE": mode });
    Function::new("web", tools::python_runtime(), "run.sh", code)
        .with("Layers", json!([layer]))
        .with("MemorySize", 512)
        .with("Timeout", 60)
        .with("Environment", json!({ "Variables": variables }))
}

/// Writes a piece only once the one before is acknowledged.
const WAITS: &str = r#"
import http.server, os, time, urllib.error, urllib.request

def acknowledged(n):
    try:
        return urllib.request.urlopen(f'{os.environ["AWS_ENDPOINT_URL"]}/acks/{n}').status == 200
    except urllib.error.HTTPError:
        return False

class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(202)
        self.send_header('content-type', 'text/plain')
        self.send_header('set-cookie', 'a=b')
        self.end_headers()
        if self.path == '/stream':
            for n in range(3):
                self.wfile.write(f'piece {n};'.encode())
                while not acknowledged(n):
                    time.sleep(0.02)
        self.wfile.write(b'over;')

http.server.ThreadingHTTPServer(('127.0.0.1', 8080), App).serve_forever()
"#;

#[test]
fn python_streams_through_it() {
    let server = Server::start();
    let (client, acks) = (server.client(), Acks::of(&server));
    let function = served(&client, WAITS, "response_stream");
    let url = Url::public(&client, &function, json!({ "InvokeMode": "RESPONSE_STREAM" }));
    let mut connection = Connection::open(client.address).expect("a connection");
    connection.send(&url.request("GET", "/stream", "")).expect("sent");
    let head = connection.read_head().expect("an answer").expect(202);
    assert_eq!(
        (head.get("content-type"), head.get("set-cookie")),
        (Some("text/plain"), Some("a=b"))
    );
    acks.read(&mut Body(connection));
}

/// A body in chunks, as one.
struct Body(Connection);

impl Read for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let chunk = self.0.read_chunk()?;
        into[..chunk.len()].copy_from_slice(&chunk);
        Ok(chunk.len())
    }
}

#[test]
fn a_web_server_runs_as_a_function() {
    let server = Server::start();
    let client = server.client();
    client.deploy(&served(&client, APP, "buffered"));
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
