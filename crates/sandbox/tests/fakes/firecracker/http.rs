//! One call at a time.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

use serde_json::json;

/// Answers every call on a connection: with no words, or with what is wrong.
pub fn answer(
    connection: UnixStream,
    mut call: impl FnMut(&str, &str, &[u8]) -> Result<(), String>,
) -> io::Result<()> {
    let mut answers = connection.try_clone()?;
    let mut calls = BufReader::new(connection);
    while let Some((method, path, body)) = read(&mut calls)? {
        let answer = match call(&method, &path, &body) {
            Ok(()) => "HTTP/1.1 204 \r\nServer: Firecracker API\r\nConnection: keep-alive\r\n\r\n"
                .to_string(),
            Err(why) => {
                let fault = json!({ "fault_message": why }).to_string();
                format!(
                    "HTTP/1.1 400 \r\nServer: Firecracker API\r\nConnection: keep-alive\r\n\
                     Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{fault}",
                    fault.len()
                )
            }
        };
        answers.write_all(answer.as_bytes())?;
    }
    Ok(())
}

/// Method, path and body of the next call.
fn read(calls: &mut impl BufRead) -> io::Result<Option<(String, String, Vec<u8>)>> {
    let mut line = String::new();
    if calls.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let words: Vec<String> = line.split_whitespace().map(String::from).collect();
    let [method, path, version] = &words[..] else { return Err(io::Error::other(line)) };
    if version != "HTTP/1.1" {
        return Err(io::Error::other(line));
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        calls.read_line(&mut line)?;
        match line.trim_end().split_once(": ") {
            None => break,
            Some(("Content-Length", value)) => length = value.parse().map_err(io::Error::other)?,
            Some(_) => {}
        }
    }
    let mut body = vec![0; length];
    calls.read_exact(&mut body)?;
    Ok(Some((method.clone(), path.clone(), body)))
}
