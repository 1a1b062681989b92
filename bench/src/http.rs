//! The client: raw keep-alive HTTP/1.1, so that what is measured is not a client library.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Longer than any request of a benchmark takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection, one request at a time.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

/// A whole response, as long as the next one is not asked for.
pub struct Response<'a> {
    /// Status line and headers.
    pub head: &'a [u8],
    /// The body.
    pub body: &'a [u8],
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn open(address: SocketAddr) -> Result<Self> {
        let stream =
            TcpStream::connect(address).with_context(|| format!("connecting {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, buffer: vec![0; 16 * 1024], filled: 0 })
    }

    /// Sends a whole request, which leaves in one piece.
    ///
    /// # Errors
    /// When the other end is gone.
    pub fn send(&mut self, request: &[u8]) -> Result<()> {
        self.filled = 0;
        self.stream.write_all(request).context("sending a request")
    }

    /// Reads once, and says whether the response is whole now.
    ///
    /// # Errors
    /// When the other end is gone, or sends what is no response with a length.
    pub fn receive_some(&mut self) -> Result<bool> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.filled * 2, 0);
        }
        match self.stream.read(&mut self.buffer[self.filled..]) {
            Ok(0) => bail!("the server hung up"),
            Ok(read) => self.filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error).context("waiting for a response"),
        }
        self.is_whole()
    }

    fn is_whole(&self) -> Result<bool> {
        let Some(start) = self.body_start() else { return Ok(false) };
        Ok(self.filled >= start + content_length(&self.buffer[..start])?)
    }

    fn body_start(&self) -> Option<usize> {
        let seen = &self.buffer[..self.filled];
        seen.windows(4).position(|bytes| bytes == b"\r\n\r\n").map(|at| at + 4)
    }

    /// The response that is whole.
    pub fn response(&self) -> Response<'_> {
        let start = self.body_start().unwrap_or(self.filled);
        Response { head: &self.buffer[..start], body: &self.buffer[start..self.filled] }
    }

    /// Sends a request and waits for the response.
    ///
    /// # Errors
    /// As [`Self::send`] and [`Self::receive_some`].
    pub fn exchange(&mut self, request: &[u8]) -> Result<Response<'_>> {
        self.send(request)?;
        while !self.receive_some()? {}
        Ok(self.response())
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

impl Response<'_> {
    /// The status, 0 when there is none.
    pub fn status(&self) -> u16 {
        let digits = self.head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
        digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = header(self.head, name.as_bytes())?;
        std::str::from_utf8(value).ok().map(str::trim)
    }

    /// Fails unless the function answered.
    ///
    /// # Errors
    /// With all that came instead.
    pub fn must_succeed(&self) -> Result<()> {
        if self.status() / 100 == 2 && header(self.head, b"x-amz-function-error").is_none() {
            return Ok(());
        }
        let (head, body) = (String::from_utf8_lossy(self.head), String::from_utf8_lossy(self.body));
        bail!("not the answer that was hoped for:\n{head}{body}")
    }

    /// Fails unless it is of this status.
    ///
    /// # Errors
    /// With all that came instead.
    pub fn must_have_status(&self, status: u16) -> Result<()> {
        if self.status() == status {
            return Ok(());
        }
        self.must_succeed()?;
        bail!("another status: {}", self.status())
    }

    /// Fails unless it is a 200 with this body.
    ///
    /// # Errors
    /// With all that came instead.
    pub fn must_be(&self, body: &[u8]) -> Result<()> {
        if self.status() == 200 && self.body == body {
            return Ok(());
        }
        self.must_succeed()?;
        bail!("another body: {}", String::from_utf8_lossy(self.body))
    }
}

fn content_length(head: &[u8]) -> Result<usize> {
    if head.get(9..12) == Some(b"204") {
        return Ok(0);
    }
    let value = header(head, b"content-length").context("a response without a length")?;
    Ok(std::str::from_utf8(value)?.trim().parse()?)
}

/// The value of a header, by its name in lower case.
fn header<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (start, rest) = line.split_at_checked(name.len())?;
        (start.eq_ignore_ascii_case(name)).then(|| rest.strip_prefix(b":"))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_whatever_their_letters_case() {
        let head = b"HTTP/1.1 200 OK\r\nX: y\r\nContent-LENGTH: 12 \r\n\r\n";
        assert_eq!(content_length(head).expect("a length"), 12);
        assert!(content_length(b"HTTP/1.1 200 OK\r\ncontent-lengthy: 1\r\n\r\n").is_err());
        let response = Response { head, body: b"no" };
        assert_eq!(response.status(), 200);
        response.must_be(b"no").expect("the body");
        assert!(response.must_be(b"yes").is_err());
    }

    #[test]
    fn an_error_of_the_function_is_no_success() {
        let head = b"HTTP/1.1 200 OK\r\nx-amz-function-error: Unhandled\r\n\r\n";
        assert!(Response { head, body: b"{}" }.must_succeed().is_err());
    }
}
