//! Function URLs: by host and by path, signed and not, and what their functions see and answer.

mod http2;
mod tls;

use serde_json::{Value, json};

use crate::harness::sign::Keys;
use crate::harness::{Client, Connection, Function, Request, Response, Server};

/// Answers with its event.
const ECHO: &str = "exports.handler = async event => event;";

/// One URL of a server.
pub struct Url {
    pub client: Client,
    /// With its port.
    pub host: String,
    pub id: String,
}

impl Url {
    /// Deploys a function and gives it a URL.
    pub fn of(client: &Client, function: &Function, config: Value) -> Self {
        client.deploy(function);
        let target = format!("/2021-10-31/functions/{}/url", function.name);
        let made = client.call("POST", &target, config.to_string()).expect(201).json();
        let url = made["FunctionUrl"].as_str().expect("a URL");
        let host = url.split_once("://").expect("a scheme").1.trim_end_matches('/').to_owned();
        let id = host.split('.').next().expect("a label").to_owned();
        Self { client: client.clone(), host, id }
    }

    /// One that everybody may call.
    pub fn public(client: &Client, function: &Function, mut config: Value) -> Self {
        config["AuthType"] = "NONE".into();
        let url = Self::of(client, function, config);
        url.open(&function.name);
        url
    }

    /// Lets everybody call.
    fn open(&self, name: &str) {
        let url = json!({"StatementId": "url", "Action": "lambda:InvokeFunctionUrl",
            "Principal": "*", "FunctionUrlAuthType": "NONE"});
        let function = json!({"StatementId": "function", "Action": "lambda:InvokeFunction",
            "Principal": "*", "InvokedViaFunctionUrl": true});
        for statement in [url, function] {
            permit(&self.client, name, &statement);
        }
    }

    pub fn request(&self, method: &str, target: &str, body: impl Into<Vec<u8>>) -> Request {
        Request::new(method, target, body).header("host", &self.host)
    }

    #[track_caller]
    pub fn get(&self, target: &str) -> Response {
        self.client.send(&self.request("GET", target, ""))
    }
}

pub fn permit(client: &Client, name: &str, statement: &Value) {
    let target = format!("/2015-03-31/functions/{name}/policy");
    client.call("POST", &target, statement.to_string()).expect(201);
}

#[track_caller]
fn forbidden(response: &Response) {
    response.expect_error(403, "AccessDeniedException", "Forbidden");
    assert_eq!(response.json(), json!({"Message": "Forbidden"}));
}

#[test]
fn a_function_sees_the_request() {
    let server = Server::start();
    let url = Url::public(&server.client(), &Function::node("f", ECHO), json!({}));
    let request = url
        .request("POST", "/a%20b/c?x=1&x=2&y=%C3%A5+z", "hello")
        .header("content-type", "text/plain")
        .header("cookie", "a=1; b=2")
        .header("x-two", "1")
        .header("X-Two", "2")
        .header("x-forwarded-for", "10.0.0.1")
        .header("user-agent", "tests");
    let response = url.client.send(&request).expect(200);
    assert_eq!(response.get("content-type"), Some("application/json"));
    let event = response.json();
    assert_eq!(event["version"], "2.0");
    assert_eq!((&event["rawPath"], &event["body"]), (&json!("/a%20b/c"), &json!("hello")));
    assert_eq!(event["rawQueryString"], "x=1&x=2&y=%C3%A5+z");
    assert_eq!(event["queryStringParameters"], json!({"x": "1,2", "y": "å z"}));
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    let headers = &event["headers"];
    assert_eq!((&headers["x-two"], &headers["x-forwarded-proto"]), (&json!("1,2"), &json!("http")));
    assert_eq!(headers["x-forwarded-for"], "10.0.0.1, 127.0.0.1");
    assert_eq!(headers["x-amzn-trace-id"], response.get("x-amzn-trace-id").expect("a trace"));
    let context = &event["requestContext"];
    assert_eq!(context["accountId"], "anonymous");
    assert_eq!((&context["apiId"], &context["domainPrefix"]), (&json!(url.id), &json!(url.id)));
    assert_eq!(context["domainName"], url.host);
    assert_eq!(context["requestId"], response.get("x-amzn-requestid").expect("an id"));
    let http = json!({"method": "POST", "path": "/a%20b/c", "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1", "userAgent": "tests"});
    assert_eq!(context["http"], http);
}

#[test]
fn a_url_is_reached_by_path_too() {
    let server = Server::start();
    let url = Url::public(&server.client(), &Function::node("f", ECHO), json!({}));
    for (target, path) in [("", "/"), ("/", "/"), ("/a//b?c=d", "/a//b")] {
        let request = url.client.request("GET", &format!("/_url/{}{target}", url.id), "");
        assert_eq!(url.client.send(&request).expect(200).json()["rawPath"], path);
    }
}

