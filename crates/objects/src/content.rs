//! Content on its way in and out, a little of it in memory at a time.

use std::collections::VecDeque;
use std::io::{self, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::StreamExt as _;
use http::{HeaderMap, StatusCode};
use http_body::{Body, Frame, SizeHint};
use s3s::dto::StreamingBlob;
use s3s::{S3Error, S3ErrorCode, S3Result, TrailingHeaders, s3_error};
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncSeekExt as _, ReadBuf};

use crate::files::{Draft, Files};
use crate::record::Piece;
use crate::sums::{Summed, Summing, compare};

/// The largest body of one request, bytes: 5 GiB.
const LARGEST: u64 = 5 << 30;
/// What of a file is in memory at once, bytes.
const FRAME: usize = 128 << 10;

/// What a request says of its body.
pub(crate) struct Said<'r> {
    pub(crate) length: Option<i64>,
    /// MD5, base64.
    pub(crate) md5: Option<&'r str>,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) trailer: Option<&'r TrailingHeaders>,
    /// What it is summed by.
    pub(crate) algorithms: Vec<&'static str>,
}

/// Takes a body into a file, and compares it with what was said of it.
///
/// # Errors
/// S3's, for a body that is too large, was cut short or is another than was said.
pub(crate) async fn take(
    files: &Files,
    body: Option<StreamingBlob>,
    said: Said<'_>,
) -> S3Result<(Draft, Summed)> {
    let length = said.length.and_then(|length| u64::try_from(length).ok());
    if length.is_some_and(|length| length > LARGEST) {
        return Err(too_large());
    }
    let mut writing = files.write().await.map_err(disk)?;
    let mut summing = Summing::by(said.algorithms.iter().copied());
    let mut size = 0;
    let mut body = body;
    while let Some(data) = match &mut body {
        Some(body) => body.next().await,
        None => None,
    } {
        let data = data.map_err(|error| broken(&*error))?;
        size += data.len() as u64;
        if size > LARGEST {
            return Err(too_large());
        }
        summing.add(&data);
        writing.add(&data).await.map_err(disk)?;
    }
    if length.is_some_and(|length| length != size) {
        return Err(s3_error!(IncompleteBody));
    }
    let summed = summing.done();
    check_md5(said.md5, &summed.md5)?;
    let trailer = said.trailer.and_then(TrailingHeaders::take);
    compare(&summed.sums, [Some(said.headers), trailer.as_ref()])?;
    Ok((writing.finish().await.map_err(disk)?, summed))
}

fn check_md5(said: Option<&str>, md5: &[u8; 16]) -> S3Result<()> {
    use base64::Engine as _;
    let Some(said) = said else { return Ok(()) };
    match base64::engine::general_purpose::STANDARD.decode(said) {
        Ok(said) if said == md5 => Ok(()),
        Ok(said) if said.len() == md5.len() => {
            let text = "The Content-MD5 you specified did not match what we received.";
            Err(s3_error!(BadDigest, "{text}"))
        }
        _ => Err(s3_error!(InvalidDigest, "The Content-MD5 you specified is not valid.")),
    }
}

fn too_large() -> S3Error {
    s3_error!(EntityTooLarge, "Your proposed upload exceeds the maximum allowed size")
}

/// A body that did not come to its end, or is not what was signed. What s3s found is in its text.
fn broken(error: &(dyn std::error::Error + Send + Sync)) -> S3Error {
    let text = error.to_string();
    tracing::debug!(%text, "a body was not taken");
    if text.to_ascii_lowercase().contains("signature") {
        return s3_error!(SignatureDoesNotMatch);
    }
    if text.to_ascii_lowercase().contains("sha256") {
        let text = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        return other("XAmzContentSHA256Mismatch", StatusCode::BAD_REQUEST, text);
    }
    s3_error!(IncompleteBody)
}

/// An error that s3s has no name for.
pub(crate) fn other(code: &'static str, status: StatusCode, text: impl Into<String>) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), text.into());
    error.set_status_code(status);
    error
}

/// What becomes of a disk that fails: 507-like, but as S3 says it, so that SDKs try again.
pub(crate) fn disk(error: impl std::fmt::Display) -> S3Error {
    tracing::error!(%error, "the store of objects cannot use its disk");
    S3Error::with_message(S3ErrorCode::ServiceUnavailable, "The disk failed; try again.")
}

/// Some of the content of an object, read as it leaves.
pub(crate) struct Reading {
    /// The files that are still to be opened: where in each, and how much.
    rest: VecDeque<(PathBuf, u64, u64)>,
    file: Option<(File, u64)>,
    opening: Option<Opening>,
    left: u64,
}

type Opening = Pin<Box<dyn Future<Output = io::Result<(File, u64)>> + Send + Sync>>;

impl Reading {
    /// That range of it. Files are opened as they are reached, but for the first, so that what is
    /// there when this returns is read to its end even if it is deleted.
    pub(crate) async fn open(
        files: &Files,
        pieces: &[Piece],
        range: Range<u64>,
    ) -> io::Result<Self> {
        let mut rest = VecDeque::new();
        let mut at = 0;
        for piece in pieces {
            let from = range.start.max(at);
            let to = range.end.min(at + piece.size);
            if from < to {
                rest.push_back((files.path(&piece.file), from - at, to - from));
            }
            at += piece.size;
        }
        let left = rest.iter().map(|(_, _, length)| length).sum();
        let mut reading = Self { rest, file: None, opening: None, left };
        if let Some((path, from, length)) = reading.rest.pop_front() {
            reading.file = Some(open(path, from, length).await?);
        }
        Ok(reading)
    }

    /// As s3s takes it.
    pub(crate) fn into_blob(self) -> StreamingBlob {
        s3s::Body::http_body(self).into()
    }

    /// The next bytes; none at the end.
    pub(crate) async fn next(&mut self) -> Option<io::Result<Bytes>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            if let Some(opening) = &mut self.opening {
                let opened = ready!(opening.as_mut().poll(context));
                self.opening = None;
                match opened {
                    Ok(file) => self.file = Some(file),
                    Err(error) => return Poll::Ready(Some(Err(error))),
                }
            }
            match &mut self.file {
                Some((_, 0)) => self.file = None,
                Some((file, left)) => {
                    let data = ready!(poll_file(file, *left, context));
                    return Poll::Ready(Some(data.inspect(|data| {
                        *left -= data.len() as u64;
                        self.left -= data.len() as u64;
                    })));
                }
                None => match self.rest.pop_front() {
                    None => return Poll::Ready(None),
                    Some((path, from, length)) => {
                        self.opening = Some(Box::pin(open(path, from, length)));
                    }
                },
            }
        }
    }
}

async fn open(path: PathBuf, from: u64, length: u64) -> io::Result<(File, u64)> {
    let mut file = File::open(path).await?;
    if from > 0 {
        file.seek(SeekFrom::Start(from)).await?;
    }
    Ok((file, length))
}

fn poll_file(file: &mut File, left: u64, context: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
    let most = usize::try_from(left).unwrap_or(FRAME).min(FRAME);
    let mut data = vec![0; most];
    let mut read = ReadBuf::new(&mut data);
    ready!(Pin::new(file).poll_read(context, &mut read))?;
    let length = read.filled().len();
    if length == 0 {
        return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
    }
    data.truncate(length);
    Poll::Ready(Ok(data.into()))
}

impl Body for Reading {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.get_mut().poll(context).map(|next| next.map(|data| data.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
