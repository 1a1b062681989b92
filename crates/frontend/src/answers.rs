//! The door where what stacks wait for is put: by functions that make custom resources, and by whoever was told an
//! address. Who knows it may: nobody can guess it.

use fika_answers::NotTaken;
use fika_aws::shape::AwsError;
use http::request::Parts;
use http::{Method, Response};
use hyper::body::Incoming;

use crate::Frontend;
use crate::answer::Answer;
use crate::api::Refusal;
use crate::body;
use crate::reply::{self, Reply};
use crate::server::Line;

/// The longest body, bytes: one that is too long for an answer is still heard of.
const BODY_BYTES: usize = 64 * 1024;

impl<C, A, W> Frontend<C, A, W> {
    /// Takes an answer: 200 once it is on disk.
    pub(crate) async fn at_answers(
        &self,
        parts: &Parts,
        id: &str,
        body: Incoming,
        line: &Line,
    ) -> Reply {
        if parts.method != Method::PUT {
            body::discard(body).await;
            let text = "Answers are put.";
            return reply::refuse_and_close(AwsError::new("MethodNotAllowed", 405, text));
        }
        let (body, _room) = match line.bodies.collect(&parts.headers, body, BODY_BYTES).await {
            Ok(whole) => whole,
            Err(why) => return Refusal::from(why).reply(),
        };
        let _run = line.running.begin();
        match self.answers.take(id, &body).await {
            Ok(()) => taken(),
            Err(why @ NotTaken::Nobody) => {
                reply::refuse(AwsError::new("AccessDenied", 403, why.to_string()))
            }
            Err(why @ NotTaken::NotKept(_)) => {
                tracing::warn!(%why, "an answer is not taken");
                reply::refuse(AwsError::new("ServiceUnavailableException", 503, why.to_string()))
            }
        }
    }
}

fn taken() -> Reply {
    Response::new(Answer::from(String::new()))
}
