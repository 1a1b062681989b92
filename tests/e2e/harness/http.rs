//! HTTP/1.1 by hand over one connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::PATIENCE;

/// A request as it goes on the wire.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: String,
    /// Path and query, percent-encoded.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, target: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            body: body.into(),
            headers: Vec::new(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The value of a header, by its name in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        get(&self.headers, name)
    }

    /// Replaces a header's value.
    pub fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(have, _)| !have.eq_ignore_ascii_case(name));
        self.headers.push((name.into(), value.into()));
    }

    fn head(&self) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if self.get("content-length").is_none() && self.get("transfer-encoding").is_none() {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        head + "\r\n"
    }
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn get(&self, name: &str) -> Option<&str> {
        get(&self.headers, name)
    }

    /// The body, for people.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// # Panics
    /// When the body is no JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self}"))
    }

    /// The error's name, from the header the SDKs read.
    pub fn error(&self) -> &str {
        self.get("x-amzn-errortype").unwrap_or_default().split(':').next().unwrap_or_default()
    }

    /// The error's text; the model spells the member both ways.
    pub fn message(&self) -> String {
        let body = self.json();
        let text = body.get("message").or_else(|| body.get("Message"));
        text.and_then(|text| text.as_str()).unwrap_or_default().to_owned()
    }

    /// # Panics
    /// Unless the answer is this error.
    #[track_caller]
    pub fn expect_error(&self, status: u16, name: &str, part_of_message: &str) {
        assert_eq!((self.status, self.error()), (status, name), "{self}");
        assert!(self.message().contains(part_of_message), "no {part_of_message:?} in {self}");
    }

    /// # Panics
    /// Unless the answer has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }
}

impl std::fmt::Display for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        let text = self.text();
        write!(f, "\n{}", text.chars().take(2_000).collect::<String>())
    }
}

fn get<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
}

/// One connection, kept alive between requests.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub fn open(server: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends a request and reads its answer. A server may answer before it has read a body that
    /// is too long and hang up: then the answer is what counts, not the broken pipe.
    pub fn round_trip(&mut self, request: &Request) -> io::Result<Response> {
        self.write(request.head().as_bytes())?;
        let sent = self.write(&request.body);
        self.read_response().or_else(|error| sent.and(Err(error)))
    }

    pub fn send(&mut self, request: &Request) -> io::Result<()> {
        self.write(request.head().as_bytes())?;
        self.write(&request.body)
    }

    /// Sends bytes as they are.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// An answer without its body: one to HEAD, or one whose body is read by and by.
    pub fn read_head(&mut self) -> io::Result<Response> {
        let (status, headers) = self.head()?;
        if status == 100 {
            return self.read_head();
        }
        Ok(Response { status, headers, body: Vec::new() })
    }

    pub fn read_response(&mut self) -> io::Result<Response> {
        let Response { status, headers, .. } = self.read_head()?;
        let body = self.body(status, &headers)?;
        Ok(Response { status, headers, body })
    }

    fn head(&mut self) -> io::Result<(u16, Vec<(String, String)>)> {
        let status_line = self.line()?;
        let status = status_line
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| io::Error::other(format!("no status line: {status_line:?}")))?;
        Ok((status, self.headers()?))
    }

    /// So many bytes of a body.
    pub fn read_exact(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(body)
    }

    /// The next chunk of a body that is chunked; empty at its end.
    pub fn read_chunk(&mut self) -> io::Result<Vec<u8>> {
        let mut chunk = Vec::new();
        self.chunk(&mut chunk)?;
        Ok(chunk)
    }

    fn headers(&mut self) -> io::Result<Vec<(String, String)>> {
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok(headers);
            }
            let (name, value) =
                line.split_once(':').ok_or_else(|| io::Error::other(format!("header {line:?}")))?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }

    fn body(&mut self, status: u16, headers: &[(String, String)]) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        if matches!(get(headers, "transfer-encoding"), Some("chunked")) {
            while self.chunk(&mut body)? {}
        } else if let Some(length) = get(headers, "content-length") {
            body.resize(length.parse().map_err(io::Error::other)?, 0);
            self.stream.read_exact(&mut body)?;
        } else if status != 204 && status != 304 {
            self.stream.read_to_end(&mut body)?;
        }
        Ok(body)
    }

    fn chunk(&mut self, body: &mut Vec<u8>) -> io::Result<bool> {
        let size = usize::from_str_radix(self.line()?.trim(), 16).map_err(io::Error::other)?;
        let start = body.len();
        body.resize(start + size, 0);
        self.stream.read_exact(&mut body[start..])?;
        self.line()?;
        Ok(size > 0)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        Ok(line)
    }
}
