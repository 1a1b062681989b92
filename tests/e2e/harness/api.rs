//! The operations, signed.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::http::{Connection, Request, Response};
use super::sign::{Keys, encode};
use super::{Zip, tools, wait_for};

const FUNCTIONS: &str = "/2015-03-31/functions";

/// A function to be created.
#[derive(Debug, Clone)]
pub struct Function {
    pub name: String,
    pub zip: Vec<u8>,
    /// The request but for its name and code.
    pub settings: Value,
}

impl Function {
    pub fn new(name: &str, runtime: &str, handler: &str, zip: Vec<u8>) -> Self {
        let role = "arn:aws:iam::123456789012:role/lambda";
        let settings = json!({ "Runtime": runtime, "Handler": handler, "Role": role });
        Self { name: name.into(), zip, settings }
    }

    /// This machine's Node with one `index.js`.
    pub fn node(name: &str, source: &str) -> Self {
        Self::new(name, tools::node_runtime(), "index.handler", Zip::of("index.js", source))
    }

    /// This machine's Python with one `index.py`.
    pub fn python(name: &str, source: &str) -> Self {
        Self::new(name, tools::python_runtime(), "index.handler", Zip::of("index.py", source))
    }

    /// A program as `bootstrap`.
    pub fn provided(name: &str, program: &[u8]) -> Self {
        let zip = Zip::new().program("bootstrap", program).finish();
        Self::new(name, "provided.al2023", "any", zip)
    }

    /// Sets a member of the request.
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.settings[member] = value.into();
        self
    }
}

/// What came of an invocation.
#[derive(Debug, Clone)]
pub struct Invoked {
    pub response: Response,
}

impl Invoked {
    /// `X-Amz-Function-Error`.
    pub fn function_error(&self) -> Option<&str> {
        self.response.get("x-amz-function-error")
    }

    /// The end of the log, where it was asked for.
    pub fn log(&self) -> String {
        let log = self.response.get("x-amz-log-result").expect("a log");
        String::from_utf8(BASE64.decode(log).expect("base64")).expect("text")
    }

    /// What the function answered.
    ///
    /// # Panics
    /// Unless the invocation went well.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!((self.response.status, self.function_error()), (200, None), "{}", self.response);
        self.response.json()
    }

    /// The error's type and message.
    ///
    /// # Panics
    /// Unless the function failed, and as Lambda says it.
    #[track_caller]
    pub fn failed(&self) -> (String, String) {
        let error = self.function_error();
        assert_eq!((self.response.status, error), (200, Some("Unhandled")), "{}", self.response);
        let body = self.response.json();
        let text = |member: &str| body[member].as_str().unwrap_or_default().to_owned();
        (text("errorType"), text("errorMessage"))
    }
}

/// A client of one account in one region.
#[derive(Debug, Clone)]
pub struct Client {
    pub address: SocketAddr,
    pub keys: Keys,
}

impl Client {
    pub fn new(address: SocketAddr, keys: Keys) -> Self {
        Self { address, keys }
    }

    /// A request to this server, not yet signed.
    pub fn request(&self, method: &str, target: &str, body: impl Into<Vec<u8>>) -> Request {
        Request::new(method, target, body).header("host", &self.address.to_string())
    }

    /// Sends a request as it is, over a connection of its own.
    ///
    /// # Panics
    /// When there is no answer.
    #[track_caller]
    pub fn send(&self, request: &Request) -> Response {
        self.try_send(request).expect("an answer")
    }