#[test]
fn an_answer_is_as_the_function_says() {
    let source = "exports.handler = async ({rawPath}) => ({
  '/made': {statusCode: 201, headers: {'Content-Type': 'text/html', 'X-A': 'b'},
    cookies: ['a=1; Secure', 'b=2'], body: '<p>hello</p>'},
  '/binary': {statusCode: 200, headers: {'content-type': 'image/png'},
    body: Buffer.from([0, 255, 1]).toString('base64'), isBase64Encoded: true},
  '/plain': 'hello',
  '/wrong': {statusCode: 'no'},
  '/teapot': {statusCode: 418},
  '/moved': {statusCode: 302, headers: {location: '/made'}},
})[rawPath] ?? null;";
    let server = Server::start();
    let url = Url::public(&server.client(), &Function::node("f", source), json!({}));
    let made = url.get("/made").expect(201);
    assert_eq!((made.get("content-type"), made.get("x-a")), (Some("text/html"), Some("b")));
    assert_eq!(made.text(), "<p>hello</p>");
    let cookies = made.headers.iter().filter(|(name, _)| name == "set-cookie");
    assert_eq!(cookies.map(|(_, value)| &**value).collect::<Vec<_>>(), ["a=1; Secure", "b=2"]);
    assert_eq!(url.get("/binary").expect(200).body, [0, 255, 1]);
    assert_eq!(url.get("/plain").expect(200).text(), "\"hello\"");
    assert_eq!(url.get("/null").expect(200).text(), "null");
    assert_eq!(url.get("/teapot").expect(418).text(), "");
    assert_eq!(url.get("/moved").expect(302).get("location"), Some("/made"));
    let wrong = url.get("/wrong").expect(502);
    assert_eq!(wrong.text(), "Internal Server Error");
}

#[test]
fn binary_bodies_come_and_go() {
    let source = "exports.handler = async ({body, isBase64Encoded}) =>
  ({statusCode: 200, headers: {'x-coded': String(isBase64Encoded)}, body, isBase64Encoded});";
    let server = Server::start();
    let url = Url::public(&server.client(), &Function::node("f", source), json!({}));
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let request = url.request("PUT", "/", bytes.clone()).header("content-type", "image/png");
    let response = url.client.send(&request).expect(200);
    assert_eq!(response.get("x-coded"), Some("true"));
    assert!(response.body == bytes);
    // As an event it would be larger than one may be.
    let large = url.request("POST", "/", vec![0xff; 6_000_000]);
    url.client.send(&large).expect_error(413, "RequestEntityTooLargeException", "Too Large");
    let larger = url.request("POST", "/", "").header("content-length", "6291457");
    url.client.send(&larger).expect_error(413, "RequestEntityTooLargeException", "Too Large");
}

#[test]
fn every_method_is_the_functions() {
    let server = Server::start();
    let source = "exports.handler = async event => event.requestContext.http.method;";
    let url = Url::public(&server.client(), &Function::node("f", source), json!({}));
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let response = url.client.send(&url.request(method, "/", "")).expect(200);
        assert_eq!(response.json(), method);
    }
    // An answer to HEAD has no body: the next one follows at once.
    let mut connection = Connection::open(url.client.address).expect("it is up");
    connection.send(&url.request("HEAD", "/", "")).expect("sent");
    assert_eq!(connection.read_head().expect("an answer").get("content-length"), Some("6"));
    let next = connection.round_trip(&url.request("GET", "/", "")).expect("an answer");
    assert_eq!(next.expect(200).json(), "GET");
}

#[test]
fn who_may_not_call_is_refused() {
    let server = Server::start();
    let client = server.client();
    let url = Url::of(&client, &Function::node("f", ECHO), json!({"AuthType": "NONE"}));
    // Nobody has been let in; one of two permissions is not enough.
    forbidden(&url.get("/"));
    permit(
        &client,
        "f",
        &json!({"StatementId": "url", "Principal": "*",
        "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"}),
    );
    forbidden(&url.get("/"));
    // Not by other ways than the URL.
    permit(
        &client,
        "f",
        &json!({"StatementId": "function", "Principal": "*",
        "Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": true}),
    );
    url.get("/").expect(200);
    client.call("DELETE", "/2015-03-31/functions/f/policy/url", "").expect(204);
    forbidden(&url.get("/"));
    // An address that is not there looks the same.
    let elsewhere = url.host.replace("us-east-1", "eu-west-1");
    for host in [elsewhere.as_str(), "nobody.lambda-url.us-east-1.localhost"] {
        forbidden(&client.send(&Request::new("GET", "/", "").header("host", host)));
    }
    forbidden(&client.send(&client.request("GET", "/_url/nobody/", "")));
    client.call("DELETE", "/2021-10-31/functions/f/url", "").expect(204);
    forbidden(&url.get("/"));
}

