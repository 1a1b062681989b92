//! Pages for people: what browsers ask for, and nobody signs.

use std::io;
use std::pin::Pin;

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};

use crate::Via;

/// A body that may still be in the making.
pub type Flow = UnsyncBoxBody<Bytes, io::Error>;

/// An answer whose body may leave while it is made.
pub type Flowing<'a> = Pin<Box<dyn Future<Output = Response<Flow>> + Send + 'a>>;

/// Pages at paths of their own. Whoever asks for one has not proven anything to the doors.
pub trait Pages: Send + Sync + 'static {
    /// Whether a path is one of theirs.
    fn are_at(&self, path: &str) -> bool;

    /// The longest body of a request, bytes; it is asked before a byte of it is read.
    fn body_bytes(&self, parts: &Parts, via: Via) -> usize;

    /// Answers one.
    fn answer<'a>(&'a self, parts: Parts, body: Bytes, via: Via) -> Flowing<'a>;
}

/// A whole body, as one that could still be in the making.
#[must_use]
pub fn whole(body: Bytes) -> Flow {
    Full::new(body).map_err(|never| match never {}).boxed_unsync()
}