    /// Sends a request as it is; the server may be gone.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn try_send(&self, request: &Request) -> std::io::Result<Response> {
        Connection::open(self.address)?.round_trip(request)
    }

    /// Signs and sends.
    #[track_caller]
    pub fn call(&self, method: &str, target: &str, body: impl Into<Vec<u8>>) -> Response {
        self.send(&self.signed(method, target, body))
    }

    pub fn signed(&self, method: &str, target: &str, body: impl Into<Vec<u8>>) -> Request {
        let mut request = self.request(method, target, body);
        self.keys.sign(&mut request);
        request
    }

    pub fn create_request(&self, function: &Function) -> Request {
        let mut body = function.settings.clone();
        body["FunctionName"] = function.name.clone().into();
        body["Code"] = json!({ "ZipFile": BASE64.encode(&function.zip) });
        self.signed("POST", FUNCTIONS, body.to_string())
    }

    #[track_caller]
    pub fn create(&self, function: &Function) -> Response {
        self.send(&self.create_request(function))
    }

    /// Creates a function and waits until it is active.
    ///
    /// # Panics
    /// When it fails to be.
    #[track_caller]
    pub fn deploy(&self, function: &Function) {
        self.create(function).expect(201);
        let settled = self.settled(&function.name);
        assert_eq!(settled["State"], "Active", "{settled}");
    }

    /// The configuration once nothing is under way.
    pub fn settled(&self, name: &str) -> Value {
        wait_for(&format!("{name} to settle"), || {
            let configuration = self.configuration(name);
            let under_way = configuration["State"] == "Pending"
                || configuration["LastUpdateStatus"] == "InProgress";
            (!under_way).then_some(configuration)
        })
    }

    #[track_caller]
    pub fn configuration(&self, name: &str) -> Value {
        self.call("GET", &format!("{FUNCTIONS}/{}/configuration", encode(name)), "")
            .expect(200)
            .json()
    }

    #[track_caller]
    pub fn update_code(&self, name: &str, zip: &[u8]) -> Response {
        let body = json!({ "ZipFile": BASE64.encode(zip) });
        self.call("PUT", &format!("{FUNCTIONS}/{}/code", encode(name)), body.to_string())
    }

    pub fn update_configuration_request(&self, name: &str, body: &Value) -> Request {
        let target = format!("{FUNCTIONS}/{}/configuration", encode(name));
        self.signed("PUT", &target, body.to_string())
    }

    pub fn delete_request(&self, name: &str) -> Request {
        self.signed("DELETE", &format!("{FUNCTIONS}/{}", encode(name)), "")
    }

    #[track_caller]
    pub fn delete(&self, name: &str) -> Response {
        self.send(&self.delete_request(name))
    }

    /// Every function there is.
    #[track_caller]
    pub fn list(&self) -> Vec<Value> {
        let mut functions = Vec::new();
        let mut target = format!("{FUNCTIONS}/");
        loop {
            let page = self.call("GET", &target, "").expect(200).json();
            functions.extend(page["Functions"].as_array().expect("a list").iter().cloned());
            match page["NextMarker"].as_str() {
                Some(marker) if !marker.is_empty() => {
                    target = format!("{FUNCTIONS}/?Marker={}", encode(marker));
                }
                _ => return functions,
            }
        }
    }

    pub fn invoke_request(&self, name: &str, payload: impl Into<Vec<u8>>) -> Request {
        let target = format!("{FUNCTIONS}/{}/invocations", encode(name));
        let mut request = self.request("POST", &target, payload).header("x-amz-log-type", "Tail");
        self.keys.sign(&mut request);
        request
    }

    /// Invokes for a tenant.
    pub fn invoke_for(&self, tenant: Option<&str>, name: &str) -> Response {
        let target = format!("{FUNCTIONS}/{}/invocations", encode(name));
        let mut request = self.request("POST", &target, "{}");
        if let Some(tenant) = tenant {
            request = request.header("x-amz-tenant-id", tenant);
        }
        self.keys.sign(&mut request);
        self.send(&request)
    }

    /// Invokes and waits for the answer; the end of the log comes with it.
    #[track_caller]
    pub fn invoke(&self, name: &str, payload: impl Into<Vec<u8>>) -> Invoked {
        Invoked { response: self.send(&self.invoke_request(name, payload)) }
    }

    /// Everything in a function's log, in order, once it holds so many REPORT lines: as on AWS, a
    /// log is read a moment after it was written.
    #[track_caller]
    pub fn log_with_reports(&self, name: &str, reports: usize) -> Vec<String> {
        wait_for(&format!("{reports} reports in the log of {name}"), || {
            let lines = self.log_lines(name);
            let found = lines.iter().filter(|line| line.starts_with("REPORT")).count();
            (found >= reports).then_some(lines)
        })
    }

    /// Everything in a function's log so far, in order.
    #[track_caller]
    pub fn log_lines(&self, name: &str) -> Vec<String> {
        let logs = self.keys.service("logs");
        let mut lines = Vec::new();
        let mut token = Value::Null;
        loop {
            let mut body = json!({ "logGroupName": format!("/aws/lambda/{name}") });
            if !token.is_null() {
                body["nextToken"] = token;
            }
            let mut request = self
                .request("POST", "/", body.to_string())
                .header("content-type", "application/x-amz-json-1.1")
                .header("x-amz-target", "Logs_20140328.FilterLogEvents");
            logs.sign(&mut request);
            let response = self.send(&request);
            if response.text().contains("The specified log group does not exist.") {
                return lines;
            }
            let page = response.expect(200).json();
            let events = page["events"].as_array().expect("events");
            lines.extend(events.iter().map(|e| e["message"].as_str().expect("text").to_owned()));
            token = page["nextToken"].clone();
            if token.is_null() || events.is_empty() {
                return lines;
            }
        }
    }
}