#[test]
fn who_signs_is_told_to_the_function() {
    let mut server = Server::start();
    let (name, auth) = ("f", json!({"AuthType": "AWS_IAM"}));
    let url = Url::of(&server.client(), &Function::node(name, ECHO), auth);
    forbidden(&url.get("/"));
    let mut request = url.request("POST", "/x?y=z", "{}");
    url.client.keys.sign(&mut request);
    let event = url.client.send(&request).expect(200).json();
    let iam = &event["requestContext"]["authorizer"]["iam"];
    assert_eq!(iam["userArn"], "arn:aws:iam::123456789012:root");
    assert_eq!(
        (&iam["accountId"], &iam["userId"]),
        (&json!("123456789012"), &json!("123456789012"))
    );
    assert_eq!(iam["accessKey"], json!(url.client.keys.access_key_id));
    assert_eq!(event["requestContext"]["accountId"], "123456789012");
    assert_eq!(event["headers"].get("authorization"), None);
    // What was changed on its way, or signed by somebody else.
    request.target = "/x?y=other".into();
    let changed = url.client.send(&request);
    changed.expect_error(403, "InvalidSignatureException", "does not match");
    let stranger = Keys { access_key_id: "AKIANOBODY".into(), ..url.client.keys.clone() };
    let mut request = url.request("GET", "/", "");
    stranger.sign(&mut request);
    url.client.send(&request).expect_error(403, "UnrecognizedClientException", "invalid");

    // Another account needs the function's policy, for both.
    let other = server.another_account();
    let ask = || {
        let mut request = Request::new("GET", "/", "").header("host", &url.host);
        other.keys.sign(&mut request);
        other.send(&request)
    };
    forbidden(&ask());
    let owner = server.client();
    for (sid, action) in [("a", "lambda:InvokeFunctionUrl"), ("b", "lambda:InvokeFunction")] {
        forbidden(&ask());
        permit(
            &owner,
            name,
            &json!({"StatementId": sid, "Action": action,
            "Principal": "999999999999"}),
        );
    }
    let event = ask().expect(200).json();
    let iam = &event["requestContext"]["authorizer"]["iam"];
    assert_eq!(iam["accountId"], "999999999999");
}

#[test]
fn pages_of_other_origins_may_what_is_configured() {
    let source = "exports.handler = async event => ({statusCode: 200,
  headers: {'Access-Control-Allow-Origin': 'https://function.example'}, body: ''});";
    let server = Server::start();
    let cors = json!({"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET", "PUT"],
        "AllowHeaders": ["x-a"], "ExposeHeaders": ["x-b"], "MaxAge": 60, "AllowCredentials": true});
    let function = Function::node("f", source);
    let url = Url::public(&server.client(), &function, json!({"Cors": cors}));
    let ask = |method: &str, origin: &str| {
        let request = url.request(method, "/", "").header("origin", origin);
        let request = request.header("access-control-request-method", "PUT");
        url.client.send(&request).expect(200)
    };
    let asked = ask("OPTIONS", "https://a.example");
    for (name, value) in [
        ("access-control-allow-origin", "https://a.example"),
        ("access-control-allow-methods", "GET,PUT"),
        ("access-control-allow-headers", "x-a"),
        ("access-control-allow-credentials", "true"),
        ("access-control-max-age", "60"),
        ("vary", "Origin"),
    ] {
        assert_eq!(asked.get(name), Some(value), "{asked}");
    }
    let stranger = ask("OPTIONS", "https://b.example");
    assert_eq!(stranger.get("access-control-allow-origin"), None, "{stranger}");
    let done = ask("PUT", "https://a.example");
    assert_eq!(done.get("access-control-allow-origin"), Some("https://a.example"), "{done}");
    assert_eq!(done.get("access-control-expose-headers"), Some("x-b"), "{done}");
    let stranger = ask("PUT", "https://b.example");
    assert_eq!(stranger.get("access-control-allow-origin"), None, "{stranger}");
}

#[test]
fn errors_and_limits_of_the_function_have_their_status() {
    let server = Server::start();
    let source = "exports.handler = async () => { throw new Error('secret'); };";
    let url = Url::public(&server.client(), &Function::node("f", source), json!({}));
    let failed = url.get("/").expect(502);
    assert_eq!(failed.text(), "Internal Server Error");
    let none = json!({"ReservedConcurrentExecutions": 0}).to_string();
    url.client.call("PUT", "/2017-10-31/functions/f/concurrency", none).expect(200);
    url.get("/").expect_error(429, "TooManyRequestsException", "Rate Exceeded");
}

