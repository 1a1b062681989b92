//! The doors from inside: rooms that ask services by their public API, for somebody they know.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use bytes::Bytes;
use fika_answers::Answers;
use fika_assignment::AssignmentService;
use fika_aws::generated::lambda::Operation;
use fika_aws::shape::AwsError;
use fika_aws::sigv4::Service;
use fika_counting::CountingService;
use fika_model::{LaneId, RequestId};
use fika_objects::{Visit, Who};
use fika_service::{Answering, Caller, Doors, Flowing};
use fika_worker::WorkerService;
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};

use crate::answer::Answer;
use crate::api::{Admitted, Asked, asked};
use crate::auth::{self, Auth};
use crate::reply::{self, Reply};
use crate::server::Running;
use crate::{Frontend, invoke};

/// The longest answer that is gathered, bytes: the zip of a function.
const ANSWER_BYTES: usize = 256 << 20;

impl<C, A, W> Frontend<C, A, W>
where
    C: CountingService,
    A: AssignmentService,
    W: WorkerService,
{
    /// These doors from inside. They end with them.
    pub fn inside(self: &Arc<Self>) -> Arc<dyn Doors> {
        Arc::new(Inside(Arc::downgrade(self)))
    }

    async fn ask_inside(&self, caller: &Caller, service: &str, request: Request<Bytes>) -> Reply {
        if service == Service::S3.name {
            return self.ask_objects(caller, request).await;
        }
        let (parts, body) = request.into_parts();
        let named = |own: &&Arc<dyn fika_service::AwsService>| {
            own.names().iter().any(|own| own.name == service)
        };
        let asks = match self.services.iter().find(named) {
            Some(service) => Some(Asked::Service(&**service)),
            None => asked(&parts, Auth::Required),
        };
        let Some(asks) = asks else {
            let text = "no such operation";
            return reply::refuse(AwsError::new("UnknownOperationException", 404, text));
        };
        let running = Running::default();
        let caller = auth::Caller::inside(caller.clone());
        let noting = self.courses.begin();
        let admitted = Admitted { caller, body, room: None, run: running.begin(), noting };
        match asks {
            Asked::Lambda(operation, path) if invoke::is_invocation(operation) => {
                let lane = LaneId(self.lanes.fetch_add(1, Ordering::Relaxed));
                if operation == Operation::InvokeAsync {
                    self.invoke_async(&parts, &path, admitted).await
                } else {
                    self.invoke(operation, &parts, &path, admitted, lane).await
                }
            }
            asks => {
                let answer = self.answered(&parts, asks, admitted, &self.bodies).await;
                answer.unwrap_or_else(reply::refuse)
            }
        }
    }

    async fn ask_objects(&self, caller: &Caller, mut request: Request<Bytes>) -> Reply {
        // S3 wants to be told, as by a client.
        let length = HeaderValue::from(request.body().len());
        request.headers_mut().insert(CONTENT_LENGTH, length);
        let visit = Visit {
            who: Who::Known(caller.clone()),
            via: caller.via,
            request: RequestId::random(),
        };
        self.objects.answer(visit, request.map(Full::new)).await.map(Answer::Boxed)
    }
}

/// An answer with all of its body.
async fn whole(reply: Reply) -> Response<Bytes> {
    let (parts, body) = reply.into_parts();
    match Limited::new(body, ANSWER_BYTES).collect().await {
        Ok(body) => Response::from_parts(parts, body.to_bytes()),
        Err(error) => AwsError::service(io::Error::other(error).to_string()).into_response(),
    }
}

/// Weak, because rooms that the doors open to hold this.
struct Inside<C, A, W>(Weak<Frontend<C, A, W>>);

impl<C, A, W> Doors for Inside<C, A, W>
where
    C: CountingService,
    A: AssignmentService,
    W: WorkerService,
{
    fn ask<'a>(
        &'a self,
        caller: &'a Caller,
        service: &'a str,
        request: Request<Bytes>,
    ) -> Answering<'a> {
        let doors = self.0.upgrade();
        Box::pin(async move {
            match doors {
                Some(doors) => {
                    whole(Box::pin(doors.ask_inside(caller, service, request)).await).await
                }
                None => stopping().into_response(),
            }
        })
    }

    fn open<'a>(
        &'a self,
        caller: &'a Caller,
        service: &'a str,
        request: Request<Bytes>,
    ) -> Flowing<'a> {
        let doors = self.0.upgrade();
        Box::pin(async move {
            let reply = match doors {
                Some(doors) => Box::pin(doors.ask_inside(caller, service, request)).await,
                None => reply::refuse(stopping()),
            };
            reply.map(Answer::flow)
        })
    }

    fn answers(&self) -> Option<Answers> {
        self.0.upgrade().map(|doors| doors.answers.clone())
    }
}

fn stopping() -> AwsError {
    AwsError::service("This server is stopping.")
}
