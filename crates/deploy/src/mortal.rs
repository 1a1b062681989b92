//! For tests: a server that dies after so many of what its stacks asked of services, before the next or once it was
//! answered, as by kill -9. Between any two of them a stack writes what it is about to do, so that every moment at which
//! the two could differ is one of these.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use fika_service::{Answering, Caller, Doors};
use http::Request;

/// Doors that are asked so often, and not once more.
struct Mortal {
    doors: Arc<dyn Doors>,
    /// Moments left: one before each request, and one after.
    left: AtomicI64,
}

/// The same doors, unless a number is given.
pub(crate) fn doors(doors: Arc<dyn Doors>, moments: Option<i64>) -> Arc<dyn Doors> {
    match moments {
        Some(moments) => Arc::new(Mortal { doors, left: AtomicI64::new(moments) }),
        None => doors,
    }
}

impl Mortal {
    fn moment(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) <= 1 {
            // Nothing is flushed, and nobody is told.
            std::process::abort();
        }
    }
}

impl Doors for Mortal {
    fn ask<'a>(
        &'a self,
        caller: &'a Caller,
        service: &'a str,
        request: Request<Bytes>,
    ) -> Answering<'a> {
        Box::pin(async move {
            self.moment();
            let answer = self.doors.ask(caller, service, request).await;
            self.moment();
            answer
        })
    }
}
