//! A fake Runtime API, to test our clients against: it hands out the given events on one
//! connection, keeps what it is answered, and hangs up when asked for more. It also tells a parked
//! client its function, and restores one from its checkpoint, to which it only says so.

pub mod late;
pub mod programs;

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What an invocation may take, as the client is told.
const TIME_LEFT: Duration = Duration::from_secs(60);

/// One POST of the client.
#[derive(Debug)]
pub struct Answer {
    /// `response`, `error`, `init/error` or `restore/error`.
    pub kind: String,
    /// The header `Lambda-Runtime-Function-Error-Type`.
    pub error_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the request after this one was there before this one was answered.
    pub pipelined: bool,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("an answer is JSON")
    }
}

/// How a client's life went.
#[derive(Debug)]
pub struct Life {
    pub answers: Vec<Answer>,
    /// What else was asked for, but for invocations.
    pub calls: Vec<String>,
    /// Standard output and error.
    pub log: String,
    /// The exit code; none for a signal.
    pub code: Option<i32>,
}

/// How responses are sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wire {
    /// Chunked, in chunks of so many bytes, instead of with a Content-Length.
    pub chunk: Option<usize>,
    /// In pieces of so many bytes, each its own segment.
    pub piece: Option<usize>,
}

/// How a function's runtime comes to be.
#[derive(Debug, Clone, Copy)]
pub struct Function<'a> {
    /// The folder with its code.
    pub task: &'a Path,
    pub handler: &'a str,
    /// Its own variables.
    pub variables: &'a [(&'a str, &'a str)],
    /// Whether its runtime is started before it is known.
    pub parked: bool,
}

impl Function<'_> {
    fn environment(&self, address: &str) -> BTreeMap<String, String> {
        let task = self.task.display().to_string();
        let reserved = [
            ("AWS_LAMBDA_RUNTIME_API", address),
            ("AWS_LAMBDA_FUNCTION_NAME", "hello"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("_HANDLER", self.handler),
            ("LAMBDA_TASK_ROOT", &task),
        ];
        let all = reserved.iter().chain(self.variables);
        all.map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }
}

/// The variables a restored function gets.
pub const RESTORED: &str = r#"{"environment":{"AWS_LAMBDA_LOG_STREAM_NAME":"restored"}}"#;

/// Starts a client for a function and serves it these events.
pub fn serve(mut client: Command, function: Function<'_>, events: &[&[u8]], wire: Wire) -> Life {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let environment = function.environment(&address.to_string());
    if function.parked {
        let known = [("FIKA_PARKED", "1"), ("AWS_LAMBDA_RUNTIME_API", &address.to_string())];
        client.env_clear().envs(known).current_dir("/");
    } else {
        client.env_clear().envs(&environment).current_dir(function.task);
    }
    let bound = serde_json::json!({ "environment": environment, "directory": function.task });
    client.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = client.spawn().expect("the client starts");
    thread::scope(|scope| {
        let server = scope.spawn(|| {
            let (stream, _) = listener.accept().expect("a connection");
            converse(stream, &bound.to_string(), events, wire)
        });
        let output = child.wait_with_output().expect("the client ends");
        // A client that never called would leave the server waiting.
        let _ = TcpStream::connect(address);
        let log = [output.stdout, output.stderr].concat();
        let (answers, calls) = server.join().expect("the fake does not panic");
        Life {
            answers,
            calls,
            log: String::from_utf8(log).expect("logs are text"),
            code: output.status.code(),
        }
    })
}

fn converse(
    stream: TcpStream,
    function: &str,
    events: &[&[u8]],
    wire: Wire,
) -> (Vec<Answer>, Vec<String>) {
    stream.set_nodelay(true).expect("a socket option");
    let mut writer = stream.try_clone().expect("a second handle");
    let mut reader = BufReader::with_capacity(1 << 20, stream);
    let (mut answers, mut calls, mut given) = (Vec::new(), Vec::new(), 0);
    while let Ok(Some(request)) = read_request(&mut reader) {
        let sent = if request.path == "invocation/next" {
            let Some(event) = events.get(given) else { break };
            given += 1;
            write_event(&mut writer, given, event, wire)
        } else if let Some(body) = told(&request.path, function) {
            calls.push(request.path);
            send(&mut writer, &ok(body), wire)
        } else {
            let pipelined = !reader.buffer().is_empty();
            let kind = match request.path.as_str() {
                "init/error" | "restore/error" => request.path,
                path => {
                    assert_eq!(path.split('/').nth(1), Some(&*format!("id-{given}")), "{path}");
                    path.rsplit('/').next().unwrap_or_default().to_owned()
                }
            };
            answers.push(Answer { kind, pipelined, ..request.answer });
            send(
                &mut writer,
                b"HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n",
                wire,
            )
        };
        if sent.is_err() {
            break;
        }
    }
    // A client that is gone already has nothing left to shut down.
    let _ = writer.shutdown(Shutdown::Both);
    (answers, calls)
}

/// What a client is told that asks for something else than an invocation.
fn told<'a>(path: &str, function: &'a str) -> Option<&'a str> {
    match path {
        "/fika/function" => Some(function),
        "/fika/checkpoint" => Some(""),
        "restore/next" => Some(RESTORED),
        _ => None,
    }
}

fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

struct Request {
    /// Below `/2018-06-01/runtime/` where it is there.
    path: String,
    answer: Answer,
}

fn read_request(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Request>> {
    let mut start = String::new();
    if reader.read_line(&mut start)? == 0 {
        return Ok(None);
    }
    let path = start.split(' ').nth(1).expect("a path");
    let path = path.strip_prefix("/2018-06-01/runtime/").unwrap_or(path).to_owned();
    let (mut length, mut error_type) = (0, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().expect("a length"),
            "lambda-runtime-function-error-type" => error_type = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let answer = Answer { kind: String::new(), error_type, body, pipelined: false };
    Ok(Some(Request { path, answer }))
}

fn write_event(writer: &mut TcpStream, n: usize, event: &[u8], wire: Wire) -> io::Result<()> {
    let deadline = SystemTime::now() + TIME_LEFT;
    let deadline = deadline.duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let mut message = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
         Lambda-Runtime-Aws-Request-Id: id-{n}\r\nLambda-Runtime-Deadline-Ms: {deadline}\r\n\
         Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-north-1:123456789012:function:hello\r\n\
         Lambda-Runtime-Trace-Id: Root=1-{n}\r\n\
         Lambda-Runtime-Client-Context: {{\"custom\":{{\"k\":\"ü\"}}}}\r\n\
         Lambda-Runtime-Cognito-Identity: {{\"cognitoIdentityId\":\"me\"}}\r\n"
    )
    .into_bytes();
    match wire.chunk {
        None => {
            message.extend(format!("Content-Length: {}\r\n\r\n", event.len()).bytes());
            message.extend(event);
        }
        Some(size) => {
            message.extend(b"Transfer-Encoding: chunked\r\n\r\n");
            for chunk in event.chunks(size) {
                message.extend(format!("{:x}\r\n", chunk.len()).bytes());
                message.extend(chunk);
                message.extend(b"\r\n");
            }
            message.extend(b"0\r\n\r\n");
        }
    }
    send(writer, &message, wire)
}

fn send(writer: &mut TcpStream, message: &[u8], wire: Wire) -> io::Result<()> {
    match wire.piece {
        None => writer.write_all(message),
        Some(size) => message.chunks(size).try_for_each(|piece| writer.write_all(piece)),
    }
}
