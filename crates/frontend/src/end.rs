//! Work that goes on when nobody waits for it any more.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A future that is driven to its end: by whoever waits for it, and if that one leaves, by the
/// event loop. While somebody waits it costs no task and no wake-up of its own.
pub(crate) struct ToTheEnd<T: 'static>(Option<Work<T>>);

impl<T> ToTheEnd<T> {
    pub(crate) fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<T> Future for ToTheEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        // Polled after its end it stays pending, as nothing is left to do.
        let Some(work) = &mut self.0 else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.0 = None;
        }
        polled
    }
}

impl<T: 'static> Drop for ToTheEnd<T> {
    fn drop(&mut self) {
        // Outside of an event loop everything ends, and this with it.
        if let (Some(work), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(async move { drop(work.await) });
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn the_one_who_waits_gets_the_result() {
        assert_eq!(ToTheEnd::new(async { 7 }).await, 7);
    }

    #[tokio::test]
    async fn it_goes_on_when_nobody_waits() {
        let (go, gone) = oneshot::channel();
        let (tell, told) = oneshot::channel();
        let mut work = ToTheEnd::new(async move {
            gone.await.expect("the word to go");
            tell.send(()).expect("somebody listens");
        });
        let begun = std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut work).poll(cx))).await;
        assert!(begun.is_pending());
        drop(work);
        go.send(()).expect("it still runs");
        told.await.expect("it came to its end");
    }
}