#[test]
fn an_alias_has_a_url_of_its_own() {
    let mut server = Server::start();
    let client = server.client();
    let source = "exports.handler = async (e, context) => context.invokedFunctionArn;";
    client.deploy(&Function::node("f", source));
    client.call("POST", "/2015-03-31/functions/f/versions", "{}").expect(201);
    let alias = json!({"Name": "live", "FunctionVersion": "1"}).to_string();
    client.call("POST", "/2015-03-31/functions/f/aliases", alias).expect(201);
    let config = json!({"AuthType": "AWS_IAM"}).to_string();
    let made = client.call("POST", "/2021-10-31/functions/f/url?Qualifier=live", config);
    let made = made.expect(201).json();
    let url = made["FunctionUrl"].as_str().expect("a URL");
    let label = url.trim_start_matches("http://").split('.').next().expect("a label").to_owned();
    let ask = |client: &Client| client.call("GET", &format!("/_url/{label}/"), "");
    let arn = json!("arn:aws:lambda:us-east-1:123456789012:function:f:live");
    assert_eq!(ask(&client).expect(200).json(), arn);
    // It is still there after a crash, and gone with its alias.
    server.kill();
    server.restart();
    let client = server.client();
    assert_eq!(ask(&client).expect(200).json(), arn);
    client.call("DELETE", "/2015-03-31/functions/f/aliases/live", "").expect(204);
    forbidden(&ask(&client));
}

#[test]
fn a_stream_begins_before_its_end() {
    // The end is far away: only a server that passes pieces on as they come has the first there.
    let source = "exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream = awslambda.HttpResponseStream.from(stream,
    { statusCode: 202, headers: { 'content-type': 'text/plain', 'x-a': 'b' }, cookies: ['c=d'] });
  stream.write('first');
  await new Promise(() => {});
});";
    let server = Server::start();
    let function = Function::node("f", source).with("Timeout", 3);
    let url = Url::public(&server.client(), &function, json!({"InvokeMode": "RESPONSE_STREAM"}));
    let mut connection = Connection::open(url.client.address).expect("it is up");
    connection.send(&url.request("GET", "/", "")).expect("sent");
    let head = connection.read_head().expect("an answer");
    assert_eq!(head.status, 202);
    for (name, value) in [("content-type", "text/plain"), ("x-a", "b"), ("set-cookie", "c=d")] {
        assert_eq!(head.get(name), Some(value), "{head}");
    }
    assert_eq!(connection.read_chunk().expect("a piece"), b"first");
    // Its timeout cuts it: nobody takes it for whole.
    connection.read_chunk().expect_err("no end");
}

#[test]
fn a_stream_url_passes_on_what_does_not_stream() {
    let server = Server::start();
    let source = "exports.handler = async event => {
  if (event.rawPath === '/fail') throw new Error('no');
  return { statusCode: 201, body: 'x' };
};";
    let config = json!({"InvokeMode": "RESPONSE_STREAM"});
    let url = Url::public(&server.client(), &Function::node("f", source), config);
    let whole = url.get("/").expect(200);
    assert_eq!(whole.json(), json!({"statusCode": 201, "body": "x"}));
    let kinds = whole.headers.iter().filter(|(name, _)| name == "content-type");
    assert_eq!(kinds.map(|(_, kind)| &**kind).collect::<Vec<_>>(), ["application/json"]);
    assert_eq!(url.get("/fail").expect(502).text(), "Internal Server Error");
}

#[test]
fn a_url_that_does_not_stream_gathers_what_does() {
    let server = Server::start();
    let source = "exports.handler = awslambda.streamifyResponse(async ({rawPath}, stream) => {
  if (rawPath === '/head') stream = awslambda.HttpResponseStream.from(stream,
    { statusCode: 201, headers: { 'content-type': 'text/html' }, cookies: ['a=b'] });
  else stream.setContentType('text/plain');
  if (rawPath === '/long') for (let n = 0; n < 8; n += 1) stream.write(Buffer.alloc(1 << 20, 'x'));
  stream.write(rawPath === '/json' ? '{\"statusCode\":202,' : 'one, ');
  if (rawPath === '/fail') throw new Error('in the middle');
  stream.end(rawPath === '/json' ? '\"body\":\"x\"}' : 'two');
});";
    let url = Url::public(&server.client(), &Function::node("f", source), json!({}));
    let made = url.get("/head").expect(201);
    assert_eq!(
        (made.get("content-type"), made.get("set-cookie")),
        (Some("text/html"), Some("a=b"))
    );
    assert_eq!(made.text(), "one, two");
    let plain = url.get("/plain").expect(200);
    assert_eq!((plain.get("content-type"), plain.text()), (Some("text/plain"), "one, two".into()));
    assert_eq!(url.get("/json").expect(202).text(), "x");
    for path in ["/fail", "/long"] {
        assert_eq!(url.get(path).expect(502).text(), "Internal Server Error", "{path}");
    }
}
