//! A request's body, and what was seen of it: s3s says of every document that it cannot read that the
//! server failed, whether the document was too long, cut short or not the one that was signed.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::StatusCode;
use http_body::{Body, Frame, SizeHint};
use s3s::{S3Error, s3_error};

use crate::content::other;
use crate::door::XML_BYTES;

/// What was seen of a body.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    bytes: AtomicU64,
    ended: AtomicBool,
    broke: AtomicBool,
    /// Whether an operation had all it needed, and began.
    begun: AtomicBool,
}

impl Notes {
    /// An operation begins: what fails from here on is not its document.
    pub(crate) fn begin(&self) {
        self.begun.store(true, Ordering::Relaxed);
    }

    /// Why no operation began, if it was for the body.
    pub(crate) fn blame(&self) -> Option<S3Error> {
        if self.begun.load(Ordering::Relaxed) {
            return None;
        }
        if self.bytes.load(Ordering::Relaxed) > XML_BYTES as u64 {
            return Some(s3_error!(MaxMessageLengthExceeded, "Your request was too big."));
        }
        if self.broke.load(Ordering::Relaxed) {
            return Some(s3_error!(IncompleteBody));
        }
        self.ended.load(Ordering::Relaxed).then(|| {
            let text =
                "The provided 'x-amz-content-sha256' header does not match what was computed.";
            other("XAmzContentSHA256Mismatch", StatusCode::BAD_REQUEST, text)
        })
    }
}

/// A body that takes notes.
pub(crate) struct Noted<B> {
    body: Pin<Box<B>>,
    notes: Arc<Notes>,
}

impl<B> Noted<B> {
    pub(crate) fn new(body: B, notes: Arc<Notes>) -> Self {
        Self { body: Box::pin(body), notes }
    }
}

impl<B: Body<Data = Bytes>> Body for Noted<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = ready!(self.body.as_mut().poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                self.notes.bytes.fetch_add(length, Ordering::Relaxed);
                if self.body.is_end_stream() {
                    self.notes.ended.store(true, Ordering::Relaxed);
                }
            }
            Some(Err(_)) => self.notes.broke.store(true, Ordering::Relaxed),
            None => self.notes.ended.store(true, Ordering::Relaxed),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
