//! What a function's stream begins with when it answers HTTP: status, headers and cookies as JSON, and
//! eight NUL bytes behind it.

use bytes::{Bytes, BytesMut};
use fika_gateway::payload::Prelude;

use super::{Next, Streamed};

/// The content type of a stream that begins with one.
const CONTENT_TYPE: &str = "application/vnd.awslambda.http-integration-response";
/// What stands behind it.
const END: [u8; 8] = [0; 8];
/// The longest one, bytes; more than headers may have anywhere.
const MOST: usize = 256 << 10;

/// There is none where one was to be.
#[derive(Debug)]
pub(crate) enum PreludeError {
    /// What is there is none.
    Malformed,
    /// The function ended before it had written one.
    Ended,
}

impl Streamed {
    /// Takes off what the stream begins with. None: the function has not said that it begins so, and
    /// all of it is body.
    ///
    /// # Errors
    /// [`PreludeError`]; the stream is of no use then.
    pub(crate) async fn prelude(&mut self) -> Result<Option<Prelude>, PreludeError> {
        if self.content_type().is_none_or(|kind| kind != CONTENT_TYPE) {
            return Ok(None);
        }
        let mut read = BytesMut::new();
        loop {
            let from = read.len().saturating_sub(END.len() - 1);
            match self.next().await {
                Next::End(_) => return Err(PreludeError::Ended),
                Next::Data(data) => read.extend_from_slice(&data),
            }
            if let Some(at) = end_in(&read, from) {
                let mut head = read.freeze();
                self.put_back(head.split_off(at + END.len()));
                let prelude = parse(&head.slice(..at))?;
                return Ok(Some(prelude));
            }
            if read.len() > MOST {
                return Err(PreludeError::Malformed);
            }
        }
    }
}

/// Where a prelude ends; looked for from there on.
fn end_in(read: &[u8], from: usize) -> Option<usize> {
    let found = read[from..].windows(END.len()).position(|window| window == END)?;
    Some(from + found)
}

fn parse(json: &Bytes) -> Result<Prelude, PreludeError> {
    Prelude::read(json).map_err(|error| {
        tracing::debug!(%error, "a function's stream begins with no prelude");
        PreludeError::Malformed
    })
}
