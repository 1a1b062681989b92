//! Answers that go on for long, and end with the session of who asked.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use fika_service::Flow;
use http_body::{Body, Frame};
use http_body_util::BodyExt;

use crate::desk::Desk;
use crate::sessions::Ticket;

/// The same body, as long as the holder of that ticket is somebody.
#[must_use]
pub fn logged_in(body: Flow, desk: Arc<Desk>, ticket: Ticket) -> Flow {
    Until { body, desk, ticket }.boxed_unsync()
}

struct Until {
    body: Flow,
    desk: Arc<Desk>,
    ticket: Ticket,
}

impl Body for Until {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_ready() && self.desk.holder(&self.ticket).is_none() {
            return Poll::Ready(None);
        }
        polled
    }
}
