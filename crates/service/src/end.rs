//! Answers that outlive whoever asked.

use crate::{Answering, Call};

/// Answers in a task of its own. The doors drop an answer whose client has gone; what changes the store first and
/// memory after must not end between the two.
pub fn to_the_end<S: Clone + Send + Sync + 'static>(
    service: &S,
    Call { caller, parts, body }: Call<'_>,
    answer: for<'c> fn(&'c S, Call<'c>) -> Answering<'c>,
) -> Answering<'static> {
    let (service, caller) = (service.clone(), caller.clone());
    let (parts, body) = (parts.clone(), body.clone());
    Box::pin(async move {
        let work = async move {
            answer(&service, Call { caller: &caller, parts: &parts, body: &body }).await
        };
        match tokio::spawn(work).await {
            Ok(answer) => answer,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime ends, and this with it.
                Err(_) => std::future::pending().await,
            },
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::Poll;

    use bytes::Bytes;
    use fika_model::{AccountId, Region};
    use http::{Request, Response};
    use tokio::sync::Semaphore;

    use super::*;
    use crate::Caller;

    #[tokio::test]
    async fn an_answer_nobody_waits_for_is_finished() {
        let account = AccountId::new("000000000000").expect("an account");
        let region = Region::new("us-east-1").expect("a region");
        let caller = Caller::service("sns.amazonaws.com", "", account, region);
        let (parts, ()) = Request::new(()).into_parts();
        let body = Bytes::new();
        // One permit stands for the store's answer, the other for what is shown after it.
        let steps = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let call = Call { caller: &caller, parts: &parts, body: &body };
        let mut answering = to_the_end(&steps, call, |(stored, shown), _| {
            Box::pin(async move {
                stored.acquire().await.expect("open").forget();
                shown.add_permits(1);
                Response::new(Bytes::new())
            })
        });
        let first =
            std::future::poll_fn(|cx| Poll::Ready(answering.as_mut().poll(cx).is_pending()));
        assert!(first.await, "it waits for the store");
        drop(answering);
        steps.0.add_permits(1);
        let shown = tokio::time::timeout(std::time::Duration::from_secs(10), steps.1.acquire());
        shown.await.expect("it goes on").expect("open").forget();
    }
}
